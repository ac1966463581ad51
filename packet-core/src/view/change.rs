//! Fields that are set without knowing of what protocol they are.

use super::MacAddr;
use crate::{Error, FieldInfo, FieldVisitor};
use core::net::{Ipv4Addr, Ipv6Addr};

/// Bytes whose fields can be set where they stand, whatever layer or struct they are: every `…Mut` type.
///
/// Fields are found by their information, and values are the octets of the field's number, most significant first, whatever
/// its order on the wire.
pub trait FieldsMut {
    /// What can be set: the fields of fixed size that the composite itself has.
    fn setters(&self) -> &'static [SetterInfo];

    /// Sets the field of the setter at that position of [`FieldsMut::setters`]. Of too many octets the last count; of bytes the
    /// first, and what is missing is 0. A field that is not there is left alone.
    fn set(&mut self, setter: usize, octets: &[u8]);

    /// Hands over its fields as they are now.
    ///
    /// # Errors
    ///
    /// What was set makes it impossible to read them.
    fn read_again(&self, visitor: &mut dyn FieldVisitor) -> Result<(), Error>;

    /// Sets the first field of that name; whether there is a setter for one.
    fn set_by_name(&mut self, name: &str, octets: &[u8]) -> bool {
        let setter = self.setters().iter().position(|setter| setter.field.name == name);
        if let Some(setter) = setter {
            self.set(setter, octets);
        }
        setter.is_some()
    }
}

/// A field that can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetterInfo {
    /// The field.
    pub field: &'static FieldInfo,
    /// How many bits it has.
    pub bits: u32,
}

/// What can be made of octets, most significant first.
pub trait FromOctets {
    /// The value.
    fn from_octets(octets: &[u8]) -> Self;
}

/// The last octets as an array, with zeros in front where there are fewer.
fn last<const N: usize>(octets: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    out.iter_mut().rev().zip(octets.iter().rev()).for_each(|(place, octet)| *place = *octet);
    out
}

macro_rules! numbers {
    ($($number:ty)*) => {
        $(impl FromOctets for $number {
            #[inline]
            fn from_octets(octets: &[u8]) -> Self {
                Self::from_be_bytes(last(octets))
            }
        })*
    };
}

numbers!(u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 f32 f64);

impl FromOctets for bool {
    #[inline]
    fn from_octets(octets: &[u8]) -> Self {
        u8::from_octets(octets) & 1 != 0
    }
}

impl FromOctets for Ipv4Addr {
    #[inline]
    fn from_octets(octets: &[u8]) -> Self {
        u32::from_octets(octets).into()
    }
}

impl FromOctets for Ipv6Addr {
    #[inline]
    fn from_octets(octets: &[u8]) -> Self {
        u128::from_octets(octets).into()
    }
}

impl FromOctets for MacAddr {
    #[inline]
    fn from_octets(octets: &[u8]) -> Self {
        Self(last(octets))
    }
}

impl<const N: usize> FromOctets for [u8; N] {
    #[inline]
    fn from_octets(octets: &[u8]) -> Self {
        let mut out = [0; N];
        out.iter_mut().zip(octets).for_each(|(place, octet)| *place = *octet);
        out
    }
}
