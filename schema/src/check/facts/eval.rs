//! The values that an expression can have where something is known.

use super::interval::Interval;
use super::linear::{Atom, Form};
use super::{Analysis, Env, It, Key, values};
use crate::model::{Expr, ExprId, MemberType};
use crate::tree::{BinaryOp, UnaryOp};

/// How many known relations a proof may use together.
const PROOF_DEPTH: u32 = 2;

impl Analysis<'_> {
    /// Every value that an expression may have.
    pub(super) fn range(&self, env: &Env, id: ExprId, it: It) -> Interval {
        let inside = self.proving.get();
        if let Some(known) = env.cache.borrow().ranges.get(&(id, it, inside)) {
            return *known;
        }
        if !self.step() {
            return Interval::ALL;
        }
        let set = self.structural(env, id, it).unwrap_or(Interval::ALL);
        let set = match self.form(env, id, it) {
            Some(form) => self.bounds(env, &form, set),
            None => set,
        };
        env.cache.borrow_mut().ranges.insert((id, it, inside), set);
        set
    }

    /// What is left of some values of a linear form when what is known of its atoms is taken into account.
    pub(super) fn bounds(&self, env: &Env, form: &Form, set: Interval) -> Interval {
        let of = |atom| self.atom_range(env, atom);
        // A known form may hold an atom that this form is a part of, and which would ask for this form again.
        let inside = self.proving.replace(true);
        let known = if inside { &[] } else { env.known.as_slice() };
        let low = form.least(known, PROOF_DEPTH, &of);
        let high = form
            .times(-1)
            .map(|negative| negative.least(known, PROOF_DEPTH, &of))
            .and_then(i128::checked_neg)
            .unwrap_or(i128::MAX);
        self.proving.set(inside);
        let exact = form.range(&of);
        let narrow = set.meet(exact).unwrap_or(set);
        if low > high { narrow } else { narrow.meet(Interval::new(low, high)).unwrap_or(narrow) }
    }

    /// The values of an atom.
    pub(super) fn atom_range(&self, env: &Env, atom: Atom) -> Interval {
        let inside = self.proving.get();
        if let Some(known) = env.cache.borrow().atoms.get(&(atom, inside)) {
            return *known;
        }
        let set = self.atom_values(env, atom);
        env.cache.borrow_mut().atoms.insert((atom, inside), set);
        set
    }

    fn atom_values(&self, env: &Env, atom: Atom) -> Interval {
        let Some(key) = self.key(atom) else { return Interval::ALL };
        let known = |atom| env.ranges.get(&atom).copied();
        let base = match key {
            Key::Field(field) => values::of_field(self.schema, &self.schema[field]),
            Key::Fields(fields) => {
                let of = |field: &crate::model::FieldId| self.atom_range(env, self.atom(Key::Field(*field)));
                fields.iter().map(of).reduce(Interval::join).unwrap_or(Interval::ALL)
            }
            Key::Expr(id) => self.structural(env, id, It::Unknown).unwrap_or(Interval::ALL),
        };
        known(atom).and_then(|set| set.meet(base)).or_else(|| known(atom)).unwrap_or(base)
    }

    /// An integer expression as a sum of multiples of atoms; absent where its value depends on more than the frame.
    pub(super) fn form(&self, env: &Env, id: ExprId, it: It) -> Option<Form> {
        if let Some(known) = env.cache.borrow().forms.get(&(id, it)) {
            return known.clone();
        }
        if !self.step() {
            return None;
        }
        let form = self.linear(env, id, it).or_else(|| self.opaque(env, id, it));
        env.cache.borrow_mut().forms.insert((id, it), form.clone());
        form
    }

    fn linear(&self, env: &Env, id: ExprId, it: It) -> Option<Form> {
        let form = |id| self.form(env, id, it);
        let only = |id| self.form(env, id, it).filter(|f| f.terms.is_empty()).map(|f| f.constant);
        match &self.schema[id] {
            Expr::Int(value) => Some(Form::constant(*value)),
            Expr::Bool(value) => Some(Form::constant(i128::from(*value))),
            Expr::Unary(UnaryOp::Neg, e) => form(*e)?.times(-1),
            Expr::Binary(BinaryOp::Add, a, b) => form(*a)?.plus(&form(*b)?, 1),
            Expr::Binary(BinaryOp::Sub, a, b) => form(*a)?.plus(&form(*b)?, -1),
            Expr::Binary(BinaryOp::Mul, a, b) => match (only(*a), only(*b)) {
                (_, Some(factor)) => form(*a)?.times(factor),
                (Some(factor), _) => form(*b)?.times(factor),
                _ => None,
            },
            Expr::Binary(BinaryOp::Shl, a, b) => {
                let by = u32::try_from(only(*b)?).ok().filter(|by| *by < 127)?;
                form(*a)?.times(1 << by)
            }
            _ => None,
        }
    }

    /// An expression as an atom.
    fn opaque(&self, env: &Env, id: ExprId, it: It) -> Option<Form> {
        let key = match (&self.schema[id], it) {
            (Expr::It, It::Field(field)) => Key::Field(field),
            (Expr::Field(fields), _) => Self::field_key(env, fields),
            _ if self.volatile.get(id.index()).copied().unwrap_or(true) => return None,
            _ => Key::Expr(self.same.get(id.index()).copied()?),
        };
        Some(Form::atom(self.atom(key)))
    }

    /// The values that follow from those of the operands; absent where 128 bits may not hold them.
    pub(super) fn structural(&self, env: &Env, id: ExprId, it: It) -> Option<Interval> {
        let range = |id| self.range(env, id, it);
        Some(match &self.schema[id] {
            Expr::Int(value) => Interval::constant(*value),
            Expr::Bool(value) => Interval::constant(i128::from(*value)),
            Expr::Field(fields) => self.atom_range(env, self.atom(Self::field_key(env, fields))),
            Expr::It => match it {
                It::Field(field) => self.atom_range(env, self.atom(Key::Field(field))),
                It::One(set) => set,
                It::Unknown => Interval::ALL,
            },
            Expr::Param(index) => values::of_param(self, *index),
            Expr::Member(_, fields) => {
                let of = |field: &crate::model::FieldId| values::of_field(self.schema, &self.schema[*field]);
                fields.iter().map(of).reduce(Interval::join).unwrap_or(Interval::ALL)
            }
            Expr::Bits { of, shift, bits, .. } => self.bits(range(*of), *shift, *bits),
            Expr::Truncate { of, bits } => range(*of).truncate(*bits),
            Expr::Unary(UnaryOp::Neg, e) => range(*e).neg()?,
            Expr::Unary(UnaryOp::Not, e) => Interval::constant(1).sub(range(*e).meet(Interval::BOOL)?)?,
            Expr::Binary(op, a, b) => self.binary(env, *op, *a, *b, it)?,
            Expr::Cond(condition, then, otherwise) => self.conditional(env, [*condition, *then, *otherwise], it),
            Expr::InRange(..) | Expr::InList(..) => self.truth(env, id, it),
            _ => self.leaf(env, id),
        })
    }

    /// The values of expressions whose operands say nothing of them.
    fn leaf(&self, env: &Env, id: ExprId) -> Interval {
        match &self.schema[id] {
            Expr::Len(e) => match &self.schema[*e] {
                Expr::Field(fields) => values::count(self, env, fields),
                _ => values::SIZE,
            },
            Expr::CountOf(fields) => values::count(self, env, fields),
            Expr::SizeOf(fields) => values::size(self, env, fields),
            Expr::Word { words, .. } => Interval::new(0, words.len() as i128),
            Expr::Size | Expr::Before(_) | Expr::SizeOfIt | Expr::OffsetOf(_) | Expr::CountOfIt => values::SIZE,
            Expr::Index(list, _) => values::of_element(self.schema, &self.schema[*list]),
            Expr::More | Expr::Present(_) | Expr::PresentLayer(_) | Expr::NextIs(..) | Expr::HasRow(..) => {
                Interval::BOOL
            }
            Expr::KeyOf(fields, other) => {
                let keys = values::of_key(self.schema, fields);
                other.map_or(keys, |_| keys.join(values::SIZE))
            }
            Expr::Carrier { interface, member, .. } => {
                match self.schema[*interface].members.get(*member as usize).map(|m| m.ty) {
                    Some(MemberType::Uint(bits)) => Interval::unsigned(bits),
                    Some(MemberType::Bool) => Interval::BOOL,
                    Some(MemberType::Bytes) | None => Interval::ALL,
                }
            }
            Expr::Inet16(_) | Expr::Crc16 { .. } => Interval::unsigned(16),
            Expr::ZeroAsFfff(_) => Interval::new(1, 0xffff),
            Expr::Crc32(_) | Expr::Crc32c(_) => Interval::unsigned(32),
            Expr::SipHash24(_) => Interval::unsigned(64),
            Expr::Smallest(low, high, _) => Interval::new(*low, *high),
            Expr::Status(_) => Interval::new(0, 3),
            _ => Interval::ALL,
        }
    }

    fn bits(&self, of: Interval, shift: u32, bits: u32) -> Interval {
        let width = Interval::unsigned(bits);
        let shifted = of.shr(Interval::constant(i128::from(shift)));
        shifted.filter(|_| of.low >= 0).map_or(width, |set| set.truncate(bits))
    }

    fn conditional(&self, env: &Env, [condition, then, otherwise]: [ExprId; 3], it: It) -> Interval {
        let branch = |truth: bool, value: ExprId| {
            let mut env = env.clone();
            self.assume(&mut env, condition, it, truth);
            (!env.dead).then(|| self.range(&env, value, it))
        };
        match (branch(true, then), branch(false, otherwise)) {
            (Some(a), Some(b)) => a.join(b),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => Interval::ALL,
        }
    }

    /// An operator with two operands.
    pub(super) fn binary(&self, env: &Env, op: BinaryOp, a: ExprId, b: ExprId, it: It) -> Option<Interval> {
        let (x, y) = match op {
            BinaryOp::And | BinaryOp::Or => return Some(self.logic(env, op, a, b, it)),
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Le | BinaryOp::Ge | BinaryOp::Lt | BinaryOp::Gt => {
                return Some(self.compare(env, op, (a, b), it));
            }
            BinaryOp::Concat => return Some(Interval::ALL),
            _ => (self.range(env, a, it), self.range(env, b, it)),
        };
        apply(op, x, y)
    }

    fn logic(&self, env: &Env, op: BinaryOp, a: ExprId, b: ExprId, it: It) -> Interval {
        let first = self.range(env, a, it).meet(Interval::BOOL).unwrap_or(Interval::BOOL);
        let stops = i128::from(op == BinaryOp::Or);
        if first.only() == Some(stops) {
            return first;
        }
        let mut env = env.clone();
        self.assume(&mut env, a, it, op == BinaryOp::And);
        let second = self.range(&env, b, it).meet(Interval::BOOL).unwrap_or(Interval::BOOL);
        if first.only().is_some() { second } else { second.join(Interval::constant(stops)) }
    }

    fn compare(&self, env: &Env, op: BinaryOp, (a, b): (ExprId, ExprId), it: It) -> Interval {
        let Some(difference) = self.difference(env, a, b, it) else { return Interval::BOOL };
        let decided = match op {
            BinaryOp::Eq if difference.only() == Some(0) => Some(true),
            BinaryOp::Eq if !difference.contains(0) => Some(false),
            BinaryOp::Ne if difference.only() == Some(0) => Some(false),
            BinaryOp::Ne if !difference.contains(0) => Some(true),
            BinaryOp::Le if difference.high <= 0 => Some(true),
            BinaryOp::Le if difference.low > 0 => Some(false),
            BinaryOp::Lt if difference.high < 0 => Some(true),
            BinaryOp::Lt if difference.low >= 0 => Some(false),
            BinaryOp::Ge if difference.low >= 0 => Some(true),
            BinaryOp::Ge if difference.high < 0 => Some(false),
            BinaryOp::Gt if difference.low > 0 => Some(true),
            BinaryOp::Gt if difference.high <= 0 => Some(false),
            _ => None,
        };
        decided.map_or(Interval::BOOL, |truth| Interval::constant(i128::from(truth)))
    }

    /// The values of `a - b`; absent where they are no integers, or may be too far apart.
    pub(super) fn difference(&self, env: &Env, a: ExprId, b: ExprId, it: It) -> Option<Interval> {
        let (x, y) = (self.range(env, a, it), self.range(env, b, it));
        let plain = x.sub(y);
        let form = self.form(env, a, it).zip(self.form(env, b, it)).and_then(|(a, b)| a.plus(&b, -1));
        match (plain, form) {
            (plain, Some(form)) => {
                let set = self.bounds(env, &form, plain.unwrap_or(Interval::ALL));
                (set != Interval::ALL).then_some(set)
            }
            (plain, None) => plain,
        }
    }

    /// Whether what `in` says holds.
    fn truth(&self, env: &Env, id: ExprId, it: It) -> Interval {
        let equal = |a, b| self.compare(env, BinaryOp::Eq, (a, b), it).only();
        let (hits, misses) = match &self.schema[id] {
            Expr::InRange(e, low, high) => {
                let above = self.compare(env, BinaryOp::Ge, (*e, *low), it).only();
                let below = self.compare(env, BinaryOp::Le, (*e, *high), it).only();
                (above == Some(1) && below == Some(1), above == Some(0) || below == Some(0))
            }
            Expr::InList(e, list) => {
                (list.iter().any(|x| equal(*e, *x) == Some(1)), list.iter().all(|x| equal(*e, *x) == Some(0)))
            }
            _ => (false, false),
        };
        match (hits, misses) {
            (true, _) => Interval::constant(1),
            (false, true) => Interval::constant(0),
            (false, false) => Interval::BOOL,
        }
    }
}

/// An operator on numbers.
pub(super) fn apply(op: BinaryOp, x: Interval, y: Interval) -> Option<Interval> {
    match op {
        BinaryOp::Add => x.add(y),
        BinaryOp::Sub => x.sub(y),
        BinaryOp::Mul => x.mul(y),
        BinaryOp::Div => x.div(y),
        BinaryOp::Rem => x.rem(y),
        BinaryOp::Shl => x.shl(y),
        BinaryOp::Shr => x.shr(y),
        BinaryOp::BitAnd => Some(x.bit_and(y)),
        BinaryOp::BitOr => Some(x.bit_or(y)),
        BinaryOp::BitXor => Some(x.bit_xor(y)),
        BinaryOp::Or
        | BinaryOp::And
        | BinaryOp::Eq
        | BinaryOp::Ne
        | BinaryOp::Le
        | BinaryOp::Ge
        | BinaryOp::Lt
        | BinaryOp::Gt
        | BinaryOp::Concat => Some(Interval::ALL),
    }
}
