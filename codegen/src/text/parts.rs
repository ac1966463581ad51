//! What pest found in a rule, to be taken out by kind.

use std::collections::VecDeque;

use pest::iterators::Pair;

use super::Rule;

/// The parts of one rule, in order.
pub(super) struct Parts<'i>(VecDeque<Pair<'i, Rule>>);

impl<'i> Parts<'i> {
    pub(super) fn of(pair: Pair<'i, Rule>) -> Self {
        Self(pair.into_inner().collect())
    }

    /// The first part of this kind that is left.
    pub(super) fn take(&mut self, rule: Rule) -> Option<Pair<'i, Rule>> {
        let place = self.0.iter().position(|pair| pair.as_rule() == rule)?;
        self.0.remove(place)
    }

    /// All parts of this kind that are left.
    pub(super) fn all(&mut self, rule: Rule) -> Vec<Pair<'i, Rule>> {
        let (taken, left) = std::mem::take(&mut self.0).into_iter().partition(|pair| pair.as_rule() == rule);
        self.0 = left;
        Vec::from(taken as VecDeque<_>)
    }

    /// Whether a part of this kind is left.
    pub(super) fn has(&self, rule: Rule) -> bool {
        self.0.iter().any(|pair| pair.as_rule() == rule)
    }

    /// The part that says what this is: the last.
    pub(super) fn last(&mut self) -> Option<Pair<'i, Rule>> {
        self.0.pop_back()
    }
}
