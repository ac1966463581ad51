//! What is not as it should be, and does not keep a packet from being read.

use crate::FieldInfo;
use core::fmt;

/// A derived field: what it is, and what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Derived {
    /// The field.
    pub field: &'static FieldInfo,
    /// On the wire its least significant byte comes first.
    pub little: bool,
    /// What it is.
    pub found: u64,
    /// What it should be.
    pub expected: u64,
}

/// Something that is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anomaly {
    /// A derived field that should have another value: a wrong checksum.
    Derived {
        /// The field.
        field: &'static FieldInfo,
        /// What it should be.
        expected: u64,
    },
    /// A constant that is another one.
    Constant(&'static FieldInfo),
    /// What is expected of a layer or a struct does not hold.
    Unexpected {
        /// Of which: `tcp`.
        owner: &'static str,
        /// What that is called: `syn_with_fin`.
        name: &'static str,
        /// What that is, in words.
        message: &'static str,
    },
    /// Bytes are missing at the end. It may be said more than once.
    Truncated,
    /// Text that is not in its encoding.
    Encoding(&'static FieldInfo),
}

impl Anomaly {
    /// Its name, without that of the layer: that of the field where it is about a single one.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Derived { field, .. } => field.name,
            Self::Constant(field) if field.name == "_" => "reserved",
            Self::Constant(field) => field.name,
            Self::Unexpected { name, .. } => name,
            Self::Truncated => "truncated",
            Self::Encoding(_) => "encoding",
        }
    }
}

impl fmt::Display for Anomaly {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Derived { field, expected } => write!(out, "{field}: should be {expected:#x}"),
            Self::Constant(field) => write!(out, "{field}: not the value it must have"),
            Self::Unexpected { owner, message, .. } => write!(out, "{owner}: {message}"),
            Self::Truncated => out.write_str("bytes are missing at the end"),
            Self::Encoding(field) => write!(out, "{field}: not in its encoding"),
        }
    }
}
