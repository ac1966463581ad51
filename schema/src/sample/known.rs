//! What is known of a composite while its value is made up.

use crate::interp::arithmetic;
use crate::model::{Expr, ExprId, FieldId, Schema};
use crate::tree::{BinaryOp, UnaryOp};
use std::collections::HashMap;
use std::rc::Rc;

/// What is known of a field that is there.
#[derive(Clone, Debug, Default)]
pub(super) struct Fact {
    pub(super) number: Option<i128>,
    pub(super) count: Option<i128>,
    pub(super) size: Option<i128>,
    /// Of a text that may be one of the definition's words.
    pub(super) text: Option<Rc<[u8]>>,
    /// Of a struct, its fields.
    pub(super) inner: Option<Rc<Scope>>,
}

/// What is known of a composite.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) args: Vec<Option<i128>>,
    pub(super) fields: HashMap<FieldId, Fact>,
}

/// What `it` is.
#[derive(Clone, Copy, Debug)]
pub(super) enum It<'a> {
    Nothing,
    Number(i128),
    Fact(&'a Fact),
}

impl Scope {
    pub(super) fn new(args: Vec<Option<i128>>) -> Self {
        Self { args, fields: HashMap::new() }
    }

    /// The number of an expression, where what it is made of is known; a boolean counts as 0 or 1.
    pub(super) fn int(&self, schema: &Schema, id: ExprId, it: It<'_>) -> Option<i128> {
        let of = |id: ExprId| self.int(schema, id, it);
        match &schema[id] {
            Expr::Int(value) => Some(*value),
            Expr::Bool(value) => Some(i128::from(*value)),
            Expr::It => match it {
                It::Number(number) => Some(number),
                It::Fact(fact) => fact.number,
                It::Nothing => None,
            },
            Expr::Field(_) | Expr::Member(..) => self.fact(schema, id, it)?.number,
            Expr::Param(index) => *self.args.get(*index as usize)?,
            Expr::Bits { of: whole, shift, bits, .. } => low_bits(of(*whole)? >> (*shift).min(127), *bits),
            Expr::Truncate { of: whole, bits } => low_bits(of(*whole)?, *bits),
            Expr::Len(whole) => {
                let fact = self.fact(schema, *whole, it)?;
                fact.count.or(fact.size)
            }
            Expr::Word { of, words, nocase } => {
                let text = self.fact(schema, *of, it)?.text.as_deref()?;
                let words: Vec<&str> = words.iter().map(|word| &**word).collect();
                Some(packet_core::text::word(text, &words, *nocase).into())
            }
            Expr::CountOf(fields) => self.of(fields)?.count,
            Expr::SizeOf(fields) => self.of(fields)?.size,
            Expr::Present(fields) => Some(i128::from(fields.iter().any(|field| self.fields.contains_key(field)))),
            Expr::Unary(UnaryOp::Neg, whole) => of(*whole)?.checked_neg(),
            Expr::Unary(UnaryOp::Not, whole) => of(*whole).map(|value| i128::from(value == 0)),
            Expr::Binary(op, left, right) => binary(*op, of(*left), || of(*right)),
            Expr::Cond(condition, yes, no) => of(if of(*condition)? != 0 { *yes } else { *no }),
            Expr::InRange(value, from, to) => {
                let value = of(*value)?;
                Some(i128::from(of(*from)? <= value && value <= of(*to)?))
            }
            Expr::InList(value, items) => {
                let value = of(*value)?;
                Some(i128::from(items.iter().any(|item| of(*item) == Some(value))))
            }
            _ => None,
        }
    }

    /// Whether a condition holds, where that is known.
    pub(super) fn truth(&self, schema: &Schema, id: ExprId, it: It<'_>) -> Option<bool> {
        self.int(schema, id, it).map(|number| number != 0)
    }

    fn of(&self, fields: &[FieldId]) -> Option<&Fact> {
        fields.iter().find_map(|field| self.fields.get(field))
    }

    fn fact<'a>(&'a self, schema: &Schema, id: ExprId, it: It<'a>) -> Option<&'a Fact> {
        match &schema[id] {
            Expr::Field(fields) => self.of(fields),
            Expr::It => match it {
                It::Fact(fact) => Some(fact),
                It::Nothing | It::Number(_) => None,
            },
            Expr::Member(of, fields) => self.fact(schema, *of, it)?.inner.as_deref()?.of(fields),
            _ => None,
        }
    }
}

fn binary(op: BinaryOp, left: Option<i128>, right: impl Fn() -> Option<i128>) -> Option<i128> {
    let truth = |value: bool| Some(i128::from(value));
    match op {
        BinaryOp::And | BinaryOp::Or => {
            let decides = i128::from(op == BinaryOp::Or);
            let as_truth = |value: Option<i128>| value.map(|value| i128::from(value != 0));
            match (as_truth(left), as_truth(right())) {
                (Some(one), _) | (_, Some(one)) if one == decides => Some(decides),
                (Some(_), Some(_)) => Some(1 - decides),
                _ => None,
            }
        }
        BinaryOp::Eq => truth(left? == right()?),
        BinaryOp::Ne => truth(left? != right()?),
        BinaryOp::Lt => truth(left? < right()?),
        BinaryOp::Le => truth(left? <= right()?),
        BinaryOp::Gt => truth(left? > right()?),
        BinaryOp::Ge => truth(left? >= right()?),
        BinaryOp::Concat => None,
        _ => arithmetic(op, left?, right()?),
    }
}

fn low_bits(value: i128, bits: u32) -> Option<i128> {
    Some(if bits >= 127 { value } else { value & ((1 << bits) - 1) })
}
