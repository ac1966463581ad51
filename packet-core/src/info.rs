//! What generic code may know of a field: its names.

use core::fmt;

/// A field of a layer, as generated code knows it.
///
/// Two of them are the same field when they are of the same layer and have the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FieldInfo {
    /// The layer or struct it belongs to, in snake case: `ipv4`.
    pub owner: &'static str,
    /// Its name, `_` where it has none.
    pub name: &'static str,
}

impl FieldInfo {
    /// The field of that name.
    #[must_use]
    pub const fn new(owner: &'static str, name: &'static str) -> Self {
        Self { owner, name }
    }
}

impl fmt::Display for FieldInfo {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.owner, self.name)
    }
}
