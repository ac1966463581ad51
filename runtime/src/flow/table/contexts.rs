//! The networks that addresses belong to, by number.

use crate::flow::{Context, Vlans};
use crate::limits;
use packet_core::hash::SipHash24;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

/// The number of a context in its table; 24 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ContextId(u32);

/// Numbers for contexts: those without tags and tunnels are 0, those of one VLAN one more than its number, and all others
/// come as they come.
#[derive(Clone, Debug)]
pub(super) struct Contexts {
    rare: Vec<Context>,
    numbers: HashMap<Context, u32, Seeded>,
}

/// Numbers below are of one VLAN, or none.
const RARE: u32 = 4097;

impl ContextId {
    pub(super) const fn of(number: u32) -> Self {
        Self(number)
    }

    pub(super) const fn number(self) -> u32 {
        self.0
    }
}

impl Contexts {
    pub(super) fn new(seed: [u8; 16]) -> Self {
        Self { rare: Vec::new(), numbers: HashMap::with_hasher(Seeded(seed)) }
    }

    /// The number of a context; nothing where it is new and there are as many as may be.
    #[inline]
    pub(super) fn number(&mut self, context: &Context) -> Option<ContextId> {
        match (context.tunnel, context.vlans.single()) {
            (None, Some(number)) => Some(ContextId(number)),
            // A copy, so that the one of most packets stays in registers.
            _ => self.rare_number(&{ *context }),
        }
    }

    #[cold]
    fn rare_number(&mut self, context: &Context) -> Option<ContextId> {
        if let Some(&number) = self.numbers.get(context) {
            return Some(ContextId(number));
        }
        if self.rare.len() >= limits::FLOW_CONTEXTS {
            return None;
        }
        let number = RARE + self.rare.len() as u32;
        self.rare.push(*context);
        self.numbers.insert(*context, number);
        Some(ContextId(number))
    }

    /// The context that has a number.
    pub(super) fn context(&self, ContextId(number): ContextId) -> Context {
        let plain = Context::default();
        match number.checked_sub(RARE) {
            Some(rare) => self.rare.get(rare as usize).copied().unwrap_or_default(),
            None if number == 0 => plain,
            None => Context { vlans: Vlans::default().within((number - 1) as u16), ..plain },
        }
    }
}

/// Hashes by SipHash under a seed.
#[derive(Clone, Debug)]
struct Seeded([u8; 16]);

impl BuildHasher for Seeded {
    type Hasher = SipHasher;

    fn build_hasher(&self) -> SipHasher {
        SipHasher(SipHash24::new(self.0))
    }
}

struct SipHasher(SipHash24);

impl Hasher for SipHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        self.0.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Tunnel;

    #[test]
    fn every_context_comes_back_by_its_number() {
        let mut contexts = Contexts::new([7; 16]);
        let plain = Context::default();
        let tagged = Context { vlans: plain.vlans.within(4095), ..plain };
        let twice = Context { vlans: plain.vlans.within(1).within(2), ..plain };
        let tunnelled = Context { tunnel: Some(Tunnel { kind: "Vxlan", id: 5 }), ..tagged };
        let all = [plain, tagged, twice, tunnelled, Context { vlans: plain.vlans.within(0), ..plain }];
        let numbers = all.map(|context| contexts.number(&context));
        for (context, number) in all.into_iter().zip(numbers) {
            assert_eq!(number.map(|number| contexts.context(number)), Some(context));
            assert_eq!(contexts.number(&context), number);
        }
    }

    #[test]
    fn there_are_only_so_many() {
        let mut contexts = Contexts::new([7; 16]);
        let tunnelled = |id| Context { tunnel: Some(Tunnel { kind: "Gre", id }), ..Context::default() };
        for id in 0..limits::FLOW_CONTEXTS as u32 {
            assert!(contexts.number(&tunnelled(id)).is_some());
        }
        assert_eq!(contexts.number(&tunnelled(u32::MAX)), None);
        assert!(contexts.number(&tunnelled(0)).is_some());
    }
}
