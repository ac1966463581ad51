//! What several tests of the text front end need.

use std::fs;
use std::path::{Path, PathBuf};

/// All definitions of the repository, with their texts.
pub(crate) fn definitions() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let own = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let root = own.parent().unwrap();
    for folder in ["codegen/tests/examples", "protocols", "examples", "tests", "docs"] {
        search(&root.join(folder), &mut found);
    }
    found.sort();
    found
}

fn search(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.ends_with("goldens") {
            // The definitions there have mistakes: that is what they show.
            continue;
        }
        if path.is_dir() {
            search(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "pony") {
            found.push((path.clone(), fs::read_to_string(&path).unwrap()));
        }
    }
}

/// A tree as text, without the places.
#[allow(dead_code, reason = "not every test compares trees")]
pub(crate) fn without_spans(tree: &impl std::fmt::Debug) -> String {
    let text = format!("{tree:?}");
    let mut parts = text.split("Span { ");
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        out.push_str(part.split_once('}').unwrap().1);
    }
    out
}
