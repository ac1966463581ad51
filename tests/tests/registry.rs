//! Layers that are added when the program runs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use packet_core::{Layer as _, Level, Payload};
use packet_derive::Layer;
use packet_protocols::craft::{Ethernet, Field, Ipv4, Packet as _, Tcp, Udp};
use packet_protocols::net::IpProtocol;
use packet_protocols::stack::LayerKind;
use packet_runtime::compiled;
use packet_runtime::file::Reader;
use packet_runtime::packet::{Entry, Interpreted, Keep, Key, Packet, PacketBuf, Registry, Target, diff};
use pony_tests::definitions::protocols;
use pony_tests::packets::captures_below;
use pony_tests::root;
use std::fs::File;
use std::sync::Arc;

/// A header that says by a key of the Internet what it carries.
#[derive(Layer)]
struct Wrapper<'a> {
    kind: u8,
    #[layer(next(ip_protocol[kind]))]
    payload: Payload<'a>,
}

/// What has a checksum of its own.
#[derive(Layer)]
struct Lid<'a> {
    #[layer(auto = inet16(self), verify)]
    checksum: u16,
    turns: u16,
    rest: &'a [u8],
}

/// The same, of a file.
mod of_a_file {
    packet_macros::layers!("macros/seal.pony");
}
use of_a_file::seal::Seal;

fn udp(port: u16, payload: &[u8]) -> Vec<u8> {
    let udp = Udp { src_port: 50_000, dst_port: port, ..Default::default() };
    (Ethernet::default() / Ipv4::default() / udp / payload).to_vec().unwrap()
}

fn with_wrapper() -> (Registry, Target) {
    let mut registry = Registry::new();
    let wrapper = registry.add(compiled!(Wrapper), Level::Transport);
    registry.bind(Key::new("udp_port", 7100), wrapper).unwrap();
    (registry, wrapper)
}

#[test]
fn known_layers_go_on_upon_added_ones() {
    let (registry, _) = with_wrapper();
    let tcp = Tcp { src_port: 1, dst_port: 2, ..Default::default() }.to_vec().unwrap();
    let bytes = udp(7100, &[&[6], &tcp[..]].concat());
    let packet = registry.parse(LayerKind::Ethernet, bytes.as_slice());
    assert_eq!(packet.to_string(), "Ethernet / Ipv4 / Udp / Wrapper / Tcp");
    let Some(Entry::Added(wrapper)) = packet.layers().nth(3) else { panic!("{packet}") };
    assert_eq!(Wrapper::view(wrapper.region()).unwrap().kind(), 6);
    assert_eq!(packet.transport().unwrap().name(), "Udp");
    assert_eq!(packet.at(Level::Transport).map(|layer| layer.name()).collect::<Vec<_>>(), ["Udp", "Wrapper", "Tcp"]);
    // Without the registry, there is no such layer.
    assert_eq!(Packet::parse(LayerKind::Ethernet, bytes.as_slice()).to_string(), "Ethernet / Ipv4 / Udp / 21 bytes");
}

#[test]
fn keys_that_are_taken_are_told_and_can_be_taken_over() {
    let (mut registry, wrapper) = with_wrapper();
    let conflict = registry.bind(Key::new("udp_port", 53), wrapper).unwrap_err();
    assert_eq!(conflict.to_string(), "udp_port 53 leads to Dns already");
    let conflict = registry.bind(Key::new("udp_port", 7100), Target::Known(LayerKind::Dns)).unwrap_err();
    assert_eq!(conflict.to_string(), "udp_port 7100 leads to Wrapper already");
    registry.bind(Key::new("udp_port", 7100), wrapper).unwrap();
    registry.decode_as(Key::new("udp_port", 53), wrapper);
    let bytes = udp(53, &[59]);
    assert_eq!(registry.parse(LayerKind::Ethernet, bytes.as_slice()).to_string(), "Ethernet / Ipv4 / Udp / Wrapper");
}

#[test]
fn an_earlier_key_that_pony_knows_comes_first() {
    let (registry, _) = with_wrapper();
    let both = Udp { src_port: 7100, dst_port: 123, ..Default::default() };
    let bytes = (Ipv4::default() / both / [0x23; 48]).to_vec().unwrap();
    assert_eq!(registry.parse(LayerKind::Ipv4, bytes.as_slice()).to_string(), "Ipv4 / Udp / Ntp");
    let other = Udp { src_port: 123, dst_port: 7100, ..Default::default() };
    let bytes = (Ipv4::default() / other / [59]).to_vec().unwrap();
    assert_eq!(registry.parse(LayerKind::Ipv4, bytes.as_slice()).to_string(), "Ipv4 / Udp / Wrapper");
}

#[test]
fn probes_find_what_no_key_leads_to_the_surest_first() {
    let (mut registry, wrapper) = with_wrapper();
    registry.probe(wrapper, &["udp_port"], |region| u32::from(region.bytes().first() == Some(&59)));
    registry.probe(Target::Known(LayerKind::Dns), &[], |region| 2 * u32::from(region.bytes().len() == 12));
    let read = |payload: &[u8]| registry.parse(LayerKind::Ethernet, udp(9, payload).as_slice()).to_string();
    assert_eq!(read(&[59, 1]), "Ethernet / Ipv4 / Udp / Wrapper / 1 bytes");
    assert_eq!(read(&[&[59][..], &[0; 11]].concat()), "Ethernet / Ipv4 / Udp / Dns");
    assert_eq!(read(&[1, 2]), "Ethernet / Ipv4 / Udp / 2 bytes");
    let segment =
        (Ipv4::default() / Tcp { src_port: 9, dst_port: 9, ..Default::default() } / [59, 1]).to_vec().unwrap();
    assert_eq!(
        registry.parse(LayerKind::Ipv4, segment.as_slice()).to_string(),
        "Ipv4 / Tcp / 2 bytes",
        "another table"
    );
}

#[test]
fn flags_of_a_number_that_begins_with_its_lowest_byte_are_set() {
    let mut registry = Registry::new();
    let sensor = "module my.sensor endian little; use pony.net.{udp_port};
                  flags State : u16 { _: u4, mode: u6, _: u5, alarm }
                  layer Sensor { state: State; } bind udp_port { 7000 => Sensor; }
                  test law roundtrip Sensor; test Sensor hex\"0100\" { state.alarm; }";
    registry.define("sensor.pony", sensor).unwrap();
    let mut packet = Arc::new(registry).packet_buf(Target::Known(LayerKind::Ethernet), udp(7000, &[0x01, 0xf0]));
    // The mode is in both bytes.
    for (flag, value, bytes) in [("mode", "0b101101", [0x41, 0xfb]), ("alarm", "false", [0x40, 0xfb])] {
        let path = format!("sensor.state.{flag}").parse().unwrap();
        packet.set(&path, &value.into(), Keep::Right).unwrap();
        assert!(packet.bytes().ends_with(&bytes), "{flag}: {:02x?}", packet.bytes());
        assert_eq!(packet.packet().has(&path, &value.into()), Ok(true));
    }
}

#[test]
fn checksums_of_compiled_layers_are_told_and_kept() {
    let mut registry = Registry::new();
    for (port, layer) in [(7003, compiled!(Seal)), (7004, compiled!(Lid))] {
        let target = registry.add(layer, Level::Application);
        registry.bind(Key::new("udp_port", port), target).unwrap();
    }
    let registry = Arc::new(registry);
    // The sum of the words is all ones.
    for (port, path, bytes, changed) in [
        (7003, "seal.strength", [0, 1, 0xff, 0xfb, 0, 3], [0, 9, 0xff, 0xf3, 0, 3]),
        (7004, "lid.turns", [0xff, 0xfb, 0, 1, 0, 3], [0xff, 0xf3, 0, 9, 0, 3]),
    ] {
        let mut packet = registry.packet_buf(Target::Known(LayerKind::Ethernet), udp(port, &bytes));
        let verdicts = |packet: &PacketBuf| -> Vec<_> {
            let checksums = packet.packet().verify_checksums();
            checksums.iter().map(|one| (one.layer, one.is_right())).collect()
        };
        assert_eq!(verdicts(&packet), [(1, true), (2, true), (3, true)], "{path}");
        packet.set(&path.parse().unwrap(), &"9".into(), Keep::Right).unwrap();
        assert!(packet.bytes().ends_with(&changed), "{path}: {:02x?}", packet.bytes());
        packet.set(&path.parse().unwrap(), &"7".into(), Keep::AsTheyAre).unwrap();
        assert_eq!(verdicts(&packet), [(1, true), (2, false), (3, false)], "{path}");
        assert_eq!(packet.fix_checksums(), 2);
        assert!(port == 7003 || Lid::parse(packet.bytes().get(42..).unwrap()).unwrap().checksum == 0xfff5);
        assert_eq!(verdicts(&packet), [(1, true), (2, true), (3, true)], "{path}");
    }
}

#[test]
fn layers_of_a_registry_are_taken_out() {
    let (registry, wrapper) = with_wrapper();
    let registry = Arc::new(registry);
    let tcp = Tcp { src_port: 1, dst_port: 2, ..Default::default() }.to_vec().unwrap();
    let ip = |protocol, payload: &[u8]| {
        (Ethernet::default() / Ipv4 { protocol: Field::Set(protocol), ..Default::default() } / payload)
            .to_vec()
            .unwrap()
    };
    // Upon a datagram, with a known layer upon it: length and checksum of the datagram follow.
    let mut packet = registry.packet_buf(Target::Known(LayerKind::Ethernet), udp(7100, &[&[6], &tcp[..]].concat()));
    assert_eq!(packet.packet().to_string(), "Ethernet / Ipv4 / Udp / Wrapper / Tcp");
    assert_eq!(packet.strip("wrapper", Keep::Right).unwrap(), 1);
    let read = Packet::parse(LayerKind::Ethernet, packet.bytes()).to_string();
    assert_eq!(read, "Ethernet / Ipv4 / Udp / 20 bytes");
    let verdicts: Vec<_> = Packet::parse(LayerKind::Ethernet, packet.bytes()).verify_checksums();
    assert!(verdicts.len() == 2 && verdicts.iter().all(|one| one.is_right()), "{verdicts:?}");
    assert_eq!(packet.strip("wrapper", Keep::Right).unwrap(), 1, "the key leads there still");
    // Two upon each other right upon IP, whose key follows from what it carries then.
    let mut other = (*registry).clone();
    other.bind(Key::new("ip_protocol", 253), wrapper).unwrap();
    let bytes = ip(IpProtocol(253), &[&[253, 6], &tcp[..]].concat());
    let mut packet = Arc::new(other).packet_buf(Target::Known(LayerKind::Ethernet), bytes);
    assert_eq!(packet.packet().to_string(), "Ethernet / Ipv4 / Wrapper / Wrapper / Tcp");
    assert_eq!(packet.strip("wrapper", Keep::AsTheyAre).unwrap(), 2);
    assert!(packet.bytes().ends_with(&tcp) && packet.bytes().len() == 14 + 20 + 20);
    assert_eq!(packet.strip("seal", Keep::Right).unwrap(), 0);
    // Upon a known layer that stands upon another one of the registry: all that is below stays.
    let mut other = (*registry).clone();
    let lid = other.add(compiled!(Lid), Level::Application);
    other.bind(Key::new("tcp_port", 7004), lid).unwrap();
    let segment = (Tcp { src_port: 1, dst_port: 7004, ..Default::default() } / [0, 0, 0, 1]).to_vec().unwrap();
    let inner = [&[6], &segment[..]].concat();
    let mut packet = Arc::new(other).packet_buf(Target::Known(LayerKind::Ethernet), udp(7100, &inner));
    assert_eq!(packet.packet().to_string(), "Ethernet / Ipv4 / Udp / Wrapper / Tcp / Lid");
    assert_eq!(packet.strip("lid", Keep::Right).unwrap(), 1);
    assert_eq!(packet.packet().to_string(), "Ethernet / Ipv4 / Udp / Wrapper / Tcp");
    assert!(packet.bytes().ends_with(&inner[..21]));
    // With nothing below it, it can't be taken out.
    let mut alone = registry.packet_buf(wrapper, vec![59]);
    assert!(alone.strip("wrapper", Keep::Right).is_err() && alone.bytes() == [59]);
}

#[test]
fn what_a_definition_carries_may_be_compiled() {
    let (mut registry, wrapper) = with_wrapper();
    registry.bind(Key::new("ip_protocol", 253), wrapper).unwrap();
    let outer = "module my.outer; use pony.net.{IpProtocol, ip_protocol, udp_port};
                 layer Outer { kind: IpProtocol; payload: next from ip_protocol[kind]; }
                 bind udp_port { 7000 => Outer; } test law roundtrip Outer; test Outer hex\"01\" { kind == ICMP; }";
    registry.define("outer.pony", outer).unwrap();
    let bytes = udp(7000, &[253, 59]);
    assert_eq!(registry.parse(LayerKind::Ethernet, &bytes[..]).to_string(), "Ethernet / Ipv4 / Udp / Outer / Wrapper");
}

#[test]
fn a_definition_may_use_those_that_were_read_before() {
    let mut registry = Registry::new();
    let first = "module my.outer; use pony.net.{udp_port}; table inner: u8; layer Outer { kind: u8; payload: next from inner[kind]; }
                 bind udp_port { 7000 => Outer; } test law roundtrip Outer; test Outer hex\"01\" { kind == 1; }";
    registry.define("outer.pony", first).unwrap();
    let second = "module my.inner; use my.outer.{inner}; layer Inner { value: u16; } bind inner { 7 => Inner; }
                  test law roundtrip Inner; test Inner hex\"0001\" { value == 1; }";
    registry.define("inner.pony", second).unwrap();
    let registry = Arc::new(registry);
    let packet = registry.describe("Ipv4 {} / Udp {} / Outer {} / Inner { value = 9 }").unwrap();
    assert_eq!(packet.packet().to_string(), "Ipv4 / Udp / Outer / Inner");
    assert!(
        registry.describe("Outer { kind = 3 }").unwrap().first().is_none(),
        "it begins with a layer of the registry"
    );
}

#[test]
fn layers_upon_themselves_end() {
    let (mut registry, wrapper) = with_wrapper();
    registry.bind(Key::new("ip_protocol", 253), wrapper).unwrap();
    let bytes = udp(7100, &[253; 1000]);
    let packet = registry.parse(LayerKind::Ethernet, bytes.as_slice());
    assert_eq!(packet.layers().filter(|layer| matches!(layer, Entry::Added(_))).count(), 16);
    assert_eq!(packet.payload().len(), 1000 - 16);
}

#[test]
fn definitions_with_mistakes_or_taken_keys_are_refused_and_change_nothing() {
    let mut registry = Registry::new();
    let mut refused = |text: &str| registry.define("my.pony", text).unwrap_err().to_string();
    assert!(refused("module my.x; layer X { a: u99; }").contains("my.pony:1:"));
    let taken =
        "module my.x; use pony.net.{udp_port}; layer X { a: u8; } bind udp_port { 53 => X; } test law roundtrip X;
                 test X hex\"01\" { a == 1; }";
    assert!(refused(taken).contains("53"), "{}", refused(taken));
    let bytes = udp(53, &[0; 12]);
    assert_eq!(registry.parse(LayerKind::Ethernet, bytes.as_slice()).to_string(), "Ethernet / Ipv4 / Udp / Dns");
}

#[test]
fn probes_and_guards_of_definitions_look_at_payloads() {
    let mut registry = Registry::new();
    let text = "module my.x;
        use pony.net.{udp_port, ip_protocol};
        layer Loud { a: u8; text: bytes; }
        layer Sure { a: u8; b: u8; text: bytes; }
        layer Even { a: u8; text: bytes; }
        layer Odd { a: u8; text: bytes; }
        probe Loud { a == 0xee } score 1;
        probe Sure { a == 0xee && b == 0xff } score 2;
        bind udp_port { 7000 => Even if rest[0] & 1 == 0; 7000 => Odd; }
        bind ip_protocol { 200 .. 252 => Even if rest.len > 3; }
        test law roundtrip Loud; test Loud hex\"ee\" { a == 0xee; }
        test law roundtrip Sure; test Sure hex\"eeff\" { b == 0xff; }
        test law roundtrip Even; test Even hex\"02\" { a == 2; }
        test law roundtrip Odd; test Odd hex\"01\" { a == 1; }";
    registry.define("my.pony", text).unwrap_or_else(|error| panic!("{error}"));
    let read =
        |port: u16, payload: &[u8]| registry.parse(LayerKind::Ethernet, udp(port, payload).as_slice()).to_string();
    assert_eq!(read(9000, &[0xee, 1]), "Ethernet / Ipv4 / Udp / Loud");
    assert_eq!(read(9000, &[0xee, 0xff]), "Ethernet / Ipv4 / Udp / Sure");
    assert_eq!(read(9000, &[0xef, 0xff]), "Ethernet / Ipv4 / Udp / 2 bytes");
    assert_eq!(read(7000, &[2, 3]), "Ethernet / Ipv4 / Udp / Even");
    assert_eq!(read(7000, &[3, 3]), "Ethernet / Ipv4 / Udp / Odd");
    let ip = |protocol: u8, payload: &[u8]| {
        let bytes =
            (Ethernet::default() / Ipv4 { protocol: Field::Set(IpProtocol(protocol)), ..Default::default() } / payload)
                .to_vec()
                .unwrap();
        registry.parse(LayerKind::Ethernet, bytes.as_slice()).to_string()
    };
    assert_eq!(ip(200, &[0; 4]), "Ethernet / Ipv4 / Even");
    assert_eq!(ip(200, &[0; 3]), "Ethernet / Ipv4 / 3 bytes");
    assert_eq!(ip(253, &[0; 4]), "Ethernet / Ipv4 / 4 bytes");
}

/// What is interpreted beside compiled layers has the fields that the compiled layer has.
#[test]
fn interpreted_layers_show_what_compiled_ones_show() {
    let mut registry = Registry::new();
    for (name, table, keys) in [
        ("Dns", "udp_port", &[53][..]),
        ("Mdns", "udp_port", &[5353]),
        ("Ntp", "udp_port", &[123]),
        ("Dhcp", "udp_port", &[67, 68]),
        ("Vxlan", "udp_port", &[4789]),
        ("Arp", "ether_type", &[0x0806]),
        ("Vlan", "ether_type", &[0x8100]),
        ("Ipv4", "ether_type", &[0x0800]),
        ("Gre", "ip_protocol", &[47]),
    ] {
        let layer = Interpreted::new(protocols(), name).unwrap();
        let target = registry.add_interpreted(layer);
        keys.iter().for_each(|&key| registry.decode_as(Key::new(table, key), target));
    }
    let mut interpreted = 0;
    let names = |packet: &Packet<'_>| packet.layers().map(|layer| layer.name().to_owned()).collect::<Vec<_>>();
    for path in captures_below(&root().join("tests/captures")) {
        let mut capture = Reader::new(File::open(&path).unwrap()).unwrap();
        while let Some(record) = capture.next().unwrap() {
            let (compiled, both) = (Packet::captured(&record), registry.captured(&record));
            assert_eq!(names(&compiled), names(&both), "{path:?}, frame {}", record.frame);
            let found = diff(&compiled, &both);
            assert!(found.is_empty(), "{path:?}, frame {}: {found:?}", record.frame);
            interpreted += both.layers().filter(|layer| matches!(layer, Entry::Added(_))).count();
        }
    }
    assert!(interpreted > 1000, "{interpreted} layers");
}
