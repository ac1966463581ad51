//! Reading a layer as it stands upon those below, where they decide what it may hold or how far it reaches.

use super::parse::Reader;
use super::{Writer, walk};
use packet_schema::model::{Composite, CompositeId, CompositeKind};
use proc_macro2::TokenStream;
use quote::quote;

impl Writer<'_> {
    /// The method that reads a layer upon others; nothing for one that reads the same upon any.
    pub(super) fn upon(&self, id: CompositeId, composite: &Composite) -> TokenStream {
        let Some(body) = self.body_upon(id) else { return TokenStream::new() };
        let (_, params) = self.asking_env(id);
        let name = super::ident(&super::camel(&composite.name));
        let (made, unused) = (self.made(id), self.unused_needs(id, &body));
        let stream = matches!(&composite.kind, CompositeKind::Layer(layer) if layer.stream);
        let region = if stream { quote!(region.into().as_stream()) } else { quote!(region.into()) };
        let ignore = (!unused.is_empty()).then(|| quote!(let _ = (#(#unused),*);));
        quote! {
            impl<'a> #name<'a> {
                /// Reads one from the start of a region upon other layers, which decide here what it may hold or how far it
                /// reaches; [`parse`](Self::parse) takes nothing for granted that only these know.
                ///
                /// # Errors
                ///
                /// The bytes can't be one upon these layers.
                pub fn parse_upon(region: impl Into<Region<'a>> #(, #params)*) -> Result<Self, Error> {
                    #ignore
                    let cursor = &mut Cursor::new(#region);
                    let start = *cursor;
                    #body
                    Ok(#made)
                }
            }
        }
    }

    /// Whether layers below decide how a layer is read.
    pub(super) fn reads_upon(&self, id: CompositeId) -> bool {
        self.body_upon(id).is_some()
    }

    /// The statements that read a layer, where these ask the layers below.
    fn body_upon(&self, id: CompositeId) -> Option<TokenStream> {
        let needs = self.needs(&self.schema[id]);
        let composite = &self.schema[id];
        if needs.is_empty() || self.shapes.get(id.index())?.stops || !self.read_params(id).is_empty() {
            return None;
        }
        let mut reader = Reader::new(self, id, false)?;
        reader.env.below = self.asking_env(id).0.below;
        let body = walk::without_rare(reader.block(&composite.body));
        (self.unused_needs(id, &body).len() < needs.len()).then_some(body)
    }
}
