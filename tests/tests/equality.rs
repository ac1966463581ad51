//! What the generated views read is what the interpreter reads: the same values at the same places, the same errors.
//!
//! Two things are otherwise. Of a run of fields that is not whole a view looks at none, so that it says what is missing where
//! the interpreter has found a wrong value before that. And a view knows nothing of the layers below: a check that asks for
//! them is not made.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failing test may panic, and says what it saw"
)]

use packet_core::{BitPlace, CompositeInfo, Error, ErrorKind, FieldInfo, FieldValue, FieldVisitor, Group, Region};
use packet_schema::Schema;
use packet_schema::interp::{Dissection, NodeKind, ReadError, ReadErrorKind, Reader, Val, Value, View, words};
use packet_schema::model::{CompositeId, Expr, ExprId};
use packet_schema::sample::{Choices, Sampler};
use pony_tests::definitions::{hex, protocols};
use pony_tests::fuzz::seeds::vectors;
use pony_tests::packets::{Chance, each_captured};
use pony_tests::root;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

/// How to read a layer or a struct, by its name.
static READERS: LazyLock<BTreeMap<&str, CompositeInfo>> = LazyLock::new(|| {
    packet_protocols::COMPOSITES.iter().copied().flatten().map(|composite| (composite.name, *composite)).collect()
});

/// What is compared of a layer: one line for each field, and the errors in it.
#[derive(Default)]
struct Told {
    fields: BTreeSet<String>,
    errors: Vec<String>,
}

/// A packet as both have read it.
struct Pair<'a> {
    view: View<'a>,
    /// What differs.
    faults: Vec<String>,
    /// How many layers were compared.
    layers: usize,
}

impl Pair<'_> {
    /// Compares a layer, and those in its payload.
    fn layer(&mut self, index: u32, region: Region<'_>) {
        let layer = self.view.dissection.layers[index as usize];
        let name = &self.view.composite(&layer).name;
        let Some(reader) = READERS.get(name.as_str()) else { return };
        self.layers += 1;
        let expected = self.expected(index);
        let mut collector = Collector { pair: self, layer: index, told: Told::default(), path: Vec::new() };
        let outcome = (reader.read)(region, &mut collector);
        let found = collector.told;
        if let Err(error) = outcome {
            let error = generated_error(&error);
            if !is_among(&error, &expected.errors) {
                self.faults.push(format!("{name}: the view says {error}, the interpreter {:?}", expected.errors));
            }
            return;
        }
        if self.asks_below(index) {
            return;
        }
        if self.is_spoiled(index) {
            self.faults.push(format!("{name}: the view sees nothing of {:?}", expected.errors));
        }
        self.faults.extend(found.fields.difference(&expected.fields).map(|line| format!("{name}: view only: {line}")));
        if expected.errors.is_empty() {
            let missing = expected.fields.difference(&found.fields);
            self.faults.extend(missing.map(|line| format!("{name}: interpreter only: {line}")));
        }
        for error in found.errors.iter().filter(|error| !is_among(error, &expected.errors)) {
            self.faults.push(format!("{name}: the view says {error}, the interpreter {:?}", expected.errors));
        }
    }

    /// Whether a field that asks for the layers below was found wrong.
    fn asks_below(&self, index: u32) -> bool {
        let schema = self.view.schema;
        let asks = |error: &ReadError| {
            let field = error.field.map(|field| &schema[field]);
            field.is_some_and(|field| field.wheres.iter().any(|(condition, _)| names_carrier(schema, *condition)))
        };
        let layer = self.view.dissection.layers[index as usize];
        let here = |error: &&ReadError| error.composite == layer.composite;
        self.view.dissection.errors.iter().filter(here).any(asks)
    }

    /// Whether reading the layer itself has failed.
    fn is_spoiled(&self, index: u32) -> bool {
        let layer = self.view.dissection.layers[index as usize];
        let nodes = &self.view.dissection.nodes;
        let last = packet_schema::interp::children(nodes, layer.nodes.0, layer.nodes.1).last();
        last.is_some_and(|node| {
            let node = nodes[node as usize];
            matches!(node.kind, NodeKind::Spoiled(_)) && node.bits > 0
        })
    }

    /// What the interpreter has read.
    fn expected(&self, index: u32) -> Told {
        let layer = self.view.dissection.layers[index as usize];
        let mut told = Told::default();
        let nodes = &self.view.dissection.nodes;
        for node in packet_schema::interp::children(nodes, layer.nodes.0, layer.nodes.1) {
            self.tell(node, "", &mut told);
        }
        let within = |error: &&ReadError| error.node.is_some_and(|node| layer.nodes.0 <= node && node < layer.nodes.1);
        told.errors = self.view.dissection.errors.iter().filter(within).map(|error| self.error(error)).collect();
        told
    }

    fn tell(&self, index: u32, path: &str, told: &mut Told) {
        let node = self.view.node(index).unwrap();
        let inside = |path: &str, told: &mut Told| {
            let mut position = 0;
            for child in self.view.children(index) {
                let is_element = matches!(self.view.node(child).unwrap().kind, NodeKind::Element(_));
                let path = if is_element { format!("{path}[{position}]") } else { path.to_owned() };
                position += u32::from(is_element);
                self.tell(child, &path, told);
            }
        };
        let path = match node.kind {
            NodeKind::Field(field) | NodeKind::Payload(field, _) => match &self.view.schema[field].name {
                Some(name) => format!("{path}/{name}"),
                None => return,
            },
            NodeKind::Variant(..) => format!("{path}/{}", self.view.name(node).unwrap()),
            NodeKind::Element(_) => path.to_owned(),
            NodeKind::Prefix(_) | NodeKind::Padding(_) | NodeKind::Spoiled(_) => return,
        };
        let value = match node.value {
            Value::Frame(_) | Value::List(_) | Value::Group => return inside(&path, told),
            Value::Bytes => hex(self.view.bytes(node)),
            Value::Uint(_) | Value::Int(_) | Value::Wide(_) | Value::Float(_) | Value::Decoded(..) => {
                match self.view.eval(0).value_of(index) {
                    Val::Int(value) => (value as u128).to_string(),
                    Val::Bool(value) => u128::from(value).to_string(),
                    Val::Float(value) => value.to_bits().to_string(),
                    Val::Text(text) => text.into_owned(),
                    other => panic!("{other:?}"),
                }
            }
        };
        told.fields.insert(format!("{path}@{}+{}={value}", node.start, node.bits));
    }

    /// An error of the interpreter, so that it can be compared.
    fn error(&self, error: &ReadError) -> String {
        let schema = self.view.schema;
        let field = match error.field {
            Some(field) => words::qualified(schema, field),
            None => format!("{}._", schema[error.composite].key),
        };
        let number = |number: u128| number as u64;
        let kind = match error.kind {
            ReadErrorKind::Short { needed, available, limit } => {
                format!("short {needed} {available} {:?}", limit.map(|limit| words::qualified(schema, limit)))
            }
            ReadErrorKind::Constant { found, expected } => format!("constant {} {}", number(found), number(expected)),
            ReadErrorKind::Where { found, index } => {
                let why = error.field.and_then(|field| schema[field].wheres[index as usize].1.clone());
                format!("where {} {why:?}", number(found))
            }
            ReadErrorKind::Closed { found } => format!("closed {}", number(found)),
            ReadErrorKind::Rejected { .. } => "rejected".to_owned(),
            ReadErrorKind::NoArm { found } => format!("no arm {}", number(found)),
            ReadErrorKind::PointerForward { .. } => "pointer".to_owned(),
            ReadErrorKind::TooLong => "too long".to_owned(),
            ReadErrorKind::TooWide => "too wide".to_owned(),
            ReadErrorKind::NoDigit => "no digit".to_owned(),
            ReadErrorKind::TooManyLayers | ReadErrorKind::TooManyNodes => "too many".to_owned(),
            ReadErrorKind::BadLength => "bad length".to_owned(),
        };
        format!("{field} at {}: {kind}", error.offset)
    }
}

/// Whether the interpreter has found an error too, or a wrong value in a run that is not whole.
fn is_among(error: &str, expected: &[String]) -> bool {
    let owner = error.split('.').next().unwrap_or_default();
    let earlier = |other: &String| {
        error.contains(": short ") && !other.contains(": short ") && other.split('.').next() == Some(owner)
    };
    expected.iter().any(|other| other == error || earlier(other))
}

/// Whether an expression asks for a layer below.
fn names_carrier(schema: &Schema, id: ExprId) -> bool {
    let expr = &schema[id];
    matches!(expr, Expr::Carrier { .. }) || expr.children().into_iter().any(|child| names_carrier(schema, child))
}

/// An error of a view, so that it can be compared.
fn generated_error(error: &Error) -> String {
    let kind = match error.kind {
        ErrorKind::Short { needed, available, limit } => {
            format!("short {needed} {available} {:?}", limit.map(ToString::to_string))
        }
        ErrorKind::Constant { found, expected } => format!("constant {found} {expected}"),
        ErrorKind::Where { why, found } => format!("where {found} {:?}", why.map(str::to_owned)),
        ErrorKind::Closed { found } => format!("closed {found}"),
        ErrorKind::Rejected { .. } => "rejected".to_owned(),
        ErrorKind::NoArm { found } => format!("no arm {found}"),
        ErrorKind::PointerForward => "pointer".to_owned(),
        ErrorKind::TooLong => "too long".to_owned(),
        ErrorKind::TooWide => "too wide".to_owned(),
        ErrorKind::NoDigit => "no digit".to_owned(),
        ErrorKind::BadLength => "bad length".to_owned(),
    };
    format!("{} at {}: {kind}", error.field, error.offset)
}

/// Collects what a view holds.
struct Collector<'p, 'a> {
    pair: &'p mut Pair<'a>,
    layer: u32,
    told: Told,
    /// The names of what encloses the next field, and how many elements it has had.
    path: Vec<(String, u32)>,
}

impl Collector<'_, '_> {
    fn path(&self) -> String {
        self.path.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The name of the next element.
    fn element(&mut self) -> String {
        let Some((_, count)) = self.path.last_mut() else { return String::new() };
        *count += 1;
        format!("[{}]", *count - 1)
    }

    fn is_in_list(&self) -> bool {
        self.path.last().is_some_and(|(name, _)| name.starts_with("/*"))
    }
}

impl FieldVisitor for Collector<'_, '_> {
    fn value(&mut self, field: &'static FieldInfo, place: BitPlace, value: FieldValue<'_>) {
        let value = match value {
            FieldValue::Number(value) | FieldValue::Named(value, _) | FieldValue::Flags(value, _) => value.to_string(),
            FieldValue::Signed(value) => (value as u128).to_string(),
            FieldValue::Bool(value) => u128::from(value).to_string(),
            FieldValue::Float(value) => value.to_bits().to_string(),
            FieldValue::Ipv4(address) => u32::from(address).to_string(),
            FieldValue::Ipv6(address) => u128::from(address).to_string(),
            FieldValue::Mac(address) => u64::from(address).to_string(),
            FieldValue::Bytes(bytes) | FieldValue::Text(bytes) => hex(bytes),
            FieldValue::Decoded(text) => text.to_string(),
            FieldValue::Payload(region) => {
                let layers = &self.pair.view.dissection.layers;
                let above =
                    layers.iter().position(|layer| layer.parent == Some(self.layer) && layer.start == region.offset());
                if let Some(above) = above {
                    self.pair.layer(above as u32, region);
                }
                hex(region.bytes())
            }
        };
        let name = if self.is_in_list() { self.element() } else { format!("/{}", field.name) };
        let line = format!("{}{name}@{}+{}={value}", self.path(), place.start, place.bits);
        self.told.fields.insert(line.replace("/*", "/"));
    }

    fn enter(&mut self, group: Group) {
        let name = match group {
            Group::Struct(field) => format!("/{}", field.name),
            Group::List(field) => format!("/*{}", field.name),
            Group::Element => self.element(),
            Group::Variant(key) => format!("/{key}"),
        };
        self.path.push((name, 0));
    }

    fn leave(&mut self) {
        self.path.pop();
    }

    fn error(&mut self, error: &Error) {
        self.told.errors.push(generated_error(error));
    }
}

/// What was found, each difference with how often and an example.
#[derive(Default)]
struct Seen {
    packets: usize,
    layers: usize,
    faults: BTreeMap<String, (usize, String)>,
}

impl Seen {
    fn check(
        &mut self,
        reader: &Reader<'_>,
        dissection: &mut Dissection,
        start: CompositeId,
        data: &[u8],
        origlen: usize,
    ) {
        reader.read(dissection, start, data, origlen);
        let view = View { schema: reader.schema(), data, dissection };
        let mut pair = Pair { view, faults: Vec::new(), layers: 0 };
        pair.layer(0, Region::captured(data, origlen));
        self.packets += 1;
        self.layers += pair.layers;
        for fault in pair.faults {
            let kind: String = fault.chars().filter(|c| !c.is_ascii_digit()).take(60).collect();
            let example =
                || format!("{fault}\n    {} {}", reader.schema()[start].name, &hex(data)[..(data.len() * 2).min(400)]);
            self.faults.entry(kind).or_insert_with(|| (0, example())).0 += 1;
        }
    }

    fn conclude(&self) {
        println!("{} packets, {} layers", self.packets, self.layers);
        let lines: Vec<String> =
            self.faults.values().map(|(count, example)| format!("{count} times: {example}")).collect();
        assert!(lines.is_empty(), "{} kinds of differences:\n{}", lines.len(), lines.join("\n"));
    }
}

#[test]
fn every_vector() {
    let schema = protocols();
    let (reader, mut dissection, mut seen) = (Reader::new(schema), Dissection::default(), Seen::default());
    for (start, packet) in vectors(schema) {
        seen.check(&reader, &mut dissection, start, &packet, packet.len());
    }
    seen.conclude();
}

#[test]
fn every_packet_made_up_valid_and_faulty() {
    let schema = protocols();
    let (reader, mut dissection, mut seen) = (Reader::new(schema), Dissection::default(), Seen::default());
    for &layer in schema.layers.values() {
        let sampler = Sampler::new(schema, layer);
        for seed in 0..150 {
            let valid = sampler.valid(&mut Choices::seed(seed));
            let faulty = sampler.faulty(&mut Choices::seed(seed)).map(|faulty| faulty.sample);
            for sample in valid.into_iter().chain(faulty) {
                seen.check(&reader, &mut dissection, sample.start, &sample.bytes, sample.bytes.len());
            }
        }
    }
    seen.conclude();
}

#[test]
fn every_vector_cut_and_changed() {
    let schema = protocols();
    let (reader, mut dissection, mut seen) = (Reader::new(schema), Dissection::default(), Seen::default());
    let mut chance = Chance(7);
    for (start, packet) in vectors(schema) {
        for end in 0..packet.len().min(200) {
            seen.check(&reader, &mut dissection, start, &packet[..end], packet.len());
        }
        for _ in 0..60 {
            let changed = chance.change(&packet);
            seen.check(&reader, &mut dissection, start, &changed, changed.len());
        }
    }
    seen.conclude();
}

#[test]
fn bytes_by_chance() {
    let schema = protocols();
    let (reader, mut dissection, mut seen) = (Reader::new(schema), Dissection::default(), Seen::default());
    let mut chance = Chance(3);
    for (start, composite) in (0..).map(CompositeId).zip(&schema.composites) {
        if !READERS.contains_key(composite.name.as_str()) {
            continue;
        }
        for _ in 0..150 {
            let bytes: Vec<u8> = (0..chance.below(90)).map(|_| chance.byte()).collect();
            seen.check(&reader, &mut dissection, start, &bytes, bytes.len());
        }
    }
    seen.conclude();
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
fn every_packet_of_the_captures() {
    let seen = check_captures(&root().join("tests/captures"), u64::MAX);
    assert!(seen.packets > 500);
    seen.conclude();
}

/// Captures that stand beside the repository, where there are any; a sample, so that it stays quick.
#[test]
fn packets_of_the_corpus() {
    check_captures(&root().join("../shared/corpus"), 40).conclude();
}
