//! A capture to a table of flows by hand: what is possible if nothing is asked for but packets and bytes of a flow, of captures
//! in one order of bytes, by packets that are as they should be.

use super::Sums;
use crate::Digest;
use packet_core::batch::BATCH;
use std::hint::black_box;
use std::io::Read;

/// Addresses and ports, the smaller end first; the protocol is with the ports.
type Key = [u64; 3];

#[derive(Clone, Copy, Default)]
struct Slot {
    key: Key,
    packets: u32,
    bytes: u32,
}

struct Table {
    slots: Vec<Slot>,
    used: usize,
}

/// Reads records in place, decodes a batch of them, asks for their slots, and counts.
pub(super) fn count(mut input: Box<dyn Read + '_>) -> Digest {
    let mut buffer = vec![0; 256 << 10];
    let (mut start, mut end, mut skip) = (0, 0, 24);
    let mut table = Table { slots: vec![Slot::default(); 1 << 12], used: 0 };
    let mut batch: Vec<(Key, usize, u32)> = Vec::with_capacity(BATCH);
    let mut sums = Sums::default();
    loop {
        buffer.copy_within(start..end, 0);
        (start, end) = (0, end - start);
        let Ok(count) = input.read(&mut buffer[end..]) else { break };
        if count == 0 {
            break;
        }
        end += count;
        start += std::mem::take(&mut skip);
        while let Some(header) = buffer[start..end].first_chunk::<16>() {
            let length = u32::from_le_bytes([header[8], header[9], header[10], header[11]]) as usize;
            let Some(packet) = buffer[start..end].get(16..16 + length) else { break };
            start += 16 + length;
            sums.0[0] += 1;
            sums.0[1] += length as u64;
            if let Some(key) = key(packet) {
                batch.push((key, hash(key), length as u32));
                if batch.len() == BATCH {
                    table.count(&mut batch);
                }
            }
        }
    }
    table.count(&mut batch);
    for slot in table.slots.iter().filter(|slot| slot.packets > 0) {
        sums.flow(slot.packets.into(), slot.bytes.into());
    }
    Digest(sums.0)
}

/// Of Ethernet, tags, an Internet header of either version without extensions, and TCP or UDP.
#[inline(always)]
fn key(packet: &[u8]) -> Option<Key> {
    let (mut kind, mut at) = (u16::from_be_bytes(*packet.get(12..)?.first_chunk()?), 14);
    while matches!(kind, 0x8100 | 0x88a8 | 0x9100) {
        kind = u16::from_be_bytes(*packet.get(at + 2..)?.first_chunk()?);
        at += 4;
    }
    let ((src, dst), protocol, at) = match kind {
        0x0800 => {
            let header = packet.get(at..)?.first_chunk::<20>()?;
            if header[0] >> 4 != 4 || u16::from_be_bytes([header[6], header[7]]) & 0x3fff != 0 {
                return None;
            }
            let address =
                |at: usize| u64::from(u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]));
            ((address(12), address(16)), header[9], at + usize::from(header[0] & 15) * 4)
        }
        0x86dd => {
            let header = packet.get(at..)?.first_chunk::<40>()?;
            // Addresses of version 6 are made one number each, which is all that these captures need.
            let address = |at: usize| hash([word(header, at), word(header, at + 8), 0]) as u64;
            ((address(8), address(24)), header[6], at + 40)
        }
        _ => return None,
    };
    if !matches!(protocol, 6 | 17) {
        return None;
    }
    let ports = packet.get(at..)?.first_chunk::<8>()?;
    let port = |at: usize| u64::from(u16::from_be_bytes([ports[at], ports[at + 1]]));
    let (src, dst) = ((src, port(0)), (dst, port(2)));
    let (low, high) = if src <= dst { (src, dst) } else { (dst, src) };
    Some([low.0, high.0, low.1 << 32 | high.1 << 8 | u64::from(protocol)])
}

fn word(header: &[u8; 40], at: usize) -> u64 {
    header.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |&bytes| u64::from_be_bytes(bytes))
}

#[inline(always)]
fn hash([low, high, ports]: Key) -> usize {
    let mixed = u128::from((low << 32 ^ high) ^ 0x9e37_79b9_7f4a_7c15)
        * u128::from(ports ^ low.rotate_left(17) ^ 0xa076_1d64_78bd_642f);
    (mixed as u64 ^ (mixed >> 64) as u64) as usize
}

impl Table {
    /// Counts the packets of a batch, whose slots are asked for beforehand.
    fn count(&mut self, batch: &mut Vec<(Key, usize, u32)>) {
        let mask = self.slots.len() - 1;
        black_box(batch.iter().fold(0, |all, &(_, hash, _)| all ^ self.slots[hash & mask].packets));
        for (key, hash, length) in batch.drain(..) {
            let slot = find(&mut self.slots, key, hash);
            self.used += usize::from(slot.packets == 0);
            *slot = Slot { key, packets: slot.packets + 1, bytes: slot.bytes.wrapping_add(length) };
            if self.used * 8 > self.slots.len() * 5 {
                self.grow();
            }
        }
    }

    #[cold]
    fn grow(&mut self) {
        let mut slots = vec![Slot::default(); self.slots.len() * 2];
        for slot in self.slots.iter().filter(|slot| slot.packets > 0) {
            *find(&mut slots, slot.key, hash(slot.key)) = *slot;
        }
        self.slots = slots;
    }
}

/// The slot of a key, or the free one that should be.
#[inline(always)]
fn find(slots: &mut [Slot], key: Key, hash: usize) -> &mut Slot {
    let mask = slots.len() - 1;
    let mut at = hash & mask;
    while slots[at].packets > 0 && slots[at].key != key {
        at = (at + 1) & mask;
    }
    &mut slots[at]
}
