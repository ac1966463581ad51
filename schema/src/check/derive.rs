//! In which order a builder derives the `auto` fields of a composite.

use super::walk::{arm_block, composites, each, item_fields};
use crate::model::{Block, CompositeId, Expr, FieldId, Item, Schema};
use crate::{Code, Diagnostic};
use std::collections::HashMap;

/// Orders the derivations, those that read bytes last; reports those that wait for each other.
pub(super) fn run(schema: &mut Schema, found: &mut Vec<Diagnostic>) {
    for id in composites(schema) {
        let graph = Graph::of(schema, id);
        let (order, rest) = graph.order();
        if let Some(cycle) = graph.cycle(&rest) {
            found.push(report(schema, &cycle));
        }
        schema[id].derive_order = order;
    }
}

/// Which choice, and which of its arms: from the outermost to the innermost.
type Branch = Vec<(usize, usize)>;

/// A derived field, and what it waits for.
struct Derived {
    field: FieldId,
    /// Positions in the graph.
    waits: Vec<usize>,
    reads_bytes: bool,
}

struct Graph {
    derived: Vec<Derived>,
}

impl Graph {
    fn of(schema: &Schema, id: CompositeId) -> Self {
        let fields: Vec<_> = schema[id].fields.iter().copied().filter(|f| schema[*f].auto.is_some()).collect();
        let mut branches = HashMap::new();
        branch(&schema[id].body, &mut Vec::new(), &mut 0, &mut branches);
        let derived = fields.iter().map(|field| waits(schema, *field, &fields, &branches)).collect();
        Self { derived }
    }

    /// Fields in an order in which each can be derived, and the positions of those that can't be.
    fn order(&self) -> (Vec<FieldId>, Vec<usize>) {
        let mut left: Vec<usize> = (0..self.derived.len()).collect();
        let mut order = Vec::with_capacity(left.len());
        loop {
            let ready = |at: &usize| self.derived.get(*at).is_some_and(|d| !d.waits.iter().any(|w| left.contains(w)));
            // Values first, then what reads the bytes that they are part of; in the order of the wire otherwise.
            let next = left.iter().copied().filter(ready).min_by_key(|at| (self.reads_bytes(*at), *at));
            let Some(next) = next else { break };
            left.retain(|at| *at != next);
            order.extend(self.derived.get(next).map(|d| d.field));
        }
        (order, left)
    }

    fn reads_bytes(&self, at: usize) -> bool {
        self.derived.get(at).is_some_and(|d| d.reads_bytes)
    }

    /// Fields each of which waits for the next one, and the last one for the first.
    fn cycle(&self, stuck: &[usize]) -> Option<Vec<FieldId>> {
        let mut path: Vec<usize> = Vec::new();
        let mut at = *stuck.first()?;
        // Every field that is stuck waits for another one that is stuck.
        while !path.contains(&at) {
            path.push(at);
            at = *self.derived.get(at)?.waits.iter().find(|w| stuck.contains(w))?;
        }
        let start = path.iter().position(|p| *p == at)?;
        let mut cycle: Vec<_> = path.split_off(start);
        let first = cycle.iter().enumerate().min_by_key(|(_, at)| **at).map_or(0, |(position, _)| position);
        cycle.rotate_left(first);
        Some(cycle.into_iter().filter_map(|at| self.derived.get(at).map(|d| d.field)).collect())
    }
}

/// What the derivation of a field waits for. Sizes and places are known before any value is derived.
fn waits(schema: &Schema, field: FieldId, all: &[FieldId], branches: &HashMap<FieldId, Branch>) -> Derived {
    let mut derived = Derived { field, waits: Vec::new(), reads_bytes: false };
    let Some(auto) = schema[field].auto else { return derived };
    let none = Vec::new();
    let of = |id: &FieldId| branches.get(id).unwrap_or(&none);
    let together = |other: &FieldId| !exclusive(of(&field), of(other));
    let mut wait = |wanted: &dyn Fn(&FieldId) -> bool| {
        let positions = all.iter().enumerate().filter(|(_, other)| together(other) && wanted(other));
        derived.waits.extend(positions.map(|(position, _)| position));
    };
    let mut reads_bytes = false;
    each(schema, auto, |_, expr| match expr {
        Expr::Field(fields) => wait(&|other| fields.contains(other)),
        // The field's own place in the bytes counts as zero: there the derivation does not wait for itself.
        Expr::SelfBytes => {
            reads_bytes = true;
            wait(&|other| *other != field);
        }
        Expr::BytesOf(from, to) => {
            reads_bytes = true;
            let slots = schema[*from].slot..=schema[*to].slot;
            wait(&|other| *other != field && slots.contains(&schema[*other].slot));
        }
        _ => {}
    });
    derived.reads_bytes = reads_bytes;
    derived.waits.sort_unstable();
    derived.waits.dedup();
    derived
}

/// Writes down in which arms every field is.
fn branch(block: &Block, path: &mut Branch, choices: &mut usize, found: &mut HashMap<FieldId, Branch>) {
    for item in &block.items {
        for field in item_fields(item) {
            found.insert(*field, path.clone());
        }
        let arms: Vec<&Block> = match item {
            Item::Match(m) => m.arms.iter().filter_map(arm_block).collect(),
            Item::If { then, otherwise, .. } => vec![then, otherwise],
            Item::Repeat { body, .. } => vec![body],
            _ => continue,
        };
        *choices += 1;
        let choice = *choices;
        for (position, arm) in arms.into_iter().enumerate() {
            path.push((choice, position));
            branch(arm, path, choices, found);
            path.pop();
        }
    }
}

/// Whether no packet has both.
fn exclusive(a: &Branch, b: &Branch) -> bool {
    a.iter().any(|(choice, arm)| b.iter().any(|(other, taken)| choice == other && arm != taken))
}

fn report(schema: &Schema, cycle: &[FieldId]) -> Diagnostic {
    let name = |id: &FieldId| format!("`{}`", schema[*id].name.as_deref().unwrap_or("_"));
    let names: Vec<_> = cycle.iter().chain(cycle.first()).map(name).collect();
    let waits = names.join(", which waits for ").replacen(", which waits", " waits", 1);
    let span = cycle.first().map(|id| schema[*id].span).unwrap_or_default();
    let text = format!("no order derives these: {waits}");
    let mut diagnostic = Diagnostic::new(Code::CyclicDerivation, span, text);
    for id in cycle.iter().skip(1) {
        diagnostic = diagnostic.label(schema[*id].span, "part of the cycle");
    }
    diagnostic.help("one of them has to be given, or to read less: `bytes_of(a .. b)` rather than `self`")
}
