//! Layers that are added when the program runs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use packet_core::{Layer as _, Level, Payload};
use packet_derive::Layer;
use packet_protocols::craft::{Ethernet, Ipv4, Packet as _, Tcp, Udp};
use packet_protocols::stack::LayerKind;
use packet_runtime::compiled;
use packet_runtime::file::Reader;
use packet_runtime::packet::{Entry, Interpreted, Key, Packet, Registry, Target, diff};
use pony_tests::definitions::protocols;
use pony_tests::packets::captures_below;
use pony_tests::root;
use std::fs::File;

/// A header that says by a key of the Internet what it carries.
#[derive(Layer)]
struct Wrapper<'a> {
    kind: u8,
    #[layer(next(ip_protocol[kind]))]
    payload: Payload<'a>,
}

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
    registry.probe(wrapper, |region| u32::from(region.bytes().first() == Some(&59)));
    registry.probe(Target::Known(LayerKind::Dns), |region| 2 * u32::from(region.bytes().len() == 12));
    let read = |payload: &[u8]| registry.parse(LayerKind::Ethernet, udp(9, payload).as_slice()).to_string();
    assert_eq!(read(&[59, 1]), "Ethernet / Ipv4 / Udp / Wrapper / 1 bytes");
    assert_eq!(read(&[&[59][..], &[0; 11]].concat()), "Ethernet / Ipv4 / Udp / Dns");
    assert_eq!(read(&[1, 2]), "Ethernet / Ipv4 / Udp / 2 bytes");
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
    let probed = "module my.x; layer X { a: u8; } probe X { a == 1 } score 1; test law roundtrip X; test X hex\"01\" { a == 1; }";
    assert_eq!(refused(probed), "what leads to `X` looks at the payload: give it a key");
    let bytes = udp(53, &[0; 12]);
    assert_eq!(registry.parse(LayerKind::Ethernet, bytes.as_slice()).to_string(), "Ethernet / Ipv4 / Udp / Dns");
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
