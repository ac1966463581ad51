//! Expressions, as written.

use super::{Name, Span};

/// An expression with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The forms of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `80`, `0x50`, `0b1010`, `0u24`: a number, and the width that it says for itself.
    Int(u128, Option<Suffix>),
    /// `"text"`, with its escapes resolved.
    Text(String),
    /// `hex"4500 0014"`.
    Bytes(Vec<u8>),
    /// `ip"10.0.0.1"`, `ip"fe80::1"`, `mac"02:00:00:00:00:01"`: an address, as its bytes; `name"example.com"`, as the text's bytes.
    Tagged(String, Vec<u8>),
    /// `true`, `false`.
    Bool(bool),
    /// A name by itself.
    Name(String),
    /// `base.name`.
    Member(Box<Expr>, Name),
    /// `base(arguments)`.
    Call(Box<Expr>, Vec<Expr>),
    /// `base[index]`.
    Index(Box<Expr>, Box<Expr>),
    /// `base[from .. to]`: items of a list, bytes of bytes; of an integer the bits `from` (high) down to `to` (low).
    Slice(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `!e`, `-e`.
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `condition ? a : b`.
    Cond(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `e in a .. b`, both ends included, or `e in [a, b]`; the right side is a [`ExprKind::Range`] or [`ExprKind::List`].
    In(Box<Expr>, Box<Expr>),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `a .. b`, both ends included: a pattern, an argument of `bytes_of` or `smallest`.
    Range(Box<Expr>, Box<Expr>),
    /// `_`, in patterns.
    Wildcard,
}

/// `u24le` behind a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suffix {
    /// `i` rather than `u`.
    pub signed: bool,
    /// Width in bits.
    pub bits: u32,
    /// `le` rather than `be` or nothing.
    pub little: bool,
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub enum UnaryOp {
    /// `!`, of a boolean.
    Not,
    /// `-`, of an integer.
    Neg,
}

/// Operators with two operands, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
#[allow(missing_docs, reason = "each variant is named after its operator")]
pub enum BinaryOp {
    Or,
    And,
    Eq,
    Ne,
    Le,
    Ge,
    Lt,
    Gt,
    /// `++`: bytes joined.
    Concat,
    BitOr,
    BitXor,
    BitAnd,
    Shl,
    Shr,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

impl BinaryOp {
    /// As it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Le => "<=",
            Self::Ge => ">=",
            Self::Lt => "<",
            Self::Gt => ">",
            Self::Concat => "++",
            Self::BitOr => "|",
            Self::BitXor => "^",
            Self::BitAnd => "&",
            Self::Shl => "<<",
            Self::Shr => ">>",
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Rem => "%",
        }
    }
}
