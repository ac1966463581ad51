//! Values under the names of another tool: flat, as `--names wireshark` prints them.

use super::plan::{FieldPlan, Plan, Shape};
use super::{Shown, values};
use crate::text::{json_string, put};
use packet_schema::Schema;
use packet_schema::interp::{Dissection, Eval, Node, NodeKind, Val, Value};
use packet_schema::model::{Expr, FieldId, ToolName};
use std::collections::HashMap;

/// The names of one tool.
pub(crate) struct ToolNames<'s> {
    schema: &'s Schema,
    /// By composite: the names over its frame, and the bucket of each.
    by_composite: Vec<Vec<(usize, &'s ToolName)>>,
    /// One for each name; values of one name are together, whichever frame they come from.
    buckets: Vec<Bucket>,
    /// The buckets that the layer filled, in that order.
    filled: Vec<usize>,
    /// By layer of the packet: the frames in it.
    frames: Vec<Vec<u32>>,
}

/// The values that a layer has under one name.
struct Bucket {
    /// `"ip.ttl":`.
    key: Box<[u8]>,
    text: Vec<u8>,
    /// First bit on the wire, and where the value's text ends.
    values: Vec<(u32, usize)>,
}

impl<'s> ToolNames<'s> {
    /// The names that the schema has for a tool, unless it has none.
    pub(crate) fn new(schema: &'s Schema, tool: &str) -> Option<Self> {
        let names = schema.names.get(tool)?;
        let mut by_composite = vec![Vec::new(); schema.composites.len()];
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut buckets = Vec::new();
        for name in names {
            let bucket = *known.entry(&name.name).or_insert_with(|| {
                let mut key = Vec::new();
                json_string(&mut key, &name.name);
                key.push(b':');
                buckets.push(Bucket { key: key.into_boxed_slice(), text: Vec::new(), values: Vec::new() });
                buckets.len() - 1
            });
            by_composite[name.owner.index()].push((bucket, name));
        }
        Some(Self { schema, by_composite, buckets, filled: Vec::new(), frames: Vec::new() })
    }

    /// Appends what a layer has under the tool's names, without the braces around it.
    pub(crate) fn layer(&mut self, out: &mut Vec<u8>, shown: &Shown<'_>, plan: &Plan, layer: usize) {
        if layer == 0 {
            self.sort_frames(shown.dissection);
        }
        for frame in std::mem::take(&mut self.frames[layer]) {
            self.frame(shown, plan, frame);
        }
        for (index, bucket) in std::mem::take(&mut self.filled).into_iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            self.buckets[bucket].write(out);
        }
    }

    fn sort_frames(&mut self, dissection: &Dissection) {
        self.frames.clear();
        self.frames.resize_with(dissection.layers.len(), Vec::new);
        for (index, frame) in (0..).zip(&dissection.frames) {
            if let Some(frames) = self.frames.get_mut(frame.layer as usize) {
                frames.push(index);
            }
        }
    }

    /// Puts what one frame has into the buckets.
    fn frame(&mut self, shown: &Shown<'_>, plan: &Plan, index: u32) {
        let (dissection, data) = (shown.dissection, shown.packet.data);
        let frame = dissection.frames[index as usize];
        let eval = Eval::new(self.schema, data, dissection, index);
        for &(bucket, name) in &self.by_composite[frame.composite.index()] {
            if name.condition.is_some_and(|condition| eval.eval(condition).truth() != Some(true)) {
                continue;
            }
            let to = &mut self.buckets[bucket];
            let before = to.values.len();
            match &self.schema[name.value] {
                Expr::Field(fields) => {
                    if let Some((field, node)) = present(self.schema, dissection, frame.slots, fields) {
                        to.node(dissection, data, plan, field, node);
                    }
                }
                _ => to.value(&eval.eval(name.value), frame.start, dissection, data, plan),
            }
            if before == 0 && !to.values.is_empty() {
                self.filled.push(bucket);
            }
        }
    }
}

/// The one present among fields of a frame, and its node.
fn present(schema: &Schema, dissection: &Dissection, slots: u32, fields: &[FieldId]) -> Option<(FieldId, u32)> {
    fields.iter().find_map(|&field| {
        let slot = slots as usize + schema[field].slot as usize;
        Some((field, dissection.slots.get(slot)?.checked_sub(1)?))
    })
}

impl Bucket {
    /// Adds the value of a node, or those of a list's elements.
    fn node(&mut self, dissection: &Dissection, data: &[u8], plan: &Plan, field: FieldId, index: u32) {
        let Some(node) = dissection.nodes.get(index as usize) else { return };
        if !matches!(node.value, Value::List(_)) {
            if flat(&mut self.text, &plan.fields[field.index()], dissection, data, node) {
                self.values.push((node.start, self.text.len()));
            }
            return;
        }
        let mut index = index + 1;
        while index < node.end {
            let Some(element) = dissection.nodes.get(index as usize) else { break };
            if matches!(element.kind, NodeKind::Element(_)) && !matches!(element.value, Value::List(_)) {
                if flat(&mut self.text, &plan.fields[field.index()], dissection, data, element) {
                    self.values.push((element.start, self.text.len()));
                }
                index = element.end.max(index + 1);
            } else {
                // Elements that are lists are walked through, for their own elements follow.
                index += 1;
            }
        }
    }

    /// Adds the value of an expression, or those of the list that it is.
    fn value(&mut self, value: &Val<'_>, start: u32, dissection: &Dissection, data: &[u8], plan: &Plan) {
        match value {
            Val::Absent | Val::Frame(_) => return,
            Val::Int(number) => put!(&mut self.text, "{number}"),
            Val::Bool(value) => self.text.push(b'0' + u8::from(*value)),
            Val::Float(number) => put!(&mut self.text, "{number:?}"),
            Val::Bytes(bytes) => quoted_octets(&mut self.text, bytes),
            Val::Text(text) => json_string(&mut self.text, text),
            Val::Region(from, to) => {
                quoted_octets(&mut self.text, data.get(*from as usize..*to as usize).unwrap_or_default());
            }
            Val::List(index) => {
                let kind = dissection.nodes.get(*index as usize).map(|node| node.kind);
                if let Some(NodeKind::Field(field) | NodeKind::Element(field)) = kind {
                    self.node(dissection, data, plan, field, *index);
                }
                return;
            }
            Val::Items(items) => {
                items.iter().for_each(|item| self.value(item, start, dissection, data, plan));
                return;
            }
        }
        self.values.push((start, self.text.len()));
    }

    /// Writes the values in the order of the wire, and forgets them.
    fn write(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.key);
        if let [_] = *self.values {
            out.extend_from_slice(&self.text);
        } else {
            let mut from = 0;
            let mut values: Vec<(u32, std::ops::Range<usize>)> = Vec::with_capacity(self.values.len());
            for &(start, end) in &self.values {
                values.push((start, from..end));
                from = end;
            }
            values.sort_by_key(|(start, _)| *start);
            for (index, (_, value)) in values.into_iter().enumerate() {
                out.push(if index == 0 { b'[' } else { b',' });
                out.extend_from_slice(&self.text[value]);
            }
            out.push(b']');
        }
        self.text.clear();
        self.values.clear();
    }
}

/// A value as other tools give it raw; `false`, and nothing written, where it is no single value.
fn flat(out: &mut Vec<u8>, field: &FieldPlan, dissection: &Dissection, data: &[u8], node: &Node) -> bool {
    if matches!(field.shape, Shape::Ipv4 | Shape::Ipv6 | Shape::Mac) {
        out.push(b'"');
        if values::address(out, field.shape, node, data) {
            out.push(b'"');
            return true;
        }
        out.pop();
    }
    match node.value {
        Value::Uint(_) | Value::Int(_) | Value::Wide(_) => _ = values::decimal(out, field, node),
        Value::Float(value) => put!(out, "{value:?}"),
        Value::Bytes | Value::Decoded(..) => match values::text(field, node, dissection, data) {
            Some(text) => json_string(out, &text),
            None => quoted_octets(out, values::octets_of(node, dissection, data)),
        },
        Value::Frame(_) | Value::List(_) | Value::Group => return false,
    }
    true
}

/// Bytes as tshark prints them: `"00:1c:7f"`.
fn quoted_octets(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            out.push(b':');
        }
        out.extend_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    out.push(b'"');
}
