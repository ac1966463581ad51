//! What derived fields should be: a method for each, which all checks of it ask.

use super::Writer;
use super::expr::{Env, Kind};
use super::types::accessor_ident;
use packet_schema::model::{Composite, CompositeId, FieldId, Verify};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

impl Writer<'_> {
    /// The methods of a composite that say what its derived fields should be.
    pub(super) fn expectations(&self, id: CompositeId, composite: &Composite) -> TokenStream {
        let methods = self.verified(composite).filter_map(|(field, verify)| {
            let method = self.expectation(id, field, verify);
            if method.is_none() {
                self.gap(id, &format!("what {} should be", super::craft::name_of(self.schema, field)));
            }
            method
        });
        let methods: Vec<TokenStream> = methods.collect();
        if methods.is_empty() {
            return TokenStream::new();
        }
        let name = super::ident(&super::camel(&composite.name));
        quote!(impl<'a> #name<'a> { #(#methods)* })
    }

    /// The fields of a composite that are verified.
    pub(super) fn verified(&self, composite: &Composite) -> impl Iterator<Item = (FieldId, Verify)> {
        composite.fields.iter().filter_map(|&field| Some((field, self.schema[field].verify?)))
    }

    fn expectation(&self, id: CompositeId, field: FieldId, verify: Verify) -> Option<TokenStream> {
        let definition = &self.schema[field];
        let (env, params) = self.asking_env(id);
        let found = env.fields.get(&field)?.clone();
        let Kind::Number(number) = found.kind else { return None };
        let env = Env { it: Some(found), ..env };
        let expected = self.derived(id, field, definition.auto?, number, &env)?;
        let guard = match verify {
            Verify::Always => TokenStream::new(),
            Verify::When(condition) => {
                let idle = super::parse::holds(&self.expr(&env, condition)?)?;
                quote!(if !(#idle) { return None; })
            }
        };
        let body = quote!(#guard Some(#expected));
        let unused: Vec<Ident> = self.unused_needs(id, &body);
        let ignore = (!unused.is_empty()).then(|| quote!(let _ = (#(#unused),*);));
        let (method, ty) = (self.expected_ident(field)?, number.tokens());
        let words = definition.name.as_deref().unwrap_or("_").replace('_', " ");
        let about = format!(
            " What the {words} should be; nothing where that can't be known{}.",
            if matches!(verify, Verify::Always) { "" } else { ", or where it is not in use" }
        );
        Some(quote! {
            #[doc = #about]
            #[inline]
            #[must_use]
            pub fn #method(&self #(, #params)*) -> Option<#ty> { #ignore #body }
        })
    }

    /// The method that says what a field should be.
    pub(super) fn expected_ident(&self, field: FieldId) -> Option<Ident> {
        Some(format_ident!("expected_{}", accessor_ident(self.schema[field].name.as_deref()?)))
    }

    /// What a verified field should be, as an option, asked of the view itself.
    pub(super) fn expected(&self, id: CompositeId, field: FieldId) -> Option<TokenStream> {
        let method = self.expected_ident(field)?;
        let needs = self.needs(&self.schema[id]).into_iter().map(|(_, name)| format_ident!("{name}"));
        Some(quote!(self.#method(#(#needs),*)))
    }

    /// What names stand for in a method that may ask the layers below, and the parameters by which it does.
    pub(super) fn asking_env(&self, id: CompositeId) -> (Env, Vec<TokenStream>) {
        let (mut env, mut params) = (self.method_env(id), Vec::new());
        for (interface, name) in self.needs(&self.schema[id]) {
            let (name, path) = (format_ident!("{name}"), self.interface_path(interface));
            env.below.insert(interface, quote!(#name));
            params.push(quote!(#name: &dyn #path));
        }
        (env, params)
    }

    /// The parameters for layers below that a method's body does not name.
    pub(super) fn unused_needs(&self, id: CompositeId, body: &TokenStream) -> Vec<Ident> {
        let needs = self.needs(&self.schema[id]).into_iter().map(|(_, name)| name);
        needs.filter(|name| !super::interface::mentions(body, name)).map(|name| format_ident!("{name}")).collect()
    }
}
