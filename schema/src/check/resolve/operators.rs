//! Operators, indices and slices.

use super::types::{Number, Ty};
use super::{Cx, Resolver};
use crate::model::{Expr, ExprId, Names};
use crate::tree::{self, BinaryOp, ExprKind, Span, UnaryOp};
use crate::{Code, Diagnostic};

impl<'t> Resolver<'t> {
    /// Numbers of whole bytes as bytes; bytes stay what they are.
    pub(super) fn whole_bytes(&mut self, id: ExprId, ty: &Ty, span: Span) -> ExprId {
        match ty {
            Ty::Bytes | Ty::Any | Ty::Region => id,
            Ty::Text | Ty::NoCase => match &self.schema[id] {
                Expr::Text(text) => {
                    let bytes = text.as_bytes().into();
                    self.push(Expr::Bytes(bytes), span)
                }
                _ => id,
            },
            Ty::Int(Number { bits: Some(bits), little, .. }) if bits.is_multiple_of(8) => {
                self.push(Expr::ToBytes { of: id, bits: *bits, little: *little }, span)
            }
            Ty::Int(_) => {
                self.report(
                    Diagnostic::new(
                        Code::TypeMismatch,
                        span,
                        "a number without a width of whole bytes can't be joined to bytes",
                    )
                    .help("say its width: `u16(…)`"),
                );
                id
            }
            other => {
                let text = format!("this is {}, and bytes are wanted here", other.words());
                self.error(Code::TypeMismatch, span, text);
                id
            }
        }
    }

    pub(super) fn unary(&mut self, cx: &Cx<'_>, op: UnaryOp, operand: &tree::Expr, span: Span) -> (ExprId, Ty) {
        match op {
            UnaryOp::Not => {
                let id = self.boolean(cx, operand);
                (self.push(Expr::Unary(op, id), span), Ty::Bool)
            }
            UnaryOp::Neg => {
                let id = self.int(cx, operand);
                let folded = match self.schema[id] {
                    Expr::Int(value) => value.checked_neg().map(Expr::Int),
                    _ => None,
                };
                (self.push(folded.unwrap_or(Expr::Unary(op, id)), span), Ty::INT)
            }
        }
    }

    pub(super) fn binary(
        &mut self,
        cx: &Cx<'_>,
        op: BinaryOp,
        left: &tree::Expr,
        right: &tree::Expr,
        span: Span,
        wanted: Option<&Ty>,
    ) -> (ExprId, Ty) {
        match op {
            BinaryOp::Or | BinaryOp::And => {
                let (a, b) = (self.boolean(cx, left), self.boolean(cx, right));
                (self.push(Expr::Binary(op, a, b), span), Ty::Bool)
            }
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Le | BinaryOp::Ge | BinaryOp::Lt | BinaryOp::Gt => {
                self.comparison(cx, op, left, right, span)
            }
            BinaryOp::Concat => {
                let (a, a_ty) = self.expr(cx, left, None);
                let (b, b_ty) = self.expr(cx, right, None);
                let (a, b) = (self.whole_bytes(a, &a_ty, left.span), self.whole_bytes(b, &b_ty, right.span));
                (self.push(Expr::Binary(op, a, b), span), Ty::Bytes)
            }
            BinaryOp::BitOr
            | BinaryOp::BitXor
            | BinaryOp::BitAnd
            | BinaryOp::Shl
            | BinaryOp::Shr
            | BinaryOp::Add
            | BinaryOp::Sub
            | BinaryOp::Mul
            | BinaryOp::Div
            | BinaryOp::Rem => self.arithmetic(cx, op, left, right, span, wanted),
        }
    }

    fn comparison(
        &mut self,
        cx: &Cx<'_>,
        op: BinaryOp,
        left: &tree::Expr,
        right: &tree::Expr,
        span: Span,
    ) -> (ExprId, Ty) {
        let (a, a_ty) = self.expr(cx, left, None);
        if let Some(found) = self.is_named_range(op, a, &a_ty, right, span) {
            return found;
        }
        if let Some(found) = self.is_word(op, (a, &a_ty), right, span) {
            return found;
        }
        let (b, b_ty) = self.expr(cx, right, Some(&a_ty));
        if b_ty == Ty::NoCase {
            self.error(Code::TypeMismatch, span, "what is compared without regard to case stands on the left");
            return self.broken(span);
        }
        // A literal takes the form of what it is compared with.
        let a = if literal(&self.schema[a]) && !literal(&self.schema[b]) {
            self.coerce(a, &a_ty, &b_ty, left.span)
        } else {
            a
        };
        let b = if literal(&self.schema[b]) { self.coerce(b, &b_ty, &a_ty, right.span) } else { b };
        let fits = a_ty.fits(&b_ty) || literal(&self.schema[a]) || literal(&self.schema[b]);
        if !fits {
            let text = format!("{} can't be compared with {}", a_ty.words(), b_ty.words());
            self.report(
                Diagnostic::new(Code::TypeMismatch, span, text)
                    .label(left.span, a_ty.words())
                    .label(right.span, b_ty.words()),
            );
        }
        let ordered = matches!((&a_ty, &b_ty), (Ty::Int(_) | Ty::Float | Ty::Any | Ty::Bytes, _));
        if !matches!(op, BinaryOp::Eq | BinaryOp::Ne) && !ordered {
            self.error(Code::TypeMismatch, span, format!("{} has no order", a_ty.words()));
        }
        self.same_unit(&a_ty, &b_ty, left, right);
        (self.push(Expr::Binary(op, a, b), span), Ty::Bool)
    }

    /// `kind == VENDOR`, where `VENDOR` names a range: whether the value is in it.
    fn is_named_range(
        &mut self,
        op: BinaryOp,
        of: ExprId,
        ty: &Ty,
        name: &tree::Expr,
        span: Span,
    ) -> Option<(ExprId, Ty)> {
        let (low, high) = self.named_range(name, ty).filter(|(low, high)| low != high)?;
        let (low, high) = (self.push(Expr::Int(low), name.span), self.push(Expr::Int(high), name.span));
        let inside = self.push(Expr::InRange(of, low, high), span);
        match op {
            BinaryOp::Eq => Some((inside, Ty::Bool)),
            BinaryOp::Ne => Some((self.push(Expr::Unary(UnaryOp::Not, inside), span), Ty::Bool)),
            _ => None,
        }
    }

    fn same_unit(&mut self, a: &Ty, b: &Ty, left: &tree::Expr, right: &tree::Expr) {
        if let (Ty::Int(Number { unit: Some(x), .. }), Ty::Int(Number { unit: Some(y), .. })) = (a, b)
            && x != y
        {
            self.report(
                Diagnostic::new(Code::UnitMismatch, left.span, format!("`{x}` and `{y}` can't be combined"))
                    .here(x.clone())
                    .label(right.span, y.clone()),
            );
        }
    }

    fn arithmetic(
        &mut self,
        cx: &Cx<'_>,
        op: BinaryOp,
        left: &tree::Expr,
        right: &tree::Expr,
        span: Span,
        wanted: Option<&Ty>,
    ) -> (ExprId, Ty) {
        let named = wanted.filter(|ty| matches!(ty, Ty::Int(Number { names: Names::Flags(_), .. })));
        let (a, a_ty) = self.expr(cx, left, named);
        let (b, b_ty) = self.expr(cx, right, named);
        let a = self.coerce(a, &a_ty, &Ty::INT, left.span);
        let b = self.coerce(b, &b_ty, &Ty::INT, right.span);
        let unit = match op {
            BinaryOp::Add | BinaryOp::Sub => {
                self.same_unit(&a_ty, &b_ty, left, right);
                unit_of(&a_ty).or_else(|| unit_of(&b_ty))
            }
            BinaryOp::Mul => unit_of(&a_ty).xor(unit_of(&b_ty)),
            BinaryOp::Rem => unit_of(&a_ty),
            _ => None,
        };
        let folded = match (&self.schema[a], &self.schema[b]) {
            (Expr::Int(x), Expr::Int(y)) => crate::interp::arithmetic(op, *x, *y),
            _ => None,
        };
        // Bits that are put together keep the width and names of a set of flags.
        let ty = match named {
            Some(flags) => flags.clone(),
            None => Ty::Int(Number { unit, ..Number::PLAIN }),
        };
        (self.push(folded.map_or(Expr::Binary(op, a, b), Expr::Int), span), ty)
    }

    pub(super) fn is_in(&mut self, cx: &Cx<'_>, value: &tree::Expr, set: &tree::Expr, span: Span) -> (ExprId, Ty) {
        let (id, ty) = self.expr(cx, value, None);
        let expr = match &set.kind {
            ExprKind::Range(low, high) => Expr::InRange(id, self.expect(cx, low, &ty), self.expect(cx, high, &ty)),
            ExprKind::List(items) if matches!(ty, Ty::Text | Ty::NoCase) => {
                let words: Vec<&tree::Expr> = items.iter().collect();
                let Some(word) = self.word(id, &ty, &words, span) else { return self.broken(span) };
                let count = self.push(Expr::Int(items.len() as i128), span);
                Expr::Binary(BinaryOp::Lt, word, count)
            }
            ExprKind::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.expect(cx, item, &ty)).collect();
                Expr::InList(id, items.into())
            }
            _ => {
                self.error(Code::TypeMismatch, set.span, "a range or a list is wanted after `in`");
                return self.broken(span);
            }
        };
        (self.push(expr, span), Ty::Bool)
    }

    pub(super) fn index_into(&mut self, cx: &Cx<'_>, base: &tree::Expr, at: &tree::Expr, span: Span) -> (ExprId, Ty) {
        let (id, ty) = self.expr(cx, base, None);
        let at = self.int(cx, at);
        let element = match ty {
            Ty::List(element) => *element,
            Ty::Bytes | Ty::Region => Ty::Int(Number::of_bits(8)),
            Ty::Any => return self.broken(span),
            other => {
                self.error(Code::TypeMismatch, base.span, format!("{} has no elements", other.words()));
                return self.broken(span);
            }
        };
        (self.push(Expr::Index(id, at), span), element)
    }

    pub(super) fn slice(
        &mut self,
        cx: &Cx<'_>,
        base: &tree::Expr,
        from: &tree::Expr,
        to: &tree::Expr,
        span: Span,
    ) -> (ExprId, Ty) {
        let (id, ty) = self.expr(cx, base, None);
        match ty {
            Ty::Int(_) => {
                let (Some(high), Some(low)) = (self.const_int(cx, from, &Ty::INT), self.const_int(cx, to, &Ty::INT))
                else {
                    return self.broken(span);
                };
                match bit_slice(high, low) {
                    Some((shift, bits)) => {
                        let expr = Expr::Bits { of: id, shift, bits, boolean: false };
                        (self.push(expr, span), Ty::Int(Number::of_bits(bits)))
                    }
                    None => {
                        self.error(
                            Code::ValueOutOfRange,
                            span,
                            "bits are written from high to low, such as `[15 .. 0]`",
                        );
                        self.broken(span)
                    }
                }
            }
            Ty::Bytes | Ty::List(_) | Ty::Region => {
                let (from, to) = (self.int(cx, from), self.int(cx, to));
                let ty = if ty == Ty::Region { Ty::Bytes } else { ty };
                (self.push(Expr::Slice(id, from, to), span), ty)
            }
            Ty::Any => self.broken(span),
            other => {
                self.error(Code::TypeMismatch, base.span, format!("{} can't be sliced", other.words()));
                self.broken(span)
            }
        }
    }
}

/// `[high .. low]` as shift and width.
pub(super) fn bit_slice(high: i128, low: i128) -> Option<(u32, u32)> {
    let (high, low) = (u32::try_from(high).ok()?, u32::try_from(low).ok()?);
    (high >= low && high < 128).then(|| (low, high - low + 1))
}

fn unit_of(ty: &Ty) -> Option<String> {
    match ty {
        Ty::Int(number) => number.unit.clone(),
        _ => None,
    }
}

fn literal(expr: &Expr) -> bool {
    matches!(expr, Expr::Int(_) | Expr::Text(_) | Expr::Bytes(_) | Expr::Bool(_))
}
