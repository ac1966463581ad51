//! Writing bit by bit, and counting how much would be written.

use super::EmitError;
use crate::bits;

/// Takes what a composite is made of, in the order of the wire.
pub trait Pen {
    /// It only counts: values don't matter, only how long they are.
    const COUNTS: bool;

    /// How many bits were taken so far, what is behind the payload left out.
    fn position(&self) -> usize;

    /// The next number, of so many bits.
    fn number(&mut self, value: u128, bits: u32, little: bool);

    /// The next bytes.
    fn bytes(&mut self, bytes: &[u8]);

    /// So many zeros.
    #[inline]
    fn zeros(&mut self, bytes: usize) {
        (0..bytes).for_each(|_| self.number(0, 8, false));
    }

    /// Here is the payload; what follows stands behind it.
    fn payload(&mut self);

    /// What was written from a position to another, in whole bytes; nothing where the payload stands in between.
    #[inline]
    fn written(&self, from: usize, to: usize) -> &[u8] {
        let _nothing_is_written = (from, to);
        &[]
    }

    /// Overwrites a number.
    #[inline]
    fn patch(&mut self, at: usize, value: u128, bits: u32, little: bool) {
        let _nothing_is_written = (at, value, bits, little);
    }

    /// Fills up to a multiple of so many bits, counted from a position.
    #[inline]
    fn align(&mut self, start: usize, bits: usize, fill: u8) {
        let over = (self.position() - start) % bits.max(1);
        let mut missing = if over == 0 { 0 } else { bits - over };
        while missing >= 8 {
            self.number(u128::from(fill), 8, false);
            missing -= 8;
        }
        if missing > 0 {
            self.number(u128::from(fill >> (8 - missing)), missing as u32, false);
        }
    }
}

/// Counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    bits: usize,
    front: Option<usize>,
}

impl Count {
    /// So many bits are there already.
    #[inline(always)]
    #[must_use]
    pub const fn at(bits: usize) -> Self {
        Self { bits, front: None }
    }

    /// How many bytes there are in all, without the payload.
    #[inline(always)]
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bits / 8
    }

    /// How many bytes the payload has in a buffer of so many.
    ///
    /// # Errors
    ///
    /// The buffer is too short for what was counted.
    #[inline(always)]
    pub fn carries(&self, available: usize) -> Result<usize, EmitError> {
        match available.checked_sub(self.bytes()) {
            Some(length) => Ok(length),
            None => Err(EmitError::short(self.bytes(), available)),
        }
    }

    /// The parts of a buffer: what stands in front of the payload, the payload, and what stands behind it.
    ///
    /// # Errors
    ///
    /// The buffer is too short for what was counted.
    #[inline(always)]
    pub fn split<'o>(&self, out: &'o mut [u8]) -> Result<[&'o mut [u8]; 3], EmitError> {
        let available = out.len();
        let length = self.carries(available)?;
        if let Some((front, rest)) = out.split_at_mut_checked(self.front())
            && let Some((middle, back)) = rest.split_at_mut_checked(length)
        {
            return Ok([front, middle, back]);
        }
        Err(EmitError::short(self.bytes(), available))
    }

    /// How many bytes there are in front of the payload: all where there is none.
    #[inline(always)]
    #[must_use]
    pub const fn front(&self) -> usize {
        match self.front {
            Some(bits) => bits / 8,
            None => self.bits / 8,
        }
    }
}

impl Pen for Count {
    const COUNTS: bool = true;

    #[inline(always)]
    fn position(&self) -> usize {
        self.bits
    }

    #[inline(always)]
    fn number(&mut self, _: u128, bits: u32, _: bool) {
        self.bits += bits as usize;
    }

    #[inline(always)]
    fn bytes(&mut self, bytes: &[u8]) {
        self.bits += bytes.len() * 8;
    }

    #[inline(always)]
    fn payload(&mut self) {
        self.front = Some(self.bits);
    }
}

/// Writes.
///
/// What does not fit is not written: whoever makes one has counted before.
#[derive(Debug)]
pub struct Write<'o> {
    front: &'o mut [u8],
    back: &'o mut [u8],
    /// Bits that were written before the front began.
    before: usize,
    bits: usize,
    behind: Option<usize>,
}

impl<'o> Write<'o> {
    /// Writes to what is in front of the payload and what is behind it, so many bytes being written already.
    #[inline(always)]
    #[must_use]
    pub fn new(front: &'o mut [u8], back: &'o mut [u8], before: usize) -> Self {
        Self { front, back, before: before * 8, bits: 0, behind: None }
    }

    /// The buffer in which the next bit stands, and its place there.
    #[inline(always)]
    fn room(&mut self) -> (&mut [u8], usize) {
        match self.behind {
            None => (self.front, self.bits),
            Some(front) => (self.back, self.bits - front),
        }
    }
}

#[inline]
fn write(out: &mut [u8], at: usize, value: u128, bits: u32, little: bool) -> bool {
    let value = if bits >= 128 { value } else { value & ((1 << bits) - 1) };
    if little { bits::write_le(out, at, bits, value) } else { bits::write(out, at, bits, value) }
}

impl Pen for Write<'_> {
    const COUNTS: bool = false;

    #[inline(always)]
    fn position(&self) -> usize {
        self.before + self.bits
    }

    #[inline]
    fn number(&mut self, value: u128, bits: u32, little: bool) {
        let (out, at) = self.room();
        let _fits = write(out, at, value, bits, little);
        self.bits += bits as usize;
    }

    #[inline]
    fn bytes(&mut self, bytes: &[u8]) {
        let (out, at) = self.room();
        if at.is_multiple_of(8) {
            let at = at / 8;
            if let Some(room) = out.get_mut(at..at + bytes.len()) {
                room.copy_from_slice(bytes);
            }
            self.bits += bytes.len() * 8;
        } else {
            bytes.iter().for_each(|&byte| self.number(u128::from(byte), 8, false));
        }
    }

    #[inline(always)]
    fn payload(&mut self) {
        self.behind = Some(self.bits);
    }

    #[inline]
    fn written(&self, from: usize, to: usize) -> &[u8] {
        let (from, to) = (from.saturating_sub(self.before), to.saturating_sub(self.before));
        let (out, start): (&[u8], usize) = match self.behind {
            Some(front) if from >= front => (self.back, front),
            _ => (self.front, 0),
        };
        out.get((from - start) / 8..(to.saturating_sub(start)) / 8).unwrap_or_default()
    }

    #[inline]
    fn patch(&mut self, at: usize, value: u128, bits: u32, little: bool) {
        let at = at.saturating_sub(self.before);
        let _stands_there = match self.behind {
            Some(front) if at >= front => write(self.back, at - front, value, bits, little),
            _ => write(self.front, at, value, bits, little),
        };
    }
}
