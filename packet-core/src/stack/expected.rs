//! How the slots of a stack are filled.
//!
//! Either one after the other, each found upon the topmost layer of those before. Or each slot, when it has its layer or none, has the
//! next ones filled: every way in which slots may be filled is code of its own, in which it is known which layer is below, and
//! nothing that two ways have in common is carried along.

use super::{Carrier, Choice, End, Led, Next, Stack};
use crate::{Error, Region};
use core::marker::PhantomData;

/// One of two layers; of more, if one of them is another `Either`.
// Which it is stands in a byte of its own. Told by an impossible value of some field, it would not be known where the field is.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    /// The first.
    Left(A),
    /// The second.
    Right(B),
}

/// The start of a packet, where nothing is below.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a, K> {
    pub(super) first: K,
    pub(super) packet: Region<'a>,
}

impl<'a, K: Copy + PartialEq> Carrier<'a, K> for Start<'a, K> {
    #[inline]
    fn next(&self) -> Next<'a, K> {
        Next::new(Some(self.first), self.packet)
    }

    #[inline(always)]
    fn leads_to(&self, kind: K) -> Led<'a> {
        Led::to(self.first == kind, self.packet)
    }
}

/// What goes on when it is known whether a layer is there.
pub trait Taken<'a, K: PartialEq, C> {
    /// What comes of it in the end.
    type Out;

    /// It is, and the next one may stand upon it.
    fn took(self, layer: C, upon: impl Carrier<'a, K>) -> Self::Out;

    /// It should be, and can't be read.
    fn failed(self) -> Self::Out;

    /// It is not: something else follows the layer below.
    fn passed(self, upon: impl Carrier<'a, K>) -> Self::Out;
}

/// What goes on when slots are filled.
pub trait Chosen<'a, K: PartialEq, S> {
    /// What comes of it in the end.
    type Out;

    /// They are; what is above stands upon that layer.
    fn then(self, slots: S, upon: impl Carrier<'a, K>) -> Self::Out;

    /// They are, and a layer could not be read: there is nothing above.
    fn stop(self, slots: S) -> Self::Out;
}

/// Slots, which take what follows as far as it is for them.
pub trait Slots<'a, K: PartialEq>: Sized {
    /// What is known of them when they were filled.
    type Found: Top<'a, K>;

    /// None of them filled.
    const EMPTY: Self;

    /// Finds what they are filled with, upon a layer.
    fn find(upon: &impl Carrier<'a, K>) -> Self::Found;

    /// Filled with what was found.
    fn filled(found: Self::Found) -> Self;

    /// Fills them with what follows a layer, and goes on with that.
    fn take<T: Chosen<'a, K, Self>>(upon: impl Carrier<'a, K>, then: T) -> T::Out;

    /// With what they ended, which were to be filled with what another one had left.
    fn end(&self, from: End<'a, K>) -> End<'a, K>;
}

/// What some slots were filled with, and whether what comes next stands upon them.
pub trait Top<'a, K: PartialEq>: Copy {
    /// Whether the payload of the topmost layer is one of that kind, where `below` is what is below all of them.
    fn is_below(&self, kind: K, below: &impl Carrier<'a, K>) -> Led<'a>;

    /// What follows the topmost layer.
    fn after(&self, below: &impl Carrier<'a, K>) -> Next<'a, K>;
}

/// What was found for a slot.
#[repr(u8)]
#[derive(Clone, Copy, Debug)]
pub enum Found<C> {
    /// Something else.
    Other,
    /// A layer that can't be read.
    Fault,
    /// Its layer.
    Layer(C),
}

impl<'a, K: PartialEq, C: Choice<'a, K>> Top<'a, K> for Found<C> {
    #[inline(always)]
    fn is_below(&self, kind: K, below: &impl Carrier<'a, K>) -> Led<'a> {
        match self {
            Self::Other => below.leads_to(kind),
            Self::Fault => Led::Elsewhere,
            Self::Layer(layer) => layer.is_below(kind),
        }
    }

    #[inline]
    fn after(&self, below: &impl Carrier<'a, K>) -> Next<'a, K> {
        match self {
            Self::Other => below.next(),
            Self::Fault => Next::Nothing,
            Self::Layer(layer) => layer.after(),
        }
    }
}

impl<'a, K: PartialEq> Top<'a, K> for () {
    #[inline(always)]
    fn is_below(&self, kind: K, below: &impl Carrier<'a, K>) -> Led<'a> {
        below.leads_to(kind)
    }

    #[inline]
    fn after(&self, below: &impl Carrier<'a, K>) -> Next<'a, K> {
        below.next()
    }
}

/// The first slots, and those above.
impl<'a, K: PartialEq, F: Top<'a, K>, R: Top<'a, K>> Top<'a, K> for (F, R) {
    #[inline(always)]
    fn is_below(&self, kind: K, below: &impl Carrier<'a, K>) -> Led<'a> {
        self.1.is_below(kind, &Upon { found: self.0, below: *below })
    }

    #[inline]
    fn after(&self, below: &impl Carrier<'a, K>) -> Next<'a, K> {
        self.1.after(&Upon { found: self.0, below: *below })
    }
}

/// What was found for some slots, upon a layer.
#[derive(Clone, Copy)]
struct Upon<F, B> {
    found: F,
    below: B,
}

impl<'a, K: PartialEq, F: Top<'a, K>, B: Carrier<'a, K>> Carrier<'a, K> for Upon<F, B> {
    #[inline]
    fn next(&self) -> Next<'a, K> {
        self.found.after(&self.below)
    }

    #[inline(always)]
    fn leads_to(&self, kind: K) -> Led<'a> {
        self.found.is_below(kind, &self.below)
    }
}

/// Says what was found.
struct Seek;

impl<'a, K: PartialEq, C> Taken<'a, K, C> for Seek {
    type Out = Found<C>;

    #[inline(always)]
    fn took(self, layer: C, _: impl Carrier<'a, K>) -> Found<C> {
        Found::Layer(layer)
    }

    #[inline(always)]
    fn failed(self) -> Found<C> {
        Found::Fault
    }

    #[inline(always)]
    fn passed(self, _: impl Carrier<'a, K>) -> Found<C> {
        Found::Other
    }
}

/// The last thing to be done.
pub(super) struct Finally<'a, K, F> {
    pub(super) start: Start<'a, K>,
    pub(super) work: F,
}

impl<'a, K: PartialEq, S, R, F: FnOnce(Stack<'a, K, S>) -> R> Chosen<'a, K, S> for Finally<'a, K, F> {
    type Out = R;

    #[inline(always)]
    fn then(self, layers: S, _: impl Carrier<'a, K>) -> R {
        (self.work)(Stack { layers, start: self.start })
    }

    #[inline(always)]
    fn stop(self, layers: S) -> R {
        (self.work)(Stack { layers, start: self.start })
    }
}

/// What goes on when it is known whether the first of two layers is there; `B` is the second.
struct FirstOf<B, T>(T, PhantomData<B>);

/// What goes on when it is known whether the second of two layers is there, and the first is not.
struct SecondOf<A, T>(T, PhantomData<A>);

impl<'a, K: Copy + PartialEq, A: Choice<'a, K>, B: Choice<'a, K>> Choice<'a, K> for Either<A, B> {
    #[inline(always)]
    fn choose<T: Taken<'a, K, Self>>(upon: impl Carrier<'a, K>, taken: T) -> T::Out {
        A::choose(upon, FirstOf::<B, T>(taken, PhantomData))
    }

    fn fault(kind: K, region: Region<'a>) -> Option<Error> {
        A::fault(kind, region).or_else(|| B::fault(kind, region))
    }

    #[inline]
    fn after(&self) -> Next<'a, K> {
        match self {
            Self::Left(layer) => layer.after(),
            Self::Right(layer) => layer.after(),
        }
    }

    #[inline(always)]
    fn is_below(&self, kind: K) -> Led<'a> {
        match self {
            Self::Left(layer) => layer.is_below(kind),
            Self::Right(layer) => layer.is_below(kind),
        }
    }
}

impl<'a, K: Copy + PartialEq, A, B: Choice<'a, K>, T: Taken<'a, K, Either<A, B>>> Taken<'a, K, A> for FirstOf<B, T> {
    type Out = T::Out;

    #[inline(always)]
    fn took(self, layer: A, upon: impl Carrier<'a, K>) -> T::Out {
        self.0.took(Either::Left(layer), upon)
    }

    #[inline(always)]
    fn failed(self) -> T::Out {
        self.0.failed()
    }

    #[inline(always)]
    fn passed(self, upon: impl Carrier<'a, K>) -> T::Out {
        B::choose(upon, SecondOf::<A, T>(self.0, PhantomData))
    }
}

impl<'a, K: Copy + PartialEq, A, B, T: Taken<'a, K, Either<A, B>>> Taken<'a, K, B> for SecondOf<A, T> {
    type Out = T::Out;

    #[inline(always)]
    fn took(self, layer: B, upon: impl Carrier<'a, K>) -> T::Out {
        self.0.took(Either::Right(layer), upon)
    }

    #[inline(always)]
    fn failed(self) -> T::Out {
        self.0.failed()
    }

    #[inline(always)]
    fn passed(self, upon: impl Carrier<'a, K>) -> T::Out {
        self.0.passed(upon)
    }
}

/// What goes on when a slot for one layer is filled.
struct Slot<T>(T);

impl<'a, K: Copy + PartialEq, C: Choice<'a, K>> Slots<'a, K> for Option<C> {
    type Found = Found<C>;

    const EMPTY: Self = None;

    #[inline(always)]
    fn find(upon: &impl Carrier<'a, K>) -> Found<C> {
        C::choose(*upon, Seek)
    }

    #[inline(always)]
    fn filled(found: Found<C>) -> Self {
        match found {
            Found::Layer(layer) => Some(layer),
            Found::Other | Found::Fault => None,
        }
    }

    #[inline(always)]
    fn take<T: Chosen<'a, K, Self>>(upon: impl Carrier<'a, K>, then: T) -> T::Out {
        C::choose(upon, Slot(then))
    }

    fn end(&self, from: End<'a, K>) -> End<'a, K> {
        match (self, from) {
            (Some(layer), _) => End::Next(layer.after()),
            (None, End::Next(Next::Layer(kind, region))) => {
                C::fault(kind, region).map_or(from, |error| End::Failed(kind, region, error))
            }
            (None, _) => from,
        }
    }
}

impl<'a, K: Copy + PartialEq, C, T: Chosen<'a, K, Option<C>>> Taken<'a, K, C> for Slot<T> {
    type Out = T::Out;

    #[inline(always)]
    fn took(self, layer: C, upon: impl Carrier<'a, K>) -> T::Out {
        self.0.then(Some(layer), upon)
    }

    #[inline(always)]
    fn failed(self) -> T::Out {
        self.0.stop(None)
    }

    #[inline(always)]
    fn passed(self, upon: impl Carrier<'a, K>) -> T::Out {
        self.0.then(None, upon)
    }
}

/// What goes on when the first of several slots is filled; `R` are the others.
struct Lowest<R, T>(T, PhantomData<R>);

/// What goes on when all others are filled, with the first.
struct Others<S, T>(S, T);

impl<'a, K: PartialEq, S, R: Slots<'a, K>, T> Chosen<'a, K, S> for Lowest<R, T>
where
    Others<S, T>: Chosen<'a, K, R>,
{
    type Out = <Others<S, T> as Chosen<'a, K, R>>::Out;

    #[inline(always)]
    fn then(self, slot: S, upon: impl Carrier<'a, K>) -> Self::Out {
        R::take(upon, Others(slot, self.0))
    }

    #[inline(always)]
    fn stop(self, slot: S) -> Self::Out {
        Others(slot, self.0).stop(R::EMPTY)
    }
}

/// Slots one above the other: none, and one more than some.
macro_rules! tuples {
    () => {
        impl<'a, K: PartialEq> Slots<'a, K> for () {
            type Found = ();

            const EMPTY: Self = ();

            #[inline(always)]
            fn find(_: &impl Carrier<'a, K>) {}

            #[inline(always)]
            fn filled((): ()) {}

            #[inline(always)]
            fn take<T: Chosen<'a, K, Self>>(upon: impl Carrier<'a, K>, then: T) -> T::Out {
                then.then((), upon)
            }

            fn end(&self, from: End<'a, K>) -> End<'a, K> {
                from
            }
        }
    };
    ($first:ident $($slot:ident)*) => {
        impl<'a, Kind: PartialEq, $first: Slots<'a, Kind>, $($slot: Slots<'a, Kind>),*> Slots<'a, Kind> for ($first, $($slot,)*) {
            type Found = ($first::Found, <($($slot,)*) as Slots<'a, Kind>>::Found);

            const EMPTY: Self = ($first::EMPTY, $($slot::EMPTY,)*);

            #[inline(always)]
            fn find(upon: &impl Carrier<'a, Kind>) -> Self::Found {
                let found = $first::find(upon);
                (found, <($($slot,)*)>::find(&Upon { found, below: *upon }))
            }

            #[inline(always)]
            #[allow(non_snake_case, reason = "a slot has the name of its type")]
            fn filled((first, others): Self::Found) -> Self {
                let ($($slot,)*) = <($($slot,)*) as Slots<'a, Kind>>::filled(others);
                ($first::filled(first), $($slot,)*)
            }

            #[inline(always)]
            fn take<Then: Chosen<'a, Kind, Self>>(upon: impl Carrier<'a, Kind>, then: Then) -> Then::Out {
                $first::take(upon, Lowest::<($($slot,)*), Then>(then, PhantomData))
            }

            #[allow(non_snake_case, reason = "a slot has the name of its type")]
            fn end(&self, from: End<'a, Kind>) -> End<'a, Kind> {
                let ($first, $($slot,)*) = self;
                let end = $first.end(from);
                $(let end = $slot.end(end);)*
                end
            }
        }

        impl<'a, Kind: PartialEq, $first, $($slot,)* Then> Chosen<'a, Kind, ($($slot,)*)> for Others<$first, Then>
        where
            Then: Chosen<'a, Kind, ($first, $($slot,)*)>,
        {
            type Out = Then::Out;

            #[inline(always)]
            #[allow(non_snake_case, reason = "a slot has the name of its type")]
            fn then(self, ($($slot,)*): ($($slot,)*), upon: impl Carrier<'a, Kind>) -> Then::Out {
                self.1.then((self.0, $($slot,)*), upon)
            }

            #[inline(always)]
            #[allow(non_snake_case, reason = "a slot has the name of its type")]
            fn stop(self, ($($slot,)*): ($($slot,)*)) -> Then::Out {
                self.1.stop((self.0, $($slot,)*))
            }
        }

        tuples!($($slot)*);
    };
}

tuples!(A B C D E F G H I J L M);

/// Slots of a kind one above the other: one more than some.
macro_rules! arrays {
    ($($count:literal $less:literal: $($slot:ident)*,)*) => {$(
        impl<'a, K: PartialEq, S: Slots<'a, K>> Slots<'a, K> for [S; $count] {
            type Found = (S::Found, <[S; $less] as Slots<'a, K>>::Found);

            const EMPTY: Self = [S::EMPTY; $count];

            #[inline(always)]
            fn find(upon: &impl Carrier<'a, K>) -> Self::Found {
                let found = S::find(upon);
                (found, <[S; $less]>::find(&Upon { found, below: *upon }))
            }

            #[inline(always)]
            fn filled((first, others): Self::Found) -> Self {
                let [$($slot),*] = <[S; $less] as Slots<'a, K>>::filled(others);
                [S::filled(first), $($slot),*]
            }

            #[inline(always)]
            fn take<T: Chosen<'a, K, Self>>(upon: impl Carrier<'a, K>, then: T) -> T::Out {
                S::take(upon, Lowest::<[S; $less], T>(then, PhantomData))
            }

            fn end(&self, from: End<'a, K>) -> End<'a, K> {
                self.iter().fold(from, |end, slot| slot.end(end))
            }
        }

        impl<'a, K: PartialEq, S, T: Chosen<'a, K, [S; $count]>> Chosen<'a, K, [S; $less]> for Others<S, T> {
            type Out = T::Out;

            #[inline(always)]
            fn then(self, [$($slot),*]: [S; $less], upon: impl Carrier<'a, K>) -> T::Out {
                self.1.then([self.0, $($slot),*], upon)
            }

            #[inline(always)]
            fn stop(self, [$($slot),*]: [S; $less]) -> T::Out {
                self.1.stop([self.0, $($slot),*])
            }
        }
    )*};
}

arrays! {
    1 0:,
    2 1: b,
    3 2: b c,
    4 3: b c d,
    5 4: b c d e,
    6 5: b c d e f,
    7 6: b c d e f g,
    8 7: b c d e f g h,
}

impl<'a, K: PartialEq, S> Slots<'a, K> for [S; 0] {
    type Found = ();

    const EMPTY: Self = [];

    #[inline(always)]
    fn find(_: &impl Carrier<'a, K>) {}

    #[inline(always)]
    fn filled((): ()) -> Self {
        []
    }

    #[inline(always)]
    fn take<T: Chosen<'a, K, Self>>(upon: impl Carrier<'a, K>, then: T) -> T::Out {
        then.then([], upon)
    }

    fn end(&self, from: End<'a, K>) -> End<'a, K> {
        from
    }
}
