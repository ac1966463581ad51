//! From the hash of a key to the record of its flow.
//!
//! Open addressing with linear probing: a slot has 32 bits of the hash and the number of a record, so that a look-up touches
//! one line here and one of the record that it wants. Slots move up when one is freed, and none is left as a grave.

/// # Invariants
///
/// There is a power of two of slots, and at least an eighth of them is free.
#[derive(Clone, Debug)]
pub(super) struct Index {
    /// The hash, and one more than the record's number; 0 is free.
    slots: Vec<u64>,
    used: usize,
}

const FEWEST: usize = 1 << 10;

/// The record's number in a slot; nothing in a free one.
#[inline]
const fn record(slot: u64) -> Option<u32> {
    (slot as u32).checked_sub(1)
}

#[inline]
const fn hash(slot: u64) -> u32 {
    (slot >> 32) as u32
}

impl Index {
    pub(super) fn new() -> Self {
        Self { slots: vec![0; FEWEST], used: 0 }
    }

    #[inline]
    fn mask(&self) -> usize {
        self.slots.len() - 1
    }

    #[inline]
    fn slot(&self, at: usize) -> u64 {
        self.slots.get(at & self.mask()).copied().unwrap_or(0)
    }

    /// What stands where a hash belongs: read to have the cache fetch it.
    #[inline]
    pub(super) fn touch(&self, hash: u32) -> u64 {
        self.slot(hash as usize)
    }

    /// The first record that has a hash, which is mostly the right one; the greatest number where there is none.
    #[inline]
    pub(super) fn likely(&self, wanted: u32) -> u32 {
        let mut at = wanted as usize;
        loop {
            let slot = self.slot(at);
            if hash(slot) == wanted || slot == 0 {
                return (slot as u32).wrapping_sub(1);
            }
            at = at.wrapping_add(1);
        }
    }

    /// The record that has this hash, and that `is_it` takes for the right one.
    #[inline]
    pub(super) fn find(&self, wanted: u32, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        let mut at = wanted as usize;
        loop {
            let slot = self.slot(at);
            let record = record(slot)?;
            if hash(slot) == wanted && is_it(record) {
                return Some(record);
            }
            at = at.wrapping_add(1);
        }
    }

    /// Adds a record; there is none of its key.
    pub(super) fn insert(&mut self, hash: u32, record: u32) {
        if (self.used + 1) * 8 > self.slots.len() * 6 {
            self.grow();
        }
        self.place(u64::from(hash) << 32 | (u64::from(record) + 1));
        self.used += 1;
    }

    fn place(&mut self, new: u64) {
        let mask = self.mask();
        let mut at = hash(new) as usize & mask;
        while self.slot(at) != 0 {
            at = (at + 1) & mask;
        }
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = new;
        }
    }

    #[cold]
    fn grow(&mut self) {
        let twice = self.slots.len() * 2;
        let old = std::mem::replace(&mut self.slots, vec![0; twice]);
        for slot in old.into_iter().filter(|&slot| slot != 0) {
            self.place(slot);
        }
    }

    /// Removes a record, and moves up those behind it that it had kept from their places.
    pub(super) fn remove(&mut self, hash: u32, record: u32) {
        let mask = self.mask();
        let gone = u64::from(hash) << 32 | (u64::from(record) + 1);
        let mut hole = hash as usize & mask;
        loop {
            match self.slot(hole) {
                0 => return,
                slot if slot == gone => break,
                _ => hole = (hole + 1) & mask,
            }
        }
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let slot = self.slot(at);
            if slot == 0 {
                break;
            }
            // One moves only where its own place is not behind the hole.
            let home = self::hash(slot) as usize & mask;
            if at.wrapping_sub(home) & mask >= at.wrapping_sub(hole) & mask {
                self.set(hole, slot);
                hole = at;
            }
        }
        self.set(hole, 0);
        self.used -= 1;
    }

    fn set(&mut self, at: usize, slot: u64) {
        if let Some(place) = self.slots.get_mut(at) {
            *place = slot;
        }
    }

    /// How many slots are looked at for the record that is farthest from its place.
    pub(super) fn longest_search(&self) -> usize {
        let away = |(at, &slot): (usize, &u64)| at.wrapping_sub(hash(slot) as usize) & self.mask();
        self.slots.iter().enumerate().filter(|(_, slot)| **slot != 0).map(away).max().map_or(0, |away| away + 1)
    }

    /// The bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        size_of_val(self.slots.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        /// Few hashes, so that many records share a place, near the end of the slots, so that they wrap around.
        #[test]
        fn as_a_map_does(steps in proptest::collection::vec((any::<bool>(), 0_u32..60), 0..400)) {
            let mut index = Index::new();
            let mut model = HashMap::new();
            for (insert, key) in steps {
                let hash = (FEWEST as u32 - 8 + key % 16) | (key % 3) << 20;
                if insert && model.insert(key, hash).is_none() {
                    index.insert(hash, key);
                } else if !insert && model.remove(&key).is_some() {
                    index.remove(hash, key);
                }
            }
            for key in 0..60 {
                let hash = (FEWEST as u32 - 8 + key % 16) | (key % 3) << 20;
                prop_assert_eq!(index.find(hash, |found| found == key).is_some(), model.contains_key(&key));
            }
            prop_assert_eq!(index.used, model.len());
        }
    }

    #[test]
    fn it_grows_and_keeps_what_it_has() {
        let mut index = Index::new();
        let hash = |record: u32| record.wrapping_mul(0x9e37_79b9);
        (0..100_000).for_each(|record| index.insert(hash(record), record));
        assert!((0..100_000).all(|record| index.find(hash(record), |found| found == record).is_some()));
        assert_eq!(index.likely(hash(7)), 7);
        (0..100_000).for_each(|record| index.remove(hash(record), record));
        assert_eq!(index.used, 0);
        assert!(index.slots.iter().all(|&slot| slot == 0));
    }
}
