//! What ARCHITECTURE.md promises that the crates do not have.

#![allow(clippy::expect_used, reason = "a failing test may panic")]

use pony_tests::root;
use pony_tests::workspace::{self, Package};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn package(name: &str) -> Package {
    let packages = workspace::packages(&root().join("Cargo.toml"));
    packages.into_iter().find(|package| package.name == name).expect("the crate is in the workspace")
}

/// The lines of code of a crate, each with the file that it stands in; comments and modules of tests left out.
fn code(folder: &str) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let mut pending = vec![root().join(folder).join("src")];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("a folder of the repository can be read");
            pending.extend(entries.map(|entry| entry.expect("so can its entries").path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            lines.extend(code_of(&path));
        }
    }
    lines
}

fn code_of(path: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(path).expect("a source is text");
    let lines = text.lines().take_while(|line| *line != "#[cfg(test)]");
    let code = lines.filter(|line| !line.trim_start().starts_with("//"));
    code.map(|line| (path.display().to_string(), line.to_owned())).collect()
}

/// Fails if a line of code of the crate in `folder` has one of `words`.
fn assert_absent(folder: &str, words: &[&str]) {
    for (path, line) in code(folder) {
        for word in words {
            assert!(!line.contains(word), "{path} must not have `{word}`: {line}");
        }
    }
}

/// Fails if a crate allocates elsewhere than in the files of values, or for those who did not ask for the feature.
fn assert_allocates_for_those_who_ask(folder: &str, values: &dyn Fn(&str) -> bool) {
    let code = code(folder);
    let allocates = |(_, line): &&(String, String)| line.contains("extern crate") || line.contains("alloc::");
    for (path, line) in code.iter().filter(allocates) {
        // Values own what they hold.
        assert!(values(path) || line == "extern crate alloc;", "{path} must not allocate: {line}");
    }
    assert!(
        code.windows(2)
            .any(|lines| { lines[0].1 == "#[cfg(feature = \"alloc\")]" && lines[1].1 == "extern crate alloc;" })
    );
}

fn assert_not_built_with(name: &str, foreign: &[&str]) {
    let built = workspace::built_for(name);
    for each in foreign {
        assert!(!built.contains(*each), "{name} must not be built with {each}");
    }
}

#[test]
fn the_schema_knows_no_syntax() {
    assert_not_built_with("packet-schema", &["pest", "pest_derive", "syn", "quote", "proc-macro2"]);
    assert_absent("schema", &["std::path", "std::fs", "PathBuf"]);
}

#[test]
fn the_derive_reads_no_text() {
    let built = workspace::built_for("packet-derive");
    assert!(built.contains("syn") && built.contains("packet-codegen"), "{built:?}");
    for foreign in ["pest", "pest_derive", "codespan-reporting"] {
        assert!(!built.contains(foreign), "packet-derive must not be built with {foreign}");
    }
}

#[test]
fn the_core_needs_nothing() {
    // Who asks for the feature `serde` gets what serializers are, and nothing else.
    assert_eq!(package("packet-core").dependencies, BTreeSet::from(["serde_core".to_owned()]));
    assert_eq!(workspace::built_for("packet-core"), BTreeSet::from(["packet-core".to_owned()]));
    assert_absent("packet-core", &["std::"]);
    let values = |path: &str| {
        path.ends_with("src/craft.rs")
            || path.contains("src/craft/")
            || path.ends_with("src/json.rs")
            || path.contains("src/json/")
            || path.ends_with("src/plain/value.rs")
    };
    assert_allocates_for_those_who_ask("packet-core", &values);
    assert!(code("packet-core").iter().any(|(_, line)| line == "#![no_std]"));
}

#[test]
fn the_protocols_are_plain() {
    let protocols = package("packet-protocols");
    assert!(!protocols.targets.contains("custom-build"), "no build script");
    assert!(!protocols.targets.contains("proc-macro"), "no proc macros");
    let built = workspace::built_for("packet-protocols");
    let core = BTreeSet::from(["packet-core".to_owned(), "packet-protocols".to_owned()]);
    assert!(built.is_subset(&core), "nothing but the core: {built:?}");
    assert_absent("protocols", &["std::", "macro_rules!"]);
    let values = |path: &str| path.ends_with("generated/craft.rs");
    assert_allocates_for_those_who_ask("protocols", &values);
    assert!(code("protocols").iter().any(|(_, line)| line == "#![no_std]"));
}

#[test]
fn the_runtime_is_handed_bytes_and_time() {
    assert_absent("runtime", &["std::fs", "File::", "TcpStream", "UdpSocket", "Instant", "SystemTime", "std::env"]);
}

/// The modules that may have `unsafe`, and the files that declare them.
const UNSAFE: &[(&str, &str)] = &[
    ("packet-core/src/checksum/inet/avx2.rs", "packet-core/src/checksum/inet.rs"),
    ("benches/src/limits.rs", "benches/src/limits.rs"),
];

#[test]
fn no_other_module_is_unsafe() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the workspace has a manifest");
    assert!(manifest.contains("\nunsafe_code = \"deny\"\n"));
    for package in workspace::packages(&root().join("Cargo.toml")) {
        let path = root().join(&package.folder).join("Cargo.toml");
        let manifest = fs::read_to_string(path).expect("a crate has a manifest");
        assert!(manifest.contains("[lints]\nworkspace = true\n"), "{} keeps the workspace's lints", package.name);
        for (path, line) in code(&package.folder) {
            let module = |at: fn(&(&str, &str)) -> String| UNSAFE.iter().map(at).any(|file| path.ends_with(&file));
            let declared = !line.contains("allow(unsafe_code") || module(|(_, by)| (*by).to_owned());
            assert!(declared && !line.contains("expect(unsafe_code"), "{path} must not allow `unsafe`: {line}");
            let proved = !line.contains("unsafe {") || module(|(file, _)| (*file).to_owned());
            assert!(proved, "{path} must not be unsafe: {line}");
        }
    }
}
