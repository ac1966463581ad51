//! Whether there is more in a view than numbers: names, text or addresses, which is what a line for people would show of it.

use super::Writer;
use super::names::ident;
use super::number::{Meaning, meaning, of_type};
use super::shape::{Part, PartKind, Scope, Shape};
use packet_schema::model::{
    Action, Block, CodecResult, CompositeId, CompositeKind, Display, Expr, Field, FieldId, Item, Names, Type,
};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::BTreeSet;

impl Writer<'_> {
    /// The method of the view of a composite that is no layer, and those of the named arms of any.
    pub(super) fn wordiness(&self, id: CompositeId) -> TokenStream {
        let shape = &self.shapes[id.index()];
        let tags = self.all_tags(id);
        let scopes = shape
            .scopes
            .iter()
            .enumerate()
            .filter(|(index, scope)| if *index == 0 { !self.is_layer(id) } else { scope.kept().next().is_some() });
        scopes.map(|(_, scope)| self.words_of_scope(id, shape, scope, &tags)).collect()
    }

    fn words_of_scope(&self, id: CompositeId, shape: &Shape, scope: &Scope, tags: &BTreeSet<FieldId>) -> TokenStream {
        let name = ident(&scope.name);
        let mut tests: Vec<TokenStream> =
            scope.kept().filter_map(|part| self.words_of_part(id, shape, part, tags)).collect();
        tests.sort_by_key(|test| test.to_string().starts_with("match"));
        let certain = tests.iter().any(|test| test.to_string() == "true");
        let body = match (certain, tests.is_empty()) {
            (true, _) => quote!(true),
            (_, true) => quote!(false),
            _ => quote!(#((#tests))||*),
        };
        quote! {
            impl<'a> #name<'a> {
                /// Whether there is more in it than numbers: names that choose nothing, text or addresses.
                #[must_use]
                pub fn holds_words(&self) -> bool { #body }
            }
        }
    }

    /// Whether there is more than numbers in the lists, structs and arms of a layer, part by part: its own fields are known.
    /// What holds a list of structs is left out.
    pub(super) fn nested_words(&self, id: CompositeId, shape: &Shape, scope: &Scope) -> Vec<TokenStream> {
        let tags = self.all_tags(id);
        let parts = scope.kept().filter(|part| match part.kind {
            PartKind::Segment(_) | PartKind::Prefix(_) => false,
            PartKind::Field(field) => match &self.schema[field].ty {
                Type::Struct(..) => true,
                Type::List(element, _) => !matches!(**element, Type::Struct(..)),
                _ => false,
            },
            PartKind::Choice(_) => true,
        });
        parts.filter_map(|part| self.words_of_part(id, shape, part, &tags)).collect()
    }

    /// The fields of a composite whose values choose among arms.
    fn all_tags(&self, id: CompositeId) -> BTreeSet<FieldId> {
        let mut tags = BTreeSet::new();
        self.tags(&self.schema[id].body, &mut tags);
        tags
    }

    fn words_of_part(
        &self,
        id: CompositeId,
        shape: &Shape,
        part: &Part,
        tags: &BTreeSet<FieldId>,
    ) -> Option<TokenStream> {
        let name = ident(&part.name);
        match &part.kind {
            PartKind::Segment(segment) => {
                let mut fields = segment.fields.iter().map(|(field, _)| (*field, &self.schema[*field]));
                let words = fields.any(|(id, field)| field.name.is_some() && !tags.contains(&id) && is_wordy(field));
                words.then(|| if part.optional { quote!(self.#name.is_some()) } else { quote!(true) })
            }
            PartKind::Field(field) => {
                let value = if part.optional { quote!(value) } else { quote!(self.#name) };
                let test = self.words_of_value(&self.schema[*field], &value)?;
                Some(match (part.optional, test.to_string() == "true") {
                    (true, true) => quote!(self.#name.is_some()),
                    (true, false) => quote!(self.#name.is_some_and(|value| #test)),
                    (false, _) => test,
                })
            }
            PartKind::Prefix(_) => None,
            PartKind::Choice(choice) => {
                let choice = shape.choices.get(*choice)?;
                let ty = ident(&choice.name);
                let arms = choice.arms.iter().filter(|arm| arm.1.is_some()).map(|&(variant, _)| {
                    let arm = self.variant_ident(id, variant);
                    quote!(#ty::#arm(view) => view.holds_words(),)
                });
                let arms: Vec<TokenStream> = arms.collect();
                Some(quote!(match self.#name { #(#arms)* _ => false }))
            }
        }
    }

    fn words_of_value(&self, field: &Field, value: &TokenStream) -> Option<TokenStream> {
        let contained = self.part_type(field)?.to_string().starts_with("Result");
        match &field.ty {
            Type::Text(..) => Some(quote!(true)),
            Type::Bytes(_) => (field.display != Display::Plain).then(|| quote!(true)),
            Type::Codec(codec, _) => match &self.schema[*codec].kind {
                CompositeKind::Codec(codec) => (!matches!(codec.result, CodecResult::Uint(_))).then(|| quote!(true)),
                _ => None,
            },
            Type::Struct(..) if contained => Some(quote!(#value.is_ok_and(|value| value.holds_words()))),
            Type::Struct(..) => Some(quote!(#value.holds_words())),
            Type::List(element, _) => match &**element {
                Type::Struct(..) => Some(quote!(#value.valid().any(|element| element.holds_words()))),
                Type::Bytes(_) => None,
                element => match of_type(element, field.display, 1) {
                    Some((
                        Meaning::Plain(_)
                        | Meaning::Signed(_)
                        | Meaning::Float(_)
                        | Meaning::Bool
                        | Meaning::Scaled(..),
                        _,
                    )) => None,
                    _ => Some(quote!(true)),
                },
            },
            _ => None,
        }
    }

    /// The fields whose values choose among arms.
    fn tags(&self, block: &Block, found: &mut BTreeSet<FieldId>) {
        for item in &block.items {
            match item {
                Item::Match(choice) => {
                    if let Expr::Field(fields) = &self.schema[choice.on] {
                        found.extend(fields.iter());
                    }
                    for arm in &choice.arms {
                        if let Action::Read(_, block) = &arm.action {
                            self.tags(block, found);
                        }
                    }
                }
                Item::If { then, otherwise, .. } => {
                    self.tags(then, found);
                    self.tags(otherwise, found);
                }
                _ => {}
            }
        }
    }
}

/// Whether a field of fixed size is more than a number.
fn is_wordy(field: &Field) -> bool {
    match meaning(field) {
        Some((Meaning::Named(Names::Enum(_), _) | Meaning::Ipv4 | Meaning::Ipv6 | Meaning::Mac, _)) => true,
        Some(_) => false,
        None => field.display != Display::Plain,
    }
}
