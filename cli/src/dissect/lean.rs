//! A faster way to what a line shows of a packet: generated readers look at the layers, and of their fields only those are
//! taken over that the line has room for.
//!
//! Only packets with which nothing is wrong go this way, and only layers all of whose telling fields stand at fixed places.
//! All others are left to the interpreter, which says the same of these: a test compares the two.

use super::summary::Summary;
use arrayvec::ArrayVec;
use packet_core::{Region, bits};
use packet_protocols::stack::{Below, Layer, LayerKind, Next};
use packet_schema::Schema;
use packet_schema::interp::{Dissection, Frame, LayerNode, Node, NodeKind, Value};
use packet_schema::model::{Composite, CompositeId, Extent, FieldId, Item, Place, Type};

/// As many layers as a packet may have that goes this way.
const LAYERS: usize = 8;

/// Reads packets by generated code.
pub(crate) struct Lean {
    /// By composite: which generated reader it has.
    kinds: Vec<Option<LayerKind>>,
    /// By the number of a [`LayerKind`].
    layers: Vec<Option<LeanLayer>>,
}

/// What is taken over of a layer.
struct LeanLayer {
    composite: CompositeId,
    slots: u32,
    /// Who talks to whom, shown of the innermost layer that has it.
    ends: Vec<LeanField>,
    /// The ports of both, shown where they stand above those.
    ports: Vec<LeanField>,
    /// What is shown of the innermost layer.
    told: Vec<LeanField>,
    /// Its payload, and the slot of that.
    payload: Option<(FieldId, u32)>,
    /// It has lists or structs, of which something may be shown.
    nests: bool,
    /// A trailing field takes what the layers above leave.
    takes_rest: bool,
}

/// A field at a fixed place.
struct LeanField {
    field: FieldId,
    slot: u32,
    /// Its first bit, from the layer's start.
    bit: u32,
    width: u32,
    number: bool,
}

impl Lean {
    /// Looks for the layers that can go this way. The definitions must be those that the readers were generated from.
    pub(crate) fn new(schema: &Schema, summary: &Summary<'_>) -> Self {
        let mut kinds = vec![None; schema.composites.len()];
        let mut layers = Vec::new();
        for &kind in LayerKind::ALL {
            let layer = schema.layers.get(kind.name()).map(|&id| {
                if let Some(place) = kinds.get_mut(id.index()) {
                    *place = Some(kind);
                }
                LeanLayer::new(schema, summary, id)
            });
            layers.resize_with(layers.len().max(kind as usize + 1), || None);
            if let Some(place) = layers.get_mut(kind as usize) {
                *place = layer.flatten();
            }
        }
        Self { kinds, layers }
    }

    /// Reads a packet that begins with that layer; `false` where it is one for the interpreter.
    pub(crate) fn read(&self, dissection: &mut Dissection, start: CompositeId, data: &[u8], origlen: usize) -> bool {
        let Some(Some(first)) = self.kinds.get(start.index()) else { return false };
        if origlen > data.len() {
            return false;
        }
        dissection.clear();
        self.layers(dissection, *first, Region::new(data), data).is_some()
    }

    fn layers<'a>(
        &self,
        dissection: &mut Dissection,
        first: LayerKind,
        packet: Region<'a>,
        data: &'a [u8],
    ) -> Option<()> {
        let mut read = ArrayVec::<Layer<'a>, LAYERS>::new();
        let (mut kind, mut region) = (first, packet);
        loop {
            let plan = self.layers.get(kind as usize)?.as_ref()?;
            read.try_push(Layer::parse(kind, region).ok()?).ok()?;
            let (layer, below) = read.split_last()?;
            if !layer.is_regular(&Below(below))
                || !self.leaves_nothing(layer, region, below)
                || plan.nests && layer.nests_words()
            {
                return None;
            }
            let payload = match layer.next() {
                Next::Layer(next, _) if next.is_stream() => return None,
                Next::Layer(next, payload) => {
                    (kind, region) = (next, payload);
                    continue;
                }
                Next::Opaque(payload) => Some(payload),
                Next::Nothing => None,
            };
            self.take_over(dissection, &read, data);
            return payload.map_or(Some(()), |payload| plan.carry(dissection, payload));
        }
    }

    /// Adds the layers, each with the fields that are shown of it.
    fn take_over(&self, dissection: &mut Dissection, layers: &[Layer<'_>], data: &[u8]) {
        let plan = |layer: &Layer<'_>| self.layers.get(layer.kind() as usize).and_then(Option::as_ref);
        let ends = layers.iter().rposition(|layer| plan(layer).is_some_and(|plan| !plan.ends.is_empty()));
        for (index, layer) in layers.iter().enumerate() {
            let Some(plan) = plan(layer) else { return };
            let frame = plan.begin(dissection, layer.region());
            if ends == Some(index) {
                frame.fields(dissection, &plan.ends, data);
            }
            if ends.is_some_and(|ends| ends <= index) {
                frame.fields(dissection, &plan.ports, data);
            }
            if index + 1 == layers.len() {
                frame.fields(dissection, &plan.told, data);
            }
        }
    }

    /// Whether all bytes of a layer's region are its own, or a trailing field below takes what is left.
    fn leaves_nothing(&self, layer: &Layer<'_>, region: Region<'_>, below: &[Layer<'_>]) -> bool {
        let takes_rest = |layer: &Layer<'_>| {
            let plan = self.layers.get(layer.kind() as usize).and_then(Option::as_ref);
            plan.is_some_and(|plan| plan.takes_rest)
        };
        layer.region().bytes().len() == region.bytes().len() || region.is_soft() && below.iter().any(takes_rest)
    }
}

impl LeanLayer {
    fn new(schema: &Schema, summary: &Summary<'_>, id: CompositeId) -> Option<Self> {
        let composite = &schema[id];
        if !composite.variants.is_empty() {
            return None;
        }
        let shown = summary.shown_of(id);
        let nested = |field: &FieldId| matches!(schema[*field].ty, Type::Struct(..) | Type::List(..));
        let fixed = |fields: &[FieldId]| -> Option<Vec<LeanField>> {
            let plain = fields.iter().filter(|field| !nested(field));
            plain.map(|&field| LeanField::new(schema, composite, field)).collect()
        };
        let trailing = composite.fields.iter().map(|&field| &schema[field]).filter(|field| field.trailing);
        let all = |field: &packet_schema::model::Field| {
            matches!(field.ty, Type::Bytes(Extent::ToEnd)) && field.condition.is_none() && field.wheres.is_empty()
        };
        let mut payloads = composite.fields.iter().filter(|&&field| matches!(schema[field].ty, Type::Next(_)));
        Some(Self {
            composite: id,
            slots: composite.fields.len() as u32,
            ends: fixed(&shown.ends)?,
            ports: fixed(&shown.ports)?,
            told: fixed(&shown.told)?,
            nests: shown.told.iter().any(nested),
            payload: payloads.next().map(|&field| (field, schema[field].slot)),
            takes_rest: trailing.clone().next().is_some() && trailing.clone().all(all),
        })
    }

    /// Adds the layer, as yet without fields.
    fn begin(&self, dissection: &mut Dissection, region: Region<'_>) -> LeanFrame {
        let (start, length) = (region.offset(), region.bytes().len() as u32);
        let (slots, nodes) = (dissection.slots.len() as u32, dissection.nodes.len() as u32);
        let (index, frame) = (dissection.layers.len() as u32, dissection.frames.len() as u32);
        let composite = self.composite;
        dissection.slots.resize((slots + self.slots) as usize, 0);
        dissection.frames.push(Frame {
            composite,
            layer: index,
            slots,
            args: 0,
            start: start * 8,
            bits: length * 8,
            nodes: (nodes, nodes),
        });
        dissection.layers.push(LayerNode {
            composite,
            parent: index.checked_sub(1),
            frame,
            start,
            header: 0,
            size: length,
            missing: 0,
            nodes: (nodes, nodes),
            tail: (0, 0),
            truncated: false,
        });
        LeanFrame { start: start * 8, slots }
    }

    /// Adds the payload that no layer reads.
    fn carry(&self, dissection: &mut Dissection, payload: Region<'_>) -> Option<()> {
        let (field, slot) = self.payload?;
        let slots = dissection.frames.last()?.slots;
        let end = dissection.nodes.len() as u32 + 1;
        let (start, bits) = (payload.offset() * 8, payload.bytes().len() as u32 * 8);
        dissection.nodes.push(Node { kind: NodeKind::Payload(field, None), start, bits, end, value: Value::Bytes });
        *dissection.slots.get_mut((slots + slot) as usize)? = end;
        Some(())
    }
}

/// Where the fields of a layer belong.
struct LeanFrame {
    /// The layer's first bit.
    start: u32,
    /// Its first slot.
    slots: u32,
}

impl LeanFrame {
    /// Adds fields.
    fn fields(&self, dissection: &mut Dissection, fields: &[LeanField], data: &[u8]) {
        for field in fields {
            let start = self.start + field.bit;
            let value = match field.number {
                true => Value::Uint(bits::read_u64(data, start as usize, field.width).unwrap_or(0)),
                false => Value::Bytes,
            };
            let end = dissection.nodes.len() as u32 + 1;
            dissection.nodes.push(Node { kind: NodeKind::Field(field.field), start, bits: field.width, end, value });
            if let Some(slot) = dissection.slots.get_mut((self.slots + field.slot) as usize) {
                *slot = end;
            }
        }
    }
}

impl LeanField {
    /// Nothing where the field has no fixed place.
    fn new(schema: &Schema, composite: &Composite, id: FieldId) -> Option<Self> {
        let field = &schema[id];
        let run = composite.body.items.iter().find_map(|item| match item {
            Item::Run(run) if run.fields.contains(&id) => Some(run),
            _ => None,
        })?;
        let Place::Run { bit, width } = field.place else { return None };
        let number = match field.ty {
            Type::Uint { little, bits, .. } => !little && bits <= 64,
            Type::Bool => true,
            Type::Bytes(_) => false,
            _ => return None,
        };
        let known = number || matches!(field.ty, Type::Bytes(_));
        let bit = u32::try_from(run.start?).ok()? + bit;
        known.then_some(Self { field: id, slot: field.slot, bit, width, number })
    }
}
