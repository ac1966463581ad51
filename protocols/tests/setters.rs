//! Packets changed where they stand.

#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use packet_core::checksum::{Inet16, inet16};
use packet_protocols::ipv4::{Ipv4, Ipv4Mut};
use packet_protocols::net::IpProtocol;
use packet_protocols::tcp::{TcpFlags, TcpMut};
use packet_protocols::udp::{Udp, UdpMut};
use packet_protocols::{dns::DnsMut, vlan::VlanMut};

/// The bytes of hexadecimal digits; blanks don't count.
fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}

/// A datagram of seven bytes from 10.0.0.1 to 10.0.0.2, with right checksums.
fn datagram() -> Vec<u8> {
    let mut packet = bytes(
        "4500 0023 0001 4000 4011 0000 0a000001 0a000002
         04d2 0035 000f 0000 01020304050607",
    );
    let sum = inet16(&packet[..20]).to_be_bytes();
    packet[10..12].copy_from_slice(&sum);
    let sum = udp_checksum(&packet).to_be_bytes();
    packet[26..28].copy_from_slice(&sum);
    packet
}

/// The checksum that the datagram should have.
fn udp_checksum(packet: &[u8]) -> u16 {
    let length = (packet.len() - 20) as u16;
    let sum = Inet16::new().update(&packet[12..20]).word(17).word(length).update(&packet[20..26]);
    match sum.update(&packet[28..]).finish() {
        0 => 0xffff,
        sum => sum,
    }
}

#[test]
fn a_field_is_what_it_was_set_to_and_nothing_else_changes() {
    let mut packet = datagram();
    let before = packet.clone();
    let mut ipv4 = Ipv4Mut::parse(&mut packet).unwrap();
    ipv4.set_dscp(0x2e).set_fragment_offset(64).set_protocol(IpProtocol::TCP).set_dst([192, 0, 2, 1].into());
    let view = ipv4.as_view().unwrap();
    assert_eq!((view.dscp(), view.ecn().0, view.fragment_offset()), (0x2e, 0, 64));
    assert_eq!((view.protocol(), view.dst()), (IpProtocol::TCP, [192, 0, 2, 1].into()));
    assert!(view.flags().dont_fragment(), "the flags share a word with the offset");
    let changed: Vec<usize> = (0..before.len()).filter(|&at| before[at] != packet[at]).collect();
    assert_eq!(changed, [1, 7, 9, 16, 18, 19], "the second byte of the address was 0 before");
}

#[test]
fn a_checksum_follows_what_is_set() {
    let mut packet = datagram();
    let (old, new) = ([10, 0, 0, 2], [198, 51, 100, 7]);
    let mut ipv4 = Ipv4Mut::parse(&mut packet).unwrap().keeping_checksum();
    ipv4.set_ttl(3).set_dst(new.into()).set_identification(0xbeef).set_ecn(packet_protocols::ipv4::Ecn::CE);
    let mut udp = UdpMut::parse(ipv4.payload_mut()).unwrap().keeping_checksum();
    udp.set_dst_port(5353).adjust_checksum(&old, &new);
    assert_eq!(inet16(&packet[..20]), 0);
    assert_eq!(Udp::parse(&packet[20..]).unwrap().checksum(), udp_checksum(&packet));
}

#[test]
fn no_checksum_stays_none() {
    let mut packet = datagram();
    let mut udp = UdpMut::parse(&mut packet[20..]).unwrap();
    udp.set_checksum(0);
    let mut udp = udp.keeping_checksum();
    udp.set_src_port(9).adjust_checksum(&[1, 2], &[3, 4]);
    assert_eq!(udp.as_view().unwrap().checksum(), 0);
}

#[test]
fn a_length_may_be_nonsense_and_nothing_panics() {
    let mut packet = datagram();
    let mut ipv4 = Ipv4Mut::parse(&mut packet).unwrap().keeping_checksum();
    ipv4.set_ihl(15).set_total_length(3).set_version(9);
    assert!(ipv4.as_view().is_err());
    assert!(ipv4.options_mut(0).is_none());
    ipv4.set_ttl(7).set_total_length(35).set_ihl(5).set_version(4);
    assert_eq!(ipv4.as_view().unwrap().ttl(), 7);
    assert_eq!(inet16(&packet[..20]), 0);
}

#[test]
fn options_are_set_in_their_list() {
    let mut packet = bytes(
        "c350 0050 00000001 00000000 a002 ffff 0000 0000
         0204 05b4 0402 080a 00000064 00000000 01 030307",
    );
    let mut tcp = TcpMut::parse(&mut packet).unwrap();
    tcp.set_flags(TcpFlags(0).with_syn(true).with_ack(true));
    tcp.options_mut(0).unwrap().set_mss(536);
    tcp.options_mut(2).unwrap().set_value(5).set_echo(6).set_mss(1);
    tcp.options_mut(4).unwrap().set_shift(200);
    assert!(tcp.options_mut(5).is_none());
    let view = tcp.as_view().unwrap();
    assert!(view.flags().ack());
    let options = view.options();
    assert_eq!(options.get(0).unwrap().mss().unwrap().mss(), 536);
    let timestamps = options.get(2).unwrap().timestamps().unwrap();
    assert_eq!((timestamps.value(), timestamps.echo()), (5, 6));
    assert_eq!(options.get(4).unwrap().window_scale().unwrap().shift(), 200);
}

#[test]
fn records_behind_names_are_set() {
    let mut packet = bytes(
        "1234 8180 0001 0001 0000 0000 03777777 00 0001 0001
         c00c 0001 0001 0000003c 0004 c0000201",
    );
    let mut dns = DnsMut::parse(&mut packet).unwrap();
    dns.answers_mut(0).unwrap().set_ttl(7);
    dns.questions_mut(0).unwrap().set_qtype(packet_protocols::dns::RrType::AAAA);
    let view = dns.as_view().unwrap();
    assert_eq!(view.answers().get(0).unwrap().ttl(), Some(7));
    assert_eq!(view.questions().get(0).unwrap().qtype(), packet_protocols::dns::RrType::AAAA);
}

#[test]
fn bits_of_a_tag_are_set_without_its_neighbours() {
    let mut packet = bytes("ffff 0800 4500");
    let mut tag = VlanMut::parse(&mut packet).unwrap();
    tag.set_id(0x123);
    assert_eq!(packet[..2], [0xf1, 0x23]);
    assert!(Ipv4::parse(&packet[..]).is_err());
}
