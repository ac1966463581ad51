//! The language as attributes of Rust: structs and enums with `#[layer(…)]` to [`packet_schema::tree`].
//!
//! An item is cut into its fields and its entries, and each is read by itself, so that one mistake never hides the next.
//! Expressions have the syntax of Rust and the meaning of the language.

mod body;
mod choice;
mod clauses;
mod emit;
mod entries;
mod expr;
mod fallback;
mod item;
mod names;
mod net;
mod program;
mod report;
mod roles;
mod spans;
mod types;
mod value;
mod vocabulary;

use packet_schema::tree::{self, Docs};
use packet_schema::{Code, Diagnostic};
use proc_macro2::Span;
use syn::ext::IdentExt as _;

pub use emit::emit;
pub use fallback::fallback;
pub use program::{Program, check};
pub use report::errors;
pub use spans::Spans;
pub use vocabulary::{is_shared, net};

/// What an item says.
#[derive(Clone, Default)]
pub struct Item {
    /// What it is called.
    pub name: String,
    /// Whether it borrows the packet: has a lifetime.
    pub borrows: bool,
    /// What it defines: itself, its rows in tables, its names in other tools.
    pub tree: Vec<tree::Item>,
    /// The items of the user's that it names, each once.
    pub names: Vec<syn::Path>,
    /// Layers that it names, but need not know: which stand above it, or are asked for.
    pub layers: Vec<String>,
    /// Fields whose width is said of a named type: the type, the width, where.
    pub widths: Vec<(String, u32, tree::Span)>,
    /// The number of its source.
    pub source: u32,
    /// The place of its name.
    pub place: tree::Span,
    /// The places of its parts, each read by itself.
    pub parts: Vec<tree::Span>,
    /// Fields that could not be read.
    pub lost: Vec<String>,
    /// What is wrong with it so far.
    pub found: Vec<Diagnostic>,
}

impl Item {
    /// Reports that two items of one name are part of this one.
    pub fn another(&mut self, name: &str) {
        let text = format!("two items called `{name}` are part of this one");
        let finding = Diagnostic::new(Code::DuplicateName, self.place, text);
        self.found.push(finding.help("give one of them another name"));
    }
}

/// Reads an item. Whatever can be read is there, however much else is wrong.
///
/// Places have this number as their source; `spans` knows the tokens behind them.
pub fn read(source: u32, input: &syn::DeriveInput, spans: &mut Spans) -> Item {
    let item = Item {
        name: input.ident.unraw().to_string(),
        source,
        borrows: input.generics.lifetimes().next().is_some(),
        ..Item::default()
    };
    let mut reader = Reader { source, spans, item, little: false, generics: Vec::new(), aliases: Vec::new() };
    let (tree, _) = reader.spanned(|reader| item::item(reader, input));
    reader.item.tree = tree;
    reader.item
}

/// Reads one item.
struct Reader<'s> {
    source: u32,
    spans: &'s mut Spans,
    item: Item,
    /// Numbers that say no order have their least significant byte first.
    little: bool,
    /// Parameters that it should not have.
    generics: Vec<String>,
    /// Names that other tools have for its fields.
    aliases: Vec<tree::Item>,
}

impl Reader<'_> {
    /// The place of a token, which is the next one.
    fn at(&mut self, token: Span) -> tree::Span {
        self.spans.add(self.source, token)
    }

    /// What is read, with the place of all its tokens.
    fn spanned<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> (T, tree::Span) {
        let start = self.spans.next();
        let value = read(self);
        (value, tree::Span { source: self.source, start, end: self.spans.next() })
    }

    /// The same, of a part that is read by itself: what is wrong in it is said once.
    fn part<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> (T, tree::Span) {
        let (value, span) = self.spanned(read);
        self.item.parts.push(span);
        (value, span)
    }

    fn report(&mut self, finding: Diagnostic) {
        self.item.found.push(finding);
    }

    /// Reports a mistake of syntax.
    fn wrong(&mut self, token: Span, message: impl Into<String>, help: Option<&str>) {
        let finding = Diagnostic::new(Code::Syntax, self.at(token), message);
        self.report(match help {
            Some(help) => finding.help(help),
            None => finding,
        });
    }

    /// Reports what the parser of Rust says, the first of its mistakes.
    fn unreadable(&mut self, error: &syn::Error) {
        let (message, place) = error
            .clone()
            .into_iter()
            .next()
            .map_or_else(|| (error.to_string(), error.span()), |first| (first.to_string(), first.span()));
        self.wrong(place, message, None);
    }

    /// Lines of documentation.
    fn docs(attributes: &[syn::Attribute]) -> Docs {
        let mut lines = Vec::new();
        for attribute in attributes {
            if let syn::Meta::NameValue(meta) = &attribute.meta
                && meta.path.is_ident("doc")
                && let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &meta.value
            {
                let text = text.value();
                lines.extend(text.split('\n').map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()));
            }
        }
        lines
    }

    /// The language's name of a type, the first so many segments of a path. A type of the user's is noted.
    fn type_path(&mut self, path: &syn::Path, segments: usize) -> String {
        let Some(last) = segments.checked_sub(1).and_then(|last| path.segments.get(last)) else { return String::new() };
        let name = last.ident.unraw().to_string();
        if name == "Self" || name == self.item.name && segments == 1 {
            return self.item.name.clone();
        }
        let plain = |segment: &syn::PathSegment| syn::PathSegment::from(segment.ident.clone());
        let named = syn::Path {
            leading_colon: path.leading_colon,
            segments: path.segments.iter().take(segments).map(plain).collect(),
        };
        let words = |path: &syn::Path| path.segments.iter().map(|segment| segment.ident.clone()).collect::<Vec<_>>();
        let known = self.item.names.iter().any(|other| words(other) == words(&named));
        if !is_shared(&name) && !known {
            self.item.names.push(named);
        }
        name
    }
}
