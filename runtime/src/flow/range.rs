//! Ranges of addresses and ports.

use super::endpoint::{Endpoint, EndpointKind, ParseError, port_kind};
use super::pair::Flow;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// All endpoints of a kind from one to another, both included.
///
/// ```
/// use packet_runtime::flow::{EndpointRange, Flow};
///
/// let answered: Flow = "udp:1024 → udp:53".parse()?;
/// let ephemeral: EndpointRange = "udp:1000..=5000".parse()?;
/// assert!(ephemeral.touches(&answered) && !ephemeral.holds(&answered));
/// let network: EndpointRange = "192.0.2.0/24".parse()?;
/// assert!(network.contains("192.0.2.77".parse()?));
/// # Ok::<(), packet_runtime::flow::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EndpointRange {
    low: Endpoint,
    high: Endpoint,
}

impl EndpointRange {
    /// From `low` to `high`; `None` where they are of different kinds, or `high` comes before `low`.
    #[must_use]
    pub fn new(low: Endpoint, high: Endpoint) -> Option<Self> {
        (low.kind() == high.kind() && low <= high).then_some(Self { low, high })
    }

    /// The addresses that share their first `length` bits with one; `None` where there are not as many.
    #[must_use]
    pub fn prefix(address: IpAddr, length: u32) -> Option<Self> {
        let (bits, number) = match address {
            IpAddr::V4(address) => (32, u128::from(address.to_bits())),
            IpAddr::V6(address) => (128, address.to_bits()),
        };
        let rest = bits - (length <= bits).then_some(length)?;
        let hosts = 1_u128.checked_shl(rest).map_or(u128::MAX, |size| size - 1);
        let of = |number: u128| match address {
            IpAddr::V4(_) => IpAddr::from((number as u32).to_be_bytes()),
            IpAddr::V6(_) => IpAddr::from(number.to_be_bytes()),
        };
        Self::new(of(number & !hosts).into(), of(number | hosts).into())
    }

    /// The kind of its endpoints.
    #[must_use]
    pub const fn kind(&self) -> EndpointKind {
        self.low.kind()
    }

    /// Whether an endpoint is one of them. Those of other kinds never are.
    #[must_use]
    pub fn contains(&self, end: Endpoint) -> bool {
        end.kind() == self.kind() && self.low <= end && end <= self.high
    }

    /// Whether one end of a flow is one of them at least.
    #[must_use]
    pub fn touches(&self, flow: &Flow) -> bool {
        self.contains(flow.src()) || self.contains(flow.dst())
    }

    /// Whether both ends of a flow are.
    #[must_use]
    pub fn holds(&self, flow: &Flow) -> bool {
        self.contains(flow.src()) && self.contains(flow.dst())
    }
}

impl From<Endpoint> for EndpointRange {
    fn from(only: Endpoint) -> Self {
        Self { low: only, high: only }
    }
}

impl fmt::Display for EndpointRange {
    /// `192.0.2.1..=192.0.2.9`, `udp:1000..=5000`, and an endpoint where it is the only one.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.low == self.high, self.high.port()) {
            (true, _) => self.low.fmt(out),
            (false, Some(port)) => write!(out, "{}..={port}", self.low),
            (false, None) => write!(out, "{}..={}", self.low, self.high),
        }
    }
}

impl FromStr for EndpointRange {
    type Err = ParseError;

    /// Reads what `Display` shows, and prefixes: `192.0.2.0/24`. Ports may stand behind a space, too: `Udp 1000..=5000`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let wrong = || ParseError(text.to_owned());
        let text = text.trim();
        if let Some((address, length)) = text.split_once('/') {
            let length = length.parse().map_err(|_| wrong())?;
            return Self::prefix(address.parse().map_err(|_| wrong())?, length).ok_or_else(wrong);
        }
        let endpoint = |text: &str| text.trim().replacen(' ', ":", 1).parse::<Endpoint>().map_err(|_| wrong());
        let Some((low, high)) = text.split_once("..=") else { return Ok(endpoint(text)?.into()) };
        let low = endpoint(low)?;
        let high = match text.split([':', ' ']).next().and_then(port_kind) {
            Some(kind) => {
                let port: u16 = high.trim().parse().map_err(|_| wrong())?;
                Endpoint::new(kind, &port.to_be_bytes()).map_err(|_| wrong())?
            }
            None => high.trim().parse()?,
        };
        Self::new(low, high).ok_or_else(wrong)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test may panic")]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_read() {
        for (text, shown) in [
            ("Udp 1000..=5000", "udp:1000..=5000"),
            ("tcp:80", "tcp:80"),
            ("192.0.2.77/24", "192.0.2.0..=192.0.2.255"),
            ("0.0.0.0/0", "0.0.0.0..=255.255.255.255"),
            ("192.0.2.1/32", "192.0.2.1"),
            ("2001:db8::/127", "2001:db8::..=2001:db8::1"),
            ("::/0", "::..=ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("10.0.0.1 ..= 10.0.0.9", "10.0.0.1..=10.0.0.9"),
        ] {
            let range: EndpointRange = text.parse().unwrap();
            assert_eq!(range.to_string(), shown);
            assert_eq!(shown.parse(), Ok(range));
        }
    }

    #[test]
    fn what_is_no_range_says_so() {
        for text in
            ["", "tcp", "tcp:9..=8", "tcp:1..=", "tcp:1..=udp:2", "192.0.2.0/33", "::/129", "10.0.0.1..=::", "x/8"]
        {
            assert!(text.parse::<EndpointRange>().is_err(), "{text}");
        }
    }

    #[test]
    fn both_ends_are_in() {
        let range: EndpointRange = "udp:1000..=5000".parse().unwrap();
        for (port, is_in) in [(999, false), (1000, true), (5000, true), (5001, false)] {
            assert_eq!(range.contains(Endpoint::udp(port)), is_in, "{port}");
        }
        assert!(!range.contains(Endpoint::tcp(2000)));
    }
}
