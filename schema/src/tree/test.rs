//! Tests and packet values, as written. `pony craft` reads the same values.

use super::{Expr, Name, Path, Span};

/// `test "title" …`.
#[derive(Clone, Debug)]
pub struct Test {
    /// What it shows.
    pub title: Option<String>,
    /// What it does.
    pub kind: TestKind,
    /// The whole test.
    pub span: Span,
}

/// The kinds of tests.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the words of the grammar")]
pub enum TestKind {
    /// `test T hex"…" { e; e; }`: it can be read, and every expression holds.
    Parse { target: Path, input: Bytes, checks: Vec<Expr> },
    /// `test reject T hex"…" at field;`: reading fails at that field.
    Reject { target: Path, input: Bytes, at: Path },
    /// `test build A { … } / B { … } == hex"…";`: building gives these bytes.
    Build { stack: Vec<StackPart>, expected: Bytes },
    /// `test law roundtrip T;`
    Law { law: Name, target: Path },
}

/// `hex"…"` with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Where they stand.
    pub span: Span,
}

/// One part of a stack to build.
#[derive(Clone, Debug)]
pub enum StackPart {
    /// `Ipv4 { ttl = 3 }`.
    Value(Value),
    /// `hex"…"`, `"text"`: bytes as they are.
    Raw(Bytes),
}

/// `Mss { mss = 1460 }`: a layer, struct or variant with what is said of its fields.
#[derive(Clone, Debug)]
pub struct Value {
    /// Which.
    pub path: Path,
    /// In the order written.
    pub setters: Vec<Setter>,
    /// The whole value.
    pub span: Span,
}

/// `field = value`.
#[derive(Clone, Debug)]
pub struct Setter {
    /// The field, `flags.syn` included.
    pub field: Path,
    /// `[high .. low]` bits.
    pub bits: Option<(Expr, Expr)>,
    /// What it is set to.
    pub value: SetterValue,
}

/// What a field is set to.
#[derive(Clone, Debug)]
pub enum SetterValue {
    /// `auto`: derived, as if nothing was said.
    Auto(Span),
    /// A value; checks of the field apply.
    Set(Expr),
    /// `raw e`: these bits, valid or not.
    Raw(Expr),
    /// `[A { … }, 3]`.
    List(Vec<SetterValue>, Span),
    /// `A { … }`.
    Value(Value),
}
