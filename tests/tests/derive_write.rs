//! Items that derive `Layer` are written: upon known layers, upon each other, as they were read.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]
#![allow(dead_code, missing_docs, unreachable_pub, reason = "these are definitions, and not all of each is used")]

use packet_core::craft::{EmitErrorKind, Field, Packet as _};
use packet_core::{Layer as _, List, Payload, ToValue as _, Value};
use packet_derive::Layer;
use packet_protocols::craft::{Ethernet, Ipv4, Udp};
use packet_protocols::stack::{LayerKind, Next};

#[path = "../derived/arp.rs"]
mod arp;
#[path = "../derived/clauses.rs"]
mod clauses;
#[path = "../derived/command.rs"]
mod command;
#[path = "../derived/echo.rs"]
mod echo;
#[path = "../derived/ntp.rs"]
mod ntp;
#[path = "../derived/udp.rs"]
mod udp;
#[path = "../derived/vlan.rs"]
mod vlan;
#[path = "../derived/vxlan.rs"]
mod vxlan;

/// Names that generated writers have for something else are names of items as any others.
#[derive(Layer, Debug, PartialEq, Clone, Copy)]
#[repr(u8)]
enum Table {
    Stop,
    Go = 2,
    #[layer(range = 8..=15)]
    Turn(u8),
    #[layer(other)]
    Other(u8),
}

#[derive(Layer, Debug, PartialEq, Clone, Copy)]
#[layer(flags)]
struct Count {
    urgent: bool,
    #[layer(bits = 3)]
    retry: u8,
    #[layer(bits = 4, reserved)]
    _rest: (),
}

#[derive(Layer, Debug, PartialEq, Clone, Copy)]
#[layer(struct)]
struct Write {
    x: i8,
    #[layer(value = 0x7f)]
    mark: u8,
    address: core::net::Ipv4Addr,
}

#[derive(Layer, Debug, Clone)]
#[layer(bind(udp_port = 7000))]
struct Packet<'a> {
    #[layer(default = 4)]
    version: u8,
    #[layer(default = Table::Go)]
    order: Table,
    flags: Count,
    place: Write,
    #[layer(auto = size_of(name))]
    length: u8,
    #[layer(count = length)]
    name: &'a [u8],
    #[layer(if(flags.urgent))]
    until: Option<u32>,
    #[layer(next(ip_version[version]))]
    payload: Payload<'a>,
}

#[test]
fn a_struct_stands_upon_known_layers() {
    let place = Write { x: -1, address: [10, 0, 0, 9].into(), ..Default::default() };
    let packet = Packet { name: b"pony", place, ..Default::default() };
    assert_eq!((packet.version, packet.order), (4, Table::Go));
    let udp = Udp { src_port: 1, dst_port: 7000, ..Default::default() };
    let stack = Ethernet::default() / Ipv4::default() / udp / packet / Ipv4::default() / "x";
    let mut out = [0; 128];
    let length = stack.emit(&mut out).unwrap();
    assert_eq!(length, 14 + 20 + 8 + 14 + 20 + 1);
    assert_eq!(out[38..40], [0, 8 + 14 + 21]);
    assert_eq!(out[42..56], [4, 2, 0, 0xff, 0x7f, 10, 0, 0, 9, 4, b'p', b'o', b'n', b'y']);
    let read = Packet::parse(&out[42..length]).unwrap();
    assert_eq!((read.place, read.name, read.until), (place, &b"pony"[..], None));
    // What it holds itself is written where nothing is stacked upon it.
    assert_eq!(read.to_vec().unwrap(), &out[42..length]);
    let next = Packet::view(&out[42..length]).unwrap().next().unwrap();
    assert!(matches!(Next::from(next), Next::Layer(LayerKind::Ipv4, payload) if payload.bytes().len() == 21));
}

#[test]
fn what_is_absent_or_named_is_written_as_it_was_read() {
    let flags = Count { urgent: true, retry: 5, ..Default::default() };
    let packet = Packet { order: Table::Turn(9), flags, until: Some(7), ..Default::default() };
    let bytes = packet.to_vec().unwrap();
    assert_eq!(bytes, [4, 9, 0xd0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 7]);
    let view = Packet::view(&bytes[..]).unwrap();
    assert_eq!(view.to_value().to_vec().unwrap(), bytes);
    assert!(view.next().is_some_and(|next| matches!(Next::from(next), Next::Nothing)));
}

#[test]
fn a_value_says_what_a_struct_derives() {
    let packet = Packet { name: b"ab", ..Default::default() };
    let mut value: Value<'_, Packet<'_>> = packet.to_value().unwrap();
    value.length = Field::Raw(0x105);
    assert_eq!(value.to_vec().unwrap()[9..], [5, b'a', b'b']);
    let vxlan = vxlan::Vxlan { vni: 0x0100_0000, ..Default::default() };
    let error = vxlan.to_vec().unwrap_err();
    assert_eq!(error.kind, EmitErrorKind::TooWide { bits: 24 });
}

/// Checksums over what is below, and lengths that may be said.
#[derive(Layer, Debug)]
#[layer(needs(IpCarrier as ip), bind(ip_protocol = IpProtocol::UDP))]
struct Datagram<'a> {
    src_port: u16,
    dst_port: u16,
    #[layer(auto = size, where(it >= 8, "shorter than the header"))]
    length: Field<u16>,
    #[layer(auto = zero_as_ffff(inet16(concat(ip.pseudo_header(IpProtocol::UDP, size), self))))]
    checksum: u16,
    #[layer(next(udp_port[dst_port, src_port], else probe), within = length - 8)]
    payload: Payload<'a>,
}

#[test]
fn lengths_and_checksums_follow_as_in_known_layers() {
    let own = Datagram { src_port: 9, dst_port: 10, ..Default::default() };
    let known = Udp { src_port: 9, dst_port: 10, ..Default::default() };
    let carrier = || Ipv4 { identification: Field::Set(1), ..Default::default() };
    assert_eq!((carrier() / own / "odd").to_vec(), (carrier() / known / "odd").to_vec());
    let said = Datagram { length: Field::Set(9), ..Default::default() };
    assert_eq!((said / "long").to_vec().unwrap()[4..6], [0, 9]);
    let refused = Datagram { length: Field::Set(1), ..Default::default() };
    let error = refused.to_vec().unwrap_err();
    assert_eq!(error.to_string(), "datagram.length: is not allowed: shorter than the header; `Raw` forges it");
    let bytes = [0, 1, 0x1b, 0x58, 0, 9, 0, 0, 5];
    let read = Datagram::parse(&bytes[..]).unwrap();
    assert_eq!(read.length, Field::Set(9));
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|byte| *byte != b' ').collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// Real packets, as structs and as values of views: both give the same bytes again, but where a struct derives a field.
#[test]
fn what_was_read_is_written_again() {
    macro_rules! again {
        ($ty:ty, $hex:expr) => {
            again!(value $ty, $hex);
            let packet = bytes($hex);
            assert_eq!(<$ty>::parse(&packet[..]).unwrap().to_vec().unwrap(), packet);
        };
        (value $ty:ty, $hex:expr) => {
            let packet = bytes($hex);
            let value = <$ty>::view(&packet[..]).unwrap().to_value();
            let payload = packet.get(value.packet_len()..).unwrap_or_default();
            assert_eq!((value / payload).to_vec().unwrap(), packet);
        };
    }
    again!(arp::Arp<'_>, "0001 0800 06 04 0001 6a70c5aff1f9 0a000864 000000000000 0a000801");
    again!(arp::Arp<'_>, "0007 0800 01 04 0001 be 0a508301 00 0a5083fe");
    again!(value vlan::Vlan<'_>, "b064 86dd 01");
    again!(vxlan::Vxlan<'_>, "8848 0010 000001 00 ffff");
    again!(value vxlan::VxlanGpe<'_>, "0c 0000 01 00d431 00");
    let times = "0000000000000000 0000000000000000 0000000000000000 e4b7f3a2 80000000";
    again!(ntp::NtpPacket<'_>, &format!("23 00 06 ec 00000000 00000000 00000000 {times}"));
}

#[test]
fn nothing_is_allocated_to_write() {
    let mut out = [0; 64];
    let allocated = allocation_counter::measure(|| {
        let place = Write { x: 1, ..Default::default() };
        let flags = Count { urgent: true, ..Default::default() };
        let packet = Packet { name: b"pony", place, flags, until: Some(1), ..Default::default() };
        let stack = Ipv4::default() / Udp { dst_port: 7000, ..Default::default() } / packet / "payload";
        assert_eq!(stack.emit(&mut out), Ok(20 + 8 + 18 + 7));
    });
    assert_eq!(allocated.count_total, 0);
}

#[derive(Layer, Debug)]
struct Points<'a> {
    #[layer(auto = size_of(points))]
    length: u8,
    #[layer(within = length)]
    points: List<'a, Point>,
}

#[derive(Layer, Debug, PartialEq, Clone, Copy)]
#[layer(struct)]
struct Point {
    x: i8,
    y: i8,
}

#[test]
fn a_value_owns_its_lists() {
    let mut points: Value<'_, Points<'_>> = Default::default();
    points.points.push(Point { x: 1, y: -1 }.to_value().unwrap());
    points.points.push(Default::default());
    let bytes = points.to_vec().unwrap();
    assert_eq!(bytes, [4, 1, 0xff, 0, 0]);
    let read = Points::parse(&bytes[..]).unwrap();
    assert_eq!(read.to_value().unwrap().to_vec().unwrap(), bytes);
}

/// Words are written as they were said or read: what they choose is there in any case.
#[test]
fn words_in_any_case() {
    let name = |name: &'static str| packet_core::Text(name.as_bytes());
    let setting = || command::Setting { name: name("COLOUR"), colour: Some(0x72_6762), ..Default::default() };
    let show = command::Command { verb: name("Show"), times: Some(2), setting: setting(), ..Default::default() };
    let tell = command::Command { verb: name("TELL"), setting: setting(), ..Default::default() };
    assert_eq!((tell / show).to_vec().unwrap(), b"TELL COLOUR=rgb;\nShow \x02COLOUR=rgb;\n");
    let refused = command::Command { verb: name("shown"), ..Default::default() };
    assert_eq!(refused.to_vec().unwrap_err().to_string(), "command.verb: is not allowed: a verb; `Raw` forges it");

    for text in [&b"sHoW \x02Color=rgb;\n"[..], b"HIDE Size=9mm;\n", b"tell size=9;\nshow \x01size=9;\n"] {
        assert_eq!(command::Command::parse(text).unwrap().to_vec().unwrap(), text);
        let value = command::Command::view(text).unwrap().to_value();
        let payload = text.get(value.packet_len()..).unwrap_or_default();
        assert_eq!((value / payload).to_vec().unwrap(), text);
    }
}
