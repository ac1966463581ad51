//! The tree: a definition as somebody wrote it, before any name is resolved.
//!
//! Both front ends produce it (`.pony` text, and `#[derive(Layer)]`), and [`crate::check`] turns it into a
//! [`crate::Schema`]. Nothing here is checked beyond syntax: a back end never sees this type.

mod expr;
mod item;
mod test;

pub use expr::{BinaryOp, Expr, ExprKind, Suffix, UnaryOp};
pub use item::*;
pub use test::*;

/// A place in the source, opaque to this crate: which source it is, and two offsets whose meaning the front end knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Span {
    /// Which source, by the number the front end gave it.
    pub source: u32,
    /// Where it starts.
    pub start: u32,
    /// Where it ends, exclusive.
    pub end: u32,
}

impl Span {
    /// Whether the other lies in this one.
    #[must_use]
    pub fn holds(self, other: Self) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that covers both, taken to be in the same source.
    #[must_use]
    pub fn to(self, end: Self) -> Self {
        Self { source: self.source, start: self.start.min(end.start), end: self.end.max(end.end) }
    }
}

/// A name with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name as it counts: without `r#`.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// Names joined by dots: `pony.net.ipv4`, `Icmp.Echo`, `flags.syn`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// At least one name.
    pub names: Vec<Name>,
    /// The whole path.
    pub span: Span,
}

impl Path {
    /// The names joined by dots.
    #[must_use]
    pub fn text(&self) -> String {
        self.names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".")
    }
}

/// Lines of documentation, without the marker and one leading space.
pub type Docs = Vec<String>;

/// One source: a module with its items.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Documentation of the module.
    pub docs: Docs,
    /// Its name, absent where the declaration was unreadable.
    pub path: Option<Path>,
    /// Byte order of multi-byte numbers that say none.
    pub endian: Endian,
    /// What it uses of other modules.
    pub uses: Vec<Use>,
    /// What it defines.
    pub items: Vec<Item>,
}

/// Byte order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Endian {
    /// Most significant byte first, the network's order.
    #[default]
    Big,
    /// Least significant byte first.
    Little,
}

/// `use a.b.{X, Y};` or `use a.b.X;`, or `use a.b;` for all of a module's items.
#[derive(Clone, Debug)]
pub struct Use {
    /// The path before the braces.
    pub path: Path,
    /// The names in braces; empty without braces.
    pub names: Vec<Name>,
    /// The whole declaration.
    pub span: Span,
}
