//! Texts that were written before.

use crate::text::start_of;

/// As many as are kept.
const TEXTS: usize = 1024;

/// Texts by what they were made of.
///
/// Each has one place, by its key, and stays there until one with another key wants it.
pub(super) struct Memo<const WORDS: usize> {
    kept: Vec<Kept<WORDS>>,
}

struct Kept<const WORDS: usize> {
    key: [u64; WORDS],
    text: Text,
    /// What `write` said of it.
    unseen: usize,
    is_set: bool,
}

/// Bytes that are kept where they are copied from at once, if they are few.
pub(super) struct Text {
    /// The first of them: as many as most texts need.
    few: [u8; 64],
    all: Vec<u8>,
}

impl Text {
    /// That text.
    pub(super) fn new(all: Vec<u8>) -> Self {
        let mut few = [0; 64];
        few.iter_mut().zip(&all).for_each(|(place, &byte)| *place = byte);
        Self { few, all }
    }

    /// Appends it.
    #[inline]
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        if self.all.len() <= self.few.len() {
            start_of(out, &self.few, self.all.len());
        } else {
            out.extend_from_slice(&self.all);
        }
    }
}

impl<const WORDS: usize> Memo<WORDS> {
    /// One with nothing in it.
    pub(super) fn new() -> Self {
        let empty = || Kept { key: [0; WORDS], text: Text::new(Vec::new()), unseen: 0, is_set: false };
        Self { kept: std::iter::repeat_with(empty).take(TEXTS).collect() }
    }

    /// Appends the text that has this key. If it is not kept, `write` makes it, and says how many of its bytes take no room on
    /// the screen.
    #[inline]
    pub(super) fn write(
        &mut self,
        out: &mut Vec<u8>,
        key: [u64; WORDS],
        write: impl FnOnce(&mut Vec<u8>) -> usize,
    ) -> usize {
        let place = place(&key);
        let Some(kept) = self.kept.get_mut(place) else { return write(out) };
        let is_other = kept.key.iter().zip(&key).fold(0, |differs, (kept, word)| differs | (kept ^ word)) != 0;
        if is_other || !kept.is_set {
            let mut text = std::mem::take(&mut kept.text.all);
            text.clear();
            kept.unseen = write(&mut text);
            kept.text = Text::new(text);
            kept.key = key;
            kept.is_set = true;
        }
        kept.text.write(out);
        kept.unseen
    }
}

/// The place of a key: multiplication spreads its bits to the upper ones.
fn place(key: &[u64]) -> usize {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mixed = key.iter().fold(0_u64, |mixed, &word| (mixed.rotate_left(23) ^ word).wrapping_mul(SPREAD));
    (mixed >> (64 - TEXTS.ilog2())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_its_own_text_however_many_there_are() {
        let mut memo = Memo::<2>::new();
        let mut written = 0;
        for round in 0..3 {
            for number in 0..5_000 {
                let mut out = b"> ".to_vec();
                let unseen = memo.write(&mut out, [number, 7], |out| {
                    written += 1;
                    out.extend_from_slice(number.to_string().as_bytes());
                    number as usize
                });
                assert_eq!(out, format!("> {number}").as_bytes(), "round {round}");
                assert_eq!(unseen, number as usize);
            }
        }
        let before = written;
        memo.write(&mut Vec::new(), [4_999, 7], |_| {
            written += 1;
            0
        });
        assert_eq!(written, before, "the last one is kept");
    }
}
