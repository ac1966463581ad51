//! Expressions over numbers of one frame as short lists of steps: most of what a definition asks of a packet.
//!
//! A program gives the number that [`super::Eval`] gives, or nothing: where a field is absent, a number needs more than
//! 64 bits or an expression is of another kind, the evaluator is asked. So there is one meaning, and a fast way to it.

use super::{Arg, Dissection, Frame, Value};
use crate::model::{CodecResult, CompositeKind, Expr, ExprId, FieldId, Schema, Type};
use crate::tree::{BinaryOp, UnaryOp};

/// Numbers that a program may have at hand at once.
const ROOM: usize = 8;

/// One step.
#[derive(Clone, Copy, Debug)]
enum Op {
    /// Puts the number at hand aside, before the next one is loaded.
    Aside,
    Number(i64),
    /// The number of the field in that slot, times a scale.
    Field {
        slot: u32,
        scale: u32,
    },
    /// Of the one present in two slots.
    Either {
        first: u32,
        second: u32,
    },
    Present(u32),
    Parameter(u32),
    It,
    Bits {
        shift: u32,
        mask: i64,
    },
    /// Some bits of the field in that slot.
    FieldBits {
        slot: u32,
        shift: u32,
        mask: u32,
    },
    Not,
    Negate,
    /// Of the number put aside last, and the one at hand.
    Binary(BinaryOp),
    /// With a constant on the right.
    With(BinaryOp, i64),
    /// Condition, and two values, of which it takes one.
    Choose,
    /// Where the number at hand is true, or is not, that decides: so many steps are left out.
    Decide {
        by: bool,
        skip: u32,
    },
    /// True or false, as 1 or 0.
    Truth,
}

/// The programs of a schema, by expression.
#[derive(Clone, Debug, Default)]
pub(super) struct Programs {
    ops: Vec<Op>,
    /// From and to; the same where there is none.
    of: Vec<(u32, u32)>,
}

impl Programs {
    /// Compiles every expression for which there is a program.
    pub(super) fn new(schema: &Schema) -> Self {
        let mut programs = Self::default();
        for index in 0..schema.exprs.len() as u32 {
            let mut ops = Vec::new();
            let start = programs.ops.len() as u32;
            if compile(schema, ExprId(index), &mut ops).is_some() && deepest(&ops) <= ROOM {
                programs.ops.append(&mut ops);
            }
            programs.of.push((start, programs.ops.len() as u32));
        }
        programs
    }

    /// The number of an expression over a frame. `it` is asked for the value under check.
    #[inline]
    pub(super) fn run(
        &self,
        id: ExprId,
        dissection: &Dissection,
        frame: u32,
        it: impl Fn() -> Option<i64>,
    ) -> Option<i64> {
        let &(start, end) = self.of.get(id.index())?;
        let ops = self.ops.get(start as usize..end as usize)?;
        match *ops {
            [] => return None,
            [Op::Number(value)] => return Some(value),
            [Op::It, Op::With(op, right)] => return apply(op, it()?, right),
            _ => {}
        }
        let frame = dissection.frames.get(frame as usize)?;
        let slots = dissection.slots.get(frame.slots as usize..)?;
        match *ops {
            [Op::Field { slot, scale: 1 }] => return in_slot(dissection, slots, slot),
            [Op::Field { slot, scale: 1 }, Op::With(op, right)] => {
                return apply(op, in_slot(dissection, slots, slot)?, right);
            }
            _ => {}
        }
        steps(ops, dissection, frame, slots, it)
    }
}

/// Takes the steps of a program one by one.
#[inline]
fn steps(
    ops: &[Op],
    dissection: &Dissection,
    frame: &Frame,
    slots: &[u32],
    it: impl Fn() -> Option<i64>,
) -> Option<i64> {
    let mut aside = [0_i64; ROOM];
    let mut count = 0;
    let mut number = 0_i64;
    let mut at = 0;
    while let Some(op) = ops.get(at) {
        at += 1;
        match *op {
            Op::Aside => {
                aside[count % ROOM] = number;
                count += 1;
            }
            Op::Number(value) => number = value,
            Op::Field { slot, scale } => {
                number = in_slot(dissection, slots, slot)?;
                if scale != 1 {
                    number = number.checked_mul(i64::from(scale))?;
                }
            }
            Op::FieldBits { slot, shift, mask } => {
                number = (in_slot(dissection, slots, slot)? >> shift) & i64::from(mask);
            }
            Op::Either { first, second } => {
                let there = *slots.get(first as usize)? > 0;
                number = in_slot(dissection, slots, if there { first } else { second })?;
            }
            Op::Present(slot) => number = i64::from(*slots.get(slot as usize)? > 0),
            Op::Parameter(index) => match dissection.args.get((frame.args + index) as usize)? {
                Arg::Int(value) => number = i64::try_from(*value).ok()?,
                Arg::Region(..) | Arg::Absent => return None,
            },
            Op::It => number = it()?,
            Op::Bits { shift, mask } => number = (number >> shift) & mask,
            Op::Not => number = i64::from(number == 0),
            Op::Negate => number = number.checked_neg()?,
            Op::With(op, right) => number = apply(op, number, right)?,
            Op::Binary(op) => {
                count -= 1;
                number = apply(op, aside[count % ROOM], number)?;
            }
            Op::Choose => {
                count -= 2;
                if aside[count % ROOM] != 0 {
                    number = aside[(count + 1) % ROOM];
                }
            }
            Op::Decide { by, skip } => {
                if (number != 0) == by {
                    number = i64::from(by);
                    at += skip as usize;
                }
            }
            Op::Truth => number = i64::from(number != 0),
        }
    }
    Some(number)
}

/// The number of the field in a slot, before its scale.
#[inline(always)]
fn in_slot(dissection: &Dissection, slots: &[u32], slot: u32) -> Option<i64> {
    let node = slots.get(slot as usize)?.wrapping_sub(1);
    match dissection.nodes.get(node as usize)?.value {
        Value::Uint(value) => i64::try_from(value).ok(),
        Value::Int(value) => Some(value),
        _ => None,
    }
}

/// An operator with two numbers.
#[inline(always)]
fn apply(op: BinaryOp, left: i64, right: i64) -> Option<i64> {
    Some(match op {
        BinaryOp::Or => i64::from(left != 0 || right != 0),
        BinaryOp::And => i64::from(left != 0 && right != 0),
        BinaryOp::Eq => i64::from(left == right),
        BinaryOp::Ne => i64::from(left != right),
        BinaryOp::Le => i64::from(left <= right),
        BinaryOp::Ge => i64::from(left >= right),
        BinaryOp::Lt => i64::from(left < right),
        BinaryOp::Gt => i64::from(left > right),
        BinaryOp::BitOr => left | right,
        BinaryOp::BitXor => left ^ right,
        BinaryOp::BitAnd => left & right,
        BinaryOp::Add => left.checked_add(right)?,
        BinaryOp::Sub => left.checked_sub(right)?,
        BinaryOp::Mul => left.checked_mul(right)?,
        BinaryOp::Div => left.checked_div(right)?,
        BinaryOp::Rem => left.checked_rem(right)?,
        BinaryOp::Shl if (0..63).contains(&right) => left.checked_mul(1 << right)?,
        BinaryOp::Shr if (0..64).contains(&right) => left >> right,
        BinaryOp::Shl | BinaryOp::Shr | BinaryOp::Concat => return None,
    })
}

/// Appends the steps of an expression; nothing where it is no expression over numbers.
fn compile(schema: &Schema, id: ExprId, ops: &mut Vec<Op>) -> Option<()> {
    match &schema[id] {
        Expr::Int(value) => ops.push(Op::Number(i64::try_from(*value).ok()?)),
        Expr::Bool(value) => ops.push(Op::Number(i64::from(*value))),
        Expr::Field(fields) => ops.push(load(schema, fields)?),
        Expr::Param(index) => ops.push(Op::Parameter(*index)),
        Expr::It => ops.push(Op::It),
        Expr::Present(fields) => match **fields {
            [field] => ops.push(Op::Present(schema[field].slot)),
            _ => return None,
        },
        Expr::Bits { of, shift, bits, .. } if *bits < 63 && *shift < 64 => {
            compile(schema, *of, ops)?;
            let mask = (1 << bits) - 1;
            let fused = match (ops.last(), u32::try_from(mask)) {
                (Some(&Op::Field { slot, scale: 1 }), Ok(mask)) => Some(Op::FieldBits { slot, shift: *shift, mask }),
                _ => None,
            };
            if fused.is_some() {
                ops.pop();
            }
            ops.push(fused.unwrap_or(Op::Bits { shift: *shift, mask }));
        }
        Expr::Truncate { of, bits } if *bits < 63 => {
            compile(schema, *of, ops)?;
            ops.push(Op::Bits { shift: 0, mask: (1 << bits) - 1 });
        }
        Expr::Unary(op, of) => {
            compile(schema, *of, ops)?;
            ops.push(match op {
                UnaryOp::Not => Op::Not,
                UnaryOp::Neg => Op::Negate,
            });
        }
        Expr::Binary(op @ (BinaryOp::And | BinaryOp::Or), left, right) => {
            compile(schema, *left, ops)?;
            let start = ops.len();
            compile(schema, *right, ops)?;
            ops.push(Op::Truth);
            let skip = (ops.len() - start) as u32;
            ops.insert(start, Op::Decide { by: *op == BinaryOp::Or, skip });
        }
        Expr::Binary(op, left, right) if *op != BinaryOp::Concat => {
            compile(schema, *left, ops)?;
            compile_right(schema, *op, *right, ops)?;
        }
        Expr::InRange(of, from, to) => {
            compile(schema, *of, ops)?;
            compile_right(schema, BinaryOp::Ge, *from, ops)?;
            ops.push(Op::Aside);
            compile(schema, *of, ops)?;
            compile_right(schema, BinaryOp::Le, *to, ops)?;
            ops.push(Op::Binary(BinaryOp::And));
        }
        Expr::Cond(condition, yes, no) => {
            compile(schema, *condition, ops)?;
            ops.push(Op::Aside);
            compile(schema, *yes, ops)?;
            ops.push(Op::Aside);
            compile(schema, *no, ops)?;
            ops.push(Op::Choose);
        }
        _ => return None,
    }
    Some(())
}

/// Appends the right side of an operator and the operator. A constant goes into the operator, and of two constants only
/// the result stays.
fn compile_right(schema: &Schema, op: BinaryOp, right: ExprId, ops: &mut Vec<Op>) -> Option<()> {
    let start = ops.len();
    ops.push(Op::Aside);
    compile(schema, right, ops)?;
    let &[Op::Aside, Op::Number(right)] = ops.get(start..)? else {
        ops.push(Op::Binary(op));
        return Some(());
    };
    ops.truncate(start);
    let folded = match ops.last() {
        Some(&Op::Number(left)) => apply(op, left, right),
        _ => None,
    };
    match folded {
        Some(value) => {
            ops.pop();
            ops.push(Op::Number(value));
        }
        None => ops.push(Op::With(op, right)),
    }
    Some(())
}

/// How the one present among these fields is loaded; nothing where they are no numbers.
fn load(schema: &Schema, fields: &[FieldId]) -> Option<Op> {
    let is_number = |&field: &FieldId| match &schema[field].ty {
        Type::Uint { .. } | Type::Int { .. } | Type::UintOf { .. } | Type::Bool => true,
        Type::Codec(codec, _) => match &schema[*codec].kind {
            CompositeKind::Codec(codec) => matches!(codec.result, CodecResult::Uint(_)),
            CompositeKind::Layer(_) | CompositeKind::Struct => false,
        },
        _ => false,
    };
    if !fields.iter().all(is_number) {
        return None;
    }
    match *fields {
        [field] => Some(Op::Field { slot: schema[field].slot, scale: u32::try_from(schema[field].scale).ok()? }),
        [first, second] if schema[first].scale == 1 && schema[second].scale == 1 => {
            Some(Op::Either { first: schema[first].slot, second: schema[second].slot })
        }
        _ => None,
    }
}

/// How many numbers a program has put aside at most.
fn deepest(ops: &[Op]) -> usize {
    let mut now = 0_usize;
    let mut most = 0;
    for op in ops {
        match op {
            Op::Aside => now += 1,
            Op::Binary(_) => now = now.saturating_sub(1),
            Op::Choose => now = now.saturating_sub(2),
            Op::Number(_)
            | Op::Field { .. }
            | Op::FieldBits { .. }
            | Op::Either { .. }
            | Op::Present(_)
            | Op::Parameter(_)
            | Op::It
            | Op::Bits { .. }
            | Op::Not
            | Op::Negate
            | Op::With(..)
            | Op::Decide { .. }
            | Op::Truth => {}
        }
        most = most.max(now);
    }
    most
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test may panic")]

    use super::*;
    use crate::interp::{Eval, It, Node, NodeKind};
    use crate::model::{Block, Composite, CompositeId, Display, Field, ModuleId, Names, Place};
    use crate::tree::Span;

    /// Numbers that look random, and are the same in every run.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, limit: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % limit
        }
    }

    fn field(slot: u32, scale: u64) -> Field {
        Field {
            name: None,
            docs: Vec::new(),
            span: Span::default(),
            owner: CompositeId(0),
            slot,
            variant: None,
            ty: Type::Uint { bits: 64, little: false, names: Names::None },
            place: Place::Scan,
            display: Display::Plain,
            scale,
            unit: None,
            constant: None,
            lenient: false,
            auto: None,
            default: None,
            wheres: Vec::new(),
            verify: None,
            within: None,
            partial: None,
            align: None,
            condition: None,
            opaque_otherwise: false,
            trailing: false,
        }
    }

    /// A composite of four fields, the second one scaled.
    fn schema() -> Schema {
        let composite = Composite {
            name: "A".into(),
            key: "a".into(),
            module: ModuleId(0),
            docs: Vec::new(),
            span: Span::default(),
            kind: CompositeKind::Struct,
            params: Vec::new(),
            body: Block::default(),
            fields: (0..4).map(FieldId).collect(),
            variants: Vec::new(),
            lets: Vec::new(),
            derive_order: Vec::new(),
            extent: (0, None),
        };
        let fields = vec![field(0, 1), field(1, 8), field(2, 1), field(3, 1)];
        Schema { composites: vec![composite], fields, ..Schema::default() }
    }

    /// Adds an expression made at random.
    fn grow(schema: &mut Schema, numbers: &mut Numbers, depth: u32) -> ExprId {
        use BinaryOp::*;
        const OPS: [BinaryOp; 18] =
            [Or, And, Eq, Ne, Le, Ge, Lt, Gt, BitOr, BitXor, BitAnd, Shl, Shr, Add, Sub, Mul, Div, Rem];
        let field = |numbers: &mut Numbers| FieldId(numbers.below(4) as u32);
        let expr = match numbers.below(if depth == 0 { 5 } else { 12 }) {
            0 => Expr::Int(i128::from(numbers.below(70))),
            1 => Expr::It,
            2 => Expr::Field([FieldId(0), FieldId(2)].into()),
            3 => Expr::Present([field(numbers)].into()),
            4 => Expr::Field([field(numbers)].into()),
            5 => {
                let of = grow(schema, numbers, depth - 1);
                Expr::Bits { of, shift: numbers.below(9) as u32, bits: 1 + numbers.below(9) as u32, boolean: false }
            }
            6 => Expr::Unary(UnaryOp::Not, grow(schema, numbers, depth - 1)),
            7 => Expr::Unary(UnaryOp::Neg, grow(schema, numbers, depth - 1)),
            8 => {
                let [a, b, c] = [(); 3].map(|()| grow(schema, numbers, depth - 1));
                if numbers.below(2) == 0 { Expr::Cond(a, b, c) } else { Expr::InRange(a, b, c) }
            }
            _ => {
                let [a, b] = [(); 2].map(|()| grow(schema, numbers, depth - 1));
                Expr::Binary(OPS[numbers.below(18) as usize], a, b)
            }
        };
        schema.exprs.push(expr);
        ExprId(schema.exprs.len() as u32 - 1)
    }

    /// What a program gives is what the evaluator gives.
    #[test]
    fn a_program_means_what_its_expression_means() {
        let mut schema = schema();
        let mut numbers = Numbers(1);
        let roots: Vec<ExprId> = (0..3000).map(|_| grow(&mut schema, &mut numbers, 4)).collect();
        let programs = Programs::new(&schema);
        let mut answered = 0;
        for absent in 0..5 {
            let mut dissection = Dissection::default();
            let nodes = (0, u32::MAX);
            dissection.frames.push(Frame {
                composite: CompositeId(0),
                layer: 0,
                slots: 0,
                args: 0,
                start: 0,
                bits: 0,
                nodes,
            });
            for slot in 0..4 {
                let value = [0, 1, numbers.below(300), u64::MAX >> numbers.below(4)][numbers.below(4) as usize];
                let kind = NodeKind::Field(FieldId(slot));
                dissection.nodes.push(Node { kind, start: 0, bits: 64, end: slot + 1, value: Value::Uint(value) });
                dissection.slots.push(if slot == absent { 0 } else { slot + 1 });
            }
            let eval = Eval::new(&schema, &[], &dissection, 0).with_it(It::Int(6));
            for &root in &roots {
                if let Some(number) = programs.run(root, &dissection, 0, || Some(6)) {
                    answered += 1;
                    let wanted =
                        if eval.int(root).is_some() { eval.int(root) } else { eval.truth(root).map(i128::from) };
                    assert_eq!(Some(i128::from(number)), wanted, "{:?} of {:?}", schema[root], dissection.nodes);
                }
            }
        }
        assert!(answered > 5000, "most have a program: {answered}");
    }
}
