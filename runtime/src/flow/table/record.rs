//! What a table keeps of a flow: one line of the cache of version 4, two of version 6.

use super::key::Key;
use crate::flow::Direction;

/// A flow, or a free place.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub(super) struct Record<K> {
    pub(super) key: K,
    /// Nanoseconds since 1970.
    pub(super) first: i64,
    pub(super) last: i64,
    /// From the smaller end, and from the greater one.
    bytes: [u64; 2],
    packets: [u32; 2],
    /// The upper 16 bits of the packets.
    packets_above: [u16; 2],
    /// All control bits of TCP that were seen.
    pub(super) flags: [u8; 2],
    pub(super) state: State,
}

/// What a record is, and what is known of its flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct State(u8);

impl State {
    /// There is a flow.
    pub(super) const LIVE: Self = Self(1);
    /// The greater end has begun it.
    pub(super) const FROM_HIGH: Self = Self(2);
    /// A handshake has told who began it.
    pub(super) const CERTAIN: Self = Self(4);
    /// Its connection has ended.
    pub(super) const CLOSED: Self = Self(8);

    #[inline]
    pub(super) const fn has(self, part: Self) -> bool {
        self.0 & part.0 != 0
    }

    pub(super) const fn with(self, part: Self) -> Self {
        Self(self.0 | part.0)
    }

    pub(super) const fn without(self, part: Self) -> Self {
        Self(self.0 & !part.0)
    }
}

/// A packet on its way into a table.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Arrival<K> {
    pub(super) key: K,
    pub(super) time: i64,
    pub(super) hash: u32,
    pub(super) length: u32,
    pub(super) sequence: u32,
    pub(super) flags: u8,
    /// 0 from the smaller end, 1 from the greater one.
    pub(super) way: u8,
}

/// Control bits of TCP, [RFC 9293 §3.1](https://www.rfc-editor.org/rfc/rfc9293#section-3.1).
pub(super) const FIN: u8 = 1;
pub(super) const SYN: u8 = 2;
pub(super) const RST: u8 = 4;
pub(super) const ACK: u8 = 16;

pub(super) const TCP: u8 = 6;

/// Which of two numbers stands for packets of this direction.
pub(super) const fn way_of(direction: Direction) -> u8 {
    match direction {
        Direction::LowToHigh => 0,
        Direction::HighToLow => 1,
    }
}

impl<K: Key> Arrival<K> {
    #[inline]
    pub(super) const fn side(&self) -> usize {
        (self.way & 1) as usize
    }
}

impl<K: Key> Arrival<K> {
    /// The sequence number that the SYN before this packet had, if nothing came between; its own if it is one.
    pub(super) const fn syn_sequence(&self) -> u32 {
        if self.flags & SYN != 0 { self.sequence } else { self.sequence.wrapping_sub(1) }
    }
}

impl<K: Key> Record<K> {
    /// A flow of which this is the first packet.
    pub(super) fn begin(packet: &Arrival<K>) -> Self {
        let mut record = Self { key: packet.key, first: packet.time, last: packet.time, ..Self::default() };
        record.state = State::LIVE.with(initiator(packet));
        record.count(packet);
        record.shake(packet);
        record
    }

    /// Adds a packet.
    #[inline(always)]
    pub(super) fn count(&mut self, packet: &Arrival<K>) {
        let side = packet.side();
        self.bytes[side] += u64::from(packet.length);
        let (packets, more) = self.packets[side].overflowing_add(1);
        self.packets[side] = packets;
        if more {
            self.packets_above[side] = self.packets_above[side].saturating_add(1);
        }
        self.flags[side] |= packet.flags;
        self.last = self.last.max(packet.time);
        self.first = self.first.min(packet.time);
    }

    /// What a packet that opens or closes a connection says of its flow.
    pub(super) fn shake(&mut self, packet: &Arrival<K>) {
        if packet.flags & RST != 0 || self.flags[0] & self.flags[1] & FIN != 0 {
            self.state = self.state.with(State::CLOSED);
        }
        if packet.flags & SYN != 0 && !self.state.has(State::CERTAIN) {
            self.state = self.state.without(State::FROM_HIGH).with(initiator(packet));
        }
    }

    #[inline]
    pub(super) const fn is_live(&self) -> bool {
        self.state.has(State::LIVE)
    }

    /// Whether a side has sent no packet.
    #[inline]
    pub(super) const fn is_silent(&self, side: usize) -> bool {
        self.packets[side & 1] == 0 && self.packets_above[side & 1] == 0
    }

    /// Whether another packet of a side makes the flow nothing that it was not.
    #[inline]
    pub(super) const fn is_going_on(&self, side: usize) -> bool {
        // Neither its first one, nor the one after which an unanswered flow is no mere attempt.
        !matches!(self.packets[side & 1], 0 | BEFORE_MANY)
    }

    /// Whether both sides have sent packets.
    #[inline]
    pub(super) const fn is_answered(&self) -> bool {
        !self.is_silent(0) && !self.is_silent(1)
    }

    /// Whether it has shown that it is no attempt: it is answered, or goes on and on.
    #[inline]
    pub(super) const fn is_established(&self) -> bool {
        self.is_answered() || self.packets[0] >= MANY || self.packets[1] >= MANY
    }

    pub(super) fn packets(&self) -> [u64; 2] {
        [0, 1].map(|side: usize| u64::from(self.packets_above[side]) << 32 | u64::from(self.packets[side]))
    }

    pub(super) const fn bytes(&self) -> [u64; 2] {
        self.bytes
    }

    /// The side that has begun it.
    pub(super) const fn initiator(&self) -> Direction {
        if self.state.has(State::FROM_HIGH) { Direction::HighToLow } else { Direction::LowToHigh }
    }
}

/// Packets in one direction after which an unanswered flow is no mere attempt: multicast, telemetry.
const MANY: u32 = 16;
const BEFORE_MANY: u32 = MANY - 1;

/// Ports below belong to services, [RFC 6335 §6](https://www.rfc-editor.org/rfc/rfc6335#section-6).
const SYSTEM_PORTS: u16 = 1024;

/// Who has begun a flow, as far as a packet tells: by the handshake, else by the ports, of which the system's are asked, else
/// its sender.
fn initiator<K: Key>(packet: &Arrival<K>) -> State {
    let tail = packet.key.tail();
    let from = |high: bool| if high { State::FROM_HIGH } else { State::default() };
    let from_high = packet.side() == 1;
    if tail.protocol() == TCP && packet.flags & SYN != 0 {
        return from(from_high != (packet.flags & ACK != 0)).with(State::CERTAIN);
    }
    let (low, high) = tail.ports();
    let has_ports = matches!(tail.protocol(), TCP | 17 | 132);
    match (low < SYSTEM_PORTS, high < SYSTEM_PORTS) {
        (true, false) if has_ports => from(true),
        (false, true) if has_ports => from(false),
        _ => from(from_high),
    }
}
