//! Fields as text for people, whatever protocol they are of.

use crate::text::{self, hex_separated};
use crate::{BitPlace, Error, FieldInfo, FieldValue, FieldVisitor, Fields, FlagInfo, Form, Group};
use core::fmt::{self, Write};

/// Bytes that are shown one by one; of more, how many they are.
const INLINE_BYTES: usize = 16;

/// A value as people are shown it: names before numbers, units behind them.
///
/// ```
/// use packet_core::{FieldInfo, FieldValue, Form};
///
/// static TTL: FieldInfo = FieldInfo::new("ipv4", "ttl").counting("hops");
/// static SUM: FieldInfo = FieldInfo::new("ipv4", "checksum").shown(Form::Hex);
/// assert_eq!(TTL.show(FieldValue::Number(64), 8).to_string(), "64 hops");
/// assert_eq!(SUM.show(FieldValue::Number(0xab), 16).to_string(), "0x00ab");
/// assert_eq!(TTL.show(FieldValue::Named(1, Some("one")), 8).to_string(), "one (1) hops");
/// ```
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    field: &'static FieldInfo,
    value: FieldValue<'a>,
    bits: u32,
}

impl FieldInfo {
    /// One of its values, which took so many bits, as people are shown it.
    #[must_use]
    pub fn show<'a>(&'static self, value: FieldValue<'a>, bits: u32) -> Shown<'a> {
        Shown { field: self, value, bits }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            FieldValue::Number(number) => self.number(out, number),
            FieldValue::Signed(number) => self.signed(out, number),
            FieldValue::Bool(truth) => write!(out, "{truth}"),
            FieldValue::Float(number) => write!(out, "{number}"),
            FieldValue::Named(number, None) => self.plain(out, number),
            FieldValue::Named(number, Some(name)) => {
                write!(out, "{name} (")?;
                self.plain(out, number)?;
                out.write_char(')')
            }
            FieldValue::Flags(number, flags) => self.flags(out, number, flags),
            FieldValue::Ipv4(address) => write!(out, "{address}"),
            FieldValue::Ipv6(address) => write!(out, "{address}"),
            FieldValue::Mac(address) => write!(out, "{address}"),
            FieldValue::Bytes(bytes) => self.bytes(out, bytes),
            FieldValue::Text(text) => quoted(out, text),
            FieldValue::Decoded(text) => write!(out, "\"{text}\""),
            FieldValue::Payload(region) => match region.bytes().len() {
                1 => out.write_str("1 byte"),
                length => write!(out, "{length} bytes"),
            },
        }?;
        self.field.unit.map_or(Ok(()), |unit| write!(out, " {unit}"))
    }
}

impl Shown<'_> {
    fn number(&self, out: &mut fmt::Formatter<'_>, number: u128) -> fmt::Result {
        match self.field.form {
            Form::Binary => write!(out, "0b{number:0width$b}", width = self.bits as usize),
            Form::UnixTime => instant(out, number, i128::try_from(number).ok()),
            Form::NtpTime => instant(out, number, ntp_seconds(number)),
            Form::Fixed16 => write!(out, "{:.6}", number as f64 / 65536.0),
            _ => self.plain(out, number),
        }
    }

    fn signed(&self, out: &mut fmt::Formatter<'_>, number: i128) -> fmt::Result {
        match self.field.form {
            Form::Fixed16 => write!(out, "{:.6}", number as f64 / 65536.0),
            _ => write!(out, "{number}"),
        }
    }

    /// A number as it is, in hexadecimal digits where it is shown so.
    fn plain(&self, out: &mut fmt::Formatter<'_>, number: u128) -> fmt::Result {
        if self.field.form == Form::Hex { hexadecimal(out, number, self.bits) } else { write!(out, "{number}") }
    }

    fn flags(&self, out: &mut fmt::Formatter<'_>, number: u128, flags: &[FlagInfo]) -> fmt::Result {
        if !names(out, number, flags, |flag| flag.label.unwrap_or(flag.name))? {
            out.write_str("none")?;
        }
        out.write_str(" (")?;
        hexadecimal(out, number, self.bits)?;
        out.write_char(')')
    }

    fn bytes(&self, out: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
        match (self.field.form, bytes.len()) {
            (Form::Ipv4, 4) => bytes.first_chunk().map_or(Ok(()), |address| text::ipv4(out, *address)),
            (Form::Mac, 6) => bytes.first_chunk().map_or(Ok(()), |address| text::mac(out, *address)),
            // Fewer bytes than an address has are a prefix.
            (Form::Ipv6, 0..=16) => {
                let mut address = [0; 16];
                address.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
                text::ipv6(out, address)
            }
            (Form::Ascii, _) if bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n')) => {
                quoted(out, bytes)
            }
            (_, 0) => out.write_str("empty"),
            (_, 1..=INLINE_BYTES) => hex_separated(out, bytes, ' '),
            (_, length) => write!(out, "{length} bytes"),
        }
    }
}

/// The names of the flags that are set, by what `called` makes of them; whether there are any.
fn names(
    out: &mut fmt::Formatter<'_>,
    number: u128,
    flags: &[FlagInfo],
    called: impl Fn(&FlagInfo) -> &'static str,
) -> Result<bool, fmt::Error> {
    let mut some = false;
    for flag in flags {
        let bits = flag.of(number);
        if bits == 0 {
            continue;
        }
        out.write_str(if some { ", " } else { "" })?;
        out.write_str(called(flag))?;
        if !flag.boolean {
            match flag.value_name(bits) {
                Some(name) => write!(out, "={name}")?,
                None => write!(out, "={bits}")?,
            }
        }
        some = true;
    }
    Ok(some)
}

/// Writes the names of the flags that are set, separated by commas.
///
/// # Errors
///
/// Those of `out`.
pub fn write_flags(out: &mut fmt::Formatter<'_>, number: u128, flags: &[FlagInfo]) -> fmt::Result {
    names(out, number, flags, |flag| flag.name).map(|_| ())
}

fn hexadecimal(out: &mut fmt::Formatter<'_>, number: u128, bits: u32) -> fmt::Result {
    write!(out, "0x{number:0width$x}", width = bits.div_ceil(4) as usize)
}

fn quoted(out: &mut fmt::Formatter<'_>, text: &[u8]) -> fmt::Result {
    out.write_char('"')?;
    for chunk in text.utf8_chunks() {
        write!(out, "{}", chunk.valid().escape_debug())?;
        if !chunk.invalid().is_empty() {
            out.write_char('\u{fffd}')?;
        }
    }
    out.write_char('"')
}

/// A point in time in whole seconds since 1970, and the number that it stands as; that alone where it is no date.
fn instant(out: &mut fmt::Formatter<'_>, raw: u128, seconds: Option<i128>) -> fmt::Result {
    let nanoseconds = seconds.and_then(|seconds| seconds.checked_mul(1_000_000_000)).filter(|_| raw != 0);
    let Some(nanoseconds) = nanoseconds else { return write!(out, "{raw}") };
    text::timestamp(&mut WithoutFraction { out, done: false }, nanoseconds)?;
    write!(out, "Z ({raw})")
}

/// Takes a timestamp up to the point.
struct WithoutFraction<'o, 'f> {
    out: &'o mut fmt::Formatter<'f>,
    done: bool,
}

impl Write for WithoutFraction<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.done {
            return Ok(());
        }
        let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
        self.done = fraction.is_some();
        self.out.write_str(whole)
    }
}

/// Seconds of the NTP's first era between 1900 and 1970.
const NTP_TO_UNIX: i128 = 2_208_988_800;

/// The second of an NTP timestamp since 1970. One whose first bit is clear is of the era from 2036 on,
/// [RFC 4330 §3](https://www.rfc-editor.org/rfc/rfc4330#section-3).
fn ntp_seconds(value: u128) -> Option<i128> {
    let seconds = i128::try_from(value >> 32).ok()?;
    let era = if seconds < 1 << 31 { 1 << 32 } else { 0 };
    Some(seconds + era - NTP_TO_UNIX)
}

/// Writes all fields on one line: `Udp { src_port: 4000, dst_port: 53, length: 12 bytes, checksum: 0xedc1, payload: 4 bytes }`.
///
/// # Errors
///
/// Those of `out`.
pub fn write_line(out: &mut fmt::Formatter<'_>, name: &str, fields: &dyn Fields) -> fmt::Result {
    write!(out, "{name} {{")?;
    let mut line = Line { out, result: Ok(()), fresh: true, lists: 0, depth: 0 };
    fields.fields(&mut line);
    line.result?;
    let fresh = line.fresh;
    out.write_str(if fresh { "}" } else { " }" })
}

struct Line<'o, 'f> {
    out: &'o mut fmt::Formatter<'f>,
    result: fmt::Result,
    /// Nothing was written since the last bracket.
    fresh: bool,
    /// A bit for each open bracket, the innermost lowest: whether it is that of a list.
    lists: u64,
    depth: u32,
}

impl Line<'_, '_> {
    /// What stands before the next thing, and its name, but in lists.
    fn lead(&mut self, name: Option<&str>) -> fmt::Result {
        let list = self.depth > 0 && self.lists & 1 == 1;
        self.out.write_str(match (self.fresh, list) {
            (true, true) => "",
            (true, false) => " ",
            (false, _) => ", ",
        })?;
        self.fresh = false;
        match name {
            Some(name) if !list => write!(self.out, "{name}: "),
            _ => Ok(()),
        }
    }

    fn open(&mut self, group: Group) -> fmt::Result {
        let name = match group {
            Group::Struct(field) | Group::List(field) => Some(field.name),
            Group::Variant(key) => Some(key),
            Group::Element => None,
        };
        self.lead(name)?;
        let list = matches!(group, Group::List(_));
        self.lists = self.lists << 1 | u64::from(list);
        self.depth += 1;
        self.fresh = true;
        self.out.write_str(if list { "[" } else { "{" })
    }

    fn close(&mut self) -> fmt::Result {
        let list = self.lists & 1 == 1;
        let fresh = core::mem::replace(&mut self.fresh, false);
        self.lists >>= 1;
        self.depth = self.depth.saturating_sub(1);
        self.out.write_str(match (list, fresh) {
            (true, _) => "]",
            (false, true) => "}",
            (false, false) => " }",
        })
    }

    fn then(&mut self, write: impl FnOnce(&mut Self) -> fmt::Result) {
        if self.result.is_ok() {
            self.result = write(self);
        }
    }
}

impl FieldVisitor for Line<'_, '_> {
    fn value(&mut self, field: &'static FieldInfo, place: BitPlace, value: FieldValue<'_>) {
        self.then(|line| {
            line.lead(Some(field.name))?;
            write!(line.out, "{}", field.show(value, place.bits))
        });
    }

    fn enter(&mut self, group: Group) {
        self.then(|line| line.open(group));
    }

    fn leave(&mut self) {
        self.then(Line::close);
    }

    fn error(&mut self, error: &Error) {
        self.then(|line| {
            line.lead(Some("error"))?;
            write!(line.out, "{error}")
        });
    }
}
