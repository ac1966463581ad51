//! Reads and writes packets of the protocol that `thermometer.pony` describes.

include!(concat!(env!("OUT_DIR"), "/layers.rs"));

use craft::{Ipv4, Packet, Thermometer, Udp};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let packet = [1, 0, 0, 0, 2, 0x08, 0x00, 0xff, 0xfe];
    let view = thermometer::Thermometer::parse(&packet)?;
    println!("reading {} of {:#06x}: {}", view.sequence(), view.network().0, view.reading());

    // Upon other layers: the length, the checksum and what is carried follow.
    let answer = Thermometer { sequence: 2, reading: 21, ..Thermometer::from(&view) };
    let packet = (Ipv4::default() / Udp { dst_port: 7000, ..Default::default() } / answer).to_vec()?;
    let read = craft::read(stack::LayerKind::Ipv4, &packet[..])?;
    println!("{} bytes: {:?}", packet.len(), read.layers.last().map(|placed| &placed.layer));
    Ok(())
}
