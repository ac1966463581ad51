//! Packets made up from their definition: valid ones, and ones with a single fault that has a name.
//!
//! A [`Sampler`] makes up values item by item: tags for arms, elements for lists, numbers that the checks allow; a builder
//! derives lengths, keys and checksums; and a reader confirms that nothing is wrong with the packet. So a packet that a
//! sampler calls valid is one that the interpreter finds valid, whatever the definition is.

mod change;
mod choices;
mod fault;
mod finding;
mod flaw;
mod interest;
mod judge;
mod known;
mod make;
mod mutate;
mod number;
mod route;
mod value;
mod wanted;

pub use choices::Choices;
pub use fault::{Faults, Faulty};
pub use finding::Finding;
pub use flaw::{Flaw, composites_of, flaws};

use crate::interp::{Anomaly, AnomalyKind, BuildErrorKind, Builder, Dissection, PacketValue, ReadError, Reader};
use crate::model::{Action, Block, CompositeId, Expr, Extent, FieldId, Item, Match, Schema, Type};
use interest::{Interests, Pattern};
use make::{Carried, Make};
use route::Routes;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use wanted::Tag;

/// As often as a packet is made up until one is valid.
const TRIES: usize = 48;
/// How much there is of everything at first.
const SIZE: usize = 5;
/// Layers made up above the target.
const MOST_ABOVE: usize = 2;

/// Makes up packets that have a layer.
#[derive(Debug)]
pub struct Sampler<'s> {
    schema: &'s Schema,
    target: CompositeId,
    reader: Reader<'s>,
    interests: Interests,
    routes: Routes,
    /// The choices by a field's value.
    matches: HashMap<FieldId, Vec<&'s Match>>,
    /// Elements that lists must have.
    wanted: HashMap<FieldId, Vec<Tag>>,
    /// How often each value was chosen so far, where those chosen least are to be preferred.
    chosen: Option<Mutex<HashMap<(FieldId, Pattern), u32>>>,
}

/// A packet that was made up.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The layer that it begins with.
    pub start: CompositeId,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How the reader sees them.
    pub dissection: Dissection,
}

/// What packets that were not valid have taught.
#[derive(Debug, Default)]
struct Lesson {
    /// Fields that are left plain from now on.
    tame: HashSet<FieldId>,
    /// The last layer has no room for bytes.
    carries_nothing: bool,
}

impl<'s> Sampler<'s> {
    /// A sampler for packets that have that layer, or for a struct by itself.
    #[must_use]
    pub fn new(schema: &'s Schema, target: CompositeId) -> Self {
        let mut matches = HashMap::new();
        for composite in &schema.composites {
            find_matches(schema, &composite.body, &mut matches);
        }
        Self {
            schema,
            target,
            reader: Reader::new(schema),
            interests: Interests::new(schema),
            routes: Routes::new(schema, target),
            matches,
            wanted: wanted::wanted(schema),
            chosen: None,
        }
    }

    /// A sampler that prefers what it has not yet chosen: its packets depend on those made before.
    #[must_use]
    pub fn exploring(schema: &'s Schema, target: CompositeId) -> Self {
        Self { chosen: Some(Mutex::default()), ..Self::new(schema, target) }
    }

    /// With packets that all begin with a layer: with the target itself, or with one from which it can be reached.
    #[must_use]
    pub fn beginning_with(mut self, start: CompositeId) -> Self {
        self.routes.begin_with(start);
        self
    }

    /// The definitions.
    #[must_use]
    pub fn schema(&self) -> &'s Schema {
        self.schema
    }

    /// The layer that all packets have.
    #[must_use]
    pub fn target(&self) -> CompositeId {
        self.target
    }

    /// A packet in which nothing is wrong: it is read without an error and without an anomaly, and has the layer.
    ///
    /// `None` where none was found in so many tries; a definition may be such that there is none.
    pub fn valid(&self, choices: &mut Choices<'_>) -> Option<Sample> {
        self.attempts(choices, false)
    }

    /// A valid packet, which begins with the layer itself where it is to stand `alone`.
    fn attempts(&self, choices: &mut Choices<'_>, alone: bool) -> Option<Sample> {
        let mut lesson = Lesson::default();
        (0..TRIES).find_map(|tried| {
            let way = if alone { vec![self.target] } else { self.routes.way(choices) };
            self.attempt(choices, &mut lesson, SIZE.saturating_sub(tried / 8), &way)
        })
    }

    /// One packet; `None`, and what is to be left alone, where it is not valid.
    fn attempt(
        &self,
        choices: &mut Choices<'_>,
        lesson: &mut Lesson,
        size: usize,
        way: &[CompositeId],
    ) -> Option<Sample> {
        let (start, value) = self.value(choices, lesson, size, way);
        let built = match Builder::new(self.schema).seed(choices.number()).build(&value) {
            Ok(built) => built,
            Err(error) => {
                lesson.tame.extend(error.field);
                lesson.carries_nothing |= error.kind == BuildErrorKind::NoPayload;
                return None;
            }
        };
        let mut dissection = Dissection::default();
        self.reader.read(&mut dissection, start, &built.bytes, built.bytes.len());
        for error in &dissection.errors {
            self.tame_error(&dissection, error, &mut lesson.tame);
        }
        for anomaly in &dissection.anomalies {
            self.tame_anomaly(anomaly, &mut lesson.tame);
        }
        let stands = way.iter().zip(&dissection.layers).filter(|(wanted, found)| **wanted == found.composite).count();
        let valid = dissection.errors.is_empty() && dissection.anomalies.is_empty() && stands == way.len();
        valid.then_some(Sample { start, bytes: built.bytes, dissection })
    }

    /// One of the values of a field that decide something.
    fn pattern(&self, choices: &mut Choices<'_>, field: FieldId) -> Option<Pattern> {
        let patterns = self.interests.of(field);
        let one = *choices.one(patterns)?;
        let Some(chosen) = &self.chosen else { return Some(one) };
        let other = *choices.one(patterns)?;
        let mut chosen = chosen.lock().unwrap_or_else(PoisonError::into_inner);
        let count = |pattern: Pattern| chosen.get(&(field, pattern)).copied().unwrap_or_default();
        let one = if count(other) < count(one) { other } else { one };
        *chosen.entry((field, one)).or_default() += 1;
        Some(one)
    }

    fn value(
        &self,
        choices: &mut Choices<'_>,
        lesson: &Lesson,
        size: usize,
        way: &[CompositeId],
    ) -> (CompositeId, PacketValue) {
        let mut stack = way.to_vec();
        let mut at = self.target;
        for _ in 0..MOST_ABOVE {
            let above = self.routes.above_of(at);
            if !choices.once(1, 3) || above.is_empty() {
                break;
            }
            let Some(next) = choices.one(above) else { break };
            stack.push(*next);
            at = *next;
        }
        let mut value = PacketValue::default();
        for (index, layer) in stack.iter().enumerate() {
            let carried = match stack.get(index + 1) {
                Some(above) => Carried::Layer(*above),
                None => Carried::Bytes,
            };
            let calm = index + 1 < way.len();
            let mut make = Make {
                sampler: self,
                schema: self.schema,
                choices,
                tame: &lesson.tame,
                size,
                calm,
                depth: 0,
                tag: None,
            };
            let (body, ..) = make.composite(*layer, &[], carried);
            value.push(body);
        }
        if !lesson.carries_nothing && choices.once(1, 3) {
            let length = choices.below(size * 8 + 1);
            let bytes: Vec<u8> = (0..length).map(|_| choices.below(256) as u8).collect();
            value.push_bytes(&bytes);
        }
        (stack.first().copied().unwrap_or(self.target), value)
    }

    /// What an error is about is left alone from now on.
    fn tame_error(&self, dissection: &Dissection, error: &ReadError, tame: &mut HashSet<FieldId>) {
        tame.extend(error.field);
        let Some(node) = error.node.and_then(|node| dissection.nodes.get(node as usize)) else { return };
        if let crate::interp::NodeKind::Spoiled(field) = node.kind {
            tame.extend(field);
        }
    }

    fn tame_anomaly(&self, anomaly: &Anomaly, tame: &mut HashSet<FieldId>) {
        match anomaly.kind {
            AnomalyKind::Verify(field, _) | AnomalyKind::Constant(field) | AnomalyKind::Encoding(field) => {
                tame.insert(field);
            }
            AnomalyKind::Expect(composite, span) => {
                if let Some(expect) = crate::interp::words::find_expect(&self.schema[composite], span) {
                    self.tame_expr(expect.condition, tame);
                }
            }
            AnomalyKind::Truncated | AnomalyKind::Unclaimed => {}
        }
    }

    fn tame_expr(&self, id: crate::model::ExprId, tame: &mut HashSet<FieldId>) {
        let expr = &self.schema[id];
        tame.extend(expr.fields());
        for child in expr.children() {
            self.tame_expr(child, tame);
        }
    }
}

/// Finds every choice that is made by a field alone.
fn find_matches<'s>(schema: &'s Schema, block: &'s Block, found: &mut HashMap<FieldId, Vec<&'s Match>>) {
    for item in &block.items {
        match item {
            Item::Match(choice) => {
                if let Expr::Field(fields) = &schema[choice.on] {
                    for field in fields {
                        found.entry(*field).or_default().push(choice);
                    }
                }
                for arm in &choice.arms {
                    if let Action::Read(_, block) = &arm.action {
                        find_matches(schema, block, found);
                    }
                }
            }
            Item::If { then, otherwise, .. } => {
                find_matches(schema, then, found);
                find_matches(schema, otherwise, found);
            }
            Item::Run(_)
            | Item::Field(_)
            | Item::Container { .. }
            | Item::Expect(_)
            | Item::Align { .. }
            | Item::Repeat { .. }
            | Item::Jump { .. }
            | Item::Emit(_)
            | Item::Yields(_) => {}
        }
    }
}

/// How many bits a type has, where that is fixed by the type.
fn width_of(ty: &Type) -> Option<u32> {
    match ty {
        Type::Uint { bits, .. } | Type::Int { bits, .. } | Type::Float { bits, .. } => Some(*bits),
        Type::Bool => Some(1),
        Type::Bytes(Extent::Count(_)) => None,
        _ => None,
    }
}
