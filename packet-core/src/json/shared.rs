//! What values of packets are made of, for serde: in forms that people read, and that give the same value again.
//!
//! Numbers are numbers, or their digits where 64 bits don't hold them; addresses are text, bytes hexadecimal digits; text is
//! text, or a list of its bytes where it is none; flags are an object of those that are set, with `_` for bits without a name.
//! A field that follows from others is left out, and one that is forged is `{"Raw": …}`. So what is read has to say itself
//! what it is, as JSON does.

use super::hex;
use crate::craft::{Field, Items};
use crate::{FlagInfo, MacAddr, text};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{self, Display};
use core::marker::PhantomData;
use core::net::{Ipv4Addr, Ipv6Addr};
use core::str::FromStr;
use serde_core::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde_core::de::{DeserializeSeed, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde_core::ser::SerializeMap;
use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

/// The name by which what is forged goes.
const RAW: &str = "Raw";
/// The name of the bits of flags that have none.
const UNNAMED: &str = "_";

/// Bytes are digits.
#[derive(Clone, Copy, Debug)]
pub enum Plain {}

/// Bytes are text.
#[derive(Clone, Copy, Debug)]
pub enum Words {}

/// Something that is shared with others through serde, in a form.
pub trait Shared<F = Plain>: Sized {
    /// Tells it.
    ///
    /// # Errors
    ///
    /// Those of the serializer.
    fn tell<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// Makes it of what was told.
    ///
    /// # Errors
    ///
    /// Those of the deserializer, and what is none of its values.
    fn hear<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// Whether it says nothing, so that it can be left out.
    fn says_nothing(&self) -> bool {
        false
    }
}

/// Something told in a form.
pub struct Told<'v, T, F>(&'v T, PhantomData<F>);

impl<'v, T, F> Told<'v, T, F> {
    /// That, in this form.
    pub fn new(value: &'v T) -> Self {
        Self(value, PhantomData)
    }
}

impl<T: Shared<F>, F> Serialize for Told<'_, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.tell(serializer)
    }
}

/// Something heard in a form.
pub struct Heard<T, F>(pub T, PhantomData<F>);

impl<'de, T: Shared<F>, F> Deserialize<'de> for Heard<T, F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::hear(deserializer).map(|value| Self(value, PhantomData))
    }
}

/// Numbers: what is too wide for 64 bits as digits.
macro_rules! numbers {
    ($($number:ty)*) => {
        $(impl Shared for $number {
            fn tell<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match (u64::try_from(*self), i64::try_from(*self)) {
                    (Ok(number), _) => serializer.serialize_u64(number),
                    (_, Ok(number)) => serializer.serialize_i64(number),
                    _ => serializer.collect_str(self),
                }
            }

            fn hear<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Number(PhantomData))
            }
        })*
    };
}

numbers!(u8 u16 u32 u64 u128 i8 i16 i32 i64 i128);

struct Number<T>(PhantomData<T>);

impl<T: TryFrom<u64> + TryFrom<i64> + FromStr> Visitor<'_> for Number<T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a number that its field can hold")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        T::try_from(number).map_err(|_| E::custom(format!("{number} is too wide")))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        T::try_from(number).map_err(|_| E::custom(format!("{number} is too wide")))
    }

    fn visit_str<E: Error>(self, digits: &str) -> Result<T, E> {
        digits.parse().map_err(|_| E::custom(format!("`{digits}` is no such number")))
    }
}

impl Shared for bool {
    fn tell<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(*self)
    }

    fn hear<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

/// What is told as text, and made of that.
macro_rules! texts {
    ($($ty:ty, $words:expr, $read:expr;)*) => {
        $(impl Shared for $ty {
            fn tell<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let words: fn(&Self) -> String = $words;
                serializer.serialize_str(&words(self))
            }

            fn hear<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let read: fn(&str) -> Option<Self> = $read;
                let told = String::deserialize(deserializer)?;
                read(&told).ok_or_else(|| D::Error::custom(format!("`{told}` is none")))
            }
        })*
    };
}

texts! {
    Ipv4Addr, |address| address.to_string(), |told| told.parse().ok();
    Ipv6Addr, |address| address.to_string(), |told| told.parse().ok();
    MacAddr, |address| address.to_string(), |told| text::parse_mac(told).map(MacAddr);
}

/// Numbers with a fraction: the bits of one that is none, or infinite, as digits.
macro_rules! fractions {
    ($($number:ty, $bits:ty;)*) => {
        $(impl Shared for $number {
            fn tell<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self.is_finite() {
                    true => serializer.serialize_f64(f64::from(*self)),
                    false => serializer.collect_str(&self.to_bits()),
                }
            }

            fn hear<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                match deserializer.deserialize_any(Fraction)? {
                    Ok(number) => Ok(number as Self),
                    Err(bits) => match <$bits>::try_from(bits) {
                        Ok(bits) => Ok(Self::from_bits(bits)),
                        Err(_) => Err(D::Error::custom(format!("{bits} is too wide"))),
                    },
                }
            }
        })*
    };
}

fractions! {
    f32, u32;
    f64, u64;
}

/// A number, or else the bits of one.
struct Fraction;

impl Visitor<'_> for Fraction {
    type Value = Result<f64, u64>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a number, or its bits")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Ok(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Ok(number as f64))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Ok(number as f64))
    }

    fn visit_str<E: Error>(self, digits: &str) -> Result<Self::Value, E> {
        digits.parse().map(Err).map_err(|_| E::custom(format!("`{digits}` are no bits of a number")))
    }
}

impl<const N: usize> Shared for [u8; N] {
    fn tell<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(self))
    }

    fn hear<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = octets::<D::Error>(&String::deserialize(deserializer)?)?;
        Self::try_from(bytes.as_slice()).map_err(|_| D::Error::custom(format!("{} bytes, and not {N}", bytes.len())))
    }
}

impl Shared for Cow<'_, [u8]> {
    fn tell<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(self))
    }

    fn hear<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        octets(&String::deserialize(deserializer)?).map(Cow::Owned)
    }

    fn says_nothing(&self) -> bool {
        self.is_empty()
    }
}

/// The bytes of hexadecimal digits.
fn octets<E: Error>(digits: &str) -> Result<Vec<u8>, E> {
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok();
    let bytes = pairs.iter().map(byte).collect::<Option<_>>().filter(|_| rest.is_empty());
    bytes.ok_or_else(|| E::custom(format!("`{digits}` are no pairs of hexadecimal digits")))
}

impl Shared<Words> for Cow<'_, [u8]> {
    fn tell<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match core::str::from_utf8(self) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => serializer.collect_seq(self.iter()),
        }
    }

    fn hear<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextBytes).map(Cow::Owned)
    }

    fn says_nothing(&self) -> bool {
        self.is_empty()
    }
}

struct TextBytes;

impl<'de> Visitor<'de> for TextBytes {
    type Value = Vec<u8>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text, or its bytes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<u8>, E> {
        Ok(text.as_bytes().to_vec())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, bytes: A) -> Result<Vec<u8>, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(bytes))
    }
}

impl<F, T: Shared<F>> Shared<F> for Items<T> {
    fn tell<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Told::<T, F>::new))
    }

    fn hear<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Vec::<Heard<T, F>>::deserialize(deserializer)?;
        Ok(items.into_iter().map(|item| item.0).collect())
    }

    fn says_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl<F, T: Shared<F>, R: Shared> Shared<F> for Field<T, R> {
    fn tell<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_unit(),
            Self::Set(value) => value.tell(serializer),
            Self::Raw(raw) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(RAW, &Told::<R, Plain>::new(raw))?;
                map.end()
            }
        }
    }

    fn hear<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor(PhantomData))
    }

    fn says_nothing(&self) -> bool {
        !self.is_said()
    }
}

type Marked<F, T, R> = PhantomData<(F, T, R)>;

struct FieldVisitor<F, T, R>(Marked<F, T, R>);

impl<'de, F, T: Shared<F>, R: Shared> Visitor<'de> for FieldVisitor<F, T, R> {
    type Value = Field<T, R>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "what a field is, or `{RAW}` bits or bytes of it")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Field::Auto)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        T::hear(value.into_deserializer()).map(Field::Set)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        T::hear(value.into_deserializer()).map(Field::Set)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        T::hear(value.into_deserializer()).map(Field::Set)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        T::hear(value.into_deserializer()).map(Field::Set)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        T::hear(value.into_deserializer()).map(Field::Set)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        T::hear(SeqAccessDeserializer::new(items)).map(Field::Set)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let first: Option<String> = map.next_key()?;
        if first.as_deref() == Some(RAW) {
            return map.next_value::<Heard<R, Plain>>().map(|raw| Field::Raw(raw.0));
        }
        T::hear(MapAccessDeserializer::new(FromFirst { first, rest: map })).map(Field::Set)
    }
}

/// A map whose first name was looked at.
struct FromFirst<A> {
    first: Option<String>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for FromFirst<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        match self.first.take() {
            Some(first) => seed.deserialize(first.into_deserializer()).map(Some),
            None => self.rest.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.rest.next_value_seed(seed)
    }
}

/// Tells the flags that are set, and the bits that have no name.
///
/// # Errors
///
/// Those of the serializer.
pub fn tell_flags<S: Serializer>(number: u128, flags: &[FlagInfo], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    let mut left = number;
    for flag in flags.iter().filter(|flag| flag.of(number) != 0) {
        left &= !(flag.of(u128::MAX) << flag.shift);
        match flag.boolean {
            true => map.serialize_entry(flag.name, &true)?,
            false => map.serialize_entry(flag.name, &Told::<_, Plain>::new(&flag.of(number)))?,
        }
    }
    if left != 0 {
        map.serialize_entry(UNNAMED, &Told::<_, Plain>::new(&left))?;
    }
    map.end()
}

/// The number of flags that were told.
///
/// # Errors
///
/// Those of the deserializer; there is no such flag, or it has not so many bits.
pub fn hear_flags<'de, D: Deserializer<'de>>(flags: &'static [FlagInfo], deserializer: D) -> Result<u128, D::Error> {
    deserializer.deserialize_map(Flags(flags))
}

struct Flags(&'static [FlagInfo]);

impl<'de> Visitor<'de> for Flags {
    type Value = u128;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("flags by their names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<u128, A::Error> {
        let mut number = 0;
        while let Some(name) = map.next_key::<String>()? {
            let flag = self.0.iter().find(|flag| flag.name == name);
            number |= match flag {
                Some(flag) if flag.boolean => u128::from(map.next_value::<bool>()?) << flag.shift,
                Some(flag) => {
                    let bits = map.next_value::<Heard<u128, Plain>>()?.0;
                    Some(bits << flag.shift)
                        .filter(|placed| flag.of(*placed) == bits)
                        .ok_or_else(|| A::Error::custom(format!("{bits} is too wide for `{name}`")))?
                }
                None if name == UNNAMED => map.next_value::<Heard<u128, Plain>>()?.0,
                None => return Err(unknown(&name)),
            };
        }
        Ok(number)
    }
}

/// What is told as an object: a struct of its members, a choice of its one form.
pub trait Entries: Sized {
    /// What it is before anything is heard of it.
    fn unheard() -> Option<Self>;

    /// Tells the members that say something.
    ///
    /// # Errors
    ///
    /// Those of the serializer.
    fn tell_entries<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;

    /// Takes the member of a name.
    ///
    /// # Errors
    ///
    /// Those of the deserializer; or it has no such member.
    fn hear_entry<'de, A: MapAccess<'de>>(value: Option<Self>, name: &str, map: &mut A) -> Result<Self, A::Error>;

    /// Whether it is none of its forms.
    fn is_unsaid(&self) -> bool {
        false
    }
}

/// Tells a member, unless it says no more than what nothing is said of.
///
/// # Errors
///
/// Those of the serializer.
pub fn tell_member<F, T, M>(map: &mut M, name: &'static str, value: &T, unsaid: &T) -> Result<(), M::Error>
where
    T: Shared<F> + PartialEq,
    M: SerializeMap,
{
    if value.says_nothing() && value == unsaid {
        return Ok(());
    }
    map.serialize_entry(plain_name(name), &Told::<T, F>::new(value))
}

/// A name that may be written as a word of Rust is.
#[must_use]
pub fn plain_name(name: &'static str) -> &'static str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// There is nothing of that name.
pub fn unknown<E: Error>(name: &dyn Display) -> E {
    E::custom(format!("nothing here is called `{name}`"))
}

/// Tells an object.
///
/// # Errors
///
/// Those of the serializer.
pub fn tell_object<T: Entries, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    value.tell_entries(&mut map)?;
    map.end()
}

/// Makes an object.
///
/// # Errors
///
/// Those of the deserializer; it has no such member, or nothing says which form it has.
pub fn hear_object<'de, T: Entries, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(Object(PhantomData))
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Entries> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut value = T::unheard();
        while let Some(name) = map.next_key::<String>()? {
            value = Some(T::hear_entry(value, &name, &mut map)?);
        }
        value.ok_or_else(|| A::Error::custom("nothing says which it is"))
    }
}
