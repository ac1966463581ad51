//! Stacks of layers, and what can stand in them.

use super::below::named;
use super::{Below, EmitError, Nothing};
use crate::checksum::Inet16;

/// A table of keys, or a layer, by its full name: `pony.net.ip_protocol`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table(u64);

impl Table {
    /// Of that name.
    #[must_use]
    pub const fn new(name: &str) -> Self {
        Self(named(name))
    }

    /// Whether it is the same one.
    #[inline(always)]
    #[must_use]
    pub const fn is(self, other: Self) -> bool {
        self.0 == other.0
    }
}

/// Where the values of random fields come from.
pub trait Random {
    /// The next 64 bits.
    fn next(&mut self) -> u64;

    /// A number of so many bits.
    #[inline]
    fn draw(&mut self, bits: u32) -> u128 {
        let drawn = (u128::from(self.next()) << 64) | u128::from(self.next());
        drawn.checked_shr(128_u32.saturating_sub(bits)).unwrap_or_default()
    }
}

/// The same numbers in every run: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
#[derive(Clone, Copy, Debug, Default)]
pub struct SplitMix(u64);

impl SplitMix {
    /// From a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }
}

impl Random for SplitMix {
    #[inline]
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}

/// What can be written: bytes, a layer, or a stack of layers.
pub trait Packet {
    /// How many bytes it takes, exactly.
    fn packet_len(&self) -> usize;

    /// By which key its outermost layer is found in a table.
    #[inline(always)]
    fn key(&self, table: Table) -> Option<u64> {
        let _bytes_have_no_key = table;
        None
    }

    /// Whether its outermost layer is that one.
    #[inline(always)]
    fn is_layer(&self, layer: Table) -> bool {
        let _bytes_are_no_layer = layer;
        false
    }

    /// Whether there is anything at all.
    #[inline(always)]
    fn is_nothing(&self) -> bool {
        self.packet_len() == 0
    }

    /// Writes it upon the layers below, into a buffer of just its length, and sums it where asked to: where not, the result is
    /// the sum of nothing.
    ///
    /// # Errors
    ///
    /// A field can't be what it was set to, or the buffer is too short.
    fn put<const SUM: bool, B: Below, R: Random>(
        &self,
        below: &B,
        random: &mut R,
        out: &mut [u8],
    ) -> Result<Inet16, EmitError>;

    /// Writes it to the start of a buffer; how many bytes it took. Random fields are the same in every run.
    ///
    /// # Errors
    ///
    /// A field can't be what it was set to, or the buffer is too short.
    #[inline]
    fn emit(&self, out: &mut [u8]) -> Result<usize, EmitError> {
        self.emit_with(out, &mut SplitMix::new(0))
    }

    /// Writes it to the start of a buffer, random fields being drawn from a source; how many bytes it took.
    ///
    /// # Errors
    ///
    /// A field can't be what it was set to, or the buffer is too short.
    #[inline]
    fn emit_with<R: Random>(&self, out: &mut [u8], random: &mut R) -> Result<usize, EmitError> {
        let (length, available) = (self.packet_len(), out.len());
        let Some(out) = out.get_mut(..length) else { return Err(EmitError::short(length, available)) };
        self.put::<false, _, _>(&Nothing, random, out)?;
        Ok(length)
    }

    /// Writes it to new memory.
    ///
    /// # Errors
    ///
    /// A field can't be what it was set to.
    #[cfg(feature = "alloc")]
    fn to_vec(&self) -> Result<alloc::vec::Vec<u8>, EmitError> {
        let mut out = alloc::vec![0; self.packet_len()];
        self.emit(&mut out)?;
        Ok(out)
    }
}

/// A layer: what can have something upon it.
pub trait Layer {
    /// How many bytes it takes with such a payload.
    fn len_under<P: Packet>(&self, payload: &P) -> usize;

    /// By which key it is found in a table.
    fn layer_key(&self, table: Table) -> Option<u64>;

    /// Its name.
    fn layer_name(&self) -> Table;

    /// Writes it with a payload, upon the layers below; see [`Packet::put`].
    ///
    /// # Errors
    ///
    /// A field can't be what it was set to, or the buffer is too short.
    fn put_under<const SUM: bool, P: Packet, B: Below, R: Random>(
        &self,
        payload: &P,
        below: &B,
        random: &mut R,
        out: &mut [u8],
    ) -> Result<Inet16, EmitError>;
}

/// A layer, and what is upon it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stacked<L, P> {
    /// The layer below.
    pub layer: L,
    /// What it carries.
    pub payload: P,
}

/// `a / b / c` is `a / (b / c)`.
impl<L, P, Q> core::ops::Div<Q> for Stacked<L, P>
where
    P: core::ops::Div<Q>,
{
    type Output = Stacked<L, P::Output>;

    #[inline(always)]
    fn div(self, upon: Q) -> Self::Output {
        Stacked { layer: self.layer, payload: self.payload / upon }
    }
}

impl<L: Layer, P: Packet> Packet for Stacked<L, P> {
    #[inline(always)]
    fn packet_len(&self) -> usize {
        self.layer.len_under(&self.payload)
    }

    #[inline(always)]
    fn key(&self, table: Table) -> Option<u64> {
        self.layer.layer_key(table)
    }

    #[inline(always)]
    fn is_layer(&self, layer: Table) -> bool {
        self.layer.layer_name().is(layer)
    }

    #[inline(always)]
    fn put<const SUM: bool, B: Below, R: Random>(
        &self,
        below: &B,
        random: &mut R,
        out: &mut [u8],
    ) -> Result<Inet16, EmitError> {
        self.layer.put_under::<SUM, _, _, _>(&self.payload, below, random, out)
    }
}

/// A layer alone carries nothing.
impl<L: Layer> Packet for L {
    #[inline(always)]
    fn packet_len(&self) -> usize {
        self.len_under(&NoPayload)
    }

    #[inline(always)]
    fn key(&self, table: Table) -> Option<u64> {
        self.layer_key(table)
    }

    #[inline(always)]
    fn is_layer(&self, layer: Table) -> bool {
        self.layer_name().is(layer)
    }

    #[inline(always)]
    fn is_nothing(&self) -> bool {
        false
    }

    #[inline(always)]
    fn put<const SUM: bool, B: Below, R: Random>(
        &self,
        below: &B,
        random: &mut R,
        out: &mut [u8],
    ) -> Result<Inet16, EmitError> {
        self.put_under::<SUM, _, _, _>(&NoPayload, below, random, out)
    }
}

/// Nothing is carried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoPayload;

impl Packet for NoPayload {
    #[inline(always)]
    fn packet_len(&self) -> usize {
        0
    }

    #[inline(always)]
    fn put<const SUM: bool, B: Below, R: Random>(&self, _: &B, _: &mut R, _: &mut [u8]) -> Result<Inet16, EmitError> {
        Ok(Inet16::new())
    }
}

impl Packet for &[u8] {
    #[inline(always)]
    fn packet_len(&self) -> usize {
        self.len()
    }

    #[inline(always)]
    fn put<const SUM: bool, B: Below, R: Random>(&self, _: &B, _: &mut R, out: &mut [u8]) -> Result<Inet16, EmitError> {
        let (needed, available) = (self.len(), out.len());
        if SUM {
            return Inet16::new().update_and_copy(self, out).ok_or_else(|| EmitError::short(needed, available));
        }
        if needed != available {
            return Err(EmitError::short(needed, available));
        }
        out.copy_from_slice(self);
        Ok(Inet16::new())
    }
}

/// Whatever holds bytes is written as those.
macro_rules! bytes {
    ($([$($generics:tt)*] $holder:ty,)*) => {
        $(impl<$($generics)*> Packet for $holder {
            #[inline(always)]
            fn packet_len(&self) -> usize {
                AsRef::<[u8]>::as_ref(self).len()
            }

            #[inline(always)]
            fn put<const SUM: bool, B: Below, R: Random>(
                &self,
                below: &B,
                random: &mut R,
                out: &mut [u8],
            ) -> Result<Inet16, EmitError> {
                AsRef::<[u8]>::as_ref(self).put::<SUM, _, _>(below, random, out)
            }
        })*
    };
}

bytes! {
    [const N: usize] [u8; N],
    [const N: usize] &[u8; N],
    [] &str,
}

#[cfg(feature = "alloc")]
bytes! {
    [] alloc::vec::Vec<u8>,
    [] &alloc::vec::Vec<u8>,
    [] alloc::borrow::Cow<'_, [u8]>,
    [] alloc::string::String,
}
