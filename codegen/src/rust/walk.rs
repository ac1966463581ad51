//! The functions of a reader: one for packets with which nothing is wrong, one for the others.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::quote;

/// What a reader is made of.
pub(super) struct Body<'a> {
    /// What it is told, each with its type.
    pub(super) params: &'a [(Ident, TokenStream)],
    /// The type of what it gives.
    pub(super) result: TokenStream,
    /// What comes before its statements.
    pub(super) flow: Option<TokenStream>,
    pub(super) statements: TokenStream,
    /// What it gives.
    pub(super) made: TokenStream,
}

/// A reader's functions.
pub(super) struct Read {
    pub(super) functions: TokenStream,
    /// How they are inlined.
    pub(super) inline: TokenStream,
}

/// So many ways to fail has a reader that is part of whoever calls it.
const FEW: usize = 8;

/// What a walker can do, as `Walk` of `packet-core` says it.
const STEPS: &[&str] =
    &["array", "run", "run_with_bits", "open", "open_to", "to_end", "rest", "offset", "offset_in", "since", "rare"];

/// Writes the function that reads. A short one, which only goes along, is written for any walker: the quick way is part of
/// whoever calls it, and the slow one a function that is called where the quick one gives up.
pub(super) fn read(body: &Body<'_>) -> Read {
    let Body { params, result, flow, statements, made } = body;
    let names: Vec<&Ident> = params.iter().map(|param| &param.0).collect();
    let types: Vec<&TokenStream> = params.iter().map(|param| &param.1).collect();
    let whole = quote!(#statements Ok(#made));
    let docs = quote! {
        /// Reads one where a cursor is, and moves that behind it.
        ///
        /// # Errors
        ///
        /// The bytes can't be one.
    };
    if ways_to_fail(without_rare(whole.clone())) > FEW || !only_walks(whole.clone()) {
        let (whole, inline) = (without_rare(whole), quote!(#[inline]));
        let functions = quote! {
            #docs
            #inline
            pub fn read(cursor: &mut Cursor<'a>, #(#names: #types),*) -> Result<#result, Error> {
                let start = *cursor;
                #flow
                #whole
            }
        };
        return Read { functions, inline };
    }
    let whole = failing_by_walker(whole);
    let inline = quote!(#[inline(always)]);
    let functions = quote! {
        #docs
        #inline
        pub fn read(cursor: &mut Cursor<'a>, #(#names: #types),*) -> Result<#result, Error> {
            let mut quick = cursor.quick();
            let read = Self::walk(&mut quick, #(#names),*);
            cursor.behind(quick, read, |slow| Self::read_slowly(slow, #(#names),*))
        }

        /// Reads one with which something is wrong, or which is not all there.
        #[cold]
        #[inline(never)]
        fn read_slowly(mut cursor: Cursor<'a>, #(#names: #types),*) -> (Result<#result, Error>, Cursor<'a>) {
            (Self::walk(&mut cursor, #(#names),*), cursor)
        }

        #inline
        fn walk<W: Walk<'a>>(cursor: &mut W, #(#names: #types),*) -> Result<#result, W::Error> {
            let start = *cursor;
            #flow
            #whole
        }
    };
    Read { functions, inline }
}

fn ways_to_fail(tokens: TokenStream) -> usize {
    let ways = tokens.into_iter().map(|tree| match tree {
        TokenTree::Group(group) => ways_to_fail(group.stream()),
        TokenTree::Punct(punct) => usize::from(punct.as_char() == '?'),
        TokenTree::Ident(ident) => usize::from(ident == "return"),
        TokenTree::Literal(_) => 0,
    });
    ways.sum()
}

/// Whether statements use the cursor for nothing but the steps of a walk, and make errors of nothing else.
fn only_walks(tokens: TokenStream) -> bool {
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let walks = match tree {
            TokenTree::Group(group) => only_walks(group.stream()),
            TokenTree::Ident(ident) if ident == "Cursor" || ident == "contained" => false,
            TokenTree::Ident(ident) if ident == "cursor" || ident == "start" => {
                let is_step = |tree: &TokenTree| matches!(tree, TokenTree::Ident(step) if STEPS.contains(&step.to_string().as_str()));
                match trees.peek() {
                    Some(TokenTree::Punct(dot)) if dot.as_char() == '.' => {
                        trees.next();
                        trees.next().as_ref().is_some_and(is_step)
                    }
                    // The place where it began, as `&start`.
                    Some(TokenTree::Punct(comma)) => ident == "start" && comma.as_char() == ',',
                    None => ident == "start",
                    _ => false,
                }
            }
            _ => true,
        };
        if !walks {
            return false;
        }
    }
    true
}

/// The same statements, none of which is called rare.
pub(super) fn without_rare(tokens: TokenStream) -> TokenStream {
    let mut trees = tokens.into_iter().peekable();
    let mut out = TokenStream::new();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Group(group) => {
                let inner = without_rare(group.stream());
                out.extend([TokenTree::Group(Group::new(group.delimiter(), inner))]);
            }
            TokenTree::Ident(ident)
                if ident == "cursor"
                    && trees
                        .clone()
                        .nth(1)
                        .is_some_and(|tree| matches!(tree, TokenTree::Ident(step) if step == "rare")) =>
            {
                trees.by_ref().take(5).for_each(drop);
            }
            other => out.extend([other]),
        }
    }
    out
}

/// The same statements, whose errors are those of the walker.
fn failing_by_walker(tokens: TokenStream) -> TokenStream {
    let mut trees = tokens.into_iter().peekable();
    let mut out = TokenStream::new();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Group(group) => {
                let inner = failing_by_walker(group.stream());
                out.extend([TokenTree::Group(Group::new(group.delimiter(), inner))]);
            }
            TokenTree::Ident(ident) if ident == "Error" => {
                // Readers name the type for nothing but to make one.
                trees.by_ref().take(3).for_each(drop);
                out.extend(quote!(W::fail));
            }
            other => out.extend([other]),
        }
    }
    out
}
