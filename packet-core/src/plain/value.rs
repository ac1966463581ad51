//! Plain structs and enums as values that are written.

use super::Plain;
#[cfg(feature = "alloc")]
use crate::craft::Items;
use crate::craft::{EmitError, EmitErrorKind, Field};
#[cfg(feature = "alloc")]
use crate::{FromBits, List, Numbers, Text, view::Element};
use crate::{MacAddr, Region};
#[cfg(feature = "alloc")]
use alloc::borrow::Cow;
use core::net::{Ipv4Addr, Ipv6Addr};

/// The value of a plain type, with everything that can be said of it: `Value<'a, Options<'a>>`.
///
/// It owns its lists as [`Items`](crate::craft::Items), and what is derived is a [`Field`] that can be set or forged.
pub type Value<'a, T> = <T as Valued<'a>>::Value;

/// A plain struct or choice that can be written; `#[derive(Layer)]` implements it.
pub trait Valued<'a>: Plain<'a> {
    /// Everything that can be said of it.
    type Value: Clone + Default + PartialEq;
}

/// What can be said of a part of a packet.
#[diagnostic::on_unimplemented(
    message = "a field that is written as `{V}` can't be a `{Self}`",
    label = "this type is too narrow, or another one"
)]
pub trait ToValue<V> {
    /// The same as a writer takes it.
    ///
    /// # Errors
    ///
    /// A number needs more bits than there are.
    fn to_value(&self) -> Result<V, EmitError>;
}

macro_rules! same {
    ($($ty:ty),*) => {
        $(impl ToValue<$ty> for $ty {
            #[inline]
            fn to_value(&self) -> Result<$ty, EmitError> {
                Ok(*self)
            }
        })*
    };
}

macro_rules! narrower {
    ($($wide:ty => $($narrow:ty),*;)*) => {
        $($(impl ToValue<$narrow> for $wide {
            #[inline]
            fn to_value(&self) -> Result<$narrow, EmitError> {
                let wide = EmitError { field: None, kind: EmitErrorKind::TooWide { bits: <$narrow>::BITS } };
                <$narrow>::try_from(*self).map_err(|_| wide)
            }
        })*)*
    };
}

macro_rules! widest {
    ($($ty:ty),*) => {
        $(impl ToValue<u128> for $ty {
            #[inline]
            fn to_value(&self) -> Result<u128, EmitError> {
                Ok((*self).into())
            }
        })*
    };
}

same!(u8, u16, u32, u64, u128, i8, i16, i32, i64, i128, bool, f32, f64, Ipv4Addr, Ipv6Addr, MacAddr);

narrower! {
    u16 => u8;
    u32 => u8, u16;
    u64 => u8, u16, u32;
    u128 => u8, u16, u32, u64;
    i16 => i8;
    i32 => i8, i16;
    i64 => i8, i16, i32;
    i128 => i8, i16, i32, i64;
}

widest!(u8, u16, u32, u64);

macro_rules! octets {
    ($($address:ty, $count:literal, $of:expr, $octets:expr;)*) => {
        $(
            impl ToValue<$address> for [u8; $count] {
                #[inline]
                fn to_value(&self) -> Result<$address, EmitError> {
                    Ok($of(*self))
                }
            }

            impl ToValue<[u8; $count]> for $address {
                #[inline]
                fn to_value(&self) -> Result<[u8; $count], EmitError> {
                    Ok($octets(*self))
                }
            }
        )*
    };
}

octets! {
    Ipv4Addr, 4, Ipv4Addr::from, |address: Ipv4Addr| address.octets();
    Ipv6Addr, 16, Ipv6Addr::from, |address: Ipv6Addr| address.octets();
    MacAddr, 6, MacAddr, |address: MacAddr| address.0;
}

impl<const N: usize> ToValue<Self> for [u8; N] {
    #[inline]
    fn to_value(&self) -> Result<Self, EmitError> {
        Ok(*self)
    }
}

#[cfg(feature = "alloc")]
impl<'a> ToValue<Cow<'a, [u8]>> for &'a [u8] {
    #[inline]
    fn to_value(&self) -> Result<Cow<'a, [u8]>, EmitError> {
        Ok(Cow::Borrowed(self))
    }
}

#[cfg(feature = "alloc")]
impl<'a> ToValue<Cow<'a, [u8]>> for Text<'a> {
    #[inline]
    fn to_value(&self) -> Result<Cow<'a, [u8]>, EmitError> {
        Ok(Cow::Borrowed(self.0))
    }
}

#[cfg(feature = "alloc")]
impl<'a> ToValue<Cow<'a, [u8]>> for Region<'a> {
    #[inline]
    fn to_value(&self) -> Result<Cow<'a, [u8]>, EmitError> {
        Ok(Cow::Borrowed(self.bytes()))
    }
}

/// Of what is absent nothing is said.
impl<T: ToValue<V>, V, R> ToValue<Field<V, R>> for Option<T> {
    #[inline]
    fn to_value(&self) -> Result<Field<V, R>, EmitError> {
        self.as_ref().map_or(Ok(Field::Auto), |value| value.to_value().map(Field::Set))
    }
}

/// What is absent has no bytes.
#[cfg(feature = "alloc")]
impl<'a, T: ToValue<Cow<'a, [u8]>>> ToValue<Cow<'a, [u8]>> for Option<T> {
    #[inline]
    fn to_value(&self) -> Result<Cow<'a, [u8]>, EmitError> {
        self.as_ref().map_or(Ok(Cow::Borrowed(&[])), ToValue::to_value)
    }
}

impl<T: ToValue<V>, V, R: Clone> ToValue<Field<V, R>> for Field<T, R> {
    #[inline]
    fn to_value(&self) -> Result<Field<V, R>, EmitError> {
        Ok(match self {
            Self::Auto => Field::Auto,
            Self::Set(value) => Field::Set(value.to_value()?),
            Self::Raw(raw) => Field::Raw(raw.clone()),
        })
    }
}

/// What is absent has no elements.
#[cfg(feature = "alloc")]
impl<T: ToValue<Items<V>>, V> ToValue<Items<V>> for Option<T> {
    #[inline]
    fn to_value(&self) -> Result<Items<V>, EmitError> {
        self.as_ref().map_or(Ok(Items::NONE), ToValue::to_value)
    }
}

/// The elements that can be read.
#[cfg(feature = "alloc")]
impl<'a, E: Element<'a, Out: ToValue<V>>, V> ToValue<Items<V>> for List<'a, E> {
    fn to_value(&self) -> Result<Items<V>, EmitError> {
        self.valid().map(|element| element.to_value()).collect()
    }
}

#[cfg(feature = "alloc")]
impl<T: FromBits, const BITS: u32, const LITTLE: bool> ToValue<Items<T>> for Numbers<'_, T, BITS, LITTLE> {
    fn to_value(&self) -> Result<Items<T>, EmitError> {
        Ok(self.iter().collect())
    }
}

/// The payload that a plain struct holds itself.
pub trait Carried {
    /// Its bytes.
    fn carried(&self) -> &[u8];
}

impl Carried for Region<'_> {
    #[inline]
    fn carried(&self) -> &[u8] {
        self.bytes()
    }
}

impl<T: Carried> Carried for Option<T> {
    #[inline]
    fn carried(&self) -> &[u8] {
        self.as_ref().map_or(&[], Carried::carried)
    }
}
