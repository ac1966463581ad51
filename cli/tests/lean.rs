//! What is printed by way of generated readers is what the interpreter makes.

#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is printed of a capture; with a binding of the user's, which no packet here has, the interpreter alone makes them.
fn lines(form: &str, capture: &Path, interpreted: bool) -> Vec<u8> {
    let mut pony = Command::new(env!("CARGO_BIN_EXE_pony"));
    pony.args(["dissect", form, "--count", "20000"]);
    if interpreted {
        pony.args(["--decode-as", "link_type=65535:Ethernet"]);
    }
    pony.arg(capture).output().unwrap().stdout
}

#[test]
fn own_captures_are_printed_the_same_either_way() {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let entries = fs::read_dir(own.join("../tests/captures")).unwrap();
    let mut captures: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    captures.retain(|path| {
        path.extension().is_some_and(|kind| ["pcap", "pcapng", "cap"].iter().any(|known| kind == *known))
    });
    assert!(!captures.is_empty());
    for capture in captures {
        for form in ["--summary", "--json"] {
            let (generated, whole) = (lines(form, &capture, false), lines(form, &capture, true));
            let both = generated.split(|&byte| byte == b'\n').zip(whole.split(|&byte| byte == b'\n'));
            let differs = both.clone().find(|(a, b)| a != b).map(|(a, b)| [a, b].map(String::from_utf8_lossy));
            assert!(generated == whole, "{}: {differs:#?}", capture.display());
        }
    }
}
