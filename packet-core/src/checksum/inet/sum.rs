//! The one's complement sum of bytes in a row, by the way that suits their number and the processor.
//!
//! A sum here is a number of 64 bits that is congruent, modulo 2^16 - 1, to the sum of the 16-bit words, read in the
//! machine's byte order; and it is zero only where all words are. So words of 64 and 32 bits are summed as they are,
//! and [`fold`] makes 16 bits of them at the end (RFC 1071 §2 (A) and (C)).

#[cfg(target_arch = "x86_64")]
use super::avx2::Avx2;

/// From how many bytes on the setting up of wide sums pays. Headers and pseudo-headers are shorter.
const LONG: usize = 96;

/// The sum of `data`.
#[inline]
pub(super) fn of(data: &[u8]) -> u64 {
    if data.len() < LONG { short(data) } else { long(data) }
}

/// Copies `from` to `to` and sums it; `None`, with nothing written, where they are not equally long.
#[inline]
pub(super) fn copy(to: &mut [u8], from: &[u8]) -> Option<u64> {
    if to.len() != from.len() {
        return None;
    }
    Some(if from.len() < LONG { short_copy(to, from) } else { long_copy(to, from) })
}

/// One's complement addition in 64 bits: the carry out of the top comes in at the bottom.
#[inline]
pub(super) const fn add(a: u64, b: u64) -> u64 {
    let (sum, carry) = a.overflowing_add(b);
    // After a carry the sum is at most 2^64 - 2, so this does not overflow.
    sum + carry as u64
}

/// The carries above 16 bits, added at the bottom until none is left.
#[inline]
pub(super) const fn fold(sum: u64) -> u16 {
    // Each line leaves at most 33, 18, 17 and 16 bits.
    let sum = (sum & 0xffff_ffff) + (sum >> 32);
    let sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
    let sum = (sum & 0xffff) + (sum >> 16);
    let sum = (sum & 0xffff) + (sum >> 16);
    sum as u16
}

/// Word by word, the carry added at once: what is best for a header.
#[inline]
pub(super) fn short(data: &[u8]) -> u64 {
    let Some(&window) = data.last_chunk() else {
        return few(data);
    };
    let (words, rest) = data.as_chunks();
    let sum = words.iter().fold(0, |sum, &word| add(sum, u64::from_ne_bytes(word)));
    // The bytes that fill no word are the end of the last one that can be loaded. Two shifts, as there may be none.
    let last = u64::from_le_bytes(window) >> (8 * (7 - rest.len())) >> 8;
    add(sum, last.to_le())
}

/// The sum of fewer than eight bytes.
#[inline]
fn few(data: &[u8]) -> u64 {
    let (word, rest) = data.split_first_chunk().map_or(([0; 4], data), |(word, rest)| (*word, rest));
    let (pair, rest) = rest.split_first_chunk().map_or(([0; 2], rest), |(pair, rest)| (*pair, rest));
    let byte = rest.first().copied().unwrap_or(0);
    u64::from(u32::from_ne_bytes(word)) + u64::from(u16::from_ne_bytes(pair)) + u64::from(u16::from_ne_bytes([byte, 0]))
}

#[inline]
fn short_copy(to: &mut [u8], from: &[u8]) -> u64 {
    to.copy_from_slice(from);
    short(from)
}

/// As many bytes as can be summed at once without losing a carry, and far more than a packet has.
const BLOCK: usize = 1 << 30;

#[inline(never)]
fn long(data: &[u8]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if let Some(avx2) = Avx2::detect() {
        return data.chunks(BLOCK).fold(0, |sum, block| add(sum, avx2.sum(block)));
    }
    data.chunks(BLOCK).fold(0, |sum, block| add(sum, wide(block)))
}

#[inline(never)]
fn long_copy(to: &mut [u8], from: &[u8]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if let Some(avx2) = Avx2::detect() {
        let blocks = to.chunks_mut(BLOCK).zip(from.chunks(BLOCK));
        return blocks.fold(0, |sum, (to, from)| add(sum, avx2.copy(to, from)));
    }
    let blocks = to.chunks_mut(BLOCK).zip(from.chunks(BLOCK));
    blocks.fold(0, |sum, (to, from)| add(sum, wide_copy(to, from)))
}

/// Sums of 64-bit words side by side, which the compiler turns into what vector instructions every processor of the
/// target has.
#[derive(Clone, Copy, Default)]
struct Lanes {
    /// The words, without the carries.
    words: [u64; 4],
    /// Their upper halves, which tell what the carries were.
    highs: [u64; 4],
}

impl Lanes {
    #[inline]
    fn add(&mut self, stretch: &[u8; 32]) {
        for ((sum, high), &word) in self.words.iter_mut().zip(&mut self.highs).zip(stretch.as_chunks().0) {
            let word = u64::from_ne_bytes(word);
            *sum = sum.wrapping_add(word);
            *high += word >> 32;
        }
    }

    /// The sum of all lanes. Of at most [`BLOCK`] bytes the halves sum up to less than 2^59, so no carry is lost.
    #[inline]
    fn finish(&self) -> u64 {
        // The sum of the words is that of the lower halves and 2^32 times that of the upper ones.
        let lanes = self.words.iter().zip(&self.highs);
        lanes.map(|(&sum, &high)| sum.wrapping_sub(high << 32) + high).fold(0, add)
    }
}

/// The sum of at most [`BLOCK`] bytes on any processor.
pub(super) fn wide(data: &[u8]) -> u64 {
    let (stretches, rest) = data.as_chunks();
    let mut lanes = Lanes::default();
    for stretch in stretches {
        lanes.add(stretch);
    }
    add(lanes.finish(), short(rest))
}

/// Copies and sums at most [`BLOCK`] bytes on any processor.
pub(super) fn wide_copy(to: &mut [u8], from: &[u8]) -> u64 {
    let (stretches, rest) = from.as_chunks();
    let (to_stretches, to_rest) = to.as_chunks_mut();
    let mut lanes = Lanes::default();
    for (to, stretch) in to_stretches.iter_mut().zip(stretches) {
        *to = *stretch;
        lanes.add(stretch);
    }
    for (to, &byte) in to_rest.iter_mut().zip(rest) {
        *to = byte;
    }
    add(lanes.finish(), short(rest))
}
