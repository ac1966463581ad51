//! Any definition, checked.

use super::bytes::Bytes;
use super::generate::definition;
use packet_codegen::text::{format, parse};
use packet_codegen::{Sources, render};
use packet_schema::tree::Module;
use packet_schema::{Checked, check};

/// How the text is found.
#[derive(Clone, Copy)]
enum Form {
    /// It is what follows.
    Text,
    /// The same, checked beside the names that all share.
    BesideNames,
    /// It is generated.
    Generated,
    /// The same, with pieces of it moved, doubled and left out.
    Changed,
}

/// Checks a definition. The first byte says how the others become one.
///
/// # Panics
///
/// Something panics, or findings are of no place in the text.
pub fn schema(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let form = bytes.one(&[Form::Text, Form::BesideNames, Form::Generated, Form::Changed], Form::Text);
    let text = match form {
        Form::Text | Form::BesideNames => String::from_utf8_lossy(bytes.rest()).into_owned(),
        Form::Generated => definition(&mut bytes),
        Form::Changed => {
            let text = definition(&mut bytes);
            changed(&text, &mut bytes)
        }
    };
    let mut modules = vec![parse(0, &text).0];
    if matches!(form, Form::BesideNames) {
        modules.extend(names());
    }
    checked(&text, &modules);
}

/// Checks modules, the first of which is of that text.
pub(super) fn checked(text: &str, modules: &[Module]) -> Checked {
    let checked = check(modules);
    let mut sources = Sources::new();
    sources.add("fuzz.pony", text);
    for finding in &checked.diagnostics {
        for label in finding.labels.iter().filter(|label| label.span.source == 0) {
            assert!(sources.slice(label.span).is_some(), "{finding:?}");
        }
    }
    assert_eq!(checked.diagnostics.is_empty(), render(&sources, &checked.diagnostics, false).is_empty());
    assert_eq!(checked.schema.is_none(), checked.diagnostics.iter().any(|found| found.is_error()));
    if checked.schema.is_some() {
        let _laid_out = format(text);
    }
    checked
}

/// The module of names that all protocols share.
fn names() -> Option<Module> {
    let net = packet_protocols::DEFINITIONS.iter().find(|definition| definition.path == "net/net.pony")?;
    Some(parse(1, net.text).0)
}

/// A text with some of its words moved, doubled, exchanged or left out.
fn changed(text: &str, bytes: &mut Bytes<'_>) -> String {
    let mut words: Vec<&str> = text.split_inclusive([' ', '\n', ';', '(', ')', '[', ']']).collect();
    while !bytes.is_empty() && !words.is_empty() {
        let (at, other) = (bytes.below(words.len()), bytes.below(words.len()));
        match bytes.below(4) {
            0 => {
                words.remove(at);
            }
            1 => words.swap(at, other),
            2 => words.insert(at, words.get(other).copied().unwrap_or_default()),
            _ => words.insert(at, bytes.one(WORDS, "")),
        }
    }
    words.concat()
}

/// Words that change what a definition means.
const WORDS: &[&str] = &[
    "0",
    "1",
    "255",
    "-1",
    "0xffffffffffffffffffffffffffffffff",
    "it",
    "self",
    "size",
    "more",
    "rest",
    "outer ",
    "payload",
    "auto ",
    "where ",
    "= ",
    "if ",
    "else ",
    "within ",
    "bytes",
    "bits",
    "verify ",
    "lenient ",
    "trailing ",
    "scale ",
    "[..]",
    "[until it == 0]",
    "[prefix u8 bytes]",
    "match ",
    "_ ",
    "=> ",
    "stop;",
    "{",
    "}",
    "(",
    ")",
    ";",
    "u1",
    "u7",
    "u127",
    "i128",
    "L0",
    "L1",
    "S1",
    "E",
    "F",
    "t",
    "f1",
    "f2",
    "f3",
    "<< ",
    "* ",
    "/ ",
    "% ",
    "- ",
    "++ ",
    "in ",
    ".. ",
    "! ",
    "? ",
    ": ",
];
