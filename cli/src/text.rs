//! Values as text at the end of a byte buffer that is used again and again, so that printing does not allocate.

use std::fmt;

/// A byte buffer as a target of formatting.
pub(crate) struct Sink<'a>(pub(crate) &'a mut Vec<u8>);

impl fmt::Write for Sink<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Formats into a byte buffer, which can't fail.
macro_rules! put {
    ($out:expr, $($format:tt)*) => {{
        use std::fmt::Write as _;
        // A buffer takes whatever it is given.
        let _ = write!($crate::text::Sink($out), $($format)*);
    }};
}
pub(crate) use put;

/// Pieces of text, one behind the other: what `put!` does, much faster.
#[inline]
pub(crate) fn join(out: &mut Vec<u8>, pieces: &[&str]) {
    for piece in pieces {
        out.extend_from_slice(piece.as_bytes());
    }
}

const PAIRS: &[u8; 200] = b"00010203040506070809101112131415161718192021222324\
25262728293031323334353637383940414243444546474849\
50515253545556575859606162636465666768697071727374\
75767778798081828384858687888990919293949596979899";

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends the first bytes of an array, all of them at first: to copy as many as are always the same takes no call.
#[inline]
pub(crate) fn start_of<const N: usize>(out: &mut Vec<u8>, bytes: &[u8; N], length: usize) {
    let end = out.len() + length;
    out.extend_from_slice(bytes);
    out.truncate(end);
}

/// A number in decimal.
#[inline]
pub(crate) fn decimal(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0_u8; 20];
    let length = number.checked_ilog10().unwrap_or(0) as usize + 1;
    let mut at = length;
    while number >= 10 {
        let pair = (number % 100) as usize * 2;
        number /= 100;
        at -= 2;
        digits[at..at + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    }
    if at > 0 {
        digits[0] = b'0' + number as u8;
    }
    start_of(out, &digits, length);
}

/// A number in decimal, however wide.
pub(crate) fn wide(out: &mut Vec<u8>, number: u128) {
    match u64::try_from(number) {
        Ok(number) => decimal(out, number),
        Err(_) => put!(out, "{number}"),
    }
}

/// The last digits of a number, ten at most, zeros in front included.
pub(crate) fn padded(out: &mut Vec<u8>, mut number: u32, digits: usize) {
    let mut text = [b'0'; 10];
    for pair in text.as_chunks_mut::<2>().0.iter_mut().rev() {
        let at = (number % 100) as usize * 2;
        number /= 100;
        pair.copy_from_slice(&PAIRS[at..at + 2]);
    }
    out.extend_from_slice(text.get(10_usize.saturating_sub(digits)..).unwrap_or(&text));
}

/// Bytes as pairs of hexadecimal digits.
pub(crate) fn hex(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len() * 2);
    for &byte in bytes {
        out.extend_from_slice(&hex_byte(byte));
    }
}

/// The two hexadecimal digits of a byte.
pub(crate) fn hex_byte(byte: u8) -> [u8; 2] {
    [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]
}

/// Text as a JSON string, with its quotes.
pub(crate) fn json_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for &byte in text.as_bytes() {
        json_byte(out, byte);
    }
    out.push(b'"');
}

/// Bytes as a JSON string of the characters with these numbers, with its quotes: nothing is lost.
pub(crate) fn json_latin1(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    for &byte in bytes {
        if byte < 0x80 {
            json_byte(out, byte);
        } else {
            put!(out, "{}", char::from(byte));
        }
    }
    out.push(b'"');
}

/// One byte of a JSON string.
fn json_byte(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        0..0x20 | 0x7f => {
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&hex_byte(byte));
        }
        _ => out.push(byte),
    }
}

/// Text for people's eyes, in double quotes. What a terminal could take for a command is escaped.
pub(crate) fn quoted(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    plain(out, text);
    out.push(b'"');
}

/// Text for people's eyes. What a terminal could take for a command is escaped.
pub(crate) fn plain(out: &mut Vec<u8>, text: &str) {
    for character in text.chars() {
        match character {
            '"' | '\\' => put!(out, "\\{character}"),
            _ if character.is_control() || is_invisible(character) => put!(out, "{}", character.escape_default()),
            _ => put!(out, "{character}"),
        }
    }
}

/// Characters that show nothing, or turn the direction of what follows.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The text of bytes that are UTF-8; what is not becomes the replacement character.
pub(crate) fn utf8(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Spaces up to a column counted from `start`.
#[inline]
pub(crate) fn pad_to(out: &mut Vec<u8>, start: usize, column: usize) {
    const SPACES: [u8; 64] = [b' '; 64];
    let wanted = column.saturating_sub(out.len().saturating_sub(start));
    if wanted <= SPACES.len() {
        start_of(out, &SPACES, wanted);
    } else {
        out.resize(out.len() + wanted, b' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn decimals_are_those_of_the_standard_library() {
        for number in (0..1_200).chain([99_999, 100_000, 1 << 53, u64::MAX - 1, u64::MAX]) {
            assert_eq!(text(|out| decimal(out, number)), number.to_string());
        }
        assert_eq!(text(|out| wide(out, u128::MAX)), u128::MAX.to_string());
        assert_eq!(text(|out| padded(out, 42, 5)), "00042");
        assert_eq!(text(|out| padded(out, 123_456, 6)), "123456");
        assert_eq!(text(|out| padded(out, u32::MAX, 10)), u32::MAX.to_string());
    }

    #[test]
    fn columns_however_far() {
        for column in [0, 3, 4, 64, 70, 300] {
            assert_eq!(
                text(|out| {
                    out.extend_from_slice(b"line\nabc");
                    pad_to(out, 5, column);
                }),
                format!("line\n{:column$}", "abc")
            );
        }
    }

    #[test]
    fn strings_of_json() {
        assert_eq!(text(|out| json_string(out, "a\"b\\c\n\u{1}é")), r#""a\"b\\c\n\u0001é""#);
        assert_eq!(text(|out| json_latin1(out, b"ok\xe9\x00")), r#""oké\u0000""#);
    }

    #[test]
    fn nothing_commands_the_terminal() {
        assert_eq!(text(|out| quoted(out, "a\u{1b}[31m\u{202e}\"")), r#""a\u{1b}[31m\u{202e}\"""#);
    }
}
