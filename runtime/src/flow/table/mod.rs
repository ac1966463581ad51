//! The table of flows.
//!
//! ```text
//!   packets      →  key, hash       32 at a time
//!   index           8 bytes a slot: hash and number      all lines asked for at once
//!   records         64 bytes a flow of version 4         all lines asked for at once
//!                   128 bytes a flow of version 6
//! ```

mod contexts;
mod core;
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

use super::sight::{self, Plain, Sighting};
use crate::file::{LinkType, Packet};
use core::{Core, Either};
use flows::{Place, Queue};
use key::{V4, V6};
use packet_core::Region;
use packet_protocols::stack::tables;

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
/// assert_eq!(table.counters().packets, 90);
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
    core: Core<S>,
    v4: Queue<V4>,
    v6: Queue<V6>,
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

impl<S: Default> FlowTable<S> {
    /// An empty table. The seed keeps others from making flows collide: take it from the system's random numbers.
    #[must_use]
    pub fn new(options: FlowOptions, seed: [u8; 16]) -> Self {
        Self { core: Core::new(options, seed), v4: Queue::new(), v6: Queue::new() }
    }

    /// Counts a packet for its flow. Packets are put together by the dozen: until [`FlowTable::flush`], some may wait.
    #[inline]
    pub fn add(&mut self, packet: &Packet<'_>, ended: &mut impl FnMut(Ended<S>)) {
        let time = self.core.enter(packet);
        let (data, length) = (packet.data, packet.origlen);
        let is_plain = packet.link_type == LinkType::ETHERNET
            && !self.core.options.inner
            && sight::plain(Region::captured(data, length as usize), &mut Arriving { table: self, time, length })
                .is_some();
        if !is_plain {
            // Neither the packet nor its region is handed on: what nobody points to can stay in registers.
            self.add_any(packet.link_type, data, time, length, ended);
        } else if self.v4.is_full() || self.v6.is_full() {
            self.flush(ended);
        }
    }

    /// The same for packets of all kinds.
    #[inline(never)]
    fn add_any(&mut self, link_type: LinkType, data: &[u8], time: i64, length: u32, ended: &mut impl FnMut(Ended<S>)) {
        let region = Region::captured(data, length as usize);
        let first = tables::link_type(link_type.0, region);
        let any = first.is_some_and(|first| {
            sight::all(first, region, self.core.options.inner, |sighting| {
                self.put(sighting, time, length);
                if self.v4.is_full() || self.v6.is_full() {
                    self.flush(ended);
                }
            })
        });
        self.core.counters.without_flow += u64::from(!any);
    }

    /// Puts a packet to those that wait.
    #[inline(always)]
    fn put(&mut self, sighting: &Sighting, time: i64, length: u32) {
        match self.core.arrival(sighting, time, length) {
            Some(Either::V4(arrival)) => self.v4.push(arrival),
            Some(Either::V6(arrival)) => self.v6.push(arrival),
            None => {}
        }
    }

    /// Counts a packet, and leads to its flow: the outermost one, or with [`FlowOptions::inner`] the innermost one. `None`
    /// where there is no flow, or no room for it.
    pub fn visit(&mut self, packet: &Packet<'_>, ended: &mut impl FnMut(Ended<S>)) -> Option<Visit<'_, S>> {
        self.flush(ended);
        let core = &mut self.core;
        let time = core.enter(packet);
        let region = Region::captured(packet.data, packet.origlen as usize);
        let mut found = None;
        let first = tables::link_type(packet.link_type.0, region);
        let any = first.is_some_and(|first| {
            sight::all(first, region, core.options.inner, |sighting| {
                found = core.count(sighting, time, packet.origlen, ended);
            })
        });
        core.counters.without_flow += u64::from(!any);
        core.sweep(ended);
        core.visit(&found?)
    }

    /// Counts the packets that wait, and reports flows that are over by now.
    #[inline(never)]
    pub fn flush(&mut self, ended: &mut impl FnMut(Ended<S>)) {
        let core = &mut self.core;
        core.v4.fetch(&mut self.v4);
        for (arrival, likely) in self.v4.iter() {
            let place = core.v4.add(arrival, likely, &core.limits);
            if !matches!(place, Place::Flow(_)) {
                core.begin_v4(arrival, &place, ended);
            }
        }
        self.v4.clear();
        core.v6.fetch(&mut self.v6);
        for (arrival, likely) in self.v6.iter() {
            let place = core.v6.add(arrival, likely, &core.limits);
            if !matches!(place, Place::Flow(_)) {
                core.begin_v6(arrival, &place, ended);
            }
        }
        self.v6.clear();
        core.sweep(ended);
    }

    /// Lets time pass without packets, in nanoseconds since 1970, and reports the flows that are over by then.
    pub fn advance(&mut self, time: i64, ended: &mut impl FnMut(Ended<S>)) {
        self.core.advance(time);
        self.flush(ended);
    }

    /// Ends all flows, and counts the packets that wait before.
    pub fn drain(&mut self, ended: &mut impl FnMut(Ended<S>)) {
        self.flush(ended);
        self.core.drain(ended);
    }

    /// The flows that there are, in no order. Packets may wait: see [`FlowTable::flush`].
    pub fn iter(&self) -> impl Iterator<Item = (Totals, &S)> {
        self.core.iter()
    }

    /// How many flows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.core.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of the flows are more than attempts: they are answered, or go on and on.
    #[must_use]
    pub fn established(&self) -> usize {
        self.core.v4.established() + self.core.v6.established()
    }

    /// What was counted so far.
    #[must_use]
    pub const fn counters(&self) -> FlowCounters {
        self.core.counters
    }

    /// How many places are searched for the flow that is hardest to find: it stays small whatever packets come, as nobody knows
    /// the seed. It looks at all of them.
    #[must_use]
    pub fn longest_search(&self) -> usize {
        self.core.v4.longest_search().max(self.core.v6.longest_search())
    }

    /// The bytes of memory that flows and their index take, free places included.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.core.v4.memory() + self.core.v6.memory()
    }
}

/// A packet that is being read.
struct Arriving<'t, S> {
    table: &'t mut FlowTable<S>,
    time: i64,
    length: u32,
}

impl<S: Default> Plain for Arriving<'_, S> {
    #[inline(always)]
    fn sighted(&mut self, sighting: Sighting) {
        self.table.put(&sighting, self.time, self.length);
    }
}
