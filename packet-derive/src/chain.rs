//! From an item to all that it names, one macro call after the other.
//!
//! The macro of an item `B` turns `B! { state }` into `__layer_with! { { {B} {what B names} … } { state } }`. The state holds the
//! item under derivation, the definitions found so far, and the names that are still to be asked for.

use packet_codegen::derive::{Item, Spans, check, emit, errors, fallback, read};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote};
use syn::DeriveInput;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;

/// How far the definitions of one item are gathered.
struct State {
    own: TokenStream,
    /// Definitions of others, each once.
    found: Vec<TokenStream>,
    /// Others to ask for theirs.
    wanted: Vec<syn::Path>,
}

/// The first call: an item of which nothing else is known.
pub(crate) fn start(own: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(own.clone()) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let item = read(0, &input, &mut Spans::default());
    State { own, found: Vec::new(), wanted: item.names }.next()
}

/// A call back: `{ definitions } { state }`.
pub(crate) fn go_on(tokens: TokenStream) -> TokenStream {
    let mut groups = groups(tokens).into_iter();
    let (Some(definitions), Some(state)) = (groups.next(), groups.next()) else { return TokenStream::new() };
    let Some(mut state) = State::from(state) else { return TokenStream::new() };
    for definition in self::groups(definitions) {
        // An item that several others name comes with each of them.
        let text = words(&definition);
        if !state.found.iter().any(|known| words(known) == text) {
            state.found.push(definition);
        }
    }
    state.next()
}

impl State {
    fn from(tokens: TokenStream) -> Option<Self> {
        let mut groups = groups(tokens).into_iter();
        let (own, found, wanted) = (groups.next()?, self::groups(groups.next()?), groups.next()?);
        let wanted = Punctuated::<syn::Path, syn::Token![,]>::parse_terminated.parse2(wanted).ok()?;
        Some(Self { own, found, wanted: wanted.into_iter().collect() })
    }

    /// Asks the next item, or ends.
    fn next(mut self) -> TokenStream {
        if self.wanted.is_empty() {
            return self.end();
        }
        let next = self.wanted.remove(0);
        let Self { own, found, wanted } = self;
        quote! { #next! { {#own} { #({#found})* } { #(#wanted),* } } }
    }

    /// Checks the item beside all that it names.
    fn end(self) -> TokenStream {
        let Ok(input) = syn::parse2::<DeriveInput>(self.own.clone()) else { return TokenStream::new() };
        let mut spans = Spans::default();
        let mut own = read(0, &input, &mut spans);
        let mut others: Vec<Item> = Vec::new();
        for (tokens, source) in self.found.iter().zip(1..) {
            let Ok(other) = syn::parse2::<DeriveInput>(tokens.clone()) else { continue };
            let name = name(tokens);
            if others.iter().chain([&own]).any(|known| known.name == name) {
                own.another(&name);
            } else {
                others.push(read(source, &other, &mut spans));
            }
        }
        let program = check(&own, &others);
        let mut tokens = errors(&program.found, &spans);
        tokens.extend(definition(&input, &self.own, &self.found));
        match emit(&input, &own, &others, &program) {
            Ok(code) => tokens.extend(code),
            Err(gaps) => {
                let gap = |gap: &String| syn::Error::new(input.ident.span(), format!("no form in Rust yet: {gap}"));
                tokens.extend(gaps.iter().map(|text| gap(text).into_compile_error()));
                tokens.extend(fallback(&input, &own));
            }
        }
        tokens
    }
}

/// The macro that hands the item on, with all that it names.
fn definition(input: &DeriveInput, own: &TokenStream, found: &[TokenStream]) -> TokenStream {
    let name = &input.ident;
    let hidden = format_ident!("__layer_{}", name);
    let visibility = match &input.vis {
        // A macro is seen within its crate.
        syn::Visibility::Public(_) => quote! { pub(crate) },
        other => other.to_token_stream(),
    };
    quote! {
        #[doc(hidden)]
        #[allow(unused_macros, reason = "nothing else may name the item")]
        macro_rules! #hidden {
            ($($state:tt)*) => { ::packet_derive::__layer_with! { { {#own} #({#found})* } { $($state)* } } };
        }
        #[doc(hidden)]
        #[allow(unused_imports, reason = "nothing else may name the item")]
        #visibility use #hidden as #name;
    }
}

/// What stands in each pair of braces.
fn groups(tokens: TokenStream) -> Vec<TokenStream> {
    let inside = |token| match token {
        TokenTree::Group(group) if Group::delimiter(&group) == Delimiter::Brace => Some(group.stream()),
        _ => None,
    };
    tokens.into_iter().filter_map(inside).collect()
}

/// The words and signs of an item. Tokens change their spaces, and documentation its form, from one macro to the next.
fn words(tokens: &TokenStream) -> String {
    let mut out = String::new();
    for token in tokens.clone() {
        match token {
            TokenTree::Group(group) => {
                let inside = words(&group.stream());
                // What a macro was given as a whole is in a group without a sign.
                match group.delimiter() {
                    Delimiter::None => out += &inside,
                    _ if inside.starts_with("doc =") => {}
                    delimiter => out += &format!("{delimiter:?} {inside}end "),
                }
            }
            TokenTree::Punct(sign) => out.extend([sign.as_char(), ' ']),
            TokenTree::Ident(_) | TokenTree::Literal(_) => out += &format!("{token} "),
        }
    }
    out
}

/// The name of an item, from its tokens.
fn name(item: &TokenStream) -> String {
    let mut tokens = item.clone().into_iter();
    let is_kind = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "struct" || word == "enum");
    tokens.by_ref().find(is_kind);
    tokens.next().map_or_else(String::new, |name| name.to_string())
}
