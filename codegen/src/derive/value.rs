//! An item as a value that is written: what it is where nothing is said, and what it says to a writer.

use super::Item;
use super::emit::says;
use crate::rust;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;

/// Writes how an item is written.
pub(super) struct Written<'v, 's> {
    pub(super) input: &'v syn::DeriveInput,
    /// The items that it names.
    pub(super) others: &'v [&'v Item],
    pub(super) plain: &'v rust::Plain<'s>,
    /// The item, with its lifetime where it has one.
    pub(super) target: TokenStream,
}

impl Written<'_, '_> {
    /// What an item is of which nothing is said.
    pub(super) fn blank(&self) -> TokenStream {
        match &self.input.data {
            syn::Data::Struct(data) => {
                let fields = each(&data.fields).map(|(cfg, field, own)| {
                    let name = own.ident;
                    let default =
                        if own.said || says(&field.attrs, "reserved") { None } else { self.plain.default(0, &own) };
                    let value = match default {
                        Some((value, ty)) => quote!(::packet_core::plain::from_default::<_, #ty>(#value)),
                        None => quote!(::packet_core::plain::Blank::blank()),
                    };
                    quote!(#(#cfg)* #name: #value,)
                });
                default(&self.target, &quote!(Self { #(#fields)* }))
            }
            syn::Data::Enum(data) => {
                let first = data.variants.iter().find(|one| !says(&one.attrs, "stop") && !says(&one.attrs, "reject"));
                let first = first.or_else(|| data.variants.first()).map(|variant| {
                    let name = &variant.ident;
                    let fields = each(&variant.fields).map(|(cfg, _, own)| {
                        let name = own.ident;
                        quote!(#(#cfg)* #name: ::packet_core::plain::Blank::blank(),)
                    });
                    let named = matches!(variant.fields, syn::Fields::Named(_)).then(|| quote!({ #(#fields)* }));
                    quote!(Self::#name #named)
                });
                first.map(|first| blank(&self.target, &first)).unwrap_or_default()
            }
            syn::Data::Union(_) => TokenStream::new(),
        }
    }

    /// The values of the item, within the block of its views; nothing where something has no form.
    pub(super) fn written(&self) -> TokenStream {
        let Some((views, items)) = self.plain.items() else { return TokenStream::new() };
        let others = self.others.iter().filter(|other| self.plain.has_value(&other.name)).map(|other| {
            let (alias, value) =
                (format_ident!("{}_", other.name), format_ident!("{}{}", rust::camel(&other.name), rust::SUFFIX));
            let of = |lifetime: TokenStream| {
                let alias = if other.borrows { quote!(#alias<#lifetime>) } else { quote!(#alias) };
                quote!(<#alias as ::packet_core::Valued<#lifetime>>::Value)
            };
            if self.plain.borrows(&other.name) {
                let of = of(quote!('a));
                quote!(type #value<'a> = #of;)
            } else {
                let of = of(quote!('static));
                quote!(type #value = #of;)
            }
        });
        let (target, value) = (&self.target, self.value());
        let said = self.said();
        let layer = said.as_ref().filter(|_| self.plain.is_layer() && self.plain.is_flat()).map(|_| self.layer());
        quote! {
            #views
            ::packet_core::with_values! {
                const _: () = {
                    #items
                    #(#others)*
                    impl<'a> ::packet_core::Valued<'a> for #target {
                        type Value = #value;
                    }
                    #said
                    #layer
                };
            }
        }
    }

    /// The value's type.
    fn value(&self) -> TokenStream {
        let value = self.plain.value();
        let own = self.input.ident.unraw().to_string();
        if self.plain.borrows(&own) { quote!(#value<'a>) } else { quote!(#value) }
    }

    /// How the item says what is written; nothing where the language has several fields for one of its own.
    fn said(&self) -> Option<TokenStream> {
        let (target, value, name) = (&self.target, self.value(), self.plain.value());
        let body = match &self.input.data {
            syn::Data::Struct(data) => {
                let lines = self.lines(0, &data.fields, &|own| {
                    let name = own.ident;
                    quote!(&self.#name)
                })?;
                said(&name, &lines)
            }
            syn::Data::Enum(data) => match self.plain.chosen() {
                Some(chosen) => {
                    let arms = data.variants.iter().map(|variant| self.variant(variant));
                    let arms: Vec<TokenStream> = arms.collect::<Option<_>>()?;
                    quote! {
                        let mut chosen = #name::UNSAID;
                        chosen.#chosen = match self { #(#arms)* };
                        Ok(chosen)
                    }
                }
                None => quote!(Ok(#name::UNSAID)),
            },
            syn::Data::Union(_) => return None,
        };
        Some(quote! {
            impl<'a> ::packet_core::ToValue<#value> for #target {
                #[inline]
                fn to_value(&self) -> Result<#value, EmitError> { #body }
            }
        })
    }

    /// The lines that say each field.
    fn lines(
        &self,
        scope: usize,
        fields: &syn::Fields,
        of: &dyn Fn(&rust::Own<'_>) -> TokenStream,
    ) -> Option<Vec<TokenStream>> {
        each(fields)
            .map(|(cfg, _, own)| {
                let line = self.plain.said(scope, &own, &of(&own))?;
                Some(if line.is_empty() { line } else { quote!(#(#cfg)* { #line }) })
            })
            .collect()
    }

    /// What a variant is as a value.
    fn variant(&self, variant: &syn::Variant) -> Option<TokenStream> {
        let name = &variant.ident;
        let Some((scope, value)) = self.plain.arm(&name.unraw().to_string()) else {
            return Some(quote!(Self::#name { .. } => Default::default(),));
        };
        let local = |own: &rust::Own<'_>| format_ident!("field_{}", own.ident.unraw());
        let lines = self.lines(scope, &variant.fields, &|own| {
            let local = local(own);
            quote!(#local)
        })?;
        let used = each(&variant.fields).zip(&lines).filter(|(_, line)| !line.is_empty());
        let bound = used.map(|((cfg, _, own), _)| {
            let (name, local) = (own.ident, local(&own));
            quote!(#(#cfg)* #name: #local,)
        });
        let pattern = quote!(Self::#name { #(#bound)* .. });
        if lines.iter().all(TokenStream::is_empty) {
            return Some(quote!(#pattern => #value::UNSAID.into(),));
        }
        Some(quote! {
            #pattern => {
                let mut value = #value::UNSAID;
                #(#lines)*
                value.into()
            }
        })
    }

    /// The item as a layer, which others can be stacked upon.
    fn layer(&self) -> TokenStream {
        let (target, value, name) = (&self.target, self.value(), self.plain.value());
        let lifetime = lifetime(target);
        let own = lifetime.as_ref().map(|_| quote!('a,));
        // A value may borrow where the item does not.
        let value = if lifetime.is_some() { value } else { quote!(<#target as ::packet_core::Valued<'_>>::Value) };
        let fields = match &self.input.data {
            syn::Data::Struct(data) => &data.fields,
            syn::Data::Enum(_) | syn::Data::Union(_) => return TokenStream::new(),
        };
        let carried = each(fields).find(|(_, _, own)| self.plain.is_payload(own)).map(|(_, _, own)| own.ident);
        let carried = carried.map(|name| quote!(::packet_core::plain::Carried::carried(&self.#name)));
        let length =
            carried.as_ref().map(|carried| quote!(Ok(value) if payload.is_nothing() => value.len_under(&#carried),));
        let put = carried.as_ref().map(|carried| {
            quote! {
                if payload.is_nothing() {
                    return value.put_under::<SUM, _, _, _>(&#carried, below, random, out);
                }
            }
        });
        quote! {
            impl #lifetime Layer for #target {
                #[inline]
                fn len_under<P: Packet>(&self, payload: &P) -> usize {
                    let value: Result<#value, EmitError> = ::packet_core::ToValue::to_value(self);
                    match value {
                        #length
                        Ok(value) => value.len_under(payload),
                        // What is wrong is said when it is written.
                        Err(_) => 0,
                    }
                }

                #[inline]
                fn layer_key(&self, table: Table) -> Option<u64> { #name::UNSAID.layer_key(table) }

                #[inline]
                fn layer_name(&self) -> Table { #name::UNSAID.layer_name() }

                #[inline]
                fn put_under<const SUM: bool, P: Packet, B: Below, R: Random>(
                    &self,
                    payload: &P,
                    below: &B,
                    random: &mut R,
                    out: &mut [u8],
                ) -> Result<Inet16, EmitError> {
                    let value: #value = ::packet_core::ToValue::to_value(self)?;
                    #put
                    value.put_under::<SUM, _, _, _>(payload, below, random, out)
                }
            }

            impl<#own P> core::ops::Div<P> for #target {
                type Output = Stacked<Self, P>;

                #[inline]
                fn div(self, payload: P) -> Self::Output { Stacked { layer: self, payload } }
            }
        }
    }
}

/// A value of which some fields are said.
fn said(name: &Ident, lines: &[TokenStream]) -> TokenStream {
    if lines.iter().all(TokenStream::is_empty) {
        return quote!(Ok(#name::UNSAID));
    }
    quote! {
        let mut value = #name::UNSAID;
        #(#lines)*
        Ok(value)
    }
}

/// The fields of an item, with what they depend on.
fn each(fields: &syn::Fields) -> impl Iterator<Item = (Vec<&syn::Attribute>, &syn::Field, rust::Own<'_>)> {
    fields.iter().filter_map(|field| {
        let ident = field.ident.as_ref()?;
        let cfg = field.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect();
        let (said, optional) = (super::types::said(&field.ty).is_some(), super::types::present(&field.ty).is_some());
        Some((cfg, field, rust::Own { name: ident.unraw().to_string(), ident, said, optional }))
    })
}

/// The lifetime of an item, where it has one.
fn lifetime(target: &TokenStream) -> Option<TokenStream> {
    let borrows = target.clone().into_iter().count() > 1;
    borrows.then(|| quote!(<'a>))
}

/// An item of which nothing is said.
pub(super) fn blank(target: &TokenStream, value: &TokenStream) -> TokenStream {
    let lifetime = lifetime(target);
    quote! {
        impl #lifetime ::packet_core::plain::Blank for #target {
            #[inline]
            fn blank() -> Self { #value }
        }
    }
}

/// The same, as [`Default`] has it.
pub(super) fn default(target: &TokenStream, value: &TokenStream) -> TokenStream {
    let (blank, lifetime) = (blank(target, &quote!(Self::default())), lifetime(target));
    quote! {
        impl #lifetime Default for #target {
            #[inline]
            fn default() -> Self { #value }
        }
        #blank
    }
}
