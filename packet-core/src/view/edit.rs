//! Writing where a view has found something.

use super::Region;
use crate::bits;
use crate::checksum::inet16_update;

/// Where a part of something stands in it: from which byte on, and how many. What is absent stands nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    start: usize,
    length: usize,
}

impl Place {
    /// Nowhere.
    pub const ABSENT: Self = Self { start: usize::MAX, length: 0 };

    /// Where a part stands in the whole that it was taken from.
    ///
    /// ```
    /// use packet_core::Place;
    ///
    /// let whole = [1, 2, 3, 4];
    /// let mut copy = whole;
    /// Place::of(&whole, Some(&whole[1..3])).put(&mut copy, 0, [7, 8]);
    /// assert_eq!(copy, [1, 7, 8, 4]);
    /// ```
    #[must_use]
    pub fn of(whole: &[u8], part: Option<&[u8]>) -> Self {
        let found = part.and_then(|part| {
            let start = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
            (start.checked_add(part.len())? <= whole.len()).then_some(Self { start, length: part.len() })
        });
        found.unwrap_or(Self::ABSENT)
    }

    /// The first so many bytes.
    #[must_use]
    pub const fn first(length: usize) -> Self {
        Self { start: 0, length }
    }

    /// Its first byte.
    #[inline]
    #[must_use]
    pub const fn start(self) -> usize {
        self.start
    }

    /// From its start to the end of another one.
    #[inline]
    #[must_use]
    pub const fn up_to(self, last: Self) -> Self {
        let end = last.start.saturating_add(last.length);
        Self { start: self.start, length: end.saturating_sub(self.start) }
    }

    /// It, or another one where it is nowhere.
    #[inline]
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        if self.start == usize::MAX { other } else { self }
    }

    /// Its bytes as a region.
    #[must_use]
    pub fn region(self, whole: &[u8]) -> Region<'_> {
        let bytes = whole.get(self.start..).and_then(|rest| rest.get(..self.length)).unwrap_or_default();
        Region::placed(bytes, self.start)
    }

    /// So many bytes of it, from one on.
    #[inline]
    #[must_use]
    pub const fn part(self, from: usize, length: usize) -> Self {
        match self.length.checked_sub(from) {
            Some(rest) if length <= rest => Self { start: self.start + from, length },
            _ => Self::ABSENT,
        }
    }

    /// Its bytes, where it is.
    #[inline]
    pub fn bytes(self, whole: &mut [u8]) -> Option<&mut [u8]> {
        whole.get_mut(self.start..)?.get_mut(..self.length)
    }

    /// Overwrites bytes, so many behind its start. Nothing happens where they don't lie within it.
    #[inline]
    pub fn put<const N: usize>(self, whole: &mut [u8], behind: usize, value: [u8; N]) {
        let there = self.bytes(whole).and_then(|part| part.get_mut(behind..)).and_then(<[u8]>::first_chunk_mut);
        if let Some(there) = there {
            *there = value;
        }
    }

    /// Overwrites so many bits from a bit behind its start on, the most significant first; of the value the low bits count.
    #[inline]
    pub fn put_bits(self, whole: &mut [u8], bit: usize, width: u32, value: u128) {
        if let Some(part) = self.bytes(whole) {
            bits::write(part, bit, width, low(value, width));
        }
    }

    /// Overwrites a number of so many bits, the least significant byte first; of the value the low bits count.
    #[inline]
    pub fn put_le(self, whole: &mut [u8], bit: usize, width: u32, value: u128) {
        if let Some(part) = self.bytes(whole) {
            bits::write_le(part, bit, width, low(value, width));
        }
    }

    /// Overwrites so many bits of a number of `of` bits at its start, whose least significant byte comes first; the lowest of
    /// them is that number's bit `shift`.
    #[inline]
    pub fn put_within(self, whole: &mut [u8], of: u32, shift: u32, width: u32, value: u128) {
        if let Some(part) = self.bytes(whole)
            && let Some(number) = bits::read_le(part, 0, of)
        {
            let mask = low(u128::MAX, width).checked_shl(shift).unwrap_or(0);
            let value = low(value, width).checked_shl(shift).unwrap_or(0);
            bits::write_le(part, 0, of, number & !mask | value);
        }
    }
}

/// An Internet checksum that follows what is written under it ([RFC 1624](https://www.rfc-editor.org/rfc/rfc1624)).
#[derive(Clone, Copy, Debug)]
pub struct KeptChecksum {
    /// Where it stands.
    pub place: Place,
    /// What it covers.
    pub covered: Place,
    /// A sum of 0 is written as ffff, and 0 says that there is none: [RFC 768](https://www.rfc-editor.org/rfc/rfc768).
    pub zero_is_none: bool,
}

impl KeptChecksum {
    /// Changes a place, and what the change does to the checksum.
    ///
    /// A place of more than 64 bytes is not summed over; then the checksum is left as it is.
    #[inline]
    pub fn keep(&self, whole: &mut [u8], changed: Place, change: impl FnOnce(&mut [u8])) {
        let words = self.words_of(changed);
        let mut old = [0; MOST_WORDS * 2];
        let kept = words.bytes(whole).and_then(|bytes| {
            let old = old.get_mut(..bytes.len())?;
            old.copy_from_slice(bytes);
            Some(&*old)
        });
        change(whole);
        if let (Some(old), Some(new)) = (kept, whole.get(words.start..words.start.saturating_add(words.length))) {
            let mut copy = [0; MOST_WORDS * 2];
            if let Some(copy) = copy.get_mut(..new.len()) {
                copy.copy_from_slice(new);
                self.adjust(whole, old, copy);
            }
        }
    }

    /// Adjusts the checksum to a change from `old` to `new` of something else that it covers, as of the addresses below;
    /// both begin at a whole word of that.
    #[inline]
    pub fn adjust(&self, whole: &mut [u8], old: &[u8], new: &[u8]) {
        let Some(there) = self.place.bytes(whole).and_then(<[u8]>::first_chunk_mut) else { return };
        let sum = u16::from_be_bytes(*there);
        if self.zero_is_none && sum == 0 {
            return;
        }
        *there = match inet16_update(sum, old, new) {
            0 if self.zero_is_none => [0xff; 2],
            sum => sum.to_be_bytes(),
        };
    }

    /// The whole words under the checksum that hold a place; nothing of a place that it does not cover, or its own.
    fn words_of(&self, changed: Place) -> Place {
        let (from, to) = (self.covered.start, self.covered.start.saturating_add(self.covered.length));
        let end = changed.start.saturating_add(changed.length);
        if changed.start < from || end > to || changed.start == self.place.start {
            return Place::ABSENT;
        }
        let start = from + (changed.start - from) / 2 * 2;
        Place { start, length: ((end - start).next_multiple_of(2)).min(to - start) }
    }
}

/// As many words as a change of one field may touch.
const MOST_WORDS: usize = 32;

/// The low bits of a number.
#[inline]
const fn low(value: u128, width: u32) -> u128 {
    match 1_u128.checked_shl(width) {
        Some(above) => value & (above - 1),
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_of_a_number_are_set_and_no_others() {
        let mut bytes = [0xff; 4];
        Place::first(4).put_bits(&mut bytes, 4, 6, 0xf40);
        assert_eq!(bytes, [0xf0, 0x3f, 0xff, 0xff]);
        Place::first(4).put_within(&mut bytes, 32, 4, 8, 0x12);
        assert_eq!(bytes, [0x20, 0x31, 0xff, 0xff]);
        Place::first(4).put_le(&mut bytes, 16, 16, 0x1_2345);
        assert_eq!(bytes, [0x20, 0x31, 0x45, 0x23]);
    }

    #[test]
    fn what_is_not_there_is_left_alone() {
        let mut bytes = [1, 2, 3];
        Place::ABSENT.put(&mut bytes, 0, [9]);
        Place::ABSENT.put_bits(&mut bytes, 0, 8, 9);
        Place::first(3).put(&mut bytes, 2, [9, 9]);
        Place::first(9).put(&mut bytes, 0, [9]);
        assert_eq!(Place::of(&bytes, Some(&[4])), Place::ABSENT);
        assert_eq!(bytes, [1, 2, 3]);
    }
}
