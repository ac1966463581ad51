//! Packets read in batches: their headers are fetched all at once, and then read.

use core::hint::black_box;

/// How many packets are a good batch: their headers fill an eighth of the smallest first cache in use.
pub const BATCH: usize = 32;

/// A cache line, in bytes.
const LINE: usize = 64;

/// Has the cache fetch the headers of packets that are read next: the first two lines of each.
///
/// A processor waits for a packet that is in no near cache when its first byte is asked for, and what is decided by that byte
/// has to wait with it. Asked for the bytes of many packets by which nothing is decided, it waits for all of them at once.
/// It pays where packets lie in memory that was not read a moment before: a file that is mapped, a large ring.
///
/// ```
/// use packet_core::batch::{self, BATCH};
///
/// let packets = [&[0x45, 0][..], &[0x60, 0]];
/// let mut versions = 0;
/// for packets in packets.chunks(BATCH) {
///     batch::fetch(packets.iter().copied());
///     versions += packets.iter().filter_map(|packet| packet.first()).map(|first| first >> 4).sum::<u8>();
/// }
/// assert_eq!(versions, 10);
/// ```
#[inline]
pub fn fetch<'a>(packets: impl IntoIterator<Item = &'a [u8]>) {
    let mut all = 0;
    for packet in packets {
        // That all of them are combined makes nothing wait, but that they are fetched.
        all ^= packet.first().copied().unwrap_or(0) ^ packet.get(LINE - 1).copied().unwrap_or(0);
    }
    black_box(all);
}
