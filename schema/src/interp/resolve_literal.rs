//! Literals in a packet as somebody wrote it, by the type of the field that they are for.

use super::resolve_value::{fixed_width, mismatch};
use super::value::Bits;
use crate::model::{CodecResult, CompositeKind, Encoding, EnumId, Names, Schema, Type, Values};
use crate::tree::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::{Code, Diagnostic};

/// What a literal is.
pub(super) enum Literal {
    Uint(u128),
    Int(i128),
    Float(f64),
    Bytes(Vec<u8>),
    Payload(Vec<u8>),
}

/// The value of an expression for a field of some type.
///
/// # Errors
///
/// It is another kind of value, or does not fit.
pub(super) fn literal(schema: &Schema, expr: &Expr, ty: &Type, scale: u64) -> Result<Literal, Diagnostic> {
    match ty {
        Type::Uint { bits, names, .. } => unsigned(schema, expr, *bits, *names, scale),
        Type::UintOf { .. } => unsigned(schema, expr, 128, Names::None, scale),
        Type::Bool => unsigned(schema, expr, 1, Names::None, 1),
        Type::Int { bits, .. } => {
            let value = number(schema, expr, Names::None)?;
            match value.checked_rem(i128::from(scale)) {
                Some(0) if packet_core::bits::twos_complement(value / i128::from(scale), *bits).is_some() => {
                    Ok(Literal::Int(value))
                }
                _ => Err(out_of_range(expr, &value.to_string(), *bits, scale)),
            }
        }
        Type::Float { .. } => Ok(Literal::Float(number(schema, expr, Names::None)? as f64)),
        Type::Bytes(_) => octets(expr).map(Literal::Bytes),
        Type::Text(encoding, _) => text(expr, *encoding).map(Literal::Bytes),
        Type::Codec(codec, _) => match &schema[*codec].kind {
            CompositeKind::Codec(codec) => match codec.result {
                CodecResult::Uint(bits) => unsigned(schema, expr, bits, Names::None, scale),
                CodecResult::Name | CodecResult::Bytes => octets(expr).map(Literal::Bytes),
            },
            CompositeKind::Layer(_) | CompositeKind::Struct => Err(mismatch(expr.span, "this is no codec")),
        },
        Type::Next(_) => octets(expr).map(Literal::Payload),
        Type::Struct(composite, _) => {
            let message = format!("a struct is written `{} {{ … }}`", schema[*composite].name);
            Err(mismatch(expr.span, &message))
        }
        Type::List(..) => Err(mismatch(expr.span, "a list is written `[a, b]`")),
    }
}

/// The bits of `raw e` for a field of some type: a number takes as many as the field has, or as it says itself.
pub(super) fn raw_bits(schema: &Schema, expr: &Expr, ty: &Type) -> Result<Bits, Diagnostic> {
    if let Ok(bytes) = octets(expr) {
        return Ok(Bits::from_bytes(&bytes));
    }
    let names = match ty {
        Type::Uint { names, .. } => *names,
        _ => Names::None,
    };
    let said = match &expr.kind {
        ExprKind::Int(_, suffix) => suffix.map(|suffix| suffix.bits),
        _ => None,
    };
    let value = number(schema, expr, names)?;
    let Some(width) = fixed_width(ty).or(said) else {
        return Err(mismatch(expr.span, "raw bits of this field are written hex\"…\", or as a number with its width"));
    };
    let bits = match u128::try_from(value) {
        Ok(value) => Some(value),
        Err(_) => packet_core::bits::twos_complement(value, width),
    };
    bits.and_then(|bits| Bits::from_uint(bits, width)).ok_or_else(|| out_of_range(expr, &value.to_string(), width, 1))
}

fn unsigned(schema: &Schema, expr: &Expr, bits: u32, names: Names, scale: u64) -> Result<Literal, Diagnostic> {
    let value = match &expr.kind {
        ExprKind::Int(value, _) => *value,
        ExprKind::Bytes(bytes) | ExprKind::Tagged(_, bytes) => match Bits::from_bytes(bytes) {
            number if number.len() == u64::from(bits) => number.uint().unwrap_or_default(),
            other => {
                let message = format!("{} bits for a field of {bits}", other.len());
                return Err(Diagnostic::new(Code::ValueOutOfRange, expr.span, message));
            }
        },
        _ => {
            let value = number(schema, expr, names)?;
            u128::try_from(value).map_err(|_| out_of_range(expr, &value.to_string(), bits, scale))?
        }
    };
    match value.checked_rem(u128::from(scale)) {
        Some(0) if packet_core::bits::fits(value / u128::from(scale), bits) => Ok(Literal::Uint(value)),
        _ => Err(out_of_range(expr, &value.to_string(), bits, scale)),
    }
}

fn out_of_range(expr: &Expr, value: &str, bits: u32, scale: u64) -> Diagnostic {
    let mut message = format!("{value} does not fit {bits} bits");
    if scale != 1 {
        message.push_str(&format!(" of {scale} each"));
    }
    Diagnostic::new(Code::ValueOutOfRange, expr.span, message)
}

fn octets(expr: &Expr) -> Result<Vec<u8>, Diagnostic> {
    match &expr.kind {
        ExprKind::Bytes(bytes) | ExprKind::Tagged(_, bytes) => Ok(bytes.clone()),
        ExprKind::Text(text) => Ok(text.clone().into_bytes()),
        ExprKind::Binary(BinaryOp::Concat, left, right) => Ok([octets(left)?, octets(right)?].concat()),
        _ => Err(mismatch(expr.span, "bytes are written hex\"…\", \"…\", ip\"…\" or mac\"…\"")),
    }
}

fn text(expr: &Expr, encoding: Encoding) -> Result<Vec<u8>, Diagnostic> {
    let ExprKind::Text(text) = &expr.kind else { return octets(expr) };
    let most = match encoding {
        Encoding::Utf8 => return Ok(text.clone().into_bytes()),
        Encoding::Ascii | Encoding::NoCase => 0x7f,
        Encoding::Latin1 => 0xff,
    };
    let letters = text.chars().map(|letter| u8::try_from(u32::from(letter)).ok().filter(|&byte| byte <= most));
    letters.collect::<Option<_>>().ok_or_else(|| {
        Diagnostic::new(Code::ValueOutOfRange, expr.span, "a letter that the field's encoding does not have")
    })
}

/// A constant number; names are those of the field's enum, or of its flags.
pub(super) fn number(schema: &Schema, expr: &Expr, names: Names) -> Result<i128, Diagnostic> {
    let overflow = || Diagnostic::new(Code::ValueOutOfRange, expr.span, "the number is too large");
    match &expr.kind {
        ExprKind::Int(value, _) => i128::try_from(*value).map_err(|_| overflow()),
        ExprKind::Bool(value) => Ok(i128::from(*value)),
        ExprKind::Bytes(bytes) | ExprKind::Tagged(_, bytes) => {
            let value = Bits::from_bytes(bytes).uint().ok_or_else(overflow)?;
            i128::try_from(value).map_err(|_| overflow())
        }
        ExprKind::Name(name) => named(schema, expr, name, names),
        ExprKind::Member(base, member) => qualified(schema, expr, base, &member.text, names),
        ExprKind::Unary(UnaryOp::Neg, inner) => number(schema, inner, names)?.checked_neg().ok_or_else(overflow),
        ExprKind::Unary(UnaryOp::Not, inner) => Ok(i128::from(number(schema, inner, names)? == 0)),
        ExprKind::Binary(op, left, right) => {
            let (left, right) = (number(schema, left, names)?, number(schema, right, names)?);
            super::arithmetic(*op, left, right).ok_or_else(|| {
                Diagnostic::new(Code::TypeMismatch, expr.span, format!("`{}` gives no number here", op.symbol()))
            })
        }
        ExprKind::Text(_)
        | ExprKind::Call(..)
        | ExprKind::Index(..)
        | ExprKind::Slice(..)
        | ExprKind::Cond(..)
        | ExprKind::In(..)
        | ExprKind::List(_)
        | ExprKind::Range(..)
        | ExprKind::Wildcard => Err(mismatch(expr.span, "a number is wanted here")),
    }
}

fn named(schema: &Schema, expr: &Expr, name: &str, names: Names) -> Result<i128, Diagnostic> {
    match names {
        Names::Enum(names) => enumerator(schema, expr, names, name),
        Names::Flags(names) => {
            let names = &schema[names];
            let flag = names.flags.iter().find(|flag| flag.name.as_deref() == Some(name) && flag.bits == 1);
            flag.map(|flag| 1_i128 << flag.shift.min(126)).ok_or_else(|| {
                let message = format!("`{}` has no flag `{name}`", names.name);
                Diagnostic::new(Code::UnknownName, expr.span, message)
            })
        }
        Names::None => {
            Err(Diagnostic::new(Code::UnknownName, expr.span, format!("`{name}` is no value that this field knows")))
        }
    }
}

/// `IpProtocol.TCP`, whichever enum the field has.
fn qualified(schema: &Schema, expr: &Expr, base: &Expr, name: &str, names: Names) -> Result<i128, Diagnostic> {
    let ExprKind::Name(owner) = &base.kind else { return Err(mismatch(expr.span, "a number is wanted here")) };
    match schema.enums.iter().position(|candidate| candidate.name == *owner) {
        Some(found) => enumerator(schema, expr, EnumId(found as u32), name),
        None if matches!(names, Names::Flags(flags) if schema[flags].name == *owner) => {
            named(schema, expr, name, names)
        }
        None => Err(Diagnostic::new(Code::UnknownName, base.span, format!("no enum is called `{owner}`"))),
    }
}

fn enumerator(schema: &Schema, expr: &Expr, names: EnumId, name: &str) -> Result<i128, Diagnostic> {
    let names = &schema[names];
    match names.named(name).map(|found| found.values) {
        Some(Values::Range(low, _)) => i128::try_from(low)
            .map_err(|_| Diagnostic::new(Code::ValueOutOfRange, expr.span, "the number is too large")),
        Some(Values::Matching(_)) => {
            let message = format!("`{name}` stands for many values; write the one that is meant");
            Err(Diagnostic::new(Code::ValueOutOfRange, expr.span, message))
        }
        None => {
            let message = format!("`{}` has no value `{name}`", names.name);
            Err(Diagnostic::new(Code::UnknownName, expr.span, message))
        }
    }
}
