//! What a table tells of a flow.

use super::End;
use super::contexts::Contexts;
use super::key::Key;
use super::record::{Record, State};
use crate::flow::sight::ONE_WAY;
use crate::flow::{CommunityId, Context, Direction, FlowKey};
use std::net::SocketAddr;

/// What was counted of a flow: of each pair, first what the initiator has sent, then what the other side has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// The flow. Of ICMP, types and codes take the place of ports, as in [`CommunityId::icmp`].
    pub key: FlowKey,
    /// Which way the packets of the initiator go.
    pub initiator: Direction,
    /// Whether a handshake has told who the initiator is; else ports have, or whose packet was the first.
    pub is_certain: bool,
    /// Packets.
    pub packets: [u64; 2],
    /// The bytes that they had on the link.
    pub bytes: [u64; 2],
    /// The time of the first packet, in nanoseconds since 1970.
    pub first: i64,
    /// That of the last one.
    pub last: i64,
    /// The control bits of TCP that were set in any packet, as the header has them:
    /// [RFC 9293 §3.1](https://www.rfc-editor.org/rfc/rfc9293#section-3.1).
    pub tcp_flags: [u8; 2],
}

/// A flow that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ended<S> {
    /// What was counted.
    pub totals: Totals,
    /// What the user kept of it.
    pub state: S,
    /// Why it is over.
    pub end: End,
}

impl Totals {
    /// Who has begun the flow, and with whom. Of ICMP, the ports are the type and that of the answer, or the code.
    #[must_use]
    pub fn ends(&self) -> (SocketAddr, SocketAddr) {
        self.key.ends(self.initiator)
    }

    /// The name that other tools give it, too. They know of no networks: flows of several may have one.
    #[must_use]
    pub fn community_id(&self, names: CommunityId) -> String {
        let (src, dst) = self.ends();
        match self.key.protocol() {
            protocol @ (6 | 17 | 132) => names.ports(protocol, (src.ip(), src.port()), (dst.ip(), dst.port())),
            1 | 58 => names.icmp(src.ip(), dst.ip(), src.port() as u8, dst.port() as u8),
            protocol => names.addresses(protocol, src.ip(), dst.ip()),
        }
    }

    /// What a record says.
    pub(super) fn of<K: Key>(record: &Record<K>, contexts: &Contexts) -> Option<Self> {
        let tail = record.key.tail();
        let (low, high) = record.key.addresses();
        let (low_port, high_port) = tail.ports();
        let shown = |port: u16| if matches!(tail.protocol(), 1 | 58) { port & !ONE_WAY } else { port };
        let (low, high) = (SocketAddr::new(low, shown(low_port)), SocketAddr::new(high, shown(high_port)));
        let context = contexts.context(tail.context());
        let initiator = record.initiator();
        let (src, dst) = if initiator == Direction::LowToHigh { (low, high) } else { (high, low) };
        Self::between(record, tail.protocol(), src, dst, context)
    }

    fn between<K: Key>(
        record: &Record<K>,
        protocol: u8,
        src: SocketAddr,
        dst: SocketAddr,
        context: Context,
    ) -> Option<Self> {
        let (key, initiator) = FlowKey::new(protocol, src, dst, context)?;
        let turned = record.initiator() == Direction::HighToLow;
        let [packets, bytes] = [record.packets(), record.bytes()].map(|pair| initiator_first(pair, turned));
        Some(Self {
            key,
            initiator,
            is_certain: record.state.has(State::CERTAIN),
            packets,
            bytes,
            first: record.first,
            last: record.last,
            tcp_flags: initiator_first(record.flags, turned),
        })
    }
}

fn initiator_first<T: Copy>([low, high]: [T; 2], turned: bool) -> [T; 2] {
    if turned { [high, low] } else { [low, high] }
}
