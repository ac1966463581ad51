//! Names of the definition as names of Rust.

use packet_schema::tree::Docs;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

/// Words that Rust keeps for itself.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Names that Rust has no raw form of.
const NEVER_RAW: &[&str] = &["crate", "self", "super", "Self", "_"];

/// A name as Rust can write it.
pub(crate) fn ident(name: &str) -> Ident {
    if KEYWORDS.contains(&name) {
        Ident::new_raw(name, Span::call_site())
    } else if NEVER_RAW.contains(&name) {
        format_ident!("{name}_")
    } else {
        Ident::new(name, Span::call_site())
    }
}

/// `syn_ack` as `SynAck`.
pub(crate) fn camel(name: &str) -> String {
    let mut out = String::new();
    for part in name.split('_').filter(|part| !part.is_empty()) {
        let mut chars = part.chars();
        out.extend(chars.next().into_iter().flat_map(char::to_uppercase));
        out.push_str(chars.as_str());
    }
    out
}

/// A composite's key as the name of a constant: `ipv4` as `IPV4`.
pub(super) fn constant(name: &str) -> Ident {
    ident(&name.to_uppercase())
}

/// Documentation, or these words where there is none.
pub(super) fn docs(docs: &Docs, otherwise: &str) -> TokenStream {
    let lines: Vec<&str> = if docs.is_empty() { vec![otherwise] } else { docs.iter().map(String::as_str).collect() };
    let lines = lines
        .iter()
        .map(|line| line.trim_end())
        .map(|line| if line.is_empty() { String::new() } else { format!(" {}", references(line.trim_start())) });
    quote!(#(#[doc = #lines])*)
}

/// Text as documentation: `[RFC 768]` is a link in the definition's text only, and stays as words here.
fn references(line: &str) -> String {
    let mut out = String::new();
    let mut code = false;
    for char in line.chars() {
        match char {
            '`' => code = !code,
            '[' | ']' | '<' | '>' if !code => out.push('\\'),
            _ => {}
        }
        out.push(char);
    }
    out
}
