//! What holds of any packet that is read by any definitions.

use crate::definitions::hex;
use packet_schema::Schema;
use packet_schema::interp::{
    Builder, CompositeValue, Dissection, LayerValue, PacketValue, PayloadPart, Reader, Shown, View, to_value, words,
};
use packet_schema::model::CompositeId;
use std::collections::HashMap;

/// What a packet may begin with: layers, and what can be read without arguments; always in the same order.
pub(super) fn starts(schema: &Schema) -> Vec<CompositeId> {
    let all = (0_u32..).zip(&schema.composites);
    all.filter(|(_, composite)| composite.params.is_empty()).map(|(id, _)| CompositeId(id)).collect()
}

/// Reads a packet, shows all of it, and builds it again.
///
/// # Panics
///
/// Something panics, or what was read builds other bytes.
pub(super) fn there_and_back(reader: &Reader<'_>, start: CompositeId, data: &[u8], origlen: usize) {
    let mut dissection = Dissection::default();
    reader.read(&mut dissection, start, data, origlen);
    show(&View { schema: reader.schema(), data, dissection: &dissection });
    let value = to_value(reader.schema(), data, &dissection);
    match Builder::new(reader.schema()).build(&value) {
        Err(error) => panic!("{} as {}: {}\n{value:#?}", hex(data), name(reader, start), error.words(reader.schema())),
        Ok(built) => assert_eq!(hex(&built.bytes), hex(data), "as {}: {value:#?}", name(reader, start)),
    }
}

/// Builds a packet of which nothing is said but what it is, and reads it.
///
/// # Panics
///
/// Something panics, or what was read builds other bytes.
pub(super) fn from_nothing(reader: &Reader<'_>, start: CompositeId) {
    let body = CompositeValue { composite: start, whole: false, parts: Vec::new() };
    let layers = vec![LayerValue { body, payload: Vec::new() }];
    let value = PacketValue { layers, top: vec![PayloadPart::Layer(0)] };
    match Builder::new(reader.schema()).build(&value) {
        Ok(built) => there_and_back(reader, start, &built.bytes, built.bytes.len()),
        Err(error) => assert!(!error.words(reader.schema()).is_empty()),
    }
}

fn name<'s>(reader: &Reader<'s>, start: CompositeId) -> &'s str {
    &reader.schema()[start].name
}

/// Shows everything that can be shown of a packet.
fn show(view: &View<'_>) {
    let schema = view.schema;
    let bits = view.data.len() as u64 * 8;
    for (node, at) in view.dissection.nodes.iter().zip(0_u32..) {
        assert!(at < node.end && node.end as usize <= view.dissection.nodes.len(), "a node holds itself: {node:?}");
        assert!(u64::from(node.start) + u64::from(node.bits) <= bits, "a node lies in the packet: {node:?}");
        assert_eq!(view.path(at).last(), Some(&at));
        let _named = (view.name(node), view.enumerator(at));
        let mut text = String::new();
        let _infallible = view.write_value(at, &mut text);
        if let Some(Shown::Flags(flags, value)) = view.shown(at) {
            let _all = view.flags(flags, value).count();
        }
    }
    for layer in &view.dissection.layers {
        let _all = view.layer_nodes(layer).flat_map(|node| view.children(node)).count();
    }
    for error in &view.dissection.errors {
        let _words = (words::error(schema, error), view.fields_of_error(error), view.layer_of_error(error));
    }
    for anomaly in &view.dissection.anomalies {
        let _words = (words::anomaly(schema, anomaly.kind), view.anomaly(anomaly));
    }
    tool_names(view);
}

/// Works out what other tools show of each layer and struct.
fn tool_names(view: &View<'_>) {
    let mut by_owner: HashMap<CompositeId, Vec<_>> = HashMap::new();
    for name in view.schema.names.values().flatten() {
        by_owner.entry(name.owner).or_default().push(name);
    }
    for (frame, at) in view.dissection.frames.iter().zip(0..) {
        for name in by_owner.get(&frame.composite).into_iter().flatten() {
            let _value =
                (name.condition.map(|condition| view.eval(at).truth(condition)), view.eval(at).eval(name.value));
        }
    }
}
