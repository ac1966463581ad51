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

    /// The tokens of a place as they are written, where they are few.
    pub(super) fn text(&self, place: tree::Span) -> Option<String> {
        let tokens = self.tokens.get(place.start as usize..place.end as usize)?;
        let texts: Option<Vec<String>> = tokens.iter().map(|token| token.source_text()).collect();
        texts.filter(|texts| (1..=8).contains(&texts.len())).map(|texts| texts.concat())
    }
}
