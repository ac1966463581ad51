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
    waiting: [Arrival<K>; BATCH],
    waits: usize,
}

/// What few packets need of a flow.
#[derive(Clone, Debug, Default)]
struct Rare<S> {
    /// The first sequence number of each side.
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
            waiting: [Arrival::default(); BATCH],
            waits: 0,
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

    /// The packet, with the hash of its key.
    #[inline]
    pub(super) fn hashed(&self, packet: Arrival<K>) -> Arrival<K> {
        Arrival { hash: packet.key.hash(&self.secrets), ..packet }
    }

    /// Puts a packet to those that wait; whether they are as many as may.
    #[inline]
    pub(super) fn wait(&mut self, packet: Arrival<K>) -> bool {
        let packet = self.hashed(packet);
        if let Some(place) = self.waiting.get_mut(self.waits) {
            *place = packet;
            self.waits += 1;
        }
        self.waits >= BATCH
    }

    /// Those that wait no longer. Their lines of the index, and then of the records, are asked for all at once beforehand:
    /// nothing is decided by what is read, so that the processor waits for all of them together.
    #[inline]
    pub(super) fn take_waiting(&mut self) -> ([Arrival<K>; BATCH], usize) {
        let (waiting, waits) = (self.waiting, std::mem::take(&mut self.waits));
        let those = waiting.get(..waits).unwrap_or_default();
        black_box(those.iter().fold(0, |all, packet| all ^ self.index.touch(packet.hash)));
        let line = |packet: &Arrival<K>| {
            let record = self.index.likely(packet.hash).and_then(|number| self.records.get(number));
            record.map_or(0, |record| record.last)
        };
        black_box(those.iter().fold(0, |all, packet| all ^ line(packet)));
        (waiting, waits)
    }

    /// Counts a packet where its flow is known and goes on.
    #[inline]
    pub(super) fn add(&mut self, packet: &Arrival<K>, limits: &Limits) -> Place {
        let records = &self.records;
        let found = self.index.find(packet.hash, |number| records.get(number).is_some_and(|it| it.key == packet.key));
        let Some(number) = found else { return Place::New };
        let Some(record) = self.records.get_mut(number) else { return Place::New };
        let quiet = packet.time.saturating_sub(record.last);
        let plain = quiet <= limits.closed
            && packet.time.saturating_sub(record.first) <= limits.active
            && packet.flags & (FIN | SYN | RST) == 0
            && !record.is_silent(packet.side());
        if !plain {
            return self.add_rarely(number, packet, limits);
        }
        let attempt = !record.is_established();
        record.count(packet);
        if attempt && record.is_established() {
            self.established += 1;
        }
        Place::Flow(number)
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
            rare.first_sequence[side] = packet.sequence;
        }
        let attempt = !record.is_established();
        record.count(packet);
        if attempt && record.is_established() {
            self.established += 1;
        }
        Place::Flow(number)
    }

    /// Begins a flow with a packet.
    pub(super) fn begin(&mut self, packet: &Arrival<K>) -> u32 {
        let record = Record::begin(packet);
        let mut rare = Rare::default();
        rare.first_sequence[packet.side()] = packet.sequence;
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

    /// The bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        self.index.memory() + self.records.memory() + self.rare.memory() + self.free.capacity() * size_of::<u32>()
    }
}

/// Why a flow does not go on at that time, if it does not.
#[inline]
fn late<K: Key>(record: &Record<K>, time: i64, limits: &Limits) -> Option<End> {
    let quiet = time.saturating_sub(record.last);
    if quiet > limits.idle {
        return Some(End::Idle);
    }
    if quiet > limits.closed && record.state.has(super::record::State::CLOSED) {
        return Some(End::Closed);
    }
    (time.saturating_sub(record.first) > limits.active).then_some(End::Active)
}
