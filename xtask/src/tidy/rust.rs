//! What Rust code may not say: a panic outside tests, and a lint allowed with no reason given.

use super::{Finding, Source};

/// Calls that panic, or stand for code that is not there. They are written in two halves, so that this file may list
/// them.
const PANICS: &[&str] =
    &[concat!(".unwr", "ap()"), concat!("to", "do!("), concat!("unimple", "mented!("), concat!("unreach", "able!(")];

pub(super) fn check(source: &Source) -> Vec<Finding> {
    if !source.has_extension(&["rs"]) {
        return Vec::new();
    }
    let mut findings = panics(source);
    findings.extend(allows(source));
    findings
}

fn panics(source: &Source) -> Vec<Finding> {
    if is_test_file(&source.path) {
        return Vec::new();
    }
    let lines = source.text.lines().enumerate();
    // A module of tests is the last one of its file.
    lines
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]" || line.starts_with(' '))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .flat_map(|(index, line)| PANICS.iter().filter(|panic| line.contains(**panic)).map(move |panic| (index, panic)))
        .map(|(index, panic)| source.finding(index + 1, format!("`{panic}` outside tests")))
        .collect()
}

fn is_test_file(path: &str) -> bool {
    let in_folder = |folder: &str| path.starts_with(&format!("{folder}/")) || path.contains(&format!("/{folder}/"));
    in_folder("tests") || in_folder("benches") || in_folder("fuzz") || path.ends_with("/tests.rs")
}

/// The lints that may not be allowed as a whole.
const BLANKET: &[&str] = &["warnings", "clippy::all", "clippy::pedantic", "unsafe_code", "unused"];

/// The files that declare the modules which may be `unsafe`.
const UNSAFE: &[&str] = &["packet-core/src/checksum/inet.rs", "benches/src/limits.rs"];

fn allows(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut offset = 0;
    for (index, line) in source.text.split_inclusive('\n').enumerate() {
        let rest = source.text.get(offset..).unwrap_or_default();
        offset += line.len();
        if !begins_allow(line) {
            continue;
        }
        let attribute = rest.split_inclusive(")]").next().unwrap_or_default();
        if !attribute.contains("reason =") {
            findings.push(source.finding(index + 1, "a lint is allowed with no reason given"));
        }
        let names = attribute.split(|each: char| !each.is_alphanumeric() && each != '_' && each != ':');
        if let Some(lint) = names.take_while(|name| *name != "reason").find(|name| BLANKET.contains(name)) {
            if lint == "unsafe_code" && UNSAFE.contains(&source.path.as_str()) {
                continue;
            }
            findings.push(source.finding(index + 1, format!("`{lint}` may not be allowed")));
        }
    }
    findings
}

fn begins_allow(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('#') && ["[allow(", "[expect(", ", allow(", ", expect("].iter().any(|form| line.contains(form))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Source { path: path.into(), text: text.into() }).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn panics_belong_in_tests() {
        for panic in PANICS {
            assert_eq!(lines("src/a.rs", &format!("fn a() {{\n    b{panic};\n}}\n")), [2]);
            assert_eq!(
                lines("src/a.rs", &format!("/// b{panic}\nfn a() {{}}\n#[cfg(test)]\nmod tests {{ {panic} }}\n")),
                []
            );
            assert_eq!(lines("tests/a.rs", &format!("    b{panic};\n")), []);
            assert_eq!(lines("src/a.txt", panic), []);
        }
    }

    #[test]
    fn an_allowed_lint_has_a_reason() {
        assert_eq!(lines("a.rs", "#[allow(dead_code, reason = \"used by tests\")]\n"), []);
        assert_eq!(lines("a.rs", "#[allow(\n    dead_code,\n    reason = \"used by tests\"\n)]\n"), []);
        assert_eq!(lines("a.rs", "\n    #[allow(dead_code)]\n"), [2]);
        assert_eq!(lines("a.rs", "#![cfg_attr(test, allow(dead_code))]\n"), [1]);
        assert_eq!(lines("a.rs", "#![allow(unsafe_code, reason = \"fast\")]\n"), [1]);
    }
}
