//! A stretch of a packet.

use crate::FieldInfo;
use core::hint::cold_path;

/// A stretch of a packet that a reader may use, and what is known of its end.
///
/// A region that a length has opened ends where it says: what does not fit is an error. The end of a packet that the capture
/// has cut is *soft*: a length may reach beyond it, and what it covers is then cut.
///
/// ```
/// use packet_core::Region;
///
/// let region = Region::new(&[1, 2, 3]);
/// assert_eq!((region.bytes(), region.missing()), (&[1, 2, 3][..], 0));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Region<'a> {
    pub(super) bytes: &'a [u8],
    /// Where it starts, from the start of the region that was read first.
    pub(super) offset: u32,
    /// Bytes that belong to it by the account of a length, and are not there.
    pub(super) missing: u32,
    /// Bytes that were to be read of it, and are not there.
    pub(super) clipped: u32,
    /// Something that was to be read of it is not all there.
    pub(super) cut: bool,
    pub(super) soft: bool,
    pub(super) partial: bool,
    pub(super) limit: Option<&'static FieldInfo>,
}

impl<'a> Region<'a> {
    /// All of a packet, whose end is soft.
    #[inline]
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0, missing: 0, clipped: 0, cut: false, soft: true, partial: false, limit: None }
    }

    /// All that was captured of a packet that had so many bytes.
    #[inline]
    #[must_use]
    pub fn captured(bytes: &'a [u8], original: usize) -> Self {
        let missing = u32::try_from(original.saturating_sub(bytes.len())).unwrap_or(u32::MAX);
        Self { missing, ..Self::new(bytes) }
    }

    /// The bytes that are there.
    #[inline]
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Where it starts, in bytes from the start of the region that was read first.
    #[inline]
    #[must_use]
    pub const fn offset(&self) -> u32 {
        self.offset
    }

    /// How many bytes belong to it by the account of a length, but are not there.
    #[inline]
    #[must_use]
    pub const fn missing(&self) -> u32 {
        self.missing
    }

    /// Whether a length may reach beyond its end.
    #[inline]
    #[must_use]
    pub const fn is_soft(&self) -> bool {
        self.soft
    }

    /// Of what was read: whether something in it is not all there.
    #[inline]
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.cut
    }

    /// The bytes, where nothing is missing of what was read.
    #[inline]
    #[must_use]
    pub const fn whole(&self) -> Option<&'a [u8]> {
        if self.cut { None } else { Some(self.bytes) }
    }

    /// The bytes, where all that belong to it are there.
    #[inline]
    #[must_use]
    pub const fn all(&self) -> Option<&'a [u8]> {
        if self.is_cut() { None } else { Some(self.bytes) }
    }

    /// Whether bytes that belong to it are not there, or it holds a part of something longer.
    #[inline]
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.partial || self.cut || self.missing > 0
    }

    /// The field that says where it ends; absent where the packet does.
    #[inline]
    #[must_use]
    pub const fn limit(&self) -> Option<&'static FieldInfo> {
        self.limit
    }

    /// What is left of it behind so many bytes.
    #[must_use]
    pub fn behind(self, bytes: usize) -> Self {
        let there = bytes.min(self.bytes.len());
        Self { bytes: self.bytes.get(there..).unwrap_or_default(), offset: self.offset + there as u32, ..self }
    }

    /// The same bytes as a part of something longer, of unknown length: a fragment.
    #[inline]
    #[must_use]
    pub const fn as_part(self) -> Self {
        // Most packets are whole: what is asked of a region is decided first, and not carried along.
        cold_path();
        Self { soft: true, partial: true, ..self }
    }

    /// The same bytes with a soft end: those of a stream, which may be cut anywhere.
    #[inline]
    #[must_use]
    pub const fn as_stream(self) -> Self {
        Self { soft: true, ..self }
    }
}

impl<'a> From<&'a [u8]> for Region<'a> {
    #[inline]
    fn from(bytes: &'a [u8]) -> Self {
        Self::new(bytes)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Region<'a> {
    #[inline]
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::new(bytes)
    }
}
