//! Values in which everything is derived that can be.

use super::craft::Crafter;
use super::names::ident;
use super::value::{Form, Member, Plan, Slot};
use packet_schema::model::{CompositeId, CompositeKind, FieldId};
use proc_macro2::TokenStream;
use quote::quote;

impl Crafter<'_> {
    /// The methods that leave everything to be derived.
    pub(super) fn derivations(&self, id: CompositeId, plan: &Plan) -> TokenStream {
        let scopes = plan.scopes.iter().enumerate().map(|(index, scope)| {
            let name = ident(&scope.name);
            let body = self.scope_derived(plan, index, id);
            let any = self.scope_borrows(plan, index).then(|| quote!(<'_>));
            if body.is_empty() && index != 0 {
                return TokenStream::new();
            }
            let receiver = if body.is_empty() { quote!(&self) } else { quote!(&mut self) };
            let right = self.derivations_where_right(id, plan, index, &quote!(#name #any));
            quote! {
                impl #name #any {
                    /// Has everything derived that can be, whatever was said of it. What was right is written as before.
                    pub fn derive_all(#receiver) { #body }

                    #right
                }
            }
        });
        scopes.collect()
    }

    /// The method that leaves to be derived what was right: of a layer, and of the forms that it may have.
    fn derivations_where_right(&self, id: CompositeId, plan: &Plan, index: usize, ty: &TokenStream) -> TokenStream {
        let is_layer = matches!(self.schema[id].kind, CompositeKind::Layer(_));
        let body = self.scope_where_right(plan, index, id);
        if !is_layer || body.is_empty() && index != 0 {
            return TokenStream::new();
        }
        let (receiver, was, right) = if body.is_empty() {
            (quote!(&self), quote!(_), quote!(_))
        } else {
            (quote!(&mut self), quote!(was), quote!(right))
        };
        quote! {
            /// Has those of its own fields derived that were right: `was` has what was read, `right` the same where all was
            /// derived.
            pub fn derive_where_right(#receiver, #was: &#ty, #right: &#ty) { #body }
        }
    }

    fn scope_where_right(&self, plan: &Plan, index: usize, id: CompositeId) -> TokenStream {
        let Some(scope) = plan.scopes.get(index) else { return TokenStream::new() };
        let lines = scope.members.iter().map(|member| match member {
            Member::Field(field) => plan.slots.get(field).map(|slot| {
                let name = &slot.name;
                let derived = self.schema[*field].auto.is_some() && slot.free;
                let line = quote! {
                    if was.#name == right.#name {
                        self.#name = Field::Auto;
                    }
                };
                if derived { line } else { TokenStream::new() }
            }),
            Member::Choice(key) => plan.choices.get(key).map(|choice| {
                let (member, ty) = (ident(&choice.member), ident(&choice.name));
                let arms = choice.arms.iter().filter(|(_, arm)| !self.scope_where_right(plan, *arm, id).is_empty());
                let arms: Vec<_> = arms.map(|(variant, _)| self.writer.variant_ident(id, *variant)).collect();
                let triple = quote!((&mut self.#member, &was.#member, &right.#member));
                let pattern = |arm: &proc_macro2::Ident| quote!((#ty::#arm(arm), #ty::#arm(was), #ty::#arm(right)));
                match arms.as_slice() {
                    [] => TokenStream::new(),
                    [arm] => {
                        let pattern = pattern(arm);
                        quote!(if let #pattern = #triple { arm.derive_where_right(was, right); })
                    }
                    arms => {
                        let arms = arms.iter().map(pattern);
                        quote!(match #triple { #(#arms => arm.derive_where_right(was, right),)* _ => {} })
                    }
                }
            }),
        });
        lines.flatten().collect()
    }

    fn scope_derived(&self, plan: &Plan, index: usize, id: CompositeId) -> TokenStream {
        let Some(scope) = plan.scopes.get(index) else { return TokenStream::new() };
        let lines = scope.members.iter().map(|member| match member {
            Member::Field(field) => plan.slots.get(field).map(|slot| self.field_derived(*field, slot)),
            Member::Choice(key) => plan.choices.get(key).map(|choice| {
                let (member, ty) = (ident(&choice.member), ident(&choice.name));
                let arms = choice.arms.iter().filter(|(_, scope)| !self.scope_derived(plan, *scope, id).is_empty());
                let arms: Vec<_> = arms.map(|(variant, _)| self.writer.variant_ident(id, *variant)).collect();
                match arms.as_slice() {
                    [] => TokenStream::new(),
                    [arm] => quote!(if let #ty::#arm(arm) = &mut self.#member { arm.derive_all(); }),
                    arms => quote!(match &mut self.#member { #(#ty::#arms(arm) => arm.derive_all(),)* _ => {} }),
                }
            }),
        });
        lines.flatten().collect()
    }

    fn field_derived(&self, field: FieldId, slot: &Slot) -> TokenStream {
        let name = &slot.name;
        let prefix = slot.prefix.as_ref().map(|prefix| quote!(self.#prefix = Field::Auto;));
        let own = match &slot.form {
            _ if self.schema[field].auto.is_some() && slot.free => quote!(self.#name = Field::Auto;),
            Form::Struct(inner) if self.derives(*inner) && slot.free => {
                quote!(if let Field::Set(inner) = &mut self.#name { inner.derive_all(); })
            }
            Form::Struct(inner) if self.derives(*inner) => quote!(self.#name.derive_all();),
            Form::Structs(inner) if self.derives(*inner) && slot.free => {
                quote!(if let Field::Set(list) = &mut self.#name { list.iter_mut().for_each(|one| one.derive_all()); })
            }
            Form::Structs(inner) if self.derives(*inner) => {
                quote!(self.#name.iter_mut().for_each(|one| one.derive_all());)
            }
            _ => TokenStream::new(),
        };
        quote!(#own #prefix)
    }

    /// Whether there is anything to be derived in a composite.
    fn derives(&self, id: CompositeId) -> bool {
        self.plan(id).is_ok_and(|plan| !self.scope_derived(plan, 0, id).is_empty())
    }
}
