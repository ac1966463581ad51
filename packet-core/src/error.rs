//! What generated readers say when bytes can't be what a definition says.

use crate::FieldInfo;
use core::fmt;
use core::hint::cold_path;

/// Why something could not be read: which field, where, and what is wrong with it.
///
/// ```
/// use packet_core::{Cursor, FieldInfo, Region};
///
/// static PORT: FieldInfo = FieldInfo::new("udp", "src_port");
/// let error = Cursor::new(Region::new(&[1])).array::<2>(&PORT).unwrap_err();
/// assert_eq!(error.to_string(), "udp.src_port: needs 2 bytes at offset 0, 1 available");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// The field.
    pub field: &'static FieldInfo,
    /// The byte at which it happened, counted from the start of the region that was read first: of the packet, where the
    /// layers below were read too.
    pub offset: u32,
    /// What happened.
    pub kind: ErrorKind,
}

/// The kinds of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of a variant are explained by the variant")]
pub enum ErrorKind {
    /// So many bytes are needed, and so many are there, up to a limit that a field sets; without one, to the end of the packet.
    Short { needed: u32, available: u32, limit: Option<&'static FieldInfo> },
    /// The value is not the only one allowed.
    Constant { found: u64, expected: u64 },
    /// A condition does not hold, for this reason where one was given.
    Where { why: Option<&'static str>, found: u64 },
    /// A closed enum has no such value.
    Closed { found: u64 },
    /// The definition rejects what is there, for that reason.
    Rejected { why: &'static str },
    /// No arm of a choice fits.
    NoArm { found: u64 },
    /// A pointer does not go backwards.
    PointerForward,
    /// A codec takes more steps, or yields more bytes, than it may.
    TooLong,
    /// A codec's value is wider than it may be.
    TooWide,
    /// Of a number written as text, something is no digit.
    NoDigit,
    /// A region's length is negative, or nothing is known of it.
    BadLength,
}

impl Error {
    /// An error of a field at a place.
    // Errors are rare, but they are made in line: a function that is not inlined would take a reference to the cursor, or
    // give an error of which it is not known that it is one, and either keeps what is read in memory instead of registers.
    #[inline(always)]
    #[must_use]
    pub fn new(field: &'static FieldInfo, offset: u32, kind: ErrorKind) -> Self {
        cold_path();
        Self { field, offset, kind }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.offset;
        write!(out, "{}: ", self.field)?;
        match self.kind {
            ErrorKind::Short { needed, available, limit } => {
                write!(out, "needs {needed} bytes at offset {at}, {available} available")?;
                limit.map_or(Ok(()), |limit| write!(out, " (limited by {limit})"))
            }
            ErrorKind::Constant { found, expected } => write!(out, "is {found} at offset {at}, must be {expected}"),
            ErrorKind::Where { why: Some(why), found } => write!(out, "is {found} at offset {at}: {why}"),
            ErrorKind::Where { why: None, found } => write!(out, "is {found} at offset {at}, which it must not be"),
            ErrorKind::Closed { found } => write!(out, "is {found} at offset {at}, which has no meaning"),
            ErrorKind::Rejected { why } => write!(out, "rejected at offset {at}: {why}"),
            ErrorKind::NoArm { found } => write!(out, "is {found} at offset {at}, for which nothing is defined"),
            ErrorKind::PointerForward => write!(out, "points forwards at offset {at}"),
            ErrorKind::TooLong => write!(out, "is too long at offset {at}"),
            ErrorKind::TooWide => write!(out, "is too wide at offset {at}"),
            ErrorKind::NoDigit => write!(out, "has something that is no digit before offset {at}"),
            ErrorKind::BadLength => write!(out, "has no valid length at offset {at}"),
        }
    }
}

impl core::error::Error for Error {}
