//! What generated code names, in one place.

pub use crate::bits;
pub use crate::checksum;
pub use crate::given;
pub use crate::hash::SipHash24;
pub use crate::text::{self, write_bytes, write_name};
pub use crate::view::{
    Walk, absent, both, contained, either, end_in, given, leading_number, part, prefixes, shifted, slice, start_in,
    whole_end_in,
};
pub use crate::{
    Anomaly, BitPlace, Coded, CompositeInfo, Cursor, Derived, Element, Error, ErrorKind, FieldInfo, FieldValue,
    FieldVisitor, Fields, FieldsMut, FlagInfo, Flow, FromBits, FromOctets, Group, KeptChecksum, Level, List, MacAddr,
    Numbers, Octets, Place, Region, SetterInfo, Text, named_flags, named_number, shown_fields, shown_layer, stacked,
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

        impl $crate::FromOctets for $name {
            #[inline]
            fn from_octets(octets: &[u8]) -> Self {
                Self($crate::FromOctets::from_octets(octets))
            }
        }

        impl $crate::ToValue<Self> for $name {
            #[inline]
            fn to_value(&self) -> Result<Self, $crate::craft::EmitError> {
                Ok(*self)
            }
        }

        impl $crate::plain::Blank for $name {
            #[inline]
            fn blank() -> Self {
                Self(0)
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
        $crate::serialized_number!($name);

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
        $crate::serialized_flags!($name);

        impl core::fmt::Display for $name {
            fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                $crate::show::write_flags(out, self.0.into(), Self::FLAGS)
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(out, "{:#x} ({self})", self.0)
            }
        }
    };
}

/// How every view of a layer or a struct is shown.
#[macro_export]
macro_rules! shown_fields {
    ($view:ident, $name:literal) => {
        /// All fields on one line, as people are shown them.
        impl core::fmt::Display for $view<'_> {
            fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                $crate::show::write_line(out, $name, self)
            }
        }

        $crate::serialized_fields!($view);
    };
}

/// How a layer of any kind is shown.
#[macro_export]
macro_rules! shown_layer {
    ($layer:ident) => {
        /// All fields on one line, as people are shown them.
        impl core::fmt::Display for $layer<'_> {
            fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                $crate::show::write_line(out, self.kind().name(), self)
            }
        }

        $crate::serialized_layer!($layer);
    };
}

/// Serialises a layer of any kind as an object.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! serialized_layer {
    ($layer:ident) => {
        /// An object of its name, where it starts, how long its header is, and its fields.
        impl $crate::json::Serialize for $layer<'_> {
            fn serialize<S: $crate::json::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::json::serialize_layer(self.kind().name(), self.region(), self, serializer)
            }
        }
    };
}

/// Nothing without the feature `serde`.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! serialized_layer {
    ($layer:ident) => {};
}

/// Serialises a newtype of a number as that number.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! serialized_number {
    ($name:ident) => {
        impl $crate::json::Serialize for $name {
            fn serialize<S: $crate::json::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }

        impl $crate::json::Shared for $name {
            fn tell<S: $crate::json::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::json::Shared::tell(&self.0, serializer)
            }

            fn hear<'de, D: $crate::json::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::json::Shared::hear(deserializer).map(Self)
            }
        }

        $crate::heard!($name);
    };
}

/// Deserialises what is shared.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! heard {
    ($name:ident $(<$life:lifetime>)?) => {
        impl<'de $(, $life)?> $crate::json::Deserialize<'de> for $name $(<$life>)? {
            fn deserialize<D: $crate::json::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::json::Shared::<$crate::json::Plain>::hear(deserializer)
            }
        }
    };
}

/// Shares a value of a packet as an object of its members; `as Words` says which of them are text.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! shared_value {
    ($name:ident $(<$life:lifetime>)? $(, $member:ident $(as $form:ident)?)* $(,)?) => {
        impl $(<$life>)? $crate::json::Entries for $name $(<$life>)? {
            fn unheard() -> Option<Self> {
                Some(Self::UNSAID)
            }

            fn tell_entries<M: $crate::json::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                let unsaid = Self::UNSAID;
                $($crate::json::tell_member::<$crate::shared_form!($($form)?), _, _>(
                    map,
                    stringify!($member),
                    &self.$member,
                    &unsaid.$member,
                )?;)*
                Ok(())
            }

            fn hear_entry<'de, A: $crate::json::MapAccess<'de>>(
                value: Option<Self>,
                name: &str,
                map: &mut A,
            ) -> Result<Self, A::Error> {
                let mut value = value.unwrap_or(Self::UNSAID);
                $(if name == $crate::json::plain_name(stringify!($member)) {
                    value.$member = map.next_value::<$crate::json::Heard<_, $crate::shared_form!($($form)?)>>()?.0;
                    return Ok(value);
                })*
                Err($crate::json::unknown(&name))
            }
        }

        $crate::shared_object!($name $(<$life>)?);
    };
}

/// Shares one of several forms as an object that has just that.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! shared_choice {
    ($name:ident $(<$life:lifetime>)?, $unheard:expr $(, $key:literal = $arm:ident)* $(,)?) => {
        impl $(<$life>)? $crate::json::Entries for $name $(<$life>)? {
            fn unheard() -> Option<Self> {
                $unheard
            }

            fn tell_entries<M: $crate::json::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                $(if let Self::$arm(form) = self {
                    return map.serialize_entry($key, &$crate::json::Told::<_, $crate::json::Plain>::new(form));
                })*
                Ok(())
            }

            fn hear_entry<'de, A: $crate::json::MapAccess<'de>>(
                _: Option<Self>,
                name: &str,
                map: &mut A,
            ) -> Result<Self, A::Error> {
                match name {
                    $($key => map.next_value::<$crate::json::Heard<_, $crate::json::Plain>>().map(|form| Self::$arm(form.0)),)*
                    _ => Err($crate::json::unknown(&name)),
                }
            }

            fn is_unsaid(&self) -> bool {
                !matches!(self, $(Self::$arm(_))|*)
            }
        }

        $crate::shared_object!($name $(<$life>)?);
    };
}

/// Shares what has entries as an object of these.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! shared_object {
    ($name:ident $(<$life:lifetime>)?) => {
        impl $(<$life>)? $crate::json::Shared for $name $(<$life>)? {
            fn tell<S: $crate::json::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::json::tell_object(self, serializer)
            }

            fn hear<'de, D: $crate::json::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::json::hear_object(deserializer)
            }

            fn says_nothing(&self) -> bool {
                $crate::json::Entries::is_unsaid(self)
            }
        }

        impl $(<$life>)? $crate::json::Serialize for $name $(<$life>)? {
            fn serialize<S: $crate::json::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::json::tell_object(self, serializer)
            }
        }

        $crate::heard!($name $(<$life>)?);
    };
}

/// The form in which a member is shared.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! shared_form {
    () => {
        $crate::json::Plain
    };
    ($form:ident) => {
        $crate::json::$form
    };
}

/// Nothing without the feature `serde`.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! shared_value {
    ($($tokens:tt)*) => {};
}

/// Nothing without the feature `serde`.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! shared_choice {
    ($($tokens:tt)*) => {};
}

/// Serialises flags as an object of their names.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! serialized_flags {
    ($name:ident) => {
        impl $crate::json::Serialize for $name {
            fn serialize<S: $crate::json::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::json::serialize_flags(self.0.into(), Self::FLAGS, serializer)
            }
        }

        impl $crate::json::Shared for $name {
            fn tell<S: $crate::json::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::json::tell_flags(self.0.into(), Self::FLAGS, serializer)
            }

            fn hear<'de, D: $crate::json::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::json::hear_flags(Self::FLAGS, deserializer).map($crate::FromBits::from_bits)
            }
        }

        $crate::heard!($name);
    };
}

/// Serialises a view as an object of its fields.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! serialized_fields {
    ($view:ident) => {
        impl $crate::json::Serialize for $view<'_> {
            fn serialize<S: $crate::json::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::json::serialize_fields(self, serializer)
            }
        }
    };
}

/// Nothing without the feature `serde`.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! serialized_number {
    ($name:ident) => {};
}

/// Nothing without the feature `serde`.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! serialized_flags {
    ($name:ident) => {};
}

/// Nothing without the feature `serde`.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! serialized_fields {
    ($view:ident) => {};
}
