//! What is known at one point of a composite: of single values, and of several together.

use super::It;
use super::interval::Interval;
use super::linear::{Atom, Form};
use crate::model::{ExprId, FieldId};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};

/// More relations than a definition states in practice; what goes beyond is not used in proofs.
const MOST_KNOWN: usize = 64;

/// What holds wherever the walk has come to.
#[derive(Debug, Default)]
pub(super) struct Env {
    /// Values of atoms, where more is known than their type says.
    pub(super) ranges: HashMap<Atom, Interval>,
    /// Forms that are not negative.
    pub(super) known: Vec<Form>,
    /// Fields that some way here reads.
    pub(super) seen: BTreeSet<FieldId>,
    /// Fields that every way here reads.
    pub(super) sure: BTreeSet<FieldId>,
    /// Nothing comes here.
    pub(super) dead: bool,
    pub(super) cache: RefCell<Cache>,
}

/// What was worked out since the last change.
#[derive(Debug, Default)]
pub(super) struct Cache {
    /// The last says whether known forms were left aside, within the proof of another bound.
    pub(super) ranges: HashMap<(ExprId, It, bool), Interval>,
    pub(super) atoms: HashMap<(Atom, bool), Interval>,
    pub(super) forms: HashMap<(ExprId, It), Option<Form>>,
    pub(super) visited: HashMap<(ExprId, It), bool>,
}

impl Clone for Env {
    fn clone(&self) -> Self {
        Self {
            ranges: self.ranges.clone(),
            known: self.known.clone(),
            seen: self.seen.clone(),
            sure: self.sure.clone(),
            dead: self.dead,
            cache: RefCell::default(),
        }
    }
}

impl Env {
    /// Takes note that the analysis can say something new.
    pub(super) fn changed(&mut self) {
        *self.cache.get_mut() = Cache::default();
    }

    /// A field is read here.
    pub(super) fn read(&mut self, field: FieldId) {
        self.seen.insert(field);
        self.sure.insert(field);
        self.changed();
    }

    /// A form is not negative from here on.
    pub(super) fn know(&mut self, form: Form) {
        if self.known.len() < MOST_KNOWN && !self.known.contains(&form) {
            self.known.push(form);
            self.changed();
        }
    }

    /// What holds where two ways meet. A way that can't have read a field says nothing of it: an expression over an
    /// absent field has no value, so what the other way knows of it holds.
    pub(super) fn join(self, other: Self, fields_of: &impl Fn(Atom) -> Vec<FieldId>) -> Self {
        if self.dead || other.dead {
            return if self.dead { other } else { self };
        }
        let lacks = |env: &Self, atom: Atom| {
            let fields = fields_of(atom);
            !fields.is_empty() && fields.iter().all(|f| !env.seen.contains(f))
        };
        let mut ranges = HashMap::new();
        let atoms: HashSet<_> = self.ranges.keys().chain(other.ranges.keys()).copied().collect();
        for atom in atoms {
            let known = match (self.ranges.get(&atom), other.ranges.get(&atom)) {
                (Some(a), Some(b)) => Some(a.join(*b)),
                (Some(a), None) if lacks(&other, atom) => Some(*a),
                (None, Some(b)) if lacks(&self, atom) => Some(*b),
                _ => None,
            };
            ranges.extend(known.map(|range| (atom, range)));
        }
        let vacuous = |env: &Self, form: &Form| form.terms.keys().any(|atom| lacks(env, *atom));
        let holds = |env: &Self, form: &Form| env.known.contains(form) || vacuous(env, form);
        let mut known: Vec<_> = self.known.iter().filter(|form| holds(&other, form)).cloned().collect();
        for form in other.known.iter().filter(|form| vacuous(&self, form)) {
            if !known.contains(form) {
                known.push(form.clone());
            }
        }
        Self {
            ranges,
            known,
            seen: &self.seen | &other.seen,
            sure: &self.sure & &other.sure,
            dead: false,
            cache: RefCell::default(),
        }
    }
}
