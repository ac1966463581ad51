//! The bytes under construction, written bit by bit.

use crate::interp::Bits;
use crate::model::Type;

/// The longest packet that is built, in bytes: positions are bits, in 32 bits.
const MAX_BYTES: usize = 1 << 28;

/// Bytes of which the last may be unfinished.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    len: u32,
}

impl Buffer {
    /// How many bits are written.
    pub(super) fn len(&self) -> u32 {
        self.len
    }

    /// The bytes; bits behind the end are zero.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Whether the packet is longer than any may be. What was pushed beyond is not written.
    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() > MAX_BYTES
    }

    /// Makes room for so many bits, all zero.
    pub(super) fn push_zeros(&mut self, bits: u64) {
        if self.is_full() {
            return;
        }
        let bits = bits.min(MAX_BYTES as u64 * 8 + 8) as u32;
        self.len += bits;
        self.bytes.resize(self.len.div_ceil(8) as usize, 0);
    }

    /// Writes the low bits of a number.
    pub(super) fn push_number(&mut self, value: u128, bits: u32, little: bool) {
        let at = self.len;
        self.push_zeros(u64::from(bits));
        self.write(at, value, bits, little);
    }

    /// Overwrites a number that stands at some bit.
    pub(super) fn write(&mut self, at: u32, value: u128, bits: u32, little: bool) {
        let at = at as usize;
        let value = if bits >= 128 { value } else { value & ((1 << bits) - 1) };
        // Nothing is written behind the end of a buffer that is full.
        let _written = if little {
            packet_core::bits::write_le(&mut self.bytes, at, bits, value)
        } else {
            packet_core::bits::write(&mut self.bytes, at, bits, value)
        };
    }

    pub(super) fn push_bytes(&mut self, bytes: &[u8]) {
        if self.len.is_multiple_of(8) && !self.is_full() {
            let room = (MAX_BYTES + 1).saturating_sub(self.bytes.len());
            self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
            self.len = self.bytes.len() as u32 * 8;
        } else {
            for &byte in bytes {
                self.push_number(u128::from(byte), 8, false);
            }
        }
    }

    pub(super) fn push_bits(&mut self, bits: &Bits) {
        let whole = (bits.len() / 8) as usize;
        self.push_bytes(&bits.bytes()[..whole]);
        if let (Some(&last), rest @ 1..) = (bits.bytes().get(whole), (bits.len() % 8) as u32) {
            self.push_number(u128::from(last >> (8 - rest)), rest, false);
        }
    }
}

/// Whether a number's bytes stand in reverse order.
pub(in crate::interp) fn is_little(ty: &Type) -> bool {
    match ty {
        Type::Uint { little, bits, .. } | Type::Int { little, bits } | Type::Float { little, bits } => {
            *little && bits.is_multiple_of(8)
        }
        Type::UintOf { .. }
        | Type::Bool
        | Type::Bytes(_)
        | Type::Text(..)
        | Type::Struct(..)
        | Type::Codec(..)
        | Type::List(..)
        | Type::Next(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_follow_each_other() {
        let mut buffer = Buffer::default();
        buffer.push_number(4, 4, false);
        buffer.push_number(5, 4, false);
        buffer.push_number(1, 1, false);
        buffer.push_bits(&Bits::of(&[0xff, 0xf0], 0, 12));
        buffer.push_zeros(3);
        buffer.push_number(0x1234, 16, true);
        assert_eq!(buffer.len(), 40);
        assert_eq!(buffer.bytes(), [0x45, 0xff, 0xf8, 0x34, 0x12][..].to_vec());
    }

    #[test]
    fn a_full_buffer_takes_no_more() {
        let mut buffer = Buffer::default();
        buffer.push_zeros(u64::MAX);
        assert!(buffer.is_full());
        buffer.push_bytes(&[1, 2, 3]);
        buffer.push_number(1, 8, false);
        assert_eq!(buffer.bytes().len(), MAX_BYTES + 1);
    }
}
