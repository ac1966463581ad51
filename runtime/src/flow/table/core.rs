//! What the table does with packets one by one.

use super::contexts::Contexts;
use super::flows::{Flows, Limits, Over, Place};
use super::fragments::Fragments;
use super::key::{Key, V4, V6};
use super::record::{Arrival, way_of};
use super::{End, Ended, FlowCounters, FlowOptions, Totals, Visit};
use crate::file::Packet;
use crate::flow::sight::{Ends, Sighting};
use std::hint::cold_path;

/// The table, but for the packets that wait.
pub(super) struct Core<S> {
    pub(super) v4: Flows<V4, S>,
    pub(super) v6: Flows<V6, S>,
    contexts: Contexts,
    fragments: Fragments,
    pub(super) options: FlowOptions,
    pub(super) limits: Limits,
    pub(super) counters: FlowCounters,
    sweep: Sweep,
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

impl<S: Default> Core<S> {
    pub(super) fn new(options: FlowOptions, seed: [u8; 16]) -> Self {
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

    /// Counts that there is a packet, and gives its time; where it has none, that of those before.
    #[inline]
    pub(super) fn enter(&mut self, packet: &Packet<'_>) -> i64 {
        self.counters.packets += 1;
        self.counters.bytes += u64::from(packet.origlen);
        let time = packet.timestamp.map_or(self.sweep.now, clamped);
        if !self.sweep.started {
            self.sweep = Sweep { now: time, at: time, started: true, ..self.sweep };
        }
        self.sweep.now = self.sweep.now.max(time);
        time
    }

    /// What the table needs of a sighting.
    #[inline(always)]
    pub(super) fn arrival(&mut self, sighting: &Sighting, time: i64, length: u32) -> Option<Either> {
        let Some(context) = self.contexts.number(&sighting.context) else {
            self.counters.without_context += 1;
            return None;
        };
        let mut ports = sighting.ports;
        if let Some(fragment) = sighting.fragment {
            // A copy, so that those of most packets stay in registers.
            ports = self.fragments.ports(&{ *sighting }, fragment).unwrap_or_else(|| {
                self.counters.without_ports += 1;
                (0, 0)
            });
        }
        let (sequence, flags, protocol) = (sighting.sequence, sighting.flags, sighting.protocol);
        Some(match sighting.ends {
            Ends::V4(src, dst) => {
                let (key, way) = V4::new((src, ports.0), (dst, ports.1), protocol, context);
                let hash = self.v4.hash(&key);
                Either::V4(Arrival { key, time, length, sequence, flags, way: way_of(way), hash })
            }
            Ends::V6(src, dst) => {
                let (key, way) = V6::new((src, ports.0), (dst, ports.1), protocol, context);
                let hash = self.v6.hash(&key);
                Either::V6(Arrival { key, time, length, sequence, flags, way: way_of(way), hash })
            }
        })
    }

    /// Counts a packet at once.
    pub(super) fn count(
        &mut self,
        sighting: &Sighting,
        time: i64,
        length: u32,
        ended: &mut impl FnMut(Ended<S>),
    ) -> Option<Found> {
        Some(match self.arrival(sighting, time, length)? {
            Either::V4(arrival) => {
                let number = match self.v4.add(&arrival, u32::MAX, &self.limits) {
                    Place::Flow(number) => number,
                    place => self.begin_v4(&arrival, &place, ended)?,
                };
                Found::V4(number, arrival.way)
            }
            Either::V6(arrival) => {
                let number = match self.v6.add(&arrival, u32::MAX, &self.limits) {
                    Place::Flow(number) => number,
                    place => self.begin_v6(&arrival, &place, ended)?,
                };
                Found::V6(number, arrival.way)
            }
        })
    }

    /// A flow that was found.
    pub(super) fn visit(&mut self, found: &Found) -> Option<Visit<'_, S>> {
        match *found {
            Found::V4(number, way) => visit(&mut self.v4, &self.contexts, number, way),
            Found::V6(number, way) => visit(&mut self.v6, &self.contexts, number, way),
        }
    }

    /// Begins a flow, where there is room or room can be made.
    pub(super) fn begin_v4(
        &mut self,
        arrival: &Arrival<V4>,
        place: &Place,
        ended: &mut impl FnMut(Ended<S>),
    ) -> Option<u32> {
        if let Place::Instead(over) = place {
            self.end_v4(*over, ended);
        }
        self.make_room(ended)?;
        self.counters.begun += 1;
        Some(self.v4.begin(arrival))
    }

    /// The same of version 6.
    pub(super) fn begin_v6(
        &mut self,
        arrival: &Arrival<V6>,
        place: &Place,
        ended: &mut impl FnMut(Ended<S>),
    ) -> Option<u32> {
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
    pub(super) fn sweep(&mut self, ended: &mut impl FnMut(Ended<S>)) {
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

    pub(super) fn advance(&mut self, time: i64) {
        self.sweep.started = true;
        self.sweep.now = self.sweep.now.max(time);
    }

    pub(super) fn drain(&mut self, ended: &mut impl FnMut(Ended<S>)) {
        for number in 0..self.v4.places() as u32 {
            self.end_v4(Over { number, end: End::Drained }, ended);
        }
        for number in 0..self.v6.places() as u32 {
            self.end_v6(Over { number, end: End::Drained }, ended);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Totals, &S)> {
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

    pub(super) fn len(&self) -> usize {
        self.v4.len() + self.v6.len()
    }
}

/// The nearest time that 64 bits can hold: those of all packets that were ever captured are held as they are.
#[inline(always)]
fn clamped(time: i128) -> i64 {
    let near = time as i64;
    if i128::from(near) == time {
        return near;
    }
    cold_path();
    if time < 0 { i64::MIN } else { i64::MAX }
}

/// A packet of one of the versions.
pub(super) enum Either {
    V4(Arrival<V4>),
    V6(Arrival<V6>),
}

/// A flow, and which way the packet goes that has led there.
pub(super) enum Found {
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
