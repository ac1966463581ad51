//! The keys that a table compares: packed, so that a record is one line of the cache.

use super::contexts::ContextId;
use crate::flow::Direction;
use packet_core::hash::SipHash24;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a flow is looked up by, the smaller end first.
pub(super) trait Key: Copy + Eq + Default {
    /// Its hash, under secrets of the table.
    fn hash(&self, secrets: &Secrets) -> u32;

    /// All of it but the addresses.
    fn tail(&self) -> Tail;

    /// The address of the smaller end, and that of the greater one.
    fn addresses(&self) -> (IpAddr, IpAddr);
}

/// A flow between addresses of version 4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct V4 {
    addresses: u64,
    tail: Tail,
}

/// A flow between addresses of version 6.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct V6 {
    addresses: [u64; 4],
    tail: Tail,
}

/// The ports, 16 bits each, the protocol, and the number of the network that the addresses belong to, 24 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tail(u64);

/// What a table's hash depends on and nobody else knows.
#[derive(Clone, Debug)]
pub(super) struct Secrets([u64; 5]);

impl Secrets {
    pub(super) fn new(seed: [u8; 16]) -> Self {
        Self([0, 1, 2, 3, 4].map(|number: u8| SipHash24::new(seed).update(&[number]).finish()))
    }
}

/// Multiplies, and folds the product, of which each half depends on all bits of both numbers.
#[inline]
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    product as u64 ^ (product >> 64) as u64
}

impl Tail {
    #[inline]
    pub(super) fn new(low: u16, high: u16, protocol: u8, context: ContextId) -> Self {
        Self(u64::from(low) << 48 | u64::from(high) << 32 | u64::from(protocol) << 24 | u64::from(context.number()))
    }

    /// The port of the smaller end, and that of the greater one.
    pub(super) const fn ports(self) -> (u16, u16) {
        ((self.0 >> 48) as u16, (self.0 >> 32) as u16)
    }

    #[inline]
    pub(super) const fn protocol(self) -> u8 {
        (self.0 >> 24) as u8
    }

    pub(super) const fn context(self) -> ContextId {
        ContextId::of((self.0 & 0xff_ffff) as u32)
    }
}

impl V4 {
    /// The key of a packet, and which way that goes.
    #[inline]
    pub(super) fn new(src: (u32, u16), dst: (u32, u16), protocol: u8, context: ContextId) -> (Self, Direction) {
        let number = |(address, port): (u32, u16)| u64::from(address) << 16 | u64::from(port);
        let (low, high, way) = match number(src) <= number(dst) {
            true => (src, dst, Direction::LowToHigh),
            false => (dst, src, Direction::HighToLow),
        };
        let addresses = u64::from(low.0) << 32 | u64::from(high.0);
        (Self { addresses, tail: Tail::new(low.1, high.1, protocol, context) }, way)
    }
}

impl Key for V4 {
    /// Two rounds, each over the folded product with secrets: one alone would let the bits of sequential addresses and ports
    /// through too little mixed for a table in which neighbours share places.
    #[inline]
    fn hash(&self, Secrets([first, second, third, fourth, _]): &Secrets) -> u32 {
        (fold(fold(self.addresses ^ first, self.tail.0 ^ second) ^ third, *fourth) >> 16) as u32
    }

    #[inline]
    fn tail(&self) -> Tail {
        self.tail
    }

    fn addresses(&self) -> (IpAddr, IpAddr) {
        let of = |address: u64| IpAddr::V4(Ipv4Addr::from_bits(address as u32));
        (of(self.addresses >> 32), of(self.addresses))
    }
}

impl V6 {
    /// The key of a packet, and which way that goes.
    #[inline]
    pub(super) fn new(src: (u128, u16), dst: (u128, u16), protocol: u8, context: ContextId) -> (Self, Direction) {
        let (low, high, way) = match src <= dst {
            true => (src, dst, Direction::LowToHigh),
            false => (dst, src, Direction::HighToLow),
        };
        let addresses = [(low.0 >> 64) as u64, low.0 as u64, (high.0 >> 64) as u64, high.0 as u64];
        (Self { addresses, tail: Tail::new(low.1, high.1, protocol, context) }, way)
    }
}

impl Key for V6 {
    #[inline]
    fn hash(&self, Secrets([first, second, third, fourth, fifth]): &Secrets) -> u32 {
        let [low, lowest, high, highest] = self.addresses;
        let addresses = fold(low ^ first, lowest ^ second) ^ fold(high ^ third, highest ^ fourth).rotate_left(32);
        (fold(addresses ^ first, self.tail.0 ^ fifth) >> 16) as u32
    }

    #[inline]
    fn tail(&self) -> Tail {
        self.tail
    }

    fn addresses(&self) -> (IpAddr, IpAddr) {
        let of = |high: u64, low: u64| IpAddr::V6(Ipv6Addr::from_bits(u128::from(high) << 64 | u128::from(low)));
        let [low, lowest, high, highest] = self.addresses;
        (of(low, lowest), of(high, highest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn what_was_packed_comes_out() {
        let context = ContextId::of(0xab_cdef);
        let (key, way) = V4::new((0xc000_0202, 443), (0xc000_0201, 40000), 6, context);
        assert_eq!((key.addresses().0.to_string().as_str(), way), ("192.0.2.1", Direction::HighToLow));
        assert_eq!((key.tail().ports(), key.tail().protocol(), key.tail().context()), ((40000, 443), 6, context));
        let (key, way) = V6::new((1 << 64 | 2, 53), (3 << 64 | 4, 9), 17, context);
        assert_eq!(key.addresses().1.to_string(), "::3:0:0:0:4");
        assert_eq!((key.tail().ports(), way), ((53, 9), Direction::LowToHigh));
        assert_eq!(size_of::<(V4, V6)>(), 56);
    }

    /// A scan of all ports of neighbouring hosts: what a hash that mixes too little puts into few places.
    #[test]
    fn what_is_sequential_is_spread() {
        let secrets = Secrets::new(*b"nobody knows it.");
        let mut low = HashSet::new();
        let mut all = HashSet::new();
        for number in 0..1_u32 << 16 {
            let (key, _) =
                V4::new((0x0a00_0001, 40000), (0x0a01_0000 | number >> 8, number as u16 & 0xff), 6, ContextId::of(0));
            low.insert(key.hash(&secrets) & 0xffff);
            all.insert(key.hash(&secrets));
        }
        // Of 65,536 balls in as many urns, 63.2 % of the urns get one.
        assert!((40_700..42_200).contains(&low.len()), "{}", low.len());
        assert!(all.len() > 65_530, "{}", all.len());
    }
}
