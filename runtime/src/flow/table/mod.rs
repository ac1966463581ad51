//! The table of flows.
//!
//! ```text
//!   packets      →  key, hash       32 at a time
//!   index           8 bytes a slot: hash and number      all lines asked for at once
//!   records         64 bytes a flow of version 4         all lines asked for at once
//!                   128 bytes a flow of version 6
//! ```

mod contexts;
mod flows;
mod fragments;
mod index;
mod key;
mod options;
mod record;
mod slab;
mod totals;

pub use options::{End, FlowCounters, FlowOptions};
pub use totals::{Ended, Totals};

use super::sight::{self, Ends, Sighting};
use crate::file::{LinkType, Packet};
use contexts::Contexts;
use flows::{Flows, Limits, Over, Place};
use fragments::Fragments;
use key::{Key, V4, V6};
use packet_core::Region;
use packet_protocols::stack::tables;
use record::{Arrival, way_of};

/// Flows by key, and what was counted of each; `S` is what a user keeps of a flow beside.
///
/// Packets come in by [`FlowTable::add`], which is fast for many, or by [`FlowTable::visit`], which leads to the flow at once.
/// Flows that are over come out by the closure that both are given.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use packet_runtime::file::Reader;
/// use packet_runtime::flow::{FlowOptions, FlowTable};
///
/// # let capture = include_bytes!("../../../../tests/captures/dns.pcap").as_slice();
/// let mut table = FlowTable::<()>::new(FlowOptions::endless(), *b"a secret of mine");
/// let mut reader = Reader::new(capture)?;
/// while let Some(packet) = reader.next()? {
///     table.add(&packet, &mut |_| {});
/// }
/// table.drain(&mut |ended| {
///     let (client, server) = ended.totals.ends();
///     println!("{client} asked {server} {} times", ended.totals.packets[0]);
/// });
/// assert_eq!(table.counters().packets, 8);
/// # Ok(())
/// # }
/// ```
///
/// # Promises on untrusted packets
///
/// - There are never more flows than [`FlowOptions::most`], and the memory for them is bounded by that. What was grown stays.
/// - Whoever does not know the seed can't choose packets whose flows collide.
/// - Where there is no room, a flow is given up whose connection has ended, or one that was never answered; only where hardly
///   any is such, one of the others that has been quiet for long. A flood of new flows does not end those that are answered.
/// - Time is that of the packets. Where it runs backwards, nothing ends early.
/// - Nothing is allocated for a packet, but for a flow where there were never as many.
pub struct FlowTable<S = ()> {
    v4: Flows<V4, S>,
    v6: Flows<V6, S>,
    contexts: Contexts,
    fragments: Fragments,
    options: FlowOptions,
    limits: Limits,
    counters: FlowCounters,
    sweep: Sweep,
}

/// What is known of a packet's flow when the packet has been counted.
pub struct Visit<'t, S> {
    /// What was counted, this packet included.
    pub totals: Totals,
    /// Whether the packet is one of the initiator's.
    pub from_initiator: bool,
    /// What the user keeps of the flow.
    pub state: &'t mut S,
}

/// How far the search for flows that are over has come.
#[derive(Clone, Copy, Debug, Default)]
struct Sweep {
    /// The latest time of any packet.
    now: i64,
    started: bool,
    /// When flows were last looked at.
    at: i64,
    v4: u32,
    v6: u32,
}

/// So many flows are looked at together at least.
const SWEPT: usize = 64;

impl<S: Default> FlowTable<S> {
    /// An empty table. The seed keeps others from making flows collide: take it from the system's random numbers.
    #[must_use]
    pub fn new(options: FlowOptions, seed: [u8; 16]) -> Self {
        Self {
            v4: Flows::new(seed),
            v6: Flows::new(seed),
            contexts: Contexts::new(seed),
            fragments: Fragments::new(seed),
            options,
            limits: options.limits(),
            counters: FlowCounters::default(),
            sweep: Sweep::default(),
        }
    }

    /// Counts a packet for its flow. Packets are put together by the dozen: until [`FlowTable::flush`], some may wait.
    #[inline]
    pub fn add(&mut self, packet: &Packet<'_>, ended: &mut impl FnMut(Ended<S>)) {
        let time = self.time_of(packet);
        let region = Region::captured(packet.data, packet.origlen as usize);
        self.counters.packets += 1;
        self.counters.bytes += u64::from(packet.origlen);
        if packet.link_type == LinkType::ETHERNET
            && !self.options.inner
            && let Some(sighting) = sight::plain(region)
        {
            self.put(&sighting, time, packet.origlen, ended);
        } else {
            self.add_any(packet, region, time, ended);
        }
    }

    /// The same for packets of all kinds.
    #[inline(never)]
    fn add_any(&mut self, packet: &Packet<'_>, region: Region<'_>, time: i64, ended: &mut impl FnMut(Ended<S>)) {
        let Some(first) = tables::link_type(packet.link_type.0, region) else {
            self.counters.without_flow += 1;
            return;
        };
        if !sight::all(first, region, self.options.inner, |sighting| self.put(sighting, time, packet.origlen, ended)) {
            self.counters.without_flow += 1;
        }
    }

    /// Counts a packet, and leads to its flow: the outermost one, or with [`FlowOptions::inner`] the innermost one. `None`
    /// where there is no flow, or no room for it.
    pub fn visit(&mut self, packet: &Packet<'_>, ended: &mut impl FnMut(Ended<S>)) -> Option<Visit<'_, S>> {
        self.flush(ended);
        let time = self.time_of(packet);
        let region = Region::captured(packet.data, packet.origlen as usize);
        self.counters.packets += 1;
        self.counters.bytes += u64::from(packet.origlen);
        let mut found = None;
        let first = tables::link_type(packet.link_type.0, region);
        let any = first.is_some_and(|first| {
            sight::all(first, region, self.options.inner, |sighting| {
                found = self.settle_one(sighting, time, packet.origlen, ended);
            })
        });
        self.counters.without_flow += u64::from(!any);
        self.sweep(ended);
        match found? {
            Found::V4(number, way) => visit(&mut self.v4, &self.contexts, number, way),
            Found::V6(number, way) => visit(&mut self.v6, &self.contexts, number, way),
        }
    }

    /// The packet's time; where it has none, that of those before.
    #[inline]
    fn time_of(&mut self, packet: &Packet<'_>) -> i64 {
        let clamp = |time: i128| i64::try_from(time).unwrap_or(if time < 0 { i64::MIN } else { i64::MAX });
        let time = packet.timestamp.map_or(self.sweep.now, clamp);
        if !self.sweep.started {
            self.sweep = Sweep { now: time, at: time, started: true, ..self.sweep };
        }
        self.sweep.now = self.sweep.now.max(time);
        time
    }

    /// Puts a packet to those that wait.
    #[inline(always)]
    fn put(&mut self, sighting: &Sighting, time: i64, length: u32, ended: &mut impl FnMut(Ended<S>)) {
        let Some(arrival) = self.arrival(sighting, time, length) else { return };
        let full = match arrival {
            Either::V4(arrival) => self.v4.wait(arrival),
            Either::V6(arrival) => self.v6.wait(arrival),
        };
        if full {
            self.flush(ended);
        }
    }

    /// What the table needs of a sighting.
    #[inline(always)]
    fn arrival(&mut self, sighting: &Sighting, time: i64, length: u32) -> Option<Either> {
        let Some(context) = self.contexts.number(&sighting.context) else {
            self.counters.without_context += 1;
            return None;
        };
        let mut ports = sighting.ports;
        if let Some(fragment) = sighting.fragment {
            ports = self.fragments.ports(sighting, fragment).unwrap_or_else(|| {
                self.counters.without_ports += 1;
                (0, 0)
            });
        }
        let (sequence, flags, protocol) = (sighting.sequence, sighting.flags, sighting.protocol);
        Some(match sighting.ends {
            Ends::V4(src, dst) => {
                let (key, way) = V4::new((src, ports.0), (dst, ports.1), protocol, context);
                Either::V4(Arrival { key, time, length, sequence, flags, way: way_of(way), hash: 0 })
            }
            Ends::V6(src, dst) => {
                let (key, way) = V6::new((src, ports.0), (dst, ports.1), protocol, context);
                Either::V6(Arrival { key, time, length, sequence, flags, way: way_of(way), hash: 0 })
            }
        })
    }

    /// Counts the packets that wait, and reports flows that are over by now.
    #[inline(never)]
    pub fn flush(&mut self, ended: &mut impl FnMut(Ended<S>)) {
        let (waiting, waits) = self.v4.take_waiting();
        for arrival in waiting.iter().take(waits) {
            let place = self.v4.add(arrival, &self.limits);
            if !matches!(place, Place::Flow(_)) {
                self.begin_v4(arrival, &place, ended);
            }
        }
        let (waiting, waits) = self.v6.take_waiting();
        for arrival in waiting.iter().take(waits) {
            let place = self.v6.add(arrival, &self.limits);
            if !matches!(place, Place::Flow(_)) {
                self.begin_v6(arrival, &place, ended);
            }
        }
        self.sweep(ended);
    }

    /// Counts a packet at once.
    fn settle_one(
        &mut self,
        sighting: &Sighting,
        time: i64,
        length: u32,
        ended: &mut impl FnMut(Ended<S>),
    ) -> Option<Found> {
        Some(match self.arrival(sighting, time, length)? {
            Either::V4(arrival) => {
                let arrival = self.v4.hashed(arrival);
                let number = match self.v4.add(&arrival, &self.limits) {
                    Place::Flow(number) => number,
                    place => self.begin_v4(&arrival, &place, ended)?,
                };
                Found::V4(number, arrival.way)
            }
            Either::V6(arrival) => {
                let arrival = self.v6.hashed(arrival);
                let number = match self.v6.add(&arrival, &self.limits) {
                    Place::Flow(number) => number,
                    place => self.begin_v6(&arrival, &place, ended)?,
                };
                Found::V6(number, arrival.way)
            }
        })
    }

    /// Begins a flow, where there is room or room can be made.
    fn begin_v4(&mut self, arrival: &Arrival<V4>, place: &Place, ended: &mut impl FnMut(Ended<S>)) -> Option<u32> {
        if let Place::Instead(over) = place {
            self.end_v4(*over, ended);
        }
        self.make_room(ended)?;
        self.counters.begun += 1;
        Some(self.v4.begin(arrival))
    }

    /// The same of version 6.
    fn begin_v6(&mut self, arrival: &Arrival<V6>, place: &Place, ended: &mut impl FnMut(Ended<S>)) -> Option<u32> {
        if let Place::Instead(over) = place {
            self.end_v6(*over, ended);
        }
        self.make_room(ended)?;
        self.counters.begun += 1;
        Some(self.v6.begin(arrival))
    }

    /// Gives up a flow where there are as many as may be; nothing where none is to be given up.
    #[inline]
    fn make_room(&mut self, ended: &mut impl FnMut(Ended<S>)) -> Option<()> {
        if self.len() < self.options.most {
            return Some(());
        }
        let now = self.sweep.now;
        // The version that has more attempts gives one up.
        if self.v4.len() - self.v4.established() >= self.v6.len() - self.v6.established() {
            let victim = self.v4.victim(now, &self.limits);
            if let Some(over) = victim {
                self.end_v4(over, ended);
                return Some(());
            }
        } else if let Some(over) = self.v6.victim(now, &self.limits) {
            self.end_v6(over, ended);
            return Some(());
        }
        self.counters.refused += 1;
        None
    }

    fn end_v4(&mut self, over: Over, ended: &mut impl FnMut(Ended<S>)) {
        end(&mut self.v4, over, &self.contexts, &mut self.counters, ended);
    }

    fn end_v6(&mut self, over: Over, ended: &mut impl FnMut(Ended<S>)) {
        end(&mut self.v6, over, &self.contexts, &mut self.counters, ended);
    }

    /// Looks at as many flows as the time since the last look asks for: all of them in a [round](FlowOptions::round).
    #[inline]
    fn sweep(&mut self, ended: &mut impl FnMut(Ended<S>)) {
        if let Some(round) = self.options.round() {
            let passed = self.sweep.now.saturating_sub(self.sweep.at).clamp(0, round);
            let share = |places: usize| (places as u128 * passed as u128 / round as u128) as usize;
            let (v4, v6) = (share(self.v4.places()), share(self.v6.places()));
            if v4 + v6 >= SWEPT || passed == round {
                self.sweep_over(v4, v6, ended);
            }
        }
    }

    #[inline(never)]
    fn sweep_over(&mut self, v4: usize, v6: usize, ended: &mut impl FnMut(Ended<S>)) {
        let Sweep { now, v4: from_v4, v6: from_v6, .. } = self.sweep;
        self.sweep.at = now;
        let (limits, contexts, counters) = (&self.limits, &self.contexts, &mut self.counters);
        self.sweep.v4 = sweep(&mut self.v4, from_v4, v4, |flows, number| {
            if let Some(over) = flows.over(number, now, limits) {
                end(flows, over, contexts, counters, ended);
            }
        });
        self.sweep.v6 = sweep(&mut self.v6, from_v6, v6, |flows, number| {
            if let Some(over) = flows.over(number, now, limits) {
                end(flows, over, contexts, counters, ended);
            }
        });
    }

    /// Lets time pass without packets, in nanoseconds since 1970, and reports the flows that are over by then.
    pub fn advance(&mut self, time: i64, ended: &mut impl FnMut(Ended<S>)) {
        self.sweep.started = true;
        self.sweep.now = self.sweep.now.max(time);
        self.flush(ended);
    }

    /// Ends all flows, and counts the packets that wait before.
    pub fn drain(&mut self, ended: &mut impl FnMut(Ended<S>)) {
        self.flush(ended);
        for number in 0..self.v4.places() as u32 {
            self.end_v4(Over { number, end: End::Drained }, ended);
        }
        for number in 0..self.v6.places() as u32 {
            self.end_v6(Over { number, end: End::Drained }, ended);
        }
    }

    /// The flows that there are, in no order. Packets may wait: see [`FlowTable::flush`].
    pub fn iter(&self) -> impl Iterator<Item = (Totals, &S)> {
        let v4 = (0..self.v4.places() as u32).filter_map(|number| {
            let (record, state) = self.v4.get(number)?;
            Some((Totals::of(record, &self.contexts)?, state))
        });
        let v6 = (0..self.v6.places() as u32).filter_map(|number| {
            let (record, state) = self.v6.get(number)?;
            Some((Totals::of(record, &self.contexts)?, state))
        });
        v4.chain(v6)
    }

    /// How many flows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.v4.len() + self.v6.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of the flows are more than attempts: they are answered, or go on and on.
    #[must_use]
    pub fn established(&self) -> usize {
        self.v4.established() + self.v6.established()
    }

    /// What was counted so far.
    #[must_use]
    pub const fn counters(&self) -> FlowCounters {
        self.counters
    }

    /// The bytes of memory that flows and their index take, free places included.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.v4.memory() + self.v6.memory()
    }
}

/// A packet of one of the versions.
enum Either {
    V4(Arrival<V4>),
    V6(Arrival<V6>),
}

/// A flow, and which way the packet goes that has led there.
enum Found {
    V4(u32, u8),
    V6(u32, u8),
}

fn visit<'t, K: Key, S: Default>(
    flows: &'t mut Flows<K, S>,
    contexts: &Contexts,
    number: u32,
    way: u8,
) -> Option<Visit<'t, S>> {
    let (record, _) = flows.get(number)?;
    let totals = Totals::of(record, contexts)?;
    let from_initiator = way == way_of(record.initiator());
    Some(Visit { totals, from_initiator, state: flows.state_mut(number)? })
}

fn end<K: Key, S: Default>(
    flows: &mut Flows<K, S>,
    Over { number, end }: Over,
    contexts: &Contexts,
    counters: &mut FlowCounters,
    ended: &mut impl FnMut(Ended<S>),
) {
    let Some((record, state)) = flows.remove(number) else { return };
    counters.ended(end);
    if let Some(totals) = Totals::of(&record, contexts) {
        ended(Ended { totals, state, end });
    }
}

/// Looks at so many records from one on, around the end; where it has come to.
fn sweep<K: Key, S: Default>(
    flows: &mut Flows<K, S>,
    from: u32,
    count: usize,
    mut look: impl FnMut(&mut Flows<K, S>, u32),
) -> u32 {
    let mut at = from;
    for _ in 0..count.min(flows.places()) {
        at = if (at as usize) < flows.places() { at } else { 0 };
        look(flows, at);
        at += 1;
    }
    at
}
