//! Writing pcapng files.

use super::WriteError;
use crate::file::clock::Clock;
use crate::file::options;
use crate::file::order::ByteOrder;
use crate::file::packet::{Interface, Resolution};
use crate::file::pcapng::{BLOCK_HEADER, BLOCK_TRAILER, VERSION, block, option, padding};
use crate::limits;
use std::io::{self, BufWriter, Write};

/// Writes a pcapng file of one section.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use packet_runtime::file::{Interface, LinkType, PcapngOptions, PcapngWriter};
///
/// let mut writer = PcapngWriter::new(Vec::new(), PcapngOptions::default())?;
/// let eth0 = writer.add_interface(&Interface { name: Some("eth0".into()), ..Interface::new(LinkType::ETHERNET) })?;
/// writer.write_with_comments(eth0, 1_700_000_000_000_000_001, 60, &[0; 60], &["the first one"])?;
/// let file = writer.finish()?;
/// # assert_eq!(file.len() % 4, 0);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct PcapngWriter<W: Write> {
    output: BufWriter<W>,
    order: ByteOrder,
    clocks: Vec<Clock>,
    /// The options of the block that is being written; empty between calls.
    options: Vec<u8>,
}

/// What can be said of a pcapng file as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PcapngOptions<'a> {
    /// The byte order of the blocks.
    pub byte_order: ByteOrder,
    /// The program that writes the file.
    pub application: Option<&'a str>,
    /// A comment on the whole file.
    pub comment: Option<&'a str>,
}

/// An option of a block: its code and value.
type Written<'a> = (u16, &'a [u8]);

impl<W: Write> PcapngWriter<W> {
    /// Starts a file, and writes the header of its section.
    ///
    /// The output needs no buffer of its own.
    ///
    /// # Errors
    ///
    /// The output fails, or a text is too long.
    pub fn new(output: W, options: PcapngOptions<'_>) -> Result<Self, WriteError> {
        let order = options.byte_order;
        let output = BufWriter::with_capacity(limits::OUTPUT_BUFFER, output);
        let mut writer = Self { output, order, clocks: Vec::new(), options: Vec::new() };
        let texts = [(options::COMMENT, options.comment), (option::SHB_USERAPPL, options.application)];
        writer.set_options(texts.into_iter().filter_map(|(code, text)| Some((code, text?.as_bytes()))))?;
        // The length of the section is not known when its header is written: all ones say so.
        let fixed = [block::BYTE_ORDER_MAGIC, order.join(VERSION), u32::MAX, u32::MAX];
        writer.block(block::SECTION_HEADER, fixed, &[])?;
        Ok(writer)
    }

    /// Describes an interface, and returns its number, which [`write`](Self::write) takes.
    ///
    /// # Errors
    ///
    /// There are as many as a file may have, a text is too long, or the output fails.
    pub fn add_interface(&mut self, interface: &Interface) -> Result<u32, WriteError> {
        if self.clocks.len() >= limits::INTERFACES {
            return Err(WriteError::TooManyInterfaces { limit: limits::INTERFACES });
        }
        let resolution = [resolution_code(interface.resolution)];
        let fcs_len = interface.fcs_len.map(|length| [length]);
        let options: [Option<Written<'_>>; 4] = [
            interface.name.as_ref().map(|name| (option::IF_NAME, name.as_bytes())),
            interface.description.as_ref().map(|text| (option::IF_DESCRIPTION, text.as_bytes())),
            Some((option::IF_TSRESOL, &resolution)),
            fcs_len.as_ref().map(|length| (option::IF_FCSLEN, length.as_slice())),
        ];
        self.set_options(options.into_iter().flatten())?;
        let link_type = self.order.join([interface.link_type.0, 0]);
        self.block(block::INTERFACE_DESCRIPTION, [link_type, interface.snaplen], &[])?;
        let number = self.clocks.len() as u32;
        self.clocks.push(Clock::new(interface.resolution, 0));
        Ok(number)
    }

    /// Writes a packet: the interface that captured it, when in nanoseconds since the epoch, how long it was on the
    /// link, and its captured bytes.
    ///
    /// # Errors
    ///
    /// The interface was not added, the time is before 1970 or too late for 64 bits of its clock, there are more bytes
    /// than a reader accepts, or the output fails.
    pub fn write(&mut self, interface: u32, timestamp: i128, origlen: u32, data: &[u8]) -> Result<(), WriteError> {
        self.write_with_comments(interface, timestamp, origlen, data, &[])
    }

    /// [Writes](Self::write) a packet with comments.
    ///
    /// # Errors
    ///
    /// As for [`write`](Self::write), or a comment is too long.
    pub fn write_with_comments(
        &mut self,
        interface: u32,
        timestamp: i128,
        origlen: u32,
        data: &[u8],
        comments: &[&str],
    ) -> Result<(), WriteError> {
        let clock = self.clocks.get(interface as usize).ok_or(WriteError::UnknownInterface(interface))?;
        let units = clock.units(timestamp).ok_or(WriteError::Time(timestamp))?;
        self.set_options(comments.iter().map(|comment| (options::COMMENT, comment.as_bytes())))?;
        let [high, low] = [(units >> 32) as u32, units as u32];
        // A packet whose length does not fit makes a block that is refused.
        let captured = u32::try_from(data.len()).unwrap_or(u32::MAX);
        self.block(block::ENHANCED_PACKET, [interface, high, low, captured, origlen], data)
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

    /// Sets the options of the next block.
    fn set_options<'a>(&mut self, options: impl Iterator<Item = Written<'a>>) -> Result<(), WriteError> {
        self.options.clear();
        for (code, value) in options {
            let length = u16::try_from(value.len()).map_err(|_| WriteError::TextTooLong { length: value.len() })?;
            self.options.extend(self.order.to_u32(self.order.join([code, length])));
            self.options.extend(value);
            self.options.extend(zeros(value.len()));
        }
        if !self.options.is_empty() {
            self.options.extend([0; 4]);
        }
        Ok(())
    }

    /// Writes a block with the options that were set for it.
    fn block<const N: usize>(&mut self, kind: u32, fixed: [u32; N], data: &[u8]) -> Result<(), WriteError> {
        let padding = zeros(data.len());
        let length = BLOCK_HEADER + N * 4 + data.len() + padding.len() + self.options.len() + BLOCK_TRAILER;
        let limit = limits::LARGEST_RECORD;
        let too_long = WriteError::TooLong { length, limit };
        let length = u32::try_from(length).ok().filter(|&length| length <= limit).ok_or(too_long)?;
        let order = self.order;
        self.output.write_all([kind, length].map(|word| order.to_u32(word)).as_flattened())?;
        self.output.write_all(fixed.map(|word| order.to_u32(word)).as_flattened())?;
        self.output.write_all(data)?;
        self.output.write_all(padding)?;
        self.output.write_all(&self.options)?;
        self.output.write_all(&order.to_u32(length))?;
        Ok(())
    }
}

/// The bytes that fill `length` bytes up to a multiple of 4.
fn zeros(length: usize) -> &'static [u8] {
    [0; 4].get(..padding(length)).unwrap_or_default()
}

/// The value of the option `if_tsresol`.
fn resolution_code(resolution: Resolution) -> u8 {
    match resolution {
        Resolution::Decimal(digits) => digits & 0x7f,
        Resolution::Binary(bits) => bits | 0x80,
    }
}
