//! Plain values of which nothing is said.

use super::{FromView, Payload};
use crate::view::Element;
use crate::{FromBits, List, MacAddr, Numbers, Region, Text};
use core::net::{Ipv4Addr, Ipv6Addr};

/// A type with a value for a field of which nothing is said; `#[derive(Layer)]` implements it, and [`Default`] by it.
pub trait Blank: Sized {
    /// Zero, nothing, or the first name.
    fn blank() -> Self;
}

macro_rules! blank {
    ($($ty:ty = $value:expr),* $(,)?) => {
        $(impl Blank for $ty {
            #[inline]
            fn blank() -> Self {
                $value
            }
        })*
    };
}

blank! {
    u8 = 0, u16 = 0, u32 = 0, u64 = 0, u128 = 0,
    i8 = 0, i16 = 0, i32 = 0, i64 = 0, i128 = 0,
    f32 = 0.0, f64 = 0.0, bool = false, () = (),
    Ipv4Addr = Ipv4Addr::UNSPECIFIED,
    Ipv6Addr = Ipv6Addr::UNSPECIFIED,
    MacAddr = MacAddr([0; 6]),
    &[u8] = &[],
    Text<'_> = Text(&[]),
    Payload<'_> = Region::new(&[]),
}

impl<const N: usize> Blank for [u8; N] {
    #[inline]
    fn blank() -> Self {
        [0; N]
    }
}

impl<T> Blank for Option<T> {
    #[inline]
    fn blank() -> Self {
        None
    }
}

impl<T, R> Blank for crate::craft::Field<T, R> {
    #[inline]
    fn blank() -> Self {
        Self::Auto
    }
}

impl<'a, E: Element<'a, Args: Default>> Blank for List<'a, E> {
    #[inline]
    fn blank() -> Self {
        Self::filling(Region::new(&[]), E::Args::default())
    }
}

impl<T: FromBits, const BITS: u32, const LITTLE: bool> Blank for Numbers<'_, T, BITS, LITTLE> {
    #[inline]
    fn blank() -> Self {
        Self::filling(&[])
    }
}

/// What the definition takes where nothing is said, as a user's type; blank where that has no such value.
#[inline]
pub fn from_default<T: FromView<V> + Blank, V>(value: V) -> T {
    T::from_view(value).unwrap_or_else(|_| T::blank())
}
