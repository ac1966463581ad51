//! What literals stand for.

use std::net::{Ipv4Addr, Ipv6Addr};

use packet_schema::tree::{Span, Suffix};
use packet_schema::{Code, Diagnostic};

/// Why a literal stands for no value.
#[derive(Debug)]
pub(crate) struct Problem {
    message: String,
    help: Option<String>,
}

impl Problem {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// As a finding at a place.
    pub(crate) fn at(self, span: Span) -> Diagnostic {
        let finding = Diagnostic::new(Code::BadLiteral, span, self.message);
        match self.help {
            Some(help) => finding.help(help),
            None => finding,
        }
    }
}

/// `80`, `0x50`, `0b101_0000`, `0u24`, `1i8`, `5u16le`.
pub(crate) fn number(text: &str) -> Result<(u128, Option<Suffix>), Problem> {
    let (radix, digits) = match text.get(..2) {
        Some("0x") => (16, text.get(2..).unwrap_or_default()),
        Some("0b") => (2, text.get(2..).unwrap_or_default()),
        _ => (10, text),
    };
    let end = digits.find(|c: char| c != '_' && !c.is_digit(radix)).unwrap_or(digits.len());
    let (digits, suffix) = digits.split_at(end);
    let digits: String = digits.chars().filter(|c| *c != '_').collect();
    if digits.is_empty() {
        return Err(Problem::new(format!("`{text}` has no digits")));
    }
    let suffix = if suffix.is_empty() { None } else { Some(self::suffix(text, suffix)?) };
    let value = u128::from_str_radix(&digits, radix)
        .map_err(|_| Problem::new("this number needs more than 128 bits").help("the widest type is `u128`"))?;
    match suffix {
        Some(suffix) if suffix.bits < 128 && value >> suffix.bits != 0 => {
            Err(Problem::new(format!("this number needs more than the {} bits that it says", suffix.bits)))
        }
        _ => Ok((value, suffix)),
    }
}

/// `u24`, `i8`, `u16le`.
fn suffix(number: &str, suffix: &str) -> Result<Suffix, Problem> {
    let bad = || {
        Problem::new(format!("`{number}` is no number"))
            .help("a number is `80`, `0x50` or `0b101_0000`, and may end in its type: `0u24`, `1i8`, `5u16le`")
    };
    let (width, little) = match suffix.strip_suffix("le") {
        Some(width) => (width, true),
        None => (suffix.strip_suffix("be").unwrap_or(suffix), false),
    };
    let signed = match width.chars().next() {
        Some('u') => false,
        Some('i') => true,
        _ => return Err(bad()),
    };
    let digits = width.get(1..).unwrap_or_default();
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
        return Err(bad());
    }
    match digits.parse() {
        Ok(bits @ 1..=128) => Ok(Suffix { signed, bits, little }),
        _ => Err(Problem::new(format!("no number has a width of {digits} bits")).help("widths go from 1 to 128 bits")),
    }
}

/// The inside of `hex"…"`.
pub(crate) fn hex(inside: &str) -> Result<Vec<u8>, Problem> {
    let mut digits = Vec::new();
    for character in inside.chars().filter(|c| !c.is_ascii_whitespace() && *c != '_') {
        match character.to_digit(16).and_then(|digit| u8::try_from(digit).ok()) {
            Some(digit) => digits.push(digit),
            None => {
                return Err(Problem::new(format!("`{}` is no hexadecimal digit", character.escape_debug()))
                    .help("`hex\"…\"` holds digits, spaces, line ends and `_`"));
            }
        }
    }
    let (pairs, odd) = digits.as_chunks::<2>();
    if !odd.is_empty() {
        return Err(Problem::new(format!("{} hexadecimal digits make no whole bytes", digits.len()))
            .help("write two digits for each byte"));
    }
    Ok(pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// The inside of `"…"`, with its escapes resolved.
#[cfg(feature = "text")]
pub(crate) fn text(inside: &str) -> Result<String, Problem> {
    let mut result = String::new();
    let mut rest = inside.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            result.push(character);
            continue;
        }
        let escape = rest.next();
        result.push(match escape {
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('0') => '\0',
            Some(same @ ('"' | '\\' | '\'')) => same,
            Some('x') => {
                let digits: String = rest.by_ref().take(2).collect();
                u32::from_str_radix(&digits, 16)
                    .ok()
                    .filter(|code| digits.len() == 2 && *code < 0x80)
                    .and_then(char::from_u32)
                    .ok_or_else(|| Problem::new("`\\x` stands before two hexadecimal digits, `00` to `7f`"))?
            }
            Some('u') => unicode(&mut rest)
                .ok_or_else(|| Problem::new("`\\u` stands before the number of a character, as in `\\u{20ac}`"))?,
            other => {
                return Err(Problem::new(format!(
                    "`\\{}` stands for nothing",
                    other.unwrap_or_default().escape_debug()
                ))
                .help("the escapes are `\\n`, `\\r`, `\\t`, `\\0`, `\\\\`, `\\\"`, `\\x7f` and `\\u{20ac}`"));
            }
        });
    }
    Ok(result)
}

/// `{20ac}`, behind `\u`.
#[cfg(feature = "text")]
fn unicode(rest: &mut std::str::Chars<'_>) -> Option<char> {
    let (digits, behind) = rest.as_str().strip_prefix('{')?.split_once('}')?;
    *rest = behind.chars();
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

/// The inside of `ip"…"`, `mac"…"` or `name"…"`, as bytes.
pub(crate) fn tagged(tag: &str, inside: &str) -> Result<Vec<u8>, Problem> {
    match tag {
        "ip" => ip(inside).ok_or_else(|| {
            Problem::new(format!("`{inside}` is no IP address")).help("as in `ip\"192.0.2.1\"` or `ip\"2001:db8::1\"`")
        }),
        "mac" => mac(inside).ok_or_else(|| {
            Problem::new(format!("`{inside}` is no MAC address")).help("as in `mac\"02:00:00:00:00:01\"`")
        }),
        _ => Ok(inside.as_bytes().to_vec()),
    }
}

fn ip(text: &str) -> Option<Vec<u8>> {
    if let Ok(address) = text.parse::<Ipv4Addr>() {
        return Some(address.octets().to_vec());
    }
    text.parse::<Ipv6Addr>().ok().map(|address| address.octets().to_vec())
}

fn mac(text: &str) -> Option<Vec<u8>> {
    let separator = if text.contains('-') { '-' } else { ':' };
    let parts: Vec<&str> = text.split(separator).collect();
    let byte = |part: &&str| {
        (part.len() == 2 && part.chars().all(|c| c.is_ascii_hexdigit()))
            .then(|| u8::from_str_radix(part, 16).ok())
            .flatten()
    };
    (parts.len() == 6).then(|| parts.iter().map(byte).collect()).flatten()
}
