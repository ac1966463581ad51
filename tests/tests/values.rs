//! Values made of what was read give the same bytes again: of every layer that a generated reader reads, and of whole stacks;
//! and where nothing is wrong with a packet, with everything derived that can be.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a failing test may panic, and says what it saw")]

use packet_core::Region;
use packet_core::craft::Packet;
use packet_protocols::craft;
use packet_protocols::stack::{Layer, LayerKind};
use packet_schema::interp::{Builder, Dissection, Reader, to_value};
use packet_schema::model::CompositeId;
use pony_tests::definitions::{hex, protocols};
use pony_tests::fuzz::seeds::vectors;
use pony_tests::packets::{Chance, each_captured};
use pony_tests::root;
use std::collections::BTreeMap;
use std::path::Path;

/// What was found: how much is right, and each difference with how often, and an example.
#[derive(Default)]
struct Seen {
    packets: usize,
    layers: usize,
    derived: usize,
    faults: BTreeMap<String, (usize, String)>,
}

impl Seen {
    fn fault(&mut self, what: String, example: String) {
        let (count, first) = self.faults.entry(what).or_default();
        *count += 1;
        if first.is_empty() || example.len() < first.len() {
            *first = example;
        }
    }

    /// A packet whose outermost layer is of that kind.
    fn check(&mut self, reader: &Reader<'_>, found: &mut Dissection, start: CompositeId, data: &[u8], origlen: usize) {
        let name = &reader.schema()[start].name;
        let Some(kind) = LayerKind::ALL.iter().find(|kind| kind.name() == name) else { return };
        let region = Region::captured(data, origlen);
        let Ok(layers) = craft::read(*kind, region) else { return };
        self.packets += 1;
        self.layers += layers.layers.len();
        let whole = Layer::parse(*kind, region).unwrap().region().bytes();
        let mut written = vec![0x55; layers.packet_len()];
        let name =
            |placed: &craft::AnyLayer<'_>| format!("{placed:?}").split('(').next().unwrap_or_default().to_owned();
        let stack: Vec<String> = layers.layers.iter().map(|placed| name(&placed.layer)).collect();
        let stack = stack.join(" / ");
        match layers.emit(&mut written) {
            Ok(_) if written.get(..whole.len()) == Some(whole) && data.starts_with(&written) => {}
            Ok(_) => self.fault(format!("{stack} differs"), format!("{}\n{}\n{layers:?}", hex(whole), hex(&written))),
            Err(error) => self.fault(format!("{stack}: {error}"), format!("{}\n{layers:?}", hex(whole))),
        }
        reader.read(found, start, data, origlen);
        if !found.anomalies.is_empty() || !found.errors.is_empty() || origlen > data.len() {
            return;
        }
        // What can be derived of a packet that is right, the interpreter derives alike.
        let schema = reader.schema();
        let mut value = to_value(schema, data, found);
        value.derive_all(schema);
        let expected = Builder::new(schema).build(&value).map(|built| built.bytes);
        if expected.as_ref().is_ok_and(|expected| expected != data) {
            return;
        }
        let mut derived = layers.clone();
        derived.layers.iter_mut().for_each(|placed| placed.layer.derive_all());
        self.derived += 1;
        match (derived.to_vec(), expected) {
            (Ok(bytes), Ok(expected)) if expected.starts_with(&bytes) => {}
            (Err(_), Err(_)) => {}
            (Ok(bytes), Ok(expected)) => {
                let example = format!("{}\n{}\n{}\n{layers:?}", hex(data), hex(&bytes), hex(&expected));
                self.fault(format!("{stack} derived differs"), example);
            }
            (Ok(_), Err(error)) => {
                self.fault(format!("{stack} derived: they can't: {}", error.words(schema)), hex(whole))
            }
            (Err(error), Ok(_)) => self.fault(format!("{stack} derived: {error}"), hex(whole)),
        }
    }

    /// Says what there is, and fails where it is anything.
    fn finish(self) {
        println!("{} packets, {} layers, {} derived", self.packets, self.layers, self.derived);
        for (what, (count, example)) in &self.faults {
            println!("{count} times: {what}\n{}", example.get(..3000).unwrap_or(example));
        }
        assert!(self.faults.is_empty(), "{} kinds of differences", self.faults.len());
    }
}

fn check_captures(folder: &Path, most: u64) -> Seen {
    let schema = protocols();
    let (reader, mut found, mut seen) = (Reader::new(schema), Dissection::default(), Seen::default());
    each_captured(schema, folder, most, |start, data, origlen| {
        seen.check(&reader, &mut found, start, data, origlen);
    });
    seen
}

#[test]
fn every_packet_of_the_captures() {
    let seen = check_captures(&root().join("tests/captures"), u64::MAX);
    assert!(seen.layers > 2000);
    seen.finish();
}

/// Captures that stand beside the repository, where there are any; a sample, so that it stays quick. `PONY_PACKETS` says how many
/// of each capture, for once.
#[test]
fn packets_of_the_corpus() {
    let most = std::env::var("PONY_PACKETS").ok().and_then(|most| most.parse().ok());
    check_captures(&root().join("../shared/corpus"), most.unwrap_or(40)).finish();
}

/// Every layer and struct of the vectors, and what becomes of them by chance: wrong checksums and lengths, options that nobody
/// knows, packets that are cut.
#[test]
fn every_vector_and_what_becomes_of_it() {
    let schema = protocols();
    let (reader, mut found, mut seen) = (Reader::new(schema), Dissection::default(), Seen::default());
    let mut chance = Chance(23);
    for (start, packet) in vectors(schema) {
        seen.check(&reader, &mut found, start, &packet, packet.len());
        for _ in 0..60 {
            let changed = chance.change(&packet);
            seen.check(&reader, &mut found, start, &changed, changed.len());
            let cut = changed.len() / 2;
            seen.check(&reader, &mut found, start, &changed[..cut], changed.len());
        }
    }
    seen.finish();
}
