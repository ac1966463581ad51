//! Metafields that are carried: every bit in one place, and every place free to hold it.

use super::facts::interval::Interval;
use super::facts::of_field;
use crate::model::{Absorber, Carry, FieldId, Keep, Meta, MetaKind, Names, Schema, Type};
use crate::{Code, Diagnostic};

/// Reports carries that lose bits, or write some twice, or into fields that can't take them.
pub(super) fn run(schema: &Schema, found: &mut Vec<Diagnostic>) {
    for meta in &schema.metas {
        let MetaKind::Carry { carries, keeps } = &meta.kind else { continue };
        let mut report = |text: String, help: &str| {
            found.push(Diagnostic::new(Code::NotBijective, meta.span, text).help(help));
        };
        for carry in carries {
            complete(schema, meta, carry, &mut report);
            disjoint(schema, carry, &mut report);
            for piece in &carry.pieces {
                free(schema, piece.field, &mut report);
            }
        }
        for keep in keeps {
            absorbs(schema, carries, keep, &mut report);
        }
    }
}

/// Every bit of the metafield is in one piece.
fn complete(schema: &Schema, meta: &Meta, carry: &Carry, report: &mut impl FnMut(String, &str)) {
    let holders = |bit: u32| carry.pieces.iter().filter(|p| p.tag_shift <= bit && bit < p.tag_shift + p.bits).count();
    let lost = spans((0..meta.bits).filter(|bit| holders(*bit) == 0));
    let twice = spans((0..meta.bits).filter(|bit| holders(*bit) > 1));
    let on = stack(schema, carry);
    let what = match (lost.is_empty(), twice.is_empty()) {
        (true, true) => return,
        (false, true) => format!("{lost} of `{}` go nowhere", meta.name),
        (true, false) => format!("{twice} of `{}` go to two places", meta.name),
        (false, false) => format!("{lost} of `{}` go nowhere, and {twice} to two places", meta.name),
    };
    report(format!("on {on}, {what}"), "each bit of the metafield is in one field: `tag[15 .. 0]` takes some of them");
}

/// No bit of a field is in two pieces.
fn disjoint(schema: &Schema, carry: &Carry, report: &mut impl FnMut(String, &str)) {
    for (position, piece) in carry.pieces.iter().enumerate() {
        let same = |p: &&crate::model::Piece| p.layer == piece.layer && p.field == piece.field;
        for other in carry.pieces.iter().skip(position + 1).filter(same) {
            let low = piece.field_shift.max(other.field_shift);
            let high = (piece.field_shift + piece.bits).min(other.field_shift + other.bits);
            if low < high {
                let (on, field) = (stack(schema, carry), called(schema, piece.field));
                let text = format!("on {on}, {field} is to hold two bits of the metafield in {}", spans(low..high));
                report(text, "each bit of a field holds one bit of the tag");
            }
        }
    }
}

/// A field that carries can hold every value.
fn free(schema: &Schema, id: FieldId, report: &mut impl FnMut(String, &str)) {
    let field = &schema[id];
    let closed = matches!(field.ty, Type::Uint { names: Names::Enum(names), .. } if schema[names].closed);
    let why = if field.constant.is_some() {
        "has only one value"
    } else if closed {
        "is a closed enum, and rejects what it does not name"
    } else if !field.wheres.is_empty() {
        "rejects some values, by its `where`"
    } else if field.scale != 1 || of_field(schema, field) == Interval::ALL {
        "is not read as the bits that are on the wire"
    } else {
        return;
    };
    report(format!("{} can't carry a tag: it {why}", called(schema, id)), "carry it in a field that takes every value");
}

/// What absorbs a difference is two whole bytes of the checksum's layer, and carries nothing itself.
fn absorbs(schema: &Schema, carries: &[Carry], keep: &Keep, report: &mut impl FnMut(String, &str)) {
    let Absorber::Field(id) = keep.by else { return };
    let (absorber, checksum) = (called(schema, id), called(schema, keep.checksum));
    let wide = matches!(schema[id].ty, Type::Uint { bits: 16, .. });
    let even = position(schema, id).is_some_and(|bit| bit % 16 == 0);
    if !wide || !even {
        report(
            format!("{absorber} does not absorb what changes in {checksum}: it is not one of its 16-bit words"),
            "a field of 16 bits at an even byte, or two bytes of the payload, absorb a difference",
        );
    }
    let carried = |carry: &&Carry| carry.pieces.iter().any(|piece| piece.field == id);
    if let Some(carry) = carries.iter().find(carried) {
        report(
            format!("{absorber} carries the tag on {}, and can't absorb a difference too", stack(schema, carry)),
            "keep the checksum by another field, or by the payload",
        );
    }
}

/// The first bit of a field in its layer, where that is always the same.
fn position(schema: &Schema, id: FieldId) -> Option<u64> {
    let mut found = None;
    super::walk::each_item(&schema[schema[id].owner].body, &mut |item| {
        if let crate::model::Item::Run(run) = item
            && run.fields.contains(&id)
            && let crate::model::Place::Run { bit, .. } = schema[id].place
        {
            found = run.start.map(|start| start + u64::from(bit));
        }
    });
    found
}

fn called(schema: &Schema, id: FieldId) -> String {
    let field = &schema[id];
    format!("`{}.{}`", schema[field.owner].key, field.name.as_deref().unwrap_or("_"))
}

fn stack(schema: &Schema, carry: &Carry) -> String {
    let name = |part: &crate::model::LayerRef| match &part.variant {
        Some(variant) => format!("{}.{variant}", schema[part.layer].name),
        None => schema[part.layer].name.clone(),
    };
    format!("`{}`", carry.stack.iter().map(name).collect::<Vec<_>>().join(" / "))
}

/// Bits in words: `bits 0 to 3, 7`. Empty where there are none.
fn spans(bits: impl Iterator<Item = u32>) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for bit in bits {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == bit => *last = bit,
            _ => ranges.push((bit, bit)),
        }
    }
    let word = |(from, to): &(u32, u32)| if from == to { from.to_string() } else { format!("{from} to {to}") };
    match ranges.as_slice() {
        [] => String::new(),
        [(from, to)] if from == to => format!("bit {from}"),
        _ => format!("bits {}", ranges.iter().map(word).collect::<Vec<_>>().join(", ")),
    }
}
