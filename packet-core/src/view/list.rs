//! Lists that are read as they are walked, so that nothing is allocated.

use super::{Cursor, FromBits, Region};
use crate::{Error, bits};
use core::fmt;
use core::marker::PhantomData;

/// What comes after an element of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// The next one.
    Next,
    /// Nothing more.
    Stop,
}

/// What a list may be made of.
pub trait Element<'a> {
    /// An element.
    type Out;
    /// What an element must be told.
    type Args: Copy;

    /// Reads an element.
    ///
    /// # Errors
    ///
    /// The bytes can't be one.
    fn read(cursor: &mut Cursor<'a>, args: Self::Args) -> Result<(Self::Out, Flow), Error>;
}

/// Elements one behind another.
pub struct List<'a, E: Element<'a>> {
    region: Region<'a>,
    /// How many there are; as many as fit, where nothing says it.
    count: Option<u64>,
    args: E::Args,
}

impl<'a, E: Element<'a>> List<'a, E> {
    /// As many elements as a region holds.
    #[inline]
    pub fn filling(region: Region<'a>, args: E::Args) -> Self {
        Self { region, count: None, args }
    }

    /// So many elements from a cursor on.
    ///
    /// # Errors
    ///
    /// One of them can't be read.
    pub fn counted(cursor: &mut Cursor<'a>, count: u64, args: E::Args) -> Result<Self, Error> {
        Self::read_while(cursor, args, |read, _, _| read < count)
    }

    /// Elements up to the first for which `last` holds, included; it is told what is left behind the element, too.
    ///
    /// # Errors
    ///
    /// One of them can't be read.
    pub fn until(
        cursor: &mut Cursor<'a>,
        args: E::Args,
        last: impl Fn(&E::Out, &'a [u8]) -> bool,
    ) -> Result<Self, Error> {
        Self::read_while(cursor, args, |_, rest, element| element.is_none_or(|element| !last(element, rest)))
    }

    /// Reads elements as long as one is wanted. One that takes no bytes is the last, so that no count makes a list without end.
    fn read_while(
        cursor: &mut Cursor<'a>,
        args: E::Args,
        wanted: impl Fn(u64, &'a [u8], Option<&E::Out>) -> bool,
    ) -> Result<Self, Error> {
        let start = *cursor;
        let mut count = 0;
        let mut last = None;
        while wanted(count, cursor.rest().bytes(), last.as_ref()) {
            let before = cursor.offset();
            let (element, flow) = E::read(cursor, args)?;
            count += 1;
            if flow == Flow::Stop || cursor.offset() == before {
                break;
            }
            last = Some(element);
        }
        Ok(Self { region: cursor.since(&start), count: Some(count), args })
    }

    /// The same elements, read as another type that is told the same.
    #[inline]
    #[must_use]
    pub fn read_as<T: Element<'a, Args = E::Args>>(self) -> List<'a, T> {
        List { region: self.region, count: self.count, args: self.args }
    }

    /// The elements. Where one can't be read, that is said, and nothing comes behind it.
    #[inline]
    #[must_use]
    pub fn iter(&self) -> Elements<'a, E> {
        Elements { cursor: Cursor::new(self.region), left: self.count, args: self.args }
    }

    /// The elements that can be read.
    #[inline]
    pub fn valid(&self) -> impl Iterator<Item = E::Out> + use<'a, E> {
        self.iter().filter_map(Result::ok)
    }

    /// How many elements can be read.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.valid().count()
    }

    /// Whether there is none.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The element at a position.
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> Option<E::Out> {
        self.valid().nth(index)
    }

    /// The first element.
    #[inline]
    #[must_use]
    pub fn first(&self) -> Option<E::Out> {
        self.get(0)
    }

    /// Whether an element reaches beyond what was captured, so that only its start is there.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        let mut elements = self.iter();
        elements.by_ref().for_each(drop);
        elements.cursor.is_clipped()
    }

    /// Whether an element says that it is the last one, so that what is behind it is not of the list.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        let mut elements = self.iter();
        self.count.is_none() && elements.by_ref().all(|element| element.is_ok()) && elements.left == Some(0)
    }

    /// Where it stands.
    #[inline]
    #[must_use]
    pub fn region(&self) -> Region<'a> {
        self.region
    }

    /// What every element is told.
    #[inline]
    pub fn args(&self) -> E::Args {
        self.args
    }
}

impl<'a, E: Element<'a>> Clone for List<'a, E> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<'a, E: Element<'a>> Copy for List<'a, E> {}

impl<'a, E: Element<'a, Out: fmt::Debug>> fmt::Debug for List<'a, E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, E: Element<'a>> IntoIterator for List<'a, E> {
    type Item = Result<E::Out, Error>;
    type IntoIter = Elements<'a, E>;

    #[inline]
    fn into_iter(self) -> Elements<'a, E> {
        self.iter()
    }
}

/// The elements of a list, read one by one.
pub struct Elements<'a, E: Element<'a>> {
    cursor: Cursor<'a>,
    left: Option<u64>,
    args: E::Args,
}

impl<'a, E: Element<'a>> Iterator for Elements<'a, E> {
    type Item = Result<E::Out, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.left {
            Some(0) => return None,
            Some(left) => *left -= 1,
            None if self.cursor.remaining() == 0 => return None,
            None => {}
        }
        let before = self.cursor.offset();
        match E::read(&mut self.cursor, self.args) {
            Ok((element, flow)) => {
                if flow == Flow::Stop || self.cursor.offset() == before {
                    self.left = Some(0);
                }
                Some(Ok(element))
            }
            Err(error) => {
                self.left = Some(0);
                Some(Err(error))
            }
        }
    }
}

/// Numbers of `BITS` bits each, one behind another, least significant byte first where `LITTLE`.
pub struct Numbers<'a, T, const BITS: u32, const LITTLE: bool> {
    bytes: &'a [u8],
    count: usize,
    kind: PhantomData<T>,
}

impl<'a, T: FromBits, const BITS: u32, const LITTLE: bool> Numbers<'a, T, BITS, LITTLE> {
    /// As many as the bytes hold.
    #[inline]
    #[must_use]
    pub fn filling(bytes: &'a [u8]) -> Self {
        Self { bytes, count: bytes.len() * 8 / BITS as usize, kind: PhantomData }
    }

    /// How many there are.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The number at a position.
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> Option<T> {
        if index >= self.count {
            return None;
        }
        let bit = index.checked_mul(BITS as usize)?;
        let raw = if LITTLE { bits::read_le(self.bytes, bit, BITS) } else { bits::read(self.bytes, bit, BITS) };
        raw.map(T::from_bits)
    }

    /// The first number.
    #[inline]
    #[must_use]
    pub fn first(&self) -> Option<T> {
        self.get(0)
    }

    /// The numbers.
    #[inline]
    #[must_use]
    pub fn iter(&self) -> NumberIter<'a, T, BITS, LITTLE> {
        NumberIter { numbers: *self, at: 0 }
    }

    /// Whether the bytes hold whole numbers only.
    #[inline]
    #[must_use]
    pub fn is_whole(&self) -> bool {
        (self.bytes.len() * 8).is_multiple_of(BITS as usize)
    }

    /// Their bytes.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

impl<T, const BITS: u32, const LITTLE: bool> Clone for Numbers<'_, T, BITS, LITTLE> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, const BITS: u32, const LITTLE: bool> Copy for Numbers<'_, T, BITS, LITTLE> {}

impl<T: FromBits + fmt::Debug, const BITS: u32, const LITTLE: bool> fmt::Debug for Numbers<'_, T, BITS, LITTLE> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, T: FromBits, const BITS: u32, const LITTLE: bool> IntoIterator for Numbers<'a, T, BITS, LITTLE> {
    type Item = T;
    type IntoIter = NumberIter<'a, T, BITS, LITTLE>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The numbers of a list of numbers.
pub struct NumberIter<'a, T, const BITS: u32, const LITTLE: bool> {
    numbers: Numbers<'a, T, BITS, LITTLE>,
    at: usize,
}

impl<T: FromBits, const BITS: u32, const LITTLE: bool> Iterator for NumberIter<'_, T, BITS, LITTLE> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        let number = self.numbers.get(self.at)?;
        self.at += 1;
        Some(number)
    }
}
