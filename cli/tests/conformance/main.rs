//! Every aliased field of every packet is what tshark says it is.
//!
//! On our own captures against goldens kept in the repository, and on the corpus where it is there. What tshark shows
//! and we do not name stands in `left-out.tsv`; where we differ from it stands in `known-differences.tsv`, with the
//! section of the standard that decides. What is not settled in the corpus yet is counted in `open.tsv`, exactly. A report by field is written to `target/conformance/`, and beside it each
//! difference that is open. `PONY_CORPUS` names the folder of the corpus and its oracle where it is not `../shared`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it compared"
)]

mod compare;
mod known;
mod oracle;
mod run;

use known::Known;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn own_captures_agree_with_tshark() {
    let captures = root().join("tests/captures");
    let goldens: Vec<_> = files(&captures, ".oracle.jsonl");
    assert!(!goldens.is_empty(), "no goldens in {}", captures.display());
    let known = Known::load(&root());
    let report = run::run(&known, &goldens, &captures);
    report.write("captures");
    report.assert_settled(&BTreeMap::new());
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
    report.write("corpus");
    report.assert_settled(&known.open);
}

/// The files of a folder whose names end so, in order; none where there is no folder.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<_> = entries.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    found.sort();
    found
}
