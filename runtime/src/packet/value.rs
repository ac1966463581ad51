//! Values of fields as people write them.

use super::Found;
use super::field::FieldKind;
use packet_core::text::parse_mac;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// What a field is to be set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldInput {
    /// A number.
    Number(u128),
    /// Bytes, as many as the field has.
    Bytes(Vec<u8>),
    /// Whatever this text is for the field: `64`, `0x40`, `-1`, `10.0.0.1`, `02:00:00:00:00:01`, `true`, `SYN|ACK`,
    /// `hex"0a0b"`, or text.
    Text(String),
}

impl From<u128> for FieldInput {
    fn from(number: u128) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for FieldInput {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&[u8]> for FieldInput {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_owned())
    }
}

/// Why a field can't have a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputError {
    /// The text is none of these.
    Not(&'static str),
    /// The number needs more bits than the field has.
    TooWide {
        /// As many as it has.
        bits: u32,
    },
    /// The number is no multiple of what the field counts in.
    NoMultiple {
        /// What that is.
        of: u64,
    },
    /// The bytes are not as many as the field has.
    Length {
        /// As many as there are.
        found: usize,
        /// As many as it has.
        expected: usize,
    },
    /// It can't be changed where it stands: what it looks like depends on other bytes.
    NotInPlace,
}

impl fmt::Display for InputError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Not(what) => write!(out, "is not {what}"),
            Self::TooWide { bits: 1 } => out.write_str("does not fit the one bit of the field"),
            Self::TooWide { bits } => write!(out, "does not fit the {bits} bits of the field"),
            Self::NoMultiple { of } => write!(out, "is no multiple of {of}"),
            Self::Length { found, expected } => write!(out, "has {found} bytes, and the field has {expected}"),
            Self::NotInPlace => out.write_str("can't be written where the field stands"),
        }
    }
}

impl std::error::Error for InputError {}

/// What is written where a field stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Number(u128),
    Bytes(Vec<u8>),
}

impl FieldInput {
    /// What is to be written for a field.
    pub(super) fn for_field(&self, found: &Found) -> Result<Written, InputError> {
        let written = match self {
            Self::Number(number) => Written::Number(*number),
            Self::Bytes(bytes) => Written::Bytes(bytes.clone()),
            Self::Text(text) => from_text(text, found)?,
        };
        let bits = match found.kind {
            FieldKind::Flag(flag) => flag.bits,
            _ => found.place.bits,
        };
        let bytes = found.place.bits as usize / 8;
        let scale = u128::from(found.field.scale.max(1));
        let written = match written {
            Written::Number(number) if !number.is_multiple_of(scale) => {
                return Err(InputError::NoMultiple { of: found.field.scale });
            }
            Written::Number(number) => Written::Number(number / scale),
            written => written,
        };
        match written {
            _ if matches!(found.kind, FieldKind::Other) => Err(InputError::NotInPlace),
            Written::Bytes(_) if matches!(found.kind, FieldKind::Flag(_)) => {
                Err(InputError::Not("a number of so few bits"))
            }
            Written::Number(number) if matches!(found.kind, FieldKind::Bytes) => number_as_bytes(number, bytes),
            Written::Number(number) if !fits(number, bits) => Err(InputError::TooWide { bits }),
            Written::Bytes(ref value) if value.len() != bytes => {
                Err(InputError::Length { found: value.len(), expected: bytes })
            }
            written => Ok(written),
        }
    }
}

fn fits(number: u128, bits: u32) -> bool {
    bits >= 128 || number >> bits == 0
}

fn number_as_bytes(number: u128, bytes: usize) -> Result<Written, InputError> {
    let all = number.to_be_bytes();
    let (before, own) = all.split_at(all.len().saturating_sub(bytes));
    if before.iter().any(|&byte| byte != 0) {
        return Err(InputError::TooWide { bits: bytes as u32 * 8 });
    }
    let mut value = vec![0; bytes - own.len()];
    value.extend_from_slice(own);
    Ok(Written::Bytes(value))
}

fn from_text(text: &str, found: &Found) -> Result<Written, InputError> {
    if let Some(digits) = text.strip_prefix("hex\"").and_then(|rest| rest.strip_suffix('"')) {
        return hex(digits).map(Written::Bytes).ok_or(InputError::Not("an even count of hexadecimal digits"));
    }
    let number = number(text);
    let octets = |octets: Option<&[u8]>, what| {
        octets.map(|octets| Written::Bytes(octets.to_owned())).ok_or(InputError::Not(what))
    };
    match found.kind {
        FieldKind::Number => {
            let named = match text {
                "true" => Some(1),
                "false" => Some(0),
                _ => number,
            };
            named.map(Written::Number).ok_or(InputError::Not("a number"))
        }
        FieldKind::Flag(flag) => {
            // What few bits may be called can be tried out.
            let called = |value: &u128| flag.value_name(*value).is_some_and(|name| name.eq_ignore_ascii_case(text));
            let named = match text {
                "true" => Some(1),
                "false" => Some(0),
                _ => number.or_else(|| (0..1 << flag.bits.min(8)).find(called)),
            };
            named.map(Written::Number).ok_or(InputError::Not("a number, or a name of one"))
        }
        FieldKind::Signed => {
            let negative = text.strip_prefix('-').and_then(self::number).map(u128::wrapping_neg);
            let number = negative.map(|value| value & low(found.place.bits)).or(number);
            number.map(Written::Number).ok_or(InputError::Not("a number"))
        }
        FieldKind::Flags(flags) => {
            let bit = |word: &str| {
                let flag = flags.iter().find(|flag| flag.name.eq_ignore_ascii_case(word))?;
                1_u128.checked_shl(flag.shift)
            };
            let bits = || {
                text.split(['|', ',', ' '])
                    .filter(|word| !word.is_empty())
                    .map(bit)
                    .try_fold(0, |all, bit| Some(all | bit?))
            };
            number.or_else(bits).map(Written::Number).ok_or(InputError::Not("a number, or names of flags"))
        }
        FieldKind::Ipv4 => octets(
            text.parse::<Ipv4Addr>().ok().map(|address| address.octets()).as_ref().map(|octets| &octets[..]),
            "an address of version 4",
        ),
        FieldKind::Ipv6 => octets(
            text.parse::<Ipv6Addr>().ok().map(|address| address.octets()).as_ref().map(|octets| &octets[..]),
            "an address of version 6",
        ),
        FieldKind::Mac => octets(parse_mac(text).as_ref().map(|octets| &octets[..]), "an address of a station"),
        FieldKind::Bytes | FieldKind::Other => Ok(Written::Bytes(text.as_bytes().to_owned())),
    }
}

/// So many low bits.
const fn low(bits: u32) -> u128 {
    match 1_u128.checked_shl(bits) {
        Some(above) => above - 1,
        None => u128::MAX,
    }
}

/// A number in decimal, hexadecimal or binary digits.
fn number(text: &str) -> Option<u128> {
    let digits = text.replace('_', "");
    match digits.get(..2) {
        Some("0x") => u128::from_str_radix(&digits[2..], 16).ok(),
        Some("0b") => u128::from_str_radix(&digits[2..], 2).ok(),
        _ => digits.parse().ok(),
    }
}

/// Bytes by their digits, which may be parted by spaces and colons.
fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> =
        text.chars().filter(|letter| !matches!(letter, ' ' | ':' | '_')).map(|letter| letter.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | *digit as u8)).collect())
}
