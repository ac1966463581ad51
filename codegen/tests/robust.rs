//! No text makes the text front end panic, hang or forget what is right beside what is wrong.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use packet_codegen::text::{self, Grammar, Rule};
use packet_codegen::{Sources, render};
use packet_schema::{Code, Diagnostic};
use pest::Parser;
use proptest::prelude::*;

/// Reads, renders and lays out a text, and checks what must hold for any.
#[track_caller]
fn survives(source: &str) -> Vec<Diagnostic> {
    let mut sources = Sources::new();
    let number = sources.add("x", source);
    let (_, findings) = text::parse(number, source);
    assert_eq!(render(&sources, &findings, false).is_empty(), findings.is_empty());
    for finding in &findings {
        for label in &finding.labels {
            assert!(label.span.start <= label.span.end && label.span.end as usize <= source.len(), "{finding:?}");
        }
    }
    assert_eq!(text::format(source).is_ok(), findings.is_empty());
    let _ = text::parse_stack(0, source);
    let _ = text::parse_expr(0, source);
    findings
}

/// What is said of texts that the grammar as a whole accepts.
fn is_beyond_the_grammar(finding: &Diagnostic) -> bool {
    matches!(finding.code, Code::BadLiteral | Code::TooDeep) || finding.message == "comparisons can't be chained"
}

#[test]
fn each_mistake_is_reported_once_and_the_rest_is_read() {
    let source = "module m;
layer A { a: u8 where ; b: u16; }
enum E : u8 { X = , Y = 2 }
table t u8;
bind t { 1 => ; 2 => A; }
struct S { match x { 1 => { c: ; } 2 => { d: u8; } } e: u8; }
test law roundtrip A;
";
    let (module, findings) = text::parse(0, source);
    let line = |finding: &Diagnostic| source[..finding.labels[0].span.start as usize].matches('\n').count() + 1;
    assert_eq!(findings.iter().map(line).collect::<Vec<_>>(), [2, 3, 4, 5, 6]);
    let kept = common::without_spans(&module);
    for name in ["\"b\"", "\"Y\"", "\"d\"", "\"e\"", "\"roundtrip\""] {
        assert!(kept.contains(&format!("text: {name}")), "{name}: {kept}");
    }
    assert_eq!(module.items.len(), 5, "all but the table");
}

#[test]
fn depth_has_a_limit() {
    let codes = |source: &str| -> Vec<Code> { survives(source).iter().map(|finding| finding.code).collect() };
    let nested = |open: &str, close: &str, depth| {
        format!("module m; const C : u8 = {}1{};", open.repeat(depth), close.repeat(depth))
    };
    for (open, close) in [("(", ")"), ("f(", ")"), ("[", "]"), ("x[", "]"), ("(1 + ", ")"), ("-(", ")")] {
        assert_eq!(codes(&nested(open, close, 60)), [], "{open}");
        assert_eq!(codes(&nested(open, close, 65)), [Code::TooDeep], "{open}");
        assert_eq!(codes(&nested(open, close, 5_000)), [Code::TooDeep], "{open}");
        assert!(codes(&nested(open, "", 5_000)).contains(&Code::TooDeep), "{open}");
    }
    for long in ["-", "!", "a ? b : ", "1 + ", "1 == 1 && "] {
        assert_eq!(codes(&nested(long, "", 60)), [], "{long}");
        assert_eq!(codes(&nested(long, "", 5_000)), [Code::TooDeep], "{long}");
    }
    assert_eq!(codes(&nested("a[", "]", 60).replace('1', "a in [b in [0]]")), [], "mixed");
}

#[test]
fn bodies_have_a_limit_too() {
    let nested =
        |open: &str, depth: usize| format!("module m; layer L {{ {} {} }}", open.repeat(depth), "}".repeat(depth));
    for (open, fine) in [("if a {", 60), ("match a { 1 => {", 30)] {
        let depth = |depth| {
            let braces = open.matches('{').count();
            nested(open, depth).replace(&"}".repeat(depth), &"}".repeat(depth * braces))
        };
        assert_eq!(survives(&depth(fine)), [], "{open}");
        assert_eq!(survives(&depth(5_000)).iter().map(|f| f.code).collect::<Vec<_>>(), [Code::TooDeep], "{open}");
    }
    let chain = |len| format!("module m; layer L {{ {} if a {{}} }}", "if a {} else ".repeat(len));
    assert_eq!(survives(&chain(60)), []);
    assert_eq!(survives(&chain(5_000))[0].code, Code::TooDeep);
}

#[test]
fn large_junk_is_read_in_time() {
    for junk in [
        "{",
        "}",
        "(",
        ")",
        "layer A {\n",
        "\"",
        "a ",
        ";",
        "/// a\n",
        "@a ",
        "é",
        "hex\"",
        "/*",
        "1 => ",
        "a: u8\n",
        "|",
    ] {
        let findings = survives(&format!("module m;\n{}", junk.repeat(20_000 / junk.len())));
        assert!((1..1100).contains(&findings.len()), "{junk}: {}", findings.len());
    }
}

/// What the language is made of, and what it is not.
const WORDS: &str = r##"module m; layer struct enum match if else let expect provide bits codec repeat meta reply alias
test reject build A b : ; , = == => -> { } ( ) [ ] .. . 1 0x1f hex"00" "t" _ | + - ? where auto within bytes u8 next from
is in on carry key stop @a " é /* /*c*/ r#if <-> keep by over as < > && !"##;

/// Texts that look like the language.
fn soup() -> impl Strategy<Value = String> {
    let lines = ["///d\n", "//c\n", "\n", "//! x\n"];
    let words: Vec<&str> = WORDS.split_whitespace().chain(lines).collect();
    let words = prop::sample::select(words);
    prop::collection::vec(words, 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(source in "\\PC*") {
        survives(&source);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        survives(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_tokens_are_survived(source in soup()) {
        survives(&source);
    }

    /// The pieces make up the whole: what has no finding is in the grammar, and what is in the grammar has no finding of syntax.
    #[test]
    fn pieces_and_grammar_agree_on_changed_definitions(
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        removed in 0_usize..12,
        added in soup(),
        words in 0_usize..3,
    ) {
        let all = common::definitions();
        let (_, source) = &all[which.index(all.len())];
        let floor = |at: usize| (0..=at.min(source.len())).rev().find(|at| source.is_char_boundary(*at)).unwrap();
        let at = floor(place.index(source.len() + 1));
        let added: Vec<&str> = added.split(' ').take(words).collect();
        let changed = format!("{}{}{}", &source[..at], added.join(" "), &source[floor(at + removed)..]);
        let findings = survives(&changed);
        let whole = Grammar::parse(Rule::file, &changed);
        if findings.is_empty() {
            prop_assert!(whole.is_ok(), "{}: {}", changed, whole.unwrap_err());
        } else if whole.is_ok() {
            prop_assert!(findings.iter().all(is_beyond_the_grammar), "{}: {findings:#?}", changed);
        }
    }
}
