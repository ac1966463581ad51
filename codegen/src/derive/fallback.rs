//! What stands for an item that has a mistake, so that no other error follows from it.

use super::Item;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// Implementations with the right types, and bodies that never run: the compiler has reported the mistake by then.
#[must_use]
pub fn fallback(input: &syn::DeriveInput, own: &Item) -> TokenStream {
    let name = &input.ident;
    if input.generics.params.iter().any(|param| !matches!(param, syn::GenericParam::Lifetime(_)))
        || input.generics.params.len() > 1
    {
        return TokenStream::new();
    }
    let lifetime = input.generics.lifetimes().next().map(|param| param.lifetime.clone());
    let lifetime = lifetime.unwrap_or_else(|| syn::Lifetime::new("'packet", proc_macro2::Span::call_site()));
    let target = if own.borrows { quote!(#name<#lifetime>) } else { quote!(#name) };
    let view = format_ident!("{}View_", name);
    let methods = methods(input);
    let written = match &input.data {
        syn::Data::Struct(_) => written(&target, &lifetime),
        syn::Data::Enum(_) | syn::Data::Union(_) => TokenStream::new(),
    };
    let any_view = any_view(&view, &target, &lifetime);
    quote! {
        const _: () = {
            #[derive(Clone, Copy, Debug)]
            pub struct #view<#lifetime>(::core::marker::PhantomData<&#lifetime ()>);
            #[allow(dead_code, clippy::empty_loop, reason = "this stands for what has a mistake, and never runs")]
            impl<#lifetime> #view<#lifetime> {
                #methods
                pub const fn of_raw_(_: u128) -> Self { loop {} }
                pub fn read(_: &mut ::packet_core::Cursor<#lifetime>) -> Result<Self, ::packet_core::Error> { loop {} }
            }
            impl<#lifetime> ::packet_core::Plain<#lifetime> for #target {
                type View = #view<#lifetime>;
            }
            #[allow(clippy::empty_loop, reason = "this stands for what has a mistake, and never runs")]
            impl<#lifetime> ::packet_core::FromView<#view<#lifetime>> for #target {
                fn from_view(_: #view<#lifetime>) -> Result<Self, ::packet_core::Error> { loop {} }
            }
            #any_view
            #[allow(clippy::empty_loop, reason = "this stands for what has a mistake, and never runs")]
            impl<#lifetime> ::packet_core::Layer<#lifetime> for #target {
                fn view(_: impl Into<::packet_core::Region<#lifetime>>) -> Result<#view<#lifetime>, ::packet_core::Error> {
                    loop {}
                }
                fn edit(_: &#lifetime mut [u8]) -> Result<#view<#lifetime>, ::packet_core::Error> { loop {} }
            }
            #[allow(clippy::empty_loop, reason = "this stands for what has a mistake, and never runs")]
            impl<#lifetime> ::packet_core::plain::Blank for #target {
                fn blank() -> Self { loop {} }
            }
            #written
            impl<#lifetime> ::packet_core::Settable<#lifetime> for #target {
                type Places = ();
                type Mut = #view<#lifetime>;
            }
            #[allow(clippy::empty_loop, reason = "this stands for what has a mistake, and never runs")]
            impl<#lifetime> ::packet_core::Element<#lifetime> for #target {
                type Out = Self;
                type Args = ();
                fn read(
                    _: &mut ::packet_core::Cursor<#lifetime>,
                    (): (),
                ) -> Result<(Self, ::packet_core::Flow), ::packet_core::Error> {
                    loop {}
                }
            }
        };
    }
}

/// What a registry takes.
fn any_view(view: &Ident, target: &TokenStream, lifetime: &syn::Lifetime) -> TokenStream {
    quote! {
        impl<#lifetime> ::packet_core::Fields for #view<#lifetime> {
            fn fields(&self, _: &mut dyn ::packet_core::FieldVisitor) {}
        }
        #[allow(clippy::empty_loop, reason = "this stands for what has a mistake, and never runs")]
        impl<#lifetime> ::packet_core::plain::AnyView<#lifetime> for #view<#lifetime> {
            fn of(_: ::packet_core::Region<#lifetime>) -> Result<Self, ::packet_core::Error> { loop {} }
            fn region(&self) -> ::packet_core::Region<#lifetime> { loop {} }
            fn following(&self) -> Option<::packet_core::plain::Following<#lifetime>> { loop {} }
            fn derived(&self, _: &mut dyn FnMut(::packet_core::Derived)) {}
        }
        impl<#lifetime> ::packet_core::plain::Viewed<#lifetime> for #target {
            type View = #view<#lifetime>;
        }
    }
}

/// What a struct is where nothing is said, and what it has upon it.
fn written(target: &TokenStream, lifetime: &syn::Lifetime) -> TokenStream {
    quote! {
        #[allow(clippy::empty_loop, reason = "this stands for what has a mistake, and never runs")]
        impl<#lifetime> Default for #target {
            fn default() -> Self { loop {} }
        }
        #[allow(clippy::empty_loop, reason = "this stands for what has a mistake, and never runs")]
        impl<#lifetime> ::packet_core::craft::Layer for #target {
            fn len_under<P: ::packet_core::craft::Packet>(&self, _: &P) -> usize { loop {} }
            fn layer_key(&self, _: ::packet_core::craft::Table) -> Option<u64> { loop {} }
            fn layer_name(&self) -> ::packet_core::craft::Table { loop {} }
            fn put_under<
                const SUM: bool,
                P: ::packet_core::craft::Packet,
                B: ::packet_core::craft::Below,
                R: ::packet_core::craft::Random,
            >(
                &self,
                _: &P,
                _: &B,
                _: &mut R,
                _: &mut [u8],
            ) -> Result<::packet_core::checksum::Inet16, ::packet_core::craft::EmitError> {
                loop {}
            }
        }
        #[allow(clippy::empty_loop, reason = "this stands for what has a mistake, and never runs")]
        impl<#lifetime, P> ::core::ops::Div<P> for #target {
            type Output = ::packet_core::craft::Stacked<Self, P>;
            fn div(self, _: P) -> Self::Output { loop {} }
        }
    }
}

/// A method for each field, as the view has it.
fn methods(input: &syn::DeriveInput) -> TokenStream {
    let syn::Data::Struct(data) = &input.data else { return TokenStream::new() };
    let methods = data.fields.iter().filter_map(|field| {
        let (name, ty): (&Ident, _) = (field.ident.as_ref()?, &field.ty);
        (name != "read").then(|| quote!(pub fn #name(&self) -> #ty { loop {} }))
    });
    methods.collect()
}
