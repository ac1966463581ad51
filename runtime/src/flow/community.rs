//! The name of a flow that other tools give it too.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};
use std::net::IpAddr;

/// [Community ID](https://github.com/corelight/community-id-spec), version 1: how Zeek, Suricata, Arkime and Wireshark call
/// one flow by one name.
///
/// ```
/// use packet_runtime::flow::CommunityId;
///
/// let (client, server) = ("128.232.110.120".parse()?, "66.35.250.204".parse()?);
/// let name = CommunityId::default().ports(6, (client, 34855), (server, 80));
/// assert_eq!(name, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CommunityId {
    seed: u16,
}

const ICMP: u8 = 1;
const ICMPV6: u8 = 58;

/// Types of ICMP that ask, and those that answer, RFC 792, RFC 950, RFC 1256.
const ICMP_PAIRS: &[(u8, u8)] = &[(8, 0), (13, 14), (15, 16), (10, 9), (17, 18)];

/// The same of ICMPv6, RFC 4443, RFC 4861, RFC 2710, RFC 4620, RFC 6275.
const ICMPV6_PAIRS: &[(u8, u8)] = &[(128, 129), (133, 134), (135, 136), (130, 131), (139, 140), (144, 145)];

/// The type of the answer to a message of ICMP, or of the question; nothing where there is none.
pub(super) fn counterpart(version_4: bool, kind: u8) -> Option<u8> {
    let pairs = if version_4 { ICMP_PAIRS } else { ICMPV6_PAIRS };
    pairs.iter().find_map(|&(asks, answers)| match kind {
        _ if kind == asks => Some(answers),
        _ if kind == answers => Some(asks),
        _ => None,
    })
}

impl CommunityId {
    /// Names with that seed, by which sites keep theirs apart.
    #[must_use]
    pub const fn with_seed(seed: u16) -> Self {
        Self { seed }
    }

    /// The name of a flow whose protocol has ports: TCP, UDP, SCTP. The same in both directions.
    #[must_use]
    pub fn ports(self, protocol: u8, src: (IpAddr, u16), dst: (IpAddr, u16)) -> String {
        let (low, high) = if octets(src.0, src.1) <= octets(dst.0, dst.1) { (src, dst) } else { (dst, src) };
        self.named(protocol, low.0, high.0, Some((low.1, high.1)))
    }

    /// The name of a flow of a protocol that has no ports.
    #[must_use]
    pub fn addresses(self, protocol: u8, src: IpAddr, dst: IpAddr) -> String {
        let (low, high) = if octets(src, 0) <= octets(dst, 0) { (src, dst) } else { (dst, src) };
        self.named(protocol, low, high, None)
    }

    /// The name of a flow of ICMP or ICMPv6, whichever goes with the addresses. A question and its answer have the same; a
    /// message that nothing answers is named by its type and code.
    #[must_use]
    pub fn icmp(self, src: IpAddr, dst: IpAddr, kind: u8, code: u8) -> String {
        let protocol = if src.is_ipv4() { ICMP } else { ICMPV6 };
        match counterpart(src.is_ipv4(), kind) {
            Some(other) => self.ports(protocol, (src, kind.into()), (dst, other.into())),
            None => self.named(protocol, src, dst, Some((kind.into(), code.into()))),
        }
    }

    fn named(self, protocol: u8, low: IpAddr, high: IpAddr, ports: Option<(u16, u16)>) -> String {
        let mut hash = Sha1::new();
        hash.update(self.seed.to_be_bytes());
        for address in [low, high] {
            match address {
                IpAddr::V4(address) => hash.update(address.octets()),
                IpAddr::V6(address) => hash.update(address.octets()),
            }
        }
        hash.update([protocol, 0]);
        if let Some((low, high)) = ports {
            hash.update(low.to_be_bytes());
            hash.update(high.to_be_bytes());
        }
        let mut name = "1:".to_owned();
        STANDARD.encode_string(hash.finalize(), &mut name);
        name
    }
}

/// What ends are ordered by: the bytes of the address, and the port.
fn octets(address: IpAddr, port: u16) -> (u128, u16) {
    match address {
        IpAddr::V4(address) => (address.to_bits().into(), port),
        IpAddr::V6(address) => (address.to_bits(), port),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test may panic")]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// From the specification's own baselines.
    #[test]
    fn published_names() {
        let id = CommunityId::default();
        let (client, server) = ((ip("128.232.110.120"), 34855), (ip("66.35.250.204"), 80));
        assert_eq!(id.ports(6, client, server), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        assert_eq!(id.ports(6, server, client), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        assert_eq!(CommunityId::with_seed(1).ports(6, client, server), "1:3V71V58M3Ksw/yuFALMcW0LAHvc=");
        let (host, resolver) = ((ip("192.168.1.52"), 54585), (ip("8.8.8.8"), 53));
        assert_eq!(id.ports(17, host, resolver), "1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
        let (pinger, pinged) = (ip("192.168.0.89"), ip("192.168.0.1"));
        assert_eq!(id.icmp(pinger, pinged, 8, 0), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
        assert_eq!(id.icmp(pinged, pinger, 0, 0), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
    }

    #[test]
    fn what_nothing_answers_is_named_by_its_type_and_code() {
        let id = CommunityId::default();
        let (src, dst) = (ip("192.0.2.1"), ip("192.0.2.2"));
        assert_ne!(id.icmp(src, dst, 3, 0), id.icmp(src, dst, 3, 1));
        assert_ne!(id.icmp(src, dst, 3, 0), id.icmp(dst, src, 3, 0));
        assert_eq!(id.addresses(47, src, dst), id.addresses(47, dst, src));
    }
}
