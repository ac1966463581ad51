//! Lines made by way of generated readers are those that the interpreter makes.

#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The lines of a capture; with a binding of the user's, which no packet here has, the interpreter alone makes them.
fn lines(capture: &Path, interpreted: bool) -> Vec<u8> {
    let mut pony = Command::new(env!("CARGO_BIN_EXE_pony"));
    pony.args(["dissect", "--summary", "--count", "20000"]);
    if interpreted {
        pony.args(["--decode-as", "link_type=65535:Ethernet"]);
    }
    pony.arg(capture).output().unwrap().stdout
}

#[test]
fn own_captures_have_the_same_lines_either_way() {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let entries = fs::read_dir(own.join("../tests/captures")).unwrap();
    let mut captures: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    captures.retain(|path| {
        path.extension().is_some_and(|kind| ["pcap", "pcapng", "cap"].iter().any(|known| kind == *known))
    });
    assert!(!captures.is_empty());
    for capture in captures {
        let (lean, whole) = (lines(&capture, false), lines(&capture, true));
        let differs = lean.split(|&byte| byte == b'\n').zip(whole.split(|&byte| byte == b'\n')).find(|(a, b)| a != b);
        let differs =
            differs.map(|(a, b)| (String::from_utf8_lossy(a).into_owned(), String::from_utf8_lossy(b).into_owned()));
        assert!(lean == whole, "{}: {differs:?}", capture.display());
    }
}
