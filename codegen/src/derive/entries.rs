//! What stands in `#[layer(…)]`: entries with a key, cut at the commas, so that a mistake in one does not hide the next.

use super::Reader;
use packet_schema::{Code, Diagnostic, tree};
use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;

/// One entry.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The word that says what it is.
    pub(super) key: String,
    /// The word's place.
    pub(super) span: Span,
    /// What is said with it.
    pub(super) args: Args,
}

/// What is said with the word of an entry.
#[derive(Clone, Debug)]
pub(super) enum Args {
    /// `key`.
    None,
    /// `key = …`.
    Value(TokenStream),
    /// `key(…)`.
    Group(Group),
}

/// The entries of one item, field or variant.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries {
    pub(super) list: Vec<Entry>,
}

impl Entries {
    /// The first entry with this word, taken out.
    pub(super) fn take(&mut self, key: &str) -> Option<Entry> {
        let position = self.list.iter().position(|entry| entry.key == key)?;
        Some(self.list.remove(position))
    }

    /// All entries with one of these words, taken out.
    pub(super) fn take_all(&mut self, keys: &[&str]) -> Vec<Entry> {
        let (taken, left) = std::mem::take(&mut self.list).into_iter().partition(|entry| keys.contains(&&*entry.key));
        self.list = left;
        taken
    }

    /// Whether there is such an entry.
    pub(super) fn has(&self, key: &str) -> bool {
        self.list.iter().any(|entry| entry.key == key)
    }
}

impl Reader<'_> {
    /// The entries of each `#[layer(…)]` among these attributes.
    pub(super) fn entries_apart(&mut self, attributes: &[syn::Attribute]) -> Vec<Entries> {
        let mut all = Vec::new();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("layer")) {
            match &attribute.meta {
                syn::Meta::List(list) => all.push(Entries { list: self.entries_of(list.tokens.clone()) }),
                meta => {
                    let place = syn::spanned::Spanned::span(meta);
                    self.wrong(
                        place,
                        "this says nothing",
                        Some("write what it is to say in parentheses: `#[layer(…)]`"),
                    );
                }
            }
        }
        all
    }

    /// The entries of all `#[layer(…)]` among these attributes.
    pub(super) fn entries(&mut self, attributes: &[syn::Attribute]) -> Entries {
        Entries { list: self.entries_apart(attributes).into_iter().flat_map(|entries| entries.list).collect() }
    }

    fn entries_of(&mut self, tokens: TokenStream) -> Vec<Entry> {
        cut(tokens, ',').into_iter().filter_map(|tokens| self.entry(tokens)).collect()
    }

    fn entry(&mut self, tokens: Vec<TokenTree>) -> Option<Entry> {
        let mut tokens = tokens.into_iter();
        let (key, span) = match tokens.next()? {
            TokenTree::Ident(word) => (word.unraw().to_string(), word.span()),
            other => {
                self.wrong(other.span(), "a word is wanted here that says what follows", None);
                return None;
            }
        };
        let args = match tokens.next() {
            None => Args::None,
            Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => {
                let value: TokenStream = tokens.collect();
                if value.is_empty() {
                    self.wrong(punct.span(), format!("`{key} =` has no value"), None);
                    return None;
                }
                return Some(Entry { key, span, args: Args::Value(value) });
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => Args::Group(group),
            Some(other) => {
                self.wrong(other.span(), format!("`=`, `(` or a comma is wanted behind `{key}`"), None);
                return None;
            }
        };
        if let Some(more) = tokens.next() {
            self.wrong(more.span(), format!("a comma is wanted behind `{key}(…)`"), None);
            return None;
        }
        Some(Entry { key, span, args })
    }

    /// Reports every entry that nobody took.
    pub(super) fn no_more(&mut self, entries: Entries, of: &str, known: &[&str]) {
        for entry in entries.list {
            let place = self.at(entry.span);
            let finding = if known.contains(&&*entry.key) {
                Diagnostic::new(Code::BadClause, place, format!("`{}` means nothing here, or is said twice", entry.key))
            } else {
                let help = match packet_schema::nearest(&entry.key, known.iter().copied()) {
                    Some(near) => format!("there is `{near}`"),
                    None => format!("there are {}", known.join(", ")),
                };
                Diagnostic::new(Code::UnknownAttribute, place, format!("{of} has no `{}`", entry.key)).help(help)
            };
            self.report(finding);
        }
    }

    /// The one value of an entry.
    pub(super) fn value(&mut self, entry: &Entry) -> Option<TokenStream> {
        match &entry.args {
            Args::Value(value) => Some(value.clone()),
            Args::Group(group) if !group.stream().is_empty() => Some(group.stream()),
            Args::None | Args::Group(_) => {
                self.wrong(entry.span, format!("`{}` wants a value: `{0} = …`", entry.key), None);
                None
            }
        }
    }

    /// The values of an entry that commas part.
    pub(super) fn values(&mut self, entry: &Entry) -> Vec<Vec<TokenTree>> {
        self.value(entry).map_or_else(Vec::new, |tokens| cut(tokens, ','))
    }

    /// An entry that is its word alone.
    pub(super) fn plain(&mut self, entry: &Entry) {
        if !matches!(entry.args, Args::None) {
            self.wrong(entry.span, format!("`{}` takes no value", entry.key), None);
        }
    }

    /// A word behind an entry.
    pub(super) fn word(&mut self, entry: &Entry) -> Option<tree::Name> {
        let value = self.value(entry)?;
        self.ident(value.into_iter().collect(), "a word")
    }

    /// Tokens that are one word.
    pub(super) fn ident(&mut self, tokens: Vec<TokenTree>, wanted: &str) -> Option<tree::Name> {
        match tokens.as_slice() {
            [TokenTree::Ident(word)] => Some(self.name(word)),
            [] => None,
            [first, ..] => {
                self.wrong(first.span(), format!("{wanted} is wanted here"), None);
                None
            }
        }
    }

    /// A name with its place.
    pub(super) fn name(&mut self, ident: &Ident) -> tree::Name {
        tree::Name { text: ident.unraw().to_string(), span: self.at(ident.span()) }
    }
}

/// Tokens parted by a sign, which is not half of `||`; an empty part at the end is none.
pub(super) fn cut(tokens: TokenStream, sign: char) -> Vec<Vec<TokenTree>> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_sign = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
    let is_joint = |at: usize| {
        let joint = |punct: &Punct| punct.spacing() == Spacing::Joint;
        sign == '|' && is_sign(at) && is_sign(at + 1) && matches!(&tokens[at], TokenTree::Punct(punct) if joint(punct))
    };
    let parts_at = |at: usize| is_sign(at) && !is_joint(at) && !at.checked_sub(1).is_some_and(is_joint);
    let mut parts: Vec<Vec<TokenTree>> = vec![Vec::new()];
    for (at, token) in tokens.iter().enumerate() {
        if parts_at(at) {
            parts.push(Vec::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(token.clone());
        }
    }
    if parts.last().is_some_and(Vec::is_empty) {
        parts.pop();
    }
    parts
}

/// Tokens before a word, and those behind it.
pub(super) fn cut_at(tokens: Vec<TokenTree>, word: &str) -> (Vec<TokenTree>, Option<Vec<TokenTree>>) {
    let is_word = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == word);
    match tokens.iter().position(is_word) {
        // A condition may itself be a value: `if a { b } else { c }`.
        Some(position) if position > 0 => {
            let mut before = tokens;
            let behind = before.split_off(position);
            (before, Some(behind.into_iter().skip(1).collect()))
        }
        _ => (tokens, None),
    }
}
