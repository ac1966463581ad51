//! The byte order of a file or section, and numbers in it.

/// Byte order of the numbers that a capture file's own structures hold. Packets are not touched by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// The least significant byte first: what most machines write.
    #[default]
    Little,
    /// The most significant byte first.
    Big,
}

impl ByteOrder {
    #[inline]
    pub(super) fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    #[inline]
    pub(super) fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }

    pub(super) fn i64(self, bytes: [u8; 8]) -> i64 {
        match self {
            Self::Little => i64::from_le_bytes(bytes),
            Self::Big => i64::from_be_bytes(bytes),
        }
    }

    /// The first `N` 32-bit numbers of `bytes`, or `None` if there are fewer.
    #[inline]
    pub(super) fn words<const N: usize>(self, bytes: &[u8]) -> Option<[u32; N]> {
        let (words, _) = bytes.as_chunks::<4>();
        let words: &[[u8; 4]; N] = words.first_chunk()?;
        // One decision for all the words.
        Some(match self {
            Self::Little => words.map(u32::from_le_bytes),
            Self::Big => words.map(u32::from_be_bytes),
        })
    }

    /// The two numbers of 16 bits that stand in the file where `word` does.
    #[inline]
    pub(super) fn halves(self, word: u32) -> [u16; 2] {
        let [low, high] = [word as u16, (word >> 16) as u16];
        match self {
            Self::Little => [low, high],
            Self::Big => [high, low],
        }
    }

    /// The number that stands in the file where the two numbers of 16 bits do.
    pub(super) fn join(self, [first, second]: [u16; 2]) -> u32 {
        match self {
            Self::Little => u32::from(second) << 16 | u32::from(first),
            Self::Big => u32::from(first) << 16 | u32::from(second),
        }
    }

    #[inline]
    pub(super) fn to_u32(self, value: u32) -> [u8; 4] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }
}
