//! What an expression means: its value over a packet that was read, or that is being read or built.
//!
//! Nothing fails. What is absent makes what depends on it absent, and so does arithmetic that leaves 128 bits.

use super::program::Programs;
use super::val::Val;
use super::{Arg, Dissection};
use crate::model::{Expr, ExprId, Schema};
use crate::tree::{BinaryOp, UnaryOp};
use std::borrow::Cow;
use std::cmp::Ordering;

/// As deep as expressions may call each other, through members of interfaces.
pub(super) const MAX_DEPTH: u32 = 64;

/// Most arguments of an interface's member.
pub(super) const MAX_ARGS: usize = 8;

/// What [`Expr::It`] stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum It {
    /// Nothing.
    #[default]
    Nothing,
    /// A number: a key, a candidate.
    Int(i128),
    /// A field or an element that was read.
    Node(u32),
}

/// An argument of an interface's member, or the keys of a metafield.
#[derive(Clone, Copy, Debug, Default)]
pub enum CallArg<'a> {
    /// Not known.
    #[default]
    Absent,
    /// A number.
    Int(i128),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// Evaluates expressions over one frame of a dissection.
///
/// `'a` is how long the packet and what was read of it live, `'c` the arguments of a call.
#[derive(Clone, Copy, Debug)]
pub struct Eval<'a, 'c> {
    /// The definitions.
    pub schema: &'a Schema,
    /// The packet.
    pub data: &'a [u8],
    /// What was read of it so far.
    pub dissection: &'a Dissection,
    /// The composite whose fields, parameters and lets the expression names.
    pub frame: u32,
    /// What `it` is.
    pub it: It,
    /// Arguments of the interface's member that is evaluated.
    pub args: &'c [CallArg<'a>],
    /// From which bit to which the field under derivation stands: these bits read as zero in `self` and `bytes_of`.
    pub hole: Option<(u32, u32)>,
    /// What is left of the region, from which bit to which, while it is read.
    pub rest: Option<(u32, u32)>,
    /// The host's seed of hashes.
    pub seed: [u8; 16],
    /// Ways to some numbers that are faster than looking at the expression.
    pub(super) programs: Option<&'a Programs>,
    /// The layer from which late-bound members are looked up.
    pub(super) view: Option<u32>,
    /// How many calls of members enclose this one.
    pub(super) depth: u32,
}

impl<'a> Eval<'a, '_> {
    /// Evaluates over a frame.
    #[must_use]
    pub fn new(schema: &'a Schema, data: &'a [u8], dissection: &'a Dissection, frame: u32) -> Self {
        Self {
            schema,
            data,
            dissection,
            frame,
            it: It::Nothing,
            args: &[],
            hole: None,
            rest: None,
            seed: [0; 16],
            programs: None,
            view: None,
            depth: 0,
        }
    }
}

impl<'a, 'c> Eval<'a, 'c> {
    /// With that as `it`.
    #[must_use]
    pub fn with_it(self, it: It) -> Self {
        Self { it, ..self }
    }

    /// With the bits from the first up to the second, exclusive, read as zero.
    #[must_use]
    pub fn with_hole(self, from: u32, to: u32) -> Self {
        Self { hole: Some((from, to)), ..self }
    }

    /// With the region's rest, from which bit to which.
    #[must_use]
    pub fn with_rest(self, from: u32, to: u32) -> Self {
        Self { rest: Some((from, to)), ..self }
    }

    /// With the host's seed of hashes.
    #[must_use]
    pub fn with_seed(self, seed: [u8; 16]) -> Self {
        Self { seed, ..self }
    }

    /// Over another frame of the same packet.
    #[must_use]
    pub fn in_frame(self, frame: u32) -> Self {
        Self { frame, ..self }
    }

    /// With arguments for [`Expr::Arg`].
    #[must_use]
    pub fn with_args<'d>(self, args: &'d [CallArg<'a>]) -> Eval<'a, 'd> {
        Eval { args, ..self }
    }

    /// The expression's value.
    #[must_use]
    pub fn eval(&self, id: ExprId) -> Val<'a> {
        match &self.schema[id] {
            Expr::Bool(value) => Val::Bool(*value),
            Expr::Bytes(bytes) => Val::Bytes(Cow::Borrowed(bytes)),
            Expr::Text(text) => Val::Text(Cow::Borrowed(text)),
            Expr::Field(fields) => self.present(self.frame, fields).map_or(Val::Absent, |node| self.value_of(node)),
            Expr::Param(index) => self.parameter(*index),
            Expr::Arg(index) => match self.args.get(*index as usize) {
                Some(CallArg::Int(value)) => Val::Int(*value),
                Some(CallArg::Bytes(bytes)) => Val::Bytes(Cow::Borrowed(bytes)),
                Some(CallArg::Absent) | None => Val::Absent,
            },
            Expr::It => match self.it {
                It::Nothing => Val::Absent,
                It::Int(value) => Val::Int(value),
                It::Node(node) => self.value_of(node),
            },
            Expr::Member(of, fields) => match self.eval(*of) {
                Val::Frame(frame) => self.present(frame, fields).map_or(Val::Absent, |node| self.value_of(node)),
                _ => Val::Absent,
            },
            Expr::Variant(of, composite, key) => self.variant(&self.eval(*of), *composite, key),
            Expr::Index(of, at) => self.int(*at).map_or(Val::Absent, |at| self.index(&self.eval(*of), at)),
            Expr::Slice(of, from, to) => self.slice(*of, *from, *to).unwrap_or_default(),
            Expr::Cond(condition, yes, no) => match self.truth(*condition) {
                Some(true) => self.eval(*yes),
                Some(false) => self.eval(*no),
                None => Val::Absent,
            },
            Expr::List(items) => Val::Items(items.iter().map(|&item| self.eval(item)).collect()),
            Expr::Layer(composite) => self.layer_frame(*composite).map_or(Val::Absent, Val::Frame),
            Expr::LayerRegion => self.layer_region(),
            Expr::Carrier { via, interface, member, args } => {
                self.carrier(*via, *interface, *member, args, |eval, value| Some(eval.eval(value))).unwrap_or_default()
            }
            Expr::Anomalies => self.anomalies(),
            Expr::Binary(BinaryOp::Concat, ..)
            | Expr::ToBytes { .. }
            | Expr::SelfBytes
            | Expr::BytesOf(..)
            | Expr::Rest => self.bytes(id).map_or(Val::Absent, Val::Bytes),
            Expr::Bits { boolean: true, .. }
            | Expr::Unary(UnaryOp::Not, _)
            | Expr::InRange(..)
            | Expr::InList(..)
            | Expr::More
            | Expr::Present(_)
            | Expr::PresentLayer(_)
            | Expr::NextIs(..)
            | Expr::HasRow(..) => self.truth(id).map_or(Val::Absent, Val::Bool),
            Expr::Binary(op, ..) if is_logical(*op) => self.truth(id).map_or(Val::Absent, Val::Bool),
            Expr::Random => Val::Absent,
            _ => self.int(id).map_or(Val::Absent, Val::Int),
        }
    }

    /// The expression's value as an integer; a boolean counts as 0 or 1.
    #[must_use]
    pub fn int(&self, id: ExprId) -> Option<i128> {
        if let Some(number) = self.quickly(id) {
            return Some(i128::from(number));
        }
        match &self.schema[id] {
            Expr::Int(value) => Some(*value),
            Expr::Field(fields) => self.int_of(self.present(self.frame, fields)?),
            Expr::It => match self.it {
                It::Nothing => None,
                It::Int(value) => Some(value),
                It::Node(node) => self.int_of(node),
            },
            Expr::Bits { of, shift, bits, .. } => Some(low_bits(self.int(*of)? >> (*shift).min(127), *bits)),
            Expr::Truncate { of, bits } => Some(low_bits(self.int(*of)?, *bits)),
            Expr::Unary(UnaryOp::Neg, of) => self.int(*of)?.checked_neg(),
            Expr::Binary(op, left, right) if !is_logical(*op) && *op != BinaryOp::Concat => {
                arithmetic(*op, self.int(*left)?, self.int(*right)?)
            }
            Expr::Cond(condition, yes, no) => self.int(if self.truth(*condition)? { *yes } else { *no }),
            Expr::Len(of) => self.length(&self.eval(*of)),
            Expr::Word { of, words, nocase } => self.word(*of, words, *nocase),
            Expr::Before(wanted) => self.before(wanted),
            Expr::Size => self.size(),
            Expr::SizeOf(fields) => Some(i128::from(self.node(self.present(self.frame, fields)?)?.bits / 8)),
            Expr::SizeOfIt => self.size_of_it(),
            Expr::OffsetOf(fields) => self.offset_of(fields),
            Expr::CountOf(fields) => self.count_of(self.present(self.frame, fields)?),
            Expr::CountOfIt => match self.it {
                It::Node(node) => self.count_of(node),
                It::Nothing | It::Int(_) => None,
            },
            Expr::KeyOf(fields, otherwise) => self.key_of(fields).or_else(|| self.int((*otherwise)?)),
            Expr::Inet16(of) => self.inet16(*of).map(i128::from),
            Expr::Crc32(of) => self.crc32(*of, false).map(i128::from),
            Expr::Crc32c(of) => self.crc32(*of, true).map(i128::from),
            Expr::Crc16 { of, poly, init, reflected, xorout } => {
                let parameters = packet_core::checksum::Crc16Parameters {
                    polynomial: *poly,
                    init: *init,
                    reflect: *reflected,
                    xor_out: *xorout,
                };
                self.crc16(*of, parameters).map(i128::from)
            }
            Expr::SipHash24(of) => self.siphash24(*of).map(i128::from),
            Expr::ZeroAsFfff(of) => self.int(*of).map(|value| if value == 0 { 0xffff } else { value }),
            Expr::Smallest(least, greatest, predicate) => Some(self.smallest(*least, *greatest, *predicate)),
            Expr::Seed => Some(u128::from_be_bytes(self.seed) as i128),
            Expr::Status(fields) => Some(self.status(fields)),
            Expr::Random => None,
            Expr::Bool(value) => Some(i128::from(*value)),
            Expr::Unary(UnaryOp::Not, _)
            | Expr::Binary(..)
            | Expr::InRange(..)
            | Expr::InList(..)
            | Expr::More
            | Expr::Present(_)
            | Expr::PresentLayer(_)
            | Expr::NextIs(..)
            | Expr::HasRow(..) => self.truth(id).map(i128::from),
            _ => self.eval(id).int(),
        }
    }

    /// The expression's value as a condition; a number holds where it is not 0.
    #[must_use]
    pub fn truth(&self, id: ExprId) -> Option<bool> {
        if let Some(number) = self.quickly(id) {
            return Some(number != 0);
        }
        match &self.schema[id] {
            Expr::Bool(value) => Some(*value),
            Expr::Unary(UnaryOp::Not, of) => self.truth(*of).map(|value| !value),
            Expr::Binary(BinaryOp::And, left, right) => match self.truth(*left) {
                Some(false) => Some(false),
                Some(true) => self.truth(*right),
                None => self.truth(*right).filter(|value| !value),
            },
            Expr::Binary(BinaryOp::Or, left, right) => match self.truth(*left) {
                Some(true) => Some(true),
                Some(false) => self.truth(*right),
                None => self.truth(*right).filter(|value| *value),
            },
            Expr::Binary(op, left, right) if is_logical(*op) => self.compare(*op, *left, *right),
            Expr::InRange(of, from, to) => {
                let (value, from, to) = (self.int(*of)?, self.int(*from)?, self.int(*to)?);
                Some(from <= value && value <= to)
            }
            Expr::InList(of, items) => self.in_list(*of, items),
            Expr::More => self.rest.map(|(from, to)| from < to),
            Expr::Present(fields) => Some(self.present(self.frame, fields).is_some()),
            Expr::PresentLayer(layer) => Some(self.layer_frame(*layer).is_some()),
            Expr::NextIs(fields, layer) => Some(self.payload_of(fields) == Some(*layer)),
            Expr::HasRow(table, key) => {
                let key = self.int(*key)?;
                let guard = self.with_it(It::Int(key));
                let holds = |row: &crate::model::Row| row.guard.is_none_or(|id| guard.truth(id) == Some(true));
                Some(self.schema[*table].rows_of(key as u128).any(holds))
            }
            Expr::Int(_) | Expr::Field(_) | Expr::Bits { .. } => self.int(id).map(|value| value != 0),
            Expr::Cond(condition, yes, no) => self.truth(if self.truth(*condition)? { *yes } else { *no }),
            Expr::Param(_) | Expr::Arg(_) | Expr::It | Expr::Member(..) | Expr::Index(..) | Expr::Carrier { .. } => {
                self.eval(id).truth()
            }
            _ => self.int(id).map(|value| value != 0),
        }
    }

    /// The expression's number by its program, where it has one that works here.
    #[inline]
    pub(super) fn quickly(&self, id: ExprId) -> Option<i64> {
        self.programs?.run(id, self.dissection, self.frame, || match self.it {
            It::Nothing => None,
            It::Int(value) => i64::try_from(value).ok(),
            It::Node(node) => self.int_of(node).and_then(|value| i64::try_from(value).ok()),
        })
    }

    fn compare(&self, op: BinaryOp, left: ExprId, right: ExprId) -> Option<bool> {
        let ordering = if self.is_number(left) || self.is_number(right) {
            match (self.int(left), self.int(right)) {
                (Some(left), Some(right)) => left.cmp(&right),
                // One of them may be bytes that stand for a number.
                _ => self.eval(left).compare(&self.eval(right))?,
            }
        } else {
            match (op, self.eval(left), self.eval(right)) {
                (BinaryOp::Eq, left, right) => return self.same(&left, &right),
                (BinaryOp::Ne, left, right) => return self.same(&left, &right).map(|same| !same),
                (_, left, right) => left.compare(&right)?,
            }
        };
        Some(match op {
            BinaryOp::Eq => ordering == Ordering::Equal,
            BinaryOp::Ne => ordering != Ordering::Equal,
            BinaryOp::Lt => ordering == Ordering::Less,
            BinaryOp::Le => ordering != Ordering::Greater,
            BinaryOp::Gt => ordering == Ordering::Greater,
            BinaryOp::Ge => ordering != Ordering::Less,
            _ => return None,
        })
    }

    /// Whether an expression is a number by its form alone, so that it can be compared without more ado.
    fn is_number(&self, id: ExprId) -> bool {
        matches!(
            self.schema[id],
            Expr::Int(_) | Expr::Bits { boolean: false, .. } | Expr::Truncate { .. } | Expr::Len(_) | Expr::Size
        )
    }

    fn in_list(&self, of: ExprId, items: &[ExprId]) -> Option<bool> {
        let value = self.eval(of);
        if value.is_absent() {
            return None;
        }
        Some(items.iter().any(|&item| self.same(&value, &self.eval(item)) == Some(true)))
    }

    /// A parameter of the composite.
    pub(super) fn parameter(&self, index: u32) -> Val<'a> {
        let Some(frame) = self.dissection.frames.get(self.frame as usize) else { return Val::Absent };
        match self.dissection.args.get((frame.args + index) as usize) {
            Some(Arg::Int(value)) => Val::Int(*value),
            Some(Arg::Region(from, to)) => Val::Region(*from, *to),
            Some(Arg::Absent) | None => Val::Absent,
        }
    }

    /// Which of these words a text is.
    fn word(&self, of: ExprId, words: &[Box<str>], nocase: bool) -> Option<i128> {
        let text = self.bytes(of)?;
        let found = words.iter().position(|word| packet_core::text::is_word(&text, word, nocase));
        Some(found.unwrap_or(words.len()) as i128)
    }

    /// How many bytes are left before a delimiter.
    fn before(&self, wanted: &[Box<[u8]>]) -> Option<i128> {
        let (from, to) = self.rest?;
        let wanted: Vec<&[u8]> = wanted.iter().map(|one| &**one).collect();
        Some(packet_core::text::before(self.range(from, to), &wanted) as i128)
    }

    fn smallest(&self, least: i128, greatest: i128, predicate: ExprId) -> i128 {
        let holds = |&candidate: &i128| self.with_it(It::Int(candidate)).truth(predicate) == Some(true);
        (least..greatest).find(holds).unwrap_or(greatest)
    }
}

/// Whether an operator gives true or false.
fn is_logical(op: BinaryOp) -> bool {
    matches!(
        op,
        BinaryOp::Or
            | BinaryOp::And
            | BinaryOp::Eq
            | BinaryOp::Ne
            | BinaryOp::Le
            | BinaryOp::Ge
            | BinaryOp::Lt
            | BinaryOp::Gt
    )
}

/// The lowest bits of a number.
fn low_bits(value: i128, bits: u32) -> i128 {
    if bits >= 128 { value } else { value & ((1_u128 << bits) - 1) as i128 }
}

/// An operator with two integers: what it means wherever it stands, in a packet, a constant or a value to build.
/// Division rounds towards zero.
pub(crate) fn arithmetic(op: BinaryOp, left: i128, right: i128) -> Option<i128> {
    match op {
        BinaryOp::BitOr => Some(left | right),
        BinaryOp::BitXor => Some(left ^ right),
        BinaryOp::BitAnd => Some(left & right),
        BinaryOp::Add => left.checked_add(right),
        BinaryOp::Sub => left.checked_sub(right),
        BinaryOp::Mul => match (i64::try_from(left), i64::try_from(right)) {
            (Ok(left), Ok(right)) => Some(i128::from(left) * i128::from(right)),
            _ => left.checked_mul(right),
        },
        BinaryOp::Div => match (i64::try_from(left), i64::try_from(right)) {
            (Ok(left), Ok(right)) if right > 0 => Some(i128::from(left / right)),
            _ => left.checked_div(right),
        },
        BinaryOp::Rem => match (i64::try_from(left), i64::try_from(right)) {
            (Ok(left), Ok(right)) if right > 0 => Some(i128::from(left % right)),
            _ => left.checked_rem(right),
        },
        BinaryOp::Shl => match u32::try_from(right) {
            Ok(by) if by < 127 => left.checked_mul(1 << by),
            Ok(_) | Err(_) => (left == 0 && right >= 0).then_some(0),
        },
        BinaryOp::Shr => match u32::try_from(right) {
            Ok(by) => Some(left >> by.min(127)),
            Err(_) => (right > 0).then_some(left >> 127),
        },
        BinaryOp::Or
        | BinaryOp::And
        | BinaryOp::Eq
        | BinaryOp::Ne
        | BinaryOp::Le
        | BinaryOp::Ge
        | BinaryOp::Lt
        | BinaryOp::Gt
        | BinaryOp::Concat => None,
    }
}
