//! The Internet checksum ([RFC 1071](https://www.rfc-editor.org/rfc/rfc1071)) and its incremental update
//! ([RFC 1624](https://www.rfc-editor.org/rfc/rfc1624)).

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "vector instructions have to be asked for, and each use is proved at its place")]
mod avx2;
mod sum;

/// The Internet checksum of `data`: the one's complement of the one's complement sum of its 16-bit words, an odd last
/// byte being followed by a zero ([RFC 1071 §1](https://www.rfc-editor.org/rfc/rfc1071#section-1)).
///
/// It is the value for the checksum field when that field is zero in `data`, and 0 when `data` holds a right checksum.
#[inline]
pub fn inet16(data: &[u8]) -> u16 {
    Inet16::new().update(data).finish()
}

/// The word that a word under a sum must become for the sum to be `wanted` where it is `found`: the arithmetic of
/// [RFC 1624](https://www.rfc-editor.org/rfc/rfc1624).
///
/// ```
/// use packet_core::checksum::{absorbed, inet16};
///
/// let word = absorbed(0x0506, inet16(&[1, 2, 3, 4, 5, 6]), 0x1234).to_be_bytes();
/// assert_eq!(inet16(&[1, 2, 3, 4, word[0], word[1]]), 0x1234);
/// ```
#[must_use]
pub const fn absorbed(word: u16, found: u16, wanted: u16) -> u16 {
    ((word as u32 + found as u32 + 0xffff - wanted as u32 % 0xffff) % 0xffff) as u16
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
    /// The one's complement sum so far, in the machine's byte order. It is kept in 64 bits: whatever is congruent
    /// modulo 2^64 - 1 is congruent modulo 2^16 - 1 too, so one folding at the end does for all pieces.
    sum: u64,
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
        self.followed_by(Self { sum: sum::of(piece), odd: piece.len() % 2 == 1 })
    }

    /// Adds the next piece of the data, and copies it to `to`: one walk over the bytes where two would do the same.
    ///
    /// `None` where the two are not equally long; then nothing is written.
    ///
    /// ```
    /// use packet_core::checksum::{Inet16, inet16};
    ///
    /// let mut datagram = [0; 4];
    /// let sum = Inet16::new().update_and_copy(&[0xde, 0xad, 0xbe, 0xef], &mut datagram);
    /// assert_eq!(sum.map(Inet16::finish), Some(inet16(&datagram)));
    /// assert_eq!(datagram, [0xde, 0xad, 0xbe, 0xef]);
    /// ```
    #[inline]
    #[must_use]
    pub fn update_and_copy(self, piece: &[u8], to: &mut [u8]) -> Option<Self> {
        let sum = sum::copy(to, piece)?;
        Some(self.followed_by(Self { sum, odd: piece.len() % 2 == 1 }))
    }

    /// Adds the next byte of the data, as a number.
    #[inline]
    #[must_use]
    pub const fn byte(self, byte: u8) -> Self {
        self.followed_by(Self { sum: ((byte as u16) << 8).to_be() as u64, odd: true })
    }

    /// Adds the next word of the data, as a number. It may begin in the middle of a word of the sum.
    #[inline]
    #[must_use]
    pub const fn word(self, word: u16) -> Self {
        self.followed_by(Self { sum: word.to_be() as u64, odd: false })
    }

    /// Adds the next two words of the data, as one number.
    #[inline]
    #[must_use]
    pub const fn double_word(self, words: u32) -> Self {
        self.followed_by(Self { sum: words.to_be() as u64, odd: false })
    }

    /// The sum of data whose beginning was summed here and whose rest in `rest`, which may have been summed before.
    #[inline]
    #[must_use]
    pub const fn followed_by(self, rest: Self) -> Self {
        // Swapping the bytes of every word swaps those of the sum (RFC 1071 §2 (B)): what begins in the middle of a
        // word was summed as if it began a word. To swap the bytes is to multiply by 2^8, which is to rotate.
        let sum = if self.odd { rest.sum.rotate_left(8) } else { rest.sum };
        Self { sum: sum::add(self.sum, sum), odd: self.odd ^ rest.odd }
    }

    /// The checksum: the complement of the sum, in the byte order of the network.
    #[inline]
    pub const fn finish(self) -> u16 {
        !u16::from_be(sum::fold(self.sum))
    }
}

/// Copies `from` to `to` and sums it on the way, as [`Inet16::update_and_copy`] does.
///
/// `None` where the two are not equally long; then nothing is written.
#[inline]
pub fn copy_and_sum(to: &mut [u8], from: &[u8]) -> Option<Inet16> {
    Inet16::new().update_and_copy(from, to)
}

/// The checksum after `old` was replaced by `new` somewhere in the data that it covers
/// ([RFC 1624 §3](https://www.rfc-editor.org/rfc/rfc1624#section-3), equation 3).
///
/// Both begin at a whole word of the data; the shorter one is taken to be followed by zeros. The result is what a
/// computation over all data gives, unless that data has become all zero: its checksum is ffff, and the result 0.
/// Of a UDP datagram, whose checksum of 0 says that there is none, a result of 0 is to be written as ffff.
#[inline]
pub fn inet16_update(checksum: u16, old: &[u8], new: &[u8]) -> u16 {
    update_sum(checksum, Inet16::new().update(old), Inet16::new().update(new))
}

/// The checksum after the word `old` was replaced by `new`, as [`inet16_update`].
///
/// ```
/// use packet_core::checksum::inet16_update_u16;
///
/// // A router takes one off the time to live, beside which the protocol stands.
/// assert_eq!(inet16_update_u16(0xb1e6, 0x4006, 0x3f06), 0xb2e6);
/// ```
#[inline]
pub const fn inet16_update_u16(checksum: u16, old: u16, new: u16) -> u16 {
    update_sum(checksum, Inet16::new().word(old), Inet16::new().word(new))
}

/// The checksum after four bytes, `old` as a number, were replaced by `new`, as [`inet16_update`]. They begin at a whole
/// word of the data, as an IPv4 address and a sequence number do.
#[inline]
pub const fn inet16_update_u32(checksum: u16, old: u32, new: u32) -> u16 {
    update_sum(checksum, Inet16::new().double_word(old), Inet16::new().double_word(new))
}

/// Equation 3 of RFC 1624: HC' = ~(~HC + ~m + m').
#[inline]
const fn update_sum(checksum: u16, old: Inet16, new: Inet16) -> u16 {
    let rest = Inet16::new().word(!checksum).word(old.finish());
    rest.word(!new.finish()).finish()
}

#[cfg(test)]
mod tests;
