//! Values of items that derive: what they are written by, and how an item says what it is.
//!
//! The code stands in two blocks without names, one within the other: views in the outer one, values in the inner one, where
//! what values are made of has its short names. So views are called by other names there, whatever an item is called.

use super::craft::Crafter;
use super::value::{Form, Member, Plan, Slot};
use super::{Generated, ident, names::camel};
use packet_schema::Schema;
use packet_schema::model::{CompositeId, CompositeKind, Expr, FieldId, ModuleId};
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// With what the names of values end.
pub(crate) const SUFFIX: &str = "Value";

/// What stands before the name of a view, an enum or a table of fields, until it is known how that is called.
const MARK: &str = "of_views_";

/// A field of an item.
pub(crate) struct Own<'f> {
    /// Its name in the language.
    pub(crate) name: String,
    /// Its name in Rust.
    pub(crate) ident: &'f Ident,
    /// It is a `Field`, of which something may be said.
    pub(crate) said: bool,
    /// It is an `Option`.
    pub(crate) optional: bool,
}

/// What an item is written by.
pub(crate) struct Plain<'s> {
    schema: &'s Schema,
    id: CompositeId,
    crafter: Crafter<'s>,
}

/// The path of a module, until it is known how views are called.
pub(crate) fn marked(schema: &Schema, module: ModuleId) -> TokenStream {
    let mark = format_ident!("{MARK}");
    if schema[module].name == "pony.net" { quote!(::packet_protocols::net::) } else { quote!(#mark::) }
}

impl<'s> Plain<'s> {
    /// Of the only composite of a module; nothing where it has none, as an enum of values. `paths` is [`marked`].
    pub(crate) fn new(
        schema: &'s Schema,
        module: ModuleId,
        paths: &'s dyn Fn(ModuleId) -> TokenStream,
    ) -> Option<Self> {
        let at = schema.composites.iter().position(|one| one.module == module)?;
        let crafter = Crafter::new(schema, module, paths, paths, SUFFIX);
        Some(Self { schema, id: CompositeId(at as u32), crafter })
    }

    fn plan(&self) -> Option<&Plan> {
        self.crafter.plan(self.id).ok()
    }

    /// The types of values, and how they are written; nothing where something has no form. What views are called there, for
    /// the block around it, comes first.
    pub(crate) fn items(&self) -> Option<(TokenStream, TokenStream)> {
        let Generated { tokens, gaps } = self.crafter.generated();
        let mut views = BTreeSet::new();
        let tokens = renamed(tokens, &mut views);
        let views = views.iter().map(|name| self.view(name)).collect();
        gaps.is_empty().then_some((views, tokens))
    }

    /// Another name for a view, an enum or flags.
    fn view(&self, name: &str) -> TokenStream {
        let (view, known) = (ident(name), format_ident!("{name}View_"));
        let enums = self.schema.enums.iter().map(|one| (&one.name, one.bits));
        let flags = self.schema.flags.iter().map(|one| (&one.name, one.bits));
        let mut numbers = enums.chain(flags);
        match numbers.find(|(other, _)| *other == name) {
            Some((_, bits)) => {
                let number = super::number::Number::of_bits(bits).tokens();
                quote! {
                    type #known = #view;
                    #[allow(non_snake_case, dead_code, reason = "it makes a newtype, as whose name has it")]
                    const fn #known(number: #number) -> #view { #view(number) }
                }
            }
            None => quote!(type #known<'a> = #view<'a>;),
        }
    }

    /// Whether it is a layer, which others can stand upon.
    pub(crate) fn is_layer(&self) -> bool {
        matches!(self.schema[self.id].kind, CompositeKind::Layer(_))
    }

    /// Whether its value borrows from the item.
    pub(crate) fn borrows(&self, name: &str) -> bool {
        self.crafter.borrows(self.called(name).unwrap_or(self.id))
    }

    fn called(&self, name: &str) -> Option<CompositeId> {
        let at = self.schema.composites.iter().position(|one| one.name == name)?;
        Some(CompositeId(at as u32))
    }

    /// Whether another item is a composite, and has a value.
    pub(crate) fn has_value(&self, name: &str) -> bool {
        self.called(name).is_some_and(|id| self.crafter.plan(id).is_ok())
    }

    /// Whether all of it can be written without making a list first.
    pub(crate) fn is_flat(&self) -> bool {
        self.is_flat_inside(self.id)
    }

    fn is_flat_inside(&self, id: CompositeId) -> bool {
        self.crafter.plan(id).is_ok_and(|plan| {
            plan.slots.values().all(|slot| match slot.form {
                Form::Struct(inner) => self.is_flat_inside(inner),
                ref form => !form.is_list(),
            })
        })
    }

    /// The scope of a variant, and the value that is made of it; nothing of one that has none.
    pub(crate) fn arm(&self, variant: &str) -> Option<(usize, Ident)> {
        let plan = self.plan()?;
        let at = self.schema[self.id].variants.iter().position(|one| one.name == variant)?;
        let arms = plan.choices.values().flat_map(|choice| &choice.arms);
        let (_, scope) = arms.into_iter().find(|(number, _)| *number as usize == at)?;
        Some((*scope, ident(&plan.scopes.get(*scope)?.name)))
    }

    /// The member that holds which variant it is.
    pub(crate) fn chosen(&self) -> Option<Ident> {
        let plan = self.plan()?;
        let member = plan.scopes.first()?.members.iter().find_map(|member| match member {
            Member::Choice(key) => plan.choices.get(key),
            Member::Field(_) => None,
        });
        member.map(|choice| ident(&choice.member))
    }

    /// The value's type, without what it borrows.
    pub(crate) fn value(&self) -> Ident {
        ident(&format!("{}{SUFFIX}", camel(&self.schema[self.id].name)))
    }

    /// The fields of that name, and how they are said.
    fn slots(&self, scope: usize, name: &str) -> Vec<(FieldId, &Slot)> {
        let Some(plan) = self.plan() else { return Vec::new() };
        let fields = self.schema[self.id].fields.iter();
        let named = fields.filter(|id| self.schema[**id].name.as_deref() == Some(name));
        named.filter_map(|id| Some((*id, plan.slots.get(id).filter(|slot| slot.scope == scope)?))).collect()
    }

    /// Whether a field holds what stands upon the layer.
    pub(crate) fn is_payload(&self, own: &Own<'_>) -> bool {
        self.slots(0, &own.name).iter().any(|(_, slot)| slot.form == Form::Payload)
    }

    /// The line that says a field of the item: `of` is how the item's field is reached by reference. Nothing where the
    /// language has several fields for it.
    pub(crate) fn said(&self, scope: usize, own: &Own<'_>, of: &TokenStream) -> Option<TokenStream> {
        let slots = self.slots(scope, &own.name);
        let Some((field, slot)) = slots.first() else { return Some(TokenStream::new()) };
        if slots.iter().any(|(_, other)| other.name != slot.name) {
            return None;
        }
        let (definition, name) = (&self.schema[*field], &slot.name);
        let follows = definition.auto.is_some() || definition.constant.is_some();
        let read = quote!(::packet_core::ToValue::to_value(#of)?);
        Some(if slot.form == Form::Payload || slot.free && follows && !own.said {
            TokenStream::new()
        } else if slot.free && !own.said && !own.optional {
            quote!(value.#name = Field::Set(#read);)
        } else {
            quote!(value.#name = #read;)
        })
    }

    /// What a field is where nothing is said: a value as views give it, and its type.
    pub(crate) fn default(&self, scope: usize, own: &Own<'_>) -> Option<(TokenStream, TokenStream)> {
        let slots = self.slots(scope, &own.name);
        let (field, slot) = slots.first()?;
        let definition = &self.schema[*field];
        let (value, ty) = match (&slot.form, definition.constant.or(definition.default)) {
            (Form::Number(meaning, bits), Some(default)) => {
                let value = self.crafter.constant_of(default)?;
                (self.crafter.shown(meaning, *bits, value), self.crafter.writer.meaning_type(meaning))
            }
            (Form::Bytes, Some(default)) => {
                let bytes = match &self.schema[default] {
                    Expr::Bytes(bytes) => proc_macro2::Literal::byte_string(bytes),
                    Expr::Text(text) => proc_macro2::Literal::byte_string(text.as_bytes()),
                    _ => return None,
                };
                (quote!(#bytes), quote!(&[u8]))
            }
            _ => return None,
        };
        Some((unmarked(value), unmarked(ty)))
    }
}

/// The tokens with each view called by the name that it has among values; those names are noted.
fn renamed(tokens: TokenStream, views: &mut BTreeSet<String>) -> TokenStream {
    each_marked(tokens, &mut |name| {
        if !name.to_string().starts_with(char::is_uppercase) {
            return name;
        }
        views.insert(name.to_string());
        format_ident!("{name}View_")
    })
}

/// The tokens with each view called by its own name.
fn unmarked(tokens: TokenStream) -> TokenStream {
    each_marked(tokens, &mut |name| name)
}

fn each_marked(tokens: TokenStream, called: &mut impl FnMut(Ident) -> Ident) -> TokenStream {
    let (mut out, mut tokens) = (Vec::new(), tokens.into_iter());
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == MARK => {
                // Two colons, and the name.
                let name = tokens.by_ref().nth(2);
                out.extend(name.map(|name| match name {
                    TokenTree::Ident(name) => TokenTree::Ident(called(name)),
                    other => other,
                }));
            }
            TokenTree::Group(group) => {
                let mut changed = Group::new(group.delimiter(), each_marked(group.stream(), called));
                changed.set_span(group.span());
                out.push(TokenTree::Group(changed));
            }
            other => out.push(other),
        }
    }
    out.into_iter().collect()
}
