//! Many packets at once, for consumers on other threads.

use super::options::Options;
use super::packet::Packet;
use crate::limits;
use std::ops::Range;

/// Packets with their bytes, independent of the reader: what one thread fills and another uses.
///
/// It is made to be filled again and again by [`Reader::read_batch`](super::Reader::read_batch): the memory stays.
///
/// ```
/// # use packet_runtime::file::{Batch, FileError, Reader};
/// fn bytes_captured(input: impl std::io::Read) -> Result<u64, FileError> {
///     let mut reader = Reader::new(input)?;
///     let mut batch = Batch::new();
///     let mut bytes = 0;
///     while reader.read_batch(&mut batch)? {
///         bytes += batch.iter().map(|packet| packet.data.len() as u64).sum::<u64>();
///     }
///     Ok(bytes)
/// }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The packets' bytes, and behind those of each its options.
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

/// A packet but for its bytes.
#[derive(Clone, Debug)]
struct Entry {
    packet: Packet<'static>,
    data: Range<usize>,
    options: Range<usize>,
}

impl Batch {
    /// An empty batch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many packets there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no packet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the next packet belongs into another batch.
    #[must_use]
    #[inline]
    pub fn is_full(&self) -> bool {
        self.entries.len() >= limits::BATCH_PACKETS || self.bytes.len() >= limits::BATCH_BYTES
    }

    /// Removes the packets, and keeps the memory for others.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
    }

    /// Adds a copy of a packet, whether the batch is full or not.
    #[inline]
    pub fn push(&mut self, packet: &Packet<'_>) {
        let data = self.append(packet.data);
        let options = self.append(packet.options.bytes);
        let packet = Packet { data: &[], options: Options { bytes: &[], ..packet.options }, ..*packet };
        self.entries.push(Entry { packet, data, options });
    }

    /// The packet at `index`, from 0.
    #[must_use]
    #[inline]
    pub fn get(&self, index: usize) -> Option<Packet<'_>> {
        self.entries.get(index).map(|entry| self.packet(entry))
    }

    /// The packets in the order of the file.
    #[inline]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Packet<'_>> {
        self.entries.iter().map(|entry| self.packet(entry))
    }

    #[inline]
    fn append(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }

    #[inline]
    fn packet(&self, entry: &Entry) -> Packet<'_> {
        let bytes = |range: &Range<usize>| self.bytes.get(range.clone()).unwrap_or_default();
        let options = Options { bytes: bytes(&entry.options), ..entry.packet.options };
        Packet { data: bytes(&entry.data), options, ..entry.packet }
    }
}
