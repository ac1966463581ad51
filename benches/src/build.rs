//! Ethernet, IPv4 and UDP around a payload, with lengths and both checksums, written into one buffer.
//!
//! Every packet goes to another address and comes from another port, and no byte of it may differ between programs.

pub(crate) mod by_hand;

#[cfg(feature = "peers")]
mod peers;

use crate::{Case, Digest, Unit, Workload, limits};
use std::hint::black_box;
use std::rc::Rc;

/// The payload of the smallest frame, half a kilobyte, and most of what Ethernet carries.
pub const SIZES: &[usize] = &[18, 512, 1400];

/// All headers.
pub(crate) const HEADERS: usize = 42;

/// Packets in a pass.
const COUNT: u16 = 2048;

/// What differs between packets.
#[derive(Clone, Copy)]
pub(crate) struct Parameters<'a> {
    pub(crate) dst: [u8; 4],
    pub(crate) src_port: u16,
    pub(crate) payload: &'a [u8],
}

/// What does not.
const DST_MAC: [u8; 6] = [2, 0, 0, 0, 0, 2];
const SRC_MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];
const SRC: [u8; 4] = [10, 0, 0, 1];
pub(crate) const DST_PORT: u16 = 53;
const TTL: u8 = 64;

/// Writes a packet to the start of a buffer that is large enough, and gives its length.
pub(crate) type Build = fn(&mut [u8], Parameters<'_>) -> Option<usize>;

/// Packets with `size` bytes of payload.
pub fn workload(size: usize) -> Workload {
    let cases = builders().into_iter().map(|(name, build)| case(name, size, build));
    let copies = Case::part("limit_copy", copying(size));
    Workload {
        group: "build",
        name: size.to_string(),
        unit: Unit::Packet,
        units: u64::from(COUNT),
        limit: "limit_avx2",
        cases: cases.chain([copies]).collect(),
    }
}

fn builders() -> Vec<(&'static str, Build)> {
    let builders: Vec<(&'static str, Build)> =
        vec![("limit_avx2", limits::build), ("limit_fused", by_hand::build), ("pony", craft)];
    #[cfg(feature = "peers")]
    let builders = [builders, peers::builders()].concat();
    builders
}

/// As a user writes it.
fn craft(buffer: &mut [u8], parameters: Parameters<'_>) -> Option<usize> {
    use packet_protocols::craft::{Ethernet, Field, Ipv4, MacAddr, Packet, Udp};
    let Parameters { dst, src_port, payload } = parameters;
    let packet = Ethernet { dst: MacAddr(DST_MAC), src: MacAddr(SRC_MAC), ..Default::default() }
        / Ipv4 {
            identification: Field::Set(0),
            flags: packet_protocols::ipv4::Ipv4Flags::default().with_dont_fragment(true),
            ttl: TTL,
            src: SRC.into(),
            dst: dst.into(),
            ..Default::default()
        }
        / Udp { src_port, dst_port: DST_PORT, ..Default::default() }
        / payload;
    packet.emit(buffer).ok()
}

fn payloads(size: usize) -> Rc<[u8]> {
    (0..size as u32 + 256).map(|at| (at.wrapping_mul(0x9e37_79b1) >> 24) as u8).collect()
}

#[inline(always)]
fn parameters(payloads: &[u8], size: usize, index: u16) -> Parameters<'_> {
    let [high, low] = index.to_be_bytes();
    let start = usize::from(low);
    // An address comes in one piece, as from a table of routes: of two pieces that were stored just before, a program that
    // loads it at once would wait for both.
    let dst = black_box(u32::from_ne_bytes([10, 0, high, low]));
    Parameters { dst: dst.to_ne_bytes(), src_port: 1024 + index, payload: &payloads[start..start + size] }
}

fn case(name: &'static str, size: usize, build: Build) -> Case {
    let payloads = payloads(size);
    let mut buffer = vec![0; HEADERS + size];
    Case::new(name, move || {
        let mut digest = [0; 8];
        for index in 0..COUNT {
            let length = build(&mut buffer, black_box(parameters(&payloads, size, index))).unwrap_or(0);
            note(&mut digest, black_box(&buffer[..length]));
        }
        Digest(digest)
    })
}

/// Both checksums and the last byte; the tests compare all.
#[inline(always)]
fn note(digest: &mut [u64; 8], packet: &[u8]) {
    digest[0] += packet.len() as u64;
    if let (Some(headers), Some(last)) = (packet.first_chunk::<HEADERS>(), packet.last()) {
        digest[1] += u64::from(u16::from_be_bytes([headers[24], headers[25]]));
        digest[2] += u64::from(u16::from_be_bytes([headers[40], headers[41]]));
        digest[3] += u64::from(*last);
    }
}

/// The payload copied, and nothing else.
fn copying(size: usize) -> impl FnMut() -> Digest {
    let payloads = payloads(size);
    let mut buffer = vec![0; HEADERS + size];
    move || {
        for index in 0..COUNT {
            buffer[HEADERS..].copy_from_slice(black_box(parameters(&payloads, size, index)).payload);
            black_box(&buffer);
        }
        Digest::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_build_the_same_bytes() {
        for &size in SIZES {
            let payloads = payloads(size);
            for index in 0..COUNT {
                let built = builders().into_iter().map(|(name, build)| {
                    let mut buffer = vec![0xa5; HEADERS + size];
                    assert_eq!(build(&mut buffer, parameters(&payloads, size, index)), Some(HEADERS + size), "{name}");
                    (name, buffer)
                });
                let built: Vec<_> = built.collect();
                for (name, bytes) in &built {
                    assert_eq!(bytes, &built[0].1, "{name}, packet {index} of {size} bytes");
                }
            }
        }
    }

    #[test]
    fn checksums_are_right() {
        use packet_core::checksum::{Inet16, inet16};
        let payloads = payloads(18);
        let mut packet = [0; HEADERS + 18];
        assert_eq!(by_hand::build(&mut packet, parameters(&payloads, 18, 7)), Some(packet.len()));
        assert_eq!(inet16(&packet[14..34]), 0);
        let pseudo_header = Inet16::new().update(&packet[26..34]).word(17).word(26);
        assert_eq!(pseudo_header.update(&packet[34..]).finish(), 0);
    }
}
