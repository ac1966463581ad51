//! Where bytes go that no buffer holds in one piece.

use crate::checksum::{Crc16, Crc32, Inet16};

/// Takes bytes and numbers one behind another.
pub trait Sink {
    /// The next bytes.
    fn bytes(&mut self, bytes: &[u8]);

    /// The next number, of so many whole bytes, in network order.
    #[inline(always)]
    fn number(&mut self, value: u128, bits: u32) {
        let bytes = value.to_be_bytes();
        let length = (bits / 8) as usize;
        self.bytes(bytes.get(16usize.saturating_sub(length)..).unwrap_or_default());
    }

    /// Has something put into it that few packets need, by a function of its own.
    #[inline(always)]
    fn rarely<T>(&mut self, put: impl FnOnce(&mut Self) -> T) -> T
    where
        Self: Sized,
    {
        super::aside(
            #[inline(always)]
            || put(self),
        )
    }
}

impl Sink for Inet16 {
    // A copy is handed out: a sum whose address nobody has stays in registers.
    #[inline(always)]
    fn rarely<T>(&mut self, put: impl FnOnce(&mut Self) -> T) -> T {
        let mut sum = *self;
        let done = super::aside(
            #[inline(always)]
            || put(&mut sum),
        );
        *self = sum;
        done
    }

    #[inline(always)]
    fn bytes(&mut self, bytes: &[u8]) {
        *self = self.update(bytes);
    }

    #[inline(always)]
    fn number(&mut self, value: u128, bits: u32) {
        match bits {
            8 => *self = self.byte(value as u8),
            16 => *self = self.word(value as u16),
            32 => *self = self.double_word(value as u32),
            _ => {
                let bytes = value.to_be_bytes();
                let length = (bits / 8) as usize;
                *self = self.update(bytes.get(16usize.saturating_sub(length)..).unwrap_or_default());
            }
        }
    }
}

impl Sink for Crc32 {
    fn bytes(&mut self, bytes: &[u8]) {
        *self = self.update(bytes);
    }
}

impl Sink for Crc16 {
    fn bytes(&mut self, bytes: &[u8]) {
        *self = self.update(bytes);
    }
}

/// Counts the bytes.
impl Sink for usize {
    #[inline(always)]
    fn bytes(&mut self, bytes: &[u8]) {
        *self += bytes.len();
    }
}

/// A sum with more bytes, of which there are none mostly.
#[inline(always)]
#[must_use]
pub fn add(sum: Inet16, bytes: &[u8]) -> Inet16 {
    if bytes.is_empty() { sum } else { sum.update(bytes) }
}

/// Adds the first bytes of pieces that stand one behind another; nothing where there are fewer.
pub fn add_start<S: Sink>(sum: &mut S, pieces: [&[u8]; 3], length: u64) -> Option<()> {
    add_range(sum, pieces, 0, length)
}

/// Adds the bytes from one place to another of pieces that stand one behind another; nothing where there are fewer.
pub fn add_range<S: Sink>(sum: &mut S, pieces: [&[u8]; 3], from: u64, to: u64) -> Option<()> {
    let mut skipped = usize::try_from(from).ok()?;
    let mut left = usize::try_from(to.checked_sub(from)?).ok()?;
    for piece in pieces {
        let behind = piece.get(skipped.min(piece.len())..)?;
        skipped -= piece.len() - behind.len();
        let part = behind.get(..left.min(behind.len()))?;
        sum.bytes(part);
        left -= part.len();
    }
    (skipped == 0 && left == 0).then_some(())
}

/// The sum of an array that is short, and mostly in registers.
#[inline(always)]
#[must_use]
pub fn sum_array<const N: usize>(array: &[u8; N]) -> Inet16 {
    let (words, rest) = array.as_chunks::<4>();
    let sum = words.iter().fold(Inet16::new(), |sum, word| sum.double_word(u32::from_be_bytes(*word)));
    match rest {
        [] => sum,
        [a, b] => sum.word(u16::from_be_bytes([*a, *b])),
        rest => sum.update(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum::inet16;

    #[test]
    fn numbers_are_summed_as_their_bytes() {
        let bytes = [0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0x11, 0x22, 0x33, 0x44];
        let mut sum = Inet16::new();
        sum.number(0x12, 8);
        sum.number(0x34, 8);
        sum.number(0x5678, 16);
        sum.number(0x9a, 8);
        sum.number(0xbcde_f011, 32);
        sum.number(0x22_3344, 24);
        assert_eq!(sum.finish(), inet16(&bytes));
        assert_eq!(sum_array(&bytes).finish(), inet16(&bytes));
        assert_eq!(add(Inet16::new(), &bytes).finish(), inet16(&bytes));
        let pieces = [&bytes[..3], &[], &bytes[3..]];
        for length in 0..=bytes.len() {
            let mut sum = Inet16::new();
            assert_eq!(add_start(&mut sum, pieces, length as u64), Some(()));
            assert_eq!(sum.finish(), inet16(&bytes[..length]));
        }
        assert_eq!(add_start(&mut Inet16::new(), pieces, 13), None);
        for (from, to) in [(0, 2), (1, 3), (2, 9), (3, 12), (5, 5), (12, 12)] {
            let mut sum = Inet16::new();
            assert_eq!(add_range(&mut sum, pieces, from as u64, to as u64), Some(()));
            assert_eq!(sum.finish(), inet16(&bytes[from..to]));
        }
        for (from, to) in [(5, 13), (13, 13), (4, 3)] {
            assert_eq!(add_range(&mut Inet16::new(), pieces, from, to), None);
        }
        let mut length = 0_usize;
        length.number(0x22_3344, 24);
        assert_eq!(length, 3);
    }
}
