//! Errors and anomalies in words.

use super::AnomalyKind;
use crate::model::{Action, Block, Composite, Expect, Field, FieldId, Item, Schema};
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
