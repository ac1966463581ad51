//! Layers upon each other: what follows a layer, and stacks whose layers are known beforehand.
//!
//! A stack is a tuple of slots, each of which takes a layer if that is what follows: `Option<Vlan>` takes a tag where there is
//! one, `Option<Either<Ipv4, Ipv6>>` either of two, `[Option<Vlan>; 2]` two of a kind. Nothing is allocated and nothing is listed.

use crate::plain::Following;
use crate::{Error, Region};

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

/// What makes a layer one that can stand in a [`Stack`].
#[doc(hidden)]
#[macro_export]
macro_rules! stacked {
    ($kinds:ident, $kind:ident, $view:ty, $next:ident) => {
        impl<'a> $crate::stack::Choice<'a, $kinds> for $view {
            #[inline(always)]
            fn is_one(kind: $kinds) -> bool {
                kind == $kinds::$kind
            }

            #[inline(always)]
            fn read_one(
                _: $kinds,
                region: $crate::Region<'a>,
            ) -> Result<(Self, $crate::stack::Next<'a, $kinds>), $crate::Error> {
                let view = Self::parse(region)?;
                let next = view.$next();
                Ok((view, next))
            }
        }
    };
}

/// A view that a layer may be, where `L` is a layer of any kind.
pub trait Held<L> {
    /// The view, if the layer is one of its kind.
    fn held_by(layer: &L) -> Option<&Self>;
}

/// What finds views among layers.
#[doc(hidden)]
#[macro_export]
macro_rules! held {
    ($layer:ident, $kind:ident, $view:ty) => {
        impl<'a> $crate::stack::Held<$layer<'a>> for $view {
            #[inline(always)]
            fn held_by<'l>(layer: &'l $layer<'a>) -> Option<&'l Self> {
                match layer {
                    $layer::$kind(view) => Some(view),
                    _ => None,
                }
            }
        }
    };
}

/// A layer, or one of several.
pub trait Choice<'a, K>: Sized {
    /// Whether it is one of these.
    fn is_one(kind: K) -> bool;

    /// Reads a layer that is one of these, and says what follows it.
    ///
    /// # Errors
    ///
    /// What the layer's view gives.
    fn read_one(kind: K, region: Region<'a>) -> Result<(Self, Next<'a, K>), Error>;
}

/// One of two layers; of more, if one of them is another `Either`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    /// The first.
    Left(A),
    /// The second.
    Right(B),
}

impl<'a, K: Copy + PartialEq, A: Choice<'a, K>, B: Choice<'a, K>> Choice<'a, K> for Either<A, B> {
    #[inline(always)]
    fn is_one(kind: K) -> bool {
        A::is_one(kind) || B::is_one(kind)
    }

    #[inline(always)]
    fn read_one(kind: K, region: Region<'a>) -> Result<(Self, Next<'a, K>), Error> {
        if A::is_one(kind) {
            let (layer, next) = A::read_one(kind, region)?;
            Ok((Self::Left(layer), next))
        } else {
            let (layer, next) = B::read_one(kind, region)?;
            Ok((Self::Right(layer), next))
        }
    }
}

/// Where the reading of a stack ended.
#[derive(Clone, Copy, Debug)]
pub enum End<'a, K> {
    /// With what no slot took: another layer, bytes, or nothing.
    Next(Next<'a, K>),
    /// With a layer that could not be read, for that reason; this is where it should stand.
    Failed(K, Region<'a>, Error),
}

/// Takes what follows, as far as it is for this place.
pub trait Slots<'a, K>: Sized {
    /// Takes layers from there on; where that ended.
    fn take(from: End<'a, K>) -> (Self, End<'a, K>);
}

impl<'a, K: Copy + PartialEq, C: Choice<'a, K>> Slots<'a, K> for Option<C> {
    #[inline(always)]
    fn take(from: End<'a, K>) -> (Self, End<'a, K>) {
        match from {
            End::Next(Next::Layer(kind, region)) if C::is_one(kind) => match C::read_one(kind, region) {
                Ok((layer, next)) => (Some(layer), End::Next(next)),
                Err(error) => (None, End::Failed(kind, region, error)),
            },
            end => (None, end),
        }
    }
}

impl<'a, K: Copy, S: Slots<'a, K>, const N: usize> Slots<'a, K> for [S; N] {
    #[inline(always)]
    fn take(from: End<'a, K>) -> (Self, End<'a, K>) {
        let mut end = from;
        let slots = core::array::from_fn(
            #[inline(always)]
            |_| {
                let (slot, next) = S::take(end);
                end = next;
                slot
            },
        );
        (slots, end)
    }
}

/// Slots one above the other.
macro_rules! tuples {
    ($($first:ident $($slot:ident)*,)*) => {
        $(impl<'a, Kind: Copy, $first: Slots<'a, Kind>, $($slot: Slots<'a, Kind>),*> Slots<'a, Kind> for ($first, $($slot,)*) {
            #[inline(always)]
            #[allow(non_snake_case, reason = "a slot has the name of its type")]
            fn take(from: End<'a, Kind>) -> (Self, End<'a, Kind>) {
                let ($first, end) = $first::take(from);
                $(let ($slot, end) = $slot::take(end);)*
                (($first, $($slot,)*), end)
            }
        })*
    };
}

tuples! {
    A,
    A B,
    A B C,
    A B C D,
    A B C D E,
    A B C D E F,
    A B C D E F G,
    A B C D E F G H,
    A B C D E F G H I,
    A B C D E F G H I J,
    A B C D E F G H I J K,
    A B C D E F G H I J K L,
}

/// A packet whose layers are known beforehand: what the slots took, and where that ended.
#[derive(Clone, Copy, Debug)]
pub struct Stack<'a, K, S> {
    /// The slots.
    pub layers: S,
    /// What none of them took.
    pub end: End<'a, K>,
}

impl<'a, K: Copy, S: Slots<'a, K>> Stack<'a, K, S> {
    /// Reads a packet that begins with a layer of that kind.
    #[inline(always)]
    #[must_use]
    pub fn read(first: K, packet: impl Into<Region<'a>>) -> Self {
        let (layers, end) = S::take(End::Next(Next::new(Some(first), packet.into())));
        Self { layers, end }
    }
}
