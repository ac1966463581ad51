//! Where choices come from.

/// A source of choices: a seed, which never ends, or bytes, behind whose end every choice is the plainest.
#[derive(Clone, Debug)]
pub struct Choices<'a> {
    source: Source<'a>,
}

#[derive(Clone, Debug)]
enum Source<'a> {
    Seed(u64),
    Bytes(&'a [u8]),
}

impl<'a> Choices<'a> {
    /// Choices that look random, and are the same for the same seed.
    #[must_use]
    pub fn seed(seed: u64) -> Self {
        Self { source: Source::Seed(seed) }
    }

    /// Choices made of bytes: what a fuzzer changes a little changes the packet a little.
    #[must_use]
    pub fn bytes(bytes: &'a [u8]) -> Self {
        Self { source: Source::Bytes(bytes) }
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        match &mut self.source {
            Source::Seed(state) => {
                *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                mixed(*state)
            }
            Source::Bytes(bytes) => take(bytes, 8),
        }
    }

    /// A number below a bound, 0 where that is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = bound.max(1) as u64;
        let number = match &mut self.source {
            Source::Seed(_) => self.number(),
            Source::Bytes(bytes) => take(bytes, if bound <= 256 { 1 } else { 8 }),
        };
        (number % bound) as usize
    }

    /// Whether something is so that is so `times` in `of` cases.
    pub fn once(&mut self, times: usize, of: usize) -> bool {
        self.below(of) >= of.saturating_sub(times)
    }

    /// One of some.
    pub fn one<'t, T>(&mut self, of: &'t [T]) -> Option<&'t T> {
        of.get(self.below(of.len()))
    }
}

/// The finalizer of SplitMix64.
fn mixed(state: u64) -> u64 {
    let mut mixed = state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A number of so many bytes, fewer where they are not there.
fn take(bytes: &mut &[u8], count: usize) -> u64 {
    let (taken, rest) = bytes.split_at(count.min(bytes.len()));
    *bytes = rest;
    taken.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
