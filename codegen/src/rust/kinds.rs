//! The kinds of layers: their names, and what they are for.

use super::Writer;
use super::names::{camel, ident};
use packet_schema::model::{Composite, CompositeId, CompositeKind, Level};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

impl Writer<'_> {
    /// The type that says which layer something is.
    pub(super) fn layer_kinds(&self, layers: &[(CompositeId, &Composite)], names: &[Ident]) -> TokenStream {
        let words = layers.iter().map(|(_, composite)| composite.name.as_str());
        let keys = layers.iter().map(|(_, composite)| composite.key.as_str());
        let streams = layers.iter().filter(|(id, _)| self.is_stream(*id));
        let streams = streams.map(|(_, composite)| ident(&camel(&composite.name)));
        let (abouts, levels) = (abouts(layers), layer_levels(layers));
        quote! {
            /// The layers that are known here.
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum LayerKind { #(#[doc = #abouts] #names,)* }

            impl LayerKind {
                /// All of them.
                pub const ALL: &'static [Self] = &[#(Self::#names),*];

                /// Its name in the definitions.
                #[must_use]
                pub const fn name(self) -> &'static str {
                    match self { #(Self::#names => #words,)* }
                }

                /// How expressions and paths of fields call it: `ipv4`.
                #[must_use]
                pub const fn key(self) -> &'static str {
                    match self { #(Self::#names => #keys,)* }
                }

                /// Whether it repeats on a stream of bytes, and may be cut anywhere.
                #[must_use]
                pub const fn is_stream(self) -> bool {
                    matches!(self, #(Self::#streams)|*)
                }

                /// What it is for in a stack: from host to host, from process to process.
                #[must_use]
                pub const fn level(self) -> Level {
                    match self { #(#levels)* }
                }
            }
        }
    }
}

/// What is said of each layer.
pub(super) fn abouts(layers: &[(CompositeId, &Composite)]) -> Vec<String> {
    layers.iter().map(|(_, composite)| format!(" `{}`.", composite.name)).collect()
}

/// The arms of a match on kinds that give their levels.
fn layer_levels(layers: &[(CompositeId, &Composite)]) -> Vec<TokenStream> {
    let level_of = |composite: &Composite| match &composite.kind {
        CompositeKind::Layer(layer) => layer.level,
        _ => Level::default(),
    };
    let levels = [Level::Link, Level::Network, Level::Transport, Level::Application];
    let arm = |level: Level| {
        let kinds = layers.iter().filter(|(_, composite)| level_of(composite) == level);
        let kinds: Vec<Ident> = kinds.map(|(_, composite)| ident(&camel(&composite.name))).collect();
        let name = format_ident!("{level:?}");
        (!kinds.is_empty()).then(|| quote!(#(Self::#kinds)|* => Level::#name,))
    };
    levels.into_iter().filter_map(arm).collect()
}
