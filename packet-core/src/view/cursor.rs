//! The cursor that generated readers move through a region.

use super::Region;
use super::region::State;
use crate::{Error, ErrorKind, FieldInfo, bits};
use core::hint::cold_path;

/// The field of a run of none.
static NOTHING: FieldInfo = FieldInfo::new("_", "_");

/// A field of a run: its first bit there, and how many bits it has.
pub type Wanted = (&'static FieldInfo, u32, u32);

/// What is left of a region, read from its front.
///
/// # Invariants
///
/// What was taken is never looked at again, and nothing beyond the region ever is: every method that can run short returns an
/// error that says what was needed.
///
/// Offsets are 32 bits wide, and begin anew behind 4 GiB: no packet is as long, and whatever is handed over, nothing panics.
///
/// On the way of a packet that is all right, no function that is not inlined takes a reference to a cursor or gives an error:
/// it would keep the cursor in memory instead of registers, and readers would take six times as long.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    pub(super) rest: Region<'a>,
    /// Bytes that were to be read, and are not there.
    clipped: u32,
}

impl<'a> Cursor<'a> {
    /// At the start of a region.
    #[inline]
    #[must_use]
    pub const fn new(region: Region<'a>) -> Self {
        Self { rest: region, clipped: 0 }
    }

    /// What is left.
    #[inline]
    #[must_use]
    pub const fn rest(&self) -> Region<'a> {
        self.rest
    }

    /// How many bytes are left.
    #[inline]
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.rest.bytes.len()
    }

    /// Where it is, in bytes from the start of the region that was read first.
    #[inline]
    #[must_use]
    pub fn offset(&self) -> u32 {
        self.rest.offset()
    }

    /// The next `N` bytes.
    ///
    /// # Errors
    ///
    /// Fewer are left.
    #[inline]
    pub fn array<const N: usize>(&mut self, field: &'static FieldInfo) -> Result<&'a [u8; N], Error> {
        match self.rest.bytes.split_first_chunk::<N>() {
            Some((array, rest)) => {
                self.rest.bytes = rest;
                Ok(array)
            }
            None => Err(self.short(N, field)),
        }
    }

    /// The next `N` bytes, of which only so many are done with: the last one holds bits of what follows.
    ///
    /// # Errors
    ///
    /// Fewer are left.
    #[inline]
    pub fn array_with_bits<const N: usize>(
        &mut self,
        done: usize,
        field: &'static FieldInfo,
    ) -> Result<&'a [u8; N], Error> {
        match self.rest.bytes.first_chunk::<N>() {
            Some(array) => {
                self.skip(done);
                Ok(array)
            }
            None => Err(self.short(N, field)),
        }
    }

    /// The next `N` bytes, which hold these fields: each with its first bit, and how many they are.
    ///
    /// # Errors
    ///
    /// Fewer are left: the error is that of the first field that is not there.
    #[inline]
    pub fn run<const N: usize>(&mut self, fields: &'static [Wanted]) -> Result<&'a [u8; N], Error> {
        match self.rest.bytes.split_first_chunk::<N>() {
            Some((array, rest)) => {
                self.rest.bytes = rest;
                Ok(array)
            }
            None => Err(self.short_in(fields)),
        }
    }

    /// The next `N` bytes, of which only so many are done with, as [`Self::run`].
    ///
    /// # Errors
    ///
    /// Fewer are left.
    #[inline]
    pub fn run_with_bits<const N: usize>(
        &mut self,
        done: usize,
        fields: &'static [Wanted],
    ) -> Result<&'a [u8; N], Error> {
        match self.rest.bytes.first_chunk::<N>() {
            Some(array) => {
                self.skip(done);
                Ok(array)
            }
            None => Err(self.short_in(fields)),
        }
    }

    /// A number of so many bits, at most 128, that starts at a bit of the next byte.
    ///
    /// # Errors
    ///
    /// Fewer bits are left, or more are asked for.
    #[inline]
    pub fn number(&mut self, bit: u32, width: u64, field: &'static FieldInfo) -> Result<u128, Error> {
        let Some(width) = u32::try_from(width).ok().filter(|&width| width <= 128) else {
            return Err(self.bad_length(field));
        };
        if width == 0 {
            return Ok(0);
        }
        match bits::read(self.rest.bytes, bit as usize, width) {
            Some(number) => {
                self.skip(((bit + width) / 8) as usize);
                Ok(number)
            }
            None => Err(self.short_bits(bit, width, field)),
        }
    }

    /// The next bytes, as a region that a length has opened; the length is that of a field, and `limit` the field that says it.
    ///
    /// # Errors
    ///
    /// The length reaches beyond the end of a region that a length has opened itself.
    #[inline]
    pub fn open(
        &mut self,
        length: u64,
        field: &'static FieldInfo,
        limit: Option<&'static FieldInfo>,
    ) -> Result<Region<'a>, Error> {
        if let Ok(wanted) = usize::try_from(length)
            && let Some((bytes, rest)) = self.rest.bytes.split_at_checked(wanted)
        {
            self.rest.bytes = rest;
            return Ok(Region { bytes, base: self.rest.base, state: State::WHOLE, limit });
        }
        self.open_short(length, field)
    }

    /// The same where the cursor is `from` bytes behind where it started, and the region ends `to` bytes behind that.
    ///
    /// # Errors
    ///
    /// Those of [`Self::open`].
    #[inline]
    pub fn open_to(
        &mut self,
        start: &Self,
        from: u64,
        to: u64,
        field: &'static FieldInfo,
        limit: Option<&'static FieldInfo>,
    ) -> Result<Region<'a>, Error> {
        if let (Ok(from), Ok(to)) = (usize::try_from(from), usize::try_from(to))
            && let Some((front, rest)) = start.rest.bytes.split_at_checked(to)
            && let Some(bytes) = front.get(from..)
        {
            self.rest.bytes = rest;
            return Ok(Region { bytes, base: self.rest.base, state: State::WHOLE, limit });
        }
        self.open_short(to.wrapping_sub(from), field)
    }

    /// A region that reaches beyond what is left.
    #[inline(always)]
    fn open_short(&mut self, length: u64, field: &'static FieldInfo) -> Result<Region<'a>, Error> {
        cold_path();
        let available = self.rest.bytes.len();
        // Positions are counted in bits, and a length that 64 bits can't hold so is none.
        if length > u64::MAX / 8 {
            return Err(self.bad_length(field));
        }
        if !self.rest.is_soft() {
            return Err(self.short(usize::try_from(length).unwrap_or(usize::MAX), field));
        }
        let missing = u32::try_from(length - available as u64).unwrap_or(u32::MAX);
        let region = Region { state: State::SOFT.with_missing(missing), ..self.rest };
        self.clipped = self.clipped.max(missing);
        // Nothing is left. No pointer into the packet is kept for it, which would have to be chosen between two.
        let end = (self.offset() as usize).wrapping_add(available);
        self.rest = Region { state: self.rest.state.with_cut(true), ..self.rest.emptied(end) };
        Ok(region)
    }

    /// So many bytes, all of which must be there.
    ///
    /// # Errors
    ///
    /// Fewer are left.
    #[inline]
    pub fn take(&mut self, length: usize, field: &'static FieldInfo) -> Result<&'a [u8], Error> {
        match self.rest.bytes.split_at_checked(length) {
            Some((bytes, _)) => {
                self.skip(length);
                Ok(bytes)
            }
            None => Err(self.short(length, field)),
        }
    }

    /// The bytes of so many numbers of so many bits each.
    ///
    /// # Errors
    ///
    /// Fewer are left.
    #[inline]
    pub fn numbers(&mut self, count: u64, bits: u32, field: &'static FieldInfo) -> Result<&'a [u8], Error> {
        let length = count.saturating_mul(bits.into()).div_ceil(8);
        match usize::try_from(length).ok().and_then(|length| self.rest.bytes.split_at_checked(length)) {
            Some((bytes, _)) => {
                self.skip(bytes.len());
                Ok(bytes)
            }
            None => Err(self.too_few(bits.div_ceil(8) as usize, field)),
        }
    }

    /// The error of the first element of so many bytes that is not whole.
    #[inline(always)]
    fn too_few(&mut self, element: usize, field: &'static FieldInfo) -> Error {
        cold_path();
        let available = self.rest.bytes.len();
        self.skip(available - available.checked_rem(element).unwrap_or(0));
        self.short(element, field)
    }

    /// The bytes up to the first for which `last` holds, included; all that is left of a soft region where none is.
    ///
    /// # Errors
    ///
    /// There is no such byte in a region that a length has opened.
    #[inline]
    pub fn until(&mut self, last: impl Fn(u8) -> bool, field: &'static FieldInfo) -> Result<&'a [u8], Error> {
        match self.rest.bytes.iter().position(|&byte| last(byte)) {
            Some(at) => self.take(at + 1, field),
            None if self.rest.is_soft() => {
                self.rest.state = self.rest.state.with_cut(true);
                Ok(self.to_end().bytes)
            }
            None => Err(self.short(self.rest.bytes.len() + 1, field)),
        }
    }

    /// The place in a region to which a pointer leads; it must lie before all that was read so far, so that no pointers
    /// lead in a circle.
    ///
    /// # Errors
    ///
    /// It does not.
    pub fn jump(
        &self,
        region: Region<'a>,
        to: u64,
        lowest: &mut u32,
        field: &'static FieldInfo,
    ) -> Result<Self, Error> {
        let target = u64::from(region.offset()).saturating_add(to);
        let bytes = usize::try_from(to).ok().and_then(|to| region.bytes.get(to..));
        match (u32::try_from(target), bytes) {
            (Ok(offset), Some(bytes)) if offset < *lowest => {
                *lowest = offset;
                Ok(Self::new(Region { bytes, base: region.base, state: State::WHOLE, limit: None }))
            }
            _ => Err(Error::new(field, self.offset(), ErrorKind::PointerForward)),
        }
    }

    /// All that is left.
    #[inline]
    pub fn to_end(&mut self) -> Region<'a> {
        let region = Region { state: self.rest.state.with_cut(false), ..self.rest };
        self.clipped = self.clipped.max(region.missing());
        self.rest.state = self.rest.state.with_cut(self.rest.is_cut());
        self.skip(region.bytes.len());
        region
    }

    /// Goes on behind so many bytes, or at the end where there are fewer.
    #[inline]
    pub fn skip(&mut self, length: usize) {
        let length = length.min(self.rest.bytes.len());
        self.rest.bytes = self.rest.bytes.get(length..).unwrap_or_default();
    }

    /// Whether something was read that reaches beyond what was captured.
    #[inline]
    #[must_use]
    pub fn is_clipped(&self) -> bool {
        self.clipped > 0
    }

    /// What was read since the cursor was where `start` is; what was to be read and is not there is missing of it.
    #[inline]
    #[must_use]
    pub fn since(&self, start: &Self) -> Region<'a> {
        let length = start.rest.bytes.len().saturating_sub(self.rest.bytes.len());
        let bytes = start.rest.bytes.get(..length).unwrap_or_default();
        let state = start.rest.state.with_missing(self.clipped).with_cut(self.rest.is_truncated());
        Region { bytes, state, ..start.rest }
    }

    /// The error of a field that needs more bytes than are left.
    #[inline(always)]
    #[must_use]
    pub fn short(&self, needed: usize, field: &'static FieldInfo) -> Error {
        cold_path();
        let limit = if self.rest.is_cut() { None } else { self.rest.limit };
        let (needed, available) = (saturated(needed), saturated(self.rest.bytes.len()));
        Error::new(field, self.offset(), ErrorKind::Short { needed, available, limit })
    }

    /// The error of the first of some fields that is not there.
    #[inline(always)]
    fn short_in(&self, fields: &'static [Wanted]) -> Error {
        cold_path();
        let (field, first, bits) = missing_of(fields, self.rest.bytes.len());
        self.short_bits(first, bits, field)
    }

    /// The error of a field of so many bits, so many behind here, that is not there.
    #[inline(always)]
    fn short_bits(&self, first: u32, bits: u32, field: &'static FieldInfo) -> Error {
        let limit = if self.rest.is_cut() { None } else { self.rest.limit };
        let available = self.rest.bytes.len().saturating_mul(8).saturating_sub(first as usize) / 8;
        let kind = ErrorKind::Short { needed: bits.div_ceil(8), available: saturated(available), limit };
        Error::new(field, self.offset().wrapping_add(first / 8), kind)
    }

    /// Where something in the same packet stands, so many bytes behind the start of a part.
    #[inline(always)]
    #[must_use]
    pub fn offset_in(&self, part: &[u8], behind: u32) -> u32 {
        let offset = part.as_ptr().addr().wrapping_sub(self.rest.base);
        (offset as u32).wrapping_add(behind)
    }

    /// The error of a field whose length can't be.
    #[inline(always)]
    #[must_use]
    pub fn bad_length(&self, field: &'static FieldInfo) -> Error {
        Error::new(field, self.offset(), ErrorKind::BadLength)
    }
}

/// The first of some fields that does not lie in so many bytes.
#[cold]
#[inline(never)]
fn missing_of(fields: &'static [Wanted], bytes: usize) -> Wanted {
    let missing = fields.iter().find(|(_, first, bits)| (first + bits) as usize > bytes.saturating_mul(8));
    missing.or(fields.first()).copied().unwrap_or((&NOTHING, 0, 0))
}

#[inline(always)]
fn saturated(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
