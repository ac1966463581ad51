//! Which values of a field decide something: tags of arms, bounds of checks, bits of conditions, names.

use crate::model::{
    Action, Block, CompositeId, Expr, ExprId, Extent, FieldId, Item, Match, Names, Next, Schema, Type, Values,
};
use crate::tree::BinaryOp;
use std::collections::{HashMap, HashSet};

/// As often as what decides in a struct is handed on to those who use it.
const ROUNDS: usize = 4;

/// Some bits of a field, and a value for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Pattern {
    pub(super) shift: u32,
    pub(super) bits: u32,
    pub(super) value: i128,
}

/// What an expression is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Field(FieldId),
    Param(CompositeId, u32),
}

/// What is of interest in a schema.
#[derive(Clone, Debug, Default)]
pub(super) struct Interests {
    /// Values that decide something, by field.
    patterns: HashMap<Subject, Vec<Pattern>>,
    /// Fields that say how long something is.
    lengths: HashSet<FieldId>,
    /// Composites whose length is counted in units of so many bytes.
    units: HashMap<CompositeId, usize>,
    /// Texts that decide something, by field, and whether their case does not matter.
    words: HashMap<FieldId, Vec<(Box<str>, bool)>>,
}

impl Interests {
    pub(super) fn new(schema: &Schema) -> Self {
        let mut interests = Self::default();
        for (composite, id) in schema.composites.iter().zip(0..) {
            interests.block(schema, CompositeId(id), &composite.body);
        }
        for (field, id) in schema.fields.iter().zip(0..) {
            let id = FieldId(id);
            for (condition, _) in &field.wheres {
                interests.condition(schema, field.owner, *condition, Some(id));
            }
            let conditions = [field.condition, field.partial];
            for condition in conditions.into_iter().flatten() {
                interests.condition(schema, field.owner, condition, None);
            }
            interests.names(schema, id, &field.ty);
            if let Some(auto) = field.auto
                && let Expr::Binary(BinaryOp::Div, _, unit) = &schema[auto]
                && let Some(unit) = number(schema, *unit).and_then(|unit| usize::try_from(unit).ok())
            {
                interests.units.insert(field.owner, unit);
            }
            let extent = match &field.ty {
                Type::Bytes(extent) | Type::Text(_, extent) | Type::List(_, extent) => Some(extent),
                _ => None,
            };
            let count = extent.and_then(|extent| match extent {
                Extent::Count(count) => Some(*count),
                Extent::ToEnd | Extent::Until(_) | Extent::PrefixBytes(_) | Extent::PrefixItems(_) => None,
            });
            let width = match field.ty {
                Type::UintOf { bits } => Some(bits),
                _ => None,
            };
            for (condition, _) in &field.wheres {
                interests.words_in(schema, *condition, Some(id));
            }
            for length in [field.within, count, width].into_iter().flatten() {
                interests.length(schema, length);
            }
        }
        for id in 0..schema.exprs.len() as u32 {
            interests.word(schema, ExprId(id), None);
        }
        for _ in 0..ROUNDS {
            interests.hand_on(schema);
        }
        interests
    }

    /// The values of a field that decide something.
    pub(super) fn of(&self, field: FieldId) -> &[Pattern] {
        self.patterns.get(&Subject::Field(field)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The texts of a field that decide something.
    pub(super) fn words(&self, field: FieldId) -> &[(Box<str>, bool)] {
        self.words.get(&field).map(Vec::as_slice).unwrap_or_default()
    }

    /// The words that a part of a condition over `it` compares with.
    fn words_in(&mut self, schema: &Schema, id: ExprId, it: Option<FieldId>) {
        self.word(schema, id, it);
        for child in schema[id].children() {
            self.words_in(schema, child, it);
        }
    }

    fn word(&mut self, schema: &Schema, id: ExprId, it: Option<FieldId>) {
        let Expr::Word { of, words, nocase } = &schema[id] else { return };
        let fields: Vec<FieldId> = match &schema[*of] {
            Expr::Field(fields) | Expr::Member(_, fields) => fields.to_vec(),
            Expr::It => it.into_iter().collect(),
            _ => Vec::new(),
        };
        for field in fields {
            let known = self.words.entry(field).or_default();
            for word in words {
                if !known.iter().any(|(other, _)| other == word) {
                    known.push((word.clone(), *nocase));
                }
            }
        }
    }

    /// Whether a field says how long something is.
    pub(super) fn is_length(&self, field: FieldId) -> bool {
        self.lengths.contains(&field)
    }

    /// The unit in which a composite's length is counted, where it is not a byte.
    pub(super) fn unit(&self, composite: CompositeId) -> Option<usize> {
        self.units.get(&composite).copied().filter(|unit| (2..=64).contains(unit))
    }

    fn add(&mut self, subject: Subject, pattern: Pattern) {
        let known = self.patterns.entry(subject).or_default();
        if !known.contains(&pattern) {
            known.push(pattern);
        }
    }

    fn names(&mut self, schema: &Schema, field: FieldId, ty: &Type) {
        let Type::Uint { names, bits, .. } = ty else { return };
        match names {
            Names::Enum(id) => {
                for one in &schema[*id].enumerators {
                    if let Values::Range(low, high) = one.values {
                        for value in [low, high] {
                            let value = value as i128;
                            self.add(Subject::Field(field), Pattern { shift: 0, bits: *bits, value });
                        }
                    }
                }
            }
            Names::Flags(id) => {
                for flag in schema[*id].flags.iter().filter(|flag| flag.name.is_some()) {
                    let values = flag.names.into_iter().flat_map(|names| &schema[names].enumerators);
                    let values = values.filter_map(|one| match one.values {
                        Values::Range(low, _) => Some(low as i128),
                        Values::Matching(_) => None,
                    });
                    for value in values.chain([0, 1]) {
                        self.add(Subject::Field(field), Pattern { shift: flag.shift, bits: flag.bits, value });
                    }
                }
            }
            Names::None => {}
        }
    }

    fn block(&mut self, schema: &Schema, owner: CompositeId, block: &Block) {
        for item in &block.items {
            match item {
                Item::Match(choice) => self.choice(schema, owner, choice),
                Item::If { condition, then, otherwise } => {
                    self.condition(schema, owner, *condition, None);
                    self.block(schema, owner, then);
                    self.block(schema, owner, otherwise);
                }
                Item::Expect(expect) => self.condition(schema, owner, expect.condition, None),
                Item::Repeat { body, .. } => self.block(schema, owner, body),
                Item::Run(_)
                | Item::Field(_)
                | Item::Container { .. }
                | Item::Align { .. }
                | Item::Jump { .. }
                | Item::Emit(_)
                | Item::Yields(_) => {}
            }
        }
    }

    fn choice(&mut self, schema: &Schema, owner: CompositeId, choice: &Match) {
        if let Some(within) = choice.within {
            self.length(schema, within);
        }
        for arm in &choice.arms {
            for &(low, high) in &arm.tags {
                for value in [low, high] {
                    self.value(schema, owner, choice.on, None, value);
                }
            }
            if let Some(guard) = arm.guard {
                self.condition(schema, owner, guard, None);
            }
            if let Action::Read(_, block) = &arm.action {
                self.block(schema, owner, block);
            }
        }
    }

    /// Every comparison in a condition with a number; `it` is that field.
    fn condition(&mut self, schema: &Schema, owner: CompositeId, id: ExprId, it: Option<FieldId>) {
        match &schema[id] {
            Expr::Field(_) | Expr::Bits { boolean: true, .. } | Expr::Param(_) => {
                for value in [0, 1] {
                    self.value(schema, owner, id, it, value);
                }
            }
            Expr::Binary(op, left, right) if is_comparison(*op) => {
                for (side, other) in [(*left, *right), (*right, *left)] {
                    if let Some(value) = number(schema, other) {
                        for value in [value, value + 1, value - 1] {
                            self.value(schema, owner, side, it, value);
                        }
                    }
                }
            }
            Expr::InRange(value, from, to) => {
                for bound in [*from, *to].into_iter().filter_map(|bound| number(schema, bound)) {
                    for near in [bound, bound + 1, bound - 1] {
                        self.value(schema, owner, *value, it, near);
                    }
                }
            }
            Expr::InList(value, items) => {
                for item in items.iter().filter_map(|item| number(schema, *item)) {
                    self.value(schema, owner, *value, it, item);
                }
            }
            other => {
                for child in other.children() {
                    self.condition(schema, owner, child, it);
                }
            }
        }
    }

    /// A value of an expression: of the field that it is, or of whose bits it is made.
    fn value(&mut self, schema: &Schema, owner: CompositeId, id: ExprId, it: Option<FieldId>, value: i128) {
        let whole = |value| Pattern { shift: 0, bits: 128, value };
        match &schema[id] {
            Expr::Bits { of, shift, bits, .. } => {
                for subject in self.subjects(schema, owner, *of, it) {
                    self.add(subject, Pattern { shift: *shift, bits: *bits, value });
                }
            }
            Expr::Binary(BinaryOp::BitAnd, of, mask) => {
                if let Some(mask) = number(schema, *mask).filter(|mask| *mask > 0) {
                    let shift = mask.trailing_zeros();
                    for subject in self.subjects(schema, owner, *of, it) {
                        let bits = 128 - (mask >> shift).leading_zeros();
                        self.add(subject, Pattern { shift, bits, value: value >> shift });
                    }
                }
            }
            Expr::Binary(BinaryOp::Shr, of, by) => {
                if let Some(by) = number(schema, *by).and_then(|by| u32::try_from(by).ok()) {
                    for subject in self.subjects(schema, owner, *of, it) {
                        self.add(subject, Pattern { shift: by, bits: 64, value });
                    }
                }
            }
            _ => {
                for subject in self.subjects(schema, owner, id, it) {
                    self.add(subject, whole(value));
                }
            }
        }
    }

    fn subjects(&self, schema: &Schema, owner: CompositeId, id: ExprId, it: Option<FieldId>) -> Vec<Subject> {
        match &schema[id] {
            Expr::Field(fields) | Expr::Member(_, fields) => fields.iter().copied().map(Subject::Field).collect(),
            Expr::Param(index) => vec![Subject::Param(owner, *index)],
            Expr::It => it.into_iter().map(Subject::Field).collect(),
            Expr::Cond(_, yes, no) => {
                let mut both = self.subjects(schema, owner, *yes, it);
                both.extend(self.subjects(schema, owner, *no, it));
                both
            }
            Expr::Binary(BinaryOp::Add | BinaryOp::Rem, of, _) => self.subjects(schema, owner, *of, it),
            _ => Vec::new(),
        }
    }

    fn length(&mut self, schema: &Schema, id: ExprId) {
        if let Expr::Field(fields) = &schema[id] {
            self.lengths.extend(fields.iter().copied());
        }
        for child in schema[id].children() {
            self.length(schema, child);
        }
    }

    /// What decides in a struct decides in whoever gives it the argument.
    fn hand_on(&mut self, schema: &Schema) {
        for field in &schema.fields {
            let (composite, args) = match &field.ty {
                Type::Struct(composite, args) => (*composite, args),
                Type::List(element, _) => match element.as_ref() {
                    Type::Struct(composite, args) => (*composite, args),
                    _ => continue,
                },
                _ => continue,
            };
            for (arg, index) in args.iter().zip(0..) {
                let patterns = self.patterns.get(&Subject::Param(composite, index)).cloned().unwrap_or_default();
                for subject in self.subjects(schema, field.owner, *arg, None) {
                    for pattern in &patterns {
                        self.add(subject, *pattern);
                    }
                }
            }
        }
    }
}

fn is_comparison(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge)
}

fn number(schema: &Schema, id: ExprId) -> Option<i128> {
    match &schema[id] {
        Expr::Int(value) => Some(*value),
        Expr::Bool(value) => Some(i128::from(*value)),
        _ => None,
    }
}

/// The payload of a composite that can hold a layer by a table: the table and its keys.
pub(super) fn by_table(schema: &Schema, field: FieldId) -> Option<(crate::model::TableId, &[ExprId])> {
    match &schema[field].ty {
        Type::Next(Next::From { table, keys, .. }) => Some((*table, keys)),
        _ => None,
    }
}
