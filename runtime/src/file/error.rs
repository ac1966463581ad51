//! What is wrong with a capture file, and where.

use super::compression::Compression;
use super::pcapng::block_name;
use std::fmt;
use std::io;

/// Why a capture file can't be read on: where, what was being read, and what is wrong with it.
///
/// Its text is a sentence for the user, such as `pcap record 17 at byte 4242: captured length 700000 is more than the
/// limit of 262144 bytes`.
#[derive(Debug)]
pub struct FileError {
    /// Bytes from the start of the file to the start of what was being read. In a compressed file, they are bytes of
    /// what it contains.
    pub offset: u64,
    /// What was being read.
    pub part: Part,
    /// What is wrong with it.
    pub problem: Problem,
}

/// The part of a capture file that an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The first bytes, which tell the format.
    Start,
    /// The header of a pcap file.
    PcapHeader,
    /// A pcap record by its number, which counts from 1 and is the number of its packet.
    PcapRecord(u64),
    /// The header of a pcapng block.
    BlockHeader,
    /// A pcapng block by its type.
    Block(u32),
}

/// What is wrong with a [`Part`] of a capture file.
#[derive(Debug)]
#[non_exhaustive]
pub enum Problem {
    /// The input reported an error.
    Io(io::Error),
    /// The compressed data could not be decompressed.
    Decompression(Compression, io::Error),
    /// The file is compressed, and this build can't decompress it.
    Compressed(Compression),
    /// There is nothing in the file.
    Empty,
    /// The file is no capture file of a known format; it starts with these bytes.
    UnknownFormat {
        /// The first bytes of the file.
        start: [u8; 8],
        /// How many of them there are.
        len: usize,
    },
    /// The file ends inside the part.
    CutShort {
        /// Bytes that the part needs.
        needed: u64,
        /// Bytes that are left in the file.
        available: u64,
    },
    /// The format or the section has a version whose rules are not known.
    Version {
        /// The major version.
        major: u16,
        /// The minor version.
        minor: u16,
    },
    /// More bytes are said to have been captured of a packet than a packet can have.
    CapturedTooLong {
        /// The captured length in bytes.
        captured: u32,
        /// The most it may be.
        limit: u32,
    },
    /// More bytes are said to have been captured of a packet than its block has room for.
    CapturedBeyondBlock {
        /// The captured length in bytes.
        captured: u32,
        /// Bytes of the block that are left for it.
        available: u32,
    },
    /// The block is shorter than the fields that every block of its type has.
    BlockTooShort {
        /// The block's total length in bytes.
        length: u32,
        /// The least length of such a block.
        least: u32,
    },
    /// The block is longer than the reader accepts.
    BlockTooLong {
        /// The block's total length in bytes.
        length: u32,
        /// The most it may be.
        limit: u32,
    },
    /// The length of the block is not a multiple of 4.
    BlockUnaligned {
        /// The block's total length in bytes.
        length: u32,
    },
    /// The two copies of the block's length differ.
    BlockLengths {
        /// The length at the start of the block.
        first: u32,
        /// The length at its end.
        last: u32,
    },
    /// The byte-order magic of a section is neither of the two possible numbers.
    ByteOrder([u8; 4]),
    /// The packet belongs to an interface that its section has not described.
    UnknownInterface {
        /// The number of the interface in the section.
        interface: u32,
        /// How many the section has described so far.
        described: usize,
    },
    /// The file describes more interfaces than the reader keeps.
    TooManyInterfaces {
        /// The most it may describe.
        limit: usize,
    },
    /// An option of the block is longer than what is left of the block.
    OptionTooLong {
        /// The code of the option.
        code: u16,
        /// Its length in bytes.
        length: u16,
        /// Bytes that are left in the block.
        available: usize,
    },
    /// An option of the block has another length than its type.
    OptionLength {
        /// The code of the option.
        code: u16,
        /// Its length in bytes.
        length: usize,
        /// The length that it must have.
        expected: usize,
    },
}

impl FileError {
    pub(super) fn new(offset: u64, part: Part, problem: Problem) -> Self {
        Self { offset, part, problem }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.part != Part::Start {
            write!(f, "{} at byte {}: ", self.part, self.offset)?;
        }
        self.problem.fmt(f)
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            Problem::Io(error) | Problem::Decompression(_, error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => f.write_str("start of the file"),
            Self::PcapHeader => f.write_str("pcap file header"),
            Self::PcapRecord(number) => write!(f, "pcap record {number}"),
            Self::BlockHeader => f.write_str("pcapng block header"),
            Self::Block(kind) => match block_name(*kind) {
                Some(name) => write!(f, "pcapng {name}"),
                None => write!(f, "pcapng block of type 0x{kind:08x}"),
            },
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the file can't be read: {error}"),
            Self::Decompression(kind, error) => write!(f, "the {kind} data can't be decompressed: {error}"),
            Self::Compressed(kind) => {
                write!(f, "the file is compressed by {kind}, which can't be read here: decompress it first")
            }
            Self::Empty => f.write_str("the file is empty"),
            Self::UnknownFormat { start, len } => {
                let start = start.get(..*len).unwrap_or(start);
                write!(f, "not a pcap or pcapng file (starts with \"{}\")", start.escape_ascii())
            }
            Self::CutShort { needed, available } => {
                write!(f, "the file is cut short: {needed} bytes needed, {available} left")
            }
            Self::Version { major, minor } => write!(f, "version {major}.{minor} is not supported"),
            Self::CapturedTooLong { captured, limit } => {
                write!(f, "captured length {captured} is more than the limit of {limit} bytes")
            }
            Self::CapturedBeyondBlock { captured, available } => {
                write!(f, "captured length {captured} is more than the {available} bytes that the block has for it")
            }
            Self::BlockTooShort { length, least } => {
                write!(f, "block length {length} is less than the {least} bytes that such a block has at least")
            }
            Self::BlockTooLong { length, limit } => {
                write!(f, "block length {length} is more than the limit of {limit} bytes")
            }
            Self::BlockUnaligned { length } => write!(f, "block length {length} is not a multiple of 4"),
            Self::BlockLengths { first, last } => {
                write!(f, "block length {first} at the start differs from {last} at the end of the block")
            }
            Self::ByteOrder(magic) => {
                write!(f, "byte-order magic {:08x} is neither 1a2b3c4d nor 4d3c2b1a", u32::from_be_bytes(*magic))
            }
            Self::UnknownInterface { interface, described } => {
                write!(f, "interface {interface} is not among the {described} that the section has described")
            }
            Self::TooManyInterfaces { limit } => write!(f, "the file describes more than {limit} interfaces"),
            Self::OptionTooLong { code, length, available } => {
                write!(f, "option {code} has {length} bytes, but {available} are left in the block")
            }
            Self::OptionLength { code, length, expected } => {
                write!(f, "option {code} has {length} bytes instead of {expected}")
            }
        }
    }
}
