//! Values that are more than a number.

use crate::text;
use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

/// What can be made of the bits of a field.
pub trait FromBits: Copy {
    /// The value of bits; those above its width are ignored.
    fn from_bits(bits: u128) -> Self;
}

macro_rules! from_bits {
    ($($number:ty),*) => {
        $(impl FromBits for $number {
            #[inline]
            fn from_bits(bits: u128) -> Self {
                bits as $number
            }
        })*
    };
}

from_bits!(u8, u16, u32, u64, u128);

impl FromBits for Ipv4Addr {
    #[inline]
    fn from_bits(bits: u128) -> Self {
        Self::from(bits as u32)
    }
}

impl FromBits for Ipv6Addr {
    #[inline]
    fn from_bits(bits: u128) -> Self {
        Self::from(bits)
    }
}

/// An address of 48 bits, as IEEE 802 has them.
///
/// ```
/// let broadcast = packet_core::MacAddr([0xff; 6]);
/// assert_eq!(broadcast.to_string(), "ff:ff:ff:ff:ff:ff");
/// assert!(broadcast.is_multicast());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MacAddr(pub [u8; 6]);

impl MacAddr {
    /// Whether it names a group, all stations among them.
    #[inline]
    #[must_use]
    pub const fn is_multicast(self) -> bool {
        self.0[0] & 1 == 1
    }

    /// Whether it was given by whoever runs the network rather than by whoever made the station.
    #[inline]
    #[must_use]
    pub const fn is_local(self) -> bool {
        self.0[0] & 2 == 2
    }
}

impl From<u64> for MacAddr {
    /// From the low 48 bits.
    #[inline]
    fn from(number: u64) -> Self {
        let [_, _, address @ ..] = number.to_be_bytes();
        Self(address)
    }
}

impl From<MacAddr> for u64 {
    #[inline]
    fn from(address: MacAddr) -> Self {
        let [a, b, c, d, e, f] = address.0;
        Self::from_be_bytes([0, 0, a, b, c, d, e, f])
    }
}

impl FromBits for MacAddr {
    #[inline]
    fn from_bits(bits: u128) -> Self {
        Self::from(bits as u64)
    }
}

impl fmt::Display for MacAddr {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::mac(out, self.0)
    }
}

/// A value that a codec has read, and the bytes it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coded<'a, T> {
    /// The value.
    pub value: T,
    /// The bytes.
    pub bytes: &'a [u8],
}

/// Bytes that are text by their definition, and need not be.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text<'a>(pub &'a [u8]);

impl<'a> Text<'a> {
    /// The bytes as they are.
    #[inline]
    #[must_use]
    pub const fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// The text, where it is UTF-8.
    #[inline]
    #[must_use]
    pub const fn as_str(self) -> Option<&'a str> {
        match core::str::from_utf8(self.0) {
            Ok(text) => Some(text),
            Err(_) => None,
        }
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.utf8_chunks().try_for_each(|chunk| {
            out.write_str(chunk.valid())?;
            if chunk.invalid().is_empty() { Ok(()) } else { out.write_str("\u{fffd}") }
        })
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"{}\"", self.0.escape_ascii())
    }
}
