//! Errors and anomalies in words.

use super::{AnomalyKind, ReadError, ReadErrorKind};
use crate::model::{Action, Block, Composite, Expect, Field, FieldId, Item, Schema, Type};
use crate::tree::Span;
use std::borrow::Cow;

/// The name of an anomaly without its layer: `checksum`, `truncated`, `not_shortest`.
#[must_use]
pub fn anomaly_name(schema: &Schema, kind: AnomalyKind) -> Cow<'_, str> {
    match kind {
        AnomalyKind::Verify(field, _) => Cow::Borrowed(field_name(&schema[field])),
        AnomalyKind::Constant(field) => Cow::Borrowed(schema[field].name.as_deref().unwrap_or("reserved")),
        AnomalyKind::Expect(composite, span) => {
            let expect = find_expect(&schema[composite], span);
            Cow::Borrowed(expect.map_or("expect", |expect| expect.name.as_str()))
        }
        AnomalyKind::Truncated => Cow::Borrowed("truncated"),
        AnomalyKind::Unclaimed => Cow::Borrowed("unclaimed"),
        AnomalyKind::Encoding(_) => Cow::Borrowed("encoding"),
    }
}

/// The name of a field; `_` where it has none.
#[must_use]
pub fn field_name(field: &Field) -> &str {
    field.name.as_deref().unwrap_or("_")
}

/// The `expect` at a place of a composite.
#[must_use]
pub fn find_expect(composite: &Composite, span: Span) -> Option<&Expect> {
    expect_in(&composite.body, span)
}

fn expect_in(block: &Block, span: Span) -> Option<&Expect> {
    block.items.iter().find_map(|item| match item {
        Item::Expect(expect) => (expect.span == span).then_some(expect),
        Item::Match(found) => found.arms.iter().find_map(|arm| match &arm.action {
            Action::Read(_, block) => expect_in(block, span),
            Action::Stop | Action::Reject(_) => None,
        }),
        Item::If { then, otherwise, .. } => expect_in(then, span).or_else(|| expect_in(otherwise, span)),
        Item::Repeat { body, .. } => expect_in(body, span),
        Item::Run(_)
        | Item::Container { .. }
        | Item::Field(_)
        | Item::Align { .. }
        | Item::Jump { .. }
        | Item::Emit(_)
        | Item::Yields(_) => None,
    })
}

/// `ipv4.total_length`.
#[must_use]
pub fn qualified(schema: &Schema, field: FieldId) -> String {
    let field = &schema[field];
    format!("{}.{}", schema[field.owner].key, field_name(field))
}

/// An error with its place: `udp.payload: needs 20 bytes at offset 42, 12 available (limited by ipv4.total_length)`.
#[must_use]
pub fn error(schema: &Schema, error: &ReadError) -> String {
    let place = match error.field {
        Some(field) => qualified(schema, field),
        None => schema[error.composite].key.clone(),
    };
    format!("{place}: {}", error_kind(schema, error))
}

/// What happened, without the place.
fn error_kind(schema: &Schema, error: &ReadError) -> String {
    let at = error.offset;
    match error.kind {
        ReadErrorKind::Short { needed, available, limit } => {
            let limit = limit.map_or(String::new(), |field| format!(" (limited by {})", qualified(schema, field)));
            let bytes = if needed == 1 { "byte" } else { "bytes" };
            format!("needs {needed} {bytes} at offset {at}, {available} available{limit}")
        }
        ReadErrorKind::Constant { found, expected } => format!("is {found} at offset {at}, must be {expected}"),
        ReadErrorKind::Where { index, found } => {
            let reason = error.field.and_then(|field| schema[field].wheres.get(index as usize)?.1.as_deref());
            let reason = reason.map_or(String::new(), |reason| format!(" ({reason})"));
            format!("{found} at offset {at} is not allowed{reason}")
        }
        ReadErrorKind::Closed { found } => format!("{found} at offset {at} is none of the known values"),
        ReadErrorKind::Rejected { at: arm } => {
            let reason = rejection(&schema[error.composite].body, arm).unwrap_or("rejected");
            format!("{reason} (at offset {at})")
        }
        ReadErrorKind::NoArm { found } => format!("nothing is defined for {found} at offset {at}"),
        ReadErrorKind::PointerForward { to } => format!("pointer at offset {at} to {to}, which is not before it"),
        ReadErrorKind::TooLong => format!("too long at offset {at}"),
        ReadErrorKind::TooWide => format!("the number at offset {at} is too large"),
        ReadErrorKind::NoDigit => format!("what stands before offset {at} is no digit"),
        ReadErrorKind::TooManyLayers => format!("too many layers at offset {at}"),
        ReadErrorKind::TooManyNodes => format!("too many fields at offset {at}"),
        ReadErrorKind::BadLength => format!("no length can be told at offset {at}"),
    }
}

/// Why the arm at a place rejects.
fn rejection(block: &Block, at: Span) -> Option<&str> {
    block.items.iter().find_map(|item| match item {
        Item::Match(found) => found.arms.iter().find_map(|arm| match &arm.action {
            Action::Reject(reason) => (arm.span == at).then_some(reason.as_str()),
            Action::Read(_, block) => rejection(block, at),
            Action::Stop => None,
        }),
        Item::If { then, otherwise, .. } => rejection(then, at).or_else(|| rejection(otherwise, at)),
        Item::Repeat { body, .. } => rejection(body, at),
        Item::Run(_)
        | Item::Container { .. }
        | Item::Field(_)
        | Item::Expect(_)
        | Item::Align { .. }
        | Item::Jump { .. }
        | Item::Emit(_)
        | Item::Yields(_) => None,
    })
}

/// An anomaly in one sentence: `ipv4.checksum: should be 47201`.
#[must_use]
pub fn anomaly(schema: &Schema, kind: AnomalyKind) -> String {
    match kind {
        AnomalyKind::Verify(field, expected) => {
            let digits = match schema[field].ty {
                Type::Uint { bits, .. } => bits.div_ceil(4) as usize,
                _ => 0,
            };
            format!("{}: should be 0x{expected:0digits$x}", qualified(schema, field))
        }
        AnomalyKind::Constant(field) => format!("{}: not the value it must have", qualified(schema, field)),
        AnomalyKind::Expect(composite, span) => {
            let expect = find_expect(&schema[composite], span);
            format!("{}: {}", schema[composite].key, expect.map_or("not as expected", |expect| &expect.message))
        }
        AnomalyKind::Truncated => "bytes are missing at the end".to_owned(),
        AnomalyKind::Unclaimed => "bytes that no layer claims".to_owned(),
        AnomalyKind::Encoding(field) => format!("{}: not in its encoding", qualified(schema, field)),
    }
}
