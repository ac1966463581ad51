//! The Internet checksum, of slices of one size that lie one after the other.

use crate::limits;
use crate::{Case, Digest, Unit, Workload};
use packet_core::checksum::{copy_and_sum, inet16};
use std::hint::black_box;
use std::rc::Rc;

/// A header, a small and a middling packet, the largest of Ethernet, a jumbo frame, the largest of IP; and what fits
/// into no cache.
pub const SIZES: &[usize] = &[20, 64, 576, 1500, 9000, 65_536, 64 << 20];

/// As many bytes as are walked in one pass, if the slices are smaller: more than the first cache holds, and less than
/// the second.
const POOL: usize = 64 << 10;

/// Sums of slices of `size` bytes.
pub fn sums(size: usize) -> Workload {
    let pool = pool(size);
    let mut cases = vec![summing("pony", &pool, size, |data| !inet16(data))];
    if let Some(sum) = limits::vector_sum() {
        cases.push(summing("limit_avx2", &pool, size, sum));
    }
    if size == 20 {
        cases.push(summing("limit_header", &pool, size, |data| data.first_chunk().map_or(0, limits::header_sum)));
    }
    cases.push(summing("limit_plain", &pool, size, limits::plain_sum));
    #[cfg(feature = "peers")]
    cases.extend(peers::sums(&pool, size));
    if let Some(read) = limits::vector_read() {
        let read = summing("limit_read", &pool, size, read);
        cases.push(Case { whole: false, ..read });
    }
    workload("checksum", size, cases)
}

/// Sums of slices of `size` bytes, which are copied as well.
pub fn copies(size: usize) -> Workload {
    let pool = pool(size);
    let mut cases = vec![
        copying("pony", &pool, size, |to, from| copy_and_sum(to, from).map_or(0, |sum| !sum.finish())),
        copying("pony_copy_then_sum", &pool, size, |to, from| {
            to.copy_from_slice(from);
            !inet16(to)
        }),
    ];
    #[cfg(feature = "peers")]
    cases.extend(peers::copies(&pool, size));
    let copy = copying("limit_copy", &pool, size, |to, from| {
        to.copy_from_slice(from);
        0
    });
    cases.push(Case { whole: false, ..copy });
    workload("copy", size, cases)
}

fn workload(group: &'static str, size: usize, cases: Vec<Case>) -> Workload {
    let units = (size.max(POOL) / size * size) as u64;
    let limits = ["limit_avx2", "limit_copy"];
    let limit = limits.into_iter().find(|limit| cases.iter().any(|case| case.name == *limit)).unwrap_or("pony");
    Workload { group, name: size.to_string(), unit: Unit::Byte, units, limit, cases }
}

fn pool(size: usize) -> Rc<[u8]> {
    let mut state = 1_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(size.max(POOL)).collect()
}

fn digest(sums: impl Iterator<Item = u16>) -> Digest {
    Digest([sums.map(u64::from).sum(), 0, 0, 0, 0, 0, 0, 0])
}

/// Sums each slice by `sum`, which gives the sum in the byte order of the network, not complemented.
fn summing(name: &'static str, pool: &Rc<[u8]>, size: usize, sum: impl Fn(&[u8]) -> u16 + 'static) -> Case {
    let pool = Rc::clone(pool);
    Case::new(name, move || digest(pool.chunks_exact(size).map(|data| sum(black_box(data)))))
}

fn copying(name: &'static str, pool: &Rc<[u8]>, size: usize, copy: impl Fn(&mut [u8], &[u8]) -> u16 + 'static) -> Case {
    let pool = Rc::clone(pool);
    let mut to = vec![0; size];
    Case::new(name, move || digest(pool.chunks_exact(size).map(|data| copy(black_box(&mut to), black_box(data)))))
}

#[cfg(feature = "peers")]
mod peers {
    use super::{copying, summing};
    use crate::Case;
    use std::rc::Rc;

    pub(super) fn sums(pool: &Rc<[u8]>, size: usize) -> Vec<Case> {
        vec![
            summing("smoltcp", pool, size, smoltcp),
            summing("etherparse", pool, size, etherparse),
            summing("internet-checksum", pool, size, |data| !u16::from_be_bytes(internet_checksum::checksum(data))),
            summing("pnet", pool, size, pnet),
        ]
    }

    pub(super) fn copies(pool: &Rc<[u8]>, size: usize) -> Vec<Case> {
        vec![copying("smoltcp", pool, size, |to, from| {
            to.copy_from_slice(from);
            smoltcp(to)
        })]
    }

    fn smoltcp(data: &[u8]) -> u16 {
        in_parts(data, smoltcp::wire::checksum::data)
    }

    fn etherparse(data: &[u8]) -> u16 {
        !etherparse::checksum::Sum16BitWords::new().add_slice(data).ones_complement().to_be()
    }

    fn pnet(data: &[u8]) -> u16 {
        in_parts(data, |part| !pnet_packet::util::checksum(part, usize::MAX))
    }

    /// For those who sum in 32 bits, and so no more than the largest packet at once.
    fn in_parts(data: &[u8], sum: impl Fn(&[u8]) -> u16) -> u16 {
        if data.len() <= 1 << 16 {
            return sum(data);
        }
        data.chunks(1 << 16).map(sum).fold(0, |all: u16, part| {
            let (all, carry) = all.overflowing_add(part);
            all + u16::from(carry)
        })
    }
}
