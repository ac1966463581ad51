//! pcapng files [draft-ietf-opsawg-pcapng](https://datatracker.ietf.org/doc/html/draft-ietf-opsawg-pcapng).
//!
//! A file is a row of sections; a section is a row of blocks, and starts with a header block that fixes its byte order.
//! Interfaces are described before their packets, and numbered in each section from 0.
//!
//! ```text
//!  block   type | total length | body, a multiple of 4 bytes | total length again
//! ```

use super::clock::Clock;
use super::error::{FileError, Part, Problem};
use super::link_type::LinkType;
use super::options::Options;
use super::order::ByteOrder;
use super::packet::{Interface, Packet, Resolution};
use super::window::Window;
use crate::limits;
use std::io::Read;

/// The block types of the standard that matter here, and what a Section Header Block says of byte order and version.
pub(super) mod block {
    pub(in crate::file) const SECTION_HEADER: u32 = 0x0a0d_0d0a;
    pub(in crate::file) const INTERFACE_DESCRIPTION: u32 = 1;
    pub(in crate::file) const PACKET: u32 = 2;
    pub(in crate::file) const SIMPLE_PACKET: u32 = 3;
    pub(in crate::file) const ENHANCED_PACKET: u32 = 6;
    pub(in crate::file) const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;
}

/// Codes of the options that are read or written, by the block they belong to.
pub(super) mod option {
    pub(in crate::file) const SHB_USERAPPL: u16 = 4;
    pub(in crate::file) const IF_NAME: u16 = 2;
    pub(in crate::file) const IF_DESCRIPTION: u16 = 3;
    pub(in crate::file) const IF_TSRESOL: u16 = 9;
    pub(in crate::file) const IF_FCSLEN: u16 = 13;
    pub(in crate::file) const IF_TSOFFSET: u16 = 14;
    pub(in crate::file) const EPB_FLAGS: u16 = 2;
}

/// Bytes of a block beside its body: type and length before it.
pub(super) const BLOCK_HEADER: usize = 8;
/// The length after the body.
pub(super) const BLOCK_TRAILER: usize = 4;
/// The least bytes of the Section Header Block, and those that tell its byte order.
const SECTION_HEADER: u32 = 28;
const SECTION_HEADER_ORDER: usize = 12;

/// The version that is written, major and minor.
pub(super) const VERSION: [u16; 2] = [1, 0];

/// The name of a type of block, or `None` if it is not known.
pub(super) fn block_name(kind: u32) -> Option<&'static str> {
    Some(match kind {
        block::SECTION_HEADER => "Section Header Block",
        block::INTERFACE_DESCRIPTION => "Interface Description Block",
        block::PACKET => "Packet Block",
        block::SIMPLE_PACKET => "Simple Packet Block",
        4 => "Name Resolution Block",
        5 => "Interface Statistics Block",
        block::ENHANCED_PACKET => "Enhanced Packet Block",
        9 => "systemd Journal Export Block",
        10 => "Decryption Secrets Block",
        0x0bad | 0x4000_0bad => "Custom Block",
        _ => return None,
    })
}

/// A pcapng file that is being read.
pub(super) struct Pcapng {
    /// The byte order of the section.
    order: ByteOrder,
    /// The interfaces of all sections so far.
    interfaces: Vec<Interface>,
    /// What each packet of an interface needs; as many as `interfaces`.
    captures: Vec<Capture>,
    /// How many of them belong to earlier sections.
    earlier: usize,
    /// Packets that were read.
    frames: u64,
}

/// What is needed of an interface for each of its packets.
#[derive(Clone, Copy)]
struct Capture {
    clock: Clock,
    link_type: LinkType,
    fcs_len: Option<u8>,
    snaplen: u32,
}

/// The start of a block.
#[derive(Clone, Copy)]
struct Block {
    kind: u32,
    /// Its total length in bytes, a multiple of 4.
    length: u32,
    /// Where it starts in the file.
    offset: u64,
}

impl Block {
    fn part(self) -> Part {
        Part::Block(self.kind)
    }

    #[cold]
    fn error(self, problem: Problem) -> FileError {
        FileError::new(self.offset, self.part(), problem)
    }

    /// # Errors
    ///
    /// The block is shorter than `least` bytes.
    #[inline]
    fn at_least(self, least: u32) -> Result<(), FileError> {
        if self.length < least {
            Err(self.error(Problem::BlockTooShort { length: self.length, least }))
        } else {
            Ok(())
        }
    }
}

/// The fixed fields of a block with a packet.
struct Captured {
    /// The number of the interface in its section.
    interface: u32,
    /// High and low half of the timestamp.
    timestamp: Option<[u32; 2]>,
    /// Captured length in bytes.
    captured: u32,
    origlen: u32,
    /// Where the packet's bytes start in the block.
    start: usize,
}

impl Pcapng {
    /// Whether a file that starts with these bytes is a pcapng file. The number is the same in both byte orders.
    pub(super) fn recognises(magic: [u8; 4]) -> bool {
        u32::from_le_bytes(magic) == block::SECTION_HEADER
    }

    /// Reads the header of the first section.
    pub(super) fn open<R: Read>(window: &mut Window<R>) -> Result<Self, FileError> {
        let mut file =
            Self { order: ByteOrder::default(), interfaces: Vec::new(), captures: Vec::new(), earlier: 0, frames: 0 };
        file.section_header(window)?;
        Ok(file)
    }

    pub(super) fn interfaces(&self) -> &[Interface] {
        &self.interfaces
    }

    /// Reads up to the next packet; `None` at the end of the file.
    #[inline]
    pub(super) fn next<'w, R: Read>(&mut self, window: &'w mut Window<R>) -> Result<Option<Packet<'w>>, FileError> {
        loop {
            if window.is_at_end(Part::BlockHeader)? {
                return Ok(None);
            }
            window.require(BLOCK_HEADER, Part::BlockHeader)?;
            let Some([kind, length]) = self.order.words(window.bytes()) else { return Ok(None) };
            let block = Block { kind, length, offset: window.offset() };
            match kind {
                block::SECTION_HEADER => self.section_header(window)?,
                block::INTERFACE_DESCRIPTION => self.interface_description(window, block)?,
                block::ENHANCED_PACKET | block::PACKET | block::SIMPLE_PACKET => {
                    return self.packet(window, block).map(Some);
                }
                _ => self.skip(window, block)?,
            }
        }
    }

    /// Reads a Section Header Block (§4.1), from which on its byte order holds and no interface is described.
    #[cold]
    fn section_header<R: Read>(&mut self, window: &mut Window<R>) -> Result<(), FileError> {
        let part = Part::Block(block::SECTION_HEADER);
        window.require(SECTION_HEADER_ORDER, part)?;
        let error = |problem| FileError::new(window.offset(), part, problem);
        let Some(&[_, _, _, _, a, b, c, d, magic @ ..]) = window.bytes().first_chunk::<SECTION_HEADER_ORDER>() else {
            return Ok(());
        };
        self.order = match u32::from_le_bytes(magic) {
            block::BYTE_ORDER_MAGIC => ByteOrder::Little,
            magic if magic.swap_bytes() == block::BYTE_ORDER_MAGIC => ByteOrder::Big,
            _ => return Err(error(Problem::ByteOrder(magic))),
        };
        let block =
            Block { kind: block::SECTION_HEADER, length: self.order.u32([a, b, c, d]), offset: window.offset() };
        block.at_least(SECTION_HEADER)?;
        window.require(SECTION_HEADER as usize, part)?;
        let Some([.., version, _, _]) = self.order.words::<6>(window.bytes()) else { return Ok(()) };
        let [major, minor] = self.order.halves(version);
        // (§4.1) "Readers of pcapng files MUST treat a Minor Version of 2 as equivalent to a Minor Version of 0."
        if (major, minor) != (1, 0) && (major, minor) != (1, 2) {
            return Err(block.error(Problem::Version { major, minor }));
        }
        self.earlier = self.interfaces.len();
        self.skip(window, block)
    }

    /// Reads an Interface Description Block (§4.2).
    #[cold]
    fn interface_description<R: Read>(&mut self, window: &mut Window<R>, block: Block) -> Result<(), FileError> {
        const FIXED: usize = 16;
        if self.interfaces.len() >= limits::INTERFACES {
            return Err(block.error(Problem::TooManyInterfaces { limit: limits::INTERFACES }));
        }
        let body = self.whole(window, block, FIXED)?;
        let Some([_, _, link_type, snaplen]) = self.order.words(body) else { return Ok(()) };
        let [link_type, _] = self.order.halves(link_type);
        let mut interface =
            Interface { snaplen, resolution: Resolution::MICROSECONDS, ..Interface::new(LinkType(link_type)) };
        let options = Options { bytes: body.get(FIXED..).unwrap_or_default(), order: self.order };
        let clock = interface_options(&mut interface, options).map_err(|problem| block.error(problem))?;
        self.captures.push(Capture { clock, link_type: interface.link_type, fcs_len: interface.fcs_len, snaplen });
        self.interfaces.push(interface);
        Ok(())
    }

    /// Reads a block with a packet: an Enhanced Packet Block (§4.3), a Simple Packet Block (§4.4), or a Packet Block,
    /// which files of today should not have any more (appendix A).
    #[inline]
    fn packet<'w, R: Read>(&mut self, window: &'w mut Window<R>, block: Block) -> Result<Packet<'w>, FileError> {
        let fixed = if block.kind == block::SIMPLE_PACKET { 12 } else { 28 };
        let body = self.whole(window, block, fixed)?;
        let captured = self.captured(block.kind, body).unwrap_or(Captured {
            interface: 0,
            timestamp: None,
            captured: 0,
            origlen: 0,
            start: fixed,
        });
        let described = self.captures.get(self.earlier..).unwrap_or_default();
        let Some(capture) = described.get(captured.interface as usize) else {
            let problem = Problem::UnknownInterface { interface: captured.interface, described: described.len() };
            return Err(block.error(problem));
        };
        let rest = body.get(captured.start..).unwrap_or_default();
        let Some((data, padded)) = rest.split_at_checked(captured.captured as usize) else {
            // A block's length has 32 bits, and so has what is left of it.
            let problem = Problem::CapturedBeyondBlock { captured: captured.captured, available: rest.len() as u32 };
            return Err(block.error(problem));
        };
        self.frames += 1;
        let options = match captured.timestamp {
            Some(_) => Options { bytes: padded.get(padding(data.len())..).unwrap_or_default(), order: self.order },
            None => Options::default(),
        };
        Ok(Packet {
            data,
            frame: self.frames,
            timestamp: captured
                .timestamp
                .map(|[high, low]| capture.clock.nanoseconds(u64::from(high) << 32 | u64::from(low))),
            origlen: captured.origlen,
            link_type: capture.link_type,
            interface: self.earlier as u32 + captured.interface,
            fcs_len: packet_fcs_len(options).or(capture.fcs_len),
            options,
        })
    }

    /// The fixed fields of a block with a packet.
    #[inline]
    fn captured(&self, kind: u32, block: &[u8]) -> Option<Captured> {
        if kind == block::SIMPLE_PACKET {
            let [_, _, origlen] = self.order.words(block)?;
            // The block holds no captured length: it is cut to what the first interface captures of a packet.
            let snaplen = self.captures.get(self.earlier).map_or(0, |capture| capture.snaplen);
            let captured = if snaplen == 0 { origlen } else { origlen.min(snaplen) };
            return Some(Captured { interface: 0, timestamp: None, captured, origlen, start: 12 });
        }
        let [_, _, interface, high, low, captured, origlen] = self.order.words(block)?;
        let interface = match kind {
            block::PACKET => u32::from(self.order.halves(interface)[0]),
            _ => interface,
        };
        Some(Captured { interface, timestamp: Some([high, low]), captured, origlen, start: 28 })
    }

    /// The next block, which is `block` and has `fixed` bytes at least before its options, without its trailer.
    #[inline]
    fn whole<'w, R: Read>(&self, window: &'w mut Window<R>, block: Block, fixed: usize) -> Result<&'w [u8], FileError> {
        block.at_least((fixed + BLOCK_TRAILER) as u32)?;
        aligned(block)?;
        if block.length > limits::LARGEST_RECORD {
            let problem = Problem::BlockTooLong { length: block.length, limit: limits::LARGEST_RECORD };
            return Err(block.error(problem));
        }
        window.require(block.length as usize, block.part())?;
        let Some((bytes, trailer)) = window.take(block.length as usize).split_last_chunk() else { return Ok(&[]) };
        self.trailer(block, *trailer)?;
        Ok(bytes)
    }

    /// Passes over `block`, however long it is.
    fn skip<R: Read>(&self, window: &mut Window<R>, block: Block) -> Result<(), FileError> {
        block.at_least((BLOCK_HEADER + BLOCK_TRAILER) as u32)?;
        aligned(block)?;
        let trailer = window.skip_to_last(u64::from(block.length), block.part())?;
        self.trailer(block, trailer)
    }

    /// # Errors
    ///
    /// The length after the body of `block` is not the one before it.
    #[inline]
    fn trailer(&self, block: Block, trailer: [u8; BLOCK_TRAILER]) -> Result<(), FileError> {
        let last = self.order.u32(trailer);
        if last != block.length {
            Err(block.error(Problem::BlockLengths { first: block.length, last }))
        } else {
            Ok(())
        }
    }
}

/// # Errors
///
/// The length of `block` is not a multiple of 4.
#[inline]
fn aligned(block: Block) -> Result<(), FileError> {
    if block.length.is_multiple_of(4) {
        Ok(())
    } else {
        Err(block.error(Problem::BlockUnaligned { length: block.length }))
    }
}

/// Bytes that fill `length` up to a multiple of 4.
#[inline]
pub(super) fn padding(length: usize) -> usize {
    length.next_multiple_of(4) - length
}

/// Takes what the options say into `interface`, and makes its clock of them.
///
/// # Errors
///
/// An option has a wrong length. They decide what the packets' timestamps mean, so that a guess is no answer.
fn interface_options(interface: &mut Interface, mut options: Options<'_>) -> Result<Clock, Problem> {
    let mut offset = 0;
    while let Some(found) = options.take_first()? {
        match found.code {
            option::IF_NAME => interface.name = Some(text(found.value)),
            option::IF_DESCRIPTION => interface.description = Some(text(found.value)),
            option::IF_TSRESOL => interface.resolution = resolution(found.array()?),
            option::IF_TSOFFSET => offset = options.order.i64(found.array()?),
            option::IF_FCSLEN => interface.fcs_len = Some(interface_fcs_len(found.array()?)),
            _ => {}
        }
    }
    Ok(Clock::new(interface.resolution, offset))
}

/// The most significant bit says whether the others are a power of 2 or of 10.
fn resolution([value]: [u8; 1]) -> Resolution {
    if value & 0x80 == 0 { Resolution::Decimal(value) } else { Resolution::Binary(value & 0x7f) }
}

/// The standard counts this option in bits, but writers count it in bytes. No check sequence has less than 8 bits, nor
/// 8 bytes or more, so that the number tells its unit.
fn interface_fcs_len([value]: [u8; 1]) -> u8 {
    if value < 8 { value } else { value / 8 }
}

/// The length of the frame check sequence that the flags of a packet say; 0 stands for "not known" (§4.3.1).
#[inline]
fn packet_fcs_len(mut options: Options<'_>) -> Option<u8> {
    if options.bytes.is_empty() {
        return None;
    }
    let order = options.order;
    let flags = options.find(|found| found.code == option::EPB_FLAGS)?;
    let length = order.u32(flags.array().ok()?) >> 5 & 0xf;
    (length != 0).then_some(length as u8)
}

/// The start of a text, as much of it as is kept.
fn text(value: &[u8]) -> String {
    let kept = value.get(..limits::INTERFACE_TEXT).unwrap_or(value);
    String::from_utf8_lossy(kept).trim_end_matches('\0').to_owned()
}
