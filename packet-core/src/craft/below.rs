//! What a layer sees of the layers below it while it is written.

use super::Sink;

/// A number that stands for a name: FNV-1a of 64 bits. Names of one program are few, and chosen by people.
#[must_use]
pub const fn named(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let (mut at, mut hash) = (0, 0xcbf2_9ce4_8422_2325_u64);
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

/// Whether a number stands for a name.
#[inline(always)]
#[must_use]
pub const fn is_named(number: u64, name: &str) -> bool {
    number == named(name)
}

/// What gives the members of interfaces: a layer upon those below it.
///
/// Which member is asked for, of which interface, is known when the program is compiled, as the numbers of their names: a
/// question is a function of its own, that holds nothing but its answer, and asks others without calling itself.
///
/// Members are looked up late: a layer that gives one in terms of others asks `asker` for those, which is the topmost layer
/// that the question went through, so that what is overridden in between counts.
pub trait Below: Copy {
    /// Puts the bytes of a member into a sink; nothing where no layer gives it.
    fn octets<const INTERFACE: u64, const MEMBER: u64, A: Below, S: Sink>(
        &self,
        asker: &A,
        args: &[u64],
        to: &mut S,
    ) -> Option<()>;

    /// A member that is a number or a truth; nothing where no layer gives it.
    fn number<const INTERFACE: u64, const MEMBER: u64, A: Below>(&self, asker: &A, args: &[u64]) -> Option<u128>;
}

/// There are no layers below, or none that gives anything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl Below for Nothing {
    #[inline(always)]
    fn octets<const INTERFACE: u64, const MEMBER: u64, A: Below, S: Sink>(
        &self,
        _: &A,
        _: &[u64],
        _: &mut S,
    ) -> Option<()> {
        None
    }

    #[inline(always)]
    fn number<const INTERFACE: u64, const MEMBER: u64, A: Below>(&self, _: &A, _: &[u64]) -> Option<u128> {
        None
    }
}

/// How many bytes a member has.
#[inline(always)]
#[must_use]
pub fn octets_len<const INTERFACE: u64, const MEMBER: u64, B: Below>(below: &B, args: &[u64]) -> Option<u64> {
    let mut length = 0_usize;
    below.octets::<INTERFACE, MEMBER, _, _>(below, args, &mut length).map(|()| length as u64)
}

/// The bytes of a member, at most 64 of them.
#[derive(Clone, Copy, Debug)]
pub struct Octets {
    bytes: [u8; 64],
    length: usize,
}

impl Octets {
    /// Asks for a member; nothing where no layer gives it, or it is longer.
    #[inline]
    #[must_use]
    pub fn of<const INTERFACE: u64, const MEMBER: u64, B: Below>(below: &B, args: &[u64]) -> Option<Self> {
        let mut octets = Self { bytes: [0; 64], length: 0 };
        below.octets::<INTERFACE, MEMBER, _, _>(below, args, &mut octets)?;
        (octets.length <= 64).then_some(octets)
    }

    /// The bytes.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl Sink for Octets {
    #[inline]
    fn bytes(&mut self, bytes: &[u8]) {
        let end = self.length.saturating_add(bytes.len());
        if let Some(room) = self.bytes.get_mut(self.length..end) {
            room.copy_from_slice(bytes);
        }
        self.length = end;
    }
}
