//! What the generated code says of packets as a whole is what the interpreter says: their layers, their metafields, read and
//! set, and which answers which.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a failing test may panic, and says what it saw")]

use packet_core::Region;
use packet_protocols::packet::{Packet, PacketMut};
use packet_protocols::stack::LayerKind;
use packet_schema::Schema;
use packet_schema::interp::{Correlation, Dissection, Reader, Role, View, set_meta};
use packet_schema::model::{CompositeId, Meta};
use pony_tests::definitions::{hex, protocols};
use pony_tests::fuzz::seeds::vectors;
use pony_tests::packets::{Chance, captures_below, each_captured};
use pony_tests::root;
use std::collections::BTreeSet;
use std::path::Path;

fn kind_of(schema: &Schema, start: CompositeId) -> Option<LayerKind> {
    LayerKind::ALL.iter().copied().find(|kind| kind.name() == schema[start].name)
}

fn meta<'s>(schema: &'s Schema, name: &str) -> &'s Meta {
    schema.metas.iter().find(|meta| meta.name == name).unwrap()
}

/// Whether the layers of a packet are those of a dissection, so far as they could be read whole.
fn same_layers(packet: &Packet<'_>, view: &View<'_>) -> bool {
    let name = |index: usize| view.composite(&view.dissection.layers[index]).name.as_str();
    let here = packet.layers().map(|layer| (layer.kind().name(), layer.region().offset()));
    let mut whole = here.collect::<Vec<_>>();
    whole.extend(packet.begun().map(|begun| (begun.kind.name(), begun.region.offset())));
    let there: Vec<_> = view.dissection.layers.iter().enumerate().map(|(at, layer)| (name(at), layer.start)).collect();
    packet.is_complete() && whole == there
}

#[derive(Default)]
struct Seen {
    packets: usize,
    other_layers: BTreeSet<String>,
    flows: usize,
    tags: usize,
    set: usize,
}

impl Seen {
    fn check(&mut self, reader: &Reader<'_>, start: CompositeId, data: &[u8], origlen: usize, chance: &mut Chance) {
        let schema = reader.schema();
        let mut dissection = Dissection::default();
        reader.read(&mut dissection, start, data, origlen);
        let view = View { schema, data, dissection: &dissection };
        let Some(kind) = kind_of(schema, start) else { return };
        let Ok(packet) = Packet::parse(kind, Region::captured(data, origlen)) else { return };
        self.packets += 1;
        if !same_layers(&packet, &view) {
            let names: Vec<&str> =
                dissection.layers.iter().map(|layer| schema[layer.composite].name.as_str()).collect();
            self.other_layers.insert(names.join("/"));
        }
        let eval = view.eval(0).with_seed([1; 16]);
        let flow = packet.flow_id([1; 16]).map(u128::from);
        assert_eq!(flow, eval.meta(meta(schema, "flow_id")), "flow_id of {}", hex(data));
        let tag = packet.probe_tag().map(u128::from);
        assert_eq!(tag, eval.meta(meta(schema, "probe_tag")), "probe_tag of {}", hex(data));
        self.flows += usize::from(flow.is_some());
        self.tags += usize::from(tag.is_some());
        if origlen != data.len() {
            return;
        }
        for value in [0, 0xffff, chance.below(0x1_0000) as u16] {
            let (mut expected, mut found) = (data.to_vec(), data.to_vec());
            let there = set_meta(reader, start, &mut expected, meta(schema, "probe_tag"), value.into());
            let here = PacketMut::new(kind, &mut found).set_probe_tag(value);
            assert_eq!(here.is_ok(), there.is_ok(), "{here:?}, {there:?}: {value:#x} into {}", hex(data));
            assert_eq!(hex(&found), hex(&expected), "{value:#x} into {}", hex(data));
            if there_is(&found, kind) {
                let read = Packet::parse(kind, &found[..]).unwrap();
                assert_eq!(read.probe_tag(), Some(value), "{}", hex(&found));
                self.set += 1;
            }
        }
    }
}

/// Whether a packet carries a tag.
fn there_is(data: &[u8], kind: LayerKind) -> bool {
    Packet::parse(kind, data).is_ok_and(|packet| packet.probe_tag().is_some())
}

fn check_captures(folder: &Path, most: u64) -> Seen {
    let schema = protocols();
    let (reader, mut seen, mut chance) = (Reader::new(schema).seed([1; 16]), Seen::default(), Chance(5));
    each_captured(schema, folder, most, |start, data, origlen| {
        seen.check(&reader, start, data, origlen, &mut chance);
    });
    println!("{} packets, {} flows, {} tags, {} set", seen.packets, seen.flows, seen.tags, seen.set);
    seen
}

/// Layers behind the first payload, which a packet does not follow yet, are those of QUIC packets in one datagram.
fn only_coalesced(seen: &Seen) {
    let others: Vec<&String> = seen.other_layers.iter().filter(|names| !names.contains("Quic/Quic")).collect();
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn metafields_of_the_captures() {
    let seen = check_captures(&root().join("tests/captures"), u64::MAX);
    assert!(seen.packets > 1000 && seen.flows > 500 && seen.tags > 500 && seen.set > 1000);
    only_coalesced(&seen);
}

/// Captures that stand beside the repository, where there are any; a sample, so that it stays quick.
#[test]
fn metafields_of_the_corpus() {
    let seen = check_captures(&root().join("../shared/corpus"), 40);
    println!("other layers: {:#?}", seen.other_layers);
}

#[test]
fn metafields_of_every_vector_changed() {
    let schema = protocols();
    let (reader, mut seen, mut chance) = (Reader::new(schema).seed([1; 16]), Seen::default(), Chance(7));
    for (start, packet) in vectors(schema) {
        seen.check(&reader, start, &packet, packet.len(), &mut chance);
        for _ in 0..20 {
            let changed = chance.change(&packet);
            seen.check(&reader, start, &changed, changed.len(), &mut Chance(9));
        }
    }
    assert!(seen.packets > 1000 && seen.set > 20, "{} packets, {} set", seen.packets, seen.set);
}

/// A packet of a capture, and what its layers ask and answer.
struct Said {
    kind: LayerKind,
    data: Vec<u8>,
    origlen: usize,
    correlations: Vec<Correlation>,
    /// Its layers were read whole.
    whole: bool,
}

fn said(schema: &Schema, path: &Path) -> Vec<Said> {
    let (reader, mut all) = (Reader::new(schema), Vec::new());
    let mut dissection = Dissection::default();
    each_captured(schema, path, u64::MAX, |start, data, origlen| {
        let Some(kind) = kind_of(schema, start) else { return };
        reader.read(&mut dissection, start, data, origlen);
        let view = View { schema, data, dissection: &dissection };
        let Ok(packet) = Packet::parse(kind, Region::captured(data, origlen)) else { return };
        let whole = packet.begun().is_none() && same_layers(&packet, &view);
        all.push(Said { kind, data: data.to_vec(), origlen, correlations: view.correlations(), whole });
    });
    all
}

/// What the interpreter says of a layer of one packet and a layer of another one: that the first answers the second, or that
/// it is quoted and the second is what it was.
fn related(answer: &Said, at: usize, question: &Said, of: usize) -> bool {
    let questions = question.correlations.iter().filter(|one| one.layer as usize == of && one.role == Role::Request);
    let answers = answer.correlations.iter().filter(|one| one.layer as usize == at && one.role != Role::Request);
    let pairs = questions.flat_map(|question| answers.clone().map(move |answer| (question, answer)));
    pairs.into_iter().any(|(question, answer)| question.reply == answer.reply && question.key == answer.key)
}

#[test]
fn answers_of_the_captures() {
    let schema = protocols();
    let (mut pairs, mut answered) = (0, std::collections::BTreeMap::<String, usize>::new());
    for path in captures_below(&root().join("tests/captures")) {
        let all = said(schema, &path);
        for (index, answer) in all.iter().enumerate().filter(|(_, answer)| answer.whole) {
            let earlier = all.iter().take(index + 8).skip(index.saturating_sub(24));
            let packet = Packet::parse(answer.kind, Region::captured(&answer.data, answer.origlen)).unwrap();
            for question in earlier.filter(|question| question.whole) {
                let asked = Packet::parse(question.kind, Region::captured(&question.data, question.origlen)).unwrap();
                pairs += 1;
                for (at, layer) in packet.layers().enumerate() {
                    for (of, other) in asked.layers().enumerate() {
                        let expected = related(answer, at, question, of);
                        let quoted = packet.is_quoted(at);
                        let found = if quoted { layer.asks_as(&other) } else { layer.replies_to(&other) };
                        let found = found == Some(true) && !asked.is_quoted(of);
                        assert_eq!(found, expected, "{} and {}", hex(&answer.data), hex(&question.data));
                        if packet.is_reply_to(&asked) && found {
                            let quoted = if quoted { " quoted" } else { "" };
                            *answered.entry(format!("{}{quoted}", layer.kind().name())).or_default() += 1;
                        }
                    }
                }
            }
        }
    }
    println!("{pairs} pairs: {answered:?}");
    for layer in ["Arp", "Dns", "Icmp", "Icmpv6", "Ntp", "Tcp", "Udp", "Dhcp", "Udp quoted"] {
        assert!(answered.contains_key(layer), "{layer}: {answered:?}");
    }
}
