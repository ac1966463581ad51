//! Writing pcap files.

use super::WriteError;
use crate::file::link_type::LinkType;
use crate::file::order::ByteOrder;
use crate::file::pcap::{FCS_PRESENT, MAGIC_MICROSECONDS, MAGIC_NANOSECONDS, VERSION, capture_limit};
use crate::limits;
use std::io::{self, BufWriter, Write};

/// Writes a pcap file.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use packet_runtime::file::{LinkType, PcapOptions, PcapWriter};
///
/// let mut writer = PcapWriter::new(Vec::new(), LinkType::RAW, PcapOptions::default())?;
/// writer.write(1_700_000_000_000_000_001, 20, &[0x45; 20])?;
/// let file = writer.finish()?;
/// assert_eq!(file.len(), 24 + 16 + 20);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct PcapWriter<W: Write> {
    output: BufWriter<W>,
    order: ByteOrder,
    /// Nanoseconds in a unit of the second field of a timestamp.
    factor: u32,
    limit: u32,
}

/// What can be chosen of a pcap file. The default loses nothing: nanoseconds, and packets of any usual length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PcapOptions {
    /// The byte order of the headers.
    pub byte_order: ByteOrder,
    /// The unit of times.
    pub precision: Precision,
    /// The most bytes that were captured of each packet. Packets may be as long, or 256 KiB, or as
    /// [`limits::LARGEST_RECORD`] allows.
    pub snaplen: u32,
    /// Length in bytes of the frame check sequence at the end of the packets, if known: an even number up to 30.
    pub fcs_len: Option<u8>,
}

impl Default for PcapOptions {
    fn default() -> Self {
        Self {
            byte_order: ByteOrder::Little,
            precision: Precision::Nanoseconds,
            snaplen: limits::USUAL_LARGEST_CAPTURE,
            fcs_len: None,
        }
    }
}

/// The unit of times in a pcap file. What is finer is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Precision {
    /// What every program reads.
    Microseconds,
    /// What most programs read since about 2013.
    Nanoseconds,
}

impl<W: Write> PcapWriter<W> {
    /// Starts a file, and writes its header. The packets of a file share their link type.
    ///
    /// The output needs no buffer of its own.
    ///
    /// # Errors
    ///
    /// The output fails, or the length of the frame check sequence can't be expressed.
    pub fn new(output: W, link_type: LinkType, options: PcapOptions) -> Result<Self, WriteError> {
        let (magic, factor) = match options.precision {
            Precision::Microseconds => (MAGIC_MICROSECONDS, 1000),
            Precision::Nanoseconds => (MAGIC_NANOSECONDS, 1),
        };
        let order = options.byte_order;
        let network = u32::from(link_type.0) | fcs_bits(options.fcs_len)?;
        let mut output = BufWriter::with_capacity(limits::OUTPUT_BUFFER, output);
        let words = [magic, order.join(VERSION), 0, 0, options.snaplen, network];
        output.write_all(words.map(|word| order.to_u32(word)).as_flattened())?;
        Ok(Self { output, order, factor, limit: capture_limit(options.snaplen) })
    }

    /// Writes a packet: when it was captured in nanoseconds since the epoch, how long it was on the link, and its
    /// captured bytes.
    ///
    /// # Errors
    ///
    /// The time is before 1970 or after 2106-02-07, there are more bytes than the file may have of a packet, or the
    /// output fails.
    pub fn write(&mut self, timestamp: i128, origlen: u32, data: &[u8]) -> Result<(), WriteError> {
        const SECOND: i128 = 1_000_000_000;
        let seconds = u32::try_from(timestamp.div_euclid(SECOND)).map_err(|_| WriteError::Time(timestamp))?;
        // Less than a second, so that nothing is lost.
        let nanoseconds = timestamp.rem_euclid(SECOND) as u32;
        let too_long = WriteError::TooLong { length: data.len(), limit: self.limit };
        let captured = u32::try_from(data.len()).ok().filter(|&length| length <= self.limit).ok_or(too_long)?;
        let words = [seconds, nanoseconds / self.factor, captured, origlen];
        self.output.write_all(words.map(|word| self.order.to_u32(word)).as_flattened())?;
        self.output.write_all(data)?;
        Ok(())
    }

    /// Hands on what was written to the output. A file that is dropped does so too, but can't report an error.
    ///
    /// # Errors
    ///
    /// The output fails.
    pub fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }

    /// Ends the file, and gives the output back.
    ///
    /// # Errors
    ///
    /// The output fails.
    pub fn finish(self) -> io::Result<W> {
        self.output.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

/// The bits of the link-type field that say the length of the frame check sequence, in units of 16 bits.
fn fcs_bits(length: Option<u8>) -> Result<u32, WriteError> {
    match length {
        None => Ok(0),
        Some(length) if length.is_multiple_of(2) && length <= 30 => Ok(u32::from(length / 2) << 28 | FCS_PRESENT),
        Some(length) => Err(WriteError::FcsLength(length)),
    }
}
