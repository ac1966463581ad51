//! What an item derives: its view, by the Rust back end, and how the item is filled from it.
//!
//! All of it stands in a block without a name, where it disturbs nobody. Other items are reached through the traits that they
//! derive: the view of `Kind` is `View<'_, Kind>`, and the block calls that `Kind` again.

use super::entries::cut;
use super::types::said;
use super::value::{Written, blank, default};
use super::{Item, Program};
use crate::rust;
use packet_schema::model::{Composite, CompositeKind, Schema, Values};
use packet_schema::tree::{self, ItemKind};
use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote};
use syn::ext::IdentExt as _;

/// The code of an item that is right. `others` are all the items that it names.
///
/// # Errors
///
/// What the definition says and the back end has no form for, one line each.
pub fn emit(
    input: &syn::DeriveInput,
    own: &Item,
    others: &[Item],
    program: &Program,
) -> Result<TokenStream, Vec<String>> {
    let Some(schema) = &program.schema else { return Err(Vec::new()) };
    let paths = |module: packet_schema::model::ModuleId| {
        if schema[module].name == "pony.net" { quote!(::packet_protocols::net::) } else { TokenStream::new() }
    };
    let generated = rust::derived_module(schema, program.own, &paths);
    if !generated.gaps.is_empty() {
        return Err(generated.gaps);
    }
    let mut named: Vec<(&syn::Path, &Item)> = Vec::new();
    for path in &own.names {
        let last = path.segments.last().map(|segment| segment.ident.unraw().to_string());
        // Two paths may lead to one item.
        let new =
            |other: &&Item| Some(&other.name) == last.as_ref() && !named.iter().any(|(_, one)| one.name == other.name);
        let found = others.iter().find(new);
        named.extend(found.map(|other| (path, other)));
    }
    let outer: TokenStream = named.iter().map(|(path, other)| outside(path, other)).collect();
    let inner: TokenStream = named.iter().map(|(_, other)| inside(other)).collect();
    let marked = |module| rust::marked(schema, module);
    let plain = rust::Plain::new(schema, program.own, &marked);
    let all: Vec<&Item> = named.iter().map(|(_, other)| *other).collect();
    let values = plain.map(|plain| {
        let target = if own.borrows { quote!(Own_<'a>) } else { quote!(Own_) };
        let values = Written { input, others: &all, plain: &plain, target };
        let (blank, written) = (values.blank(), values.written());
        quote!(#blank #written)
    });
    let name = &input.ident;
    let own_outside = if own.borrows { quote!(type Own_<'a> = #name<'a>;) } else { quote!(type Own_ = #name;) };
    let filled = Filler { input, own, schema, program }.all();
    let view = rust::polished(generated.tokens).map_err(|error| vec![error])?;
    Ok(quote! {
        const _: () = {
            #own_outside
            #outer
            const _: () = {
                #view
                #inner
                #filled
                #values
            };
        };
    })
}

/// Another item by a name that no view has.
fn outside(path: &syn::Path, other: &Item) -> TokenStream {
    let alias = format_ident!("{}_", other.name);
    if other.borrows { quote!(type #alias<'a> = #path<'a>;) } else { quote!(type #alias = #path;) }
}

/// The view of another item, by the item's name.
fn inside(other: &Item) -> TokenStream {
    let alias = format_ident!("{}_", other.name);
    let of = if other.borrows { quote!(#alias<'a>) } else { alias.to_token_stream() };
    match width(other) {
        Some(bits) => {
            let (name, number) = (rust::ident(&other.name), number(bits));
            quote! {
                type #name = ::packet_core::View<'static, #alias>;
                const fn #name(raw: #number) -> #name { #name::of_raw_(raw) }
            }
        }
        None => {
            let camel = rust::camel(&other.name);
            let (name, changed, places) =
                (rust::ident(&camel), format_ident!("{camel}Mut"), format_ident!("{camel}Places"));
            let fixed = if other.borrows { quote!(#alias<'static>) } else { alias.to_token_stream() };
            quote! {
                type #name<'a> = ::packet_core::View<'a, #of>;
                type #changed<'a> = ::packet_core::Mut<'a, #of>;
                type #places = <#fixed as ::packet_core::Settable<'static>>::Places;
            }
        }
    }
}

/// The width of an item that is a number.
fn width(item: &Item) -> Option<u32> {
    item.tree.iter().find_map(|item| match &item.kind {
        ItemKind::Enum(tree) => super::body::width(&tree.repr),
        ItemKind::Flags(tree) => super::body::width(&tree.repr),
        _ => None,
    })
}

/// The narrowest number of so many bits.
fn number(bits: u32) -> Ident {
    let bits = bits.max(8).next_power_of_two();
    format_ident!("u{bits}")
}

/// Whether a field has an entry that is this word.
pub(super) fn says(attributes: &[syn::Attribute], word: &str) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("layer")).any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else { return false };
        let first = |entry: &Vec<TokenTree>| matches!(entry.first(), Some(TokenTree::Ident(first)) if first == word);
        cut(list.tokens.clone(), ',').iter().any(first)
    })
}

/// Writes how an item is filled from its view.
struct Filler<'s> {
    input: &'s syn::DeriveInput,
    own: &'s Item,
    schema: &'s Schema,
    program: &'s Program,
}

impl Filler<'_> {
    fn all(&self) -> TokenStream {
        let kind = self.own.tree.first().map(|item: &tree::Item| &item.kind);
        match (kind, &self.input.data) {
            (Some(ItemKind::Enum(_)), syn::Data::Enum(data)) => self.values(data),
            (Some(ItemKind::Flags(_)), syn::Data::Struct(data)) => self.flags(&data.fields),
            (Some(ItemKind::Layer(_) | ItemKind::Struct(_)), syn::Data::Struct(data)) => {
                let filled = fill(&data.fields, &quote!(view));
                self.composite(&quote!(Ok(Self #filled)))
            }
            (Some(ItemKind::Layer(_) | ItemKind::Struct(_)), syn::Data::Enum(data)) => {
                let body = self.variants(data);
                self.composite(&body)
            }
            _ => TokenStream::new(),
        }
    }

    /// `Own_`, with its lifetime where it has one.
    fn target(&self) -> TokenStream {
        if self.own.borrows { quote!(Own_<'a>) } else { quote!(Own_) }
    }

    fn composite(&self, body: &TokenStream) -> TokenStream {
        let camel = rust::camel(&self.own.name);
        let (target, view, changed) = (self.target(), rust::ident(&camel), format_ident!("{camel}Mut"));
        let places = format_ident!("{camel}Places");
        let known = self.schema.composites.iter().find(|one| one.module == self.program.own);
        let layer = known.filter(|one| one.params.is_empty()).map(|one| {
            // A struct carries nothing, and stands upon nothing.
            let viewed = matches!(one.kind, CompositeKind::Layer(_)).then(|| {
                quote!(impl<'a> ::packet_core::plain::Viewed<'a> for #target {
                    type View = #view<'a>;
                })
            });
            quote! {
                #viewed
                impl<'a> ::packet_core::Layer<'a> for #target {
                    #[inline]
                    fn view(region: impl Into<::packet_core::Region<'a>>) -> Result<#view<'a>, ::packet_core::Error> {
                        #view::parse(region)
                    }
                    #[inline]
                    fn edit(bytes: &'a mut [u8]) -> Result<#changed<'a>, ::packet_core::Error> {
                        #changed::parse(bytes)
                    }
                }
            }
        });
        quote! {
            impl<'a> ::packet_core::Plain<'a> for #target {
                type View = #view<'a>;
            }
            impl<'a> ::packet_core::Settable<'a> for #target {
                type Places = #places;
                type Mut = #changed<'a>;
            }
            impl<'a> ::packet_core::FromView<#view<'a>> for #target {
                fn from_view(view: #view<'a>) -> Result<Self, ::packet_core::Error> { #body }
            }
            impl<'a> ::packet_core::Element<'a> for #target {
                type Out = Self;
                type Args = <#view<'a> as ::packet_core::Element<'a>>::Args;
                fn read(
                    cursor: &mut ::packet_core::Cursor<'a>,
                    args: Self::Args,
                ) -> Result<(Self, ::packet_core::Flow), ::packet_core::Error> {
                    ::packet_core::plain::plain_element::<#view<'a>, Self>(cursor, args)
                }
            }
            #layer
        }
    }

    /// The forms of a choice. One that ends a list holds nothing, and has no name in the view.
    fn variants(&self, data: &syn::DataEnum) -> TokenStream {
        let forms = format_ident!("{}Variant", rust::camel(&self.own.name));
        let table = table(&self.own.name, "variant");
        let stop = data.variants.iter().find(|variant| says(&variant.attrs, "stop")).map(|variant| &variant.ident);
        let left = match stop {
            Some(name) => quote!(#forms::Unnamed => Ok(Self::#name),),
            None => TokenStream::new(),
        };
        let arms = data.variants.iter().filter(|one| !says(&one.attrs, "stop") && !says(&one.attrs, "reject"));
        let arms = arms.map(|variant| {
            let name = &variant.ident;
            let form = rust::ident(&rust::camel(&name.unraw().to_string()));
            if variant.fields.is_empty() {
                let braces = matches!(variant.fields, syn::Fields::Named(_)).then(|| quote!({}));
                return quote!(#forms::#form => Ok(Self::#name #braces),);
            }
            let filled = fill(&variant.fields, &quote!(form));
            quote!(#forms::#form(form) => Ok(Self::#name #filled),)
        });
        let spoiled = self.has_region().then(|| quote!(#forms::Spoiled(error) => Err(error),));
        quote! {
            #table
            match view.variant() {
                #(#arms)*
                #left
                #spoiled
                _ => Err(::packet_core::plain::closed(&FIELD, 0)),
            }
        }
    }

    /// Whether the variants of a choice stand in a region of their own.
    fn has_region(&self) -> bool {
        let mut own = self.schema.composites.iter().filter(|one| one.module == self.program.own);
        let choice = |one: &Composite| {
            one.body
                .items
                .iter()
                .any(|item| matches!(item, packet_schema::model::Item::Match(on) if on.within.is_some()))
        };
        own.any(choice)
    }

    /// A named value from its number.
    fn values(&self, data: &syn::DataEnum) -> TokenStream {
        let Some(names) = self.schema.enums.iter().find(|one| one.module == self.program.own) else {
            return TokenStream::new();
        };
        let name = rust::ident(&names.name);
        let mut known = names.enumerators.iter();
        let mut arms = TokenStream::new();
        let mut other = None;
        for variant in &data.variants {
            let ident = &variant.ident;
            if says(&variant.attrs, "other") {
                other = Some(quote!(_ => Ok(Self::#ident(::packet_core::FromView::from_view(view.0)?)),));
                continue;
            }
            let Some(one) = known.next() else { continue };
            let holds = matches!(variant.fields, syn::Fields::Unnamed(_));
            let value = holds.then(|| quote!((::packet_core::FromView::from_view(view.0)?)));
            let pattern = pattern(one.values, one.label.as_deref().unwrap_or(&one.name));
            arms.extend(quote!(#pattern => Ok(Self::#ident #value),));
        }
        let other = other.unwrap_or_else(|| quote!(_ => Err(::packet_core::plain::closed(&FIELD, view.0 as u64)),));
        let table = table(&self.own.name, "value");
        let read = self.newtype(&name, names.bits, &quote!(#table match view.0 { #arms #other }));
        let written = self.numbers(data, names);
        quote!(#read #written)
    }

    /// The number of each named value, and the value of which nothing is said.
    fn numbers(&self, data: &syn::DataEnum, names: &packet_schema::model::Enum) -> TokenStream {
        let mut known = names.enumerators.iter();
        let (mut arms, mut first, mut zero) = (TokenStream::new(), None, None);
        for variant in &data.variants {
            let ident = &variant.ident;
            let is_other = says(&variant.attrs, "other");
            let values = if is_other { None } else { known.next().map(|one| one.values) };
            let low = match values {
                Some(Values::Range(low, _)) => low,
                Some(Values::Matching(_)) | None => 0,
            };
            let literal = Literal::u128_unsuffixed(low);
            let value = if let syn::Fields::Unnamed(_) = variant.fields {
                arms.extend(quote!(Self::#ident(number) => ::packet_core::ToValue::to_value(number)?,));
                quote!(Self::#ident(#literal))
            } else {
                arms.extend(quote!(Self::#ident => #literal,));
                quote!(Self::#ident)
            };
            let holds_zero = low == 0 && (is_other || matches!(values, Some(Values::Range(..))));
            zero = zero.or_else(|| holds_zero.then(|| value.clone()));
            first = first.or(Some(value));
        }
        let value = zero.or(first).map(|value| blank(&self.target(), &value));
        let written = self.to_number(&rust::ident(&names.name), &quote!(match self { #arms }));
        quote!(#value #written)
    }

    /// How a newtype is made of the item.
    fn to_number(&self, name: &Ident, number: &TokenStream) -> TokenStream {
        let target = self.target();
        quote! {
            impl ::packet_core::ToValue<#name> for #target {
                #[inline]
                fn to_value(&self) -> Result<#name, ::packet_core::craft::EmitError> { Ok(#name(#number)) }
            }
        }
    }

    fn flags(&self, fields: &syn::Fields) -> TokenStream {
        let Some(flags) = self.schema.flags.iter().find(|one| one.module == self.program.own) else {
            return TokenStream::new();
        };
        let (filled, name) = (fill(fields, &quote!(view)), rust::ident(&flags.name));
        let named = fields.iter().filter_map(|field| Some((field, field.ident.as_ref()?)));
        let named: Vec<(&syn::Field, &Ident)> = named.collect();
        let set = named.iter().filter(|(field, _)| !says(&field.attrs, "reserved")).map(|(_, ident)| {
            let setter = format_ident!("with_{}", ident.unraw());
            quote!(.#setter(::packet_core::ToValue::to_value(&self.#ident)?))
        });
        let written = self.to_number(&name, &quote!(#name(0) #(#set)*.0));
        let idents = named.iter().map(|(_, ident)| ident);
        let nothing = default(&self.target(), &quote!(Self { #(#idents: ::packet_core::plain::Blank::blank(),)* }));
        let read = self.newtype(&name, flags.bits, &quote!(Ok(Self #filled)));
        quote!(#read #nothing #written)
    }

    fn newtype(&self, name: &Ident, bits: u32, body: &TokenStream) -> TokenStream {
        let (target, number) = (self.target(), number(bits));
        quote! {
            impl #name {
                #[doc(hidden)]
                pub const fn of_raw_(raw: #number) -> Self { Self(raw) }
            }
            impl<'a> ::packet_core::Plain<'a> for #target {
                type View = #name;
            }
            impl ::packet_core::FromView<#name> for #target {
                fn from_view(view: #name) -> Result<Self, ::packet_core::Error> { #body }
            }
        }
    }
}

/// What an error says of a value that an item has no variant for.
fn table(item: &str, name: &str) -> TokenStream {
    let key = item.to_lowercase();
    quote!(static FIELD: ::packet_core::FieldInfo = ::packet_core::FieldInfo::new(#key, #name);)
}

/// The numbers of a name, as a pattern.
fn pattern(values: Values, label: &str) -> TokenStream {
    match values {
        Values::Range(low, high) => {
            let (from, to) = (Literal::u128_unsuffixed(low), Literal::u128_unsuffixed(high));
            if low == high { quote!(#from) } else { quote!(#from..=#to) }
        }
        Values::Matching(_) => quote!(_ if view.name() == Some(#label)),
    }
}

/// The fields of a struct or a variant, each from the method of a view.
fn fill(fields: &syn::Fields, view: &TokenStream) -> TokenStream {
    let fields = fields.iter().filter_map(|field| {
        let name = field.ident.as_ref()?;
        let cfg = field.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        // What is reserved has no name in the view, and what the layers above leave over is known when they are read.
        if says(&field.attrs, "reserved") || says(&field.attrs, "trailing") {
            return Some(quote!(#(#cfg)* #name: Default::default(),));
        }
        let mut method = rust::accessor_ident(&name.unraw().to_string());
        method.set_span(name.span().resolved_at(Span::call_site()));
        let ty = &field.ty;
        let from = quote::quote_spanned!(syn::spanned::Spanned::span(ty)=> ::packet_core::FromView::from_view);
        let value = quote!(#from(#view.#method())?);
        let value = if said(ty).is_some() { quote!(::packet_core::craft::Field::Set(#value)) } else { value };
        Some(quote!(#(#cfg)* #name: #value,))
    });
    quote!({ #(#fields)* })
}
