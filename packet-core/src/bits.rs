//! Integers of 1 to 128 bits that start at any bit of a slice.
//!
//! Bit 0 is the most significant bit of the first byte, as the figures of the RFCs number them
//! ([RFC 791 Appendix B](https://www.rfc-editor.org/rfc/rfc791#appendix-B)), and a field's first bit is its most
//! significant one:
//!
//! ```text
//!   byte 0            byte 1
//!  0 1 2 3 4 5 6 7   8 9 10 11 12 13 14 15
//!        └──────────────┘
//!         read(data, 3, 7)
//! ```

/// The widest integer, in bits.
pub const MAX_BITS: u32 = 128;

/// Reads `bits` bits from bit `bit_start` on, most significant bit first.
///
/// `None` if `bits` is not 1 to 128 or the field does not lie within `data`.
///
/// ```
/// assert_eq!(packet_core::bits::read(&[0x45, 0x00], 4, 4), Some(5));
/// assert_eq!(packet_core::bits::read(&[0x45, 0x00], 12, 5), None);
/// ```
#[inline]
pub fn read(data: &[u8], bit_start: usize, bits: u32) -> Option<u128> {
    if bits <= 64 {
        return read_u64(data, bit_start, bits).map(u128::from);
    }
    if bits > MAX_BITS {
        return None;
    }
    let upper = bits - 64;
    let high = read_u64(data, bit_start, upper)?;
    let low = read_u64(data, bit_start.checked_add(upper as usize)?, 64)?;
    Some(u128::from(high) << 64 | u128::from(low))
}

/// Reads `bits` bits, 64 at most, from bit `bit_start` on, most significant bit first.
///
/// `None` if `bits` is not 1 to 64 or the field does not lie within `data`.
#[inline]
pub fn read_u64(data: &[u8], bit_start: usize, bits: u32) -> Option<u64> {
    let tail = data.get(bit_start / 8..)?;
    if bit_start.is_multiple_of(8) {
        match bits {
            8 => return tail.first().map(|&byte| u64::from(byte)),
            16 => return tail.first_chunk().map(|&bytes| u64::from(u16::from_be_bytes(bytes))),
            32 => return tail.first_chunk().map(|&bytes| u64::from(u32::from_be_bytes(bytes))),
            48 => {
                let &[a, b, c, d, e, f] = tail.first_chunk()?;
                return Some(u64::from_be_bytes([0, 0, a, b, c, d, e, f]));
            }
            64 => return tail.first_chunk().map(|&bytes| u64::from_be_bytes(bytes)),
            _ => {}
        }
    }
    read_across(tail, (bit_start % 8) as u32, bits)
}

/// Reads a field that begins `skip` bits, 7 at most, behind the start of `tail`.
#[inline]
fn read_across(tail: &[u8], skip: u32, bits: u32) -> Option<u64> {
    if bits == 0 || bits > 64 {
        return None;
    }
    let window = tail.get(..(skip + bits).div_ceil(8) as usize)?;
    let head = match tail.first_chunk() {
        Some(&bytes) => u64::from_be_bytes(bytes),
        None => left_aligned(window),
    };
    // A ninth byte is there only when `skip` is at least 1, so it is shifted by 7 at most.
    let ninth = window.get(8).map_or(0, |&byte| u64::from(byte) >> (8 - skip));
    Some((head << skip | ninth) >> (64 - bits))
}

/// Up to eight bytes as the most significant ones of a word.
#[inline]
fn left_aligned(bytes: &[u8]) -> u64 {
    bytes.iter().zip((0..64).step_by(8)).fold(0, |word, (&byte, down)| word | u64::from(byte) << (56 - down))
}

/// Reads a little-endian integer of `bits` bits, a whole number of bytes, from bit `bit_start` on.
///
/// `None` if `bits` is no multiple of 8 from 8 to 128 or the field does not lie within `data`.
///
/// ```
/// assert_eq!(packet_core::bits::read_le(&[0x01, 0x02, 0x03], 0, 24), Some(0x03_0201));
/// ```
#[inline]
pub fn read_le(data: &[u8], bit_start: usize, bits: u32) -> Option<u128> {
    if !bits.is_multiple_of(8) {
        return None;
    }
    let value = read(data, bit_start, bits)?;
    Some(value.swap_bytes() >> (MAX_BITS - bits))
}

/// Writes the `bits` bits of `value` from bit `bit_start` on, most significant bit first, and leaves all others alone.
///
/// Returns `false`, having written nothing, if `bits` is not 1 to 128, `value` has more bits, or the field does not lie
/// within `data`.
///
/// ```
/// let mut data = [0xff, 0xff];
/// assert!(packet_core::bits::write(&mut data, 6, 4, 0b0110));
/// assert_eq!(data, [0b1111_1101, 0b1011_1111]);
/// ```
#[inline]
pub fn write(data: &mut [u8], bit_start: usize, bits: u32, value: u128) -> bool {
    if bits == 0 || !fits(value, bits) {
        return false;
    }
    let skip = (bit_start % 8) as u32;
    let len = (skip + bits).div_ceil(8);
    let Some(window) = data.get_mut(bit_start / 8..).and_then(|tail| tail.get_mut(..len as usize)) else {
        return false;
    };
    if skip == 0 && bits.is_multiple_of(8) {
        for (to, from) in window.iter_mut().rev().zip(value.to_be_bytes().into_iter().rev()) {
            *to = from;
        }
    } else {
        write_across(window, len * 8 - skip - bits, bits, value);
    }
    true
}

/// Writes a field that ends `below` bits, 7 at most, before the end of `window`, from its last byte to its first.
#[inline]
fn write_across(window: &mut [u8], below: u32, bits: u32, value: u128) {
    let (mut value, mut left, mut below) = (value, bits, below);
    for byte in window.iter_mut().rev() {
        let taken = left.min(8 - below);
        let mask = (0xff_u8 >> (8 - taken)) << below;
        *byte = *byte & !mask | ((value as u8) << below) & mask;
        value >>= taken;
        left -= taken;
        below = 0;
    }
}

/// Writes a little-endian integer of `bits` bits, a whole number of bytes, from bit `bit_start` on.
///
/// Returns `false`, having written nothing, if `bits` is no multiple of 8 from 8 to 128, `value` has more bits, or the
/// field does not lie within `data`.
#[inline]
pub fn write_le(data: &mut [u8], bit_start: usize, bits: u32, value: u128) -> bool {
    if bits == 0 || !bits.is_multiple_of(8) || !fits(value, bits) {
        return false;
    }
    write(data, bit_start, bits, (value << (MAX_BITS - bits)).swap_bytes())
}

/// Whether `value` can be written in `bits` bits; never in more than 128.
#[inline]
pub const fn fits(value: u128, bits: u32) -> bool {
    bits <= MAX_BITS && value.leading_zeros() >= MAX_BITS - bits
}

/// Takes the low `bits` bits of `value` for a number in two's complement.
///
/// A width of 0 gives 0; one of 128 and more takes the whole value.
///
/// ```
/// assert_eq!(packet_core::bits::sign_extend(0b101, 3), -3);
/// ```
#[inline]
pub const fn sign_extend(value: u128, bits: u32) -> i128 {
    if bits == 0 {
        return 0;
    }
    let unused = MAX_BITS.saturating_sub(bits);
    (value as i128) << unused >> unused
}

/// The bits of `value` in two's complement, `bits` wide; `None` if they are too few for it.
///
/// This undoes [`sign_extend`].
#[inline]
pub const fn twos_complement(value: i128, bits: u32) -> Option<u128> {
    if bits == 0 || bits > MAX_BITS {
        return None;
    }
    let cut = value as u128 & (u128::MAX >> (MAX_BITS - bits));
    if sign_extend(cut, bits) == value { Some(cut) } else { None }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test may panic")]
mod tests {
    use super::*;

    const DATA: [u8; 20] = [
        0x45, 0x00, 0x05, 0xdc, 0x1c, 0x46, 0x40, 0x00, 0x40, 0x06, 0xb1, 0xe6, 0xac, 0x10, 0x0a, 0x63, 0xac, 0x10,
        0x0a, 0x0c,
    ];

    /// The definition, bit by bit.
    fn plain_read(data: &[u8], bit_start: usize, bits: u32) -> Option<u128> {
        if bits == 0 || bits > 128 {
            return None;
        }
        (bit_start..bit_start.checked_add(bits as usize)?).try_fold(0, |value, bit| {
            let byte = data.get(bit / 8)?;
            Some(value << 1 | u128::from(byte >> (7 - bit % 8) & 1))
        })
    }

    #[test]
    fn fields_of_an_ipv4_header() {
        assert_eq!(read(&DATA, 0, 4), Some(4));
        assert_eq!(read(&DATA, 16, 16), Some(1500));
        assert_eq!(read(&DATA, 49, 1), Some(1));
        assert_eq!(read(&DATA, 51, 13), Some(0));
        assert_eq!(read(&DATA, 96, 32), Some(0xac10_0a63));
        assert_eq!(read(&DATA, 96, 64), Some(0xac10_0a63_ac10_0a0c));
    }

    #[test]
    fn every_place_and_width_reads_as_defined() {
        for length in 0..=DATA.len() {
            let data = &DATA[..length];
            for start in (0..length * 8 + 9).step_by(if cfg!(miri) { 29 } else { 1 }) {
                for bits in (0..=130).step_by(if cfg!(miri) { 11 } else { 1 }) {
                    let wanted = plain_read(data, start, bits);
                    assert_eq!(read(data, start, bits), wanted, "{length} bytes, {bits} bits at {start}");
                    if bits <= 64 {
                        assert_eq!(read_u64(data, start, bits).map(u128::from), wanted);
                    }
                }
            }
        }
    }

    #[test]
    fn every_place_and_width_writes_what_reads_back_and_nothing_else() {
        let value = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c834_u128;
        for fill in [0x00, 0xa5, 0xff] {
            for start in (0..25).step_by(if cfg!(miri) { 3 } else { 1 }) {
                for bits in (1..=128).step_by(if cfg!(miri) { 7 } else { 1 }) {
                    let mut data = [fill; 20];
                    let wanted = value >> (128 - bits);
                    let inside = start + bits as usize <= 160;
                    assert_eq!(write(&mut data, start, bits, wanted), inside);
                    if inside {
                        assert_eq!(read(&data, start, bits), Some(wanted), "{bits} bits at {start}");
                        // Written back to what was there, no bit outside may differ.
                        let before = read(&[fill; 20], start, bits).unwrap();
                        assert!(write(&mut data, start, bits, before));
                    }
                    assert_eq!(data, [fill; 20], "{bits} bits at {start} of {fill:#x}");
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_not_written() {
        let mut data = [0xa5; 4];
        assert!(!write(&mut data, 0, 4, 16));
        assert!(!write(&mut data, 0, 0, 0));
        assert!(!write(&mut data, 0, 129, 0));
        assert!(!write(&mut data, 29, 4, 1));
        assert!(!write(&mut data, usize::MAX, 4, 1));
        assert!(!write_le(&mut data, 0, 16, 0x1_0000));
        assert!(!write_le(&mut data, 0, 12, 1));
        assert_eq!(data, [0xa5; 4]);
    }

    #[test]
    fn the_end_of_the_address_space_is_outside() {
        for bits in 1..=128 {
            assert_eq!(read(&DATA, usize::MAX, bits), None);
            assert_eq!(read(&DATA, usize::MAX - 63, bits), None);
        }
    }

    #[test]
    fn little_endian_is_the_bytes_reversed() {
        assert_eq!(read_le(&DATA, 0, 32), Some(0xdc05_0045));
        assert_eq!(read_le(&DATA, 4, 16), Some(0x0050));
        assert_eq!(read_le(&DATA, 0, 12), None);
        assert_eq!(read_le(&DATA, 0, 0), None);
        for bits in (8..=128).step_by(8) {
            for start in 0..20 {
                let mut data = [0xa5; 20];
                let value = 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef >> (128 - bits);
                assert!(write_le(&mut data, start, bits, value));
                assert_eq!(read_le(&data, start, bits), Some(value));
            }
        }
    }

    #[test]
    fn signs() {
        assert_eq!(sign_extend(0x7f, 8), 127);
        assert_eq!(sign_extend(0x80, 8), -128);
        assert_eq!(sign_extend(0xfff, 8), -1);
        assert_eq!(sign_extend(1, 1), -1);
        assert_eq!(sign_extend(u128::MAX, 128), -1);
        assert_eq!(sign_extend(5, 0), 0);
        assert_eq!(twos_complement(-3, 3), Some(0b101));
        assert_eq!(twos_complement(-5, 3), None);
        assert_eq!(twos_complement(4, 3), None);
        assert_eq!(twos_complement(i128::MIN, 128), Some(1 << 127));
        assert_eq!(twos_complement(0, 0), None);
        assert_eq!(twos_complement(0, 129), None);
    }
}
