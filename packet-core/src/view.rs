//! What generated views are made of: regions, the cursor that reads them, lists, and values at a place.

use crate::Error;

mod change;
mod cursor;
mod edit;
mod list;
mod octets;
mod region;
mod value;
mod walk;

pub use change::{FieldsMut, FromOctets, SetterInfo};
pub use cursor::{Cursor, Wanted};
pub use edit::{KeptChecksum, Place};
pub use list::{Element, Elements, Flow, List, NumberIter, Numbers};
pub use octets::Octets;
pub use region::{Region, Stretch};
pub use value::{Coded, FromBits, MacAddr, Text};
pub use walk::{Quick, Unsure, Walk};

/// Some bytes of an array, from a place that is known when compiling.
#[inline(always)]
#[must_use]
pub const fn part<const FROM: usize, const LENGTH: usize, const N: usize>(array: &[u8; N]) -> &[u8; LENGTH] {
    const { assert!(FROM + LENGTH <= N, "the part lies within the array") };
    match array.split_at(FROM).1.first_chunk() {
        Some(part) => part,
        None => &[0; LENGTH],
    }
}

/// Reads what may fail without taking along what surrounds it.
///
/// # Errors
///
/// Those of `read`.
#[inline(always)]
pub fn contained<T>(read: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    read()
}

/// A number shifted to the left, where no bit of it is lost.
#[inline]
#[must_use]
pub fn shifted(number: u128, bits: u32) -> Option<u128> {
    let shifted = number.checked_shl(bits)?;
    (shifted >> bits == number).then_some(shifted)
}

/// Calls a function at once.
#[inline(always)]
pub fn given<T>(value: impl FnOnce() -> Option<T>) -> Option<T> {
    value()
}

/// Evaluates what may be absent because a part of it is: an expression in which `?` works.
#[macro_export]
macro_rules! given {
    ($value:expr) => {
        // A closure is a function, and may become one of another crate's, if nothing is said of it.
        $crate::generated::given(
            #[inline(always)]
            || $value,
        )
    };
}

/// Both hold; what is absent does not matter where the other one is false.
#[inline(always)]
#[must_use]
pub fn both(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// One of the two holds; what is absent does not matter where the other one is true.
#[inline(always)]
#[must_use]
pub fn either(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

/// The number of the first bytes, as an error tells it: so much of it as 64 bits hold.
#[must_use]
pub fn leading_number(bytes: &[u8]) -> u64 {
    bytes.iter().take(16).fold(0, |value, &byte| value << 8 | u64::from(byte))
}

/// What is not known here.
#[inline(always)]
#[must_use]
pub fn absent<T>() -> Option<T> {
    None
}

/// The bytes from a position to another, both included, cut to what is there.
#[inline]
#[must_use]
pub fn slice(bytes: &[u8], from: u64, to: u64) -> Option<&[u8]> {
    let (from, to) = (usize::try_from(from).ok()?, usize::try_from(to).ok()?.checked_add(1)?);
    bytes.get(from..to.min(bytes.len()))
}

/// Where a part of some bytes starts, counted from their start.
#[inline]
#[must_use]
pub fn start_in(whole: &[u8], part: &[u8]) -> usize {
    part.as_ptr().addr().saturating_sub(whole.as_ptr().addr())
}

/// Where a part of some bytes ends, counted from their start.
#[inline]
#[must_use]
pub fn end_in(whole: &[u8], part: &[u8]) -> usize {
    start_in(whole, part).saturating_add(part.len())
}

/// What stands in front of each of some parts of bytes, which stand one behind another in them.
pub fn prefixes<'a>(whole: &'a [u8], parts: impl Iterator<Item = &'a [u8]>) -> impl Iterator<Item = &'a [u8]> {
    parts.scan(0, |behind, part| {
        let from = core::mem::replace(behind, end_in(whole, part));
        Some(whole.get(from..start_in(whole, part)).unwrap_or_default())
    })
}

/// Where a part of what was read ends, counted from the start of that; nothing where more may belong to it that was not captured.
#[inline]
#[must_use]
pub fn whole_end_in(read: Region<'_>, part: &[u8]) -> Option<usize> {
    let end = end_in(read.bytes(), part);
    // What is cut reaches up to the last byte that there is.
    (!read.is_truncated() || end < read.bytes().len()).then_some(end)
}
