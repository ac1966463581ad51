//! What the generated code says of layers upon each other is what the interpreter says: which layer follows which, where,
//! what is not as it should be with it, and, where it says that nothing is wrong with a layer and those below it, that nothing
//! is.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a failing test may panic, and says what it saw")]

use packet_core::Region;
use packet_protocols::stack::{Below, Layer, LayerKind, Next};
use packet_schema::interp::{Anomaly, AnomalyKind, Dissection, NodeKind, Reader, View, words};
use packet_schema::model::CompositeId;
use pony_tests::definitions::{hex, protocols};
use pony_tests::fuzz::seeds::vectors;
use pony_tests::packets::{Chance, each_captured};
use pony_tests::root;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// As many layers as are read.
const MOST_LAYERS: usize = 64;

/// The layers upon each other, each in the first payload of the one before, and what is in the last one's.
fn stack<'a>(start: LayerKind, region: Region<'a>) -> (Vec<Layer<'a>>, Option<Next<'a>>) {
    let mut layers: Vec<Layer<'a>> = Vec::new();
    let mut next = Next::Layer(start, region);
    while let Next::Layer(kind, region) = next {
        match Layer::parse_upon(kind, region, &Below::Layers(&layers)) {
            Ok(layer) if layers.len() < MOST_LAYERS => layers.push(layer),
            _ => return (layers, None),
        }
        next = layers.last().unwrap().next();
    }
    (layers, Some(next))
}

/// What was found: each difference with how often, and an example.
#[derive(Default)]
struct Seen {
    layers: usize,
    /// Layers with which nothing is wrong, and of how many of them the generated code says so.
    right: (usize, usize),
    anomalies: usize,
    faults: BTreeMap<String, (usize, String)>,
}

impl Seen {
    fn check(&mut self, reader: &Reader<'_>, found: &mut Dissection, start: CompositeId, data: &[u8], origlen: usize) {
        let name = &reader.schema()[start].name;
        let Some(kind) = LayerKind::ALL.iter().find(|kind| kind.name() == name) else { return };
        reader.read(found, start, data, origlen);
        let view = View { schema: reader.schema(), data, dissection: found };
        let (layers, end) = stack(*kind, Region::captured(data, origlen));
        let (mut at, mut regular) = (0, true);
        for (index, layer) in layers.iter().enumerate() {
            self.layers += 1;
            let known = layer.is_regular(&Below::Layers(&layers[..index]));
            regular &= known;
            self.compare(&view, at, layer, (regular, known), data);
            let mut told = BTreeSet::new();
            layer.anomalies(&Below::Layers(&layers[..index]), &mut |anomaly| {
                told.insert(anomaly.name().to_owned());
            });
            self.anomalies(&view, at, layer, &told, data);
            let (expected, here) = (child(&view, at), layers.get(index + 1));
            match (expected, here) {
                (Some(child), Some(next)) => {
                    let node = &view.dissection.layers[child as usize];
                    let same = view.composite(node).name == next.kind().name() && node.start == next.region().offset();
                    if !same {
                        self.fault("another layer follows", layer, data);
                        return;
                    }
                    at = child;
                }
                (None, Some(_)) => return self.fault("nothing should follow", layer, data),
                (Some(_), None) if end.is_some() => return self.fault("something should follow", layer, data),
                _ => return,
            }
        }
    }

    /// Holds what is said of one layer against its anomalies and errors.
    fn compare(&mut self, view: &View<'_>, index: u32, layer: &Layer<'_>, (regular, known): (bool, bool), data: &[u8]) {
        let node = view.dissection.layers[index as usize];
        // Bytes that the layers above leave are no matter of the layer itself.
        let anomaly = view.dissection.anomalies.iter().find(|anomaly| {
            anomaly.layer == index && anomaly.kind != AnomalyKind::Unclaimed && !in_tail(view, anomaly)
        });
        let within = |node: u32, (from, to): (u32, u32)| from <= node && node < to;
        let error = view.dissection.errors.iter().find(|error| error.node.is_some_and(|at| within(at, node.nodes)));
        let wrong = match (anomaly, error) {
            (Some(anomaly), _) => Some(words::anomaly(view.schema, anomaly.kind)),
            (_, Some(error)) => Some(words::error(view.schema, error)),
            _ => None,
        };
        match (wrong, regular) {
            (Some(wrong), true) => self.fault(&format!("nothing is wrong, but {wrong}"), layer, data),
            (None, _) => {
                self.right.0 += 1;
                self.right.1 += usize::from(known);
            }
            (Some(_), false) => {}
        }
    }

    /// Compares the names of the anomalies of a layer that was read without errors.
    fn anomalies(&mut self, view: &View<'_>, index: u32, layer: &Layer<'_>, told: &BTreeSet<String>, data: &[u8]) {
        let nodes = view.dissection.layers[index as usize].nodes;
        let within = |node: u32| nodes.0 <= node && node < nodes.1;
        if view.dissection.errors.iter().any(|error| error.node.is_none_or(within)) {
            return;
        }
        // A capture that was cut behind all that was looked for is said of the first layer.
        let counts = |anomaly: &&Anomaly| {
            let of_packet = anomaly.kind == AnomalyKind::Truncated && anomaly.node.is_none();
            anomaly.layer == index && anomaly.kind != AnomalyKind::Unclaimed && !of_packet && !in_tail(view, anomaly)
        };
        let anomalies = view.dissection.anomalies.iter().filter(counts);
        let expected: BTreeSet<String> =
            anomalies.map(|anomaly| words::anomaly_name(view.schema, anomaly.kind).into_owned()).collect();
        self.anomalies += expected.len();
        if *told != expected {
            self.fault(&format!("anomalies {told:?}, the interpreter {expected:?}"), layer, data);
        }
    }

    fn fault(&mut self, what: &str, layer: &Layer<'_>, data: &[u8]) {
        let kind: String = what.chars().filter(|c| !c.is_ascii_digit()).take(50).collect();
        let example = format!("{:?}: {what}\n    {}", layer.kind(), &hex(data)[..(data.len() * 2).min(500)]);
        self.faults.entry(format!("{:?} {kind}", layer.kind())).or_insert((0, example)).0 += 1;
    }

    fn conclude(&self) {
        println!(
            "{} layers; right {}, of which known {}; {} anomalies",
            self.layers, self.right.0, self.right.1, self.anomalies
        );
        let lines: Vec<String> =
            self.faults.values().map(|(count, example)| format!("{count} times: {example}")).collect();
        assert!(lines.is_empty(), "{} kinds of differences:\n{}", lines.len(), lines.join("\n"));
    }
}

/// The layer in the first payload of another one that is not empty, be that in an element of a list.
fn child(view: &View<'_>, index: u32) -> Option<u32> {
    let layer = view.dissection.layers[index as usize];
    let mut at = layer.nodes.0;
    while at < layer.nodes.1 {
        let node = view.node(at)?;
        at = match node.kind {
            NodeKind::Payload(_, layer) if node.bits > 0 => return layer,
            NodeKind::Payload(..) => node.end,
            _ => at + 1,
        };
    }
    None
}

/// Whether an anomaly is of a trailing field, which is read when the layers above are.
fn in_tail(view: &View<'_>, anomaly: &Anomaly) -> bool {
    let tail = view.dissection.layers[anomaly.layer as usize].tail;
    anomaly.node.is_some_and(|node| tail.0 <= node && node < tail.1)
}

fn check_captures(folder: &Path, most: u64) -> Seen {
    let schema = protocols();
    let (reader, mut dissection, mut seen) = (Reader::new(schema), Dissection::default(), Seen::default());
    each_captured(schema, folder, most, |start, data, origlen| {
        seen.check(&reader, &mut dissection, start, data, origlen);
    });
    seen
}

#[test]
fn every_vector() {
    let schema = protocols();
    let (reader, mut dissection, mut seen) = (Reader::new(schema), Dissection::default(), Seen::default());
    let mut chance = Chance(11);
    for (start, packet) in vectors(schema) {
        seen.check(&reader, &mut dissection, start, &packet, packet.len());
        for _ in 0..60 {
            let changed = chance.change(&packet);
            seen.check(&reader, &mut dissection, start, &changed, changed.len());
        }
    }
    seen.conclude();
}

#[test]
fn every_packet_of_the_captures() {
    let seen = check_captures(&root().join("tests/captures"), u64::MAX);
    assert!(seen.layers > 2000);
    assert!(seen.right.1 * 10 > seen.right.0 * 9, "{:?}", seen.right);
    seen.conclude();
}

/// Captures that stand beside the repository, where there are any; a sample, so that it stays quick.
#[test]
fn packets_of_the_corpus() {
    check_captures(&root().join("../shared/corpus"), 40).conclude();
}
