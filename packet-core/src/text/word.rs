//! Protocols that are text: delimiters, words, and numbers written as digits.

/// How many bytes stand before the first of some delimiters, none of them empty; all, where none of them is there.
///
/// ```
/// use packet_core::text::before;
///
/// assert_eq!(before(b"GET / HTTP/1.1\r\nHost: a", &[b"\r\n", b"\n"]), 14);
/// assert_eq!(before(b"GET / HTTP/1.1\r", &[b"\r\n", b"\n"]), 15);
/// ```
#[must_use]
pub fn before(rest: &[u8], delimiters: &[&[u8]]) -> usize {
    let mut at = 0;
    while let Some(behind) = rest.get(at..) {
        at += before_byte(behind, delimiters);
        let found = rest.get(at..).unwrap_or_default();
        if found.is_empty() || delimiters.iter().any(|delimiter| begins(found, delimiter)) {
            break;
        }
        at += 1;
    }
    at.min(rest.len())
}

/// Whether a text begins with a delimiter.
fn begins(text: &[u8], delimiter: &[u8]) -> bool {
    match delimiter {
        // Bytes of any count are compared by a call.
        [byte] => text.first() == Some(byte),
        [first, second] => text.first_chunk() == Some(&[*first, *second]),
        _ => text.starts_with(delimiter),
    }
}

/// Bytes that are looked at together where a text is long, and those before them, by words.
const STEP: usize = 32;

/// How many bytes stand before the first with which one of the delimiters begins.
fn before_byte(bytes: &[u8], delimiters: &[&[u8]]) -> usize {
    let (near, far) = bytes.split_at(bytes.len().min(STEP));
    let before = before_byte_in_words(near, delimiters);
    if before < near.len() {
        return before;
    }
    // What holds none is passed in whole steps, which a processor takes all at once.
    let holds_none = |step: &&[u8; STEP]| {
        let mut firsts = delimiters.iter().filter_map(|delimiter| delimiter.first());
        firsts.all(|first| step.iter().fold(0, |found, byte| found | u8::from(byte == first)) == 0)
    };
    let passed = far.as_chunks().0.iter().take_while(holds_none).count() * STEP;
    before + passed + before_byte_in_words(far.get(passed..).unwrap_or_default(), delimiters)
}

/// The same, eight bytes at a time.
fn before_byte_in_words(bytes: &[u8], delimiters: &[&[u8]]) -> usize {
    let firsts = || delimiters.iter().filter_map(|delimiter| delimiter.first());
    let (words, left) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = firsts().fold(0, |found, first| found | zero_bytes(word ^ (LOWEST * u64::from(*first))));
        if found != 0 {
            return index * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let in_left = left.iter().position(|byte| firsts().any(|first| first == byte));
    words.len() * 8 + in_left.unwrap_or(left.len())
}

/// The lowest bit of each byte, and the highest.
const LOWEST: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = LOWEST << 7;

/// The highest bit of each byte that is zero; above the first of these, of some that are not.
// Taking one sets it in bytes that are zero, in those that have it set already, and where a zero below has borrowed.
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(LOWEST) & !word & HIGHEST
}

/// Whether a text is a word, with or without regard to case.
///
/// ```
/// use packet_core::text::is_word;
///
/// assert!(is_word(b"content-LENGTH", "Content-Length", true));
/// assert!(!is_word(b"get", "GET", false));
/// ```
#[inline]
#[must_use]
pub fn is_word(text: &[u8], word: &str, nocase: bool) -> bool {
    if nocase { text.eq_ignore_ascii_case(word.as_bytes()) } else { text == word.as_bytes() }
}

/// Which of these words a text is, counted from 0; how many words there are, where it is none of them.
///
/// ```
/// use packet_core::text::word;
///
/// assert_eq!(word(b"HOST", &["Content-Length", "Host"], true), 1);
/// assert_eq!(word(b"HOST", &["Content-Length", "Host"], false), 2);
/// ```
#[must_use]
pub fn word(text: &[u8], words: &[&str], nocase: bool) -> u64 {
    words.iter().position(|word| is_word(text, word, nocase)).unwrap_or(words.len()) as u64
}

/// The value of a character as a digit to a base of 2 to 36.
///
/// ```
/// use packet_core::text::digit;
///
/// assert_eq!(digit(u128::from(b'F'), 16), Some(15));
/// assert_eq!(digit(u128::from(b'F'), 10), None);
/// ```
#[inline]
#[must_use]
pub fn digit(character: u128, base: u32) -> Option<u32> {
    let digit = u8::try_from(character).ok().map(char::from)?;
    if (2..=36).contains(&base) { digit.to_digit(base) } else { None }
}

/// A number with one more digit behind it; nothing where 128 bits do not hold it.
#[inline]
#[must_use]
pub fn with_digit(number: u128, base: u32, digit: u32) -> Option<u128> {
    number.checked_mul(u128::from(base))?.checked_add(u128::from(digit))
}

/// A number in digits to a base of 2 to 36, as few as will do; letters are small.
///
/// ```
/// use packet_core::text::digits;
///
/// assert_eq!(digits(2048, 10, &mut [0; 128]), b"2048");
/// assert_eq!(digits(0xbeef, 16, &mut [0; 128]), b"beef");
/// assert_eq!(digits(0, 10, &mut [0; 128]), b"0");
/// ```
#[must_use]
pub fn digits(number: u128, base: u32, room: &mut [u8; 128]) -> &[u8] {
    let base = u128::from(base.clamp(2, 36));
    let (mut left, mut start) = (number, room.len());
    for place in room.iter_mut().rev() {
        let digit = (left % base) as u32;
        *place = char::from_digit(digit, 36).map_or(b'0', |digit| digit as u8);
        left /= base;
        start -= 1;
        if left == 0 {
            break;
        }
    }
    room.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_as_they_are_written() {
        for base in 2..=36 {
            for number in [0, 1, 9, 10, 35, 36, 255, 65_536, u128::from(u64::MAX), u128::MAX] {
                let mut room = [0; 128];
                let read = digits(number, base, &mut room)
                    .iter()
                    .try_fold(0, |number, character| with_digit(number, base, digit((*character).into(), base)?));
                assert_eq!(read, Some(number), "to the base {base}");
            }
        }
        assert_eq!(with_digit(u128::MAX / 10, 10, 6), None);
    }

    #[test]
    fn the_first_delimiter_counts() {
        assert_eq!(before(b"a\n\r\n\r\n", &[b"\r\n\r\n", b"\n\r\n", b"\n\n"]), 1);
        assert_eq!(before(b"\r\n\r\n", &[b"\n\r\n", b"\r\n\r\n"]), 0);
        assert_eq!(before(b"", &[b"x"]), 0);
    }

    /// In texts of few different bytes, of which some differ by one bit from those that are looked for.
    #[test]
    fn bytes_are_found_that_are_found_one_by_one() {
        let delimiters: [&[u8]; 3] = [b"\r\n", b"\n", b":"];
        let one_by_one = |text: &[u8]| {
            let begins = |at: &usize| delimiters.iter().any(|delimiter| text[*at..].starts_with(delimiter));
            (0..text.len()).find(begins).unwrap_or(text.len())
        };
        let mut state = 1_u64;
        let mut text = [0; if cfg!(miri) { 40 } else { 400 }];
        for length in 0..text.len() {
            for byte in &mut text {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                *byte = b"\r\x0c\x0b;aaaaaaaaaaaaaaaaaaaaaaaaa\n:"[(state >> 33) as usize % 31];
            }
            for from in 0..length.min(3) {
                let text = &text[from..length];
                assert_eq!(before(text, &delimiters), one_by_one(text), "{text:?}");
            }
        }
    }

    /// Wherever it stands, within a step of many bytes and behind it.
    #[test]
    fn a_delimiter_is_found_at_every_place() {
        let mut text = [b'\r'; 100];
        for at in 0..text.len() - 1 {
            (text[at], text[at + 1]) = (b'\r', b'\n');
            assert_eq!(before(&text, &[b"\r\n", b":"]), at);
            assert_eq!(before(&text, &[b":", b"\n"]), at + 1);
            (text[at], text[at + 1]) = (b'\r', b'\r');
        }
        assert_eq!(before(&text, &[b"\r\n"]), text.len());
    }
}
