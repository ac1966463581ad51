//! A stretch of a packet.

use crate::FieldInfo;
use core::fmt;
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
#[derive(Clone, Copy)]
pub struct Region<'a> {
    pub(super) bytes: &'a [u8],
    /// The address that offsets are counted from: where the region starts that was read first. It stays the same however far a
    /// reader goes, and so costs it nothing.
    pub(super) base: usize,
    pub(super) state: State,
    pub(super) limit: Option<&'static FieldInfo>,
}

/// What is known of the end of a region, in one word: three bits, and above them how many bytes belong to it by the account
/// of a length and are not there.
///
/// A region that a length has opened, and that is all there, has the state 0. So the readers of most packets carry nothing
/// along, and ask one question where they ask how a region ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct State(u64);

impl State {
    /// It ends where a length says, and is all there.
    pub(super) const WHOLE: Self = Self(0);
    /// A length may reach beyond its end.
    pub(super) const SOFT: Self = Self(1);
    /// It holds a part of something longer.
    const PARTIAL: Self = Self(2);
    /// Something that was to be read of it is not all there.
    const CUT: Self = Self(4);

    /// The same, and what another one says.
    #[inline]
    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The same with so many bytes missing.
    #[inline]
    pub(super) const fn with_missing(self, bytes: u32) -> Self {
        Self(self.0 & 0xffff_ffff | (bytes as u64) << 32)
    }

    /// The same, cut or not.
    #[inline]
    pub(super) const fn with_cut(self, cut: bool) -> Self {
        Self(self.0 & !Self::CUT.0 | if cut { Self::CUT.0 } else { 0 })
    }

    #[inline]
    pub(super) const fn missing(self) -> u32 {
        (self.0 >> 32) as u32
    }

    #[inline]
    pub(super) const fn is_soft(self) -> bool {
        self.0 & Self::SOFT.0 != 0
    }

    #[inline]
    pub(super) const fn is_cut(self) -> bool {
        self.0 & Self::CUT.0 != 0
    }

    /// Whether bytes that belong to it are not there, or it holds a part of something longer.
    #[inline]
    pub(super) const fn is_short(self) -> bool {
        self.0 & !Self::SOFT.0 != 0
    }
}

impl<'a> Region<'a> {
    /// No bytes of no packet.
    pub const NOTHING: Self = Self { bytes: &[], base: 0, state: State::WHOLE, limit: None };

    /// All of a packet, whose end is soft.
    #[inline]
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, base: bytes.as_ptr().addr(), state: State::SOFT, limit: None }
    }

    /// Nothing, where it ends.
    #[inline]
    pub(super) fn emptied(self, offset: usize) -> Self {
        let nothing: &[u8] = &[];
        Self { bytes: nothing, base: nothing.as_ptr().addr().wrapping_sub(offset), ..self }
    }

    /// The same as [`Self::new`], so many bytes behind where offsets are counted from.
    #[inline]
    pub(super) fn placed(bytes: &'a [u8], offset: usize) -> Self {
        Self { base: bytes.as_ptr().addr().wrapping_sub(offset), ..Self::new(bytes) }
    }

    /// All that was captured of a packet that had so many bytes.
    #[inline]
    #[must_use]
    pub fn captured(bytes: &'a [u8], original: usize) -> Self {
        let missing = u32::try_from(original.saturating_sub(bytes.len())).unwrap_or(u32::MAX);
        Self { state: State::SOFT.with_missing(missing), ..Self::new(bytes) }
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
    pub fn offset(&self) -> u32 {
        self.bytes.as_ptr().addr().wrapping_sub(self.base) as u32
    }

    /// Some of its bytes, by their places in it; whether their end is its own, and as soft as that.
    #[cfg(feature = "alloc")]
    pub(crate) fn part(self, from: usize, to: usize, soft: bool) -> Self {
        let state = if soft { self.state } else { State::WHOLE };
        match self.bytes.get(from..to) {
            Some(bytes) => Self { bytes, state, ..self },
            None => Self { state, ..self.emptied(self.offset() as usize) },
        }
    }

    /// How many bytes belong to it by the account of a length, but are not there.
    #[inline]
    #[must_use]
    pub const fn missing(&self) -> u32 {
        self.state.missing()
    }

    /// Whether a length may reach beyond its end.
    #[inline]
    #[must_use]
    pub const fn is_soft(&self) -> bool {
        self.state.is_soft()
    }

    /// Of what was read: whether something in it is not all there.
    #[inline]
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.state.is_cut()
    }

    /// The bytes, where nothing is missing of what was read.
    #[inline]
    #[must_use]
    pub const fn whole(&self) -> Option<&'a [u8]> {
        if self.state.is_cut() { None } else { Some(self.bytes) }
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
        self.state.is_short()
    }

    /// The field that says where it ends; absent where the packet does.
    #[inline]
    #[must_use]
    pub const fn limit(&self) -> Option<&'static FieldInfo> {
        self.limit
    }

    /// What is left of it behind so many bytes.
    #[inline]
    #[must_use]
    pub fn behind(self, bytes: usize) -> Self {
        let there = bytes.min(self.bytes.len());
        Self { bytes: self.bytes.get(there..).unwrap_or_default(), ..self }
    }

    /// Its first bytes, so many as a length says; all of it where it has no more.
    #[must_use]
    pub fn to(self, bytes: usize) -> Self {
        match self.bytes.get(..bytes) {
            Some(first) if bytes < self.bytes.len() => Self { bytes: first, state: State::WHOLE, ..self },
            _ => self,
        }
    }

    /// The same bytes as a part of something longer, of unknown length: a fragment.
    #[inline]
    #[must_use]
    pub const fn as_part(self) -> Self {
        // Most packets are whole: what is asked of a region is decided first, and not carried along.
        cold_path();
        Self { state: self.state.with(State::SOFT).with(State::PARTIAL), ..self }
    }

    /// The same bytes with a soft end: those of a stream, which may be cut anywhere.
    #[inline]
    #[must_use]
    pub const fn as_stream(self) -> Self {
        Self { state: self.state.with(State::SOFT), ..self }
    }
}

/// Where a region is in a packet: the region without its bytes, which are the packet's.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// In bytes from the start of the region that was read first.
    start: u32,
    /// How many of its bytes are there.
    length: u32,
    state: State,
    limit: Option<&'static FieldInfo>,
}

impl Stretch {
    /// No bytes, at the start.
    pub const NOTHING: Self = Self { start: 0, length: 0, state: State::WHOLE, limit: None };

    /// Where a region is.
    #[inline(always)]
    #[must_use]
    pub fn of(region: Region<'_>) -> Self {
        Self { start: region.offset(), length: region.bytes.len() as u32, state: region.state, limit: region.limit }
    }

    /// Where it starts, in bytes from the start of the region that was read first.
    #[inline]
    #[must_use]
    pub const fn start(&self) -> u32 {
        self.start
    }

    /// The region, in the packet that it was read in.
    #[inline(always)]
    #[must_use]
    pub fn in_packet<'a>(&self, packet: Region<'a>) -> Region<'a> {
        let from = self.start.wrapping_sub(packet.offset()) as usize;
        let bytes = packet.bytes.get(from..).and_then(|rest| rest.get(..self.length as usize));
        match bytes {
            Some(bytes) => Region { bytes, base: packet.base, state: self.state, limit: self.limit },
            // It is empty, and behind what was captured.
            None => Region { state: self.state, limit: self.limit, ..packet.emptied(self.start as usize) },
        }
    }
}

impl fmt::Debug for Region<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Region")
            .field("bytes", &self.bytes)
            .field("offset", &self.offset())
            .field("missing", &self.missing())
            .field("cut", &self.is_truncated())
            .field("soft", &self.is_soft())
            .field("limit", &self.limit)
            .finish()
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
