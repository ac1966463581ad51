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
                // By a table: a match is compiled to jumps that no processor foresees where it stands in a loop.
                #[inline]
                #[must_use]
                pub const fn level(self) -> Level {
                    const LEVELS: [Level; LayerKind::ALL.len()] = [#(#levels),*];
                    LEVELS[self as usize]
                }
            }
        }
    }
}

impl Writer<'_> {
    /// What says of a view which layer it is of, and reads one where it is.
    pub(super) fn views(&self, layers: &[(CompositeId, &Composite)]) -> TokenStream {
        let one = |(id, composite): &(CompositeId, &Composite)| {
            let (name, path) = (ident(&camel(&composite.name)), self.composite_path(*id));
            let (read, below) = self.read_upon(*id, composite);
            quote! {
                impl<'a> View<'a> for #path<'a> {
                    const KIND: LayerKind = LayerKind::#name;

                    #[inline(always)]
                    fn read_upon(region: Region<'a>, #below: &Below<'_, 'a>) -> Result<Self, Error> { Self::#read }

                    #[inline(always)]
                    fn of(layer: Layer<'a>) -> Option<Self> {
                        if let Layer::#name(view) = layer { Some(view) } else { None }
                    }

                    #[inline(always)]
                    fn region(&self) -> Region<'a> { self.region() }
                }
            }
        };
        let views: Vec<TokenStream> = layers.iter().map(one).collect();
        quote! {
            /// The view of a layer.
            pub trait View<'a>: Sized {
                /// Which layer it is the view of.
                const KIND: LayerKind;

                /// Reads one upon the layers below.
                ///
                /// # Errors
                ///
                /// The bytes can't be one.
                fn read_upon(region: Region<'a>, below: &Below<'_, 'a>) -> Result<Self, Error>;

                /// The view of a layer, where that is of this kind.
                fn of(layer: Layer<'a>) -> Option<Self>;

                /// What it is made of.
                fn region(&self) -> Region<'a>;
            }

            #(#views)*
        }
    }

    /// How a layer is read, and what the layers below are called where that asks them.
    fn read_upon(&self, id: CompositeId, composite: &Composite) -> (TokenStream, TokenStream) {
        if self.reads_upon(id) {
            let needs = self.needs(composite).into_iter().map(|_| quote!(below));
            (quote!(parse_upon(region #(, #needs)*)), quote!(below))
        } else {
            (quote!(parse(region)), quote!(_))
        }
    }

    /// What says of a layer how far it reaches and what follows, and keeps nothing else of it.
    pub(super) fn step(&self, layers: &[(CompositeId, &Composite)]) -> TokenStream {
        let arms = layers.iter().map(|(id, composite)| {
            let (name, path) = (ident(&camel(&composite.name)), self.composite_path(*id));
            quote!(Self::#name => step::<#path<'a>>(region, below),)
        });
        let arms: Vec<TokenStream> = arms.collect();
        quote! {
            impl LayerKind {
                /// Reads a layer of that kind: how many bytes are its own, and what follows it.
                ///
                /// # Errors
                ///
                /// The bytes can't be one.
                pub fn step<'a>(self, region: Region<'a>, below: &Below<'_, 'a>) -> Result<(u32, Next<'a>), Error> {
                    match self { #(#arms)* }
                }
            }

            #[inline(always)]
            fn step<'a, V: View<'a> + Carrier<'a, LayerKind>>(
                region: Region<'a>,
                below: &Below<'_, 'a>,
            ) -> Result<(u32, Next<'a>), Error> {
                let view = V::read_upon(region, below)?;
                Ok((view.region().bytes().len() as u32, view.next()))
            }
        }
    }
}

/// What lies below a layer.
pub(super) fn below() -> TokenStream {
    quote! {
        /// Where a layer of a packet is.
        pub type Place = packet_core::stack::Place<LayerKind>;

        /// The layers below one, the outermost first.
        #[derive(Clone, Copy, Debug)]
        pub enum Below<'s, 'a> {
            /// As they were read.
            Layers(&'s [Layer<'a>]),
            /// The first ones of a packet, so many.
            Packet(&'s dyn Layered<LayerKind, Layer<'a>>, usize),
        }

        impl<'s, 'a> Below<'s, 'a> {
            /// Their kinds, the outermost first.
            pub fn kinds(&self) -> impl DoubleEndedIterator<Item = LayerKind> {
                let below = *self;
                let count = match below {
                    Self::Layers(layers) => layers.len(),
                    Self::Packet(_, count) => count,
                };
                (0..count).filter_map(move |index| match below {
                    Self::Layers(layers) => layers.get(index).map(Layer::kind),
                    Self::Packet(packet, _) => packet.kind_at(index),
                })
            }

            /// Asks the topmost of them, which is told what is below it.
            #[inline]
            pub fn top<T>(&self, ask: impl FnOnce(&Layer<'a>, &Self) -> Option<T>) -> Option<T> {
                match *self {
                    Self::Layers(layers) => {
                        let (top, rest) = layers.split_last()?;
                        ask(top, &Self::Layers(rest))
                    }
                    Self::Packet(packet, count) => {
                        let top = count.checked_sub(1)?;
                        ask(&packet.layer_at(top)?, &Self::Packet(packet, top))
                    }
                }
            }
        }
    }
}

/// What is said of each layer.
pub(super) fn abouts(layers: &[(CompositeId, &Composite)]) -> Vec<String> {
    layers.iter().map(|(_, composite)| format!(" `{}`.", composite.name)).collect()
}

/// What each layer is for.
fn layer_levels(layers: &[(CompositeId, &Composite)]) -> Vec<TokenStream> {
    let level = |(_, composite): &(CompositeId, &Composite)| {
        let level = match &composite.kind {
            CompositeKind::Layer(layer) => layer.level,
            _ => Level::default(),
        };
        let name = format_ident!("{level:?}");
        quote!(Level::#name)
    };
    layers.iter().map(level).collect()
}
