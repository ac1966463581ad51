//! Packets to test with: changed by chance, and from captures.

#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use crate::fuzz::seeds::link_layer;
use packet_runtime::file::Reader as FileReader;
use packet_schema::Schema;
use packet_schema::model::CompositeId;
use std::fs;
use std::path::{Path, PathBuf};

/// Numbers that look random, and are the same in every run.
pub struct Chance(pub u64);

impl Chance {
    /// A number below another one, which is taken for 1 where it is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    /// A byte, small ones more often than not.
    pub fn byte(&mut self) -> u8 {
        match self.below(3) {
            0 => self.below(256) as u8,
            1 => self.below(16) as u8,
            _ => [0, 1, 4, 0xff, 0x45, 0x80][self.below(6)],
        }
    }

    /// A packet with some bytes changed.
    pub fn change(&mut self, packet: &[u8]) -> Vec<u8> {
        let mut changed = packet.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(changed.len());
            let byte = self.byte();
            if let Some(place) = changed.get_mut(at) {
                *place = if self.below(2) == 0 { byte } else { *place ^ 1 << self.below(8) };
            }
        }
        changed
    }
}

/// All captures in a folder and those in it, sorted; none where there is no such folder.
pub fn captures_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    if folder.is_file() {
        found.push(folder.to_owned());
    }
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(captures_below(&path));
        } else if path.extension().is_some_and(|kind| kind == "pcap" || kind == "pcapng" || kind == "cap") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Hands over packets of captures, or of a single one, so many of each: the layer each begins with, its bytes, and how many they were.
pub fn each_captured(schema: &Schema, folder: &Path, most: u64, mut take: impl FnMut(CompositeId, &[u8], usize)) {
    for path in captures_below(folder) {
        let Ok(mut file) = FileReader::new(fs::File::open(&path).unwrap()) else { continue };
        while let Ok(Some(packet)) = file.next() {
            if let Some(start) = link_layer(schema, packet.link_type.0) {
                take(start, packet.data, (packet.origlen as usize).max(packet.data.len()));
            }
            if packet.frame >= most {
                break;
            }
        }
    }
}
