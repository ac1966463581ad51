//! What short readers are written against: a cursor that says all that is wrong, or one that gives up.

use super::region::State;
use super::{Cursor, Region, Wanted};
use crate::{Error, ErrorKind, FieldInfo};

/// What a reader moves through a region.
///
/// A short reader is compiled twice. Where a packet is all there and nothing is wrong with it, it goes by [`Quick`], which is
/// part of whoever calls it, and in which all that is rare is decided. Everything else goes by [`Cursor`], in a function that
/// is called for it alone.
pub trait Walk<'a>: Copy {
    /// What is said where something is wrong.
    type Error;

    /// An error of a field at a place.
    #[must_use]
    fn fail(field: &'static FieldInfo, offset: u32, kind: ErrorKind) -> Self::Error;

    /// Says that what follows is rare.
    ///
    /// # Errors
    ///
    /// It is to be read the slow way.
    fn rare(&self) -> Result<(), Self::Error>;

    /// As [`Cursor::array`].
    ///
    /// # Errors
    ///
    /// Fewer bytes are left.
    fn array<const N: usize>(&mut self, field: &'static FieldInfo) -> Result<&'a [u8; N], Self::Error>;

    /// As [`Cursor::run`].
    ///
    /// # Errors
    ///
    /// Fewer bytes are left.
    fn run<const N: usize>(&mut self, fields: &'static [Wanted]) -> Result<&'a [u8; N], Self::Error>;

    /// As [`Cursor::run_with_bits`].
    ///
    /// # Errors
    ///
    /// Fewer bytes are left.
    fn run_with_bits<const N: usize>(
        &mut self,
        done: usize,
        fields: &'static [Wanted],
    ) -> Result<&'a [u8; N], Self::Error>;

    /// As [`Cursor::open`].
    ///
    /// # Errors
    ///
    /// The length reaches beyond the end.
    fn open(
        &mut self,
        length: u64,
        field: &'static FieldInfo,
        limit: Option<&'static FieldInfo>,
    ) -> Result<Region<'a>, Self::Error>;

    /// As [`Cursor::open_to`].
    ///
    /// # Errors
    ///
    /// The region reaches beyond the end.
    fn open_to(
        &mut self,
        start: &Self,
        from: u64,
        to: u64,
        field: &'static FieldInfo,
        limit: Option<&'static FieldInfo>,
    ) -> Result<Region<'a>, Self::Error>;

    /// As [`Cursor::to_end`].
    fn to_end(&mut self) -> Region<'a>;

    /// As [`Cursor::rest`].
    #[must_use]
    fn rest(&self) -> Region<'a>;

    /// As [`Cursor::offset`].
    #[must_use]
    fn offset(&self) -> u32;

    /// As [`Cursor::offset_in`].
    #[must_use]
    fn offset_in(&self, part: &[u8], behind: u32) -> u32;

    /// As [`Cursor::since`].
    #[must_use]
    fn since(&self, start: &Self) -> Region<'a>;
}

/// A cursor that gives up where anything is wrong or not there.
#[derive(Clone, Copy, Debug)]
pub struct Quick<'a>(Cursor<'a>);

/// Something is not as it is in most packets.
///
/// It has a size: where an error has none, a reference that is not null says that there is no error, and is asked for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsure(u8);

const UNSURE: Unsure = Unsure(0);

impl<'a> Walk<'a> for Quick<'a> {
    type Error = Unsure;

    #[inline(always)]
    fn fail(_: &'static FieldInfo, _: u32, _: ErrorKind) -> Unsure {
        UNSURE
    }

    #[inline(always)]
    fn rare(&self) -> Result<(), Unsure> {
        Err(UNSURE)
    }

    #[inline(always)]
    fn array<const N: usize>(&mut self, _: &'static FieldInfo) -> Result<&'a [u8; N], Unsure> {
        self.chunk(N)
    }

    #[inline(always)]
    fn run<const N: usize>(&mut self, _: &'static [Wanted]) -> Result<&'a [u8; N], Unsure> {
        self.chunk(N)
    }

    #[inline(always)]
    fn run_with_bits<const N: usize>(&mut self, done: usize, _: &'static [Wanted]) -> Result<&'a [u8; N], Unsure> {
        self.chunk(done)
    }

    #[inline(always)]
    fn open(
        &mut self,
        length: u64,
        _: &'static FieldInfo,
        limit: Option<&'static FieldInfo>,
    ) -> Result<Region<'a>, Unsure> {
        let bytes = self.0.rest.bytes;
        match usize::try_from(length) {
            Ok(length) if length <= bytes.len() => {
                let (bytes, rest) = bytes.split_at(length);
                Ok(self.opened(bytes, rest, limit))
            }
            _ => Err(UNSURE),
        }
    }

    #[inline(always)]
    fn open_to(
        &mut self,
        start: &Self,
        from: u64,
        to: u64,
        _: &'static FieldInfo,
        limit: Option<&'static FieldInfo>,
    ) -> Result<Region<'a>, Unsure> {
        let bytes = start.0.rest.bytes;
        match usize::try_from(to) {
            Ok(end) if end <= bytes.len() => {
                let (front, rest) = bytes.split_at(end);
                // It is never greater; that it is not taken costs nothing where nobody asks for these bytes.
                let bytes = front.split_at(from.min(to) as usize).1;
                Ok(self.opened(bytes, rest, limit))
            }
            _ => Err(UNSURE),
        }
    }

    #[inline(always)]
    fn to_end(&mut self) -> Region<'a> {
        self.0.to_end()
    }

    #[inline(always)]
    fn rest(&self) -> Region<'a> {
        self.0.rest
    }

    #[inline(always)]
    fn offset(&self) -> u32 {
        self.0.offset()
    }

    #[inline(always)]
    fn offset_in(&self, part: &[u8], behind: u32) -> u32 {
        self.0.offset_in(part, behind)
    }

    #[inline(always)]
    fn since(&self, start: &Self) -> Region<'a> {
        self.0.since(&start.0)
    }
}

impl<'a> Quick<'a> {
    /// The next `N` bytes, of which so many are done with.
    #[inline(always)]
    fn chunk<const N: usize>(&mut self, done: usize) -> Result<&'a [u8; N], Unsure> {
        // An option of a reference would be asked whether it is null.
        let [chunk, ..] = self.0.rest.bytes.as_chunks::<N>().0 else { return Err(UNSURE) };
        self.0.skip(done);
        Ok(chunk)
    }

    #[inline(always)]
    fn opened(&mut self, bytes: &'a [u8], rest: &'a [u8], limit: Option<&'static FieldInfo>) -> Region<'a> {
        self.0.rest.bytes = rest;
        Region { bytes, base: self.0.rest.base, state: State::WHOLE, limit }
    }
}

impl<'a> Walk<'a> for Cursor<'a> {
    type Error = Error;

    fn fail(field: &'static FieldInfo, offset: u32, kind: ErrorKind) -> Error {
        Error::new(field, offset, kind)
    }

    fn rare(&self) -> Result<(), Error> {
        Ok(())
    }

    fn array<const N: usize>(&mut self, field: &'static FieldInfo) -> Result<&'a [u8; N], Error> {
        Cursor::array(self, field)
    }

    fn run<const N: usize>(&mut self, fields: &'static [Wanted]) -> Result<&'a [u8; N], Error> {
        Cursor::run(self, fields)
    }

    fn run_with_bits<const N: usize>(&mut self, done: usize, fields: &'static [Wanted]) -> Result<&'a [u8; N], Error> {
        Cursor::run_with_bits(self, done, fields)
    }

    fn open(
        &mut self,
        length: u64,
        field: &'static FieldInfo,
        limit: Option<&'static FieldInfo>,
    ) -> Result<Region<'a>, Error> {
        Cursor::open(self, length, field, limit)
    }

    fn open_to(
        &mut self,
        start: &Self,
        from: u64,
        to: u64,
        field: &'static FieldInfo,
        limit: Option<&'static FieldInfo>,
    ) -> Result<Region<'a>, Error> {
        Cursor::open_to(self, start, from, to, field, limit)
    }

    fn to_end(&mut self) -> Region<'a> {
        Cursor::to_end(self)
    }

    fn rest(&self) -> Region<'a> {
        Cursor::rest(self)
    }

    fn offset(&self) -> u32 {
        Cursor::offset(self)
    }

    fn offset_in(&self, part: &[u8], behind: u32) -> u32 {
        Cursor::offset_in(self, part, behind)
    }

    fn since(&self, start: &Self) -> Region<'a> {
        Cursor::since(self, start)
    }
}

impl<'a> Cursor<'a> {
    /// The walker that is tried first.
    // It is handed out, and not a walk taken: what is called by another function is not always made part of whoever reads.
    #[inline(always)]
    #[must_use]
    pub fn quick(&self) -> Quick<'a> {
        Quick(*self)
    }

    /// Goes on behind what a quick walk has read, or where that gave up, behind what a slow one reads.
    ///
    /// The slow one is handed a cursor of its own, so that this one stays in registers.
    ///
    /// # Errors
    ///
    /// Those of the slow walk.
    #[inline(always)]
    pub fn behind<T>(
        &mut self,
        quick: Quick<'a>,
        read: Result<T, Unsure>,
        slow: impl FnOnce(Self) -> (Result<T, Error>, Self),
    ) -> Result<T, Error> {
        if let Ok(read) = read {
            *self = quick.0;
            return Ok(read);
        }
        let (read, behind) = slow(*self);
        *self = behind;
        read
    }
}
