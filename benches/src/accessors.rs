//! Fields that are read by generated accessors, beside the same by hand. What machine code the compiler makes of both is held
//! against each other, and against goldens, by a test of `tests`.

/// A header by hand: it is there, and its fields stand where they stand.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a, const N: usize>(pub &'a [u8; N]);

/// Two functions that are not part of whoever calls them: one by accessor, one by hand.
macro_rules! accessor {
    ($accessor:ident, $by_hand:ident, $view:ty, $size:literal, $number:ty, $read:expr, $same:expr) => {
        /// By the generated accessor.
        #[inline(never)]
        #[must_use]
        pub fn $accessor(view: &$view) -> $number {
            let read: fn(&$view) -> $number = $read;
            read(view)
        }

        /// By hand.
        #[inline(never)]
        #[must_use]
        pub fn $by_hand(header: &Header<'_, $size>) -> $number {
            let read: fn(&[u8; $size]) -> $number = $same;
            read(header.0)
        }
    };
}

accessor!(ipv4_ttl, hand_ipv4_ttl, packet_protocols::ipv4::Ipv4<'_>, 20, u8, |ip| ip.ttl(), |head| head[8]);
accessor!(ipv4_src, hand_ipv4_src, packet_protocols::ipv4::Ipv4<'_>, 20, u32, |ip| ip.src().to_bits(), |head| {
    u32::from_be_bytes([head[12], head[13], head[14], head[15]])
});
accessor!(tcp_seq, hand_tcp_seq, packet_protocols::tcp::Tcp<'_>, 20, u32, |tcp| tcp.seq(), |head| u32::from_be_bytes(
    [head[4], head[5], head[6], head[7]]
));
accessor!(tcp_flags, hand_tcp_flags, packet_protocols::tcp::Tcp<'_>, 20, u16, |tcp| tcp.flags().0, |head| {
    u16::from_be_bytes([head[12], head[13]]) & 0x1ff
});
accessor!(vlan_id, hand_vlan_id, packet_protocols::vlan::Vlan<'_>, 4, u16, |tag| tag.id(), |head| u16::from_be_bytes(
    [head[0], head[1]]
) & 0xfff);
