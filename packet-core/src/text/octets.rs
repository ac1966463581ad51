//! Octets in hexadecimal: hardware addresses, identifiers and raw data.

use super::line::Line;
use core::fmt::{self, Write};

/// Prints a MAC address: `02:00:5e:10:00:01`.
///
/// # Errors
///
/// Those of `out`.
pub fn mac<W: Write + ?Sized>(out: &mut W, address: [u8; 6]) -> fmt::Result {
    hex_separated(out, &address, ':')
}

/// Prints an identifier of 64 bits: `02:00:5e:ff:fe:10:00:01`.
///
/// # Errors
///
/// Those of `out`.
pub fn eui64<W: Write + ?Sized>(out: &mut W, identifier: [u8; 8]) -> fmt::Result {
    hex_separated(out, &identifier, ':')
}

/// Octets that are printed with one call.
const STRETCH: usize = 32;

/// Prints octets as pairs of digits with nothing between them: `02005e100001`.
///
/// # Errors
///
/// Those of `out`.
pub fn hex<W: Write + ?Sized>(out: &mut W, octets: &[u8]) -> fmt::Result {
    for stretch in octets.chunks(STRETCH) {
        let mut line = Line::<{ STRETCH * 2 }>::new();
        for &octet in stretch {
            line.hex_byte(octet);
        }
        line.write_to(out)?;
    }
    Ok(())
}

/// Prints octets as pairs of digits with an ASCII separator between them. One that is not ASCII becomes `:`.
///
/// # Errors
///
/// Those of `out`.
pub fn hex_separated<W: Write + ?Sized>(out: &mut W, octets: &[u8], separator: char) -> fmt::Result {
    let separator = if separator.is_ascii() { separator as u8 } else { b':' };
    for (number, stretch) in octets.chunks(STRETCH).enumerate() {
        let mut line = Line::<{ STRETCH * 3 }>::new();
        for (index, &octet) in stretch.iter().enumerate() {
            if number > 0 || index > 0 {
                line.push(separator);
            }
            line.hex_byte(octet);
        }
        line.write_to(out)?;
    }
    Ok(())
}

/// Reads a MAC address: six pairs of hexadecimal digits, all separated by `:` or all by `-`.
pub fn parse_mac(text: &str) -> Option<[u8; 6]> {
    parse_pairs(text)
}

/// Reads an identifier of 64 bits: eight pairs of hexadecimal digits, all separated by `:` or all by `-`.
pub fn parse_eui64(text: &str) -> Option<[u8; 8]> {
    parse_pairs(text)
}

fn parse_pairs<const N: usize>(text: &str) -> Option<[u8; N]> {
    let separator = if text.contains('-') { '-' } else { ':' };
    let mut pairs = text.split(separator);
    let mut octets = [0; N];
    for octet in &mut octets {
        *octet = pair(pairs.next()?)?;
    }
    pairs.next().is_none().then_some(octets)
}

/// The octet of exactly two hexadecimal digits.
fn pair(text: &str) -> Option<u8> {
    let [high, low] = *text.as_bytes() else { return None };
    let digit = |character: u8| char::from(character).to_digit(16);
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test may panic")]
mod tests {
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    fn printed(print: impl FnOnce(&mut String) -> fmt::Result) -> String {
        let mut text = String::new();
        print(&mut text).unwrap();
        text
    }

    #[test]
    fn hardware_addresses() {
        let address = [0x02, 0x00, 0x5e, 0x10, 0x00, 0xaf];
        assert_eq!(printed(|out| mac(out, address)), "02:00:5e:10:00:af");
        assert_eq!(parse_mac("02:00:5e:10:00:af"), Some(address));
        assert_eq!(parse_mac("02-00-5E-10-00-AF"), Some(address));
        let identifier = [0x02, 0x00, 0x5e, 0xff, 0xfe, 0x10, 0x00, 0x01];
        assert_eq!(printed(|out| eui64(out, identifier)), "02:00:5e:ff:fe:10:00:01");
        assert_eq!(parse_eui64("02:00:5e:ff:fe:10:00:01"), Some(identifier));
    }

    #[test]
    fn no_hardware_addresses() {
        for text in
            ["", "02:00:5e:10:00", "02:00:5e:10:00:af:01", "2:0:5e:10:0:af", "02:00-5e:10-00:af", "g2:00:5e:10:00:af"]
        {
            assert_eq!(parse_mac(text), None, "{text}");
        }
        assert_eq!(parse_mac("+2:00:5e:10:00:af"), None);
        assert_eq!(parse_mac("ä:00:5e:10:00:af"), None);
    }

    #[test]
    fn octets_of_any_number() {
        assert_eq!(printed(|out| hex(out, &[])), "");
        assert_eq!(printed(|out| hex(out, &[0x00, 0xa5, 0xff])), "00a5ff");
        assert_eq!(printed(|out| hex_separated(out, &[0x00, 0xa5, 0xff], ' ')), "00 a5 ff");
        for length in 0..if cfg!(miri) { 9 } else { 100_u8 } {
            let octets: Vec<u8> = (0..length).collect();
            let pairs: Vec<String> = octets.iter().map(|octet| std::format!("{octet:02x}")).collect();
            assert_eq!(printed(|out| hex(out, &octets)), pairs.concat());
            assert_eq!(printed(|out| hex_separated(out, &octets, '-')), pairs.join("-"));
        }
    }
}
