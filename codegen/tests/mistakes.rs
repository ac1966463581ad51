//! What is said of definitions with mistakes: each text of `mistakes/` against its golden, source and rendering.
//!
//! `BLESS=1` writes the goldens anew.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use packet_codegen::{Sources, render, text};

#[test]
fn every_mistake_is_said_as_in_its_golden() {
    let root = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("tests");
    let mut seen = 0;
    for entry in fs::read_dir(root.join("mistakes")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let mut sources = Sources::new();
        let source = sources.add(name, fs::read_to_string(&path).unwrap());
        let (_, findings) = text::parse(source, sources.text(source).unwrap());
        let said = render(&sources, &findings, false);
        let golden = root.join("goldens").join(name);
        if std::env::var_os("BLESS").is_some() {
            fs::write(&golden, &said).unwrap();
        }
        assert_eq!(said, fs::read_to_string(&golden).unwrap(), "{name}: `cargo xtask bless` accepts what is said now");
        seen += 1;
    }
    assert_eq!(seen, fs::read_dir(root.join("goldens")).unwrap().count(), "a golden for each text, and none besides");
}

#[test]
fn colours_are_for_those_who_ask_for_them() {
    let mut sources = Sources::new();
    let source = sources.add("x.pony", "module x; layer A { a: u8 }");
    let (_, findings) = text::parse(source, sources.text(source).unwrap());
    let (plain, coloured) = (render(&sources, &findings, false), render(&sources, &findings, true));
    assert!(!plain.contains('\x1b') && coloured.contains('\x1b'));
    let mut without = String::new();
    for (place, part) in coloured.split('\x1b').enumerate() {
        without.push_str(if place == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    assert_eq!(without, plain);
}

#[test]
fn a_source_knows_its_lines() {
    let mut sources = Sources::new();
    sources.add("first.pony", "");
    let source = sources.add("second.pony", "module é;\nlayer A {}");
    let (module, _) = text::parse(source, sources.text(source).unwrap());
    let span = module.items[0].span;
    assert_eq!(sources.position(span), Some((2, 1)));
    assert_eq!(sources.slice(span), Some("layer A {}"));
    assert_eq!(sources.name(source), Some("second.pony"));
    assert_eq!(sources.name(7), None);
}
