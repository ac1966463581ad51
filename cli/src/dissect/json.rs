//! One JSON object a packet, on one line.

use super::names::ToolNames;
use super::plan::{Plan, Shape};
use super::regular::Regular;
use super::{Shown, values};
use crate::text::{self, decimal, json_string, put};
use packet_core::text as words;
use packet_runtime::file::Packet as Captured;
use packet_schema::Schema;
use packet_schema::interp::words::{anomaly_name, error as error_words};
use packet_schema::interp::{Dissection, Node, NodeKind, ReadError, Value};
use packet_schema::model::{CompositeId, FieldId, Flags};
use std::borrow::Cow;
use std::collections::HashSet;

/// Writes packets as JSON. Its buffers are used again for every packet.
pub(crate) struct Json<'s> {
    schema: &'s Schema,
    plan: &'s Plan,
    /// By field: `"ttl":`.
    keys: Vec<Box<[u8]>>,
    /// By composite: `{"layer":"Ipv4","offset":`.
    layers: Vec<Box<[u8]>>,
    /// By composite and variant: `"mss":{`.
    variants: Vec<Vec<Box<[u8]>>>,
    /// By set of flags.
    flags: Vec<Vec<FlagKey>>,
    /// Objects and arrays that are open: where each ends, and what closes it.
    open: Vec<(u32, u8)>,
    /// Names of another tool, where they are asked for.
    names: Option<ToolNames<'s>>,
    /// Anomalies of the packet that are printed already.
    named: HashSet<(Option<CompositeId>, Cow<'s, str>)>,
    clock: Clock,
}

/// A named flag, ready to be printed.
struct FlagKey {
    /// `"syn":`.
    key: Box<[u8]>,
    shift: u32,
    bits: u32,
    boolean: bool,
}

impl<'s> Json<'s> {
    /// Makes all keys ready.
    pub(crate) fn new(schema: &'s Schema, plan: &'s Plan, names: Option<ToolNames<'s>>) -> Self {
        let key = |name: &str| {
            let mut out = Vec::new();
            json_string(&mut out, name);
            out.push(b':');
            out.into_boxed_slice()
        };
        let layer = |name: &str| {
            let mut out = b"{\"layer\":".to_vec();
            json_string(&mut out, name);
            out.extend_from_slice(b",\"offset\":");
            out.into_boxed_slice()
        };
        let flags = |set: &Flags| {
            let named = set.flags.iter().filter_map(|flag| Some((flag.name.as_deref()?, flag)));
            named
                .map(|(name, flag)| FlagKey {
                    key: key(name),
                    shift: flag.shift,
                    bits: flag.bits,
                    boolean: flag.boolean,
                })
                .collect()
        };
        let variants =
            schema.composites.iter().map(|composite| composite.variants.iter().map(|v| key(&v.key)).collect());
        Self {
            schema,
            plan,
            keys: plan.fields.iter().map(|field| key(&field.name)).collect(),
            layers: schema.composites.iter().map(|composite| layer(&composite.name)).collect(),
            variants: variants.collect(),
            flags: schema.flags.iter().map(flags).collect(),
            open: Vec::new(),
            names,
            named: HashSet::new(),
            clock: Clock::default(),
        }
    }

    /// Appends a packet's line.
    pub(crate) fn packet(&mut self, out: &mut Vec<u8>, shown: &Shown<'_>) {
        self.head(out, &shown.packet);
        self.layers(out, shown);
        out.push(b']');
        if !shown.known_link_type {
            out.extend_from_slice(b",\"bytes\":");
            quoted_hex(out, shown.packet.data);
        }
        out.extend_from_slice(b",\"meta\":{");
        metas(out, shown);
        out.extend_from_slice(b"},\"anomalies\":[");
        self.anomalies(out, shown.dissection);
        out.extend_from_slice(b"],\"error\":");
        self.errors(out, &shown.dissection.errors);
        out.extend_from_slice(b"}\n");
    }

    /// Appends the line of a packet that begins with that layer, by generated readers; `false`, and nothing written, where it is
    /// one for the interpreter.
    pub(super) fn regular(
        &mut self,
        out: &mut Vec<u8>,
        regular: &mut Regular,
        first: CompositeId,
        packet: &Captured<'_>,
    ) -> bool {
        let Some(read) = regular.read(first, packet) else { return false };
        let line = out.len();
        self.head(out, packet);
        if !regular.layers(out, &read) {
            out.truncate(line);
            return false;
        }
        out.extend_from_slice(b"],\"meta\":{");
        regular.metas(out, &read);
        out.extend_from_slice(b"},\"anomalies\":[],\"error\":null}\n");
        true
    }

    /// Appends what is known of a packet before it is read.
    fn head(&mut self, out: &mut Vec<u8>, packet: &Captured<'_>) {
        out.extend_from_slice(b"{\"frame\":");
        decimal(out, packet.frame);
        out.extend_from_slice(b",\"time\":");
        match packet.timestamp {
            Some(time) => {
                out.push(b'"');
                self.clock.write(out, time);
                out.push(b'"');
            }
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b",\"caplen\":");
        decimal(out, packet.caplen().into());
        out.extend_from_slice(b",\"origlen\":");
        decimal(out, packet.origlen.into());
        out.extend_from_slice(b",\"layers\":[");
    }

    fn layers(&mut self, out: &mut Vec<u8>, shown: &Shown<'_>) {
        let (dissection, data) = (shown.dissection, shown.packet.data);
        for (index, layer) in dissection.layers.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(&self.layers[layer.composite.index()]);
            decimal(out, layer.start.into());
            out.extend_from_slice(b",\"length\":");
            decimal(out, layer.header.into());
            out.extend_from_slice(b",\"fields\":{");
            match &mut self.names {
                Some(names) => names.layer(out, shown, self.plan, index),
                None => {
                    self.fields(out, dissection, data, layer.nodes);
                    self.fields(out, dissection, data, layer.tail);
                }
            }
            out.extend_from_slice(b"}}");
        }
    }

    /// The nodes of a range, which stand in an object that is open already.
    fn fields(&mut self, out: &mut Vec<u8>, dissection: &Dissection, data: &[u8], (from, to): (u32, u32)) {
        self.open.clear();
        let mut index = from;
        while index < to {
            while let Some(&(end, close)) = self.open.last()
                && end <= index
            {
                out.push(close);
                self.open.pop();
            }
            let Some(node) = dissection.nodes.get(index as usize) else { break };
            let next = self.node(out, dissection, data, node);
            index = if next { index + 1 } else { node.end.max(index + 1) };
        }
        while let Some((_, close)) = self.open.pop() {
            out.push(close);
        }
    }

    /// One node; whether its children come next rather than being left out.
    fn node(&mut self, out: &mut Vec<u8>, dissection: &Dissection, data: &[u8], node: &Node) -> bool {
        match node.kind {
            NodeKind::Prefix(_) | NodeKind::Padding(_) | NodeKind::Spoiled(None) | NodeKind::Payload(_, Some(_)) => {
                false
            }
            NodeKind::Variant(composite, variant) => {
                comma(out);
                out.extend_from_slice(&self.variants[composite.index()][variant as usize]);
                self.open(out, node, b'{', b'}')
            }
            NodeKind::Element(field) => {
                comma(out);
                self.value(out, dissection, data, node, field)
            }
            NodeKind::Field(field) | NodeKind::Payload(field, None) => {
                if self.plan.fields[field.index()].name.is_empty() {
                    return false;
                }
                self.key(out, field);
                self.value(out, dissection, data, node, field)
            }
            NodeKind::Spoiled(Some(field)) => {
                if self.open.last().is_some_and(|&(_, close)| close == b']') {
                    comma(out);
                } else {
                    self.key(out, field);
                }
                quoted_hex(out, values::bytes(node, data));
                false
            }
        }
    }

    fn key(&self, out: &mut Vec<u8>, field: FieldId) {
        comma(out);
        out.extend_from_slice(&self.keys[field.index()]);
    }

    fn open(&mut self, out: &mut Vec<u8>, node: &Node, open: u8, close: u8) -> bool {
        out.push(open);
        self.open.push((node.end, close));
        true
    }

    fn value(&mut self, out: &mut Vec<u8>, d: &Dissection, data: &[u8], node: &Node, field: FieldId) -> bool {
        match node.value {
            Value::Frame(_) | Value::Group => self.open(out, node, b'{', b'}'),
            Value::List(_) => self.open(out, node, b'[', b']'),
            Value::Uint(bits) => {
                if let Shape::Flags(flags) = self.plan.fields[field.index()].shape {
                    self.flag_values(out, flags.index(), bits.into());
                } else {
                    scalar(out, self.plan, d, data, node, field);
                }
                false
            }
            _ => {
                scalar(out, self.plan, d, data, node, field);
                false
            }
        }
    }

    fn flag_values(&self, out: &mut Vec<u8>, flags: usize, bits: u128) {
        out.push(b'{');
        for flag in &self.flags[flags] {
            comma(out);
            out.extend_from_slice(&flag.key);
            let value = bits_of(bits, flag.shift, flag.bits);
            if flag.boolean {
                out.extend_from_slice(truth(value != 0));
            } else {
                text::wide(out, value);
            }
        }
        out.push(b'}');
    }

    /// The names of the anomalies: a set, however often one occurs.
    fn anomalies(&mut self, out: &mut Vec<u8>, dissection: &Dissection) {
        self.named.clear();
        for anomaly in &dissection.anomalies {
            let layer = dissection.layers.get(anomaly.layer as usize).map(|layer| layer.composite);
            if !self.named.insert((layer, anomaly_name(self.schema, anomaly.kind))) {
                continue;
            }
            comma(out);
            out.push(b'"');
            if let Some(layer) = layer {
                out.extend_from_slice(self.schema[layer].key.as_bytes());
                out.push(b'.');
            }
            out.extend_from_slice(anomaly_name(self.schema, anomaly.kind).as_bytes());
            out.push(b'"');
        }
    }

    /// The first error; and all of them where there are more.
    fn errors(&self, out: &mut Vec<u8>, errors: &[ReadError]) {
        match errors.first() {
            Some(error) => self.error(out, error),
            None => out.extend_from_slice(b"null"),
        }
        if errors.len() < 2 {
            return;
        }
        out.extend_from_slice(b",\"errors\":[");
        for error in errors {
            comma(out);
            self.error(out, error);
        }
        out.push(b']');
    }

    fn error(&self, out: &mut Vec<u8>, error: &ReadError) {
        out.extend_from_slice(b"{\"layer\":");
        json_string(out, &self.schema[error.composite].name);
        out.extend_from_slice(b",\"field\":");
        match error.field.and_then(|field| self.schema[field].name.as_deref()) {
            Some(name) => json_string(out, name),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b",\"offset\":");
        decimal(out, error.offset.into());
        out.extend_from_slice(b",\"message\":");
        json_string(out, &error_words(self.schema, error));
        out.push(b'}');
    }
}

/// The metafields that the packet has.
fn metas(out: &mut Vec<u8>, shown: &Shown<'_>) {
    for (name, value) in shown.metas {
        comma(out);
        json_string(out, name);
        out.push(b':');
        text::wide(out, *value);
    }
}

/// A value that is no object and no list.
pub(crate) fn scalar(out: &mut Vec<u8>, plan: &Plan, d: &Dissection, data: &[u8], node: &Node, field: FieldId) {
    let field = &plan.fields[field.index()];
    if matches!(field.shape, Shape::Ipv4 | Shape::Ipv6 | Shape::Mac) {
        out.push(b'"');
        if values::address(out, field.shape, node, data) {
            out.push(b'"');
            return;
        }
        out.pop();
    }
    match node.value {
        Value::Uint(value) if field.shape == Shape::Bool => out.extend_from_slice(truth(value != 0)),
        Value::Uint(_) | Value::Int(_) | Value::Wide(_) => _ = values::decimal(out, field, node),
        Value::Float(value) if value.is_finite() => put!(out, "{value:?}"),
        Value::Float(_) => out.extend_from_slice(b"null"),
        Value::Bytes if field.shape == Shape::AsciiBytes => text::json_latin1(out, values::bytes(node, data)),
        Value::Bytes | Value::Decoded(..) => match values::text(field, node, d, data) {
            Some(text) => json_string(out, &text),
            None => quoted_hex(out, values::octets_of(node, d, data)),
        },
        Value::Frame(_) | Value::List(_) | Value::Group => out.extend_from_slice(b"null"),
    }
}

/// So many bits of a number.
pub(crate) fn bits_of(number: u128, shift: u32, bits: u32) -> u128 {
    let mask = if bits >= 128 { u128::MAX } else { (1 << bits) - 1 };
    number.checked_shr(shift).unwrap_or(0) & mask
}

/// `true` or `false`.
pub(super) fn truth(value: bool) -> &'static [u8] {
    if value { b"true" } else { b"false" }
}

/// Bytes as a string of hexadecimal digits.
pub(crate) fn quoted_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    text::hex(out, bytes);
    out.push(b'"');
}

/// Separates what comes from what stands before it in the same object or list.
pub(super) fn comma(out: &mut Vec<u8>) {
    if !matches!(out.last(), Some(b'{' | b'[')) {
        out.push(b',');
    }
}

/// Times as RFC 3339 has them. The part down to the second is kept, for the next packet's is most often the same.
#[derive(Default)]
pub(crate) struct Clock {
    second: Option<i128>,
    text: Vec<u8>,
}

const NANOSECONDS: i128 = 1_000_000_000;

impl Clock {
    /// Appends a time in nanoseconds since 1970.
    pub(crate) fn write(&mut self, out: &mut Vec<u8>, time: i128) {
        // Almost every time fits into 64 bits, in which division is much faster.
        let (second, nanosecond) = match u64::try_from(time) {
            Ok(time) => (i128::from(time / 1_000_000_000), (time % 1_000_000_000) as u32),
            Err(_) => (time.div_euclid(NANOSECONDS), time.rem_euclid(NANOSECONDS) as u32),
        };
        if self.second != Some(second) {
            self.text.clear();
            // A buffer takes whatever it is given.
            let _ = words::timestamp(&mut text::Sink(&mut self.text), second * NANOSECONDS);
            self.text.truncate(self.text.len().saturating_sub("000000000Z".len()));
            self.second = Some(second);
        }
        out.extend_from_slice(&self.text);
        text::padded(out, nanosecond, 9);
        out.push(b'Z');
    }
}
