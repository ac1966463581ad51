//! What the generated code gives to serde is what `pony dissect --json` prints, and what it shows people is what `--tree` does.

#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

mod common;

use common::{root, run};
use packet_core::{BitPlace, Error, FieldInfo, FieldValue, FieldVisitor, Fields, Group, Region};
use packet_protocols::packet::Packet;
use packet_protocols::stack::{Layer, tables};
use packet_runtime::file::Reader;
use serde_json::Value;
use std::fs::{self, File};
use std::path::PathBuf;

/// Fields that take what the layers above leave: views don't keep them.
const TRAILING: &[(&str, &str)] = &[
    ("Ethernet", "padding"),
    ("LinuxSll", "padding"),
    ("LinuxSll2", "padding"),
    ("Dhcp", "padding"),
    ("Dns", "rest_of_message"),
    ("Mdns", "rest_of_message"),
    ("Llmnr", "rest_of_message"),
    ("Quic", "coalesced"),
    ("Quic", "fill"),
];

fn captures() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("tests/captures")).unwrap();
    let mut captures: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    captures.retain(|path| path.extension().is_some_and(|kind| kind == "pcap" || kind == "pcapng"));
    captures.sort();
    captures
}

/// Hands over every packet of a capture whose link layer is known here, with its position.
fn each_packet(path: &PathBuf, mut take: impl FnMut(usize, &Packet<'_>)) {
    let mut file = Reader::new(File::open(path).unwrap()).unwrap();
    let mut index = 0;
    while let Some(packet) = file.next().unwrap() {
        let origlen = (packet.origlen as usize).max(packet.data.len());
        let region = Region::captured(packet.data, origlen);
        let kind = tables::link_type(packet.link_type.0, region);
        if let Some(packet) = kind.and_then(|kind| Packet::parse(kind, region).ok()) {
            take(index, &packet);
        }
        index += 1;
    }
}

#[test]
fn fields_are_serialized_as_the_command_prints_them() {
    let mut compared = 0;
    for path in captures() {
        let printed = run(&["dissect", "--json", path.to_str().unwrap()]).out;
        let lines: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        each_packet(&path, |index, packet| {
            let whole = lines[index]["error"].is_null() && packet.begun().is_none();
            let expected = lines[index]["layers"].as_array().unwrap();
            if !whole || expected.len() != packet.count() {
                return;
            }
            for (expected, layer) in expected.iter().zip(packet.layers()) {
                let mut expected = expected.clone();
                for (_, field) in TRAILING.iter().filter(|(name, _)| *name == layer.kind().name()) {
                    expected["fields"].as_object_mut().unwrap().remove(*field);
                }
                let mut found: Value = serde_json::from_str(&serde_json::to_string(&layer).unwrap()).unwrap();
                // What a trailing field takes is of the layer, where nothing else follows.
                if TRAILING.iter().any(|(name, _)| *name == layer.kind().name()) {
                    expected.as_object_mut().unwrap().remove("length");
                    found.as_object_mut().unwrap().remove("length");
                }
                assert_eq!(found, expected, "{} of {}, packet {}", layer.kind().name(), path.display(), index + 1);
                compared += 1;
            }
        });
    }
    assert!(compared > 4000, "{compared}");
}

/// The values of a layer's own fields, as they are shown.
struct Shown(Vec<(&'static str, String)>);

impl FieldVisitor for Shown {
    fn value(&mut self, field: &'static FieldInfo, place: BitPlace, value: FieldValue<'_>) {
        if !matches!(value, FieldValue::Payload(_)) {
            self.0.push((field.name, field.show(value, place.bits).to_string()));
        }
    }

    fn enter(&mut self, _: Group) {}

    fn leave(&mut self) {}

    fn error(&mut self, _: &Error) {}
}

fn shown(layer: &Layer<'_>) -> Vec<(&'static str, String)> {
    let mut shown = Shown(Vec::new());
    layer.fields(&mut shown);
    shown.0
}

#[test]
fn values_are_shown_as_the_tree_shows_them() {
    let mut compared = 0;
    for path in captures() {
        let printed = run(&["dissect", "--tree", path.to_str().unwrap()]).out;
        let frames: Vec<&str> = printed.split("\nPacket ").collect();
        each_packet(&path, |index, packet| {
            let frame = frames[index];
            for (name, value) in packet.layers().flat_map(|layer| shown(&layer)) {
                let there = frame.lines().any(|line| line.contains(&value));
                assert!(there, "{name}: {value} is not in\nPacket {frame}");
                compared += 1;
            }
        });
    }
    assert!(compared > 20_000, "{compared}");
}

#[test]
fn a_layer_is_shown_on_one_line() {
    let path = root().join("tests/captures/ping.pcapng");
    let mut line = String::new();
    each_packet(&path, |_, packet| {
        if let (true, Some(layer)) = (line.is_empty(), packet.layers().find(|layer| layer.kind().name() == "Icmp")) {
            line = layer.to_string();
        }
    });
    assert!(line.starts_with("Icmp { type: ") && line.ends_with('}') && !line.contains('\n'), "{line}");
}
