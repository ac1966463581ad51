//! What names in expressions lead to: nodes, their values, elements, layers.

use super::eval::{Eval, It};
use super::val::Val;
use super::words;
use super::{Frame, LayerNode, Node, NodeKind, Value};
use crate::model::{CompositeId, CompositeKind, Encoding, ExprId, Extent, Field, FieldId, Next, Schema, TableId, Type};
use packet_core::bits;
use std::borrow::Cow;

impl<'a> Eval<'a, '_> {
    /// The node of the one present among these fields of a frame.
    #[must_use]
    pub fn present(&self, frame: u32, fields: &[FieldId]) -> Option<u32> {
        let slots = self.dissection.frames.get(frame as usize)?.slots;
        fields.iter().find_map(|&field| {
            let slot = self.dissection.slots.get((slots + self.schema[field].slot) as usize)?;
            slot.checked_sub(1)
        })
    }

    /// A node.
    #[must_use]
    pub fn node(&self, index: u32) -> Option<&'a Node> {
        self.dissection.nodes.get(index as usize)
    }

    /// The frame the expression is about.
    pub(super) fn own_frame(&self) -> Option<&'a Frame> {
        self.dissection.frames.get(self.frame as usize)
    }

    /// The layer that the frame is or is part of.
    pub(super) fn own_layer(&self) -> Option<&'a LayerNode> {
        self.dissection.layers.get(self.own_frame()?.layer as usize)
    }

    /// The value of a node.
    #[must_use]
    pub fn value_of(&self, index: u32) -> Val<'a> {
        let Some(node) = self.node(index) else { return Val::Absent };
        match node.value {
            Value::Uint(value) => match node_field(self.schema, node.kind) {
                Some(field) if matches!(leaf(&field.ty), Type::Bool) => Val::Bool(value != 0),
                Some(field) => Val::Int(i128::from(value) * i128::from(field.scale)),
                None => Val::Int(i128::from(value)),
            },
            Value::Int(_) | Value::Wide(_) => self.int_of(index).map_or(Val::Absent, Val::Int),
            Value::Float(value) => Val::Float(value),
            Value::Bytes => self.octets_of(node),
            Value::Decoded(from, to) => {
                let bytes = self.dissection.text.get(from as usize..to as usize).unwrap_or_default();
                match node_field(self.schema, node.kind) {
                    Some(field) if is_byte_codec(self.schema, field) => Val::Bytes(Cow::Borrowed(bytes)),
                    _ => Val::Text(String::from_utf8_lossy(bytes)),
                }
            }
            Value::Frame(frame) => Val::Frame(frame),
            Value::List(_) => Val::List(index),
            Value::Group => Val::Absent,
        }
    }

    /// The integer in a node.
    pub(super) fn int_of(&self, index: u32) -> Option<i128> {
        let node = self.node(index)?;
        let scale = || node_field(self.schema, node.kind).map_or(1, |field| i128::from(field.scale));
        match node.value {
            Value::Uint(value) => Some(i128::from(value) * scale()),
            Value::Int(value) => Some(i128::from(value) * scale()),
            Value::Wide(value) => match node_field(self.schema, node.kind).map(|field| leaf(&field.ty)) {
                Some(Type::Int { bits, .. }) => Some(bits::sign_extend(value, *bits)),
                _ => (value as i128).checked_mul(scale()),
            },
            Value::Float(_) | Value::Bytes | Value::Decoded(..) | Value::Frame(_) | Value::List(_) | Value::Group => {
                None
            }
        }
    }

    /// The bytes at a node's place, as text where they are that.
    fn octets_of(&self, node: &Node) -> Val<'a> {
        let bytes = self.range(node.start, node.start + node.bits);
        match node_field(self.schema, node.kind).map(|field| leaf(&field.ty)) {
            Some(Type::Text(Encoding::Latin1, _)) => Val::Text(bytes.iter().map(|&byte| char::from(byte)).collect()),
            Some(Type::Text(Encoding::Utf8 | Encoding::Ascii | Encoding::NoCase, _)) => {
                Val::Text(String::from_utf8_lossy(bytes))
            }
            _ => Val::Bytes(Cow::Borrowed(bytes)),
        }
    }

    /// The bytes that hold the bits from the first to the second, exclusive.
    pub(super) fn range(&self, from: u32, to: u32) -> &'a [u8] {
        self.data.get(from as usize / 8..(to as usize).div_ceil(8)).unwrap_or_default()
    }

    /// The nodes of a list's elements.
    pub fn elements(&self, list: u32) -> impl Iterator<Item = u32> + use<'a> {
        let end = self.node(list).map_or(0, |node| node.end);
        self.elements_up_to(list, end)
    }

    /// The nodes of the elements of a list that ends at a node, exclusive.
    pub(super) fn elements_up_to(&self, list: u32, end: u32) -> impl Iterator<Item = u32> + use<'a> {
        let nodes = &self.dissection.nodes;
        children(nodes, list + 1, end)
            .filter(|&at| nodes.get(at as usize).is_some_and(|node| matches!(node.kind, NodeKind::Element(_))))
    }

    /// The value, where it is in that variant, or of a list the first element that is. One that could not be read to its end is
    /// in none.
    pub(super) fn variant(&self, of: &Val<'a>, composite: CompositeId, key: &str) -> Val<'a> {
        match *of {
            Val::Frame(frame) if self.is_whole_in(frame, composite, key) => Val::Frame(frame),
            Val::List(list) => {
                let frames = self.elements(list).filter_map(|element| match self.node(element)?.value {
                    Value::Frame(frame) => Some(frame),
                    _ => None,
                });
                let mut fitting = frames.filter(|&frame| self.is_whole_in(frame, composite, key));
                fitting.next().map_or(Val::Absent, Val::Frame)
            }
            _ => Val::Absent,
        }
    }

    /// Whether a composite is in that variant.
    #[must_use]
    pub fn has_variant(&self, frame: u32, composite: CompositeId, key: &str) -> bool {
        self.variant_node(frame, composite, key).is_some()
    }

    /// Whether a composite is in that variant, of which everything could be read.
    fn is_whole_in(&self, frame: u32, composite: CompositeId, key: &str) -> bool {
        self.variant_node(frame, composite, key).is_some_and(|node| !self.is_broken(node))
    }

    /// Whether reading a node failed: it then ends with spoiled bytes, its own or those of what is in it.
    fn is_broken(&self, index: u32) -> bool {
        let mut at = index;
        while let Some(node) = self.node(at) {
            match node.kind {
                NodeKind::Spoiled(_) => return true,
                // A fault in a region of its own, or in another layer, ends with it.
                NodeKind::Payload(..) => return false,
                NodeKind::Field(field) if is_region(&self.schema[field]) => return false,
                _ => match children(&self.dissection.nodes, at + 1, node.end).last() {
                    Some(last) => at = last,
                    None => return false,
                },
            }
        }
        false
    }

    fn variant_node(&self, frame: u32, composite: CompositeId, key: &str) -> Option<u32> {
        let frame = self.dissection.frames.get(frame as usize)?;
        let variants = &self.schema[composite].variants;
        let nodes = &self.dissection.nodes;
        let end = frame.nodes.1.min(nodes.len() as u32);
        let mut at = frame.nodes.0;
        while at < end {
            let node = nodes.get(at as usize)?;
            at = match node.kind {
                NodeKind::Variant(owner, index) if owner == composite => {
                    if variants.get(index as usize).is_some_and(|variant| variant.key == key) {
                        return Some(at);
                    }
                    at + 1
                }
                _ => node.end.max(at + 1),
            };
        }
        None
    }

    /// An element of a list, or a byte.
    pub(super) fn index(&self, of: &Val<'a>, at: i128) -> Val<'a> {
        let Ok(at) = usize::try_from(at) else { return Val::Absent };
        match of {
            Val::List(list) => self.elements(*list).nth(at).map_or(Val::Absent, |node| self.value_of(node)),
            Val::Items(items) => items.get(at).cloned().unwrap_or_default(),
            Val::Region(..) => self
                .octets(of)
                .and_then(|bytes| bytes.get(at).copied())
                .map_or(Val::Absent, |byte| Val::Int(byte.into())),
            _ => of.octets().and_then(|bytes| bytes.get(at)).map_or(Val::Absent, |&byte| Val::Int(byte.into())),
        }
    }

    /// Bytes or elements from one to another, both included, cut to what is there.
    pub(super) fn slice(&self, of: ExprId, from: ExprId, to: ExprId) -> Option<Val<'a>> {
        let (of, from, to) = (self.eval(of), self.int(from)?, self.int(to)?);
        let from = usize::try_from(from).ok()?;
        let to = usize::try_from(to).ok()?.checked_add(1)?;
        match of {
            Val::List(list) => {
                let nodes = self.elements(list).skip(from).take(to.saturating_sub(from));
                Some(Val::Items(nodes.map(|node| self.value_of(node)).collect()))
            }
            Val::Items(items) => Some(Val::Items(items.into_iter().skip(from).take(to.saturating_sub(from)).collect())),
            other => match self.octets(&other)? {
                Cow::Borrowed(bytes) => Some(Val::Bytes(Cow::Borrowed(bytes.get(from..to.min(bytes.len()))?))),
                Cow::Owned(bytes) => Some(Val::Bytes(Cow::Owned(bytes.get(from..to.min(bytes.len()))?.to_vec()))),
            },
        }
    }

    /// How many elements or bytes.
    pub(super) fn length(&self, of: &Val<'a>) -> Option<i128> {
        match of {
            Val::List(list) => self.count_of(*list),
            Val::Items(items) => Some(items.len() as i128),
            _ => Some(self.octets(of)?.len() as i128),
        }
    }

    /// How many elements a node has, or bytes.
    pub(super) fn count_of(&self, node: u32) -> Option<i128> {
        let node = self.node(node)?;
        match node.value {
            Value::List(count) => Some(i128::from(count)),
            _ => Some(i128::from(node.bits / 8)),
        }
    }

    /// The bytes of the composite: of a layer up to the end of its payload by its own account.
    pub(super) fn size(&self) -> Option<i128> {
        let frame = self.own_frame()?;
        let layer = self.own_layer()?;
        if layer.frame == self.frame {
            return Some(i128::from(layer.size) + i128::from(layer.missing));
        }
        Some(i128::from(frame.bits / 8))
    }

    /// The bytes of what is under check.
    pub(super) fn size_of_it(&self) -> Option<i128> {
        match self.it {
            It::Node(node) => Some(i128::from(self.node(node)?.bits / 8)),
            It::Nothing | It::Int(_) => None,
        }
    }

    /// Bytes from the composite's start to a field.
    pub(super) fn offset_of(&self, fields: &[FieldId]) -> Option<i128> {
        let node = self.node(self.present(self.frame, fields)?)?;
        Some((i128::from(node.start) - i128::from(self.own_frame()?.start)) / 8)
    }

    /// The layer that is the payload in one of these fields.
    pub(super) fn payload_of(&self, fields: &[FieldId]) -> Option<CompositeId> {
        match self.node(self.present(self.frame, fields)?)?.kind {
            NodeKind::Payload(_, Some(layer)) => Some(self.dissection.layers.get(layer as usize)?.composite),
            _ => None,
        }
    }

    /// The first key by which the payload's layer is found in its table. Where a payload is always the same layer, and
    /// as long as a field says, the key by which it was chosen is that length, as of IEEE 802.3.
    pub(super) fn key_of(&self, fields: &[FieldId]) -> Option<i128> {
        let node = self.node(self.present(self.frame, fields)?)?;
        let field = node_field(self.schema, node.kind)?;
        if matches!(field.ty, Type::Next(Next::Is(_))) && field.within.is_some() {
            return Some(i128::from(node.bits / 8));
        }
        let layer = self.payload_of(fields)?;
        self.schema[table_of(field)?].keys_of(layer).next().map(|key| key as i128)
    }

    /// The frame of the first layer of that kind.
    pub(super) fn layer_frame(&self, composite: CompositeId) -> Option<u32> {
        let found = self.dissection.layers.iter().find(|layer| layer.composite == composite);
        found.map(|layer| layer.frame)
    }

    /// The bytes of the layer, so far as they are there.
    pub(super) fn layer_region(&self) -> Val<'a> {
        self.own_layer().map_or(Val::Absent, |layer| Val::Region(layer.start, layer.start + layer.size))
    }

    /// The names of all anomalies, each once.
    pub(super) fn anomalies(&self) -> Val<'a> {
        let mut names: Vec<Cow<'a, str>> = Vec::new();
        for anomaly in &self.dissection.anomalies {
            let name = words::anomaly_name(self.schema, anomaly.kind);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Val::Items(names.into_iter().map(Val::Text).collect())
    }

    /// Whether two values are equal: lists element by element, composites by their bytes, names of anomalies as sets.
    pub(super) fn same(&self, left: &Val<'a>, right: &Val<'a>) -> Option<bool> {
        match (left, right) {
            (Val::Absent, _) | (_, Val::Absent) => None,
            (Val::Items(_) | Val::List(_), Val::Items(_) | Val::List(_)) => {
                let (left, right) = (self.items(left), self.items(right));
                let names = |items: &[Val<'_>]| items.iter().all(|item| matches!(item, Val::Text(_)));
                if names(&left) && names(&right) {
                    let within = |these: &[Val<'a>], those: &[Val<'a>]| {
                        these.iter().all(|this| those.iter().any(|that| self.same(this, that) == Some(true)))
                    };
                    return Some(left.len() == right.len() && within(&left, &right) && within(&right, &left));
                }
                let equal = |(left, right)| self.same(left, right) == Some(true);
                Some(left.len() == right.len() && left.iter().zip(&right).all(equal))
            }
            (Val::Frame(_) | Val::Region(..), _) | (_, Val::Frame(_) | Val::Region(..)) => {
                Some(self.octets(left)? == self.octets(right)?)
            }
            _ => left.compare(right).map(std::cmp::Ordering::is_eq),
        }
    }

    /// The elements of a list, read or listed.
    fn items(&self, of: &Val<'a>) -> Vec<Val<'a>> {
        match of {
            Val::Items(items) => items.clone(),
            Val::List(list) => self.elements(*list).map(|node| self.value_of(node)).collect(),
            other => vec![other.clone()],
        }
    }
}

/// The nodes side by side from one up to another, exclusive, without what is in them.
pub fn children(nodes: &[Node], from: u32, to: u32) -> impl Iterator<Item = u32> + use<'_> {
    let mut at = from;
    std::iter::from_fn(move || {
        if at >= to {
            return None;
        }
        let this = at;
        at = nodes.get(this as usize)?.end.max(this + 1);
        Some(this)
    })
}

/// Whether a length opens a region for a field alone.
fn is_region(field: &Field) -> bool {
    field.within.is_some() || matches!(field.ty, Type::List(_, Extent::PrefixBytes(_)))
}

/// The field that a node is, or is part of.
#[must_use]
pub fn node_field(schema: &Schema, kind: NodeKind) -> Option<&Field> {
    match kind {
        NodeKind::Field(field) | NodeKind::Element(field) | NodeKind::Payload(field, _) => Some(&schema[field]),
        NodeKind::Variant(..) | NodeKind::Prefix(_) | NodeKind::Padding(_) | NodeKind::Spoiled(_) => None,
    }
}

/// What the elements of the elements of a list are, in the end.
#[must_use]
pub fn leaf(ty: &Type) -> &Type {
    let mut ty = ty;
    while let Type::List(element, _) = ty {
        ty = element;
    }
    ty
}

/// Whether a field is a codec that yields bytes.
fn is_byte_codec(schema: &Schema, field: &Field) -> bool {
    let Type::Codec(codec, _) = leaf(&field.ty) else { return false };
    matches!(&schema[*codec].kind, CompositeKind::Codec(codec) if codec.result == crate::model::CodecResult::Bytes)
}

/// The table by which a payload's layer is found.
#[must_use]
pub fn table_of(field: &Field) -> Option<TableId> {
    match &field.ty {
        Type::Next(Next::From { table, .. }) => Some(*table),
        _ => None,
    }
}
