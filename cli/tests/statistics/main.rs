//! `pony flows` and `pony stats` count what tshark counts.
//!
//! Our own captures are compared with what `tshark -n -q -z conv,tcp -z conv,udp -z io,phs` said of them, which stands beside
//! them. Where `PONY_CORPUS` names the folder of the corpus, tshark is asked of each capture there, and its answers are kept in
//! `target/statistics/`. Where we are known to differ stands in `known-statistics.tsv`, with the section of the standard that
//! decides; no row stands there that nothing needs.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it compared"
)]

#[path = "../common/mod.rs"]
mod common;
mod conversations;
mod hierarchy;
mod known;

use common::{root, run};
use known::{Known, What};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What differs in a capture, for people; nothing where all is the same.
fn differences(capture: &Path, tshark: &str) -> [(What, Vec<String>); 2] {
    let path = capture.to_str().expect("a path of text");
    let flows = run(&["flows", "--inner", "--json", path]).out;
    let stats = run(&["stats", "--json", path]).out;
    [
        (What::Conversations, conversations::differences(tshark, &flows)),
        (What::Hierarchy, hierarchy::differences(tshark, &stats)),
    ]
}

/// Compares captures with what tshark says of each; fails where they differ and no row knows of it, and where a row is not needed.
fn compare(captures: impl Iterator<Item = (PathBuf, String)>, is_ours: bool) -> usize {
    let mut known = Known::load(&root().join("tests/conformance/known-statistics.tsv"));
    let (mut open, mut compared) = (Vec::new(), 0);
    for (capture, tshark) in captures {
        compared += 1;
        for (what, found) in differences(&capture, &tshark) {
            if !found.is_empty() && !known.knows(what, &capture) {
                open.push(format!("{what:?} of {}:\n  {}", capture.display(), found.join("\n  ")));
            }
        }
    }
    let stale = known.unneeded(is_ours);
    let report = root().join("target/statistics");
    fs::create_dir_all(&report).unwrap();
    fs::write(report.join(if is_ours { "captures.txt" } else { "corpus.txt" }), open.join("\n")).unwrap();
    eprintln!("{compared} captures compared, {} differences open, {} known", open.len(), known.used());
    assert!(open.is_empty(), "{} differences, the first:\n{}", open.len(), open[0]);
    assert!(stale.is_empty(), "rows that nothing needs:\n{}", stale.join("\n"));
    compared
}

#[test]
fn own_captures_agree_with_tshark() {
    let folder = root().join("tests/captures");
    let captures = files(&folder).into_iter().filter_map(|path| {
        let said = fs::read_to_string(path.with_extension("tshark.txt")).ok()?;
        Some((path, said))
    });
    assert!(compare(captures, true) >= 20);
}

#[test]
fn the_corpus_agrees_with_tshark() {
    let Some(shared) = std::env::var_os("PONY_CORPUS") else {
        eprintln!("the corpus is not here: nothing to compare");
        return;
    };
    let mut captures = Vec::new();
    let mut folders = vec![Path::new(&shared).join("corpus")];
    while let Some(folder) = folders.pop() {
        captures.extend(files(&folder));
        folders.extend(entries(&folder).into_iter().filter(|path| path.is_dir()));
    }
    captures.sort();
    let asked = captures.into_iter().filter_map(|path| Some((path.clone(), ask(&path)?)));
    assert!(compare(asked, false) > 0, "no capture, or no tshark");
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    found.sort();
    found
}

/// The captures in a folder, which begin as such.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = entries(folder);
    files.retain(|path| path.is_file() && fs::read(path).is_ok_and(|bytes| is_capture(&bytes)));
    files
}

fn is_capture(bytes: &[u8]) -> bool {
    const STARTS: [&[u8]; 8] = [
        &[0xd4, 0xc3, 0xb2, 0xa1],
        &[0xa1, 0xb2, 0xc3, 0xd4],
        &[0x4d, 0x3c, 0xb2, 0xa1],
        &[0xa1, 0xb2, 0x3c, 0x4d],
        &[0x34, 0xcd, 0xb2, 0xa1],
        &[0x0a, 0x0d, 0x0d, 0x0a],
        &[0x1f, 0x8b],
        &[0x28, 0xb5, 0x2f, 0xfd],
    ];
    STARTS.iter().any(|start| bytes.starts_with(start))
}

/// What tshark says of a capture, now or before; nothing where there is none, or it takes too long.
fn ask(capture: &Path) -> Option<String> {
    let name: String =
        capture.to_string_lossy().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let kept = root().join("target/statistics/answers").join(name);
    if let Ok(said) = fs::read_to_string(&kept) {
        return Some(said);
    }
    let questions = ["-n", "-q", "-z", "conv,tcp", "-z", "conv,udp", "-z", "io,phs", "-r"];
    let output = Command::new("timeout").arg("120").arg("tshark").args(questions).arg(capture).output().ok()?;
    if output.stdout.is_empty() || output.status.code() == Some(124) {
        return None;
    }
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    fs::create_dir_all(kept.parent()?).ok()?;
    fs::write(kept, &said).ok()?;
    Some(said)
}
