//! Names made of labels, and bytes, as text.

use core::fmt::{self, Write};

/// Writes a name: labels joined by dots, and a dot alone where there is none.
///
/// Dots and backslashes in a label have a backslash in front, and bytes that are no printable text stand as three decimal
/// digits behind one ([RFC 1035 §5.1](https://www.rfc-editor.org/rfc/rfc1035#section-5.1)). What is text in UTF-8 stays as it
/// is ([RFC 6763 §4.1.1](https://www.rfc-editor.org/rfc/rfc6763#section-4.1.1)).
///
/// # Errors
///
/// Those of `out`.
pub fn write_name<'a>(out: &mut impl Write, labels: impl FnOnce(&mut dyn FnMut(&'a [u8]))) -> fmt::Result {
    let mut result = Ok(());
    let mut empty = true;
    labels(&mut |label| {
        if result.is_ok() {
            result = if empty { Ok(()) } else { out.write_char('.') }.and_then(|()| escape(out, label));
        }
        empty = false;
    });
    if empty { out.write_char('.') } else { result }
}

/// Writes bytes as they are, in hexadecimal digits.
///
/// # Errors
///
/// Those of `out`.
pub fn write_bytes<'a>(out: &mut impl Write, pieces: impl FnOnce(&mut dyn FnMut(&'a [u8]))) -> fmt::Result {
    let mut result = Ok(());
    pieces(&mut |piece| {
        if result.is_ok() {
            result = super::hex(out, piece);
        }
    });
    result
}

fn escape(out: &mut impl Write, label: &[u8]) -> fmt::Result {
    for chunk in label.utf8_chunks() {
        for char in chunk.valid().chars() {
            match char {
                '.' | '\\' => write!(out, "\\{char}")?,
                _ if char.is_control() => {
                    char.encode_utf8(&mut [0; 4]).bytes().try_for_each(|byte| digits(out, byte))?
                }
                _ => out.write_char(char)?,
            }
        }
        chunk.invalid().iter().try_for_each(|&byte| digits(out, byte))?;
    }
    Ok(())
}

fn digits(out: &mut impl Write, byte: u8) -> fmt::Result {
    write!(out, "\\{byte:03}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    #[test]
    fn what_is_no_text_of_a_name_is_escaped() {
        let mut text = String::new();
        let outcome = write_name(&mut text, |emit| {
            emit(b"a.b");
            emit(b"\x00\xff");
        });
        assert!(outcome.is_ok());
        assert_eq!(text, "a\\.b.\\000\\255");
        let mut root = String::new();
        assert!(write_name(&mut root, |_| {}).is_ok());
        assert_eq!(root, ".");
    }
}
