//! Linear forms over atoms, for what is known of fields together: `total_length - 4 * ihl >= 0`.

use super::interval::Interval;
use std::collections::BTreeMap;

/// Something whose value is looked at as a whole, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Atom(pub(super) u32);

/// A constant and multiples of atoms; no multiple is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) constant: i128,
    pub(super) terms: BTreeMap<Atom, i128>,
}

impl Form {
    pub(super) fn constant(constant: i128) -> Self {
        Self { constant, terms: BTreeMap::new() }
    }

    pub(super) fn atom(atom: Atom) -> Self {
        Self { constant: 0, terms: BTreeMap::from([(atom, 1)]) }
    }

    /// The sum with a multiple of another form; absent where a number leaves 128 bits.
    pub(super) fn plus(&self, other: &Self, times: i128) -> Option<Self> {
        let mut sum = self.clone();
        sum.constant = sum.constant.checked_add(other.constant.checked_mul(times)?)?;
        for (atom, factor) in &other.terms {
            let factor = sum.terms.get(atom).copied().unwrap_or(0).checked_add(factor.checked_mul(times)?)?;
            if factor == 0 {
                sum.terms.remove(atom);
            } else {
                sum.terms.insert(*atom, factor);
            }
        }
        Some(sum)
    }

    pub(super) fn times(&self, factor: i128) -> Option<Self> {
        Self::constant(0).plus(self, factor)
    }

    /// Its values, where its atoms have those; everything where that can't be told in 128 bits.
    pub(super) fn range(&self, of: &impl Fn(Atom) -> Interval) -> Interval {
        let sum = |sum: Option<Interval>, (atom, factor): (&Atom, &i128)| {
            sum?.add(of(*atom).mul(Interval::constant(*factor))?)
        };
        self.terms.iter().fold(Some(Interval::constant(self.constant)), sum).unwrap_or(Interval::ALL)
    }

    /// The greatest lower bound that follows from its atoms' values, and from forms that are known not to be negative.
    ///
    /// If `known` is at least 0 then `form` is at least `form - q * known`, for every `q` that is not negative; where `q` makes an
    /// atom vanish, that bound may be better. `depth` says how many known forms are taken together.
    pub(super) fn least(&self, known: &[Self], depth: u32, of: &impl Fn(Atom) -> Interval) -> i128 {
        let mut best = self.range(of).low;
        if depth == 0 || self.terms.is_empty() {
            return best;
        }
        for fact in known {
            if let Some(rest) = self.terms.iter().find_map(|(atom, factor)| self.without(fact, *atom, *factor)) {
                best = best.max(rest.least(known, depth - 1, of));
            }
        }
        best
    }

    /// The form less the multiple of another that makes an atom vanish, where that multiple is whole and positive.
    fn without(&self, other: &Self, atom: Atom, factor: i128) -> Option<Self> {
        let unit = *other.terms.get(&atom)?;
        let times = factor.checked_div(unit).filter(|q| *q > 0 && factor.checked_rem(unit) == Some(0))?;
        self.plus(other, times.checked_neg()?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics fails")]

    use super::{Atom, Form};
    use crate::check::facts::interval::Interval;

    const X: Atom = Atom(0);
    const Y: Atom = Atom(1);

    fn form(constant: i128, x: i128, y: i128) -> Form {
        let zero = Form::constant(constant);
        zero.plus(&Form::atom(X), x).unwrap().plus(&Form::atom(Y), y).unwrap()
    }

    #[test]
    fn a_known_relation_proves_a_difference() {
        // total_length - 4 * ihl, where total_length >= 4 * ihl.
        let of = |atom| if atom == X { Interval::unsigned(16) } else { Interval::new(5, 15) };
        let length = form(0, 1, -4);
        assert_eq!(length.least(&[], 2, &of), -60);
        assert_eq!(length.least(&[form(0, 1, -4)], 2, &of), 0);
        assert_eq!(form(-3, 2, -8).least(&[form(0, 1, -4)], 2, &of), -3);
    }

    #[test]
    fn atoms_that_vanish_leave_no_trace() {
        assert_eq!(form(1, 2, 3).plus(&form(1, 2, 3), -1).unwrap(), Form::constant(0));
        assert_eq!(form(0, i128::MAX, 0).times(2), None);
    }

    /// Every bound holds of every point that satisfies what is known.
    #[test]
    fn bounds_hold_by_brute_force() {
        let (xs, ys) = (Interval::new(0, 6), Interval::stepped(1, 9, 2));
        let of = |atom| if atom == X { xs } else { ys };
        let small = -3..=3;
        let forms: Vec<_> = small.clone().flat_map(|x| small.clone().map(move |y| (x, y))).collect();
        for &(a, b) in &forms {
            for &(c, d) in &forms {
                for constant in [-4, 0, 2] {
                    let known = [form(constant, c, d), form(1, d, -c)];
                    let value = |(x, y): (i128, i128), f: &Form| {
                        f.constant + x * f.terms.get(&X).unwrap_or(&0) + y * f.terms.get(&Y).unwrap_or(&0)
                    };
                    let points = (0..=6).flat_map(|x| (1..=9).step_by(2).map(move |y| (x, y)));
                    let allowed = points.filter(|p| known.iter().all(|k| value(*p, k) >= 0));
                    let target = form(0, a, b);
                    let bound = target.least(&known, 2, &of);
                    for point in allowed {
                        assert!(value(point, &target) >= bound, "{target:?} at {point:?} with {known:?}: {bound}");
                    }
                }
            }
        }
    }
}
