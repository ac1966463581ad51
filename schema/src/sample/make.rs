//! The value of a composite, made up item by item.

use super::Sampler;
use super::choices::Choices;
use super::interest::by_table;
use super::known::{Fact, It, Scope};
use super::wanted::Tag;
use crate::interp::{CompositeValue, Data, FieldValue, Part};
use crate::model::{Action, Arm, Block, CompositeId, Expr, ExprId, FieldId, Item, Match, Next, Schema, Table, Type};
use std::collections::{HashMap, HashSet};

/// As often as a composite is made up until what is known of its checks holds.
const TRIES: usize = 12;
/// Structs within each other.
pub(super) const DEEPEST: u32 = 8;

/// What stands upon a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carried {
    /// It is a struct, and carries nothing.
    Nothing,
    /// Bytes, or none.
    Bytes,
    Layer(CompositeId),
}

/// Makes up values.
pub(super) struct Make<'m, 's, 'c> {
    pub(super) sampler: &'m Sampler<'s>,
    pub(super) schema: &'s Schema,
    pub(super) choices: &'m mut Choices<'c>,
    /// Fields that made packets wrong, and are left plain from then on.
    pub(super) tame: &'m HashSet<FieldId>,
    /// How much there may be of everything.
    pub(super) size: usize,
    /// Nothing more is said than must be.
    pub(super) calm: bool,
    pub(super) depth: u32,
    /// What the next struct must be.
    pub(super) tag: Option<Tag>,
}

/// A composite that is made up.
pub(super) struct Making {
    pub(super) body: CompositeValue,
    pub(super) scope: Scope,
    carried: Carried,
    /// Numbers that are keys.
    keys: HashMap<FieldId, i128>,
    expects: Vec<ExprId>,
    /// What was chosen can't be.
    failed: bool,
}

impl<'s> Make<'_, 's, '_> {
    /// Makes up a composite: its value, what is known of it, and whether the list that it is in ends with it.
    pub(super) fn composite(
        &mut self,
        id: CompositeId,
        args: &[Option<i128>],
        carried: Carried,
    ) -> (CompositeValue, Scope, bool) {
        let (mut tried, tag) = (0, self.tag.take());
        loop {
            let mut making = Making {
                body: CompositeValue::new(id),
                scope: Scope::new(args.to_vec()),
                carried,
                keys: tag.into_iter().collect(),
                expects: Vec::new(),
                failed: false,
            };
            self.choose_keys(&mut making);
            let schema = self.schema;
            let stopped = self.block(&mut making, &schema[id].body);
            let fails = |expect: &ExprId| making.scope.truth(schema, *expect, It::Nothing) == Some(false);
            making.failed |= making.expects.iter().any(fails);
            tried += 1;
            if !making.failed || tried == TRIES {
                return (making.body, making.scope, stopped);
            }
        }
    }

    /// Fixes the numbers by which what is carried is found.
    fn choose_keys(&mut self, making: &mut Making) {
        let schema = self.schema;
        for &field in &schema[making.body.composite].fields {
            let Some((table, keys)) = by_table(schema, field) else { continue };
            let named = keys.iter().filter_map(|key| match &schema[*key] {
                Expr::Field(fields) => fields.first().copied(),
                _ => None,
            });
            let named: Vec<FieldId> = named.collect();
            match making.carried {
                Carried::Nothing => {}
                Carried::Bytes => {
                    for key in named {
                        let number = self.unused_key(&schema[table], key);
                        making.keys.insert(key, number);
                    }
                }
                Carried::Layer(layer) => {
                    let rows: Vec<_> = schema[table].rows.iter().filter(|row| row.layer == layer).collect();
                    let row = self.choices.below(rows.len());
                    let chosen = if self.choices.once(1, 4) { named.last() } else { named.first() };
                    if let (Some(row), Some(&key)) = (rows.get(row), chosen) {
                        let span = row.high.saturating_sub(row.low).min(u128::from(u32::MAX)) as usize;
                        let number = row.low + self.choices.below(span + 1) as u128;
                        for other in named {
                            let other_number = self.unused_key(&schema[table], other);
                            making.keys.insert(other, other_number);
                        }
                        making.keys.insert(key, number as i128);
                    }
                }
            }
        }
    }

    /// A key that leads to no layer.
    fn unused_key(&mut self, table: &Table, field: FieldId) -> i128 {
        let top = super::number::top(table.bits);
        for _ in 0..32 {
            let named = self.choices.one(self.sampler.interests.of(field)).map(|pattern| pattern.value);
            let key = match named {
                Some(named) if self.choices.once(1, 2) => named,
                _ => i128::from(self.choices.number()) & top,
            };
            if key >= 0 && table.rows_of(key as u128).next().is_none() {
                return key;
            }
        }
        (0..=top.min(1 << 16)).rev().find(|key| table.rows_of(*key as u128).next().is_none()).unwrap_or(top)
    }

    /// Goes through a block; whether a list ends here.
    fn block(&mut self, making: &mut Making, block: &'s Block) -> bool {
        for item in &block.items {
            let stopped = match item {
                Item::Run(run) => {
                    run.fields.iter().for_each(|field| self.field(making, *field));
                    false
                }
                Item::Container { fields, .. } => {
                    fields.iter().for_each(|field| self.field(making, *field));
                    false
                }
                Item::Field(field) => {
                    self.field(making, *field);
                    false
                }
                Item::Match(choice) => self.choice(making, choice),
                Item::If { condition, then, otherwise } => {
                    let holds = making.scope.truth(self.schema, *condition, It::Nothing);
                    let holds = holds.unwrap_or_else(|| self.choices.once(1, 2));
                    self.block(making, if holds { then } else { otherwise })
                }
                Item::Expect(expect) => {
                    making.expects.push(expect.condition);
                    false
                }
                Item::Align { .. } | Item::Repeat { .. } | Item::Jump { .. } | Item::Emit(_) | Item::Yields(_) => false,
            };
            if stopped {
                return true;
            }
        }
        false
    }

    fn choice(&mut self, making: &mut Making, choice: &'s Match) -> bool {
        let Some(arm) = self.arm(making, choice) else {
            making.failed = true;
            return false;
        };
        match &arm.action {
            Action::Read(variant, block) => {
                making.body.parts.extend(variant.map(Part::Variant));
                self.block(making, block)
            }
            Action::Stop => true,
            Action::Reject(_) => {
                making.failed = true;
                false
            }
        }
    }

    fn arm(&mut self, making: &Making, choice: &'s Match) -> Option<&'s Arm> {
        let holds =
            |arm: &Arm| arm.guard.is_none_or(|id| making.scope.truth(self.schema, id, It::Nothing) != Some(false));
        if let Some(tag) = making.scope.int(self.schema, choice.on, It::Nothing) {
            let fits =
                |arm: &&Arm| arm.tags.is_empty() || arm.tags.iter().any(|&(low, high)| low <= tag && tag <= high);
            return choice.arms.iter().filter(fits).find(|arm| holds(arm));
        }
        if let Carried::Layer(layer) = making.carried {
            let carries = |arm: &&Arm| match &arm.action {
                Action::Read(_, block) => can_carry(self.schema, block, layer),
                Action::Stop | Action::Reject(_) => false,
            };
            if let Some(arm) = choice.arms.iter().find(carries) {
                return Some(arm);
            }
        }
        let readable: Vec<&Arm> = choice.arms.iter().filter(|arm| matches!(arm.action, Action::Read(..))).collect();
        self.choices.one(&readable).copied()
    }

    /// Says what a field is, where it is there.
    fn field(&mut self, making: &mut Making, id: FieldId) {
        let known = &self.schema[id];
        if known.trailing && (matches!(known.ty, Type::Next(_)) || self.calm || !self.choices.once(1, 8)) {
            return;
        }
        if let Some(condition) = known.condition.filter(|_| !known.opaque_otherwise) {
            let holds = making.scope.truth(self.schema, condition, It::Nothing);
            if !holds.unwrap_or_else(|| !self.calm && self.choices.once(1, 2)) {
                return;
            }
        }
        let (value, fact) = self.said(making, id);
        making.body.parts.push(Part::Field(id, value));
        making.scope.fields.insert(id, fact);
    }

    fn said(&mut self, making: &mut Making, id: FieldId) -> (FieldValue, Fact) {
        let known = &self.schema[id];
        let number = |number| Fact { number, ..Fact::default() };
        if let Some(constant) = known.constant {
            return (FieldValue::Auto, number(making.scope.int(self.schema, constant, It::Nothing)));
        }
        let key = making.keys.get(&id).copied();
        if let Some(auto) = known.auto {
            return match (key, &self.schema[auto], making.carried) {
                (Some(key), Expr::KeyOf(_, None), Carried::Bytes) => {
                    let width = super::width_of(&known.ty).unwrap_or(128);
                    (FieldValue::Set(super::number::data_of(&known.ty, key, width)), number(Some(key)))
                }
                (Some(key), Expr::KeyOf(_, None), Carried::Layer(_)) => (FieldValue::Auto, number(Some(key))),
                _ => (FieldValue::Auto, Fact::default()),
            };
        }
        if let Some(key) = key {
            let width = super::width_of(&known.ty).unwrap_or(128);
            return (FieldValue::Set(super::number::data_of(&known.ty, key, width)), number(Some(key)));
        }
        let is_payload = matches!(known.ty, Type::Next(_)) && making.carried != Carried::Nothing;
        if is_payload {
            return (FieldValue::Auto, Fact::default());
        }
        let room = known.within.and_then(|within| making.scope.int(self.schema, within, It::Nothing));
        let (data, fact) = self.value(making, id, &known.ty, room.map(|bits| bits / 8));
        (FieldValue::Set(data), fact)
    }

    /// A struct as a value.
    pub(super) fn structure(&mut self, making: &Making, id: CompositeId, args: &[ExprId]) -> (Data, Fact, bool) {
        let args: Vec<_> = args.iter().map(|arg| making.scope.int(self.schema, *arg, It::Nothing)).collect();
        self.depth += 1;
        let (body, scope, stopped) = self.composite(id, &args, Carried::Nothing);
        self.depth -= 1;
        let fact = Fact { inner: Some(scope.into()), ..Fact::default() };
        (Data::Composite(body), fact, stopped)
    }
}

/// Whether a block has a payload that can hold a layer.
pub(super) fn can_carry(schema: &Schema, block: &Block, layer: CompositeId) -> bool {
    let holds = |field: FieldId| match &schema[field].ty {
        Type::Next(Next::Is(only)) => *only == layer,
        Type::Next(Next::From { table, .. }) => schema[*table].keys_of(layer).next().is_some(),
        _ => false,
    };
    block.items.iter().any(|item| match item {
        Item::Field(field) => holds(*field),
        Item::Match(choice) => choice.arms.iter().any(|arm| match &arm.action {
            Action::Read(_, block) => can_carry(schema, block, layer),
            Action::Stop | Action::Reject(_) => false,
        }),
        Item::If { then, otherwise, .. } => can_carry(schema, then, layer) || can_carry(schema, otherwise, layer),
        Item::Run(_)
        | Item::Container { .. }
        | Item::Expect(_)
        | Item::Align { .. }
        | Item::Repeat { .. }
        | Item::Jump { .. }
        | Item::Emit(_)
        | Item::Yields(_) => false,
    })
}
