//! Every definition of the repository can be read.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use packet_codegen::text;

/// All `.pony` files below the root of the repository.
fn definitions() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for folder in ["codegen/tests", "protocols", "examples", "tests", "docs"] {
        search(&root.join(folder), &mut found);
    }
    found.sort();
    found
}

fn search(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "pony") {
            found.push(path);
        }
    }
}

#[test]
fn every_definition_can_be_read() {
    let all = definitions();
    assert!(all.len() >= 9, "the design examples at least");
    for path in all {
        let source = fs::read_to_string(&path).unwrap();
        let (module, findings) = text::parse(0, &source);
        assert!(findings.is_empty(), "{}: {findings:#?}", path.display());
        assert!(module.path.is_some() && !module.items.is_empty(), "{}", path.display());
    }
}
