//! Writing capture files.

mod pcap;
mod pcapng;

pub use pcap::{PcapOptions, PcapWriter, Precision};
pub use pcapng::{PcapngOptions, PcapngWriter};

use std::fmt;
use std::io;

/// Why something can't be written to a capture file. The file stays as it was, except after [`WriteError::Io`].
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteError {
    /// The output reported an error; how much of the last packets arrived is not known.
    Io(io::Error),
    /// The time does not fit the format's field, in nanoseconds since the epoch.
    Time(i128),
    /// There are more captured bytes than a reader accepts.
    TooLong {
        /// Bytes of the packet, or of the block it would have made.
        length: usize,
        /// The most there may be.
        limit: u32,
    },
    /// The interface was not added before.
    UnknownInterface(u32),
    /// More interfaces than a reader keeps.
    TooManyInterfaces {
        /// The most there may be.
        limit: usize,
    },
    /// A comment, name or description is longer than the 65535 bytes that its length field can say.
    TextTooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// The format can't express a frame check sequence of this length: a pcap file has an even number of bytes up to
    /// 30.
    FcsLength(u8),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the file can't be written: {error}"),
            Self::Time(nanoseconds) => write!(f, "the file can't hold the time of {nanoseconds} ns since 1970"),
            Self::TooLong { length, limit } => write!(f, "{length} bytes are more than the limit of {limit}"),
            Self::UnknownInterface(interface) => write!(f, "interface {interface} was not added"),
            Self::TooManyInterfaces { limit } => write!(f, "a file has at most {limit} interfaces"),
            Self::TextTooLong { length } => write!(f, "a text of {length} bytes is longer than 65535"),
            Self::FcsLength(length) => {
                write!(f, "a pcap file can't say that the frame check sequence has {length} bytes")
            }
        }
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
