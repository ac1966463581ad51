//! Definitions to test with.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use packet_codegen::text::{parse, parse_stack};
use packet_schema::Schema;
use packet_schema::check;
use packet_schema::interp::{Builder, Built, resolve_value};
use std::fmt::Write as _;
use std::sync::LazyLock;

/// All protocols of this repository.
pub fn protocols() -> &'static Schema {
    static PROTOCOLS: LazyLock<Schema> = LazyLock::new(|| {
        let texts = packet_protocols::DEFINITIONS.iter().map(|definition| definition.text.to_owned());
        schema(&texts.collect::<Vec<_>>())
    });
    &PROTOCOLS
}

/// The examples of the language.
pub fn examples() -> Schema {
    schema(&example_texts())
}

/// The examples of the language, and one more module.
pub fn with_examples(text: &str) -> Schema {
    let mut texts = example_texts();
    texts.push(text.to_owned());
    schema(&texts)
}

fn example_texts() -> Vec<String> {
    let folder = crate::root().join("codegen/tests/examples");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut texts = vec![include_str!("definitions/more.pony").to_owned()];
    texts.extend(paths.iter().map(|path| std::fs::read_to_string(path).unwrap()));
    texts
}

/// The schema of some modules, which must be right.
pub fn schema(texts: &[String]) -> Schema {
    let mut modules = Vec::new();
    for (text, source) in texts.iter().zip(0..) {
        let (module, found) = parse(source, text);
        assert!(found.is_empty(), "{found:#?}");
        modules.push(module);
    }
    let checked = check(&modules);
    let errors: Vec<_> = checked.diagnostics.iter().filter(|found| found.is_error()).collect();
    let Some(schema) = checked.schema else {
        let errors: Vec<_> = errors.iter().map(|found| (&found.message, &found.labels)).collect();
        panic!("{errors:#?}")
    };
    schema
}

/// Builds a packet from its text, or says what is wrong.
pub fn craft(schema: &Schema, text: &str) -> Result<Built, String> {
    let words = |found: Vec<packet_schema::Diagnostic>| {
        found.iter().map(|found| found.message.clone()).collect::<Vec<_>>().join("; ")
    };
    let stack = parse_stack(0, text).map_err(words)?;
    let value = resolve_value(schema, &stack).map_err(words)?;
    Builder::new(schema).build(&value).map_err(|error| error.words(schema))
}

/// Builds a packet that can be built.
pub fn build(schema: &Schema, text: &str) -> Built {
    craft(schema, text).unwrap_or_else(|why| panic!("{text}: {why}"))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _infallible = write!(hex, "{byte:02x}");
        hex
    })
}
