//! The same work by hand, with raw pointers where they help: what is possible.

#![allow(unsafe_code, reason = "what safe code is compared with may be anything")]

use crate::build::by_hand::TEMPLATE;
use crate::build::{DST_PORT, HEADERS, Parameters};
use crate::decode::{Tally, Transport};

/// Sums the words of `data` as the standard defines it.
pub(crate) fn plain_sum(data: &[u8]) -> u16 {
    let (pairs, last) = data.as_chunks();
    let pairs: u64 = pairs.iter().map(|&pair| u64::from(u16::from_be_bytes(pair))).sum();
    let mut sum = pairs + last.first().map_or(0, |&last| u64::from(last) << 8);
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

/// Sums a header without options.
#[inline]
pub(crate) fn header_sum(header: &[u8; 20]) -> u16 {
    let words = header.as_chunks().0;
    let sum: u64 = words.iter().map(|&word| u64::from(u32::from_be_bytes(word))).sum();
    let sum = (sum & 0xffff_ffff) + (sum >> 32);
    let sum = (sum & 0xffff) + (sum >> 16);
    let sum = (sum & 0xffff) + (sum >> 16);
    ((sum & 0xffff) + (sum >> 16)) as u16
}

/// A sum in vectors, where the processor has them.
pub(crate) fn vector_sum() -> Option<fn(&[u8]) -> u16> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return Some(|data| unsafe { avx2::sum(data) });
    }
    None
}

/// Reads all in vectors and makes nothing of it: the speed of the cache, or of the memory.
pub(crate) fn vector_read() -> Option<fn(&[u8]) -> u16> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return Some(|data| unsafe { avx2::read(data) });
    }
    None
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm256_add_epi64, _mm256_blend_epi32, _mm256_loadu_si256, _mm256_setzero_si256, _mm256_srli_epi64,
        _mm256_storeu_si256, _mm256_xor_si256,
    };

    /// Four sums side by side, of the 32-bit words of the vectors in 64-bit lanes.
    #[target_feature(enable = "avx2")]
    pub(super) fn sum(data: &[u8]) -> u16 {
        let zero = _mm256_setzero_si256();
        let both = |word: __m256i| {
            _mm256_add_epi64(_mm256_blend_epi32::<0b1010_1010>(word, zero), _mm256_srli_epi64::<32>(word))
        };
        let mut sums = [zero; 4];
        let mut at = data.as_ptr();
        let mut left = data.len();
        while left >= 128 {
            for (index, sum) in sums.iter_mut().enumerate() {
                // SAFETY: 128 bytes are left, of which this loads 32 from the first, second, third and last quarter.
                let word = unsafe { _mm256_loadu_si256(at.add(32 * index).cast()) };
                *sum = _mm256_add_epi64(*sum, both(word));
            }
            // SAFETY: 128 bytes are left, so that this is at most the end.
            at = unsafe { at.add(128) };
            left -= 128;
        }
        while left >= 32 {
            // SAFETY: 32 bytes are left.
            let word = unsafe { _mm256_loadu_si256(at.cast()) };
            sums[0] = _mm256_add_epi64(sums[0], both(word));
            // SAFETY: 32 bytes are left, so that this is at most the end.
            at = unsafe { at.add(32) };
            left -= 32;
        }
        let all = _mm256_add_epi64(_mm256_add_epi64(sums[0], sums[1]), _mm256_add_epi64(sums[2], sums[3]));
        let mut lanes = [0_u64; 4];
        // SAFETY: four numbers of 64 bits are as large as a vector.
        unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), all) };
        let rest = &data[data.len() - left..];
        let (words, rest) = rest.as_chunks();
        let mut sum: u64 = lanes.iter().sum();
        sum += words.iter().map(|&word| u64::from(u32::from_le_bytes(word))).sum::<u64>();
        let (pairs, rest) = rest.as_chunks();
        sum += pairs.iter().map(|&pair| u64::from(u16::from_le_bytes(pair))).sum::<u64>();
        sum += rest.first().map_or(0, |&last| u64::from(last));
        sum = (sum & 0xffff_ffff) + (sum >> 32);
        while sum > 0xffff {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        (sum as u16).swap_bytes()
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn read(data: &[u8]) -> u16 {
        let mut sums = [_mm256_setzero_si256(); 4];
        for four in data.as_chunks::<128>().0 {
            for (sum, bytes) in sums.iter_mut().zip(four.as_chunks::<32>().0) {
                // SAFETY: the reference is good for 32 bytes.
                *sum = _mm256_xor_si256(*sum, unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) });
            }
        }
        let mut lanes = [0_u16; 16];
        let all = _mm256_xor_si256(_mm256_xor_si256(sums[0], sums[1]), _mm256_xor_si256(sums[2], sums[3]));
        // SAFETY: sixteen numbers of 16 bits are as large as a vector.
        unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), all) };
        lanes.iter().fold(0, |all, lane| all ^ lane)
    }
}

/// Writes a template, what differs from it, and a payload that is summed where it has been copied to.
pub(crate) fn build(buffer: &mut [u8], parameters: Parameters<'_>) -> Option<usize> {
    let Parameters { dst, src_port, payload } = parameters;
    let length = HEADERS + payload.len();
    if buffer.len() < length || length > 0xffff {
        return None;
    }
    let start = buffer.as_mut_ptr();
    let (udp_length, total_length) = (8 + payload.len() as u16, 28 + payload.len() as u16);
    let word = |bytes: [u8; 2]| u32::from(u16::from_be_bytes(bytes));
    // The words of the addresses.
    let addresses = 0x0a00 + 1 + word([dst[0], dst[1]]) + word([dst[2], dst[3]]);
    let ip = fold(0x4500 + 0x4000 + 0x4011 + u32::from(total_length) + addresses);
    // SAFETY: the buffer has room for the headers and the payload, whose places lie within.
    unsafe {
        start.cast::<[u8; HEADERS]>().write(TEMPLATE);
        start.add(HEADERS).copy_from_nonoverlapping(payload.as_ptr(), payload.len());
        for (at, number) in [(16, total_length), (24, !ip), (34, src_port), (38, udp_length)] {
            start.add(at).cast::<[u8; 2]>().write(number.to_be_bytes());
        }
        start.add(30).cast::<[u8; 4]>().write(dst);
    }
    let lengths = 2 * u32::from(udp_length);
    let ports = u32::from(src_port) + u32::from(DST_PORT);
    let sum = !fold(addresses + 17 + lengths + ports + u32::from(best_sum(payload)));
    let sum = if sum == 0 { 0xffff } else { sum };
    // SAFETY: as above.
    unsafe { start.add(40).cast::<[u8; 2]>().write(sum.to_be_bytes()) };
    Some(length)
}

fn fold(sum: u32) -> u16 {
    let sum = (sum & 0xffff) + (sum >> 16);
    ((sum & 0xffff) + (sum >> 16)) as u16
}

/// The best of the sums here for the length.
fn best_sum(data: &[u8]) -> u16 {
    if data.len() < 64 {
        return plain_sum(data);
    }
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { avx2::sum(data) };
    }
    plain_sum(data)
}

/// Reads the headers and checks nothing: `packet` is as long as `length` says and has slack behind it, so that every
/// read stays within it.
#[inline(always)]
pub(crate) fn decode(packet: &[u8], length: usize, tally: &mut Tally) {
    if length < 42 {
        return;
    }
    let start = packet.as_ptr();
    let byte = |at: usize| {
        // SAFETY: two tags, an address header and the fields of a transport header that are read end before byte 42 and
        // its slack do: at 14 + 2 * 4 + 60 + 16 at most, which is 98.
        unsafe { start.add(at).read() }
    };
    // SAFETY: as for a byte; the bytes of a number end there, too.
    let two = |at: usize| u16::from_be_bytes(unsafe { start.add(at).cast::<[u8; 2]>().read() });
    // SAFETY: as for a byte.
    let four = |at: usize| u32::from_be_bytes(unsafe { start.add(at).cast::<[u8; 4]>().read() });
    // SAFETY: as for a byte.
    let sixteen = |at: usize| unsafe { start.add(at).cast::<[u8; 16]>().read() };
    let is_tag = |kind: u16| kind == 0x8100 || kind == 0x88a8;
    let mut kind = two(12);
    let mut at = 14;
    while is_tag(kind) && at < 22 {
        kind = two(at + 2);
        at += 4;
    }
    let transport = |protocol: u8, at: usize, rest: usize| match protocol {
        6 => Some(Transport::Tcp {
            src: two(at),
            dst: two(at + 2),
            sequence: four(at + 4),
            flags: byte(at + 13),
            payload: rest.wrapping_sub(usize::from(byte(at + 12) >> 4) * 4),
        }),
        17 => {
            Some(Transport::Udp { src: two(at), dst: two(at + 2), payload: usize::from(two(at + 4)).wrapping_sub(8) })
        }
        _ => None,
    };
    match kind {
        0x0800 => {
            let header = usize::from(byte(at) & 15) * 4;
            let rest = usize::from(two(at + 2)).wrapping_sub(header);
            if let Some(transport) = transport(byte(at + 9), at + header, rest) {
                tally.ipv4(four(at + 12), four(at + 16), transport);
            }
        }
        0x86dd => {
            if let Some(transport) = transport(byte(at + 6), at + 40, usize::from(two(at + 4))) {
                tally.ipv6(sixteen(at + 8), sixteen(at + 24), transport);
            }
        }
        _ => {}
    }
}
