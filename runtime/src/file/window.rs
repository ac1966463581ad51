//! The one buffer through which a file is read.
//!
//! ```text
//!   buffer   | already used |  read, not yet used  |  free  |
//!            0            start                   end      len
//! ```
//!
//! A record is used where it lies. Only what is left of the last one moves, to the front, when the buffer is read full
//! again.

use super::compression::{Compression, Source};
use super::error::{FileError, Part, Problem};
use crate::limits;
use std::io::{self, Read};

/// # Invariants
///
/// `start <= end <= buffer.len()`.
pub(super) struct Window<R: Read> {
    source: Source<R>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Bytes of the file before `start`.
    offset: u64,
}

impl<R: Read> Window<R> {
    pub(super) fn new(input: R) -> Self {
        Self { source: Source::Plain(input), buffer: vec![0; limits::INPUT_BUFFER], start: 0, end: 0, offset: 0 }
    }

    /// The same file, decompressed from its start. `None` if this build can't decompress it.
    pub(super) fn decompressed(self, compression: Compression) -> Result<Option<Self>, FileError> {
        let start = self.buffer.get(self.start..self.end).unwrap_or_default();
        let source = self
            .source
            .decompress(compression, start)
            .map_err(|error| FileError::new(0, Part::Start, Problem::Decompression(compression, error)))?;
        Ok(source.map(|source| Self { source, buffer: self.buffer, start: 0, end: 0, offset: 0 }))
    }

    pub(super) fn compression(&self) -> Option<Compression> {
        self.source.compression()
    }

    /// Bytes of the file before the next that is not yet used.
    #[inline]
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// What was read and is not yet used.
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    #[inline]
    fn available(&self) -> usize {
        self.end - self.start
    }

    /// Whether nothing of the file is left.
    #[inline]
    pub(super) fn is_at_end(&mut self, part: Part) -> Result<bool, FileError> {
        if self.available() > 0 {
            return Ok(false);
        }
        self.fill(1, part)?;
        Ok(self.available() == 0)
    }

    /// Makes `wanted` bytes available if the file has so many.
    pub(super) fn peek(&mut self, wanted: usize, part: Part) -> Result<(), FileError> {
        if self.available() < wanted { self.fill(wanted, part) } else { Ok(()) }
    }

    /// Makes `needed` bytes available.
    ///
    /// # Errors
    ///
    /// The file ends before, or can't be read.
    #[inline]
    pub(super) fn require(&mut self, needed: usize, part: Part) -> Result<(), FileError> {
        if self.available() >= needed {
            return Ok(());
        }
        self.fill(needed, part)?;
        if self.available() >= needed { Ok(()) } else { Err(self.cut_short(part, needed as u64)) }
    }

    /// The next `len` bytes, which count as used from now on. There are fewer only where they were not [required]
    /// before.
    ///
    /// [required]: Self::require
    #[inline]
    pub(super) fn take(&mut self, len: usize) -> &[u8] {
        self.take_behind(0, len)
    }

    /// The same without the first bytes of them, so many.
    #[inline]
    pub(super) fn take_behind(&mut self, first: usize, len: usize) -> &[u8] {
        let (from, len) = (self.start + first, len.min(self.available()));
        self.start += len;
        self.offset += len as u64;
        self.buffer.get(from..self.start).unwrap_or_default()
    }

    /// Passes over `len` bytes, keeping none of them but the last `N`.
    ///
    /// # Errors
    ///
    /// The file ends before, or can't be read.
    pub(super) fn skip_to_last<const N: usize>(&mut self, len: u64, part: Part) -> Result<[u8; N], FileError> {
        let start = self.offset;
        let last = start.saturating_add(len.saturating_sub(N as u64));
        while self.offset < last && !self.is_at_end(part)? {
            let left = usize::try_from(last - self.offset).unwrap_or(usize::MAX);
            self.take(left);
        }
        self.peek(N, part)?;
        let available = self.offset - start + self.available() as u64;
        let cut_short = || FileError::new(start, part, Problem::CutShort { needed: len, available });
        self.take(N).first_chunk().copied().ok_or_else(cut_short)
    }

    /// The error that the file ends here, where `needed` bytes should be.
    #[cold]
    fn cut_short(&self, part: Part, needed: u64) -> FileError {
        let available = self.available() as u64;
        FileError::new(self.offset, part, Problem::CutShort { needed, available })
    }

    /// Reads until `needed` bytes are available or the file ends.
    #[cold]
    fn fill(&mut self, needed: usize, part: Part) -> Result<(), FileError> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        while self.end < needed {
            self.grow_if_full();
            match self.source.read(self.buffer.get_mut(self.end..).unwrap_or_default()) {
                Ok(0) => break,
                // A source that claims more than it had room for must not break the invariant.
                Ok(count) => self.end = self.buffer.len().min(self.end + count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.unreadable(error, part)),
            }
        }
        Ok(())
    }

    /// Doubles the buffer if every byte of it is used: it grows with what is really in the file, not with what the file
    /// says.
    fn grow_if_full(&mut self) {
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
    }

    fn unreadable(&self, error: io::Error, part: Part) -> FileError {
        let problem = match self.compression() {
            Some(compression) => Problem::Decompression(compression, error),
            None => Problem::Io(error),
        };
        FileError::new(self.offset, part, problem)
    }
}
