//! Setters by number: what sets the fields of any composite without knowing it.

use super::Writer;
use super::number::{Meaning, meaning};
use packet_schema::model::{CompositeId, Extent, FieldId, Type};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

/// A setter of a field.
pub(super) struct Setter {
    pub(super) field: FieldId,
    pub(super) method: Ident,
    pub(super) ty: TokenStream,
}

impl Writer<'_> {
    /// The setters of a composite's bytes as `FieldsMut`.
    pub(super) fn fields_mut(&self, id: CompositeId, setters: &[Setter]) -> TokenStream {
        let name = format_ident!("{}Mut", super::camel(&self.schema[id].name));
        let rows = setters.iter().map(|setter| {
            let (info, bits) = (self.info(setter.field), Literal::u32_unsuffixed(self.bits_of(setter.field)));
            quote!(SetterInfo { field: #info, bits: #bits })
        });
        let rows: Vec<TokenStream> = rows.collect();
        let arms = setters.iter().zip(0_usize..).map(|(setter, at)| {
            let (method, at) = (&setter.method, Literal::usize_unsuffixed(at));
            let value = self.value_of_octets(setter);
            quote!(#at => self.#method(#value),)
        });
        let arms: Vec<TokenStream> = arms.collect();
        let (given, body) = if arms.is_empty() {
            (quote!(_: usize, _: &[u8]), TokenStream::new())
        } else {
            (quote!(setter: usize, octets: &[u8]), quote!(match setter { #(#arms)* _ => self };))
        };
        quote! {
            impl FieldsMut for #name<'_> {
                fn setters(&self) -> &'static [SetterInfo] {
                    static SETTERS: &[SetterInfo] = &[#(#rows),*];
                    SETTERS
                }

                fn set(&mut self, #given) { #body }

                fn read_again(&self, visitor: &mut dyn FieldVisitor) -> Result<(), Error> {
                    self.as_view().map(|view| view.fields(visitor))
                }
            }
        }
    }

    /// How many bits a field of fixed size has.
    fn bits_of(&self, id: FieldId) -> u32 {
        let field = &self.schema[id];
        match (meaning(field), &field.ty) {
            (Some((_, bits)), _) => bits,
            (None, Type::Bytes(Extent::Count(count)) | Type::Text(_, Extent::Count(count))) => {
                match self.schema[*count] {
                    packet_schema::model::Expr::Int(count) => u32::try_from(count.saturating_mul(8)).unwrap_or(0),
                    _ => 0,
                }
            }
            (None, _) => 0,
        }
    }

    fn value_of_octets(&self, setter: &Setter) -> TokenStream {
        match meaning(&self.schema[setter.field]) {
            // What is set is counted in units of the scale.
            Some((Meaning::Scaled(_, scale, _), bits)) => {
                let (ty, scale) = (&setter.ty, Literal::u64_unsuffixed(scale));
                let most = Literal::u128_unsuffixed(u128::MAX >> (128 - bits.clamp(1, 128)));
                quote!((#ty::from_octets(octets) & #most) * #scale)
            }
            _ => quote!(FromOctets::from_octets(octets)),
        }
    }
}
