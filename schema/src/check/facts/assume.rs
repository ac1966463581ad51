//! What follows where a condition holds, or does not.

use super::interval::Interval;
use super::linear::{Atom, Form};
use super::{Analysis, Env, It, Key};
use crate::model::{Expr, ExprId};
use crate::tree::{BinaryOp, UnaryOp};

impl Analysis<'_> {
    /// Takes a condition for true, or for false. Where it can't be so, nothing comes here.
    pub(super) fn assume(&self, env: &mut Env, id: ExprId, it: It, truth: bool) {
        if !self.step() {
            return;
        }
        match &self.schema[id] {
            Expr::Unary(UnaryOp::Not, e) => self.assume(env, *e, it, !truth),
            Expr::Binary(BinaryOp::And, a, b) => self.assume_both(env, (*a, *b), it, truth, truth),
            Expr::Binary(BinaryOp::Or, a, b) => self.assume_both(env, (*a, *b), it, truth, !truth),
            Expr::Binary(op, a, b) if compares(*op) => self.assume_comparison(env, *op, (*a, *b), it, truth),
            Expr::InRange(e, low, high) if truth => {
                self.assume_comparison(env, BinaryOp::Ge, (*e, *low), it, true);
                self.assume_comparison(env, BinaryOp::Le, (*e, *high), it, true);
            }
            Expr::InList(e, list) if truth => {
                let values = list.iter().map(|value| self.range(env, *value, it)).reduce(Interval::join);
                if let (Some(values), Some(form)) = (values, self.form(env, *e, it)) {
                    self.within(env, &form, values);
                }
            }
            _ => {
                let known = self.range(env, id, it);
                if known.only() == Some(i128::from(!truth)) {
                    env.dead = true;
                } else if let Some(form) = self.form(env, id, it) {
                    self.within(env, &form, Interval::constant(i128::from(truth)));
                }
            }
        }
    }

    /// Two conditions joined by `&&` or `||`: both are so, or at least one of them is.
    fn assume_both(&self, env: &mut Env, (a, b): (ExprId, ExprId), it: It, truth: bool, both: bool) {
        if both {
            self.assume(env, a, it, truth);
            self.assume(env, b, it, truth);
            return;
        }
        let mut first = env.clone();
        self.assume(&mut first, a, it, truth);
        let mut second = env.clone();
        self.assume(&mut second, a, it, !truth);
        self.assume(&mut second, b, it, truth);
        let dead = first.dead && second.dead;
        *env = self.join(first, second);
        env.dead = dead;
    }

    fn assume_comparison(&self, env: &mut Env, op: BinaryOp, (a, b): (ExprId, ExprId), it: It, truth: bool) {
        let op = if truth { op } else { opposite(op) };
        let Some(difference) = self.form(env, a, it).zip(self.form(env, b, it)).and_then(|(a, b)| a.plus(&b, -1))
        else {
            return;
        };
        let shifted = |constant: i128| difference.plus(&Form::constant(constant), 1);
        let negative = |constant: i128| difference.times(-1).and_then(|f| f.plus(&Form::constant(constant), 1));
        let facts = match op {
            BinaryOp::Ge => [shifted(0), None],
            BinaryOp::Gt => [shifted(-1), None],
            BinaryOp::Le => [negative(0), None],
            BinaryOp::Lt => [negative(-1), None],
            BinaryOp::Eq => [shifted(0), negative(0)],
            _ => return self.exclude(env, &difference),
        };
        for fact in facts.into_iter().flatten() {
            self.not_negative(env, fact);
        }
    }

    /// A form's value is one of these.
    pub(super) fn within(&self, env: &mut Env, form: &Form, values: Interval) {
        if let ([(atom, 1)], 0) =
            (form.terms.iter().map(|(a, f)| (*a, *f)).collect::<Vec<_>>().as_slice(), form.constant)
        {
            return self.restrict(env, *atom, values);
        }
        let above = values.low.checked_neg().and_then(|low| form.plus(&Form::constant(low), 1));
        let below = form.times(-1).and_then(|f| f.plus(&Form::constant(values.high), 1));
        for fact in [above, below].into_iter().flatten() {
            self.not_negative(env, fact);
        }
    }

    /// A form is at least 0: each atom is bounded by what the others leave it.
    fn not_negative(&self, env: &mut Env, form: Form) {
        if form.terms.is_empty() {
            env.dead |= form.constant < 0;
            return;
        }
        for (&atom, &factor) in &form.terms {
            let mut rest = form.clone();
            rest.terms.remove(&atom);
            let most = rest.range(&|atom| self.atom_range(env, atom)).high;
            let Some(floor) = most.checked_neg().filter(|_| most != i128::MAX) else { continue };
            // factor * atom >= floor
            let values = if factor > 0 {
                Interval::new(div_up(floor, factor), i128::MAX)
            } else {
                let Some(highest) = factor.checked_neg().map(|positive| most.div_euclid(positive)) else { continue };
                Interval::new(i128::MIN, highest)
            };
            self.restrict(env, atom, values);
        }
        if form.terms.len() > 1 {
            env.know(form);
        }
    }

    /// A form is not 0.
    fn exclude(&self, env: &mut Env, form: &Form) {
        let terms: Vec<_> = form.terms.iter().map(|(atom, factor)| (*atom, *factor)).collect();
        let (atom, value) = match (terms.as_slice(), form.constant.checked_neg()) {
            ([], _) => {
                env.dead |= form.constant == 0;
                return;
            }
            ([(atom, 1)], Some(value)) => (*atom, value),
            ([(atom, -1)], _) => (*atom, form.constant),
            _ => return,
        };
        let range = self.atom_range(env, atom);
        match range.only() {
            Some(only) => env.dead |= only == value,
            None if range.low == value => self.restrict(env, atom, Interval::new(value.saturating_add(1), i128::MAX)),
            None if range.high == value => self.restrict(env, atom, Interval::new(i128::MIN, value.saturating_sub(1))),
            None => {}
        }
    }

    /// An atom has one of these values.
    pub(super) fn restrict(&self, env: &mut Env, atom: Atom, values: Interval) {
        let before = self.atom_range(env, atom);
        match before.meet(values) {
            Some(after) if after != before => {
                env.ranges.insert(atom, after);
                env.changed();
                self.see_through(env, atom, after);
            }
            Some(_) => {}
            None => env.dead = true,
        }
    }

    /// What is known of some bits, or of a number's low bits, says something of the whole where all other bits are 0.
    fn see_through(&self, env: &mut Env, atom: Atom, values: Interval) {
        let Some(Key::Expr(id)) = self.key(atom) else { return };
        if let Expr::Bits { of, shift: 0, .. } | Expr::Truncate { of, .. } = &self.schema[id]
            && self.range(env, *of, It::Unknown) == self.structural(env, id, It::Unknown).unwrap_or(Interval::ALL)
            && let Some(form) = self.form(env, *of, It::Unknown)
        {
            self.within(env, &form, values);
        }
    }
}

fn compares(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Le | BinaryOp::Ge | BinaryOp::Lt | BinaryOp::Gt)
}

fn opposite(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Eq => BinaryOp::Ne,
        BinaryOp::Ne => BinaryOp::Eq,
        BinaryOp::Le => BinaryOp::Gt,
        BinaryOp::Gt => BinaryOp::Le,
        BinaryOp::Ge => BinaryOp::Lt,
        BinaryOp::Lt => BinaryOp::Ge,
        other => other,
    }
}

/// The quotient by a positive number, rounded up.
fn div_up(value: i128, by: i128) -> i128 {
    let quotient = value.div_euclid(by);
    if value.rem_euclid(by) == 0 { quotient } else { quotient.saturating_add(1) }
}
