//! Layers upon each other that are known only when the program runs.

use super::{Below, EmitError, Layer, Packet, Random, Sink, Table};
use crate::checksum::Inet16;
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::marker::PhantomData;

/// Layers upon each other, each in the payload of the one before, and what the last one carries.
///
/// With the feature `serde` this is an object, such as `{"layers": [{"Ipv4": {"ttl": 9}}, {"Udp": {}}], "payload": "0a"}`: what is not said
/// follows when the packet is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Layers<'a, L> {
    /// The layers, the outermost first.
    pub layers: Vec<Placed<'a, L>>,
    /// What the last one carries that is no layer.
    pub payload: Cow<'a, [u8]>,
}

impl<L> Default for Layers<'_, L> {
    fn default() -> Self {
        Self { layers: Vec::new(), payload: Cow::Borrowed(&[]) }
    }
}

/// A layer among others.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed<'a, L> {
    /// It.
    pub layer: L,
    /// Bytes behind it, in the payload of the layer below, that are none of its own.
    pub behind: Cow<'a, [u8]>,
}

impl<L: Layer + Members> Packet for Layers<'_, L> {
    fn packet_len(&self) -> usize {
        self.rest().packet_len()
    }

    fn key(&self, table: Table) -> Option<u64> {
        self.rest().key(table)
    }

    fn is_layer(&self, layer: Table) -> bool {
        self.rest().is_layer(layer)
    }

    fn put<const SUM: bool, B: Below, R: Random>(
        &self,
        below: &B,
        random: &mut R,
        out: &mut [u8],
    ) -> Result<Inet16, EmitError> {
        self.rest().put::<SUM, _, _>(below, random, out)
    }
}

impl<'a, L> Layers<'a, L> {
    fn rest(&self) -> Rest<'_, 'a, L> {
        Rest { layers: &self.layers, payload: &self.payload }
    }
}

/// Layers from one on.
struct Rest<'s, 'a, L> {
    layers: &'s [Placed<'a, L>],
    payload: &'s [u8],
}

impl<L: Layer + Members> Packet for Rest<'_, '_, L> {
    fn packet_len(&self) -> usize {
        match self.layers.split_first() {
            Some((first, layers)) => {
                first.layer.len_under(&Rest { layers, payload: self.payload }) + first.behind.len()
            }
            None => self.payload.len(),
        }
    }

    fn key(&self, table: Table) -> Option<u64> {
        self.layers.first().and_then(|first| first.layer.layer_key(table))
    }

    fn is_layer(&self, layer: Table) -> bool {
        self.layers.first().is_some_and(|first| first.layer.layer_name().is(layer))
    }

    fn is_nothing(&self) -> bool {
        self.layers.is_empty() && self.payload.is_empty()
    }

    fn put<const SUM: bool, B: Below, R: Random>(
        &self,
        below: &B,
        random: &mut R,
        out: &mut [u8],
    ) -> Result<Inet16, EmitError> {
        let Some((first, layers)) = self.layers.split_first() else {
            return self.payload.put::<SUM, _, _>(below, random, out);
        };
        let (rest, available) = (Rest { layers, payload: self.payload }, out.len());
        let length = available.checked_sub(first.behind.len());
        let parts = length.and_then(|length| out.split_at_mut_checked(length));
        let (own, behind) = parts.ok_or_else(|| EmitError::short(first.behind.len(), available))?;
        let known = Known { below, layers: PhantomData::<L> };
        let sum = first.layer.put_under::<SUM, _, _, _>(&rest, &Seen::<L>::new(&known), random, own)?;
        let behind = (&*first.behind).put::<SUM, _, _>(below, random, behind)?;
        Ok(sum.followed_by(behind))
    }
}

/// [`Below`], whatever the layers are: the type of what is below would grow with each layer else.
pub trait AnyBelow {
    /// Puts the bytes of a member into a sink, by the numbers of the interface and of the member.
    fn any_octets(&self, of: (u64, u64), asker: &dyn AnyBelow, args: &[u64], to: &mut dyn Sink) -> Option<()>;

    /// A member that is a number or a truth.
    fn any_number(&self, of: (u64, u64), asker: &dyn AnyBelow, args: &[u64]) -> Option<u128>;
}

/// Layers that know all members which any of them asks for: so that a member that is known when the program runs is found among
/// those that are known when it is compiled.
pub trait Members: Sized {
    /// Puts the bytes of a member into a sink; see [`Below::octets`].
    fn octets_of<B: Below>(
        below: &B,
        of: (u64, u64),
        asker: &dyn AnyBelow,
        args: &[u64],
        to: &mut dyn Sink,
    ) -> Option<()>;

    /// A member that is a number or a truth; see [`Below::number`].
    fn number_of<B: Below>(below: &B, of: (u64, u64), asker: &dyn AnyBelow, args: &[u64]) -> Option<u128>;
}

/// Layers of types that are known.
struct Known<'s, B, L> {
    below: &'s B,
    layers: PhantomData<L>,
}

impl<B: Below, L: Members> AnyBelow for Known<'_, B, L> {
    fn any_octets(&self, of: (u64, u64), asker: &dyn AnyBelow, args: &[u64], to: &mut dyn Sink) -> Option<()> {
        L::octets_of(self.below, of, asker, args, to)
    }

    fn any_number(&self, of: (u64, u64), asker: &dyn AnyBelow, args: &[u64]) -> Option<u128> {
        L::number_of(self.below, of, asker, args)
    }
}

/// The layers below, as the next one sees them.
pub struct Seen<'s, L> {
    below: &'s dyn AnyBelow,
    layers: PhantomData<L>,
}

impl<'s, L> Seen<'s, L> {
    /// Sees those layers.
    #[must_use]
    pub fn new(below: &'s dyn AnyBelow) -> Self {
        Self { below, layers: PhantomData }
    }
}

impl<L> Clone for Seen<'_, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L> Copy for Seen<'_, L> {}

impl<L: Members> Below for Seen<'_, L> {
    fn octets<const INTERFACE: u64, const MEMBER: u64, A: Below, S: Sink>(
        &self,
        asker: &A,
        args: &[u64],
        to: &mut S,
    ) -> Option<()> {
        let asker = Known { below: asker, layers: PhantomData::<L> };
        self.below.any_octets((INTERFACE, MEMBER), &asker, args, to)
    }

    fn number<const INTERFACE: u64, const MEMBER: u64, A: Below>(&self, asker: &A, args: &[u64]) -> Option<u128> {
        let asker = Known { below: asker, layers: PhantomData::<L> };
        self.below.any_number((INTERFACE, MEMBER), &asker, args)
    }
}

/// A sink of any kind.
pub struct AnySink<'s>(pub &'s mut dyn Sink);

impl Sink for AnySink<'_> {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.bytes(bytes);
    }

    fn number(&mut self, value: u128, bits: u32) {
        self.0.number(value, bits);
    }
}
