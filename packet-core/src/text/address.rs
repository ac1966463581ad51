//! Addresses of the Internet protocols.

use super::line::Line;
use core::fmt::{self, Write};
use core::net::{Ipv4Addr, Ipv6Addr};

/// Prints an IPv4 address: `192.0.2.1`.
///
/// # Errors
///
/// Those of `out`.
pub fn ipv4<W: Write + ?Sized>(out: &mut W, address: [u8; 4]) -> fmt::Result {
    let mut line = Line::<15>::new();
    dotted(&mut line, address);
    line.write_to(out)
}

/// Prints an IPv6 address in its one recommended form ([RFC 5952](https://www.rfc-editor.org/rfc/rfc5952)):
/// `2001:db8::1`, and `::ffff:192.0.2.1` for an address that maps one of IPv4.
///
/// # Errors
///
/// Those of `out`.
pub fn ipv6<W: Write + ?Sized>(out: &mut W, address: [u8; 16]) -> fmt::Result {
    let mut line = Line::<45>::new();
    if let [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, v4 @ ..] = address {
        for character in *b"::ffff:" {
            line.push(character);
        }
        dotted(&mut line, v4);
        return line.write_to(out);
    }
    let words = words(address);
    let (hole, hole_len) = longest_zeros(words);
    let mut words = words.into_iter().enumerate();
    while let Some((index, word)) = words.next() {
        if index == hole && hole_len > 0 {
            line.push(b':');
            line.push(b':');
            words.nth(hole_len - 2);
            continue;
        }
        if index > 0 && index != hole + hole_len {
            line.push(b':');
        }
        line.hex_word(word);
    }
    line.write_to(out)
}

/// The four numbers with dots between them.
fn dotted<const N: usize>(line: &mut Line<N>, [a, b, c, d]: [u8; 4]) {
    line.decimal(a);
    for number in [b, c, d] {
        line.push(b'.');
        line.decimal(number);
    }
}

/// The eight 16-bit words of an address.
fn words(address: [u8; 16]) -> [u16; 8] {
    let mut words = [0; 8];
    for (word, &bytes) in words.iter_mut().zip(address.as_chunks().0) {
        *word = u16::from_be_bytes(bytes);
    }
    words
}

/// The start and length of the longest run of zero words, the first one of several. A single zero word is not
/// shortened ([RFC 5952 §4.2](https://www.rfc-editor.org/rfc/rfc5952#section-4.2)), so a length is 0 or at least 2.
fn longest_zeros(words: [u16; 8]) -> (usize, usize) {
    let (mut best, mut current) = ((0, 0), (0, 0));
    for (index, word) in words.into_iter().enumerate() {
        if word == 0 {
            current.1 += 1;
        } else {
            current = (index + 1, 0);
        }
        if current.1 > best.1 {
            best = current;
        }
    }
    if best.1 >= 2 { best } else { (0, 0) }
}

/// Reads an IPv4 address: four decimal numbers with dots, no leading zeros.
pub fn parse_ipv4(text: &str) -> Option<[u8; 4]> {
    text.parse().ok().map(|address: Ipv4Addr| address.octets())
}

/// Reads an IPv6 address in any of the forms of
/// [RFC 4291 §2.2](https://www.rfc-editor.org/rfc/rfc4291#section-2.2), without a zone.
pub fn parse_ipv6(text: &str) -> Option<[u8; 16]> {
    text.parse().ok().map(|address: Ipv6Addr| address.octets())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test may panic")]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    fn printed(address: [u8; 16]) -> String {
        let mut text = String::new();
        ipv6(&mut text, address).unwrap();
        text
    }

    fn reprinted(text: &str) -> String {
        printed(parse_ipv6(text).unwrap())
    }

    #[test]
    fn ipv4_addresses() {
        for text in ["0.0.0.0", "192.0.2.1", "10.20.30.40", "255.255.255.255", "100.9.99.109"] {
            let mut printed = String::new();
            ipv4(&mut printed, parse_ipv4(text).unwrap()).unwrap();
            assert_eq!(printed, text);
        }
        for text in ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", " 1.2.3.4", "1.2.3.4 ", "0x1.2.3.4"] {
            assert_eq!(parse_ipv4(text), None, "{text}");
        }
    }

    /// The examples of [RFC 5952 §4](https://www.rfc-editor.org/rfc/rfc5952#section-4) and
    /// [§5](https://www.rfc-editor.org/rfc/rfc5952#section-5).
    #[test]
    fn recommended_forms() {
        assert_eq!(reprinted("2001:0db8::0001"), "2001:db8::1");
        assert_eq!(reprinted("2001:db8:0:0:0:0:2:1"), "2001:db8::2:1");
        assert_eq!(reprinted("2001:db8::1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");
        assert_eq!(reprinted("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1");
        assert_eq!(reprinted("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
        assert_eq!(reprinted("2001:DB8::AAAA"), "2001:db8::aaaa");
        assert_eq!(reprinted("::ffff:c000:201"), "::ffff:192.0.2.1");
        assert_eq!(reprinted("0:0:0:0:0:0:0:0"), "::");
        assert_eq!(reprinted("::1"), "::1");
        assert_eq!(reprinted("fe80:0:0:0:0:0:0:0"), "fe80::");
    }

    /// Every pattern of zero and other words, against the standard library, which follows the same RFC.
    #[test]
    fn every_pattern_of_zeros() {
        for pattern in (0..=255_u8).step_by(if cfg!(miri) { 17 } else { 1 }) {
            for word in [[0, 1], [0x0a, 0x0b], [0xff, 0xff], [1, 0]] {
                let mut address = [0; 16];
                for (index, pair) in address.as_chunks_mut::<2>().0.iter_mut().enumerate() {
                    if pattern >> index & 1 == 1 {
                        *pair = word;
                    }
                }
                assert_eq!(printed(address), Ipv6Addr::from(address).to_string());
                assert_eq!(parse_ipv6(&printed(address)), Some(address));
            }
        }
    }

    #[test]
    fn no_ipv6_addresses() {
        for text in ["", ":", ":::", "1::2::3", "12345::", "fe80::1%eth0", "1:2:3:4:5:6:7", "::1.2.3"] {
            assert_eq!(parse_ipv6(text), None, "{text}");
        }
    }
}
