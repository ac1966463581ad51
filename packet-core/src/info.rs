//! What generic code may know of a field: its names, and how its value is shown.

use core::fmt;
use core::hash::{Hash, Hasher};

/// A field of a layer, as generated code knows it.
///
/// Two of them are the same field when they are of the same layer and have the same name.
///
/// ```
/// use packet_core::{FieldInfo, Form};
///
/// static CHECKSUM: FieldInfo = FieldInfo::new("ipv4", "checksum").shown(Form::Hex).called(&["ip.checksum"]);
/// assert_eq!(CHECKSUM.to_string(), "ipv4.checksum");
/// assert_eq!(CHECKSUM, FieldInfo::new("ipv4", "checksum"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FieldInfo {
    /// The layer or struct it belongs to, in snake case: `ipv4`.
    pub owner: &'static str,
    /// Its name, `_` where it has none.
    pub name: &'static str,
    /// How its value is shown.
    pub form: Form,
    /// What its value counts: `bytes`, `ms`.
    pub unit: Option<&'static str>,
    /// What Wireshark calls it: `ip.checksum`.
    pub aliases: &'static [&'static str],
    /// Its number has the least significant byte first.
    pub little: bool,
    /// Its value is the number on the wire times this.
    pub scale: u64,
}

/// A flag, or a group of bits among flags.
///
/// ```
/// use packet_core::FlagInfo;
///
/// static OPCODE: FlagInfo = FlagInfo::group("opcode", 11, 4);
/// assert_eq!(OPCODE.of(0x2800), 5);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FlagInfo {
    /// Its name: `rd`.
    pub name: &'static str,
    /// What people call it: `recursion desired`.
    pub label: Option<&'static str>,
    /// Its lowest bit.
    pub shift: u32,
    /// How many bits.
    pub bits: u32,
    /// It is true or false.
    pub boolean: bool,
    /// What values of its bits are called.
    pub values: Option<ValueNames>,
}

/// What values are called.
#[derive(Clone, Copy, Debug)]
pub enum ValueNames {
    /// Whatever this says.
    By(fn(u128) -> Option<&'static str>),
    /// These, each with its name.
    Listed(&'static [(u128, &'static str)]),
}

impl FlagInfo {
    /// The bit of that number.
    #[must_use]
    pub const fn bit(name: &'static str, shift: u32) -> Self {
        Self { boolean: true, ..Self::group(name, shift, 1) }
    }

    /// So many bits, the lowest of that number.
    #[must_use]
    pub const fn group(name: &'static str, shift: u32, bits: u32) -> Self {
        Self { name, label: None, shift, bits, boolean: false, values: None }
    }

    /// The same, which people call that.
    #[must_use]
    pub const fn called(self, label: &'static str) -> Self {
        Self { label: Some(label), ..self }
    }

    /// The same, whose values have these names.
    #[must_use]
    pub const fn naming(self, values: fn(u128) -> Option<&'static str>) -> Self {
        Self { values: Some(ValueNames::By(values)), ..self }
    }

    /// The same, of whose values these have names.
    #[must_use]
    pub const fn naming_listed(self, values: &'static [(u128, &'static str)]) -> Self {
        Self { values: Some(ValueNames::Listed(values)), ..self }
    }

    /// Its bits of a number.
    #[must_use]
    pub const fn of(&self, number: u128) -> u128 {
        let mask = if self.bits < 128 { (1 << self.bits) - 1 } else { u128::MAX };
        number >> self.shift & mask
    }

    /// What a value of its bits is called.
    #[must_use]
    pub fn value_name(&self, bits: u128) -> Option<&'static str> {
        match self.values? {
            ValueNames::By(name_of) => name_of(bits),
            ValueNames::Listed(names) => names.iter().find(|(value, _)| *value == bits).map(|(_, name)| *name),
        }
    }
}

/// How a value is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// By its type: numbers in decimal, bytes in hexadecimal digits.
    #[default]
    Plain,
    /// `0x1f`.
    Hex,
    /// `0b0101`.
    Binary,
    /// `10.0.0.1`.
    Ipv4,
    /// `fe80::1`.
    Ipv6,
    /// `02:00:00:00:00:01`.
    Mac,
    /// Bytes as text, where they are.
    Ascii,
    /// Seconds since 1970, as a date.
    UnixTime,
    /// 64 bits of seconds since 1900 and their fraction, [RFC 5905 §6](https://www.rfc-editor.org/rfc/rfc5905#section-6).
    NtpTime,
    /// 32 bits, 16 before the point and 16 behind: [RFC 5905 §6](https://www.rfc-editor.org/rfc/rfc5905#section-6).
    Fixed16,
}

impl FieldInfo {
    /// The field of that name.
    #[must_use]
    pub const fn new(owner: &'static str, name: &'static str) -> Self {
        Self { owner, name, form: Form::Plain, unit: None, aliases: &[], little: false, scale: 1 }
    }

    /// The same, shown in that form.
    #[must_use]
    pub const fn shown(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// The same, whose value counts that.
    #[must_use]
    pub const fn counting(self, unit: &'static str) -> Self {
        Self { unit: Some(unit), ..self }
    }

    /// The same, whose number has its least significant byte first.
    #[must_use]
    pub const fn in_reverse(self) -> Self {
        Self { little: true, ..self }
    }

    /// The same, whose value is the number on the wire times that.
    #[must_use]
    pub const fn times(self, scale: u64) -> Self {
        Self { scale, ..self }
    }

    /// The same, with the names that other tools have for it.
    #[must_use]
    pub const fn called(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }
}

impl PartialEq for FieldInfo {
    fn eq(&self, other: &Self) -> bool {
        (self.owner, self.name) == (other.owner, other.name)
    }
}

impl Eq for FieldInfo {}

impl Hash for FieldInfo {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.owner, self.name).hash(state);
    }
}

impl fmt::Display for FieldInfo {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.owner, self.name)
    }
}
