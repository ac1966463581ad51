//! The language as text: `.pony` source to [`packet_schema::tree`], and back to its canonical layout.
//!
//! A text is first cut into tokens, then into pieces (items, fields, arms, rows), and each piece is read by pest on its
//! own. So one mistake never hides the next, and nothing is nested deeply where pest reads it.

mod body;
mod brackets;
mod codec;
mod error;
mod expr;
mod findings;
mod format;
mod item;
mod parts;
mod reader;
mod scan;
mod split;
mod stack;
mod test;
mod words;

use packet_schema::Diagnostic;
use packet_schema::tree::{Expr, Module, Span, StackPart};

pub use format::format;
pub use grammar::{Grammar, Rule};

/// What pest makes of the grammar.
#[allow(missing_docs, reason = "one rule of the grammar each, which has the comments")]
mod grammar {
    /// The parser that pest derives from `grammar.pest`.
    #[derive(pest_derive::Parser)]
    #[grammar = "text/grammar.pest"]
    pub struct Grammar;
}

/// Reads a source. Whatever can be read is in the module, however much else is wrong.
///
/// Spans have this number as their source, and bytes of the text as their offsets.
#[must_use]
pub fn parse(source: u32, text: &str) -> (Module, Vec<Diagnostic>) {
    reader::module(source, text)
}

/// Reads a stack of layers to build, as `pony craft` and build tests have it:
/// `Ipv4 { ttl = 3 } / Udp { src_port = 1 } / "payload"`.
///
/// # Errors
///
/// All that is wrong with the text.
pub fn parse_stack(source: u32, text: &str) -> Result<Vec<StackPart>, Vec<Diagnostic>> {
    reader::whole(source, text, Rule::one_stack, |reader, pair| reader.stack(pair))
}

/// Reads one expression.
///
/// # Errors
///
/// All that is wrong with the text.
pub fn parse_expr(source: u32, text: &str) -> Result<Expr, Vec<Diagnostic>> {
    reader::whole(source, text, Rule::one_expr, |reader, pair| reader.expr(pair))
}

/// A span of bytes. Texts of more than 4 GiB have spans at their end.
fn span(source: u32, start: usize, end: usize) -> Span {
    let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    Span { source, start: clamp(start), end: clamp(end) }
}
