//! The layers of a packet one by one, and the bytes that belong to none.

use super::{Added, Packet};
use packet_core::{Fields, Level, Region};
use packet_protocols::stack::{Layer, LayerKind, Next};

/// A layer of a packet.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::large_enum_variant, reason = "it is looked at when it is made, and kept nowhere")]
pub enum Entry<'p, 'a> {
    /// One that Pony knows.
    Known(Layer<'a>),
    /// One of a registry.
    Added(&'p Added<'a>),
}

impl<'p, 'a> Entry<'p, 'a> {
    /// Its name in its definition: `Ipv4`.
    #[must_use]
    pub fn name(&self) -> &'p str {
        match self {
            Self::Known(layer) => layer.kind().name(),
            Self::Added(layer) => layer.name(),
        }
    }

    /// How paths of fields call it: `ipv4`.
    #[must_use]
    pub fn key(&self) -> &'p str {
        match self {
            Self::Known(layer) => layer.kind().key(),
            Self::Added(layer) => layer.key(),
        }
    }

    /// What it is for.
    #[must_use]
    pub fn level(&self) -> Level {
        match self {
            Self::Known(layer) => layer.kind().level(),
            Self::Added(layer) => layer.level(),
        }
    }

    /// Its kind, if Pony knows it.
    #[must_use]
    pub fn kind(&self) -> Option<LayerKind> {
        match self {
            Self::Known(layer) => Some(layer.kind()),
            Self::Added(_) => None,
        }
    }

    /// Its bytes, from its header to the end of its payload.
    #[must_use]
    pub fn region(&self) -> Region<'a> {
        match self {
            Self::Known(layer) => layer.region(),
            Self::Added(layer) => layer.region(),
        }
    }

    /// Its fields.
    #[must_use]
    pub fn fields(&self) -> &dyn Fields {
        match self {
            Self::Known(layer) => layer,
            Self::Added(layer) => *layer,
        }
    }
}

/// Bytes in a packet that belong to no layer's payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leftover<'a> {
    /// Zeros that bring a short frame to its least length of 60 bytes, IEEE 802.3-2018 §4.4.2.
    Padding(&'a [u8]),
    /// Anything else behind a layer: a frame check sequence, what a tap or a switch has added.
    Trailer(&'a [u8]),
}

/// The least length of a frame of Ethernet, without its frame check sequence, IEEE 802.3-2018 §4.4.2.
const LEAST_FRAME: usize = 60;

impl<'a> Packet<'a> {
    /// Its layers, the outermost first.
    pub fn layers(&self) -> impl DoubleEndedIterator<Item = Entry<'_, 'a>> {
        // Each added layer stands upon the known ones before it.
        let upon = |count: usize| self.added.iter().filter(move |added| added.known_below() == count);
        let before = upon(0).map(Entry::Added);
        let others = (0..self.known.count()).flat_map(move |index| {
            self.known.layer(index).map(Entry::Known).into_iter().chain(upon(index + 1).map(Entry::Added))
        });
        before.chain(others)
    }

    /// The bytes upon the innermost layer that no layer claims; all bytes where no layer could be read.
    #[must_use]
    pub fn payload(&self) -> &'a [u8] {
        if let Some(failed) = self.error() {
            return failed.region.bytes();
        }
        match self.layers().next_back() {
            Some(Entry::Known(layer)) => match layer.next() {
                Next::Opaque(region) | Next::Layer(_, region) => region.bytes(),
                Next::Nothing => &[],
            },
            Some(Entry::Added(layer)) => layer.payload().map_or(&[], |payload| payload.bytes()),
            None => self.bytes(),
        }
    }

    /// What is behind layers in the payloads of those below, and belongs to none of them, the innermost first. Padding is told
    /// from trailers as the link layer pads: with zeros up to the least length of a frame.
    pub fn leftovers(&self) -> impl Iterator<Item = Leftover<'a>> + '_ {
        let behind = (1..self.known.count()).rev().filter_map(|index| {
            let place = self.known.place(index)?;
            let rest = place.stretch.in_packet(self.region()).behind(place.length as usize);
            // What repeats on a stream is followed by its like.
            (!place.kind.is_stream() && !rest.bytes().is_empty()).then_some(rest)
        });
        behind.flat_map(|rest| {
            let (start, bytes) = (rest.offset() as usize, rest.bytes());
            let (pad, trailer) = bytes.split_at(LEAST_FRAME.saturating_sub(start).min(bytes.len()));
            let is_padding = pad.iter().all(|&byte| byte == 0);
            let (pad, trailer) = if is_padding { (pad, trailer) } else { (&[][..], bytes) };
            let some = |bytes: &'a [u8], of: fn(&'a [u8]) -> Leftover<'a>| (!bytes.is_empty()).then(|| of(bytes));
            [some(pad, Leftover::Padding), some(trailer, Leftover::Trailer)].into_iter().flatten()
        })
    }
}
