//! Numbers and names in forms that say themselves how long they are.

use super::{EmitError, EmitErrorKind, Pen};
use crate::view::{Coded, Cursor, Element};
use crate::{FieldInfo, Region};

/// The longest label: [RFC 1035 §2.3.4](https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4).
const MAX_LABEL: usize = 63;
/// How far a pointer reaches: 14 bits, [RFC 1035 §4.1.4](https://www.rfc-editor.org/rfc/rfc1035#section-4.1.4).
const POINTER_REACH: usize = 1 << 14;
/// The two bits that make a length a pointer.
const POINTER: u128 = 0xc000;
/// How many tails of names are remembered; names behind them are written in full where they would point to others.
const MAX_TAILS: usize = 256;

/// Writes a number of as many bits as a value says.
///
/// # Errors
///
/// It needs more, or there are more than 128.
#[inline]
pub fn coded<P: Pen>(
    pen: &mut P,
    value: u128,
    bits: u64,
    little: bool,
    field: &'static FieldInfo,
) -> Result<(), EmitError> {
    let width = u32::try_from(bits).unwrap_or(u32::MAX);
    if width > 128 || width < 128 && value >> width != 0 {
        return Err(EmitError::new(field, EmitErrorKind::TooWide { bits: width }));
    }
    if width > 0 {
        pen.number(value, width, little);
    }
    Ok(())
}

/// Cuts a number into groups of so many bits, at least one, and hands each over with whether more follow.
///
/// # Errors
///
/// It takes more groups than there may be.
#[inline]
pub fn groups(
    value: u128,
    bits: u32,
    most: u64,
    big: bool,
    field: &'static FieldInfo,
    mut write: impl FnMut(u128, bool),
) -> Result<(), EmitError> {
    let bits = bits.clamp(1, 127);
    let count = (128 - value.leading_zeros()).div_ceil(bits).max(1);
    if u64::from(count) > most {
        return Err(EmitError::new(field, EmitErrorKind::NotEncodable));
    }
    for step in 0..count {
        let group = if big { count - 1 - step } else { step };
        let shifted = value.checked_shr(group * bits).unwrap_or_default();
        write(shifted & ((1 << bits) - 1), step + 1 < count);
    }
    Ok(())
}

/// The number that forged bytes are in a codec's form, where they are one.
#[must_use]
pub fn forged_number<'a, C: Element<'a, Args = (), Out = Coded<'a, T>>, T>(bytes: &'a [u8]) -> Option<T> {
    C::read(&mut Cursor::new(Region::new(bytes)), ()).ok().map(|(coded, _)| coded.value)
}

/// Writes a number in digits.
///
/// # Errors
///
/// It takes more digits than there may be.
#[inline]
pub fn put_digits<P: Pen>(
    pen: &mut P,
    value: u128,
    base: u32,
    most: u64,
    field: &'static FieldInfo,
) -> Result<(), EmitError> {
    let mut room = [0; 128];
    let digits = crate::text::digits(value, base, &mut room);
    if digits.len() as u64 > most {
        return Err(EmitError::new(field, EmitErrorKind::NotEncodable));
    }
    pen.bytes(digits);
    Ok(())
}

/// The tails of names that were written, so that later names point to them.
#[derive(Clone, Debug)]
pub struct Names<'v> {
    tails: [(&'v [u8], u16); MAX_TAILS],
    count: usize,
}

impl Default for Names<'_> {
    fn default() -> Self {
        Self { tails: [(&[], 0); MAX_TAILS], count: 0 }
    }
}

impl<'v> Names<'v> {
    /// Writes a name of at most so many bytes, its tail as a pointer where that was written before. Positions are those of
    /// the pen.
    ///
    /// # Errors
    ///
    /// A label is empty or too long, or the name is.
    pub fn put<P: Pen>(
        &mut self,
        pen: &mut P,
        name: &'v [u8],
        most: u64,
        field: &'static FieldInfo,
    ) -> Result<(), EmitError> {
        check_name(name, most, field)?;
        let (mut rest, known) = (whole(name), self.count);
        while let Some((label, behind)) = split(rest) {
            if let Some(at) = self.find(rest, known) {
                pen.number(POINTER | u128::from(at), 16, false);
                return Ok(());
            }
            self.note(rest, pen.position() / 8);
            put_label(pen, label);
            rest = behind;
        }
        pen.number(0, 8, false);
        Ok(())
    }

    fn find(&self, tail: &[u8], known: usize) -> Option<u16> {
        let tails = self.tails.get(..known)?;
        tails.iter().find(|(other, _)| is_same(tail, other)).map(|(_, at)| *at)
    }

    fn note(&mut self, tail: &'v [u8], at: usize) {
        if at < POINTER_REACH
            && let Some(room) = self.tails.get_mut(self.count)
        {
            *room = (tail, at as u16);
            self.count += 1;
        }
    }
}

/// Writes a name of at most so many bytes as it is.
///
/// # Errors
///
/// A label is empty or too long, or the name is.
pub fn put_name<P: Pen>(pen: &mut P, name: &[u8], most: u64, field: &'static FieldInfo) -> Result<(), EmitError> {
    check_name(name, most, field)?;
    let mut rest = whole(name);
    while let Some((label, behind)) = split(rest) {
        put_label(pen, label);
        rest = behind;
    }
    pen.number(0, 8, false);
    Ok(())
}

fn check_name(name: &[u8], most: u64, field: &'static FieldInfo) -> Result<(), EmitError> {
    let mut rest = whole(name);
    let mut right = name.len() as u64 <= most;
    while let Some((label, behind)) = split(rest) {
        let length = octets(label).count();
        let whole = octets(label).all(|octet| octet.is_some());
        right &= whole && (1..=MAX_LABEL).contains(&length);
        rest = behind;
    }
    if right { Ok(()) } else { Err(EmitError::new(field, EmitErrorKind::NotEncodable)) }
}

/// The labels of a name: a dot alone is the root.
pub(super) fn whole(name: &[u8]) -> &[u8] {
    if name == b"." { &[] } else { name }
}

/// The first label of a name as it stands there, and the labels behind it.
pub(super) fn split(name: &[u8]) -> Option<(&[u8], &[u8])> {
    if name.is_empty() {
        return None;
    }
    let mut at = 0;
    while let Some(&byte) = name.get(at) {
        match byte {
            b'.' => return Some((name.get(..at)?, name.get(at + 1..)?)),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    Some((name, &[]))
}

/// The octets of a label, nothing for an escape that is none: a backslash stands before a dot or a backslash inside of a label,
/// or before three decimal digits of an octet, [RFC 1035 §5.1](https://www.rfc-editor.org/rfc/rfc1035#section-5.1).
pub(super) fn octets(mut label: &[u8]) -> impl Iterator<Item = Option<u8>> {
    core::iter::from_fn(move || {
        let (octet, rest) = match label {
            [] => return None,
            [b'\\', a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..] => {
                let value = [a, b, c].iter().fold(0_u16, |value, digit| value * 10 + u16::from(**digit - b'0'));
                (u8::try_from(value).ok(), rest)
            }
            [b'\\', escaped, rest @ ..] => (Some(*escaped), rest),
            [b'\\'] => (None, &[][..]),
            [octet, rest @ ..] => (Some(*octet), rest),
        };
        label = rest;
        Some(octet)
    })
}

pub(super) fn is_same(left: &[u8], right: &[u8]) -> bool {
    let (mut left, mut right) = (left, right);
    loop {
        match (split(left), split(right)) {
            (None, None) => return true,
            (Some((a, behind_a)), Some((b, behind_b))) if octets(a).eq(octets(b)) => {
                (left, right) = (behind_a, behind_b);
            }
            _ => return false,
        }
    }
}

fn put_label<P: Pen>(pen: &mut P, label: &[u8]) {
    pen.number(octets(label).count() as u128, 8, false);
    octets(label).for_each(|octet| pen.number(u128::from(octet.unwrap_or_default()), 8, false));
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test may panic")]
mod tests {
    use super::*;
    use crate::craft::{Count, Write};

    static FIELD: FieldInfo = FieldInfo::new("name", "name");

    fn written(names: &[&'static [u8]]) -> ([u8; 64], usize) {
        let (mut out, mut seen) = ([0; 64], Names::default());
        let mut pen = Write::new(&mut out, &mut [], 12);
        let mut count = Count::at(96);
        let mut counted = Names::default();
        for name in names {
            seen.put(&mut pen, name, 255, &FIELD).unwrap();
            counted.put(&mut count, name, 255, &FIELD).unwrap();
        }
        let length = pen.position() / 8 - 12;
        assert_eq!(count.bytes() - 12, length);
        (out, length)
    }

    #[test]
    fn tails_of_names_are_pointed_to() {
        let (out, length) = written(&[b"example.com", b"www.example.com.", b"com", b"", b".", b"a\\.b.com"]);
        let expected = b"\x07example\x03com\0\x03www\xc0\x0c\xc0\x14\0\0\x03a.b\xc0\x14";
        assert_eq!(out[..length], expected[..]);
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let long = [b'x'; 64];
        for name in [&b"a..b"[..], &long, b"a\\", b"a\\256"] {
            let error = put_name(&mut Count::at(0), name, 255, &FIELD).unwrap_err();
            assert_eq!(error.kind, EmitErrorKind::NotEncodable);
        }
        assert!(put_name(&mut Count::at(0), b"abc", 2, &FIELD).is_err());
    }

    #[test]
    fn groups_follow_from_the_least_or_the_most_significant() {
        let mut out = [(0, false); 3];
        let mut at = 0;
        groups(300, 7, 3, false, &FIELD, |group, more| {
            out[at] = (group, more);
            at += 1;
        })
        .unwrap();
        assert_eq!(out[..at], [(44, true), (2, false)]);
        at = 0;
        groups(300, 7, 3, true, &FIELD, |group, more| {
            out[at] = (group, more);
            at += 1;
        })
        .unwrap();
        assert_eq!(out[..at], [(2, true), (44, false)]);
        assert!(groups(1 << 21, 7, 3, true, &FIELD, |_, _| {}).is_err());
    }
}
