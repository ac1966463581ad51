//! Findings as errors of the compiler, each at its place.

use super::Spans;
use packet_schema::Diagnostic;
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use std::fmt::Write as _;

/// One `compile_error!` for each finding, at its first place.
#[must_use]
pub fn errors(found: &[Diagnostic], spans: &Spans) -> TokenStream {
    found.iter().flat_map(|finding| error(finding, spans)).collect()
}

/// What is wrong in words: the message with its code, what the places have to do with it, and the help.
fn words(finding: &Diagnostic, spans: &Spans) -> String {
    let mut text = format!("{} [{}: {}]", finding.message, finding.code.id(), finding.code.title());
    for (label, position) in finding.labels.iter().zip(0..) {
        let source = spans.text(label.span).filter(|_| position > 0);
        let _infallible = match (source, label.text.as_str()) {
            (_, "") => Ok(()),
            (Some(source), words) => write!(text, "\n`{source}`: {words}"),
            (None, words) => write!(text, "\n{words}"),
        };
    }
    if let Some(help) = &finding.help {
        let _infallible = write!(text, "\nhelp: {help}");
    }
    text
}

/// `::core::compile_error! { "…" }`, which the compiler shows where its first and its last token stand.
fn error(finding: &Diagnostic, spans: &Spans) -> TokenStream {
    let place = finding.labels.first().map(|label| label.span).unwrap_or_default();
    let (start, end) = spans.ends(place);
    let punct = |sign: char, spacing, span: Span| {
        let mut punct = Punct::new(sign, spacing);
        punct.set_span(span);
        TokenTree::Punct(punct)
    };
    let colons = || [punct(':', Spacing::Joint, start), punct(':', Spacing::Alone, start)];
    let word = |name| TokenTree::Ident(Ident::new(name, start));
    let mut text = Literal::string(&words(finding, spans));
    text.set_span(end);
    let mut group = Group::new(Delimiter::Brace, TokenTree::Literal(text).into());
    group.set_span(end);
    let mut tokens = Vec::from(colons());
    tokens.push(word("core"));
    tokens.extend(colons());
    tokens.extend([word("compile_error"), punct('!', Spacing::Alone, start), TokenTree::Group(group)]);
    tokens.into_iter().collect()
}
