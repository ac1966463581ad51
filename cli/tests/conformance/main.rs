//! Every aliased field of every packet is what tshark says it is.
//!
//! On our own captures against goldens kept in the repository, and on the corpus where it is there. What tshark shows
//! and we do not name stands in `left-out.tsv`; what we name and the oracle has not, in `unrecorded.tsv`; where we differ from
//! it stands in `known-differences.tsv`, with the section of the standard that decides, and no row stands there that nothing
//! needs. A report by field is written to `target/conformance/`, and beside it each difference that is open. `PONY_CORPUS` names
//! the folder of the corpus and its oracle where it is not `../shared`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it compared"
)]

mod compare;
mod known;
mod oracle;
mod run;

use known::{Difference, Known};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("..")
}

#[test]
fn own_captures_agree_with_tshark() {
    let captures = root().join("tests/captures");
    let goldens: Vec<_> = files(&captures, ".oracle.jsonl");
    assert!(!goldens.is_empty(), "no goldens in {}", captures.display());
    let known = Known::load(&root());
    let report = run::run(&known, &goldens, &captures);
    report.write("captures", &known);
    report.assert_settled();
    report.assert_all_needed(&known, |row| is_own(row, &captures));
}

#[test]
fn the_corpus_agrees_with_tshark() {
    let shared = std::env::var_os("PONY_CORPUS").map_or_else(|| root().join("../shared"), PathBuf::from);
    let oracles = files(&shared.join("oracle"), ".jsonl.zst");
    if oracles.is_empty() {
        eprintln!("the corpus is not here: nothing to compare");
        return;
    }
    let known = Known::load(&root());
    let report = run::run(&known, &oracles, &shared.join("corpus"));
    report.write("corpus", &known);
    report.assert_settled();
    report.assert_all_needed(&known, |row| !is_own(row, &root().join("tests/captures")));
}

/// Whether a row is about one of our own captures.
fn is_own(row: &Difference, captures: &Path) -> bool {
    files(captures, "").iter().filter_map(|path| path.file_name()?.to_str()).any(|name| row.is_in(name))
}

/// The files of a folder whose names end so, in order; none where there is no folder.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<_> = entries.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    found.sort();
    found
}
