//! A short piece of ASCII text in the making.

use core::fmt::{self, Write};

/// At most `N` characters of ASCII; what goes beyond is dropped, so `N` is chosen as the longest text of the kind.
pub(super) struct Line<const N: usize> {
    text: [u8; N],
    len: usize,
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

impl<const N: usize> Line<N> {
    pub(super) const fn new() -> Self {
        Self { text: [0; N], len: 0 }
    }

    /// Appends one ASCII character.
    #[inline]
    pub(super) fn push(&mut self, character: u8) {
        if let Some(slot) = self.text.get_mut(self.len) {
            *slot = character;
            self.len += 1;
        }
    }

    /// Appends two hexadecimal digits.
    #[inline]
    pub(super) fn hex_byte(&mut self, byte: u8) {
        self.push(hex_digit(byte >> 4));
        self.push(hex_digit(byte));
    }

    /// Appends up to four hexadecimal digits, without leading zeros.
    #[inline]
    pub(super) fn hex_word(&mut self, word: u16) {
        for shift in [12, 8, 4, 0] {
            if shift == 0 || word >> shift != 0 {
                self.push(hex_digit((word >> shift) as u8));
            }
        }
    }

    /// Appends a number in decimal.
    #[inline]
    pub(super) fn decimal(&mut self, number: u8) {
        if number >= 100 {
            self.push(b'0' + number / 100);
        }
        if number >= 10 {
            self.push(b'0' + number / 10 % 10);
        }
        self.push(b'0' + number % 10);
    }

    /// Appends the last `digits` decimal digits of a number, ten at most, leading zeros included.
    #[inline]
    pub(super) fn padded(&mut self, mut number: u32, digits: usize) {
        let mut text = [b'0'; 10];
        for digit in text.iter_mut().rev().take(digits) {
            *digit += (number % 10) as u8;
            number /= 10;
        }
        for &digit in text.iter().skip(text.len().saturating_sub(digits)) {
            self.push(digit);
        }
    }

    /// Hands the text over.
    pub(super) fn write_to<W: Write + ?Sized>(&self, out: &mut W) -> fmt::Result {
        let text = self.text.get(..self.len).unwrap_or(&self.text);
        // Only ASCII is ever pushed, so the text is valid.
        out.write_str(str::from_utf8(text).map_err(|_| fmt::Error)?)
    }
}

/// The digit of the low four bits.
#[inline]
fn hex_digit(nibble: u8) -> u8 {
    DIGITS[usize::from(nibble & 0xf)]
}
