//! From a reading to a value: what a builder needs to give the same bytes again.
//!
//! Every bit between two nodes goes into the value as it is, so that whatever a reading made of a packet, however broken, its
//! value covers it. Derived fields are raw here; [`super::build`] makes those automatic that it would derive alike.

use super::build::{container_of, settle};
use super::encode::{Names, codec_of, encode_number};
use super::resolve_value::fixed_width;
use super::{
    Arg, Bits, CompositeValue, Data, Dissection, Element, FieldValue, LayerValue, Node, NodeKind, PacketValue, Part,
    PayloadPart, Value, children,
};
use crate::model::{CompositeId, Encode, Expr, ExprId, Extent, FieldId, Place, Schema, Type};

/// The value of a packet that was read: building it gives the same bytes.
///
/// A field with a derivation is [`FieldValue::Auto`] where that gives what was read, and [`FieldValue::Raw`] where not; so is
/// a field whose value no builder would accept.
#[must_use]
pub fn to_value(schema: &Schema, data: &[u8], dissection: &Dissection) -> PacketValue {
    let mut convert = Convert {
        schema,
        data,
        dissection,
        names: Names::default(),
        ends: ends_of_layers(dissection),
        above: layers_above(dissection),
        value: PacketValue::default(),
    };
    convert.packet();
    settle(schema, data, convert.value)
}

struct Convert<'a> {
    schema: &'a Schema,
    data: &'a [u8],
    dissection: &'a Dissection,
    names: Names,
    /// Where each layer ends, with all above it.
    ends: Vec<u32>,
    /// The layers in the payloads of each layer; those of none come last.
    above: Vec<Vec<usize>>,
    value: PacketValue,
}

/// How far a conversion has come.
struct Progress {
    parts: Vec<Part>,
    /// The next bit.
    at: u32,
    /// The bit before which it ends.
    end: u32,
    /// The layer, if it is one rather than a struct.
    layer: Option<usize>,
    frame: u32,
    /// The first node behind those being converted, where it belongs to the same composite.
    behind: Option<u32>,
}

/// A layer that is to be converted.
struct Task {
    /// In the dissection.
    layer: usize,
    /// In the value.
    place: usize,
    end: u32,
}

/// Where the bytes of each layer and of those above it end, in bits.
fn ends_of_layers(dissection: &Dissection) -> Vec<u32> {
    let mut ends: Vec<u32> = dissection.layers.iter().map(|layer| layer.start * 8).collect();
    for (at, layer) in dissection.layers.iter().enumerate().rev() {
        for (from, to) in [layer.nodes, layer.tail] {
            for node in children(&dissection.nodes, from, to) {
                let Some(node) = dissection.nodes.get(node as usize) else { continue };
                // What the layer in a payload leaves may belong to one below.
                if !matches!(node.kind, NodeKind::Payload(_, Some(_))) {
                    ends[at] = ends[at].max(node.start + node.bits);
                }
            }
        }
        let end = ends[at];
        if let Some(parent) = layer.parent.and_then(|parent| ends.get_mut(parent as usize)) {
            *parent = end.max(*parent);
        }
    }
    ends
}

/// The layers by the layer that they stand upon.
fn layers_above(dissection: &Dissection) -> Vec<Vec<usize>> {
    let count = dissection.layers.len();
    let mut above = vec![Vec::new(); count + 1];
    for (at, layer) in dissection.layers.iter().enumerate() {
        let below = layer.parent.map_or(count, |parent| (parent as usize).min(count));
        above[below].push(at);
    }
    above
}

impl Convert<'_> {
    fn packet(&mut self) {
        let mut tasks = Vec::new();
        let whole = self.data.len() as u32 * 8;
        let top = self.content(None, 0, whole, &mut tasks);
        self.value.top = top;
        // Layers are taken up in the order in which they were found, so that names point back as they did.
        let mut next = 0;
        while let Some(task) = tasks.get(next) {
            let (layer, place, end) = (task.layer, task.place, task.end);
            let body = self.layer(layer, end, &mut tasks);
            self.value.layers[place].body = body;
            next += 1;
        }
    }

    /// What lies between two bits of a payload: the layers that stand there, and bytes between and behind them.
    fn content(&mut self, parent: Option<u32>, from: u32, to: u32, tasks: &mut Vec<Task>) -> Vec<PayloadPart> {
        let dissection = self.dissection;
        let inside = |start: u32| from <= start && start < to;
        let above = &self.above[parent.map_or(dissection.layers.len(), |parent| parent as usize)];
        let here: Vec<usize> = above.iter().copied().filter(|&at| inside(dissection.layers[at].start * 8)).collect();
        let mut parts = Vec::new();
        let mut at = from;
        for (&layer, next) in here.iter().zip(1..) {
            let start = dissection.layers[layer].start * 8;
            let limit = here.get(next).map_or(to, |&next| dissection.layers[next].start * 8);
            if start < at {
                continue;
            }
            self.push_gap(&mut parts, at, start);
            let end = self.ends[layer].clamp(start, limit.max(start));
            let place = self.value.layers.len();
            let body = CompositeValue { composite: dissection.layers[layer].composite, whole: true, parts: Vec::new() };
            self.value.layers.push(LayerValue { body, payload: Vec::new() });
            parts.push(PayloadPart::Layer(place as u32));
            tasks.push(Task { layer, place, end });
            at = end;
        }
        self.push_gap(&mut parts, at, to);
        parts
    }

    fn push_gap(&self, parts: &mut Vec<PayloadPart>, from: u32, to: u32) {
        if from < to {
            parts.push(PayloadPart::Bytes(self.bits(from, to)));
        }
    }

    fn bits(&self, from: u32, to: u32) -> Bits {
        Bits::of(self.data, u64::from(from), u64::from(to))
    }

    fn layer(&mut self, layer: usize, end: u32, tasks: &mut Vec<Task>) -> CompositeValue {
        let known = self.dissection.layers[layer];
        let behind = (known.tail.0 < known.tail.1).then_some(known.tail.0);
        let mut progress =
            Progress { parts: Vec::new(), at: known.start * 8, end, layer: Some(layer), frame: known.frame, behind };
        self.nodes(&mut progress, known.nodes, tasks);
        progress.behind = None;
        self.nodes(&mut progress, known.tail, tasks);
        gap(self, &mut progress, end);
        CompositeValue { composite: known.composite, whole: true, parts: progress.parts }
    }

    /// Converts nodes side by side.
    fn nodes(&mut self, progress: &mut Progress, (from, to): (u32, u32), tasks: &mut Vec<Task>) {
        let mut prefix = None;
        let mut at = from;
        while at < to {
            let Some(&node) = self.dissection.nodes.get(at as usize) else { return };
            let next = node.end.max(at + 1);
            match node.kind {
                NodeKind::Variant(_, variant) => {
                    gap(self, progress, node.start);
                    progress.parts.push(Part::Variant(variant));
                    let behind = progress.behind;
                    progress.behind = if next < to { Some(next) } else { behind };
                    self.nodes(progress, (at + 1, next), tasks);
                    progress.behind = behind;
                    progress.parts.push(Part::End);
                }
                NodeKind::Prefix(_) => prefix = Some(node),
                NodeKind::Payload(field, _) if progress.layer.is_some() => {
                    let behind = if next < to { Some(next) } else { progress.behind };
                    self.payload(progress, field, node, behind, tasks);
                }
                NodeKind::Field(field) if matches!(self.schema[field].place, Place::Container { .. }) => {
                    at = self.container(progress, field, at, to);
                    continue;
                }
                NodeKind::Field(field) | NodeKind::Element(field) | NodeKind::Payload(field, _) => {
                    let start = prefix.map_or(node.start, |prefix: Node| prefix.start);
                    if enter(self, progress, start, node.start + node.bits) {
                        let schema = self.schema;
                        let value = self.value(progress.frame, field, &schema[field].ty, at, prefix);
                        progress.parts.push(Part::Field(field, value));
                    }
                    prefix = None;
                }
                NodeKind::Padding(field) | NodeKind::Spoiled(field) => {
                    let (start, end) = (node.start, node.start + node.bits);
                    if enter(self, progress, start, end) && start < end {
                        let bits = self.bits(start, end);
                        progress.parts.push(match node.kind {
                            NodeKind::Spoiled(_) => Part::Spoiled(field, bits),
                            _ => Part::Padding(field, bits),
                        });
                    }
                }
            }
            at = next;
        }
    }

    fn payload(
        &mut self,
        progress: &mut Progress,
        field: FieldId,
        node: Node,
        behind: Option<u32>,
        tasks: &mut Vec<Task>,
    ) {
        let next = behind.and_then(|at| self.dissection.nodes.get(at as usize)).map(|node| node.start);
        let end = (node.start + node.bits).min(next.unwrap_or(u32::MAX)).min(progress.end);
        if node.start < progress.at || end < node.start {
            return;
        }
        gap(self, progress, node.start);
        let content = self.content(progress.layer.map(|layer| layer as u32), node.start, end, tasks);
        progress.parts.push(Part::Field(field, FieldValue::Set(Data::Payload(content))));
        progress.at = end;
    }

    /// Fields that share a number: all of them, or the number's bytes as they are. Gives the node behind them.
    fn container(&mut self, progress: &mut Progress, first: FieldId, at: u32, to: u32) -> u32 {
        let dissection = self.dissection;
        let field_at = |at: u32| match dissection.nodes.get(at as usize)?.kind {
            NodeKind::Field(field) => Some(field),
            _ => None,
        };
        let body = &self.schema[self.schema[first].owner].body;
        let Some((bits, fields)) = container_of(body, first) else { return at + 1 };
        let count = (0..).zip(fields).take_while(|&(i, &field)| at + i < to && field_at(at + i) == Some(field)).count();
        let Some(&node) = dissection.nodes.get(at as usize) else { return at + 1 };
        let Place::Container { shift, width } = self.schema[first].place else { return at + 1 };
        let start = (node.start + shift + width).saturating_sub(bits);
        if enter(self, progress, start, start + bits) {
            if count == fields.len() {
                for (&field, at) in fields.iter().zip(at..) {
                    let schema = self.schema;
                    let value = self.value(progress.frame, field, &schema[field].ty, at, None);
                    progress.parts.push(Part::Field(field, value));
                }
            } else {
                progress.parts.push(Part::Spoiled(Some(first), self.bits(start, start + bits)));
            }
        }
        at + (count as u32).max(1)
    }

    /// The value of a field or an element, with the length or count in front of it.
    fn value(&mut self, frame: u32, field: FieldId, ty: &Type, at: u32, prefix: Option<Node>) -> FieldValue {
        let Some(&node) = self.dissection.nodes.get(at as usize) else { return FieldValue::Auto };
        let end = node.start + node.bits;
        let value = self.plain_value(frame, field, ty, at, node);
        let Some(prefix) = prefix else { return value };
        let FieldValue::Set(data) = value else { return FieldValue::Raw(self.bits(prefix.start, end)) };
        let bits = self.bits(prefix.start, prefix.start + prefix.bits);
        if self.is_derived_prefix(ty, node, prefix, &bits) {
            FieldValue::Set(data)
        } else {
            FieldValue::Set(Data::Prefixed(bits, Box::new(data)))
        }
    }

    /// Whether a builder would put the same prefix there.
    fn is_derived_prefix(&self, ty: &Type, node: Node, prefix: Node, bits: &Bits) -> bool {
        let extent = match ty {
            Type::Bytes(extent) | Type::Text(_, extent) | Type::List(_, extent) => extent,
            _ => return false,
        };
        let (counter, count) = match (extent, node.value) {
            (Extent::PrefixItems(counter), Value::List(count)) => (counter, count),
            (Extent::PrefixBytes(counter) | Extent::PrefixItems(counter), _) => (counter, node.bits / 8),
            _ => return false,
        };
        match counter.as_ref() {
            Type::Codec(codec, _) => encode_number(self.schema, *codec, u128::from(count)).as_ref() == Some(bits),
            _ => prefix.value == Value::Uint(u64::from(count)),
        }
    }

    fn plain_value(&mut self, frame: u32, field: FieldId, ty: &Type, at: u32, node: Node) -> FieldValue {
        let (from, to) = (node.start, node.start + node.bits);
        let raw = |this: &Self| FieldValue::Raw(this.bits(from, to));
        match (ty, node.value) {
            (Type::Bytes(extent) | Type::Text(_, extent), Value::Bytes) => {
                let bits = self.bits(from, to);
                let said = match extent {
                    Extent::Count(count) => match self.schema[*count] {
                        Expr::Int(count) => count * 8 == i128::from(node.bits),
                        _ => true,
                    },
                    Extent::ToEnd | Extent::Until(_) | Extent::PrefixBytes(_) | Extent::PrefixItems(_) => true,
                };
                let derived = self.schema[field].auto.is_some();
                if said && !derived && from.is_multiple_of(8) && to.is_multiple_of(8) {
                    FieldValue::Set(Data::Bytes(bits.bytes().to_vec()))
                } else {
                    FieldValue::Raw(bits)
                }
            }
            (Type::Struct(..), Value::Frame(inner)) => self.structure(inner, at, node),
            (Type::List(element, _), Value::List(_)) => self.list(frame, field, element, at, node),
            (Type::Codec(codec, _), Value::Uint(number)) => self.coded_number(field, *codec, number, node),
            (Type::Codec(codec, args), Value::Decoded(start, end)) => {
                self.name(frame, *codec, args, (start, end), node).unwrap_or_else(|| raw(self))
            }
            (_, value) if fixed_width(ty).is_some() || matches!(ty, Type::UintOf { .. }) => {
                self.number(field, ty, value, node).unwrap_or_else(|| raw(self))
            }
            _ => raw(self),
        }
    }

    fn number(&self, field: FieldId, ty: &Type, value: Value, node: Node) -> Option<FieldValue> {
        let known = &self.schema[field];
        let (bits, data) = match value {
            Value::Uint(number) => {
                (u128::from(number), Data::Uint(u128::from(number).checked_mul(u128::from(known.scale.max(1)))?))
            }
            Value::Wide(number) => (number, Data::Uint(number.checked_mul(u128::from(known.scale.max(1)))?)),
            Value::Int(number) => {
                let bits = packet_core::bits::twos_complement(i128::from(number), node.bits)?;
                (bits, Data::Int(i128::from(number) * i128::from(known.scale.max(1))))
            }
            // A number that is none may have bits that do not survive a copy.
            Value::Float(number) if number.is_nan() => return None,
            Value::Float(number) => (0, Data::Float(number)),
            Value::Bytes | Value::Decoded(..) | Value::Frame(_) | Value::List(_) | Value::Group => return None,
        };
        let wide_int = matches!((ty, value), (Type::Int { .. }, Value::Wide(_)));
        Some(match known.auto {
            None if !wide_int => FieldValue::Set(data),
            _ => FieldValue::Raw(Bits::from_uint(bits, node.bits)?),
        })
    }

    fn structure(&mut self, frame: u32, at: u32, node: Node) -> FieldValue {
        let Some(known) = self.dissection.frames.get(frame as usize) else { return FieldValue::Auto };
        let end = node.start + node.bits;
        let mut progress = Progress { parts: Vec::new(), at: node.start, end, layer: None, frame, behind: None };
        // Structs carry no layers of their own, so that nothing is put off.
        self.nodes(&mut progress, (at + 1, node.end), &mut Vec::new());
        gap(self, &mut progress, end);
        let value = CompositeValue { composite: known.composite, whole: true, parts: progress.parts };
        FieldValue::Set(Data::Composite(value))
    }

    fn list(&mut self, frame: u32, field: FieldId, element: &Type, at: u32, node: Node) -> FieldValue {
        let (mut position, end) = (node.start, node.start + node.bits);
        let mut elements = Vec::new();
        let mut prefix: Option<Node> = None;
        for at in children(&self.dissection.nodes, at + 1, node.end) {
            let Some(&child) = self.dissection.nodes.get(at as usize) else { break };
            if matches!(child.kind, NodeKind::Prefix(_)) {
                prefix = Some(child);
                continue;
            }
            let start = prefix.map_or(child.start, |prefix| prefix.start);
            let child_end = child.start + child.bits;
            if matches!(child.kind, NodeKind::Element(_)) && position <= start && child_end <= end {
                if position < start {
                    elements.push(Element::Spoiled(self.bits(position, start)));
                }
                let value = self.value(frame, field, element, at, prefix);
                elements.push(Element::Value(value));
                position = child_end;
            }
            prefix = None;
        }
        if position < end {
            elements.push(Element::Spoiled(self.bits(position, end)));
        }
        FieldValue::Set(Data::List(elements))
    }

    fn coded_number(&self, field: FieldId, codec: CompositeId, number: u64, node: Node) -> FieldValue {
        let bits = self.bits(node.start, node.start + node.bits);
        let scale = u128::from(self.schema[field].scale.max(1));
        let canonical = encode_number(self.schema, codec, u128::from(number)).as_ref() == Some(&bits);
        if canonical && self.schema[field].auto.is_none() {
            FieldValue::Set(Data::Uint(u128::from(number) * scale))
        } else {
            FieldValue::Raw(bits)
        }
    }

    /// A name, where a builder would write it as it was.
    fn name(
        &mut self,
        frame: u32,
        id: CompositeId,
        args: &[ExprId],
        (from, to): (u32, u32),
        node: Node,
    ) -> Option<FieldValue> {
        let codec = codec_of(self.schema, id)?;
        let text = self.dissection.text.get(from as usize..to as usize)?;
        let region = match codec.encode {
            Encode::Compress(param) => match args.get(param as usize).map(|&arg| self.argument(frame, arg)) {
                Some(Arg::Region(from, _)) => Some(from),
                Some(Arg::Int(_) | Arg::Absent) | None => None,
            },
            Encode::Plain | Encode::Fields(_) | Encode::FoldLittle(_) | Encode::FoldBig(_) | Encode::Digits(_) => None,
        };
        let encoded = self.names.encode(text, node.start / 8, region)?;
        let too_long = codec.limit_bytes.is_some_and(|most| text.len() as u64 > most);
        if too_long || Bits::from_bytes(&encoded.bytes) != self.bits(node.start, node.start + node.bits) {
            return None;
        }
        self.names.note(region, encoded);
        Some(FieldValue::Set(Data::Bytes(text.to_vec())))
    }

    fn argument(&self, frame: u32, arg: ExprId) -> Arg {
        match super::Eval::new(self.schema, self.data, self.dissection, frame).eval(arg) {
            super::Val::Region(from, to) => Arg::Region(from, to),
            other => other.int().map_or(Arg::Absent, Arg::Int),
        }
    }
}

/// Takes what lies before a bit as it is.
fn gap(convert: &Convert<'_>, progress: &mut Progress, to: u32) {
    let to = to.min(progress.end);
    if progress.at < to {
        progress.parts.push(Part::Padding(None, convert.bits(progress.at, to)));
        progress.at = to;
    }
}

/// Comes to a node; whether it can be taken as such. A node that begins before what was taken already, or ends behind the
/// composite's end, is taken as bits, as far as it lies between.
fn enter(convert: &Convert<'_>, progress: &mut Progress, start: u32, end: u32) -> bool {
    gap(convert, progress, start);
    if start < progress.at || end > progress.end {
        gap(convert, progress, end);
        return false;
    }
    progress.at = end;
    true
}
