//! What breaks in other libraries, each as a case of ours.

use super::{datagram, ip, tunnelled};
use packet_protocols::craft::{Ethernet, Ipv4, Packet as _, Tcp, Vlan};
use packet_protocols::stack::LayerKind;
use packet_protocols::{ipv4, tcp, udp, vlan};
use packet_runtime::packet::{Packet, PacketBuf, PacketBuilder};

fn packet(bytes: &[u8]) -> Packet<'_> {
    Packet::parse(LayerKind::Ethernet, bytes)
}

/// A header of version 4 with these options, whose length is a multiple of four.
fn with_options(options: &[u8]) -> Vec<u8> {
    let mut bytes = (Ethernet::default() / ip() / datagram() / "pony").to_vec().unwrap();
    bytes[14] = 0x45 + (options.len() / 4) as u8;
    bytes[17] += options.len() as u8;
    bytes.splice(34..34, options.iter().copied());
    let mut packet = PacketBuf::new(LayerKind::Ethernet, bytes);
    packet.fix_checksums();
    packet.into_bytes()
}

/// gopacket refuses an option of two bytes; RFC 791 §3.1 has the length count type and length.
#[test]
fn an_option_of_two_bytes_is_read_and_kept() {
    let bytes = with_options(&[0x88, 2, 1, 0]);
    let read = packet(&bytes);
    assert!(read.get::<udp::Udp<'_>>().is_some(), "{read}");
    assert_eq!(PacketBuilder::of(&read).unwrap().build().unwrap().bytes(), bytes);
}

/// Kaitai's format reads a length behind an option that has none, RFC 791 §3.1.
#[test]
fn no_operation_has_no_length() {
    let bytes = with_options(&[1, 1, 1, 0]);
    let options = packet(&bytes).get::<ipv4::Ipv4<'_>>().unwrap().options().into_iter().count();
    assert_eq!(options, 4);
}

/// gopacket does not read the transport of a first fragment.
#[test]
fn a_first_fragment_has_its_transport() {
    let header = Ipv4 { flags: ipv4::Ipv4Flags(0).with_more_fragments(true), ..ip() };
    let bytes = (Ethernet::default() / header / datagram() / [0_u8; 64]).to_vec().unwrap();
    assert_eq!(packet(&bytes).get::<udp::Udp<'_>>().map(|udp| udp.dst_port()), Some(40_001));
}

/// gopacket's `DecodingLayerParser` keeps the last of two tags.
#[test]
fn both_tags_of_two_are_there() {
    let tags = Vlan { id: 1, ..Default::default() } / Vlan { id: 2, ..Default::default() };
    let bytes = (Ethernet::default() / tags / ip() / datagram()).to_vec().unwrap();
    assert_eq!(packet(&bytes).all::<vlan::Vlan<'_>>().map(|tag| tag.id()).collect::<Vec<_>>(), [1, 2]);
}

/// PcapPlusPlus takes the addresses from the outermost and the ports from the innermost layer of a tunnel.
#[test]
fn addresses_and_ports_of_a_tunnel_are_each_in_their_place() {
    let bytes = tunnelled();
    let packet = packet(&bytes);
    let names: Vec<_> = packet.layers().map(|layer| (layer.name(), layer.region().offset())).collect();
    assert_eq!(names[1..3], [("Ipv4", 14), ("Udp", 34)]);
    assert_eq!(names[5..], [("Ipv4", 64), ("Tcp", 84)]);
    let flows: Vec<String> = packet.flows().map(|(_, flow)| flow.to_string()).collect();
    assert_eq!(flows[1..3], ["10.0.0.1 → 10.0.0.2", "udp:40000 → udp:4789"]);
    assert_eq!(flows[4..], ["10.0.0.1 → 10.0.0.2", "tcp:1 → tcp:2"]);
    assert_eq!(packet.transport_flow().map(|flow| flow.dst().port()), Some(Some(4789)));
}

/// libpnet loops for ever upon an option of TCP whose length is 0; etherparse and others stop the whole packet.
#[test]
fn an_option_of_no_length_ends_the_options_and_not_the_packet() {
    let mut bytes = (Ethernet::default() / ip() / Tcp::default() / "data").to_vec().unwrap();
    bytes[46] = 0x60;
    bytes.splice(54..54, [8, 0, 0, 0]);
    bytes[17] += 4;
    let read = packet(&bytes);
    assert_eq!((read.get::<tcp::Tcp<'_>>().map(|tcp| tcp.src_port()), read.payload()), (Some(0), &b"data"[..]));
    assert_eq!(PacketBuilder::of(&read).unwrap().build().unwrap().bytes(), bytes);
}

/// smoltcp panicked at a header shorter than five words, Retina does not look.
#[test]
fn a_header_of_less_than_five_words_is_an_error_that_says_so() {
    let mut bytes = (Ethernet::default() / ip() / datagram()).to_vec().unwrap();
    bytes[14] = 0x44;
    let read = packet(&bytes);
    let failed = read.error().unwrap();
    assert_eq!((failed.name, read.known().count()), ("Ipv4", 1));
    assert!(failed.reason.to_string().starts_with("ipv4.ihl"), "{}", failed.reason);
}

/// Retina does not apply the total length: what pads a frame counts as data there.
#[test]
fn what_pads_a_frame_is_no_data() {
    let mut bytes = (Ethernet::default() / ip() / datagram() / "x").to_vec().unwrap();
    bytes.resize(60, 0);
    assert_eq!(packet(&bytes).payload(), b"x");
    assert_eq!(packet(&bytes).leftovers().count(), 1);
}

/// ingot turns the third value of ECN into another one.
#[test]
fn all_values_of_ecn_are_kept() {
    for ecn in 0..4 {
        let header = Ipv4 { ecn: ipv4::Ecn(ecn).into(), ..ip() };
        let bytes = (Ethernet::default() / header / datagram()).to_vec().unwrap();
        assert_eq!(packet(&bytes).get::<ipv4::Ipv4<'_>>().unwrap().ecn().0, ecn);
        assert_eq!(bytes[15] & 3, ecn);
    }
}

/// libtins recomputes every checksum that it writes; etherparse does not know IP in IP.
#[test]
fn a_wrong_checksum_is_written_again_as_it_was() {
    let mut bytes = (Ethernet::default() / ip() / ip() / datagram() / "pony").to_vec().unwrap();
    bytes[24] ^= 0xff;
    bytes[44] ^= 0xff;
    let read = packet(&bytes);
    assert_eq!(read.to_string(), "Ethernet / Ipv4 / Ipv4 / Udp / 4 bytes");
    assert_eq!(PacketBuilder::of(&read).unwrap().build().unwrap().bytes(), bytes);
}
