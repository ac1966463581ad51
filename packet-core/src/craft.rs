//! What generated writers are made of: values of layers, stacks of them, and the pen that writes their bytes.
//!
//! A layer's value is a plain struct. Layers are stacked by `/`, the outermost first, and the stack is written into a buffer
//! of the caller in one pass: lengths, keys and counts are known before the first byte, and checksums are summed while the
//! bytes are copied. Nothing is allocated.

mod below;
mod code;
mod field;
#[cfg(feature = "alloc")]
mod items;
#[cfg(feature = "alloc")]
mod layers;
mod pen;
mod stack;
mod sum;
#[cfg(feature = "alloc")]
mod take;

pub use below::{Below, Nothing, Octets, is_named, named, octets_len};
pub use code::{Names, coded, forged_number, groups, put_digits, put_name};
pub use field::{Field, Number, cut, fits, into_number, scaled, signed};
#[cfg(feature = "alloc")]
pub use items::Items;
#[cfg(feature = "alloc")]
pub use layers::{AnyBelow, AnySink, Layers, Members, Placed, Seen as SeenBelow};
pub use pen::{Count, Pen, Write};
pub use stack::{Layer, NoPayload, Packet, Random, SplitMix, Stacked, Table};
pub use sum::{Sink, add, add_range, add_start, sum_array};
#[cfg(feature = "alloc")]
pub use take::{Said, Seen, Take, Within, behind, is_written};

use crate::FieldInfo;
use core::fmt;
use core::hint::cold_path;

/// Why a packet could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmitError {
    /// The field, where it is one's fault.
    pub field: Option<&'static FieldInfo>,
    /// What is wrong.
    pub kind: EmitErrorKind,
}

/// The kinds of errors of writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of a variant are explained by the variant")]
pub enum EmitErrorKind {
    /// So many bytes are needed, and so many are there.
    Short { needed: usize, available: usize },
    /// A number, set or derived, needs more bits than there are, or is no multiple of the field's scale.
    TooWide { bits: u32 },
    /// A set value is not the only one, none of a closed enum's, or not what the definition allows, for this reason where one
    /// was given.
    Invalid { why: Option<&'static str> },
    /// The definition rejects what the values amount to, for that reason.
    Rejected { why: &'static str },
    /// So many bytes where the field always has so many.
    Length { found: usize, expected: usize },
    /// The field stands in another arm than the one taken.
    NotInArm,
    /// A codec has no form for the value.
    NotEncodable,
    /// The layer has no payload to put something in.
    NoPayload,
    /// Lengths that depend on themselves do not settle.
    Unsettled,
}

impl EmitError {
    /// An error of a field. It is made in line: what a function gives may be anything, and whoever is given it looks.
    #[inline(always)]
    #[must_use]
    pub fn new(field: &'static FieldInfo, kind: EmitErrorKind) -> Self {
        cold_path();
        Self { field: Some(field), kind }
    }

    /// The buffer is too short.
    #[inline(always)]
    #[must_use]
    pub fn short(needed: usize, available: usize) -> Self {
        cold_path();
        Self { field: None, kind: EmitErrorKind::Short { needed, available } }
    }

    /// A length depends on itself.
    #[inline(always)]
    #[must_use]
    pub fn unsettled() -> Self {
        cold_path();
        Self { field: None, kind: EmitErrorKind::Unsettled }
    }

    /// There is nowhere to put what stands upon a layer.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn no_payload() -> Self {
        Self { field: None, kind: EmitErrorKind::NoPayload }
    }
}

impl fmt::Display for EmitError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(field) = self.field {
            write!(out, "{field}: ")?;
        }
        match self.kind {
            EmitErrorKind::Short { needed, available } => write!(out, "needs {needed} bytes, {available} available"),
            EmitErrorKind::TooWide { bits } => write!(out, "does not fit {bits} bits"),
            EmitErrorKind::Invalid { why: Some(why) } => write!(out, "is not allowed: {why}; `Raw` forges it"),
            EmitErrorKind::Invalid { why: None } => write!(out, "is not allowed; `Raw` forges it"),
            EmitErrorKind::Rejected { why } => write!(out, "is rejected: {why}"),
            EmitErrorKind::Length { found, expected } => write!(out, "has {found} bytes, must have {expected}"),
            EmitErrorKind::NotInArm => write!(out, "stands in an arm that is not taken"),
            EmitErrorKind::NotEncodable => write!(out, "has no form"),
            EmitErrorKind::NoPayload => write!(out, "the layer has no payload to put something in"),
            EmitErrorKind::Unsettled => write!(out, "a length depends on itself"),
        }
    }
}

impl core::error::Error for EmitError {}

/// Why a packet could not be changed where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditError {
    /// It can't be read.
    Read(crate::Error),
    /// It can't be written, or there is no room for it.
    Write(EmitError),
}

impl From<crate::Error> for EditError {
    fn from(error: crate::Error) -> Self {
        Self::Read(error)
    }
}

impl From<EmitError> for EditError {
    fn from(error: EmitError) -> Self {
        Self::Write(error)
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => error.fmt(out),
            Self::Write(error) => error.fmt(out),
        }
    }
}

impl core::error::Error for EditError {}

/// Does what few packets need, out of the way of the others.
///
/// A call that may unwind has its caller keep the packet in memory until then, to be dropped; a function of the C ABI never
/// unwinds, and so a packet that is written may stay in registers.
#[cold]
#[inline(never)]
pub extern "C" fn aside<T, F: FnOnce() -> T>(work: F) -> T {
    work()
}

/// The first of the arms of which most is said; nothing where nothing is said of any.
#[inline]
#[must_use]
pub fn most_said(weights: &[u32]) -> Option<usize> {
    let most = weights.iter().copied().max().filter(|&most| most > 0)?;
    weights.iter().position(|&weight| weight == most)
}

/// The place of a number in a run of bytes: the bytes of an array at a place that is known when compiling.
#[inline(always)]
pub fn put<const AT: usize, const LENGTH: usize, const N: usize>(array: &mut [u8; N], bytes: &[u8; LENGTH]) {
    const { assert!(AT + LENGTH <= N, "the part lies within the array") };
    let Some(part) = array.split_at_mut(AT).1.first_chunk_mut::<LENGTH>() else { return };
    match *bytes.as_slice() {
        // An address of a station goes as two numbers: these stay in registers, where other bytes are copied from memory to
        // memory, and read again in other pieces than those just written, for which a processor waits.
        [a, b, c, d, e, f] => {
            let (start, end) = part.split_at_mut(4);
            start.copy_from_slice(&u32::from_ne_bytes([a, b, c, d]).to_ne_bytes());
            end.copy_from_slice(&u16::from_ne_bytes([e, f]).to_ne_bytes());
        }
        _ => *part = *bytes,
    }
}

/// The last bytes of a number in network order.
#[inline(always)]
#[must_use]
pub fn last<const LENGTH: usize, const N: usize>(bytes: &[u8; N]) -> &[u8; LENGTH] {
    const { assert!(LENGTH <= N, "an end is no longer than the whole") };
    match bytes.last_chunk() {
        Some(end) => end,
        None => &[0; LENGTH],
    }
}

/// The first bytes of a number in reverse order.
#[inline(always)]
#[must_use]
pub fn first<const LENGTH: usize, const N: usize>(bytes: &[u8; N]) -> &[u8; LENGTH] {
    const { assert!(LENGTH <= N, "a beginning is no longer than the whole") };
    match bytes.first_chunk() {
        Some(beginning) => beginning,
        None => &[0; LENGTH],
    }
}

/// What generated writers name, in one place.
#[cfg(feature = "alloc")]
pub mod generated {
    pub use super::{
        Below, Count, EmitError, EmitErrorKind, Field, Items, Layer, Names, Nothing, Number, Octets, Packet, Pen,
        Random, Said, Seen, Sink, SplitMix, Stacked, Table, Take, Write, add, add_range, add_start, aside, behind,
        coded, cut, first, fits, forged_number, groups, into_number, is_named, is_written, last, most_said, named,
        octets_len, put, put_digits, put_name, scaled, signed, sum_array,
    };
    pub use crate::FieldInfo;
    pub use crate::bits;
    pub use crate::checksum::{self, Inet16};
    pub use crate::given;
    pub use crate::text;
    pub use crate::view::{Coded, Element};
    pub use crate::view::{absent, both, either, given, slice};
    pub use crate::{List, MacAddr, Region, shared_choice, shared_value};
    pub use alloc::borrow::Cow;
    pub use alloc::string::ToString;
    pub use alloc::vec::Vec;
    pub use core::net::{Ipv4Addr, Ipv6Addr};
}
