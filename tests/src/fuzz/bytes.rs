//! Choices made of bytes.

/// Bytes that are used up by choosing; behind their end all choices are the first.
#[derive(Clone, Debug)]
pub(super) struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    /// What has not been used.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.rest.split_first() else { return 0 };
        self.rest = rest;
        *first
    }

    /// A number below a bound of at most 65536.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let (high, low) = (if bound > 256 { self.byte() } else { 0 }, self.byte());
        usize::from(u16::from_be_bytes([high, low])) % bound.max(1)
    }

    /// Whether something that is so in one of `times` cases is.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 1
    }

    /// One of some.
    pub(super) fn one<T: Copy>(&mut self, of: &[T], otherwise: T) -> T {
        of.get(self.below(of.len())).copied().unwrap_or(otherwise)
    }

    /// As many bytes as the next two say, as far as they are there.
    pub(super) fn counted(&mut self) -> &'a [u8] {
        let count = usize::from(u16::from_be_bytes([self.byte(), self.byte()]));
        let (counted, rest) = self.rest.split_at(count.min(self.rest.len()));
        self.rest = rest;
        counted
    }
}
