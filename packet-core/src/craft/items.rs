//! Lists of values.

use super::aside;
use alloc::vec::Vec;
use core::fmt;
use core::ops::{Deref, DerefMut};

/// Values in a row. A packet most often has none, and whoever writes one of those need not keep the list for it.
///
/// ```
/// use packet_core::craft::Items;
///
/// let mut ports: Items<u16> = [80, 443].into();
/// ports.push(8080);
/// assert_eq!(ports[2..], [8080]);
/// ports.edit().remove(0);
/// assert_eq!(ports.iter().sum::<u16>(), 8523);
/// ```
#[derive(Clone)]
pub struct Items<T>(
    // Of a vector that is not there nothing is left to drop, which a compiler sees; of an empty one it does not.
    Option<Vec<T>>,
);

impl<T> Items<T> {
    /// No values.
    pub const NONE: Self = Self(None);

    /// Appends one.
    pub fn push(&mut self, item: T) {
        self.edit().push(item);
    }

    /// The values, to be inserted and removed.
    pub fn edit(&mut self) -> &mut Vec<T> {
        self.0.get_or_insert_default()
    }
}

impl<T> Drop for Items<T> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(items) = self.0.take() {
            aside(
                #[inline(always)]
                move || drop(items),
            );
        }
    }
}

impl<T> Deref for Items<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        match &self.0 {
            Some(items) => items,
            None => &[],
        }
    }
}

impl<T> DerefMut for Items<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.0 {
            Some(items) => items,
            None => &mut [],
        }
    }
}

impl<T> Default for Items<T> {
    #[inline]
    fn default() -> Self {
        Self::NONE
    }
}

impl<T: fmt::Debug> fmt::Debug for Items<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(out)
    }
}

impl<T: PartialEq> PartialEq for Items<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Items<T> {}

impl<T> From<Vec<T>> for Items<T> {
    fn from(items: Vec<T>) -> Self {
        Self(Some(items))
    }
}

impl<T, const N: usize> From<[T; N]> for Items<T> {
    fn from(items: [T; N]) -> Self {
        Self(Some(items.into()))
    }
}

impl<T> FromIterator<T> for Items<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(Some(items.into_iter().collect()))
    }
}

impl<T> From<Items<T>> for Vec<T> {
    fn from(mut items: Items<T>) -> Self {
        items.0.take().unwrap_or_default()
    }
}

impl<'i, T> IntoIterator for &'i Items<T> {
    type Item = &'i T;
    type IntoIter = core::slice::Iter<'i, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'i, T> IntoIterator for &'i mut Items<T> {
    type Item = &'i mut T;
    type IntoIter = core::slice::IterMut<'i, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<T> IntoIterator for Items<T> {
    type Item = T;
    type IntoIter = alloc::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        Vec::from(self).into_iter()
    }
}
