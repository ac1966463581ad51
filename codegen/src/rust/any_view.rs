//! Views as those see them who know nothing of a layer but that it is one.

use super::Writer;
use super::names::{camel, ident};
use packet_schema::model::{Composite, CompositeId, CompositeKind};
use proc_macro2::TokenStream;
use quote::quote;

impl Writer<'_> {
    /// What a layer of another crate than Pony's can do, for those who know it by nothing else.
    pub(super) fn any_view(&self, id: CompositeId, composite: &Composite) -> TokenStream {
        let is_known = !self.derived && self.foreign.is_empty();
        if is_known || !matches!(composite.kind, CompositeKind::Layer(_)) {
            return TokenStream::new();
        }
        let name = ident(&camel(&composite.name));
        let following = if self.derived { quote!(self.next()) } else { quote!(self.following()) };
        let steps = match self.needs(composite).is_empty() {
            true => self.derived_steps(&quote!(self), id, composite),
            false => Vec::new(),
        };
        let report = if steps.is_empty() { quote!(_) } else { quote!(report) };
        let viewed = (!self.derived).then(|| {
            quote!(impl<'a> packet_core::plain::Viewed<'a> for #name<'a> {
                type View = Self;
            })
        });
        quote! {
            impl<'a> packet_core::plain::AnyView<'a> for #name<'a> {
                fn of(region: Region<'a>) -> Result<Self, Error> { Self::parse(region) }
                fn region(&self) -> Region<'a> { self.region() }
                fn following(&self) -> Option<packet_core::plain::Following<'a>> { #following }
                fn derived(&self, #report: &mut dyn FnMut(Derived)) { #(#steps)* }
            }
            #viewed
        }
    }
}
