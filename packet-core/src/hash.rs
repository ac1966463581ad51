//! SipHash-2-4, the keyed hash of tables and identifiers: whoever does not know the key can't make values collide.
//!
//! J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF", 2012.

/// The SipHash-2-4 of `data` under `key`.
pub fn siphash24(key: [u8; 16], data: &[u8]) -> u64 {
    SipHash24::new(key).update(data).finish()
}

/// A SipHash-2-4 over data that comes in pieces.
///
/// ```
/// use packet_core::hash::{SipHash24, siphash24};
///
/// let key = [7; 16];
/// assert_eq!(SipHash24::new(key).update(b"ab").update(b"c").finish(), siphash24(key, b"abc"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SipHash24 {
    state: [u64; 4],
    /// The bytes that do not fill a word yet, the first one lowest. All others are 0.
    partial: u64,
    /// How many bytes came so far. Its low three bits say how many of them are in `partial`.
    length: u64,
}

impl SipHash24 {
    /// Starts a hash under `key`, whose two halves are little-endian words.
    #[inline]
    pub const fn new(key: [u8; 16]) -> Self {
        let key = u128::from_le_bytes(key);
        let (k0, k1) = (key as u64, (key >> 64) as u64);
        // "somepseudorandomlygeneratedbytes", which makes the four words differ whatever the key.
        let state = [
            k0 ^ 0x736f_6d65_7073_6575,
            k1 ^ 0x646f_7261_6e64_6f6d,
            k0 ^ 0x6c79_6765_6e65_7261,
            k1 ^ 0x7465_6462_7974_6573,
        ];
        Self { state, partial: 0, length: 0 }
    }

    /// Adds the next piece of the data.
    #[inline]
    #[must_use]
    pub fn update(mut self, piece: &[u8]) -> Self {
        let missing = 8_usize.wrapping_sub(self.length as usize) % 8;
        let (head, tail) = piece.split_at_checked(missing).unwrap_or((piece, &[]));
        self.add_bytes(head);
        let (words, tail) = tail.as_chunks();
        for &word in words {
            self.compress(u64::from_le_bytes(word));
        }
        self.length = self.length.wrapping_add((words.len() * 8) as u64);
        self.add_bytes(tail);
        self
    }

    /// Adds bytes that complete a word at their last one, or not at all.
    #[inline]
    fn add_bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.partial |= u64::from(byte) << (self.length % 8 * 8);
            self.length = self.length.wrapping_add(1);
            if self.length.is_multiple_of(8) {
                self.compress(self.partial);
                self.partial = 0;
            }
        }
    }

    /// Mixes one word in, with two rounds.
    #[inline]
    fn compress(&mut self, word: u64) {
        self.state[3] ^= word;
        self.state = round(round(self.state));
        self.state[0] ^= word;
    }

    /// The hash: the last word carries the length, and four rounds follow it.
    #[inline]
    pub fn finish(mut self) -> u64 {
        self.compress(self.partial | self.length << 56);
        self.state[2] ^= 0xff;
        self.state = round(round(round(round(self.state))));
        self.state.iter().fold(0, |hash, word| hash ^ word)
    }
}

/// One SipRound.
#[inline]
const fn round([mut v0, mut v1, mut v2, mut v3]: [u64; 4]) -> [u64; 4] {
    v0 = v0.wrapping_add(v1);
    v1 = v1.rotate_left(13) ^ v0;
    v0 = v0.rotate_left(32);
    v2 = v2.wrapping_add(v3);
    v3 = v3.rotate_left(16) ^ v2;
    v0 = v0.wrapping_add(v3);
    v3 = v3.rotate_left(21) ^ v0;
    v2 = v2.wrapping_add(v1);
    v1 = v1.rotate_left(17) ^ v2;
    v2 = v2.rotate_left(32);
    [v0, v1, v2, v3]
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::hash::Hasher;

    const KEY: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    const DATA: [u8; 64] = {
        let mut data = [0; 64];
        let mut index = 0;
        while index < 64 {
            data[index] = index as u8;
            index += 1;
        }
        data
    };

    /// The reference implementation's vectors for the first lengths; the sixteenth is Appendix A of the paper.
    #[test]
    fn reference_vectors() {
        const WANTED: [u64; 16] = [
            0x726f_db47_dd0e_0e31,
            0x74f8_39c5_93dc_67fd,
            0x0d6c_8009_d9a9_4f5a,
            0x8567_6696_d7fb_7e2d,
            0xcf27_94e0_2771_87b7,
            0x1876_5564_cd99_a68d,
            0xcbc9_466e_58fe_e3ce,
            0xab02_00f5_8b01_d137,
            0x93f5_f579_9a93_2462,
            0x9e00_82df_0ba9_e4b0,
            0x7a5d_bbc5_94dd_b9f3,
            0xf4b3_2f46_226b_ada7,
            0x751e_8fbc_860e_e5fb,
            0x14ea_5627_c084_3d90,
            0xf723_ca90_8e7a_f2ee,
            0xa129_ca61_49be_45e5,
        ];
        for (length, wanted) in WANTED.into_iter().enumerate() {
            assert_eq!(siphash24(KEY, &DATA[..length]), wanted, "{length} bytes");
        }
    }

    #[test]
    fn equals_the_hasher_of_the_standard_library() {
        let words = u128::from_le_bytes(KEY);
        for length in 0..=DATA.len() {
            #[allow(deprecated, reason = "its replacement does not promise an algorithm")]
            let mut reference = core::hash::SipHasher::new_with_keys(words as u64, (words >> 64) as u64);
            reference.write(&DATA[..length]);
            assert_eq!(siphash24(KEY, &DATA[..length]), reference.finish(), "{length} bytes");
        }
    }

    #[test]
    fn pieces_may_be_cut_anywhere() {
        let whole = siphash24(KEY, &DATA);
        for first in 0..DATA.len() {
            for second in first..DATA.len() {
                let hash =
                    SipHash24::new(KEY).update(&DATA[..first]).update(&DATA[first..second]).update(&DATA[second..]);
                assert_eq!(hash.finish(), whole, "{first}, {second}");
            }
        }
    }
}
