#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

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

/// Bytes that look random, from a generator of Lehmer's kind.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .collect()
}

/// How far the tests go: an interpreter of programs, such as Miri, takes a thousand times as long.
const LONGEST: usize = if cfg!(miri) { 200 } else { 4096 };
const STEP: usize = if cfg!(miri) { 5 } else { 1 };
const ALIGNMENTS: usize = if cfg!(miri) { 3 } else { 32 };

type Summing = fn(&[u8]) -> u64;
type Copying = fn(&mut [u8], &[u8]) -> u64;

/// Every way to sum that this machine has.
fn ways() -> Vec<(&'static str, Summing)> {
    let mut ways: Vec<(&'static str, Summing)> =
        std::vec![("chosen", sum::of), ("short", sum::short), ("wide", sum::wide)];
    #[cfg(target_arch = "x86_64")]
    if avx2::Avx2::detect().is_some() {
        ways.push(("avx2", |data| avx2::Avx2::detect().map_or(0, |avx2| avx2.sum(data))));
    }
    ways
}

/// Every way to copy and sum that this machine has, between slices of one length.
fn ways_to_copy() -> Vec<(&'static str, Copying)> {
    let mut ways: Vec<(&'static str, Copying)> =
        std::vec![("chosen", |to, from| sum::copy(to, from).unwrap()), ("wide", sum::wide_copy)];
    #[cfg(target_arch = "x86_64")]
    if avx2::Avx2::detect().is_some() {
        ways.push(("avx2", |to, from| avx2::Avx2::detect().map_or(0, |avx2| avx2.copy(to, from))));
    }
    ways
}

fn finish(sum: u64) -> u16 {
    Inet16 { sum, odd: false }.finish()
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
    // Each slice is an allocation of its own, so that a read before or after it is seen by a sanitizer.
    let data = noise(LONGEST);
    assert_eq!(inet16(&[]), 0xffff);
    for length in 0..=data.len() {
        let slice = data[data.len() - length..].to_vec().into_boxed_slice();
        let expected = plain(&slice);
        for (name, sum) in ways() {
            assert_eq!(finish(sum(&slice)), expected, "{name}, {length} bytes");
        }
    }
}

#[test]
fn every_length_at_every_alignment_sums_as_defined() {
    let data = noise(LONGEST + ALIGNMENTS + 1);
    for start in 0..ALIGNMENTS {
        let mut expected = 0_u32;
        for (length, &next) in data[start..].iter().enumerate().take(LONGEST + 1) {
            let slice = &data[start..start + length];
            for (name, sum) in ways() {
                assert_eq!(finish(sum(slice)), !(expected as u16), "{name}, {length} bytes at {start}");
            }
            expected += if length % 2 == 0 { u32::from(next) << 8 } else { u32::from(next) };
            expected = (expected & 0xffff) + (expected >> 16);
        }
    }
}

/// Sums of ones carry at each addition, and of zeros never; both must not be told apart by anybody but zero itself.
#[test]
fn zeros_ones_and_a_single_byte() {
    let longest = LONGEST.min(600);
    for length in 0..longest {
        for (name, sum) in ways() {
            assert_eq!(finish(sum(&std::vec![0; length])), 0xffff, "{name}, {length} zeros");
            let ones = std::vec![0xff; length];
            assert_eq!(finish(sum(&ones)), plain(&ones), "{name}, {length} ones");
        }
    }
    let mut data = std::vec![0; longest];
    for at in 0..longest {
        data[at] = 0x81;
        for (name, sum) in ways() {
            assert_eq!(finish(sum(&data)), if at % 2 == 0 { !0x8100 } else { !0x0081 }, "{name}, byte {at}");
        }
        data[at] = 0;
    }
}

#[test]
fn carries_survive_a_long_run_of_ones() {
    let data = std::vec![0xff; if cfg!(miri) { 2049 } else { (8 << 20) + 1 }];
    for (name, sum) in ways() {
        assert_eq!(finish(sum(&data)), plain(&data), "{name}");
    }
}

#[test]
fn pieces_may_be_cut_anywhere() {
    let data = noise(if cfg!(miri) { 41 } else { 197 });
    let whole = inet16(&data);
    assert_eq!(whole, plain(&data));
    for first in 0..data.len() {
        for second in first..data.len() {
            let sum = Inet16::new().update(&data[..first]).update(&data[first..second]).update(&data[second..]);
            assert_eq!(sum.finish(), whole, "{first}, {second}");
        }
    }
    assert_eq!(data.chunks(1).fold(Inet16::new(), Inet16::update).finish(), whole);
}

#[test]
fn parts_may_be_summed_in_any_order() {
    let data = noise(131);
    for cut in 0..data.len() {
        let rest = Inet16::new().update(&data[cut..]);
        assert_eq!(Inet16::new().update(&data[..cut]).followed_by(rest).finish(), plain(&data), "cut at {cut}");
    }
}

#[test]
fn words_are_numbers_of_the_network() {
    let sum = Inet16::new().word(0x0001).word(0xf203).word(0xf4f5).word(0xf6f7);
    assert_eq!(sum.finish(), !0xddf2);
    let odd = Inet16::new().update(&[0x00]).word(0x01f2).word(0x03f4).word(0xf5f6).update(&[0xf7]);
    assert_eq!(odd.finish(), !0xddf2);
}

#[test]
fn what_is_copied_is_summed() {
    let data = noise(LONGEST);
    for length in 0..=data.len() {
        let from = &data[..length];
        for (name, copy) in ways_to_copy() {
            let mut to = std::vec![0xa5; length].into_boxed_slice();
            assert_eq!(finish(copy(&mut to, from)), plain(from), "{name}, {length} bytes");
            assert_eq!(*to, *from, "{name}, {length} bytes");
        }
    }
}

#[test]
fn what_is_copied_may_lie_anywhere_and_nothing_else_is_written() {
    let data = noise(600);
    for (at, length) in (0..33).step_by(STEP).flat_map(|at| (0..300).step_by(7 * STEP).map(move |length| (at, length)))
    {
        let mut to = std::vec![0xa5; 400];
        let from = &data[at / 2..][..length];
        let sum = Inet16::new().update(&[7]).update_and_copy(from, &mut to[at..at + length]).unwrap();
        assert_eq!(sum.finish(), Inet16::new().update(&[7]).update(from).finish());
        assert!(to[..at].iter().chain(&to[at + length..]).all(|&byte| byte == 0xa5), "{length} bytes at {at}");
        assert_eq!(to[at..at + length], *from);
    }
}

#[test]
fn only_equal_lengths_are_copied() {
    for (to_length, length) in [(0, 1), (1, 0), (200, 199), (199, 200), (4096, 4097)] {
        let mut to = std::vec![0xa5; to_length];
        assert!(copy_and_sum(&mut to, &std::vec![1; length]).is_none());
        assert!(to.iter().all(|&byte| byte == 0xa5));
    }
}

/// [RFC 1624 §4](https://www.rfc-editor.org/rfc/rfc1624#section-4): dd2f, with 5555 replaced by 3285, becomes 0000, and
/// not ffff, as the equation of RFC 1141 has it.
#[test]
fn example_of_rfc_1624() {
    assert_eq!(inet16_update(0xdd2f, &[0x55, 0x55], &[0x32, 0x85]), 0x0000);
    assert_eq!(inet16_update_u16(0xdd2f, 0x5555, 0x3285), 0x0000);
    assert_eq!(inet16_update_u32(0xdd2f, 0x5555_0000, 0x3285_0000), 0x0000);
    assert_eq!(inet16_update_u32(0xdd2f, 0x0000_5555, 0x0000_3285), 0x0000);
}

/// Of three words, the first of which is not zero: every pair of values that could be mixed up, and some others.
#[test]
fn an_updated_word_equals_a_computation_from_scratch() {
    let values = [0x0000, 0x0001, 0x00ff, 0x7fff, 0x8000, 0x5555, 0x3285, 0xff00, 0xfffe, 0xffff];
    let checksum = |words: [u16; 3]| plain(&words.map(u16::to_be_bytes).concat());
    for first in [0x0001, 0x8000, 0xcd7a, 0xfffe, 0xffff] {
        for (old, new) in values.iter().flat_map(|&old| values.map(|new| (old, new))) {
            for third in values {
                let before = checksum([first, old, third]);
                let after = checksum([first, new, third]);
                assert_eq!(inet16_update_u16(before, old, new), after, "{first:x} {old:x} → {new:x} {third:x}");
                let number = |low: u16| u32::from(first) << 16 | u32::from(low);
                assert_eq!(inet16_update_u32(before, number(old), number(new)), after);
                assert_eq!(inet16_update(before, &old.to_be_bytes(), &new.to_be_bytes()), after);
            }
        }
    }
}

/// The sum of what is not all zero is ffff where it is congruent to zero; that of zeros alone is zero. An update can't
/// tell, and takes the data for such as has another word, as headers have.
#[test]
fn an_update_to_all_zeros_is_the_other_zero() {
    assert_eq!(inet16(&[0, 0]), 0xffff);
    assert_eq!(inet16_update_u16(plain(&[0x12, 0x34]), 0x1234, 0), 0x0000);
}

#[test]
fn an_update_equals_a_computation_from_scratch() {
    let mut data = noise(200);
    for at in (0..190).step_by(2) {
        for length in [0, 1, 2, 4, 5, 6, 10] {
            let before = inet16(&data);
            // An odd number of bytes is taken to be followed by a zero, so they end the data.
            let end = if length % 2 == 1 { data.len() } else { at + length };
            let range = end - length - (end - length) % 2..end;
            let old = data[range.clone()].to_vec();
            let new = noise(at + 20)[at..at + old.len()].to_vec();
            data[range].copy_from_slice(&new);
            assert_eq!(inet16_update(before, &old, &new), inet16(&data), "{length} bytes at {at}");
        }
    }
}
