//! Taking a value from bytes that a view has read: field by field in the order of the wire, so that all of them are in it.

use super::code::{is_same, octets, split, whole};
use super::{EmitError, Field, Pen, Write};
use crate::view::{Element, Flow};
use crate::{Cursor, Region, bits};
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// A place in the bytes of a composite. Whatever is asked for that is not there is 0, or nothing.
#[derive(Clone, Copy, Debug)]
pub struct Take<'a> {
    region: Region<'a>,
    /// The next bit.
    at: usize,
    /// The byte before which what is taken now ends.
    end: usize,
    /// More may be missing than is there: a capture ends here, not a region.
    soft: bool,
}

/// Where a region lies within another one.
#[derive(Clone, Copy, Debug)]
pub struct Within {
    end: usize,
    outer: usize,
    soft: bool,
}

impl<'a> Take<'a> {
    /// At the start of what a view has read.
    #[must_use]
    pub fn new(region: Region<'a>) -> Self {
        Self { region, at: 0, end: region.bytes().len(), soft: region.is_soft() }
    }

    /// The next number of so many bits.
    #[must_use]
    pub fn number(&mut self, width: u32, little: bool) -> u128 {
        let bytes = self.region.bytes().get(..self.end).unwrap_or_default();
        let number = if little { bits::read_le(bytes, self.at, width) } else { bits::read(bytes, self.at, width) };
        self.at = self.at.saturating_add(width as usize).min(self.end * 8);
        number.unwrap_or_default()
    }

    /// Whether so many bits are left.
    #[must_use]
    pub fn has(&self, width: u64) -> bool {
        ((self.end * 8).saturating_sub(self.at)) as u64 >= width
    }

    /// The next so many bytes, or as many as there are.
    #[must_use]
    pub fn bytes(&mut self, count: u64) -> &'a [u8] {
        let rest = self.rest();
        let bytes = usize::try_from(count).ok().and_then(|count| rest.get(..count)).unwrap_or(rest);
        self.at = self.at.div_ceil(8) * 8 + bytes.len() * 8;
        bytes
    }

    /// The next `N` bytes.
    #[must_use]
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let bytes = self.bytes(N as u64);
        bytes.first_chunk().copied().unwrap_or([0; N])
    }

    /// The bytes up to the first one that is the last, that included.
    #[must_use]
    pub fn until(&mut self, last: impl Fn(u8) -> bool) -> &'a [u8] {
        let length = self.rest().iter().position(|&byte| last(byte)).map_or(u64::MAX, |at| at as u64 + 1);
        self.bytes(length)
    }

    /// All that is left.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.region.bytes().get(self.at.div_ceil(8)..self.end).unwrap_or_default()
    }

    /// How many bytes were taken.
    #[must_use]
    pub const fn taken(&self) -> u64 {
        (self.at / 8) as u64
    }

    /// Takes everything.
    pub const fn to_end(&mut self) {
        self.at = self.end * 8;
    }

    /// Begins a region of so many bits.
    #[must_use]
    pub fn enter(&mut self, length: i128) -> Within {
        let within = Within { end: self.end, outer: self.at.div_ceil(8), soft: self.soft };
        let wanted = usize::try_from(length / 8).ok().and_then(|bytes| within.outer.checked_add(bytes));
        if let Some(end) = wanted.filter(|&end| end <= self.end) {
            self.end = end;
            self.soft = false;
        }
        within
    }

    /// Ends a region: what of it was not taken.
    pub fn leave(&mut self, within: Within) -> Cow<'a, [u8]> {
        let rest = self.rest();
        self.at = self.end * 8;
        (self.end, self.soft) = (within.end, within.soft);
        Cow::Borrowed(rest)
    }

    /// The same where all of it is taken as bytes, whatever was taken already.
    #[must_use]
    pub fn leave_raw(&mut self, within: Within) -> Cow<'a, [u8]> {
        let all = self.region.bytes().get(within.outer..self.end).unwrap_or_default();
        self.at = self.end * 8;
        (self.end, self.soft) = (within.end, within.soft);
        Cow::Borrowed(all)
    }

    /// Goes to a multiple of so many bits: what stands there, where a builder would not write it by itself.
    pub fn align(&mut self, width: usize) -> &'a [u8] {
        let target = self.at.next_multiple_of(width.max(1)).div_ceil(8);
        let skipped = self.rest().get(..target.saturating_sub(self.at.div_ceil(8))).unwrap_or_default();
        self.at = (self.at.div_ceil(8) + skipped.len()) * 8;
        if skipped.iter().all(|&byte| byte == 0) { &[] } else { skipped }
    }

    /// Reads an element; nothing where there is none to be read. Whether it is the last one.
    pub fn read<E: Element<'a>>(&mut self, args: E::Args) -> Option<(E::Out, bool)> {
        self.element::<E>(args, true)
    }

    /// The same; nothing, too, where the capture ends within it.
    pub fn read_whole<E: Element<'a>>(&mut self, args: E::Args) -> Option<(E::Out, bool)> {
        self.element::<E>(args, false)
    }

    fn element<E: Element<'a>>(&mut self, args: E::Args, may_be_cut: bool) -> Option<(E::Out, bool)> {
        let mut cursor = Cursor::new(self.region.part(self.at.div_ceil(8), self.end, self.soft));
        let before = cursor.remaining();
        let (element, flow) = E::read(&mut cursor, args).ok()?;
        if cursor.is_clipped() && !may_be_cut {
            return None;
        }
        let length = before - cursor.remaining();
        self.at = self.at.div_ceil(8) * 8 + length * 8;
        Some((element, flow == Flow::Stop || length == 0))
    }

    /// Where in the packet it is.
    #[must_use]
    pub fn offset(&self) -> u32 {
        self.region.offset().wrapping_add((self.at / 8) as u32)
    }
}

/// What a list leaves of its region: nothing where that are the zeros that a builder pads it with.
#[must_use]
pub fn behind<'a>(padding: Cow<'a, [u8]>, align: usize) -> Cow<'a, [u8]> {
    if padding.len() < align && padding.iter().all(|&byte| byte == 0) { Cow::Borrowed(&[]) } else { padding }
}

/// Whether bytes are what a builder would write.
#[must_use]
pub fn is_written(bytes: &[u8], write: impl FnOnce(&mut Write<'_>) -> Result<(), EmitError>) -> bool {
    let mut out = [0; 40];
    let mut pen = Write::new(&mut out, &mut [], 0);
    let written = write(&mut pen);
    let length = pen.position() / 8;
    written.is_ok() && out.get(..length) == Some(bytes)
}

/// The names that were taken so far: by these it is known which a builder would write as they stand there.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    tails: Vec<(Vec<u8>, usize)>,
}

impl Seen {
    /// A name of at most so many bytes, by its text, its bytes, and where they stand in their layer; whether it may point to
    /// others.
    #[must_use]
    pub fn name<'a>(&mut self, text: Vec<u8>, bytes: &'a [u8], at: usize, points: bool, most: u64) -> Said<'a> {
        let mut written = Vec::new();
        let (mut rest, mut new) = (whole(&text), Vec::new());
        let pointer = loop {
            let Some((label, behind)) = split(rest) else { break None };
            if points && let Some((_, there)) = self.tails.iter().find(|(tail, _)| is_same(tail, rest)) {
                break Some(*there);
            }
            new.push((rest.to_vec(), at + written.len()));
            written.push(octets(label).count() as u8);
            written.extend(octets(label).map(Option::unwrap_or_default));
            rest = behind;
        };
        match pointer {
            Some(there) => written.extend_from_slice(&(0xc000 | there as u16).to_be_bytes()),
            None => written.push(0),
        }
        if written != bytes || text.len() as u64 > most {
            return Field::Raw(Cow::Borrowed(bytes));
        }
        self.tails.extend(new.into_iter().filter(|(_, at)| *at < 1 << 14));
        Field::Set(Cow::Owned(text))
    }
}

/// What is said of a name.
pub type Said<'a> = Field<Cow<'a, [u8]>, Cow<'a, [u8]>>;
