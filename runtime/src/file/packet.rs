//! One packet of a capture file.

use super::link_type::LinkType;
use super::options::Options;

/// A packet as a capture file holds it. It borrows the reader's buffer, or the [`Batch`](super::Batch) it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The bytes that were captured, from the first of the link layer.
    pub data: &'a [u8],
    /// The packet's number in the file; the first is 1.
    pub frame: u64,
    /// When it was captured, in nanoseconds since 1970-01-01 00:00 UTC. `None` where the file does not say (a pcapng
    /// Simple Packet Block).
    ///
    /// Every time that a file can express fits, the most absurd too: 2^64 units of a second, and an offset of 2^63
    /// seconds.
    pub timestamp: Option<i128>,
    /// The packet's length in bytes when it was on the link; at least as long as `data` if the file is consistent.
    pub origlen: u32,
    /// What the first byte of `data` is the first byte of.
    pub link_type: LinkType,
    /// The index in [`Reader::interfaces`](super::Reader::interfaces) of the interface that captured it.
    pub interface: u32,
    /// Length in bytes of the frame check sequence at the end of the packet, where the file says it.
    pub fcs_len: Option<u8>,
    /// The options of its pcapng block, such as comments; none in a pcap file.
    pub options: Options<'a>,
}

impl Packet<'_> {
    /// How many bytes were captured: the length of `data`.
    #[must_use]
    #[inline]
    pub fn caplen(&self) -> u32 {
        // No record is longer than `limits::LARGEST_RECORD`, so that nothing is lost.
        u32::try_from(self.data.len()).unwrap_or(u32::MAX)
    }

    /// Whether bytes of the packet were not captured.
    #[must_use]
    #[inline]
    pub fn is_truncated(&self) -> bool {
        self.caplen() < self.origlen
    }
}

/// What a capture file says of an interface. A pcap file has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// The link-layer type of its packets.
    pub link_type: LinkType,
    /// The most bytes that were captured of each packet; 0 if there was no limit.
    pub snaplen: u32,
    /// Its name, such as `eth0`.
    pub name: Option<String>,
    /// What a user or an operating system calls it.
    pub description: Option<String>,
    /// Length in bytes of the frame check sequence of its packets, where the file says it.
    pub fcs_len: Option<u8>,
    /// How fine its clock is.
    pub resolution: Resolution,
}

impl Interface {
    /// An interface of which only the link type is known; its times are in nanoseconds.
    #[must_use]
    pub fn new(link_type: LinkType) -> Self {
        Self {
            link_type,
            snaplen: 0,
            name: None,
            description: None,
            fcs_len: None,
            resolution: Resolution::NANOSECONDS,
        }
    }
}

/// The unit of an interface's timestamps. A file has 7 bits for the exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resolution {
    /// Units of 10^-n seconds: 6 for microseconds, 9 for nanoseconds.
    Decimal(u8),
    /// Units of 2^-n seconds.
    Binary(u8),
}

impl Resolution {
    /// Microseconds, the unit where a file says nothing else.
    pub const MICROSECONDS: Self = Self::Decimal(6);
    /// Nanoseconds.
    pub const NANOSECONDS: Self = Self::Decimal(9);
}
