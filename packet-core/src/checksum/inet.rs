//! The Internet checksum ([RFC 1071](https://www.rfc-editor.org/rfc/rfc1071)) and its incremental update
//! ([RFC 1624](https://www.rfc-editor.org/rfc/rfc1624)).

/// The Internet checksum of `data`: the one's complement of the one's complement sum of its 16-bit words, an odd last
/// byte being followed by a zero ([RFC 1071 §1](https://www.rfc-editor.org/rfc/rfc1071#section-1)).
///
/// It is the value for the checksum field when that field is zero in `data`, and 0 when `data` holds a right checksum.
#[inline]
pub fn inet16(data: &[u8]) -> u16 {
    Inet16::new().update(data).finish()
}

/// The Internet checksum of data that comes in pieces.
///
/// ```
/// use packet_core::checksum::{Inet16, inet16};
///
/// let whole = inet16(&[0x00, 0x01, 0xf2, 0x03, 0xf4]);
/// assert_eq!(Inet16::new().update(&[0x00]).update(&[0x01, 0xf2]).update(&[0x03, 0xf4]).finish(), whole);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Inet16 {
    /// The one's complement sum so far, of words in the machine's byte order.
    sum: u16,
    /// Whether the next byte is the second one of its word.
    odd: bool,
}

impl Inet16 {
    /// The sum of nothing.
    #[inline]
    pub const fn new() -> Self {
        Self { sum: 0, odd: false }
    }

    /// Adds the next piece of the data.
    #[inline]
    #[must_use]
    pub fn update(self, piece: &[u8]) -> Self {
        // Swapping the bytes of every word swaps those of the sum (RFC 1071 §2 (B)); so a piece that begins in the
        // middle of a word is summed as if it began a word, and the sum is swapped.
        let sum = sum(piece);
        let sum = if self.odd { sum.swap_bytes() } else { sum };
        Self { sum: add(self.sum, sum), odd: self.odd ^ (piece.len() % 2 == 1) }
    }

    /// The checksum: the complement of the sum, in the byte order of the network.
    #[inline]
    pub const fn finish(self) -> u16 {
        !u16::from_be(self.sum)
    }
}

/// The checksum after `old` was replaced by `new` somewhere in the data that it covers
/// ([RFC 1624 §3](https://www.rfc-editor.org/rfc/rfc1624#section-3), equation 3).
///
/// Both begin at a whole word of the data; the shorter one is taken to be followed by zeros. The result is what a
/// computation over all data gives, unless that data has become all zero.
#[inline]
pub fn inet16_update(checksum: u16, old: &[u8], new: &[u8]) -> u16 {
    let minus_old = Inet16::new().update(old).finish();
    let plus_new = !Inet16::new().update(new).finish();
    !add(add(!checksum, minus_old), plus_new)
}

/// One's complement addition: the carry out of the top comes in at the bottom.
#[inline]
const fn add(a: u16, b: u16) -> u16 {
    let (sum, carry) = a.overflowing_add(b);
    // After a carry the sum is at most 0xfffe, so this does not overflow.
    sum + carry as u16
}

/// As many bytes as a 64-bit lane can sum without losing a carry, and far more than a packet has.
const BLOCK: usize = 1 << 20;

/// The one's complement sum of the 16-bit words of `data`, in the machine's byte order.
#[inline]
fn sum(data: &[u8]) -> u16 {
    data.chunks(BLOCK).fold(0, |sum, block| add(sum, sum_block(block)))
}

/// The sum of at most [`BLOCK`] bytes: 32-bit words are added up in four 64-bit lanes, which the compiler turns into
/// vector instructions, and the carries are folded in at the end (RFC 1071 §2 (C), "deferred carries").
#[inline]
fn sum_block(data: &[u8]) -> u16 {
    let (stretches, rest) = data.as_chunks::<32>();
    let mut lanes = [0_u64; 4];
    for stretch in stretches {
        for (lane, word) in lanes.iter_mut().zip(stretch.as_chunks().0) {
            *lane += both_halves(u64::from_ne_bytes(*word));
        }
    }
    let (words, rest) = rest.as_chunks();
    let words: u64 = words.iter().map(|&word| both_halves(u64::from_ne_bytes(word))).sum();
    fold(lanes.iter().sum::<u64>() + words + sum_rest(rest))
}

/// The two 32-bit words of a 64-bit one, added.
#[inline]
const fn both_halves(word: u64) -> u64 {
    (word & 0xffff_ffff) + (word >> 32)
}

/// The sum of the last bytes, fewer than eight, followed by zeros.
#[inline]
fn sum_rest(rest: &[u8]) -> u64 {
    let (words, rest) = rest.as_chunks();
    let last = match *rest {
        [a] => [a, 0, 0, 0],
        [a, b] => [a, b, 0, 0],
        [a, b, c] => [a, b, c, 0],
        _ => [0; 4],
    };
    words.iter().chain([&last]).map(|&word| u64::from(u32::from_ne_bytes(word))).sum()
}

/// The carries above 16 bits, added at the bottom until none is left.
#[inline]
const fn fold(sum: u64) -> u16 {
    let sum = both_halves(both_halves(sum));
    let sum = (sum & 0xffff) + (sum >> 16);
    let sum = (sum & 0xffff) + (sum >> 16);
    sum as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// The definition, word by word, with the carry added at once.
    fn plain(data: &[u8]) -> u16 {
        let sum = data.chunks(2).fold(0, |sum: u32, word| {
            let word = u32::from(word[0]) << 8 | word.get(1).copied().map_or(0, u32::from);
            let sum = sum + word;
            (sum & 0xffff) + (sum >> 16)
        });
        !(sum as u16)
    }

    fn noise(len: usize) -> Vec<u8> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        (0..len)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 56) as u8
            })
            .collect()
    }

    /// [RFC 1071 §3](https://www.rfc-editor.org/rfc/rfc1071#section-3): the sum is ddf2.
    #[test]
    fn example_of_rfc_1071() {
        let data = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        assert_eq!(inet16(&data), !0xddf2);
    }

    #[test]
    fn ipv4_header() {
        let mut header = [
            0x45, 0x00, 0x00, 0x3c, 0x1c, 0x46, 0x40, 0x00, 0x40, 0x06, 0x00, 0x00, 0xac, 0x10, 0x0a, 0x63, 0xac, 0x10,
            0x0a, 0x0c,
        ];
        assert_eq!(inet16(&header), 0xb1e6);
        header[10..12].copy_from_slice(&[0xb1, 0xe6]);
        assert_eq!(inet16(&header), 0);
    }

    #[test]
    fn every_length_sums_as_defined() {
        let data = noise(600);
        assert_eq!(inet16(&[]), 0xffff);
        for start in 0..9 {
            for end in start..data.len() {
                assert_eq!(inet16(&data[start..end]), plain(&data[start..end]), "{start}..{end}");
            }
        }
    }

    #[test]
    fn carries_survive_a_long_run_of_ones() {
        let data = std::vec![0xff; 3 * BLOCK + 1];
        assert_eq!(inet16(&data), plain(&data));
    }

    #[test]
    fn pieces_may_be_cut_anywhere() {
        let data = noise(97);
        let whole = inet16(&data);
        for first in 0..data.len() {
            for second in first..data.len() {
                let sum = Inet16::new().update(&data[..first]).update(&data[first..second]).update(&data[second..]);
                assert_eq!(sum.finish(), whole, "{first}, {second}");
            }
        }
        assert_eq!(data.chunks(1).fold(Inet16::new(), Inet16::update).finish(), whole);
    }

    /// [RFC 1624 §4](https://www.rfc-editor.org/rfc/rfc1624#section-4): dd2f, with 5555 replaced by 3285, becomes 0000.
    #[test]
    fn example_of_rfc_1624() {
        assert_eq!(inet16_update(0xdd2f, &[0x55, 0x55], &[0x32, 0x85]), 0x0000);
    }

    #[test]
    fn an_update_equals_a_computation_from_scratch() {
        let mut data = noise(200);
        for at in (0..190).step_by(2) {
            let before = inet16(&data);
            let old = data[at..at + 6].to_vec();
            let new = noise(at + 6)[at..].to_vec();
            data[at..at + 6].copy_from_slice(&new);
            assert_eq!(inet16_update(before, &old, &new), inet16(&data), "at {at}");
        }
    }
}
