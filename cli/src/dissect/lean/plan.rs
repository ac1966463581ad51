//! What is known of layers before any packet comes.

use super::memo::Text;
use crate::dissect::summary::{Summary, Telling, TellingKind};
use packet_core::bits;
use packet_schema::Schema;
use packet_schema::interp::{Node, NodeKind, Value};
use packet_schema::model::{Composite, CompositeId, Extent, Field, FieldId, Item, Place, Type};

/// What a line needs of a layer.
pub(super) struct LeanLayer {
    pub(super) composite: CompositeId,
    /// Who sends, and who receives.
    pub(super) ends: Option<[LeanField; 2]>,
    /// The ports of both.
    pub(super) ports: Option<[LeanField; 2]>,
    /// What is shown of it, the most telling first; nothing of what is nested.
    pub(super) told: Vec<LeanTelling>,
    /// It has lists or structs, of which something may be shown.
    pub(super) nests: bool,
    /// A trailing field takes what the layers above leave.
    pub(super) takes_rest: bool,
}

/// A field at a fixed place, worth its place in the line.
pub(super) struct LeanTelling {
    pub(super) field: LeanField,
    pub(super) telling: Telling,
    /// The number that says nothing.
    pub(super) default: Option<u64>,
    /// What stands in front of its number, where that is shown as it is.
    pub(super) counts: Option<Text>,
}

/// A field at a fixed place.
pub(super) struct LeanField {
    pub(super) id: FieldId,
    /// The byte in which it begins, from the layer's start.
    at: usize,
    /// Bits of that byte in front of it.
    skip: u32,
    /// Its bits, 128 at most.
    width: u32,
    is_number: bool,
}

impl LeanLayer {
    /// Nothing for layers that can't go this way.
    pub(super) fn new(schema: &Schema, summary: &Summary<'_>, id: CompositeId) -> Option<Self> {
        let composite = &schema[id];
        let shown = summary.shown_of(id);
        if !composite.variants.is_empty() || shown.quotes {
            return None;
        }
        let fixed = |field| LeanField::new(schema, composite, field);
        let both = |ends: Option<(FieldId, FieldId)>, most| {
            let Some((src, dst)) = ends else { return Some(None) };
            let pair = [fixed(src)?, fixed(dst)?];
            pair.iter().all(|field| field.width <= most).then_some(Some(pair))
        };
        let plain = shown.told.iter().filter(|telling| telling.kind != TellingKind::Nested);
        let told = plain.map(|telling| {
            let counts = summary.counts(telling).map(|name| Text::new(name.into_bytes()));
            let default = telling.default.and_then(|default| u64::try_from(default).ok());
            Some(LeanTelling { field: fixed(telling.field)?, telling: *telling, default, counts })
        });
        let told = told.collect::<Option<Vec<_>>>()?;
        let trailing = composite.fields.iter().map(|&field| &schema[field]).filter(|field| field.trailing);
        let all = |field: &Field| {
            matches!(field.ty, Type::Bytes(Extent::ToEnd)) && field.condition.is_none() && field.wheres.is_empty()
        };
        Some(Self {
            composite: id,
            ends: both(shown.ends, 128)?,
            ports: both(shown.ports, 32)?,
            nests: told.len() < shown.told.len(),
            told,
            takes_rest: trailing.clone().next().is_some() && trailing.clone().all(all),
        })
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
        let is_number = match field.ty {
            Type::Uint { little, bits, .. } => !little && bits <= 64,
            Type::Bool => true,
            _ => false,
        };
        let bit = u32::try_from(run.start?).ok()? + bit;
        let is_bytes = matches!(field.ty, Type::Bytes(_)) && bit % 8 == 0 && width <= 128;
        let (at, skip) = (bit as usize / 8, bit % 8);
        (is_number || is_bytes).then_some(Self { id, at, skip, width, is_number })
    }

    /// Its number, in the bytes of a packet from its layer on; nothing where it has bytes.
    #[inline]
    pub(super) fn number(&self, bytes: &[u8]) -> Option<u64> {
        if !self.is_number {
            return None;
        }
        bits::read_u64(bytes, self.at * 8 + self.skip as usize, self.width)
    }

    /// Its bytes, or its number, as a key.
    #[inline]
    pub(super) fn raw(&self, bytes: &[u8]) -> [u64; 2] {
        if let Some(number) = self.number(bytes) {
            return [number, 0];
        }
        let mut raw = [0; 16];
        let bytes = bytes.get(self.at..).unwrap_or_default();
        match bytes.first_chunk() {
            Some(bytes) if self.width == 128 => raw = *bytes,
            _ => raw.iter_mut().zip(bytes).take(self.width as usize / 8).for_each(|(place, &byte)| *place = byte),
        }
        let raw = u128::from_ne_bytes(raw);
        [raw as u64, (raw >> 64) as u64]
    }

    /// As the interpreter would have read it, in the bytes of a packet from its layer on, which starts there.
    pub(super) fn node(&self, bytes: &[u8], start: u32) -> Node {
        let value = self.number(bytes).map_or(Value::Bytes, Value::Uint);
        let start = (start + self.at as u32) * 8 + self.skip;
        Node { kind: NodeKind::Field(self.id), start, bits: self.width, end: 0, value }
    }
}
