//! Looks at an expression where it stands: keeps what values it and its parts have, and reports what may go wrong.

use super::interval::Interval;
use super::{Analysis, Env, It, Key, eval, values};
use crate::model::{Expr, ExprId};
use crate::tree::BinaryOp;
use crate::{Code, Diagnostic};

impl Analysis<'_> {
    /// Looks at an expression and all in it, each part where it is worked out. False where something was reported.
    pub(super) fn visit(&mut self, env: &Env, id: ExprId, it: It) -> bool {
        self.steps.set(super::STEPS);
        self.visit_inside(env, id, it)
    }

    fn visit_inside(&mut self, env: &Env, id: ExprId, it: It) -> bool {
        let visited = env.cache.borrow().visited.get(&(id, it)).copied();
        if let Some(fine) = visited {
            return fine;
        }
        let set = self.range(env, id, it);
        if let Some(facts) = self.facts.get_mut(id.index())
            && !env.dead
        {
            *facts = Some(facts.map_or(set, |before| before.join(set)));
        }
        let schema = self.schema;
        let fine = match &schema[id] {
            Expr::Binary(BinaryOp::And, a, b) => self.visit_under(env, (*a, true), &[*b], it),
            Expr::Binary(BinaryOp::Or, a, b) => self.visit_under(env, (*a, false), &[*b], it),
            Expr::Cond(condition, then, otherwise) => {
                let first = self.visit_under(env, (*condition, true), &[*then], it);
                self.visit_under(env, (*condition, false), &[*otherwise], it) && first
            }
            Expr::Smallest(low, high, predicate) => {
                self.visit_inside(env, *predicate, It::One(Interval::new(*low, *high)))
            }
            expr => self.visit_parts(env, &expr.children(), it),
        };
        let fine = fine && !self.overflows(env, id, it);
        env.cache.borrow_mut().visited.insert((id, it), fine);
        fine
    }

    /// A condition, and what is worked out only where it is so.
    fn visit_under(&mut self, env: &Env, (condition, truth): (ExprId, bool), parts: &[ExprId], it: It) -> bool {
        let fine = self.visit_inside(env, condition, it);
        let mut inner = env.clone();
        self.assume(&mut inner, condition, it, truth);
        self.visit_parts(&inner, parts, it) && fine
    }

    fn visit_parts(&mut self, env: &Env, parts: &[ExprId], it: It) -> bool {
        let mut fine = true;
        for part in parts {
            fine &= self.visit_inside(env, *part, it);
        }
        fine
    }

    /// Reports an operation that may have no value, its operands being right.
    fn overflows(&mut self, env: &Env, id: ExprId, it: It) -> bool {
        let schema = self.schema;
        if env.dead {
            return false;
        }
        let Expr::Binary(op, a, b) = &schema[id] else { return false };
        let (x, y) = (self.range(env, *a, it), self.range(env, *b, it));
        let text = match op {
            BinaryOp::Div | BinaryOp::Rem if y.contains(0) => {
                let text = format!("the divisor may be 0: it is {}", words(y));
                self.report(
                    Diagnostic::new(Code::MayOverflow, self.span(*b), text)
                        .help("`where it != 0` on the field, or a condition before it, rules that out"),
                );
                return true;
            }
            BinaryOp::Shl | BinaryOp::Shr if y.low < 0 || y.high > 127 => {
                format!("a number is shifted by 0 to 127 bits, and this shift is {}", words(y))
            }
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Shl | BinaryOp::Div
                if eval::apply(*op, x, y).is_none() && self.range(env, id, it) == Interval::ALL =>
            {
                if values::fractional(schema, id) {
                    return false;
                }
                format!("128 bits may not hold the result: the operands are {} and {}", words(x), words(y))
            }
            _ => return false,
        };
        self.report(
            Diagnostic::new(Code::MayOverflow, self.span(id), text)
                .help("a `where` on the fields in it can narrow their values"),
        );
        true
    }

    /// A length that is read here: it may not be negative.
    pub(super) fn length(&mut self, env: &Env, id: ExprId, what: &str) {
        if !self.visit(env, id, It::Unknown) || env.dead {
            return;
        }
        let (shown, unit) = self.in_bytes(id);
        let set = self.range(env, shown, It::Unknown);
        if set.low >= 0 {
            return;
        }
        let text = format!("{what} may be negative: this is {}{unit}", words(set));
        let help = self.forbid(env, shown);
        self.report(Diagnostic::new(Code::MayUnderflow, self.span(shown), text).here(words(set)).help(help));
    }

    /// What keeps an expression from being negative.
    fn forbid(&self, env: &Env, id: ExprId) -> String {
        let form = self.form(env, id, It::Unknown);
        let terms: Vec<_> = form.iter().flat_map(|form| &form.terms).collect();
        if let ([(atom, factor @ 1..)], Some(form)) = (terms.as_slice(), &form)
            && let Some(Key::Field(field)) = self.key(**atom)
            && let Some(name) = &self.schema[field].name
            && let Some(missing) = form.constant.checked_neg()
        {
            let least = missing.div_euclid(**factor) + i128::from(missing.rem_euclid(**factor) != 0);
            return format!("`where it >= {least}` on `{name}` rules that out");
        }
        "a `where` that compares its fields, or a condition, `a >= b ? a - b : 0`, can rule that out".to_owned()
    }

    /// A length in bits that was written in bytes, as it was written.
    fn in_bytes(&self, id: ExprId) -> (ExprId, &'static str) {
        match &self.schema[id] {
            Expr::Binary(BinaryOp::Mul, bytes, eight)
                if self.schema[*eight] == Expr::Int(8) && self.span(*eight) == self.span(id) =>
            {
                (*bytes, " bytes")
            }
            _ => (id, ""),
        }
    }
}

/// The values of a set, for people.
pub(super) fn words(set: Interval) -> String {
    if let Some(only) = set.only() {
        return number(only);
    }
    match (set.low == i128::MIN, set.high == i128::MAX) {
        (true, true) => "any number".to_owned(),
        (true, false) => format!("at most {}", number(set.high)),
        (false, true) => format!("at least {}", number(set.low)),
        (false, false) => format!("from {} to {}", number(set.low), number(set.high)),
    }
}

/// A number, the largest of so many bits as a power.
fn number(value: i128) -> String {
    match value.checked_add(1) {
        Some(power) if power > 1 << 32 && power & value == 0 => format!("2^{} - 1", power.trailing_zeros()),
        _ => value.to_string(),
    }
}
