//! The inputs that fuzzing kept: what once was wrong, and what reaches every corner.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a failing test panics, and shows its input")]

use pony_tests::fuzz::{TARGETS, Target};
use pony_tests::root;
use std::fs;

/// Runs a target over its corpus.
fn replay(name: &str) {
    let (_, target): &(&str, Target) = TARGETS.iter().find(|(known, _)| *known == name).unwrap();
    let mut paths: Vec<_> =
        fs::read_dir(root().join("fuzz/corpus").join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    for path in paths {
        // Shown where the target panics.
        eprintln!("{}", path.display());
        target(&fs::read(&path).unwrap());
    }
}

#[test]
fn files() {
    replay("files");
}

#[test]
fn generated() {
    replay("generated");
}

#[test]
fn grammar() {
    replay("grammar");
}

#[test]
fn interpreter() {
    replay("interpreter");
}

#[test]
fn readers() {
    replay("readers");
}

#[test]
fn schema() {
    replay("schema");
}
