//! Any packet, read by the definitions that come with Pony.

use super::bytes::Bytes;
use super::packet::{starts, there_and_back};
use crate::definitions::protocols;
use packet_schema::interp::Reader;
use packet_schema::model::CompositeId;
use std::sync::LazyLock;

/// What a packet may begin with.
static STARTS: LazyLock<Vec<CompositeId>> = LazyLock::new(|| starts(protocols()));
static READER: LazyLock<Reader<'static>> = LazyLock::new(|| Reader::new(protocols()));

/// Reads a packet, shows it, and builds it again. The first two bytes say what it begins with, and the third how many bytes
/// were cut off its end.
///
/// # Panics
///
/// Something panics, or what was read builds other bytes.
pub fn interpreter(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let start = usize::from(u16::from_be_bytes([bytes.byte(), bytes.byte()]));
    let cut = usize::from(bytes.byte());
    let Some(start) = STARTS.get(start % STARTS.len()) else { return };
    let packet = bytes.rest();
    there_and_back(&READER, *start, packet, packet.len() + cut);
}

/// The bytes by which a packet is read.
pub(super) fn input(start: CompositeId, packet: &[u8]) -> Option<Vec<u8>> {
    let position = u16::try_from(STARTS.iter().position(|each| *each == start)?).ok()?;
    Some([position.to_be_bytes().as_slice(), &[0], packet].concat())
}
