//! Capture files: reading and writing pcap and pcapng.
//!
//! A [`Reader`] takes bytes from any [`Read`] and gives packets, one by one or in [batches](Batch). It finds out by
//! itself whether they are pcap or pcapng, in which byte order, and whether they are compressed.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use packet_runtime::file::Reader;
//!
//! let mut reader = Reader::new(std::fs::File::open("capture.pcapng")?)?;
//! while let Some(packet) = reader.next()? {
//!     println!("{}: {} of {} bytes, {}", packet.frame, packet.caplen(), packet.origlen, packet.link_type);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Promises on untrusted files
//!
//! - Nothing panics, and no number in a file decides how much memory is used: the buffer grows with bytes that are
//!   really there, up to [`limits::LARGEST_RECORD`](crate::limits::LARGEST_RECORD).
//! - A damaged file yields every packet before the damage, then an error that says where and what it is, and then
//!   nothing more.
//! - A file of another kind is refused with its first bytes, never guessed at.

mod batch;
mod clock;
mod compression;
mod error;
mod link_type;
mod options;
mod order;
mod packet;
mod pcap;
mod pcapng;
mod window;
mod write;

pub use batch::Batch;
pub use compression::Compression;
pub use error::{FileError, Part, Problem};
pub use link_type::LinkType;
pub use options::{BlockOption, Options};
pub use order::ByteOrder;
pub use packet::{Interface, Packet, Resolution};
pub use write::{PcapOptions, PcapWriter, PcapngOptions, PcapngWriter, Precision, WriteError};

use pcap::Pcap;
use pcapng::Pcapng;
use std::io::Read;
use window::Window;

/// Reads the packets of a capture file.
pub struct Reader<R: Read> {
    window: Window<R>,
    contents: Contents,
    state: State,
}

/// The format of a capture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// The classic format of libpcap.
    Pcap,
    /// The next generation of it, made of blocks.
    Pcapng,
}

/// A file that is being read.
enum Contents {
    Pcap(Pcap),
    Pcapng(Box<Pcapng>),
}

/// What comes next.
enum State {
    /// Perhaps a packet.
    Reading,
    /// An error that was found behind the packets of a batch.
    Failed(FileError),
    /// Nothing: the file has ended, or an error was reported.
    Ended,
}

impl<R: Read> Reader<R> {
    /// Starts to read a capture file, and recognises its format by its first bytes.
    ///
    /// It reads in large pieces; `input` needs no buffer of its own. From a pipe it takes what is there, and waits only
    /// as long as the next packet is not complete.
    ///
    /// # Errors
    ///
    /// The input can't be read, is no capture file, is compressed in a way that can't be read, or has a damaged header.
    pub fn new(input: R) -> Result<Self, FileError> {
        let mut window = decompressed(Window::new(input))?;
        let contents = open(&mut window)?;
        Ok(Self { window, contents, state: State::Reading })
    }

    /// The next packet, or `None` at the end of the file. It borrows the reader's buffer, so that nothing is copied;
    /// see [`read_batch`](Self::read_batch) for packets that outlive the next call.
    ///
    /// # Errors
    ///
    /// The file is damaged or cut short here, or can't be read. There is nothing after an error but `None`.
    #[expect(clippy::should_implement_trait, reason = "a packet borrows the reader, which an iterator's item can't")]
    #[inline]
    pub fn next(&mut self) -> Result<Option<Packet<'_>>, FileError> {
        if let (Contents::Pcap(file), State::Reading) = (&mut self.contents, &self.state)
            && let Some(record) = file.at_hand(&self.window)
        {
            return Ok(Some(file.packet(&record, &mut self.window)));
        }
        self.next_slowly()
    }

    /// The same where it is to be read first, or something else is unusual.
    #[inline(never)]
    fn next_slowly(&mut self) -> Result<Option<Packet<'_>>, FileError> {
        if !matches!(self.state, State::Reading) {
            return match std::mem::replace(&mut self.state, State::Ended) {
                State::Failed(error) => Err(error),
                State::Reading | State::Ended => Ok(None),
            };
        }
        let next = match &mut self.contents {
            Contents::Pcap(file) => file.next(&mut self.window),
            Contents::Pcapng(file) => file.next(&mut self.window),
        };
        if !matches!(next, Ok(Some(_))) {
            self.state = State::Ended;
        }
        next
    }

    /// Fills `batch`, whose former packets are dropped, with the next packets; `false` if there are none.
    ///
    /// # Errors
    ///
    /// As for [`next`](Self::next). An error behind other packets is reported by the next call, after those packets.
    pub fn read_batch(&mut self, batch: &mut Batch) -> Result<bool, FileError> {
        batch.clear();
        while !batch.is_full() {
            match self.next() {
                Ok(Some(packet)) => batch.push(&packet),
                Ok(None) => break,
                Err(error) if batch.is_empty() => return Err(error),
                Err(error) => {
                    self.state = State::Failed(error);
                    break;
                }
            }
        }
        Ok(!batch.is_empty())
    }

    /// The format of the file.
    #[must_use]
    pub fn format(&self) -> Format {
        match self.contents {
            Contents::Pcap(_) => Format::Pcap,
            Contents::Pcapng(_) => Format::Pcapng,
        }
    }

    /// How the file is compressed.
    #[must_use]
    pub fn compression(&self) -> Option<Compression> {
        self.window.compression()
    }

    /// The interfaces that the file has described so far, those of all sections in one row.
    #[must_use]
    pub fn interfaces(&self) -> &[Interface] {
        match &self.contents {
            Contents::Pcap(file) => file.interfaces(),
            Contents::Pcapng(file) => file.interfaces(),
        }
    }

    /// Bytes of the file that were used so far. In a compressed file, they are bytes of what it contains.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.window.offset()
    }
}

/// The same input, decompressed if it is compressed.
fn decompressed<R: Read>(mut window: Window<R>) -> Result<Window<R>, FileError> {
    window.peek(START, Part::Start)?;
    let Some(compression) = Compression::of(window.bytes()) else { return Ok(window) };
    let refused = || FileError::new(0, Part::Start, Problem::Compressed(compression));
    window.decompressed(compression)?.ok_or_else(refused)
}

/// Bytes that tell every format and compression.
const START: usize = 8;

/// Recognises the format, and reads the file's header.
fn open<R: Read>(window: &mut Window<R>) -> Result<Contents, FileError> {
    window.peek(START, Part::Start)?;
    let magic = window.bytes().first_chunk().copied();
    if magic.is_some_and(Pcapng::recognises) {
        return Ok(Contents::Pcapng(Box::new(Pcapng::open(window)?)));
    }
    if magic.is_some_and(Pcap::recognises)
        && let Some(file) = Pcap::open(window)?
    {
        return Ok(Contents::Pcap(file));
    }
    Err(FileError::new(0, Part::Start, unknown_format(window.bytes())))
}

fn unknown_format(bytes: &[u8]) -> Problem {
    if bytes.is_empty() {
        return Problem::Empty;
    }
    let mut start = [0; START];
    let len = bytes.len().min(START);
    start.iter_mut().zip(bytes).for_each(|(kept, byte)| *kept = *byte);
    Problem::UnknownFormat { start, len }
}
