//! The canonical layout: what it looks like, and what it never does.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use packet_codegen::text;
use proptest::prelude::*;

/// What is laid out must become this, and then stay so.
#[track_caller]
fn check(source: &str, expected: &str) {
    let laid_out = text::format(source).unwrap();
    assert_eq!(laid_out, expected);
    assert_eq!(text::format(&laid_out).unwrap(), expected, "laid out twice");
}

/// Laying out changes no meaning and loses no comment, and once is enough.
#[track_caller]
fn keeps(source: &str) {
    let laid_out = match text::format(source) {
        Ok(laid_out) => laid_out,
        Err(findings) => panic!("{findings:#?}\n{source}"),
    };
    let (before, _) = text::parse(0, source);
    let (after, findings) = text::parse(0, &laid_out);
    assert_eq!(findings, [], "{laid_out}");
    assert_eq!(common::without_spans(&after), common::without_spans(&before), "{source}\n{laid_out}");
    assert_eq!(comments(&laid_out), comments(source), "{source}\n{laid_out}");
    assert_eq!(text::format(&laid_out).unwrap(), laid_out, "laid out twice, of\n{source}");
}

/// The comments that the tests put in: each is a word between `<` and `>`, which stand nowhere else side by side with it.
fn comments(text: &str) -> Vec<&str> {
    text.match_indices("<c").map(|(start, _)| text[start..].split_once('>').unwrap().0).collect()
}

#[test]
fn definitions_keep_their_meaning() {
    for (_, source) in common::definitions() {
        keeps(&source);
    }
}

/// A text whose space is another one, with comments wherever a token ends.
fn shaken(source: &str, choices: &[u8]) -> String {
    let mut out = String::new();
    let mut choices = choices.iter().cycle();
    let mut count = 0;
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let len = token_len(rest, first);
        let token = &rest[..len];
        rest = &rest[len..];
        if !token.trim().is_empty() {
            out.push_str(token);
            // A comment to the end of its line needs that.
            if token.starts_with("//") {
                out.push('\n');
            }
            continue;
        }
        count += 1;
        match choices.next().unwrap() % 16 {
            0..5 => out.push(' '),
            5..8 => out.push('\n'),
            8 => out.push_str("\n\n\n  "),
            9 => out.push_str(&format!(" /* <c{count}> */ ")),
            10 => out.push_str(&format!(" // <c{count}>\n")),
            11 => out.push_str(&format!("\n   // <c{count}>\n")),
            12 => out.push_str(&format!("\n\n/* <c{count}>\n  of two lines */\n\n")),
            _ => out.push_str(token),
        }
    }
    out
}

/// How long the token or space is that a text starts with; literals and comments are whole.
fn token_len(text: &str, first: char) -> usize {
    let until = |end: &str| text.find(end).map_or(text.len(), |at| at + end.len());
    let run = |belongs: fn(char) -> bool| text.find(|c| !belongs(c)).unwrap_or(text.len());
    if text.starts_with("//") {
        run(|c| c != '\n')
    } else if text.starts_with("/*") {
        until("*/")
    } else if first == '"' {
        let mut escaped = false;
        let end = text.char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        end.map_or(text.len(), |(at, _)| at + 1)
    } else if first.is_whitespace() {
        run(char::is_whitespace)
    } else {
        run(|c| !c.is_whitespace() && c != '"').max(1)
    }
}

/// The parts of all definitions between empty lines that are whole items, each as a module.
fn modules() -> Vec<String> {
    let all = common::definitions();
    let parts = all.iter().flat_map(|(_, source)| source.split("\n\n"));
    let modules =
        parts.map(|part| if part.contains("module ") { part.to_owned() } else { format!("module m;\n{part}") });
    modules.filter(|module| text::parse(0, module).1.is_empty()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn definitions_in_any_layout_keep_their_meaning(
        which in any::<prop::sample::Index>(),
        choices in prop::collection::vec(any::<u8>(), 1..200),
    ) {
        thread_local! { static MODULES: Vec<String> = modules(); }
        MODULES.with(|modules| keeps(&shaken(&modules[which.index(modules.len())], &choices)));
    }
}

#[test]
fn fields_are_aligned_in_runs() {
    check(
        "module a;\nlayer A{\na:u8;\n/// Doc.\nlong_name :u16 where it>=5 ;\n\n\nb : bits7;let x=1;let longer=2*x;}",
        "module a;\nlayer A {\n    a:         u8;\n    /// Doc.\n    long_name: u16 where it >= 5;\n\n    b: bits7;\n    \
         let x      = 1;\n    let longer = 2 * x;\n}\n",
    );
}

#[test]
fn the_design_examples_are_laid_out_canonically() {
    for (path, source) in common::definitions() {
        if path.parent().unwrap().ends_with("codegen/tests/examples") {
            check(&source, &source);
        }
    }
}
