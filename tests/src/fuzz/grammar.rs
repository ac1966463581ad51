//! Any text: read, laid out, and what is wrong with it shown.

use packet_codegen::text::{format, parse, parse_expr, parse_stack};
use packet_codegen::{Sources, render};
use packet_schema::Diagnostic;
use std::fmt::Debug;

/// Reads bytes as text of the language, as a stack to build and as an expression.
///
/// # Panics
///
/// Something panics; a finding is of no place in the text; a text without mistakes can't be laid out, means something else
/// once it is, or is laid out otherwise the second time.
pub fn grammar(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (module, findings) = parse(0, &text);
    shows(&text, &findings);
    shows(&text, &parse_stack(0, &text).err().unwrap_or_default());
    shows(&text, &parse_expr(0, &text).err().unwrap_or_default());
    let laid_out = match format(&text) {
        Ok(laid_out) => laid_out,
        Err(again) => {
            assert_eq!(again, findings, "laying out finds what reading does");
            return;
        }
    };
    assert_eq!(findings, [], "a text with mistakes is not laid out");
    let (after, findings) = parse(0, &laid_out);
    assert_eq!(findings, [], "what was laid out can be read: {laid_out}");
    assert_eq!(without_places(&after), without_places(&module), "what was laid out means the same: {laid_out}");
    assert_eq!(format(&laid_out).as_ref(), Ok(&laid_out), "once is enough");
}

/// Renders findings, all of which must be of places in the text.
fn shows(text: &str, findings: &[Diagnostic]) {
    let mut sources = Sources::new();
    sources.add("fuzz.pony", text);
    for finding in findings {
        assert!(!finding.labels.is_empty(), "{finding:?}");
        for label in &finding.labels {
            assert!(sources.slice(label.span).is_some(), "{finding:?}");
        }
    }
    assert_eq!(findings.is_empty(), render(&sources, findings, true).is_empty());
}

/// A tree as text, without the places.
fn without_places(tree: &impl Debug) -> String {
    let text = format!("{tree:?}");
    let mut parts = text.split("Span { ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    out
}
