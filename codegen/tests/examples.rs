//! Every definition of the repository can be read.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use packet_codegen::text::{self, Grammar, Rule};
use pest::Parser;

#[test]
fn every_definition_can_be_read() {
    let all = common::definitions();
    assert!(all.len() >= 9, "the design examples at least");
    for (path, source) in all {
        let (module, findings) = text::parse(0, &source);
        assert!(findings.is_empty(), "{}: {findings:#?}", path.display());
        assert!(module.path.is_some() && !module.items.is_empty(), "{}", path.display());
    }
}

#[test]
fn the_grammar_as_a_whole_accepts_what_is_read_piece_by_piece() {
    for (path, source) in common::definitions() {
        let whole = Grammar::parse(Rule::file, &source);
        assert!(whole.is_ok(), "{}: {}", path.display(), whole.err().unwrap());
    }
}
