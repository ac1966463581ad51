//! The one's complement sum of bytes in a row, by the way that suits their number and the processor.
//!
//! A sum here is a number of 64 bits that is congruent, modulo 2^16 - 1, to the sum of the 16-bit words, read in the
//! machine's byte order; and it is zero only where all words are. So words of 64 and 32 bits are summed as they are,
//! and [`fold`] makes 16 bits of them at the end (RFC 1071 §2 (A) and (C)).

#[cfg(target_arch = "x86_64")]
use super::avx2::Avx2;

/// From how many bytes on the setting up of wide sums pays. Headers and pseudo-headers are shorter.
const LONG: usize = 128;

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
    let sum = words.iter().fold(0, |sum: u128, &word| sum + u128::from(u64::from_ne_bytes(word)));
    let sum = add(sum as u64, (sum >> 64) as u64);
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

/// As [`short`], with the bytes copied to `to`, which is as long.
#[inline]
pub(super) fn short_copy(to: &mut [u8], from: &[u8]) -> u64 {
    to.copy_from_slice(from);
    short(from)
}

/// As many bytes as can be summed at once without losing a carry, and far more than a packet has.
const BLOCK: usize = 1 << 30;

#[inline(never)]
#[allow(improper_ctypes_definitions, reason = "it is of the C ABI for never unwinding, and Rust alone calls it")]
extern "C" fn long(data: &[u8]) -> u64 {
    if data.len() <= BLOCK {
        return block(data);
    }
    data.chunks(BLOCK).fold(0, |sum, data| add(sum, block(data)))
}

#[inline(never)]
#[allow(improper_ctypes_definitions, reason = "it is of the C ABI for never unwinding, and Rust alone calls it")]
extern "C" fn long_copy(to: &mut [u8], from: &[u8]) -> u64 {
    if from.len() <= BLOCK {
        return block_copy(to, from);
    }
    let blocks = to.chunks_mut(BLOCK).zip(from.chunks(BLOCK));
    blocks.fold(0, |sum, (to, from)| add(sum, block_copy(to, from)))
}

#[inline]
fn block(data: &[u8]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if let Some(avx2) = Avx2::detect() {
        return avx2.sum(data);
    }
    wide(data)
}

#[inline]
fn block_copy(to: &mut [u8], from: &[u8]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if let Some(avx2) = Avx2::detect() {
        return avx2.copy(to, from);
    }
    wide_copy(to, from)
}

/// The sum of 64-bit words, in a form that the compiler turns into what vector instructions every processor of the
/// target has.
#[derive(Clone, Copy, Default)]
struct Words {
    /// The words, without the carries.
    sum: u64,
    /// Their upper halves, which tell what the carries were.
    highs: u64,
}

impl Words {
    #[inline]
    fn add(&mut self, word: [u8; 8]) {
        let word = u64::from_ne_bytes(word);
        self.sum = self.sum.wrapping_add(word);
        self.highs += word >> 32;
    }

    /// The sum. Of at most [`BLOCK`] bytes either halves sum up to less than 2^59, so no carry is lost.
    #[inline]
    fn finish(&self) -> u64 {
        // The sum of the words is that of the lower halves and 2^32 times that of the upper ones.
        self.sum.wrapping_sub(self.highs << 32) + self.highs
    }
}

/// The sum of at most [`BLOCK`] bytes on any processor.
pub(super) fn wide(data: &[u8]) -> u64 {
    let (words, rest) = data.as_chunks();
    let mut sum = Words::default();
    for &word in words {
        sum.add(word);
    }
    add(sum.finish(), few(rest))
}

/// Copies and sums at most [`BLOCK`] bytes on any processor.
pub(super) fn wide_copy(to: &mut [u8], from: &[u8]) -> u64 {
    let (words, rest) = from.as_chunks();
    let (to_words, to_rest) = to.as_chunks_mut();
    let mut sum = Words::default();
    for (to, &word) in to_words.iter_mut().zip(words) {
        *to = word;
        sum.add(word);
    }
    add(sum.finish(), short_copy(to_rest, rest))
}
