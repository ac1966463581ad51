//! Values: what a builder is told of a composite, as plain structs.
//!
//! A field that follows from others, has one value, or stands in an arm that may not be taken is a `Field`, of which nothing
//! need be said; any other one is its value. Named arms are variants of an enum.

use super::names::{camel, ident};
use super::number::{self, Meaning, Number, is_little};
use super::shape::Key;
use packet_schema::Schema;
use packet_schema::model::{
    Action, Block, CodecResult, CompositeId, CompositeKind, Display, Expr, ExprId, Extent, Field, FieldId, Item, Match,
    Names, Type,
};
use proc_macro2::Ident;
use quote::format_ident;
use std::collections::{BTreeMap, BTreeSet};

/// The value of a composite.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The composite itself first, then its named arms.
    pub(super) scopes: Vec<Scope>,
    /// How each field is said.
    pub(super) slots: BTreeMap<FieldId, Slot>,
    /// Matches with named arms.
    pub(super) choices: BTreeMap<Key, Choice>,
    /// Fields by whose values arms are chosen, or others are there or not.
    pub(super) tags: BTreeSet<FieldId>,
    /// Texts by which arms are chosen.
    pub(super) words: BTreeSet<FieldId>,
}

/// A struct of a value.
#[derive(Debug)]
pub(super) struct Scope {
    /// Its Rust type.
    pub(super) name: String,
    /// Its fields.
    pub(super) members: Vec<Member>,
}

/// What stands in a struct of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Member {
    /// A field; of several in exclusive arms, the first.
    Field(FieldId),
    /// The named arm taken.
    Choice(Key),
}

/// A match with named arms.
#[derive(Debug)]
pub(super) struct Choice {
    /// The Rust type of the arm taken.
    pub(super) name: String,
    /// The field that holds it.
    pub(super) member: String,
    /// The scope that field is in.
    pub(super) owner: usize,
    /// The arms: which variant of the composite, and its scope.
    pub(super) arms: Vec<(u32, usize)>,
    /// The member that holds what the arm leaves of its region, where it has one.
    pub(super) padding: Option<Ident>,
}

/// How a field is said.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    /// The scope it is in.
    pub(super) scope: usize,
    /// Its name there.
    pub(super) name: Ident,
    /// What it is.
    pub(super) form: Form,
    /// Nothing need be said of it.
    pub(super) free: bool,
    /// It may not be there.
    pub(super) optional: bool,
    /// The member that holds what the field leaves of its region, where it has one.
    pub(super) padding: Option<Ident>,
    /// The member that says the length or count in front of it, where there is one.
    pub(super) prefix: Option<Ident>,
}

/// What a field is for a builder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A number of so many bits.
    Number(Meaning, u32),
    /// A number of as many bits as the expression says.
    Wide(ExprId),
    /// A number in the form of a codec.
    Coded(CompositeId, Number),
    /// A name, or bytes, in the form of a codec.
    Name(CompositeId),
    /// A list of such.
    Names(CompositeId),
    /// So many bytes.
    Array(u32),
    /// A MAC address.
    Mac,
    /// An address of IPv6.
    Ipv6,
    /// Bytes.
    Bytes,
    /// A struct.
    Struct(CompositeId),
    /// A list of structs.
    Structs(CompositeId),
    /// A list of numbers.
    Numbers(Meaning, u32, bool),
    /// A list of bytes.
    Chunks,
    /// A list of arrays.
    Arrays(u32),
    /// A list of addresses of IPv6.
    Addresses,
    /// What stands upon the layer.
    Payload,
}

impl Form {
    /// Whether it is a list.
    pub(super) fn is_list(&self) -> bool {
        matches!(
            self,
            Self::Structs(_) | Self::Numbers(..) | Self::Names(_) | Self::Chunks | Self::Arrays(_) | Self::Addresses
        )
    }
}

impl Slot {
    /// Whether it may be forged by bytes of any number.
    pub(super) fn is_wrapped(&self) -> bool {
        self.free && !matches!(self.form, Form::Number(..) | Form::Array(_) | Form::Mac | Form::Ipv6)
    }
}

/// Plans the value of a composite; else, which field has no form.
///
/// The names of its types end with `suffix`.
pub(super) fn plan(schema: &Schema, id: CompositeId, suffix: &'static str) -> Result<Plan, String> {
    let composite = &schema[id];
    let name = format!("{}{suffix}", camel(&composite.name));
    let mut planner = Planner { schema, id, suffix, plan: Plan::default(), scope: 0, region: false };
    planner.plan.scopes.push(Scope { name, members: Vec::new() });
    tags_of(schema, &composite.body, &mut planner.plan.tags);
    words_of(schema, &composite.body, &mut planner.plan.words);
    planner.block(&composite.body, false)?;
    Ok(planner.plan)
}

struct Planner<'s> {
    schema: &'s Schema,
    id: CompositeId,
    suffix: &'static str,
    plan: Plan,
    scope: usize,
    /// What is planned has a region of its own within the composite.
    region: bool,
}

impl<'s> Planner<'s> {
    fn block(&mut self, block: &'s Block, optional: bool) -> Result<(), String> {
        block.items.iter().try_for_each(|item| self.item(item, optional))
    }

    fn item(&mut self, item: &'s Item, optional: bool) -> Result<(), String> {
        match item {
            Item::Run(run) => run.fields.iter().try_for_each(|&field| self.field(field, optional)),
            Item::Container { fields, .. } => fields.iter().try_for_each(|&field| self.field(field, optional)),
            Item::Field(field) => self.field(*field, optional),
            Item::Match(choice) => self.choice(choice),
            Item::If { then, otherwise, .. } => {
                self.block(then, true)?;
                self.block(otherwise, true)
            }
            Item::Expect(_) | Item::Align { .. } => Ok(()),
            Item::Repeat { .. } | Item::Jump { .. } | Item::Emit(_) | Item::Yields(_) => Err("a codec".to_owned()),
        }
    }

    fn choice(&mut self, choice: &'s Match) -> Result<(), String> {
        let key = Key::of_match(choice);
        let named = |arm: &packet_schema::model::Arm| matches!(arm.action, Action::Read(Some(_), _));
        if choice.within.is_some() && !choice.arms.iter().any(named) {
            return Err("a match that has a region, and no named arm".to_owned());
        }
        for arm in &choice.arms {
            match &arm.action {
                Action::Read(None, block) => self.block(block, true)?,
                Action::Read(Some(variant), block) => {
                    if !self.plan.choices.contains_key(&key) {
                        self.new_choice(key, choice.within.is_some());
                    }
                    self.named_arm(key, *variant, block)?;
                }
                Action::Stop | Action::Reject(_) => {}
            }
        }
        Ok(())
    }

    fn new_choice(&mut self, key: Key, region: bool) {
        let owner = self.scope;
        let taken = self.plan.choices.values().filter(|choice| choice.owner == owner).count();
        let suffix = if taken == 0 { String::new() } else { (taken + 1).to_string() };
        let scope = &mut self.plan.scopes[owner];
        let name = format!("{}Variant{suffix}", scope.name);
        let member = self.free_name(owner, &format!("{}{suffix}", if owner == 0 { "variant" } else { "form" }));
        self.plan.scopes[owner].members.push(Member::Choice(key));
        let padding = region.then(|| ident(&self.free_name(owner, "padding")));
        self.plan.choices.insert(key, Choice { name, member, owner, arms: Vec::new(), padding });
    }

    fn named_arm(&mut self, key: Key, variant: u32, block: &'s Block) -> Result<(), String> {
        let composite = &self.schema[self.id];
        let arm = composite.variants.get(variant as usize).map_or("Arm", |variant| variant.name.as_str());
        let base = format!("{}{}{}", camel(&composite.name), camel(arm), self.suffix);
        let taken = |name: &str| self.plan.scopes.iter().any(|scope| scope.name == name);
        let numbered = (2..).map(|count| format!("{base}{count}"));
        let name = std::iter::once(base.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or_default();
        let region = self.region;
        self.region |= self.plan.choices.get(&key).is_some_and(|choice| choice.padding.is_some());
        let outer = std::mem::replace(&mut self.scope, self.plan.scopes.len());
        let scope = self.scope;
        self.plan.scopes.push(Scope { name, members: Vec::new() });
        if let Some(choice) = self.plan.choices.get_mut(&key) {
            choice.arms.push((variant, scope));
        }
        self.block(block, false)?;
        (self.scope, self.region) = (outer, region);
        Ok(())
    }

    fn field(&mut self, id: FieldId, optional: bool) -> Result<(), String> {
        let field = &self.schema[id];
        let name = field.name.as_deref().unwrap_or("reserved");
        let optional = optional || field.condition.is_some() && !field.opaque_otherwise;
        let is_layer = matches!(self.schema[self.id].kind, CompositeKind::Layer(_));
        let form = form(self.schema, field).ok_or_else(|| format!("`{name}`"))?;
        // Of a struct, what stands upon it is bytes, and so is what stands behind the payload.
        let bytes = form == Form::Payload && (!is_layer || field.trailing);
        let form = if bytes { Form::Bytes } else { form };
        let free = self.is_free(id, field, &form, optional);
        let scope = self.scope;
        if form == Form::Payload {
            let name = ident(name);
            let slot = Slot { scope, name, form, free: false, optional, padding: None, prefix: None };
            self.plan.slots.insert(id, slot);
            return Ok(());
        }
        // Fields by one name in exclusive arms are one field of the value, where they are alike.
        let alike = self.plan.slots.iter().find(|(other, slot)| {
            let same = self.schema[**other].name == field.name && field.name.is_some();
            same && slot.scope == self.scope && slot.optional && optional && slot.form == form && slot.free == free
        });
        if let Some((_, slot)) = alike {
            let slot = slot.clone();
            self.plan.slots.insert(id, slot);
            return Ok(());
        }
        let said = self.free_name(scope, name);
        let padding = match (&form, field.within) {
            (Form::Number(..) | Form::Wide(_) | Form::Coded(..), Some(_)) => {
                return Err(format!("`{name}`, a number that has a region"));
            }
            (Form::Bytes, _) | (_, None) => None,
            _ => Some(ident(&self.free_name(scope, &format!("{said}_padding")))),
        };
        // What a list leaves is kept where no region around it keeps it.
        let told = match extent_of(&field.ty) {
            Some(Extent::PrefixBytes(_)) => form.is_list(),
            Some(Extent::ToEnd) => form.is_list() && !self.region,
            _ => false,
        };
        let padding = padding.or_else(|| {
            let aligned = field.align.filter(|_| !matches!(form, Form::Number(..)));
            (aligned.is_some() || told).then(|| ident(&self.free_name(scope, &format!("{said}_padding"))))
        });
        let prefix = prefix_of(field).map(|_| ident(&self.free_name(scope, &format!("{said}_prefix"))));
        self.plan.slots.insert(id, Slot { scope, name: ident(&said), form, free, optional, padding, prefix });
        self.plan.scopes[scope].members.push(Member::Field(id));
        Ok(())
    }

    fn is_free(&self, id: FieldId, field: &Field, form: &Form, optional: bool) -> bool {
        let closed = matches!(field.ty, Type::Uint { names: Names::Enum(names), .. } if self.schema[names].closed);
        let literal = field.default.is_none_or(|default| matches!(self.schema[default], Expr::Int(_) | Expr::Bool(_)));
        let random = field.default.is_some_and(|default| matches!(self.schema[default], Expr::Random));
        match form {
            Form::Number(..) => {
                let derived = field.auto.is_some() || field.constant.is_some() || !literal;
                optional || derived || closed || !field.wheres.is_empty() || self.plan.tags.contains(&id)
            }
            Form::Array(_) | Form::Mac | Form::Ipv6 => optional || field.constant.is_some() || random,
            Form::Coded(..) | Form::Name(_) => true,
            Form::Struct(_) => optional || field.within.is_some(),
            Form::Payload | Form::Wide(_) => false,
            _ => {
                let derived = field.auto.is_some() || field.constant.is_some();
                derived || self.plan.words.contains(&id) || optional && prefix_of(field).is_some()
            }
        }
    }

    fn free_name(&self, scope: usize, base: &str) -> String {
        let taken = |name: &str| {
            let name = ident(name);
            let fields = self.plan.slots.values().filter(|slot| slot.scope == scope).any(|slot| {
                slot.name == name || slot.padding.as_ref() == Some(&name) || slot.prefix.as_ref() == Some(&name)
            });
            let name = &name.to_string();
            fields
                || self.plan.choices.values().any(|choice| {
                    let padding = choice.padding.as_ref().is_some_and(|padding| padding == name);
                    choice.owner == scope && (choice.member == *name || padding)
                })
        };
        let numbered = (2..).map(|count| format!("{base}_{count}"));
        std::iter::once(base.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }
}

/// What a field is for a builder.
fn form(schema: &Schema, field: &Field) -> Option<Form> {
    if let Some((meaning, bits)) = number::meaning(field) {
        return Some(Form::Number(meaning, bits));
    }
    match &field.ty {
        Type::UintOf { bits } => Some(Form::Wide(*bits)),
        Type::Codec(codec, _) => Some(match codec_number(schema, *codec) {
            Some(number) => Form::Coded(*codec, number),
            None => Form::Name(*codec),
        }),
        Type::Bytes(Extent::Count(count)) | Type::Text(_, Extent::Count(count)) => {
            Some(fixed_bytes(schema, *count, field.display).unwrap_or(Form::Bytes))
        }
        Type::Bytes(_) | Type::Text(..) => Some(Form::Bytes),
        Type::Struct(id, _) => Some(Form::Struct(*id)),
        Type::List(element, _) => list_form(schema, element, field),
        Type::Next(_) => Some(Form::Payload),
        _ => None,
    }
}

fn fixed_bytes(schema: &Schema, count: ExprId, display: Display) -> Option<Form> {
    let Expr::Int(count) = schema[count] else { return None };
    Some(match (count, display) {
        (6, Display::Mac) => Form::Mac,
        (16, Display::Ipv6) => Form::Ipv6,
        (count, _) => Form::Array(u32::try_from(count).ok()?),
    })
}

fn list_form(schema: &Schema, element: &Type, field: &Field) -> Option<Form> {
    match element {
        Type::Struct(id, _) => Some(Form::Structs(*id)),
        Type::Codec(codec, _) => codec_number(schema, *codec).is_none().then_some(Form::Names(*codec)),
        Type::Bytes(Extent::Count(count)) => Some(match fixed_bytes(schema, *count, field.display) {
            Some(Form::Ipv6) => Form::Addresses,
            Some(Form::Array(length)) => Form::Arrays(length),
            Some(Form::Mac) => Form::Arrays(6),
            _ => Form::Chunks,
        }),
        Type::Bytes(_) | Type::Text(..) => Some(Form::Chunks),
        _ => {
            let (meaning, bits) = number::of_type(element, field.display, 1)?;
            Some(Form::Numbers(meaning, bits, is_little(element)))
        }
    }
}

/// The number that a codec yields.
pub(super) fn codec_number(schema: &Schema, id: CompositeId) -> Option<Number> {
    match &schema[id].kind {
        CompositeKind::Codec(codec) => match codec.result {
            CodecResult::Uint(bits) => Some(Number::of_bits(bits)),
            CodecResult::Name | CodecResult::Bytes => None,
        },
        CompositeKind::Layer(_) | CompositeKind::Struct => None,
    }
}

/// How far a field reaches.
pub(super) fn extent_of(ty: &Type) -> Option<&Extent> {
    match ty {
        Type::Bytes(extent) | Type::Text(_, extent) | Type::List(_, extent) => Some(extent),
        _ => None,
    }
}

/// The length or count that stands in front of a field.
pub(super) fn prefix_of(field: &Field) -> Option<&Type> {
    match extent_of(&field.ty) {
        Some(Extent::PrefixBytes(prefix) | Extent::PrefixItems(prefix)) => Some(prefix),
        _ => None,
    }
}

/// The number of that length or count, and whether it has forms of its own.
pub(super) fn prefix_number(schema: &Schema, field: &Field) -> Option<(Number, bool)> {
    match prefix_of(field)? {
        Type::Uint { bits, .. } => Some((Number::of_bits(*bits), false)),
        Type::Codec(codec, _) => codec_number(schema, *codec).map(|number| (number, true)),
        _ => None,
    }
}

/// The fields by which arms are chosen, or other fields are there or not.
fn tags_of(schema: &Schema, block: &Block, found: &mut BTreeSet<FieldId>) {
    for item in &block.items {
        match item {
            Item::Match(choice) => {
                fields_of(schema, choice.on, found);
                for arm in &choice.arms {
                    if let Action::Read(_, block) = &arm.action {
                        tags_of(schema, block, found);
                    }
                }
            }
            Item::If { condition, then, otherwise } => {
                // Builders do not ask for elements: they go by what is said.
                if !schema.asks_elements(*condition) {
                    fields_of(schema, *condition, found);
                }
                tags_of(schema, then, found);
                tags_of(schema, otherwise, found);
            }
            Item::Field(id) => {
                let field = &schema[*id];
                if let Some(condition) = field.condition.filter(|_| !field.opaque_otherwise) {
                    fields_of(schema, condition, found);
                }
            }
            Item::Run(_) | Item::Container { .. } | Item::Expect(_) | Item::Align { .. } => {}
            Item::Repeat { .. } | Item::Jump { .. } | Item::Emit(_) | Item::Yields(_) => {}
        }
    }
}

/// The texts by which arms are chosen.
fn words_of(schema: &Schema, block: &Block, found: &mut BTreeSet<FieldId>) {
    for item in &block.items {
        match item {
            Item::Match(choice) => {
                if let Expr::Word { of, .. } = schema[choice.on] {
                    fields_of(schema, of, found);
                }
                for arm in &choice.arms {
                    if let Action::Read(_, block) = &arm.action {
                        words_of(schema, block, found);
                    }
                }
            }
            Item::If { then, otherwise, .. } => {
                words_of(schema, then, found);
                words_of(schema, otherwise, found);
            }
            _ => {}
        }
    }
}

fn fields_of(schema: &Schema, id: ExprId, found: &mut BTreeSet<FieldId>) {
    let expr = &schema[id];
    if let Expr::Field(fields) = expr {
        found.extend(fields.iter().copied());
    }
    expr.children().into_iter().for_each(|child| fields_of(schema, child, found));
}

/// The local in which the value of a named arm is held.
pub(super) fn arm_ident(scope: usize) -> Ident {
    format_ident!("arm_{scope}")
}
