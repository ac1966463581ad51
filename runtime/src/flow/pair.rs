//! From one endpoint to another.

use super::endpoint::{Endpoint, EndpointKind, ParseError};
use packet_core::hash::SipHash24;
use std::fmt;
use std::str::FromStr;

/// Two endpoints of one kind: from the one to the other.
///
/// ```
/// use packet_runtime::flow::{Endpoint, Flow};
///
/// let (client, server) = (Endpoint::tcp(40_000), Endpoint::tcp(443));
/// let flow = Flow::new(client, server).ok_or("two kinds")?;
/// assert_eq!(flow.endpoints(), (client, server));
/// assert_eq!(flow.reverse().src(), server);
/// // Port by port, as of a translator of addresses.
/// let translated = flow.map(|end| if end == client { Endpoint::tcp(50_000) } else { end });
/// assert_eq!(translated, Flow::new(Endpoint::tcp(50_000), server));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flow {
    src: Endpoint,
    dst: Endpoint,
}

impl Flow {
    /// From `src` to `dst`; `None` where they are of different kinds.
    #[must_use]
    pub fn new(src: Endpoint, dst: Endpoint) -> Option<Self> {
        (src.kind() == dst.kind()).then_some(Self { src, dst })
    }

    /// What it leads from and to.
    #[must_use]
    pub const fn kind(&self) -> EndpointKind {
        self.src.kind()
    }

    /// Who sends.
    #[must_use]
    pub const fn src(&self) -> Endpoint {
        self.src
    }

    /// Who receives.
    #[must_use]
    pub const fn dst(&self) -> Endpoint {
        self.dst
    }

    /// Who sends, and who receives.
    #[must_use]
    pub const fn endpoints(&self) -> (Endpoint, Endpoint) {
        (self.src, self.dst)
    }

    /// The other direction.
    #[must_use]
    pub const fn reverse(self) -> Self {
        Self { src: self.dst, dst: self.src }
    }

    /// Both ends, changed by `change`; `None` where they are of different kinds then.
    #[must_use]
    pub fn map(self, mut change: impl FnMut(Endpoint) -> Endpoint) -> Option<Self> {
        Self::new(change(self.src), change(self.dst))
    }

    /// The same for both directions: the smaller end first.
    #[must_use]
    pub fn canonical(self) -> Self {
        if self.src <= self.dst { self } else { self.reverse() }
    }

    /// A hash that both directions share, and that stays the same on every machine and in every version: SipHash-2-4 under a
    /// key of zeros over the kind and the address of each end, the smaller one first.
    ///
    /// Whoever knows it can make flows collide; a table wants a hash with a key that nobody knows.
    #[must_use]
    pub fn symmetric_hash(&self) -> u64 {
        let (low, high) = self.canonical().endpoints();
        let kind: u32 = match self.kind() {
            EndpointKind::Mac => 1,
            EndpointKind::Ipv4 => 2,
            EndpointKind::Ipv6 => 3,
            EndpointKind::Tcp => 4,
            EndpointKind::Udp => 5,
            EndpointKind::Sctp => 6,
            EndpointKind::Other(number) => 1 << 16 | u32::from(number),
        };
        let [_, kind @ ..] = kind.to_be_bytes();
        SipHash24::new([0; 16]).update(&kind).update(low.bytes()).update(high.bytes()).finish()
    }
}

impl fmt::Display for Flow {
    /// `192.0.2.1 → 192.0.2.2`
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} → {}", self.src, self.dst)
    }
}

impl fmt::Debug for Flow {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}({self})", self.kind())
    }
}

impl FromStr for Flow {
    type Err = ParseError;

    /// Reads what `Display` shows; `->` may stand for the arrow.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let wrong = || ParseError(text.to_owned());
        let (src, dst) = text.split_once('→').or_else(|| text.split_once("->")).ok_or_else(wrong)?;
        Self::new(src.trim().parse()?, dst.trim().parse()?).ok_or_else(wrong)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test may panic")]
mod tests {
    use super::*;
    use packet_core::hash::siphash24;
    use std::collections::HashSet;

    #[test]
    fn what_is_shown_can_be_read() {
        for text in ["192.0.2.1 → 192.0.2.2", "tcp:1 → tcp:2", "02:00:5e:10:00:01 → ff:ff:ff:ff:ff:ff"] {
            let flow: Flow = text.parse().unwrap();
            assert_eq!(flow.to_string(), text);
            assert_eq!(text.replace('→', "->").parse(), Ok(flow));
            assert_eq!(flow.reverse().reverse(), flow);
            assert_eq!(flow.reverse().canonical(), flow.canonical());
        }
        for text in ["tcp:1 → udp:1", "192.0.2.1 → ::", "tcp:1", "tcp:1 → ", "→"] {
            assert!(text.parse::<Flow>().is_err(), "{text}");
        }
    }

    #[test]
    fn hashes_are_symmetric_and_tell_kinds_apart() {
        let texts =
            ["tcp:1 → tcp:2", "udp:1 → udp:2", "sctp:1 → sctp:2", "other1:0001 → other1:0002", "0.0.0.1 → 0.0.0.2"];
        let mut seen = HashSet::new();
        for text in texts {
            let flow: Flow = text.parse().unwrap();
            assert_eq!(flow.symmetric_hash(), flow.reverse().symmetric_hash());
            assert!(seen.insert(flow.symmetric_hash()), "{text}");
        }
    }

    /// What other programs have stored must be found again.
    #[test]
    fn the_hash_never_changes() {
        let flow: Flow = "192.0.2.1 → 192.0.2.2".parse().unwrap();
        let known = siphash24([0; 16], &[0, 0, 2, 192, 0, 2, 1, 192, 0, 2, 2]);
        assert_eq!(flow.symmetric_hash(), known);
    }
}
