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
}

impl Sink for Inet16 {
    #[inline(always)]
    fn bytes(&mut self, bytes: &[u8]) {
        *self = self.update(bytes);
    }

    #[inline(always)]
    fn number(&mut self, value: u128, bits: u32) {
        match bits {
            8 => *self = self.followed_by(Inet16::new().update(&[value as u8])),
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
