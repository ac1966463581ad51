//! Metafields of a packet: hashes of keys, which are read, and values in the bits of several fields, which are read and set.

use super::eval::{CallArg, Eval};
use super::refer::node_field;
use super::{Dissection, Reader, Verdict, words};
use crate::model::{
    Absorber, Carry, CompositeId, ExprId, FieldId, InterfaceId, Keep, Key, Meta, MetaKind, Piece, Schema, Type,
};
use packet_core::bits;
use std::fmt;

impl Eval<'_, '_> {
    /// The value that a metafield has in the packet, where the packet has what it is made of.
    #[must_use]
    pub fn meta(&self, meta: &Meta) -> Option<u128> {
        match &meta.kind {
            MetaKind::Key { over, keys, hash } => self.hashed(over, keys, *hash),
            MetaKind::Carry { carries, .. } => {
                let (carry, layers) = self.carried(carries)?;
                carry.pieces.iter().try_fold(0, |value, piece| Some(value | self.piece(piece, &layers)?))
            }
        }
    }

    /// The hash of the keys, both directions of a conversation having the same ones.
    fn hashed(&self, over: &[InterfaceId], keys: &[Key], hash: ExprId) -> Option<u128> {
        if !over.iter().all(|interface| self.provides(*interface)) {
            return None;
        }
        let mut all = Vec::with_capacity(48);
        for key in keys {
            if key.present.is_some_and(|layer| !self.has_layer(layer)) {
                continue;
            }
            let left = self.bytes(key.left)?;
            match key.right {
                None => all.extend_from_slice(&left),
                Some(right) => {
                    let right = self.bytes(right)?;
                    let (low, high) = if left <= right { (left, right) } else { (right, left) };
                    all.extend_from_slice(&low);
                    all.extend_from_slice(&high);
                }
            }
        }
        let args = [CallArg::Bytes(&all)];
        let eval = Eval::new(self.schema, self.data, self.dissection, 0).with_seed(self.seed).with_args(&args);
        u128::try_from(eval.int(hash)?).ok()
    }

    fn has_layer(&self, composite: CompositeId) -> bool {
        self.dissection.layers.iter().any(|layer| layer.composite == composite)
    }

    /// The first carry whose layers stand directly upon each other in the packet, and these layers.
    fn carried<'m>(&self, carries: &'m [Carry]) -> Option<(&'m Carry, Vec<u32>)> {
        carries.iter().find_map(|carry| {
            let starts = 0..self.dissection.layers.len() as u32;
            starts.into_iter().find_map(|start| Some((carry, self.stack(carry, start)?)))
        })
    }

    /// The layers of a carry's stack, if it starts at that layer.
    fn stack(&self, carry: &Carry, start: u32) -> Option<Vec<u32>> {
        let mut layers = Vec::with_capacity(carry.stack.len());
        for (at, part) in (start..).zip(&carry.stack) {
            let layer = self.dissection.layers.get(at as usize)?;
            let upon = layers.last().is_none_or(|&below| layer.parent == Some(below));
            let composite = &self.schema[part.layer];
            let key = |name: &String| composite.variants.iter().find(|v| v.name == *name).map(|v| v.key.as_str());
            let in_variant = match &part.variant {
                Some(name) => self.has_variant(layer.frame, part.layer, key(name)?),
                None => true,
            };
            if !upon || layer.composite != part.layer || !in_variant {
                return None;
            }
            layers.push(at);
        }
        Some(layers)
    }

    /// The bits of a piece, where they are in the metafield.
    fn piece(&self, piece: &Piece, layers: &[u32]) -> Option<u128> {
        let number = number_at(self.data, self.place(*layers.get(piece.layer as usize)?, piece.field)?)?;
        Some((number >> piece.field_shift & mask(piece.bits)) << piece.tag_shift)
    }

    /// Where a layer's field is: its first bit, its width, its byte order.
    fn place(&self, layer: u32, field: FieldId) -> Option<Place> {
        let layer = self.dissection.layers.get(layer as usize)?;
        let node = self.node(self.in_frame(layer.frame).present(layer.frame, &[field])?)?;
        let little = matches!(node_field(self.schema, node.kind)?.ty, Type::Uint { little: true, .. });
        Some(Place { start: node.start as usize, bits: node.bits, little })
    }
}

/// Where a number is.
#[derive(Clone, Copy)]
struct Place {
    start: usize,
    bits: u32,
    little: bool,
}

fn number_at(data: &[u8], place: Place) -> Option<u128> {
    let read = if place.little { bits::read_le } else { bits::read };
    read(data, place.start, place.bits)
}

fn put_number(data: &mut [u8], place: Place, number: u128) -> Option<()> {
    let write = if place.little { bits::write_le } else { bits::write };
    write(data, place.start, place.bits, number).then_some(())
}

fn mask(bits: u32) -> u128 {
    if bits < 128 { (1 << bits) - 1 } else { u128::MAX }
}

/// Why a metafield can't be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetaError {
    /// It is a hash.
    ReadOnly(String),
    /// The value has more bits than the metafield.
    TooWide(String, u32),
    /// The packet has none of the stacks that carry it.
    NoCarrier(String),
    /// What should absorb the difference of a checksum is not in the packet; the checksum's name.
    NoRoom(String),
}

impl fmt::Display for MetaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadOnly(name) => write!(f, "{name} is a hash of other fields, and can't be set"),
            Self::TooWide(name, bits) => write!(f, "{name} has {bits} bits, and the value needs more"),
            Self::NoCarrier(name) => write!(f, "no layers of the packet carry {name}"),
            Self::NoRoom(checksum) => write!(f, "the packet has no room for the bytes that keep {checksum} right"),
        }
    }
}

impl std::error::Error for MetaError {}

/// Sets a metafield of a packet that begins with the layer `start`, and leaves right what it says to keep, and every
/// checksum that was right.
///
/// # Errors
///
/// The packet does not carry the metafield, or has no room for what keeps its checksums right. It may be changed in part.
pub fn set_meta(
    reader: &Reader<'_>,
    start: CompositeId,
    data: &mut [u8],
    meta: &Meta,
    value: u128,
) -> Result<(), MetaError> {
    let MetaKind::Carry { carries, keeps } = &meta.kind else { return Err(MetaError::ReadOnly(meta.name.clone())) };
    if value & !mask(meta.bits) != 0 {
        return Err(MetaError::TooWide(meta.name.clone(), meta.bits));
    }
    let schema = reader.schema();
    let mut dissection = Dissection::default();
    reader.read(&mut dissection, start, data, data.len());
    let before = Eval::new(schema, data, &dissection, 0);
    let none = || MetaError::NoCarrier(meta.name.clone());
    let (carry, layers) = before.carried(carries).ok_or_else(none)?;
    let right = right_checksums(&before, &layers);
    let mut changes = Vec::new();
    for piece in &carry.pieces {
        let layer = *layers.get(piece.layer as usize).ok_or_else(none)?;
        changes.push((before.place(layer, piece.field).ok_or_else(none)?, *piece));
    }
    for (place, piece) in changes {
        let old = number_at(data, place).ok_or_else(none)?;
        let kept = old & !(mask(piece.bits) << piece.field_shift);
        let new = kept | (value >> piece.tag_shift & mask(piece.bits)) << piece.field_shift;
        put_number(data, place, new).ok_or_else(none)?;
    }
    let kept = keeps.iter().filter_map(|keep| {
        let layer = layers.iter().copied().find(|&at| schema_layer(&dissection, at) == Some(keep.layer))?;
        // A checksum that was wrong, or not in use, has nothing to be kept.
        let tagged = carry.pieces.iter().any(|piece| piece.field == keep.checksum);
        (tagged || right.contains(&(layer, keep.checksum))).then_some((layer, keep))
    });
    let kept: Vec<(u32, &Keep)> = kept.collect();
    // What was read before the change is of no use any more.
    let read_again = |data: &[u8]| {
        let mut dissection = Dissection::default();
        reader.read(&mut dissection, start, data, data.len());
        dissection
    };
    for &(layer, keep) in &kept {
        let dissection = read_again(data);
        absorb(schema, data, &dissection, layer, keep)?;
    }
    for (layer, field) in right {
        if !kept.iter().any(|&(at, keep)| at == layer && keep.checksum == field) {
            let dissection = read_again(data);
            derive_again(schema, data, &dissection, layer, field);
        }
    }
    Ok(())
}

fn schema_layer(dissection: &Dissection, layer: u32) -> Option<CompositeId> {
    dissection.layers.get(layer as usize).map(|layer| layer.composite)
}

/// The verified fields of these layers that are right.
fn right_checksums(eval: &Eval<'_, '_>, layers: &[u32]) -> Vec<(u32, FieldId)> {
    let mut right = Vec::new();
    for &at in layers {
        let Some(layer) = eval.dissection.layers.get(at as usize) else { continue };
        let eval = eval.in_frame(layer.frame);
        for &field in &eval.schema[layer.composite].fields {
            if let Some(node) = eval.present(layer.frame, &[field])
                && eval.verify(field, node) == Verdict::Right
            {
                right.push((at, field));
            }
        }
    }
    right
}

/// What a verified field should be, if it is not that.
fn expected(eval: &Eval<'_, '_>, layer: u32, field: FieldId) -> Option<u64> {
    let frame = eval.dissection.layers.get(layer as usize)?.frame;
    let eval = eval.in_frame(frame);
    match eval.verify(field, eval.present(frame, &[field])?) {
        Verdict::Wrong(expected) => Some(expected),
        Verdict::Right | Verdict::Unknown | Verdict::Unused => None,
    }
}

/// Writes what a verified field should be.
fn derive_again(schema: &Schema, data: &mut [u8], dissection: &Dissection, layer: u32, field: FieldId) -> Option<()> {
    let eval = Eval::new(schema, data, dissection, 0);
    let expected = expected(&eval, layer, field)?;
    let place = eval.place(layer, field)?;
    put_number(data, place, expected.into())
}

/// Changes two bytes so that the checksum, as it stands, is right again: the arithmetic of RFC 1624.
fn absorb(schema: &Schema, data: &mut [u8], dissection: &Dissection, layer: u32, keep: &Keep) -> Result<(), MetaError> {
    let no_room = || MetaError::NoRoom(words::qualified(schema, keep.checksum));
    let eval = Eval::new(schema, data, dissection, 0);
    let Some(expected) = expected(&eval, layer, keep.checksum) else { return Ok(()) };
    let wanted = eval.place(layer, keep.checksum).and_then(|place| number_at(data, place)).ok_or_else(no_room)?;
    let node = dissection.layers.get(layer as usize).ok_or_else(no_room)?;
    let place = match keep.by {
        Absorber::Field(field) => eval.place(layer, field).ok_or_else(no_room)?,
        Absorber::Payload(byte) => {
            let start = (node.start + node.header + byte) as usize;
            if start + 2 > (node.start + node.size) as usize {
                return Err(no_room());
            }
            Place { start: start * 8, bits: 16, little: false }
        }
    };
    let old = number_at(data, place).ok_or_else(no_room)?;
    let expected = u128::from(expected);
    // The sum runs over pairs of bytes from the layer's start; a word that lies across two pairs counts turned around.
    let turned = !(place.start / 8 - node.start as usize).is_multiple_of(2);
    let turn = |word: u128| if turned { word.swap_bytes() >> 112 } else { word };
    let new = (turn(old) + expected + 0xffff - wanted % 0xffff) % 0xffff;
    put_number(data, place, turn(new)).ok_or_else(no_room)
}
