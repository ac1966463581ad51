//! What values expressions can have, and that no length is negative and nothing overflows.
//!
//! An abstract interpretation of each composite in the order of the wire. Values are strided intervals ([`interval`]), and
//! what is known of several values together are linear forms that are not negative ([`linear`]). Constants, `where`,
//! `if`, tags of a `match` and closed enums narrow both.

mod assume;
mod env;
mod eval;
pub(super) mod interval;
mod linear;
mod values;
mod visit;
mod walk;

use super::walk::{composites, map};
use crate::model::{CompositeId, Expr, ExprId, Facts, FieldId, Schema};
use crate::tree::Span;
use crate::{Code, Diagnostic};
use env::Env;
use interval::Interval;
use linear::Atom;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
pub(super) use values::of_field;

/// Most steps spent on one expression of a definition; what would take more is taken to have any value.
const STEPS: u32 = 1 << 13;

/// Works out the facts of every expression, and reports what may go wrong in one.
pub(super) fn run(schema: &mut Schema, spans: &[Span], found: &mut Vec<Diagnostic>) {
    let mut analysis = Analysis::new(schema, spans);
    for id in composites(schema) {
        analysis.composite(id);
    }
    analysis.rest();
    let Analysis { facts, found: new, .. } = analysis;
    schema.facts = facts.into_iter().map(|set| set.map_or_else(Facts::default, Interval::facts)).collect();
    found.extend(new);
}

/// What `it` stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum It {
    /// Nothing that is known.
    Unknown,
    /// The value of a field.
    Field(FieldId),
    /// One of these.
    One(Interval),
}

/// What an atom is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Field(FieldId),
    /// The one present of several.
    Fields(Box<[FieldId]>),
    /// An expression, by the first of those that are the same.
    Expr(ExprId),
}

/// The state of the analysis.
struct Analysis<'a> {
    schema: &'a Schema,
    spans: &'a [Span],
    /// By expression: the first that is the same.
    same: Vec<ExprId>,
    /// By expression: its value depends on more than the frame.
    volatile: Vec<bool>,
    atoms: RefCell<Atoms>,
    /// The composite that is looked at.
    composite: Option<CompositeId>,
    /// By expression: its values, as far as it was met.
    facts: Vec<Option<Interval>>,
    /// Steps left for the expression at hand.
    steps: Cell<u32>,
    /// Whether a bound is being worked out by way of known forms.
    proving: Cell<bool>,
    reported: HashSet<(Span, Code)>,
    found: Vec<Diagnostic>,
}

/// Atoms by what they are, and the other way round.
#[derive(Default)]
struct Atoms {
    by_key: HashMap<Key, Atom>,
    keys: Vec<Key>,
}

impl Atoms {
    fn intern(&mut self, key: Key) -> Atom {
        let next = Atom(u32::try_from(self.keys.len()).unwrap_or(u32::MAX));
        let Self { by_key, keys } = self;
        *by_key.entry(key).or_insert_with_key(|key| {
            keys.push(key.clone());
            next
        })
    }

    fn key(&self, atom: Atom) -> Option<&Key> {
        self.keys.get(atom.0 as usize)
    }
}

impl<'a> Analysis<'a> {
    fn new(schema: &'a Schema, spans: &'a [Span]) -> Self {
        let mut same = Vec::with_capacity(schema.exprs.len());
        let mut volatile: Vec<bool> = Vec::with_capacity(schema.exprs.len());
        let mut first: HashMap<Expr, ExprId> = HashMap::new();
        for (expr, id) in schema.exprs.iter().zip(0..) {
            let mut changes = is_volatile(expr);
            let alike = map(expr, |operand| {
                changes |= volatile.get(operand.index()).copied().unwrap_or(true);
                same.get(operand.index()).copied().unwrap_or(operand)
            });
            same.push(*first.entry(alike).or_insert(ExprId(id)));
            volatile.push(changes);
        }
        Self {
            schema,
            spans,
            same,
            volatile,
            atoms: RefCell::default(),
            composite: None,
            facts: vec![None; schema.exprs.len()],
            steps: Cell::new(STEPS),
            proving: Cell::new(false),
            reported: HashSet::new(),
            found: Vec::new(),
        }
    }

    fn span(&self, id: ExprId) -> Span {
        self.spans.get(id.index()).copied().unwrap_or_default()
    }

    fn atom(&self, key: Key) -> Atom {
        self.atoms.borrow_mut().intern(key)
    }

    fn key(&self, atom: Atom) -> Option<Key> {
        self.atoms.borrow().key(atom).cloned()
    }

    /// The fields that an atom is a value of.
    fn atom_fields(&self, atom: Atom) -> Vec<FieldId> {
        match self.key(atom) {
            Some(Key::Field(field)) => vec![field],
            Some(Key::Fields(fields)) => fields.into_vec(),
            Some(Key::Expr(_)) | None => Vec::new(),
        }
    }

    fn join(&self, a: Env, b: Env) -> Env {
        a.join(b, &|atom| self.atom_fields(atom))
    }

    /// Takes one step; false where too many were taken.
    fn step(&self) -> bool {
        let left = self.steps.get();
        self.steps.set(left.saturating_sub(1));
        left > 0
    }

    /// Reports once for each place and kind.
    fn report(&mut self, diagnostic: Diagnostic) {
        let place = diagnostic.labels.first().map(|label| label.span).unwrap_or_default();
        if self.reported.insert((place, diagnostic.code)) {
            self.found.push(diagnostic);
        }
    }
}

/// Whether the same expression may have another value at another place of the same frame.
fn is_volatile(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::It
            | Expr::SizeOfIt
            | Expr::CountOfIt
            | Expr::More
            | Expr::Rest
            | Expr::Before(_)
            | Expr::Random
            | Expr::Arg(_)
            | Expr::Anomalies
    )
}
