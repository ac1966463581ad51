//! One end of a conversation at one layer.

use packet_core::text;
use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// What an [`Endpoint`] is an address of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EndpointKind {
    /// Hardware: 6 bytes, IEEE 802-2014 §8.2.
    Mac,
    /// The Internet: 4 bytes, RFC 791 §2.3.
    Ipv4,
    /// The Internet, version 6: 16 bytes, RFC 4291 §2.
    Ipv6,
    /// A port of TCP: 2 bytes, RFC 9293 §3.1.
    Tcp,
    /// A port of UDP: 2 bytes, RFC 768.
    Udp,
    /// A port of SCTP: 2 bytes, RFC 9260 §3.1.
    Sctp,
    /// Something of the user's, by a number of the user's: up to [`Endpoint::MOST`] bytes.
    Other(u16),
}

/// One address of one layer.
///
/// It is a small value: it can be copied, compared, ordered, hashed, shown and read again.
///
/// ```
/// use packet_runtime::flow::{Endpoint, EndpointKind};
/// use std::net::Ipv4Addr;
///
/// let host = Endpoint::from(Ipv4Addr::new(192, 0, 2, 1));
/// assert_eq!(host, "192.0.2.1".parse()?);
/// assert_eq!(host.kind(), EndpointKind::Ipv4);
/// assert_eq!(Endpoint::tcp(443).to_string(), "tcp:443");
/// # Ok::<(), packet_runtime::flow::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    kind: EndpointKind,
    /// Zeros behind `length`.
    bytes: [u8; Self::MOST],
    length: u8,
}

impl EndpointKind {
    /// How many bytes its addresses have; `None` where that varies.
    #[must_use]
    pub const fn length(self) -> Option<usize> {
        match self {
            Self::Mac => Some(6),
            Self::Ipv4 => Some(4),
            Self::Ipv6 => Some(16),
            Self::Tcp | Self::Udp | Self::Sctp => Some(2),
            Self::Other(_) => None,
        }
    }

    /// What stands in front of a number that alone would not say what it is.
    const fn prefix(self) -> Option<&'static str> {
        match self {
            Self::Tcp => Some("tcp"),
            Self::Udp => Some("udp"),
            Self::Sctp => Some("sctp"),
            Self::Mac | Self::Ipv4 | Self::Ipv6 | Self::Other(_) => None,
        }
    }
}

impl Endpoint {
    /// Bytes of the longest address.
    pub const MOST: usize = 16;

    /// An endpoint of that kind.
    ///
    /// # Errors
    ///
    /// Addresses of that kind have another length.
    pub fn new(kind: EndpointKind, address: &[u8]) -> Result<Self, LengthError> {
        let wrong = LengthError { kind, length: address.len() };
        if kind.length().is_some_and(|length| length != address.len()) {
            return Err(wrong);
        }
        let mut bytes = [0; Self::MOST];
        bytes.get_mut(..address.len()).ok_or(wrong)?.copy_from_slice(address);
        Ok(Self { kind, bytes, length: address.len() as u8 })
    }

    /// A port of TCP.
    #[must_use]
    pub const fn tcp(port: u16) -> Self {
        Self::port_of(EndpointKind::Tcp, port)
    }

    /// A port of UDP.
    #[must_use]
    pub const fn udp(port: u16) -> Self {
        Self::port_of(EndpointKind::Udp, port)
    }

    /// A port of SCTP.
    #[must_use]
    pub const fn sctp(port: u16) -> Self {
        Self::port_of(EndpointKind::Sctp, port)
    }

    const fn port_of(kind: EndpointKind, port: u16) -> Self {
        let mut bytes = [0; Self::MOST];
        [bytes[0], bytes[1]] = port.to_be_bytes();
        Self { kind, bytes, length: 2 }
    }

    /// What it is an address of.
    #[must_use]
    pub const fn kind(&self) -> EndpointKind {
        self.kind
    }

    /// The address, as it stands in a packet.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or(&self.bytes)
    }

    /// The address of the Internet, if it is one.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        match self.kind {
            EndpointKind::Ipv4 => self.bytes.first_chunk::<4>().map(|&bytes| IpAddr::from(bytes)),
            EndpointKind::Ipv6 => Some(IpAddr::from(self.bytes)),
            _ => None,
        }
    }

    /// The port, if it is one.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.kind.prefix().map(|_| u16::from_be_bytes([self.bytes[0], self.bytes[1]]))
    }
}

impl From<Ipv4Addr> for Endpoint {
    fn from(address: Ipv4Addr) -> Self {
        let mut bytes = [0; Self::MOST];
        [bytes[0], bytes[1], bytes[2], bytes[3]] = address.octets();
        Self { kind: EndpointKind::Ipv4, bytes, length: 4 }
    }
}

impl From<Ipv6Addr> for Endpoint {
    fn from(address: Ipv6Addr) -> Self {
        Self { kind: EndpointKind::Ipv6, bytes: address.octets(), length: 16 }
    }
}

impl From<IpAddr> for Endpoint {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => address.into(),
        }
    }
}

impl From<[u8; 6]> for Endpoint {
    /// An address of hardware.
    fn from(address: [u8; 6]) -> Self {
        let mut bytes = [0; Self::MOST];
        [bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]] = address;
        Self { kind: EndpointKind::Mac, bytes, length: 6 }
    }
}

impl fmt::Display for Endpoint {
    /// `02:00:5e:10:00:01`, `192.0.2.1`, `2001:db8::1`, `tcp:443`, and `other7:0a0b` of what is the user's own.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.ip(), self.port()) {
            (_, Some(IpAddr::V4(address)), _) => text::ipv4(out, address.octets()),
            (_, Some(IpAddr::V6(address)), _) => text::ipv6(out, address.octets()),
            (kind, _, Some(port)) => write!(out, "{}:{port}", kind.prefix().unwrap_or_default()),
            (EndpointKind::Other(number), ..) => {
                write!(out, "other{number}:")?;
                text::hex(out, self.bytes())
            }
            _ => text::hex_separated(out, self.bytes(), ':'),
        }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}({self})", self.kind)
    }
}

impl FromStr for Endpoint {
    type Err = ParseError;

    /// Reads what `Display` shows.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let wrong = || ParseError(text.to_owned());
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(address.into());
        }
        if let Some(address) = text::parse_mac(text) {
            return Ok(address.into());
        }
        let (kind, value) = text.split_once(':').ok_or_else(wrong)?;
        if let Some(number) = kind.strip_prefix("other") {
            let number = number.parse().map_err(|_| wrong())?;
            let bytes = bytes_of(value).ok_or_else(wrong)?;
            return Self::new(EndpointKind::Other(number), &bytes).map_err(|_| wrong());
        }
        let kind = port_kind(kind).ok_or_else(wrong)?;
        Ok(Self::port_of(kind, value.parse().map_err(|_| wrong())?))
    }
}

/// The kind of port that has this name.
pub(super) fn port_kind(name: &str) -> Option<EndpointKind> {
    let kinds = [EndpointKind::Tcp, EndpointKind::Udp, EndpointKind::Sctp];
    kinds.into_iter().find(|kind| kind.prefix().is_some_and(|prefix| prefix.eq_ignore_ascii_case(name)))
}

/// Bytes as pairs of hexadecimal digits.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |digit: u8| char::from(digit).to_digit(16);
    let byte = |&[high, low]: &[u8; 2]| u8::try_from(digit(high)? << 4 | digit(low)?).ok();
    rest.is_empty().then(|| pairs.iter().map(byte).collect())?
}

/// An address has not as many bytes as its kind of address has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LengthError {
    /// What it should be an address of.
    pub kind: EndpointKind,
    /// How many bytes there are.
    pub length: usize,
}

impl fmt::Display for LengthError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, length } = self;
        match kind.length() {
            Some(wanted) => write!(out, "an address of {kind:?} has {wanted} bytes, not {length}"),
            None => write!(out, "an address has {} bytes at most, not {length}", Endpoint::MOST),
        }
    }
}

impl Error for LengthError {}

/// A text is no endpoint, flow or range: it says which text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError(pub(super) String);

impl fmt::Display for ParseError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{}` is no address, such as 192.0.2.1, 2001:db8::1, 02:00:5e:10:00:01 or tcp:443", self.0)
    }
}

impl Error for ParseError {}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test may panic")]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_read() {
        for text in [
            "02:00:5e:10:00:01",
            "192.0.2.1",
            "2001:db8::1",
            "tcp:443",
            "udp:0",
            "sctp:65535",
            "other7:0a0b",
            "other0:",
        ] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
        }
        assert_eq!("TCP:80".parse(), Ok(Endpoint::tcp(80)));
    }

    #[test]
    fn what_is_no_address_says_so() {
        for text in
            ["", "tcp", "tcp:", "tcp:65536", "192.0.2", "icmp:8", "other:00", "other1:0", "other1:0g", "other70000:"]
        {
            assert_eq!(text.parse::<Endpoint>(), Err(ParseError(text.to_owned())), "{text}");
        }
        let long = format!("other1:{}", "00".repeat(17));
        assert!(long.parse::<Endpoint>().is_err());
        assert_eq!(
            Endpoint::new(EndpointKind::Ipv4, &[1, 2, 3]).unwrap_err().to_string(),
            "an address of Ipv4 has 4 bytes, not 3"
        );
    }

    #[test]
    fn endpoints_are_ordered_by_kind_and_then_by_number() {
        let texts =
            ["9.0.0.0", "10.0.0.0", "::", "tcp:9", "tcp:80", "udp:1", "other1:", "other1:00", "other1:0000", "other2:"];
        let endpoints = texts.map(|text| text.parse::<Endpoint>().unwrap());
        assert!(endpoints.is_sorted_by(|a, b| a < b), "{endpoints:?}");
    }
}
