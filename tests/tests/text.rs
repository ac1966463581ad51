//! Mistakes in definitions of protocols that are text.

use packet_codegen::text;
use packet_schema::{Code, check};

/// The codes and words of what is wrong with a body of items.
fn mistakes(items: &str) -> Vec<(Code, String)> {
    let (module, mut found) = text::parse(0, &format!("module a.b; {items}"));
    found.extend(check(&[module]).diagnostics);
    found.retain(packet_schema::Diagnostic::is_error);
    found.into_iter().map(|finding| (finding.code, finding.message)).collect()
}

#[track_caller]
fn mistake(items: &str, code: Code, words: &str) {
    let found = mistakes(items);
    assert!(found.iter().any(|(is, message)| *is == code && message.contains(words)), "{items}\n{found:?}");
}

#[test]
fn mistakes_are_said() {
    let layer = |body: &str| format!("@allow(unused) layer L {{ {body} }}");
    mistake(&layer("a: bytes[before(\"\")];"), Code::WrongArguments, "none of them empty");
    mistake(&layer("n: u8; a: bytes[before(n)];"), Code::WrongArguments, "texts or bytes");
    mistake(&layer("a: str(nocase)[2]; b: str(ascii)[2] where it == a;"), Code::TypeMismatch, "stands on the left");
    mistake(&layer("a: str(nocase)[2]; expect a == a : same;"), Code::TypeMismatch, "a text of ASCII");
    mistake(&layer("a: str(ascii)[2]; match a { 5 => {} _ => {} }"), Code::TypeMismatch, "a text of ASCII");
    mistake(&layer("a: str(ascii)[2]; match a { \"x\" => {} }"), Code::MissingArms, "any other text");
    let twice = "match a { \"x\" => { b: u8; } \"X\" => { c: u8; } _ => {} }";
    mistake(&layer(&format!("a: str(nocase)[1]; {twice}")), Code::OverlappingTags, "`x` is claimed by two arms");
    let found = mistakes(&layer(&format!("a: str(ascii)[1]; {twice}")));
    assert!(found.is_empty(), "case counts: {found:?}");
    let codec = |base: &str| {
        format!(
            "codec C -> u8 {{ repeat max 3 {{ d: u8; emit d; }} while more; yields digits({base}); }} {}",
            layer("c: C;")
        )
    };
    mistake(&codec("37"), Code::ValueOutOfRange, "a base from 2 to 36");
    assert!(mistakes(&codec("36")).is_empty());
}
