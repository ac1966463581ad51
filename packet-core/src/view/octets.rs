//! A few bytes put together.

/// The most bytes that are put together: a pseudo-header of IPv6 takes 40.
const ROOM: usize = 64;

/// Bytes put together from pieces, without allocation.
///
/// ```
/// let mut octets = packet_core::Octets::new();
/// assert!(octets.push(&[10, 0, 0, 1]).is_some() && octets.push_number(17, 2).is_some());
/// assert_eq!(octets.as_slice(), [10, 0, 0, 1, 0, 17]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Octets {
    bytes: [u8; ROOM],
    length: usize,
}

impl Octets {
    /// None yet.
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: [0; ROOM], length: 0 }
    }

    /// Adds bytes; nothing where there is no room for them.
    #[inline]
    pub fn push(&mut self, piece: &[u8]) -> Option<()> {
        // An address of version 4 is copied at once; of other lengths, a function is asked.
        if let Ok(piece) = piece.try_into() {
            return self.push_array::<4>(piece);
        }
        let end = self.length.checked_add(piece.len())?;
        self.bytes.get_mut(self.length..end)?.copy_from_slice(piece);
        self.length = end;
        Some(())
    }

    #[inline]
    fn push_array<const N: usize>(&mut self, piece: &[u8; N]) -> Option<()> {
        *self.bytes.get_mut(self.length..)?.first_chunk_mut()? = *piece;
        self.length += N;
        Some(())
    }

    /// Adds the low bytes of a number, the most significant first.
    #[inline]
    pub fn push_number(&mut self, number: u128, bytes: usize) -> Option<()> {
        let all = number.to_be_bytes();
        self.push(all.get(all.len().checked_sub(bytes)?..)?)
    }

    /// The bytes.
    #[inline]
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl AsRef<[u8]> for Octets {
    fn as_ref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl Default for Octets {
    fn default() -> Self {
        Self::new()
    }
}
