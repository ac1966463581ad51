//! Two protocols of one's own, read inside a VXLAN tunnel: one is a Rust struct, the other a file that no compiler has seen.
//!
//! `cargo run -p pony-example-tunnel` prints every field of a packet that it makes up; with the path of a capture it prints
//! those of the capture's packets that have such layers.

#![allow(clippy::print_stdout, reason = "it prints what it reads")]

use packet_core::craft::Packet as _;
use packet_core::{Layer as _, Level, Payload};
use packet_derive::Layer;
use packet_protocols::craft::{EmitError, Ethernet, Ipv4, Udp, Vxlan};
use packet_protocols::stack::LayerKind;
use packet_runtime::compiled;
use packet_runtime::file::Reader;
use packet_runtime::packet::{Entry, Key, Packet, Registry};
use std::error::Error;
use std::fs::File;

/// Stations that can't reach the collector hand their messages to others, which put this in front.
#[derive(Layer, Debug)]
struct Relay<'a> {
    /// How many stations the message has passed.
    hops: u8,
    #[layer(bits = 8, reserved)]
    _reserved: (),
    /// The port that the message is for.
    port: u16,
    #[layer(next(udp_port[port]))]
    payload: Payload<'a>,
}

/// What is registered: no table is global, and nothing of Pony is compiled anew.
fn registry() -> Result<Registry, Box<dyn Error>> {
    let mut registry = Registry::new();
    registry.define("telemetry.pony", include_str!("telemetry.pony"))?;
    let relay = registry.add(compiled!(Relay), Level::Application);
    registry.bind(Key::new("udp_port", 7100), relay)?;
    Ok(registry)
}

/// A message of a station in an overlay network, passed on by another one.
fn made_up() -> Result<Vec<u8>, EmitError> {
    let readings = [0, 7, 2, 1, 0x08, 0x34, 2, 0x11, 0x94];
    let relay = Relay { hops: 1, port: 7001, ..Default::default() };
    let inner = Ethernet::default() / Ipv4::default() / Udp { src_port: 7100, dst_port: 7100, ..Default::default() };
    let outer = Ethernet::default() / Ipv4::default() / Udp { dst_port: 4789, ..Default::default() };
    (outer / Vxlan { vni: 42, ..Default::default() } / (inner / relay / readings)).to_vec()
}

/// The lines that are printed of a packet: its layers, then the fields of those that were added.
fn lines(packet: &Packet<'_>) -> Vec<String> {
    let mut lines = vec![packet.to_string()];
    for layer in packet.layers() {
        let Entry::Added(added) = layer else { continue };
        // A compiled layer is read as its type; fields of any layer are found by their paths.
        if let (true, Ok(relay)) = (added.name() == "Relay", Relay::view(added.region())) {
            lines.push(format!("  passed on by {} stations, for port {}", relay.hops(), relay.port()));
        }
    }
    let added = |key: &str| packet.layers().any(|layer| matches!(layer, Entry::Added(_)) && layer.key() == key);
    let fields = packet.shown().into_iter().filter(|(path, _)| added(path.layer()));
    lines.extend(fields.map(|(path, value)| format!("  {path} = {value}")));
    lines
}

fn main() -> Result<(), Box<dyn Error>> {
    let registry = registry()?;
    let Some(path) = std::env::args().nth(1) else {
        let bytes = made_up()?;
        lines(&registry.parse(LayerKind::Ethernet, bytes.as_slice())).iter().for_each(|line| println!("{line}"));
        return Ok(());
    };
    let mut capture = Reader::new(File::open(path)?)?;
    while let Some(record) = capture.next()? {
        let packet = registry.captured(&record);
        if packet.layers().any(|layer| matches!(layer, Entry::Added(_))) {
            lines(&packet).iter().for_each(|line| println!("{line}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test may panic")]

    use super::*;

    #[test]
    fn both_protocols_are_read_inside_the_tunnel() {
        let (registry, bytes) = (registry().unwrap(), made_up().unwrap());
        let packet = registry.parse(LayerKind::Ethernet, bytes.as_slice());
        assert_eq!(
            lines(&packet),
            [
                "Ethernet / Ipv4 / Udp / Vxlan / Ethernet / Ipv4 / Udp / Relay / Telemetry",
                "  passed on by 1 stations, for port 7001",
                "  relay.hops = 1",
                "  relay.port = 7001",
                "  telemetry.station = 7",
                "  telemetry.count = 2",
                "  telemetry.readings[0].quantity = temperature (1)",
                "  telemetry.readings[0].value = 2100",
                "  telemetry.readings[1].quantity = humidity (2)",
                "  telemetry.readings[1].value = 4500",
            ]
        );
    }

    #[test]
    fn a_message_that_is_cut_says_where() {
        let (registry, bytes) = (registry().unwrap(), made_up().unwrap());
        let packet = registry.parse(LayerKind::Ethernet, &bytes[..bytes.len() - 8]);
        assert_eq!(packet.error().unwrap().name, "Telemetry");
        assert!(packet.to_string().ends_with("Relay / Telemetry that can't be read"), "{packet}");
    }
}
