//! The inputs that fuzzing kept: what once was wrong, and what reaches every corner.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a failing test panics, and shows its input")]

use pony_tests::fuzz::{TARGETS, Target, mutate, readers as fuzzed_readers};
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

/// What the mutator makes of the corpus is no less of an input, and mostly another one.
#[test]
fn readers_mutated() {
    let mut changed = 0;
    let mut paths: Vec<_> =
        fs::read_dir(root().join("fuzz/corpus/readers")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for (path, seed) in paths.iter().zip(0..) {
        let input = fs::read(path).unwrap();
        let mut data = [input.as_slice(), &[0; 512]].concat();
        let most = data.len();
        let mut size = input.len();
        for round in 0..20 {
            size = mutate(&mut data, size, most, seed * 100 + round);
            assert!(size <= most);
            fuzzed_readers(&data[..size]);
        }
        changed += usize::from(data[..size] != input);
    }
    assert!(changed * 3 > paths.len() * 2, "{changed} of {}", paths.len());
    assert!(mutate(&mut [0; 40], 40, 10, 1) <= 10);
}

#[test]
fn schema() {
    replay("schema");
}
