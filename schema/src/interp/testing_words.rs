//! What a test that failed shows: values, and bytes side by side.

use super::{Built, Eval, NodeKind, Val, words};
use crate::Schema;
use crate::model::{Expr, ExprId};
use std::fmt::Write as _;

/// Bytes in one row of a comparison.
const ROW: usize = 16;
/// Rows of a comparison; packets that differ in more are not understood by looking.
const MAX_ROWS: usize = 8;
/// Bytes of an input that are shown in one line.
const MAX_SHOWN: usize = 64;

/// The value of an expression, as people write it.
pub(super) fn shown(eval: &Eval<'_, '_>, expr: ExprId) -> String {
    match &eval.schema[expr] {
        Expr::List(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|&item| match &eval.schema[item] {
                    Expr::Text(name) => name.to_string(),
                    _ => shown(eval, item),
                })
                .collect();
            format!("[{}]", items.join(", "))
        }
        _ => value(eval, &eval.eval(expr)),
    }
}

fn value(eval: &Eval<'_, '_>, of: &Val<'_>) -> String {
    match of {
        Val::Absent => "nothing".to_owned(),
        Val::Int(value) => value.to_string(),
        Val::Bool(value) => value.to_string(),
        Val::Float(value) => value.to_string(),
        Val::Bytes(bytes) => format!("hex\"{}\"", hex(bytes)),
        Val::Text(text) => format!("{text:?}"),
        Val::Frame(frame) => {
            let frame = eval.dissection.frames.get(*frame as usize);
            frame.map_or("nothing".to_owned(), |frame| format!("`{}`", eval.schema[frame.composite].name))
        }
        Val::List(list) => {
            let items: Vec<String> = eval.elements(*list).map(|item| value(eval, &eval.value_of(item))).collect();
            format!("[{}]", items.join(", "))
        }
        Val::Items(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|item| match item {
                    // Names of anomalies stand without quotes.
                    Val::Text(text) => text.to_string(),
                    other => value(eval, other),
                })
                .collect();
            format!("[{}]", items.join(", "))
        }
        Val::Region(from, to) => format!("the bytes {from} to {to}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _infallible = write!(hex, "{byte:02x}");
    }
    hex
}

/// Bytes in hexadecimal, the start of them where they are many.
pub(super) fn truncated_hex(bytes: &[u8]) -> String {
    match bytes.get(..MAX_SHOWN) {
        Some(start) if bytes.len() > MAX_SHOWN => format!("{}… ({} bytes)", hex(start), bytes.len()),
        _ => hex(bytes),
    }
}

/// Expected and found bytes side by side, from the row of the first difference on.
pub(super) fn compared(schema: &Schema, built: &Built, expected: &[u8]) -> String {
    let found = &built.bytes;
    let first = found.iter().zip(expected).take_while(|(found, expected)| found == expected).count();
    let mut words = format!("the bytes differ from byte {first} on");
    if let Some(field) = field_at(schema, built, first) {
        let _infallible = write!(words, ", in {field}");
    }
    if found.len() != expected.len() {
        let _infallible = write!(words, "; expected are {} bytes, found {}", expected.len(), found.len());
    }
    let rows = found.len().max(expected.len()).div_ceil(ROW);
    for row in (first / ROW..rows).take(MAX_ROWS) {
        let (expected, found) = (row_of(expected, row), row_of(found, row));
        let _infallible = write!(words, "\n{:04x}  expected  {}", row * ROW, spaced(expected));
        let _infallible = write!(words, "\n      found     {}", spaced(found));
        if expected != found {
            let _infallible = write!(words, "\n                {}", marks(expected, found).trim_end());
        }
    }
    words
}

fn row_of(bytes: &[u8], row: usize) -> &[u8] {
    let from = (row * ROW).min(bytes.len());
    &bytes[from..(from + ROW).min(bytes.len())]
}

fn spaced(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// Marks under the bytes that differ.
fn marks(expected: &[u8], found: &[u8]) -> String {
    let columns = 0..expected.len().max(found.len());
    columns.map(|at| if expected.get(at) == found.get(at) { "   " } else { "^^ " }).collect()
}

/// The innermost field at a byte.
fn field_at(schema: &Schema, built: &Built, byte: usize) -> Option<String> {
    let bit = byte as u32 * 8;
    let at = |node: &&super::Node| node.start <= bit && bit < node.start + node.bits;
    let mut fields = built.dissection.nodes.iter().rev().filter(at).filter_map(|node| match node.kind {
        NodeKind::Field(field) | NodeKind::Element(field) => Some(words::qualified(schema, field)),
        NodeKind::Prefix(field) => Some(format!("the length of {}", words::qualified(schema, field))),
        NodeKind::Padding(_) => Some("padding".to_owned()),
        NodeKind::Variant(..) | NodeKind::Spoiled(_) | NodeKind::Payload(..) => None,
    });
    fields.next()
}
