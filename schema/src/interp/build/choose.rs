//! Which arms a sparse value takes, and what follows for the tags that choose them.

use super::field::MAX_DEPTH;
use crate::interp::{CompositeValue, Data, Element, FieldValue, Part};
use crate::model::{Action, Arm, Block, CompositeId, Expr, ExprId, FieldId, Item, Match, Next, Schema, Type};
use crate::tree::{BinaryOp, UnaryOp};

/// A named arm outweighs any number of fields that arms may share by name.
const NAMED: u64 = 1 << 32;

/// How much of a block a value speaks of: 0 nothing.
pub(super) fn mentions(schema: &Schema, block: &Block, body: &CompositeValue) -> u64 {
    let items = block.items.iter().map(|item| match item {
        Item::Run(run) => given(body, &run.fields),
        Item::Field(field) => given(body, &[*field]),
        Item::Container { fields, .. } => given(body, fields),
        Item::Match(choice) => best_arm(schema, choice, body).map_or(0, |(_, weight)| weight),
        Item::If { then, otherwise, .. } => mentions(schema, then, body).max(mentions(schema, otherwise, body)),
        Item::Expect(_)
        | Item::Align { .. }
        | Item::Repeat { .. }
        | Item::Jump { .. }
        | Item::Emit(_)
        | Item::Yields(_) => 0,
    });
    items.sum()
}

fn given(body: &CompositeValue, fields: &[FieldId]) -> u64 {
    fields.iter().filter(|&&field| body.field(field).is_some()).count() as u64
}

/// How much an arm is spoken of.
pub(super) fn weight(schema: &Schema, arm: &Arm, body: &CompositeValue) -> u64 {
    match &arm.action {
        Action::Read(variant, block) => {
            let named = variant.is_some_and(|variant| body.variants().any(|taken| taken == variant));
            mentions(schema, block, body) + if named { NAMED } else { 0 }
        }
        Action::Stop | Action::Reject(_) => 0,
    }
}

/// The arm that is spoken of most, the first of several; `None` where a value speaks of none.
pub(super) fn best_arm<'a>(schema: &Schema, choice: &'a Match, body: &CompositeValue) -> Option<(&'a Arm, u64)> {
    let mut best: Option<(&Arm, u64)> = None;
    for arm in &choice.arms {
        let weight = weight(schema, arm, body);
        if weight > best.map_or(0, |(_, most)| most) {
            best = Some((arm, weight));
        }
    }
    best
}

/// Whether a value is one of an arm's tags; guards left out.
pub(super) fn has_tag(arm: &Arm, value: i128) -> bool {
    arm.tags.is_empty() || arm.tags.iter().any(|&(low, high)| low <= value && value <= high)
}

/// Bits that fields of a composite, and its parameters, must have for the arms that its value speaks of.
#[derive(Debug, Default)]
pub(super) struct Inferred {
    /// Field, which of its bits, and their value.
    fields: Vec<(FieldId, u128, u128)>,
    params: Vec<(u32, u128)>,
    /// Fields that are a word, by the expression that says which.
    words: Vec<(FieldId, ExprId, u128)>,
    /// How many structs enclose this one.
    depth: u32,
}

impl Inferred {
    /// What follows for a composite from what is said of it.
    pub(super) fn of(schema: &Schema, body: &CompositeValue) -> Self {
        Self::within(schema, body, 0)
    }

    fn within(schema: &Schema, body: &CompositeValue, depth: u32) -> Self {
        let mut inferred = Self { depth, ..Self::default() };
        inferred.block(schema, &schema[body.composite].body, body);
        inferred
    }

    /// The key that leads to the layer above, where no key was said that does.
    pub(super) fn key(&mut self, schema: &Schema, body: &CompositeValue, above: CompositeId) {
        for &field in &schema[body.composite].fields {
            let Type::Next(Next::From { table, keys, .. }) = &schema[field].ty else { continue };
            let leads = |&key: &ExprId| {
                let Expr::Field(fields) = &schema[key] else { return false };
                let said = fields.iter().find_map(|&field| match body.field(field)? {
                    FieldValue::Set(Data::Uint(said)) => Some(*said),
                    FieldValue::Set(_) | FieldValue::Auto | FieldValue::Raw(_) => None,
                });
                said.is_some_and(|said| schema[*table].rows_of(said).any(|row| row.layer == above))
            };
            let key = schema[*table].keys_of(above).next().and_then(|key| i128::try_from(key).ok());
            if let (Some(&first), Some(key), false) = (keys.first(), key, keys.iter().any(leads)) {
                self.equal(schema, first, key, body);
            }
        }
    }

    /// The number that follows for a field.
    pub(super) fn field(&self, field: FieldId) -> Option<u128> {
        let mut bits = self.fields.iter().filter(|(id, ..)| *id == field).peekable();
        bits.peek()?;
        Some(bits.fold(0, |value, (_, mask, part)| value & !mask | part & mask))
    }

    /// The text that follows for a field.
    pub(super) fn word<'s>(&self, schema: &'s Schema, field: FieldId) -> Option<&'s str> {
        let (_, expr, number) = self.words.iter().rev().find(|(id, ..)| *id == field)?;
        match &schema[*expr] {
            Expr::Word { words, .. } => words.get(usize::try_from(*number).ok()?).map(|word| &**word),
            _ => None,
        }
    }

    fn block(&mut self, schema: &Schema, block: &Block, body: &CompositeValue) {
        for item in &block.items {
            match item {
                Item::Run(run) => self.each(schema, &run.fields, body),
                Item::Field(field) => self.each(schema, &[*field], body),
                Item::Container { fields, .. } => self.each(schema, fields, body),
                Item::Match(choice) => {
                    let Some((arm, _)) = best_arm(schema, choice, body) else { continue };
                    if let Some(&(tag, _)) = arm.tags.first() {
                        self.equal(schema, choice.on, tag, body);
                    }
                    if let Action::Read(_, block) = &arm.action {
                        self.block(schema, block, body);
                    }
                }
                Item::If { condition, then, otherwise } => {
                    let (yes, no) = (mentions(schema, then, body), mentions(schema, otherwise, body));
                    if yes > no {
                        self.holds(schema, *condition, true, body);
                        self.block(schema, then, body);
                    } else if no > 0 {
                        self.holds(schema, *condition, false, body);
                        self.block(schema, otherwise, body);
                    }
                }
                Item::Expect(_)
                | Item::Align { .. }
                | Item::Repeat { .. }
                | Item::Jump { .. }
                | Item::Emit(_)
                | Item::Yields(_) => {}
            }
        }
    }

    /// What given fields ask for: their condition, and the arguments of structs whose arms are told by a parameter.
    fn each(&mut self, schema: &Schema, fields: &[FieldId], body: &CompositeValue) {
        for &id in fields {
            let (field, Some(given)) = (&schema[id], body.field(id)) else { continue };
            if let Some(condition) = field.condition.filter(|_| !field.opaque_otherwise) {
                self.holds(schema, condition, true, body);
            }
            let FieldValue::Set(data) = given else { continue };
            match (&field.ty, data) {
                (Type::Struct(_, args), Data::Composite(inner)) => self.arguments(schema, args, inner, body),
                (Type::List(element, _), Data::List(elements)) => {
                    let Type::Struct(_, args) = element.as_ref() else { continue };
                    let inner = elements.iter().find_map(|element| match element {
                        Element::Value(FieldValue::Set(Data::Composite(inner))) => Some(inner),
                        Element::Value(_) | Element::Spoiled(_) => None,
                    });
                    if let Some(inner) = inner {
                        self.arguments(schema, args, inner, body);
                    }
                }
                _ => {}
            }
        }
    }

    fn arguments(&mut self, schema: &Schema, args: &[ExprId], inner: &CompositeValue, body: &CompositeValue) {
        if args.is_empty() || inner.whole || self.depth >= MAX_DEPTH {
            return;
        }
        for (param, value) in Self::within(schema, inner, self.depth + 1).params {
            if let (Some(&argument), Ok(value)) = (args.get(param as usize), i128::try_from(value)) {
                self.equal(schema, argument, value, body);
            }
        }
    }

    /// An expression must have a value.
    fn equal(&mut self, schema: &Schema, expr: ExprId, value: i128, body: &CompositeValue) {
        let Ok(number) = u128::try_from(value) else { return };
        match &schema[expr] {
            Expr::Field(fields) => {
                for &field in fields {
                    self.say(schema, field, u128::MAX, number, body);
                }
            }
            Expr::Word { of, .. } => {
                if let Expr::Field(fields) = &schema[*of] {
                    let free = fields.iter().filter(|field| is_free(schema, **field, body));
                    self.words.extend(free.map(|field| (*field, expr, number)));
                }
            }
            Expr::Bits { of, shift, bits, .. } => {
                if let Expr::Field(fields) = &schema[*of] {
                    let mask =
                        u128::MAX.checked_shr(128_u32.saturating_sub(*bits)).unwrap_or_default() << shift.min(&127);
                    for &field in fields {
                        self.say(schema, field, mask, number << shift.min(&127), body);
                    }
                }
            }
            Expr::Param(param) => {
                self.params.retain(|(known, _)| known != param);
                self.params.push((*param, number));
            }
            _ => {}
        }
    }

    /// A condition must hold, or must not.
    fn holds(&mut self, schema: &Schema, condition: ExprId, wanted: bool, body: &CompositeValue) {
        match &schema[condition] {
            Expr::Field(_) | Expr::Bits { .. } | Expr::Param(_) => {
                self.equal(schema, condition, i128::from(wanted), body);
            }
            Expr::Unary(UnaryOp::Not, of) => self.holds(schema, *of, !wanted, body),
            Expr::Binary(BinaryOp::And, left, right) if wanted => {
                self.holds(schema, *left, true, body);
                self.holds(schema, *right, true, body);
            }
            Expr::Binary(BinaryOp::Eq, left, right) if wanted => {
                if let Expr::Int(value) = schema[*right] {
                    self.equal(schema, *left, value, body);
                }
            }
            Expr::Binary(BinaryOp::Ne, left, right) if !wanted => {
                if let Expr::Int(value) = schema[*right] {
                    self.equal(schema, *left, value, body);
                }
            }
            _ => {}
        }
    }

    /// What somebody set, or what is derived, is not inferred.
    fn say(&mut self, schema: &Schema, field: FieldId, mask: u128, value: u128, body: &CompositeValue) {
        if is_free(schema, field, body) {
            self.fields.push((field, mask, value));
        }
    }
}

/// Whether nobody has said what a field is.
fn is_free(schema: &Schema, field: FieldId, body: &CompositeValue) -> bool {
    let said = matches!(body.field(field), Some(FieldValue::Set(_) | FieldValue::Raw(_)));
    let known = &schema[field];
    !said && known.auto.is_none() && known.constant.is_none()
}

/// The payload field, among several in exclusive arms, that can hold a layer.
pub(super) fn payload_for(schema: &Schema, fields: &[FieldId], layer: CompositeId) -> Option<FieldId> {
    let holds = |field: &FieldId| match &schema[*field].ty {
        Type::Next(Next::Is(only)) => *only == layer,
        Type::Next(Next::From { table, .. }) => schema[*table].keys_of(layer).next().is_some(),
        _ => false,
    };
    fields.iter().copied().find(holds)
}

/// Whether a block, its arms included, has a field.
pub(super) fn contains(block: &Block, field: FieldId) -> bool {
    block.items.iter().any(|item| match item {
        Item::Run(run) => run.fields.contains(&field),
        Item::Field(id) => *id == field,
        Item::Container { fields, .. } => fields.contains(&field),
        Item::Match(choice) => choice.arms.iter().any(|arm| match &arm.action {
            Action::Read(_, block) => contains(block, field),
            Action::Stop | Action::Reject(_) => false,
        }),
        Item::If { then, otherwise, .. } => contains(then, field) || contains(otherwise, field),
        Item::Expect(_)
        | Item::Align { .. }
        | Item::Repeat { .. }
        | Item::Jump { .. }
        | Item::Emit(_)
        | Item::Yields(_) => false,
    })
}

/// The container that a field shares with others: its width, and its fields.
pub(in crate::interp) fn container_of(block: &Block, field: FieldId) -> Option<(u32, &[FieldId])> {
    block.items.iter().find_map(|item| match item {
        Item::Container { bits, fields } if fields.contains(&field) => Some((*bits, fields.as_slice())),
        Item::Match(choice) => choice.arms.iter().find_map(|arm| match &arm.action {
            Action::Read(_, block) => container_of(block, field),
            Action::Stop | Action::Reject(_) => None,
        }),
        Item::If { then, otherwise, .. } => container_of(then, field).or_else(|| container_of(otherwise, field)),
        Item::Repeat { body, .. } => container_of(body, field),
        Item::Run(_)
        | Item::Field(_)
        | Item::Container { .. }
        | Item::Expect(_)
        | Item::Align { .. }
        | Item::Jump { .. }
        | Item::Emit(_)
        | Item::Yields(_) => None,
    })
}

/// Fields of which something is said by name, none of which was placed: they stand in arms that were not taken.
pub(super) fn left_out(schema: &Schema, body: &CompositeValue, placed: &[FieldId]) -> Option<FieldId> {
    body.parts.iter().find_map(|part| match part {
        Part::Field(field, _) => {
            let name = &schema[*field].name;
            let there = placed.iter().any(|other| other == field || name.is_some() && schema[*other].name == *name);
            (!there).then_some(*field)
        }
        Part::Variant(_) | Part::End | Part::Padding(..) | Part::Spoiled(..) => None,
    })
}
