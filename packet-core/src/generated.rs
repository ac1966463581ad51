//! What generated code names, in one place.

pub use crate::bits;
pub use crate::checksum;
pub use crate::hash::SipHash24;
pub use crate::text::{write_bytes, write_name};
pub use crate::view::{Walk, absent, both, contained, either, end_in, given, leading_number, part, shifted, slice};
pub use crate::{
    Anomaly, BitPlace, Coded, CompositeInfo, Cursor, Derived, Element, Error, ErrorKind, FieldInfo, FieldValue,
    FieldVisitor, Fields, Flow, FromBits, Group, KeptChecksum, List, MacAddr, Numbers, Octets, Place, Region, Text,
    named_flags, named_number,
};
pub use core::fmt;
pub use core::net::{Ipv4Addr, Ipv6Addr};

/// What every newtype of a number is made of, and made into.
#[doc(hidden)]
#[macro_export]
macro_rules! made_of_number {
    ($name:ident, $number:ty) => {
        impl $crate::FromBits for $name {
            #[inline]
            fn from_bits(bits: u128) -> Self {
                Self(bits as $number)
            }
        }

        impl From<$number> for $name {
            #[inline]
            fn from(number: $number) -> Self {
                Self(number)
            }
        }

        impl $crate::FromView<Self> for $name {
            #[inline]
            fn from_view(view: Self) -> Result<Self, $crate::Error> {
                Ok(view)
            }
        }

        impl From<$name> for $number {
            #[inline]
            fn from(made: $name) -> Self {
                made.0
            }
        }
    };
}

/// What every newtype of a number with names can do.
#[macro_export]
macro_rules! named_number {
    ($name:ident, $number:ty) => {
        $crate::made_of_number!($name, $number);

        impl core::fmt::Display for $name {
            fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => out.pad(name),
                    None => core::fmt::Display::fmt(&self.0, out),
                }
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => write!(out, "{} ({name})", self.0),
                    None => core::fmt::Debug::fmt(&self.0, out),
                }
            }
        }
    };
}

/// What every newtype of flags can do.
#[macro_export]
macro_rules! named_flags {
    ($name:ident, $number:ty) => {
        $crate::made_of_number!($name, $number);

        impl core::fmt::Display for $name {
            fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                let mut names = Self::NAMES.iter().filter(|(_, bits)| self.0 & bits != 0).map(|(name, _)| name);
                names.next().map_or(Ok(()), |first| out.write_str(first))?;
                names.try_for_each(|name| write!(out, ", {name}"))
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(out, "{:#x} ({self})", self.0)
            }
        }
    };
}
