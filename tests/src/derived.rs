//! Definitions as items of Rust, read as text: what `#[derive(Layer)]` makes of them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use packet_codegen::derive::{Item, Spans, read};
use packet_schema::tree;
use std::fs;

/// The items of a file of `tests/derived` that derive `Layer`, in order.
pub fn items(name: &str, spans: &mut Spans) -> Vec<Item> {
    let path = crate::root().join("tests/derived").join(name).with_extension("rs");
    let file = syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap();
    let derives = |attributes: &[syn::Attribute]| attributes.iter().any(|one| one.path().is_ident("derive"));
    let inputs = file.items.into_iter().filter_map(|item| match item {
        syn::Item::Struct(item) if derives(&item.attrs) => Some(syn::DeriveInput::from(item)),
        syn::Item::Enum(item) if derives(&item.attrs) => Some(syn::DeriveInput::from(item)),
        _ => None,
    });
    inputs.zip(0..).map(|(input, source)| read(source, &input, spans)).collect()
}

/// The tree of a file of `tests/derived`, without a mistake.
pub fn tree(name: &str) -> Vec<tree::Item> {
    let items = items(name, &mut Spans::default());
    for item in &items {
        assert!(item.found.is_empty(), "{}: {:#?}", item.name, item.found);
    }
    items.into_iter().flat_map(|item| item.tree).collect()
}
