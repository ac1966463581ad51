//! `#[derive(Layer)]` and a `.pony` file that say the same give the same schema and the same Rust.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use packet_codegen::text::parse;
use packet_codegen::{derive, rust};
use packet_schema::model::ModuleId;
use packet_schema::tree::{Endian, ItemKind, Module};
use packet_schema::{Schema, check};
use pony_tests::{derived, root};
use std::fs;

/// All protocols of the repository, as trees.
fn protocols() -> Vec<Module> {
    packet_protocols::DEFINITIONS.iter().zip(0..).map(|(definition, source)| parse(source, definition.text).0).collect()
}

fn position(modules: &[Module], path: &str) -> usize {
    modules.iter().position(|module| module.path.as_ref().is_some_and(|own| own.text() == path)).unwrap()
}

fn schema(modules: &[Module]) -> Schema {
    let checked = check(modules);
    let errors: Vec<_> = checked.diagnostics.iter().filter(|found| found.is_error()).collect();
    let Some(schema) = checked.schema else { panic!("{errors:#?}") };
    schema
}

/// The Rust of the last module.
fn code(schema: &Schema) -> String {
    let last = ModuleId(u32::try_from(schema.modules.len() - 1).unwrap());
    let paths = |module: ModuleId| schema.modules[module.index()].name.replace('.', "::").parse().unwrap();
    rust::module(schema, last, &paths).tokens.to_string()
}

/// Everything of a schema but places and what is ordered by chance, a line for each thing.
fn lines(mut schema: Schema) -> Vec<String> {
    schema.enums.iter_mut().for_each(|one| one.by_value.clear());
    schema.tables.iter_mut().for_each(|one| one.by_key.clear());
    let lines = things(&schema);
    lines.iter().map(|line| without_places(&with_expressions(&schema, line, 0))).collect()
}

fn things(schema: &Schema) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(schema.composites.iter().map(|thing| format!("{thing:?}")));
    lines.extend(schema.fields.iter().map(|thing| format!("{thing:?}")));
    lines.extend(schema.enums.iter().map(|thing| format!("{thing:?}")));
    lines.extend(schema.flags.iter().map(|thing| format!("{thing:?}")));
    lines.extend(schema.interfaces.iter().map(|thing| format!("{thing:?}")));
    lines.extend(schema.tables.iter().map(|thing| format!("{thing:?}")));
    lines.extend(schema.probes.iter().map(|thing| format!("{thing:?}")));
    lines.extend(schema.replies.iter().map(|thing| format!("{thing:?}")));
    lines.extend(schema.names.get("wireshark").into_iter().flatten().map(|thing| format!("{thing:?}")));
    lines
}

/// The text with every expression, and what is known of it, in the place of its number: numbers are given in the order in
/// which items stand, and that may differ.
fn with_expressions(schema: &Schema, text: &str, depth: usize) -> String {
    assert!(depth < 100, "an expression holds itself");
    let mut parts = text.split("ExprId(");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| {
        let (number, behind) = part.split_once(')').unwrap();
        let number: usize = number.parse().unwrap();
        let expr = with_expressions(schema, &format!("{:?}", schema.exprs[number]), depth + 1);
        let facts = schema.facts[number];
        format!("{out}[{expr} {}..{} {}%{}]{behind}", facts.least, facts.greatest, facts.remainder, facts.modulus)
    })
}

/// The text with every `Span { … }` taken out.
fn without_places(text: &str) -> String {
    let mut parts = text.split("Span {");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + part.split_once('}').map_or("", |(_, behind)| behind))
}

/// Asserts that two lists of lines are the same, and shows the first lines that differ.
fn assert_same(name: &str, pony: &[String], derived: &[String]) {
    for (left, right) in pony.iter().zip(derived) {
        assert_eq!(left, right, "{name}: left is the .pony file, right the derive");
    }
    assert_eq!(pony.len(), derived.len(), "{name}");
}

/// Compares a `.pony` file with the items of Rust beside it, both among all other protocols.
fn same(name: &str) {
    let text = fs::read_to_string(root().join("tests/derived").join(name).with_extension("pony")).unwrap();
    let (module, found) = parse(1000, &text);
    assert!(found.is_empty(), "{found:#?}");
    let path = module.path.as_ref().unwrap().text();
    let mut modules = protocols();
    // What is in the repository under that name stands back.
    modules.retain(|module| module.path.as_ref().is_some_and(|own| own.text() != path));
    modules.push(module);
    let pony = schema(&modules);
    let last = modules.last_mut().unwrap();
    last.items = derived::tree(name);
    // An item of Rust says for itself that its numbers are little-endian.
    last.endian = Endian::Big;
    let derived = schema(&modules);
    assert!(code(&pony).contains("pub struct"));
    assert_eq!(code(&pony), code(&derived), "{name}: left is the .pony file, right the derive");
    assert_same(name, &lines(pony), &lines(derived));
}

#[test]
fn udp() {
    same("udp");
}

#[test]
fn vxlan() {
    same("vxlan");
}

#[test]
fn vlan() {
    same("vlan");
}

#[test]
fn arp() {
    same("arp");
}

#[test]
fn ntp() {
    same("ntp");
}

#[test]
fn echo() {
    same("echo");
}

#[test]
fn words() {
    same("command");
}

#[test]
fn every_clause() {
    same("clauses");
}

#[test]
fn what_every_stack_shares() {
    let mut modules = protocols();
    let at = position(&modules, "pony.net");
    let mut pony = modules.swap_remove(at);
    for item in &mut pony.items {
        item.docs.clear();
        match &mut item.kind {
            ItemKind::Enum(tree) => tree.enumerators.iter_mut().for_each(|one| one.docs.clear()),
            ItemKind::Interface(tree) => tree.members.iter_mut().for_each(|one| one.docs.clear()),
            _ => {}
        }
    }
    assert_same("pony.net", &lines(schema(&[pony])), &lines(schema(&[derive::net()])));
}

/// The types that a module of `packet-core` hands to generated code.
fn imported(text: &str) -> Vec<&str> {
    let imports = text.split("pub use ").skip(1).filter_map(|import| import.split(';').next());
    let words = imports.flat_map(|import| import.split(|sign: char| !sign.is_alphanumeric() && sign != '_'));
    words.filter(|word| word.starts_with(char::is_uppercase)).collect()
}

#[test]
fn no_item_has_a_name_of_generated_code() {
    let text = fs::read_to_string(root().join("packet-core/src/generated.rs")).unwrap();
    for name in imported(&text) {
        assert!(rust::TAKEN.contains(&name), "`{name}` is missing in codegen/src/rust/mod.rs");
    }
    let text = fs::read_to_string(root().join("packet-core/src/craft.rs")).unwrap();
    for name in imported(text.split("pub mod generated").nth(1).unwrap()) {
        let known = rust::TAKEN.contains(&name) || rust::TAKEN_BY_VALUES.contains(&name);
        assert!(known, "`{name}` is missing in codegen/src/rust/mod.rs");
    }
}
