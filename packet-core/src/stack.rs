//! Layers upon each other: what follows a layer, and stacks whose layers are known beforehand.

mod expected;

pub use expected::{Chosen, Either, Found, Slots, Start, Taken, Top};

use crate::plain::Following;
use crate::{Error, Region, Stretch};
use core::fmt;

/// What follows a layer, where `K` tells layers apart: `LayerKind` of the crate that knows them.
#[derive(Clone, Copy, Debug)]
pub enum Next<'a, K> {
    /// There is none, or it is empty.
    Nothing,
    /// Bytes.
    Opaque(Region<'a>),
    /// A layer of that kind.
    Layer(K, Region<'a>),
}

impl<'a, K> Next<'a, K> {
    /// That kind of layer in a payload, or bytes where none is known.
    #[inline(always)]
    #[must_use]
    pub fn new(kind: Option<K>, payload: Region<'a>) -> Self {
        match kind {
            _ if payload.bytes().is_empty() => Self::Nothing,
            Some(kind) => Self::Layer(kind, payload),
            None => Self::Opaque(payload),
        }
    }
}

/// The kinds of layers that a crate knows.
pub trait Known: Sized {
    /// Which of them a layer leads to that does not know them itself, as one that derives it.
    fn that_follows(following: &Following<'_>) -> Option<Self>;
}

impl<'a, K: Known> From<Following<'a>> for Next<'a, K> {
    fn from(following: Following<'a>) -> Self {
        Self::new(K::that_follows(&following), following.payload)
    }
}

/// Whether a payload is a layer of the kind that is asked for.
// Which it is stands in a byte of its own. An `Option` would tell it by the payload's address, and that be looked at again.
#[repr(u8)]
#[derive(Clone, Copy, Debug)]
pub enum Led<'a> {
    /// It is not, or there is none.
    Elsewhere,
    /// It is; it may be empty.
    There(Region<'a>),
}

impl<'a> Led<'a> {
    /// A payload that is of that kind or not.
    #[inline(always)]
    #[must_use]
    pub fn to(wanted: bool, payload: Region<'a>) -> Self {
        if wanted { Self::There(payload) } else { Self::Elsewhere }
    }
}

/// What other layers may follow.
pub trait Carrier<'a, K: PartialEq>: Copy {
    /// What follows it.
    fn next(&self) -> Next<'a, K>;

    /// Whether its payload is a layer of that kind. Where the kind is known when compiling, this is one comparison for most
    /// layers.
    #[inline(always)]
    fn leads_to(&self, kind: K) -> Led<'a> {
        match self.next() {
            Next::Layer(next, payload) => Led::to(next == kind, payload),
            _ => Led::Elsewhere,
        }
    }
}

/// Where a layer of a packet is.
#[derive(Clone, Copy, Debug)]
pub struct Place<K> {
    /// What it is.
    pub kind: K,
    /// The position of the layer that it stands upon; the first one's own for itself.
    pub parent: u8,
    /// What it was read from: it, and what is behind it in the payload of the layer below.
    pub stretch: Stretch,
    /// How many of these bytes are its own.
    pub length: u32,
}

/// What has layers, each behind the one that it stands upon; `K` tells them apart, `L` is any of them.
pub trait Layered<K, L>: fmt::Debug {
    /// What the layer of that position is.
    fn kind_at(&self, index: usize) -> Option<K>;

    /// The layer of that position.
    fn layer_at(&self, index: usize) -> Option<L>;
}

/// A layer, or one of several.
pub trait Choice<'a, K: PartialEq>: Copy {
    /// Reads one of these, if one of them follows a layer, and tells `taken` how that went.
    fn choose<T: Taken<'a, K, Self>>(upon: impl Carrier<'a, K>, taken: T) -> T::Out;

    /// Why a layer of that kind can't be read; nothing where it can, or is none of these.
    fn fault(kind: K, region: Region<'a>) -> Option<Error>;

    /// What follows it.
    fn after(&self) -> Next<'a, K>;

    /// Whether its payload is a layer of that kind.
    fn is_below(&self, kind: K) -> Led<'a>;
}

/// What makes a layer one that can stand in a [`Stack`]; whether it begins with something that is always there, so that none
/// can be read of nothing.
#[doc(hidden)]
#[macro_export]
macro_rules! stacked {
    ($kinds:ident, $kind:ident, $view:ty, $begins:literal) => {
        impl<'a> $crate::stack::Choice<'a, $kinds> for $view {
            #[inline(always)]
            fn choose<T: $crate::stack::Taken<'a, $kinds, Self>>(
                upon: impl $crate::stack::Carrier<'a, $kinds>,
                taken: T,
            ) -> T::Out {
                match upon.leads_to($kinds::$kind) {
                    $crate::stack::Led::There(region) if $begins || !region.bytes().is_empty() => {
                        match Self::parse(region) {
                            Ok(layer) => taken.took(layer, layer),
                            Err(_) => taken.failed(),
                        }
                    }
                    _ => taken.passed(upon),
                }
            }

            fn fault(kind: $kinds, region: $crate::Region<'a>) -> Option<$crate::Error> {
                if kind == $kinds::$kind { Self::parse(region).err() } else { None }
            }

            #[inline]
            fn after(&self) -> $crate::stack::Next<'a, $kinds> {
                $crate::stack::Carrier::next(self)
            }

            #[inline(always)]
            fn is_below(&self, kind: $kinds) -> $crate::stack::Led<'a> {
                $crate::stack::Carrier::leads_to(self, kind)
            }
        }
    };
}

/// Where the reading of a stack ended.
#[derive(Clone, Copy, Debug)]
pub enum End<'a, K> {
    /// With what no slot took: another layer, bytes, or nothing.
    Next(Next<'a, K>),
    /// With a layer that could not be read, for that reason; this is where it should stand.
    Failed(K, Region<'a>, Error),
}

/// A packet whose layers are known beforehand: what was found of them.
///
/// `S` is a tuple of slots, each of which takes a layer if that is what follows: `Option<Vlan>` takes a tag where there is
/// one, `Option<Either<Ipv4, Ipv6>>` either of two, `[Option<Vlan>; 2]` two of a kind. Nothing is allocated and nothing is
/// listed, each layer is found by a comparison of its own, and what is not asked for is not read. Layers that stand in
/// several places, as in tunnels, have several slots; a slot may be a tuple itself.
///
/// `packet_protocols` has an example.
#[derive(Clone, Copy, Debug)]
pub struct Stack<'a, K, S> {
    /// The slots.
    pub layers: S,
    start: Start<'a, K>,
}

impl<'a, K: Copy + PartialEq, S: Slots<'a, K>> Stack<'a, K, S> {
    /// Reads a packet that begins with a layer of that kind.
    #[inline(always)]
    #[must_use]
    pub fn read(first: K, packet: impl Into<Region<'a>>) -> Self {
        let start = Start { first, packet: packet.into() };
        Self { layers: S::filled(S::find(&start)), start }
    }

    /// Reads a packet that begins with a layer of that kind, and has something done with it.
    ///
    /// That is compiled for each way in which the slots may be filled, and no longer looks which are. It is the fastest where
    /// slots are few, some five, and little is done; each slot more may double the code. A closure that is marked
    /// `#[inline(always)]` has the layers in registers.
    #[inline(always)]
    pub fn read_with<R>(first: K, packet: impl Into<Region<'a>>, work: impl FnOnce(Self) -> R) -> R {
        let start = Start { first, packet: packet.into() };
        S::take(start, expected::Finally { start, work })
    }

    /// With what it ended. That is found out when it is asked for: not everybody wants to know what follows the last layer.
    #[must_use]
    pub fn end(&self) -> End<'a, K> {
        self.layers.end(End::Next(self.start.next()))
    }
}
