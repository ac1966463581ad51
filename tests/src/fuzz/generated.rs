//! Any packet, read by any definition.

use super::bytes::Bytes;
use super::generate::definition;
use super::packet::{from_nothing, starts, there_and_back};
use super::schema::checked;
use packet_codegen::text::parse;
use packet_schema::interp::Reader;

/// Most composites that one packet is read as.
const MOST: usize = 6;

/// At how many of its first bytes the packet begins, one after the other: a definition costs more than reading does.
const OFFSETS: usize = 8;

/// Makes a definition of as many bytes as the first two say, and reads what follows as its layers and structs.
///
/// # Panics
///
/// Something panics, or what was read builds other bytes.
pub fn generated(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let text = definition(&mut Bytes::new(bytes.counted()));
    let cut = usize::from(bytes.byte());
    let packet = bytes.rest();
    let (module, findings) = parse(0, &text);
    assert_eq!(findings, [], "{text}");
    let Some(schema) = checked(&text, &[module]).schema else { return };
    let reader = Reader::new(&schema);
    for start in starts(&schema).into_iter().rev().take(MOST) {
        from_nothing(&reader, start);
        for offset in 0..OFFSETS {
            let Some(packet) = packet.get(offset..) else { break };
            there_and_back(&reader, start, packet, packet.len() + cut);
        }
    }
}
