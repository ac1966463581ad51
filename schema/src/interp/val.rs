//! What an expression's value is, and when two values are equal.

use std::borrow::Cow;
use std::cmp::Ordering;

/// The value of an expression.
#[derive(Clone, Debug, Default)]
pub enum Val<'a> {
    /// None: something it is made of is not there.
    #[default]
    Absent,
    /// An integer. One of 128 bits stands as its bits.
    Int(i128),
    /// True or false.
    Bool(bool),
    /// A number with a fraction.
    Float(f64),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
    /// Text, decoded.
    Text(Cow<'a, str>),
    /// A composite, by its frame.
    Frame(u32),
    /// A list that was read, by its node.
    List(u32),
    /// The values listed.
    Items(Vec<Self>),
    /// Bytes of the packet, from and to.
    Region(u32, u32),
}

impl<'a> Val<'a> {
    /// The integer it is; a boolean counts as 0 or 1.
    #[must_use]
    pub fn int(&self) -> Option<i128> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Bool(value) => Some(i128::from(*value)),
            _ => None,
        }
    }

    /// The truth value it is; a number is true where it is not 0.
    #[must_use]
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Int(value) => Some(*value != 0),
            _ => None,
        }
    }

    /// The bytes that it has by itself; those of text are its UTF-8.
    #[must_use]
    pub fn octets(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Text(text) => Some(text.as_bytes()),
            _ => None,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// How two values of a kind compare. Bytes compare with text and, as a number in network order, with an integer.
    /// Composites and lists that were read have no order of their own.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(b),
            (Self::Items(a), Self::Items(b)) => compare_items(a, b),
            (a, b) => Some(match (a.octets(), b.octets()) {
                (Some(a), Some(b)) => a.cmp(b),
                (Some(a), None) => number(a)?.cmp(&b.int()?),
                (None, Some(b)) => a.int()?.cmp(&number(b)?),
                (None, None) => a.int()?.cmp(&b.int()?),
            }),
        }
    }
}

/// Element by element, then by length.
fn compare_items(a: &[Val<'_>], b: &[Val<'_>]) -> Option<Ordering> {
    for (a, b) in a.iter().zip(b) {
        match a.compare(b)? {
            Ordering::Equal => {}
            different => return Some(different),
        }
    }
    Some(a.len().cmp(&b.len()))
}

/// Bytes as a number in network order, where at most 16.
fn number(bytes: &[u8]) -> Option<i128> {
    if bytes.len() > 16 {
        return None;
    }
    Some(bytes.iter().fold(0_u128, |value, &byte| value << 8 | u128::from(byte)) as i128)
}
