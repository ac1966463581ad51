//! Every block of the pages in `docs/` that is marked as a definition: it can be read, has no mistakes beside the protocols
//! of the repository, and its tests pass; or it has just the mistake that its mark names (`pony,fails=E0301`).

#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use packet_codegen::text::parse;
use packet_schema::interp::{Reader, run_test};
use packet_schema::tree::{Module, Span};
use packet_schema::{Diagnostic, check};
use pony_tests::root;
use std::collections::BTreeSet;
use std::fs;

/// A block of a page.
struct Block {
    /// `docs/language.md`.
    page: String,
    /// The line of the page before its first one.
    line: usize,
    /// The code of the mistake that it shows.
    fails: Option<String>,
    text: String,
}

impl Block {
    /// A line of the page for a place of the block.
    fn at(&self, span: Span, message: &str) -> String {
        let before = self.text.get(..span.start as usize).unwrap_or_default();
        format!("{}:{}: {message}", self.page, self.line + before.lines().count().max(1))
    }
}

/// The blocks of all pages.
fn blocks() -> Vec<Block> {
    let mut paths: Vec<_> = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    let mut blocks = Vec::new();
    for path in paths {
        let page = format!("docs/{}", path.file_name().unwrap().to_string_lossy());
        let mut open: Option<Block> = None;
        for (line, number) in fs::read_to_string(&path).unwrap().lines().zip(1..) {
            match (&mut open, line.strip_prefix("```")) {
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (Some(block), None) => block.text.extend([line, "\n"]),
                (None, Some(mark)) if mark == "pony" || mark.starts_with("pony,") => {
                    let fails = mark.strip_prefix("pony,fails=").map(str::to_owned);
                    assert!(fails.is_some() || mark == "pony", "{page}:{number}: `{mark}` means nothing");
                    open = Some(Block { page: page.clone(), line: number, fails, text: String::new() });
                }
                (None, _) => {}
            }
        }
    }
    blocks
}

/// What is wrong with a block, checked beside other modules, each with its place.
fn failures(block: &Block, protocols: &mut Vec<Module>) -> Vec<String> {
    let source = u32::try_from(protocols.len()).unwrap();
    let (module, mut findings) = parse(source, &block.text);
    protocols.push(module);
    let checked = check(protocols);
    protocols.pop();
    findings.extend(checked.diagnostics.into_iter().filter(Diagnostic::is_error));
    if let Some(code) = &block.fails {
        let found: BTreeSet<&str> = findings.iter().map(|finding| finding.code.id()).collect();
        let message = format!("raises {found:?}, not just {code}");
        return Some(block.at(Span::default(), &message))
            .filter(|_| found != BTreeSet::from([code.as_str()]))
            .into_iter()
            .collect();
    }
    let Some(schema) = checked.schema.filter(|_| findings.is_empty()) else {
        let place = |finding: &Diagnostic| finding.labels.first().map_or(Span::default(), |label| label.span);
        return findings.iter().map(|found| block.at(place(found), &found.message)).collect();
    };
    let reader = Reader::new(&schema);
    let own = schema.tests.iter().filter(|test| test.span.source == source);
    let failures = own.flat_map(|test| run_test(&reader, test));
    failures.map(|failure| block.at(failure.span, &failure.message)).collect()
}

#[test]
fn every_block_holds() {
    let definitions = packet_protocols::DEFINITIONS.iter().zip(0..);
    let mut protocols: Vec<Module> = definitions.map(|(definition, source)| parse(source, definition.text).0).collect();
    let blocks = blocks();
    assert!(blocks.len() > 20);
    let failures: Vec<String> = blocks.iter().flat_map(|block| failures(block, &mut protocols)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let found = |fails: Option<&str>, text: &str| {
        let block =
            Block { page: "docs/a.md".into(), line: 10, fails: fails.map(str::to_owned), text: text.to_owned() };
        failures(&block, &mut Vec::new())
    };
    let wrong = "module a;\nlayer L { n: u8; data: bytes[n - 1]; }\ntest L hex\"01\" {\n    n == 2;\n}\n";
    assert_eq!(found(Some("E0301"), wrong), Vec::<String>::new());
    assert_eq!(found(Some("E0302"), wrong), ["docs/a.md:11: raises {\"E0301\"}, not just E0302"]);
    assert!(found(None, wrong).concat().starts_with("docs/a.md:12: "));
    let right = wrong.replace("n - 1", "n");
    assert_eq!(found(Some("E0301"), &right), ["docs/a.md:11: raises {}, not just E0301"]);
    let right = right.replace("\"01\"", "\"01 00\"");
    assert_eq!(found(None, &right), ["docs/a.md:14: does not hold: found 1, wanted == 2"]);
    assert_eq!(found(None, &right.replace("n == 2", "n == 1")), Vec::<String>::new());
}
