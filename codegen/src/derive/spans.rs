//! Places: numbers to the schema, tokens here.

use packet_schema::tree;
use proc_macro2::Span;

/// The token behind each number that the schema knows as a place.
///
/// Every token that is read gets the next number, so that a place lies in another one just where its tokens do.
#[derive(Debug, Default)]
pub struct Spans {
    tokens: Vec<Span>,
}

impl Spans {
    /// The number of the next token.
    pub(super) fn next(&self) -> u32 {
        u32::try_from(self.tokens.len()).unwrap_or(u32::MAX)
    }

    /// Gives a token its number.
    pub(super) fn add(&mut self, source: u32, token: Span) -> tree::Span {
        let start = self.next();
        self.tokens.push(token);
        tree::Span { source, start, end: self.next() }
    }

    /// The first and the last token of a place; the place of the macro itself where there is none.
    #[must_use]
    pub fn ends(&self, place: tree::Span) -> (Span, Span) {
        let token = |number: u32| self.tokens.get(number as usize).copied();
        let first = token(place.start).unwrap_or_else(Span::call_site);
        (first, token(place.end.saturating_sub(1).max(place.start)).unwrap_or(first))
    }

    /// The first token of a place as it is written, and dots where it is not all.
    pub(super) fn text(&self, place: tree::Span) -> Option<String> {
        let first = self.tokens.get(place.start as usize)?.source_text()?;
        Some(if place.end > place.start + 1 { first + " …" } else { first })
    }
}
