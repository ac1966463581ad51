//! Reads a packet of the protocol that `thermometer.pony` describes.

include!(concat!(env!("OUT_DIR"), "/layers.rs"));

fn main() -> Result<(), packet_core::Error> {
    let packet = [1, 0, 0, 0, 2, 0x08, 0x00, 0xff, 0xfe];
    let view = thermometer::Thermometer::parse(&packet)?;
    println!("reading {} of {:#06x}: {}", view.sequence(), view.network().0, view.reading());
    Ok(())
}
