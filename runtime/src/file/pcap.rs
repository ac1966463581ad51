//! pcap files [draft-ietf-opsawg-pcap](https://datatracker.ietf.org/doc/html/draft-ietf-opsawg-pcap), the classic
//! format of libpcap.
//!
//! ```text
//!  file header    magic | major, minor | reserved | reserved | snaplen | FCS and link type       24 bytes
//!  record header  seconds | microseconds or nanoseconds | captured length | original length      16 bytes
//!  record         the captured bytes
//! ```

use super::clock;
use super::error::{FileError, Part, Problem};
use super::link_type::LinkType;
use super::options::Options;
use super::order::ByteOrder;
use super::packet::{Interface, Packet, Resolution};
use super::window::Window;
use crate::limits;
use std::io::Read;

/// The magic of files whose records have microseconds.
pub(super) const MAGIC_MICROSECONDS: u32 = 0xa1b2_c3d4;
/// The magic of files whose records have nanoseconds.
pub(super) const MAGIC_NANOSECONDS: u32 = 0xa1b2_3c4d;
/// The magic of Alexey Kuznetzov's variant, which Linux distributions shipped about 2000.
const MAGIC_KUZNETZOV: u32 = 0xa1b2_cd34;

/// The version that is written, major and minor.
pub(super) const VERSION: [u16; 2] = [2, 4];

/// Bytes of the file header.
const FILE_HEADER: usize = 24;
/// Bytes of a record header.
const RECORD_HEADER: usize = 16;
/// Bytes of a record header of Kuznetzov's variant: interface, protocol and direction follow the usual fields.
const KUZNETZOV_RECORD_HEADER: usize = 24;

/// Says that the highest bits of the link-type field are the length of the frame check sequence.
pub(super) const FCS_PRESENT: u32 = 0x0400_0000;

/// A pcap file that is being read.
pub(super) struct Pcap {
    order: ByteOrder,
    /// Nanoseconds in a unit of the second field of a timestamp.
    factor: u32,
    record_header: usize,
    lengths: Lengths,
    /// The most bytes that a record may have captured.
    limit: u32,
    /// Records that were read.
    frames: u64,
    interface: Interface,
}

/// The order of the two lengths in a record header, which old versions of the format changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lengths {
    CapturedFirst,
    OriginalFirst,
    /// The smaller one is the captured length.
    Either,
}

/// A record that was read.
pub(super) struct Record {
    /// Of all of it, its header included.
    length: usize,
    timestamp: i128,
    origlen: u32,
}

/// What the magic at the start of a file says.
struct Variant {
    order: ByteOrder,
    resolution: Resolution,
    factor: u32,
    record_header: usize,
}

impl Variant {
    fn of(magic: [u8; 4]) -> Option<Self> {
        [ByteOrder::Little, ByteOrder::Big].into_iter().find_map(|order| {
            let (resolution, factor, record_header) = match order.u32(magic) {
                MAGIC_MICROSECONDS => (Resolution::MICROSECONDS, 1000, RECORD_HEADER),
                MAGIC_NANOSECONDS => (Resolution::NANOSECONDS, 1, RECORD_HEADER),
                MAGIC_KUZNETZOV => (Resolution::MICROSECONDS, 1000, KUZNETZOV_RECORD_HEADER),
                _ => return None,
            };
            Some(Self { order, resolution, factor, record_header })
        })
    }
}

impl Lengths {
    /// The order in files of a version, or `None` if the version is not known.
    fn of(major: u16, minor: u16) -> Option<Self> {
        match (major, minor) {
            (2, 0..=2) => Some(Self::OriginalFirst),
            (2, 3) => Some(Self::Either),
            (2, _) => Some(Self::CapturedFirst),
            // The tcpdump of DG/UX.
            (543, 0) => Some(Self::OriginalFirst),
            _ => None,
        }
    }

    /// The captured and the original length.
    #[inline]
    fn captured_and_original(self, first: u32, second: u32) -> (u32, u32) {
        let swapped = match self {
            Self::CapturedFirst => false,
            Self::OriginalFirst => true,
            Self::Either => first > second,
        };
        if swapped { (second, first) } else { (first, second) }
    }
}

/// The most bytes that a record of a file may have captured whose header has this snapshot length.
pub(super) fn capture_limit(snaplen: u32) -> u32 {
    snaplen.clamp(limits::USUAL_LARGEST_CAPTURE, limits::LARGEST_RECORD - KUZNETZOV_RECORD_HEADER as u32)
}

impl Pcap {
    /// Whether a file that starts with `magic` is a pcap file.
    pub(super) fn recognises(magic: [u8; 4]) -> bool {
        Variant::of(magic).is_some()
    }

    /// Reads the header of a file that was [recognised](Self::recognises); `None` if it is no pcap file.
    pub(super) fn open<R: Read>(window: &mut Window<R>) -> Result<Option<Self>, FileError> {
        let part = Part::PcapHeader;
        window.require(FILE_HEADER, part)?;
        let Some(variant) = window.bytes().first_chunk().copied().and_then(Variant::of) else { return Ok(None) };
        let Some([_, version, _, _, snaplen, network]) = variant.order.words(window.take(FILE_HEADER)) else {
            return Ok(None);
        };
        let [major, minor] = variant.order.halves(version);
        let Some(lengths) = Lengths::of(major, minor) else {
            return Err(FileError::new(0, part, Problem::Version { major, minor }));
        };
        Ok(Some(Self {
            order: variant.order,
            factor: variant.factor,
            record_header: variant.record_header,
            lengths,
            limit: capture_limit(snaplen),
            frames: 0,
            interface: Interface {
                snaplen,
                fcs_len: fcs_len(network),
                resolution: variant.resolution,
                ..Interface::new(LinkType(network as u16))
            },
        }))
    }

    pub(super) fn interfaces(&self) -> &[Interface] {
        std::slice::from_ref(&self.interface)
    }

    /// The next record, if all of it was read and nothing is wrong with it.
    #[inline]
    pub(super) fn at_hand<R: Read>(&self, window: &Window<R>) -> Option<Record> {
        let bytes = window.bytes();
        let [seconds, fraction, first, second] = self.order.words(bytes)?;
        let (captured, origlen) = self.lengths.captured_and_original(first, second);
        let length = self.record_header + captured as usize;
        let timestamp = clock::of_record(seconds, fraction, self.factor);
        (captured <= self.limit && length <= bytes.len()).then_some(Record { length, timestamp, origlen })
    }

    /// The packet of a record that is at hand.
    #[inline]
    pub(super) fn packet<'w, R: Read>(&mut self, record: &Record, window: &'w mut Window<R>) -> Packet<'w> {
        self.frames += 1;
        Packet {
            data: window.take_behind(self.record_header, record.length),
            frame: self.frames,
            timestamp: Some(record.timestamp),
            origlen: record.origlen,
            link_type: self.interface.link_type,
            interface: 0,
            fcs_len: self.interface.fcs_len,
            options: Options::default(),
        }
    }

    /// Reads the next record; `None` at the end of the file.
    pub(super) fn next<'w, R: Read>(&mut self, window: &'w mut Window<R>) -> Result<Option<Packet<'w>>, FileError> {
        let part = Part::PcapRecord(self.frames + 1);
        if window.is_at_end(part)? {
            return Ok(None);
        }
        window.require(self.record_header, part)?;
        let Some([_, _, first, second]) = self.order.words(window.bytes()) else { return Ok(None) };
        let (captured, _) = self.lengths.captured_and_original(first, second);
        if captured > self.limit {
            let problem = Problem::CapturedTooLong { captured, limit: self.limit };
            return Err(FileError::new(window.offset(), part, problem));
        }
        window.require(self.record_header + captured as usize, part)?;
        Ok(self.at_hand(window).map(|record| self.packet(&record, window)))
    }
}

/// Bytes of the frame check sequence, which the link-type field has in units of 16 bits.
fn fcs_len(network: u32) -> Option<u8> {
    (network & FCS_PRESENT != 0).then_some((network >> 28) as u8 * 2)
}
