//! The flows of one version of IP.

use super::End;
use super::index::Index;
use super::key::{Key, Secrets};
use super::record::{ACK, Arrival, FIN, RST, Record, SYN};
use super::slab::Slab;
use packet_core::batch::BATCH;
use std::hint::black_box;

/// Flows by key, with what waits to be added to them.
///
/// # Invariants
///
/// The index has the live records and no others; as many as `len` says, of which `established` are.
pub(super) struct Flows<K, S> {
    secrets: Secrets,
    index: Index,
    records: Slab<Record<K>>,
    rare: Slab<Rare<S>>,
    /// Free records; the last one is used next.
    free: Vec<u32>,
    established: usize,
    /// Where the search for a flow to give up goes on.
    hand: u32,
}

/// Packets that wait to be counted.
pub(super) struct Queue<K> {
    packets: [Arrival<K>; BATCH],
    /// The number of the record that each most likely belongs to.
    likely: [u32; BATCH],
    length: usize,
}

/// What few packets need of a flow.
#[derive(Clone, Debug, Default)]
struct Rare<S> {
    /// The sequence number of the SYN of each side, which comes before that of the first byte.
    first_sequence: [u32; 2],
    state: S,
}

/// Timeouts in nanoseconds; the greatest number where there is none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) idle: i64,
    pub(super) active: i64,
    pub(super) closed: i64,
}

/// Why a flow does not go on with a packet, and which.
#[derive(Clone, Copy, Debug)]
pub(super) struct Over {
    pub(super) number: u32,
    pub(super) end: End,
}

/// Where a packet belongs.
pub(super) enum Place {
    /// To that flow.
    Flow(u32),
    /// To a new one, once this one is done with.
    Instead(Over),
    /// To a new one.
    New,
}

/// So many records are looked at for one to give up.
const SEARCHED: usize = 256;

impl<K: Key, S: Default> Flows<K, S> {
    pub(super) fn new(seed: [u8; 16]) -> Self {
        Self {
            secrets: Secrets::new(seed),
            index: Index::new(),
            records: Slab::new(),
            rare: Slab::new(),
            free: Vec::new(),
            established: 0,
            hand: 0,
        }
    }

    /// How many flows there are.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.records.len() - self.free.len()
    }

    /// How many of them are more than attempts.
    pub(super) const fn established(&self) -> usize {
        self.established
    }

    /// The hash of a key.
    #[inline]
    pub(super) fn hash(&self, key: &K) -> u32 {
        key.hash(&self.secrets)
    }

    /// Has the cache fetch what packets need: their lines of the index, and then of the records, each all at once. Nothing is
    /// decided by what is read, so that the processor waits for all of them together.
    #[inline]
    pub(super) fn fetch(&self, queue: &mut Queue<K>) {
        let packets = queue.packets.get(..queue.length).unwrap_or_default();
        black_box(packets.iter().fold(0, |all, packet| all ^ self.index.touch(packet.hash)));
        let mut all = 0;
        for (packet, likely) in packets.iter().zip(&mut queue.likely) {
            *likely = self.index.likely(packet.hash);
            all ^= self.records.get(*likely).map_or(0, |record| record.last);
        }
        black_box(all);
    }

    /// Counts a packet where its flow is known and goes on; that of the likely record is looked for there first.
    #[inline(always)]
    pub(super) fn add(&mut self, packet: &Arrival<K>, likely: u32, limits: &Limits) -> Place {
        let mut number = likely;
        let record = match self.records.get_mut(likely) {
            Some(record) if record.key == packet.key && record.is_live() => record,
            _ => {
                let Some(found) = self.number_of(packet) else { return Place::New };
                number = found;
                match self.records.get_mut(found) {
                    Some(record) => record,
                    None => return Place::New,
                }
            }
        };
        let plain = !is_past(packet.time, record.last, limits.closed)
            && !is_past(packet.time, record.first, limits.active)
            && packet.flags & (FIN | SYN | RST) == 0
            && record.is_going_on(packet.side());
        if !plain {
            return self.add_rarely(number, packet, limits);
        }
        record.count(packet);
        Place::Flow(number)
    }

    fn number_of(&self, packet: &Arrival<K>) -> Option<u32> {
        let is_it = |number| self.records.get(number).is_some_and(|record| record.key == packet.key);
        self.index.find(packet.hash, is_it)
    }

    /// The same for packets that open or close, or come late.
    #[inline(never)]
    fn add_rarely(&mut self, number: u32, packet: &Arrival<K>, limits: &Limits) -> Place {
        let (Some(record), Some(rare)) = (self.records.get_mut(number), self.rare.get_mut(number)) else {
            return Place::New;
        };
        let side = packet.side();
        let opens = packet.flags & (SYN | ACK) == SYN;
        let again = opens && !record.is_silent(side) && rare.first_sequence[side] != packet.sequence;
        if let Some(end) = late(record, packet.time, limits).or(again.then_some(End::Renewed)) {
            return Place::Instead(Over { number, end });
        }
        if record.is_silent(side) {
            rare.first_sequence[side] = packet.syn_sequence();
        }
        let attempt = !record.is_established();
        record.count(packet);
        record.shake(packet);
        self.established += usize::from(attempt && record.is_established());
        Place::Flow(number)
    }

    /// Begins a flow with a packet.
    pub(super) fn begin(&mut self, packet: &Arrival<K>) -> u32 {
        let record = Record::begin(packet);
        let mut rare = Rare::default();
        rare.first_sequence[packet.side()] = packet.syn_sequence();
        let number = match self.free.pop() {
            Some(number) => {
                if let (Some(place), Some(rest)) = (self.records.get_mut(number), self.rare.get_mut(number)) {
                    (*place, *rest) = (record, rare);
                }
                number
            }
            None => {
                self.rare.push(rare);
                self.records.push(record)
            }
        };
        self.index.insert(packet.hash, number);
        number
    }

    /// Removes a flow.
    pub(super) fn remove(&mut self, number: u32) -> Option<(Record<K>, S)> {
        let place = self.records.get_mut(number).filter(|record| record.is_live())?;
        let record = std::mem::take(place);
        let rare = std::mem::take(self.rare.get_mut(number)?);
        self.index.remove(record.key.hash(&self.secrets), number);
        self.free.push(number);
        self.established -= usize::from(record.is_established());
        Some((record, rare.state))
    }

    /// The flow to give up for another one: one whose connection has ended or that is late; else an attempt, of which the
    /// hand comes to the oldest first; and one that is more only where most are.
    pub(super) fn victim(&mut self, time: i64, limits: &Limits) -> Option<Over> {
        let mostly = self.established * 8 > self.len() * 7;
        let mut oldest: Option<(i64, u32)> = None;
        for _ in 0..SEARCHED.min(self.records.len()) {
            let number = self.hand;
            self.hand = if number as usize + 1 < self.records.len() { number + 1 } else { 0 };
            let Some(record) = self.records.get(number).filter(|record| record.is_live()) else { continue };
            if let Some(end) = late(record, time, limits) {
                return Some(Over { number, end });
            }
            if record.state.has(super::record::State::CLOSED) || !record.is_established() {
                return Some(Over { number, end: End::Evicted });
            }
            if oldest.is_none_or(|(last, _)| record.last < last) {
                oldest = Some((record.last, number));
            }
        }
        oldest.filter(|_| mostly).map(|(_, number)| Over { number, end: End::Evicted })
    }

    /// Why a flow is over by that time, if it is.
    pub(super) fn over(&self, number: u32, time: i64, limits: &Limits) -> Option<Over> {
        let record = self.records.get(number).filter(|record| record.is_live())?;
        late(record, time, limits).map(|end| Over { number, end })
    }

    /// Records, free ones included.
    pub(super) const fn places(&self) -> usize {
        self.records.len()
    }

    /// A flow.
    #[inline]
    pub(super) fn get(&self, number: u32) -> Option<(&Record<K>, &S)> {
        let record = self.records.get(number).filter(|record| record.is_live())?;
        Some((record, &self.rare.get(number)?.state))
    }

    /// What the user keeps of a flow.
    #[inline]
    pub(super) fn state_mut(&mut self, number: u32) -> Option<&mut S> {
        self.rare.get_mut(number).map(|rare| &mut rare.state)
    }

    /// How many places are searched for a flow at worst.
    pub(super) fn longest_search(&self) -> usize {
        self.index.longest_search()
    }

    /// The bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        self.index.memory() + self.records.memory() + self.rare.memory() + self.free.capacity() * size_of::<u32>()
    }
}

impl<K: Key> Queue<K> {
    pub(super) fn new() -> Self {
        Self { packets: [Arrival::default(); BATCH], likely: [u32::MAX; BATCH], length: 0 }
    }

    /// Puts a packet to those that wait, which are not as many as may yet.
    #[inline(always)]
    pub(super) fn push(&mut self, packet: Arrival<K>) {
        if let Some(place) = self.packets.get_mut(self.length) {
            *place = packet;
            self.length += 1;
        }
    }

    /// Whether no more may wait.
    #[inline(always)]
    pub(super) const fn is_full(&self) -> bool {
        self.length >= BATCH
    }

    /// Each packet, with the number of its likely record.
    #[inline]
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arrival<K>, u32)> {
        self.packets.iter().zip(self.likely).take(self.length)
    }

    pub(super) fn clear(&mut self) {
        self.length = 0;
    }
}

/// Whether a time is more than so long after another one.
#[inline(always)]
const fn is_past(time: i64, start: i64, most: i64) -> bool {
    // The distance of any two times fits 64 bits without a sign.
    time > start && time.wrapping_sub(start) as u64 > most as u64
}

/// Why a flow does not go on at that time, if it does not.
#[inline]
fn late<K: Key>(record: &Record<K>, time: i64, limits: &Limits) -> Option<End> {
    if is_past(time, record.last, limits.idle) {
        return Some(End::Idle);
    }
    if is_past(time, record.last, limits.closed) && record.state.has(super::record::State::CLOSED) {
        return Some(End::Closed);
    }
    is_past(time, record.first, limits.active).then_some(End::Active)
}
