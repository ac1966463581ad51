//! Values by number, in pieces: what grows is never copied, and memory never stands empty by half.

/// Values in one piece.
const PIECE: usize = 1 << 12;

#[derive(Clone, Debug)]
pub(super) struct Slab<T> {
    pieces: Vec<Box<[T; PIECE]>>,
    length: usize,
}

impl<T: Default> Slab<T> {
    pub(super) const fn new() -> Self {
        Self { pieces: Vec::new(), length: 0 }
    }

    /// How many values there are.
    pub(super) const fn len(&self) -> usize {
        self.length
    }

    /// Adds a value, and gives its number.
    pub(super) fn push(&mut self, value: T) -> u32 {
        let number = self.length as u32;
        if self.length == self.pieces.len() * PIECE {
            let piece: Box<[T]> = std::iter::repeat_with(T::default).take(PIECE).collect();
            self.pieces.extend(piece.try_into().ok());
        }
        self.length += 1;
        if let Some(place) = self.get_mut(number) {
            *place = value;
        }
        number
    }

    #[inline]
    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.pieces.get(number as usize / PIECE)?.get(number as usize % PIECE)
    }

    #[inline]
    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.pieces.get_mut(number as usize / PIECE)?.get_mut(number as usize % PIECE)
    }

    /// The bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        self.pieces.len() * PIECE * size_of::<T>()
    }
}
