//! The name of a conversation in tables.

use super::endpoint::Endpoint;
use super::pair::Flow;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// A conversation: a protocol, two addresses with their ports, and the network in which all this means something. Both directions
/// have the same key.
///
/// ```
/// use packet_runtime::flow::{Context, Direction, FlowKey};
///
/// let (client, server) = ("192.0.2.1:40000".parse()?, "198.51.100.7:443".parse()?);
/// let asked = FlowKey::new(6, client, server, Context::default());
/// let answered = FlowKey::new(6, server, client, Context::default());
/// let ((key, there), (same, back)) = asked.zip(answered).ok_or("two versions of IP")?;
/// assert_eq!(key, same);
/// assert_eq!((there, back), (Direction::LowToHigh, Direction::HighToLow));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowKey {
    protocol: u8,
    version: Version,
    context: Context,
    low: (u128, u16),
    high: (u128, u16),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Version {
    V4,
    V6,
}

/// Which way a packet of a conversation goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the smaller end to the greater, by address and then by port; and where both are the same.
    LowToHigh,
    /// From the greater end to the smaller.
    HighToLow,
}

impl Direction {
    /// The other one.
    #[must_use]
    pub const fn reverse(self) -> Self {
        match self {
            Self::LowToHigh => Self::HighToLow,
            Self::HighToLow => Self::LowToHigh,
        }
    }
}

/// The network that addresses belong to: the same ones may be in use in another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Context {
    /// Of which VLANs.
    pub vlans: Vlans,
    /// Through which tunnel, the innermost one.
    pub tunnel: Option<Tunnel>,
}

/// The VLANs that a frame is tagged with, the outermost first; the two innermost ones where there are more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vlans {
    /// One more than each number; 0 for none.
    ids: [u16; 2],
}

impl Vlans {
    /// These, and within them another.
    #[must_use]
    pub const fn within(self, id: u16) -> Self {
        let id = (id & 0xfff) + 1;
        match self.ids {
            [0, _] => Self { ids: [id, 0] },
            [outer, 0] => Self { ids: [outer, id] },
            [_, inner] => Self { ids: [inner, id] },
        }
    }

    /// One more than the number of the only one, and 0 where there is none; nothing where there are two.
    #[inline]
    pub(super) const fn single(self) -> Option<u32> {
        match self.ids {
            [only, 0] => Some(only as u32),
            _ => None,
        }
    }

    /// Their numbers, the outermost first.
    pub fn iter(&self) -> impl Iterator<Item = u16> + use<> {
        self.ids.into_iter().filter_map(|id| id.checked_sub(1))
    }
}

/// A tunnel that packets come through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tunnel {
    /// What it is called, such as `Vxlan`.
    pub kind: &'static str,
    /// Which network it says; 0 where it says none.
    pub id: u32,
}

impl FlowKey {
    /// The key of a packet, and which way that goes; `None` where the addresses are of different versions.
    #[must_use]
    pub fn new(protocol: u8, src: SocketAddr, dst: SocketAddr, context: Context) -> Option<(Self, Direction)> {
        let ((version, src), (other, dst)) = (number(src), number(dst));
        if version != other {
            return None;
        }
        Some(match src <= dst {
            true => (Self { protocol, version, context, low: src, high: dst }, Direction::LowToHigh),
            false => (Self { protocol, version, context, low: dst, high: src }, Direction::HighToLow),
        })
    }

    /// The protocol, as IP numbers them.
    #[must_use]
    pub const fn protocol(&self) -> u8 {
        self.protocol
    }

    /// The network that the addresses belong to.
    #[must_use]
    pub const fn context(&self) -> Context {
        self.context
    }

    /// Who sends and who receives, of packets that go this way.
    #[must_use]
    pub fn ends(&self, direction: Direction) -> (SocketAddr, SocketAddr) {
        let of = |(address, port): (u128, u16)| {
            let address = match self.version {
                Version::V4 => IpAddr::from((address as u32).to_be_bytes()),
                Version::V6 => IpAddr::from(address.to_be_bytes()),
            };
            SocketAddr::new(address, port)
        };
        match direction {
            Direction::LowToHigh => (of(self.low), of(self.high)),
            Direction::HighToLow => (of(self.high), of(self.low)),
        }
    }

    /// The flow of addresses of packets that go this way.
    #[must_use]
    pub fn network_flow(&self, direction: Direction) -> Option<Flow> {
        let (src, dst) = self.ends(direction);
        Flow::new(src.ip().into(), dst.ip().into())
    }

    /// The flow of ports of packets that go this way; `None` where the protocol is not TCP, UDP or SCTP.
    #[must_use]
    pub fn transport_flow(&self, direction: Direction) -> Option<Flow> {
        let (src, dst) = self.ends(direction);
        let of: fn(u16) -> Endpoint = match self.protocol {
            6 => Endpoint::tcp,
            17 => Endpoint::udp,
            132 => Endpoint::sctp,
            _ => return None,
        };
        Flow::new(of(src.port()), of(dst.port()))
    }
}

fn number(end: SocketAddr) -> (Version, (u128, u16)) {
    match end {
        SocketAddr::V4(end) => (Version::V4, (end.ip().to_bits().into(), end.port())),
        SocketAddr::V6(end) => (Version::V6, (end.ip().to_bits(), end.port())),
    }
}

impl fmt::Debug for FlowKey {
    /// `FlowKey(6, 192.0.2.1:40000 ↔ 198.51.100.7:443)`
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = self.ends(Direction::LowToHigh);
        write!(out, "FlowKey({}, {low} ↔ {high}", self.protocol)?;
        if self.context != Context::default() {
            write!(out, ", {:?}", self.context)?;
        }
        out.write_str(")")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test may panic")]
mod tests {
    use super::*;

    fn key(protocol: u8, src: &str, dst: &str, context: Context) -> (FlowKey, Direction) {
        FlowKey::new(protocol, src.parse().unwrap(), dst.parse().unwrap(), context).unwrap()
    }

    #[test]
    fn both_directions_have_one_key_and_every_part_tells_keys_apart() {
        let plain = Context::default();
        let one = key(6, "192.0.2.1:1", "192.0.2.2:2", plain);
        assert_eq!(key(6, "192.0.2.2:2", "192.0.2.1:1", plain), (one.0, one.1.reverse()));
        let tagged = Context { vlans: Vlans::default().within(0), ..plain };
        let tunnelled = Context { tunnel: Some(Tunnel { kind: "Vxlan", id: 0 }), ..plain };
        for other in [
            key(17, "192.0.2.1:1", "192.0.2.2:2", plain),
            key(6, "192.0.2.1:2", "192.0.2.2:1", plain),
            key(6, "[::c000:201]:1", "[::c000:202]:2", plain),
            key(6, "192.0.2.1:1", "192.0.2.2:2", tagged),
            key(6, "192.0.2.1:1", "192.0.2.2:2", tunnelled),
        ] {
            assert_ne!(one.0, other.0);
        }
        assert!(FlowKey::new(6, "192.0.2.1:1".parse().unwrap(), "[::1]:1".parse().unwrap(), plain).is_none());
    }

    #[test]
    fn who_talks_to_itself_goes_one_way() {
        assert_eq!(key(17, "127.0.0.1:9", "127.0.0.1:9", Context::default()).1, Direction::LowToHigh);
    }

    #[test]
    fn the_innermost_vlans_are_kept() {
        let vlans = Vlans::default().within(1).within(2);
        assert_eq!(vlans.iter().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(vlans.within(0xffff).iter().collect::<Vec<_>>(), [2, 4095]);
    }

    #[test]
    fn flows_of_both_levels() {
        let (key, way) = key(17, "192.0.2.9:4000", "192.0.2.2:53", Context::default());
        assert_eq!(key.transport_flow(way).unwrap().to_string(), "udp:4000 → udp:53");
        assert_eq!(key.network_flow(way.reverse()).unwrap().to_string(), "192.0.2.2 → 192.0.2.9");
    }
}
