//! Frames by hand: what a table of flows is tested with.

use packet_runtime::file::{LinkType, Options, Packet};
use std::net::{Ipv4Addr, Ipv6Addr};

pub(crate) const FIN: u8 = 1;
pub(crate) const SYN: u8 = 2;
pub(crate) const RST: u8 = 4;
pub(crate) const ACK: u8 = 16;

pub(crate) const SECOND: i64 = 1_000_000_000;

/// A packet with a time in nanoseconds.
pub(crate) fn at(time: i64, data: &[u8]) -> Packet<'_> {
    Packet {
        data,
        frame: 1,
        timestamp: Some(time.into()),
        origlen: data.len() as u32,
        link_type: LinkType::ETHERNET,
        interface: 0,
        fcs_len: None,
        options: Options::default(),
    }
}

pub(crate) fn ethernet(kind: u16, payload: &[u8]) -> Vec<u8> {
    [&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1], &kind.to_be_bytes()[..], payload].concat()
}

pub(crate) fn tagged(id: u16, frame: &[u8]) -> Vec<u8> {
    [&frame[..12], &[0x81, 0], &id.to_be_bytes(), &frame[12..]].concat()
}

/// An Internet header; `piece` is its flags and fragment offset.
pub(crate) fn ipv4(src: u32, dst: u32, protocol: u8, piece: u16, payload: &[u8]) -> Vec<u8> {
    let mut header = vec![0x45, 0];
    header.extend_from_slice(&(20 + payload.len() as u16).to_be_bytes());
    header.extend_from_slice(&[0, 7]);
    header.extend_from_slice(&piece.to_be_bytes());
    header.extend_from_slice(&[64, protocol, 0, 0]);
    header.extend_from_slice(&Ipv4Addr::from_bits(src).octets());
    header.extend_from_slice(&Ipv4Addr::from_bits(dst).octets());
    header.extend_from_slice(payload);
    header
}

pub(crate) fn ipv6(src: u128, dst: u128, next: u8, payload: &[u8]) -> Vec<u8> {
    let mut header = vec![0x60, 0, 0, 0];
    header.extend_from_slice(&(payload.len() as u16).to_be_bytes());
    header.extend_from_slice(&[next, 64]);
    header.extend_from_slice(&Ipv6Addr::from_bits(src).octets());
    header.extend_from_slice(&Ipv6Addr::from_bits(dst).octets());
    header.extend_from_slice(payload);
    header
}

pub(crate) fn udp(src: u16, dst: u16, payload: &[u8]) -> Vec<u8> {
    let length = (8 + payload.len() as u16).to_be_bytes();
    [&src.to_be_bytes()[..], &dst.to_be_bytes(), &length, &[0, 0], payload].concat()
}

pub(crate) fn tcp(src: u16, dst: u16, sequence: u32, flags: u8) -> Vec<u8> {
    let ports = [src.to_be_bytes(), dst.to_be_bytes()].concat();
    [&ports[..], &sequence.to_be_bytes(), &[0, 0, 0, 0, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]].concat()
}

/// A whole datagram over IPv4.
pub(crate) fn datagram(src: (u32, u16), dst: (u32, u16)) -> Vec<u8> {
    ethernet(0x0800, &ipv4(src.0, dst.0, 17, 0, &udp(src.1, dst.1, b"pony")))
}

/// A whole segment over IPv4.
pub(crate) fn segment(src: (u32, u16), dst: (u32, u16), sequence: u32, flags: u8) -> Vec<u8> {
    ethernet(0x0800, &ipv4(src.0, dst.0, 6, 0, &tcp(src.1, dst.1, sequence, flags)))
}
