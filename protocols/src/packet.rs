//! Packets: all layers of one, and what belongs to no single one of them.
//!
//! [`Packet`] reads the layers upon each other, as far as they are known, without allocation. Metafields are its methods:
//! [`Packet::flow_id`] is the same in both directions of a conversation, [`Packet::probe_tag`] stands in whichever fields
//! come back in an answer. [`PacketMut`] sets those that can be set, and keeps checksums right.
//!
//! ```
//! use packet_protocols::packet::{Packet, PacketMut};
//! use packet_protocols::stack::LayerKind;
//!
//! let mut bytes = [
//!     0x45, 0, 0, 32, 0, 1, 0, 0, 64, 17, 0x66, 0xca, 10, 0, 0, 1, 10, 0, 0, 2, // the Internet header
//!     0x0f, 0xa0, 0x0f, 0xa1, 0, 12, 0xed, 0xc1, b'p', b'i', b'n', b'g',
//! ];
//! let packet = Packet::parse(LayerKind::Ipv4, &bytes)?;
//! assert_eq!(packet.count(), 2);
//! assert_eq!(packet.udp().map(|udp| udp.dst_port()), Some(4001));
//! assert_eq!(packet.probe_tag(), Some(0xedc1));
//!
//! PacketMut::new(LayerKind::Ipv4, &mut bytes).set_probe_tag(0x1234)?;
//! let packet = Packet::parse(LayerKind::Ipv4, &bytes)?;
//! assert_eq!(packet.probe_tag(), Some(0x1234));
//! assert!(packet.is_regular(), "the payload absorbs what the checksum gained");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod front;
mod generated;
mod meta;
mod read;

pub use front::FRONT;
pub use meta::{MetaError, PacketMut};

use crate::stack::{Below, Layer, LayerKind, Next, Place, View};
use front::Front;
use packet_core::stack::{Either, Layered};
use packet_core::{Anomaly, Error, Region, Stretch, bits};
use read::Ahead;

/// As many layers as a packet is read to.
pub const MOST_LAYERS: usize = 16;

/// The layers of a packet upon each other: those that most packets begin with, and where all others are, which are read again when
/// something is asked of them.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    front: Front<'a>,
    /// Those of the front, and behind `count`, say nothing.
    places: [Place; MOST_LAYERS],
    count: usize,
    begun: Option<Begun<'a>>,
    complete: bool,
    /// There is a layer that repeats on a stream.
    streams: bool,
    ahead: Ahead,
    /// What is ahead, where that says so.
    next: Next<'a>,
}

/// What is in places that are not taken, and is never looked at.
const NO_PLACE: Place = Place { kind: LayerKind::ALL[0], parent: 0, stretch: Stretch::NOTHING, length: 0 };

/// The start of a layer that could not be read whole, as of one that an ICMP error quotes.
#[derive(Clone, Copy, Debug)]
pub struct Begun<'a> {
    /// What it should be.
    pub kind: LayerKind,
    /// Where it should be.
    pub region: Region<'a>,
    /// What is wrong with it.
    pub error: Error,
    parent: usize,
}

impl<'a> Begun<'a> {
    /// The bytes before the field that could not be read.
    #[must_use]
    pub fn known(&self) -> &'a [u8] {
        let known = self.error.offset.saturating_sub(self.region.offset()) as usize;
        let bytes = self.region.bytes();
        bytes.get(..known).unwrap_or(bytes)
    }

    /// The position of the layer that it should stand upon.
    #[inline]
    #[must_use]
    pub fn parent(&self) -> usize {
        self.parent
    }

    /// A number among the bytes that are known, most significant bit first.
    fn bits(&self, first: usize, width: u32) -> Option<u128> {
        bits::read(self.known(), first, width)
    }
}

impl<'a> Packet<'a> {
    /// Reads a packet that begins with a layer of that kind; plain bytes are all that was captured of it.
    ///
    /// It is read as far as it can be: [`Packet::begun`] says where that ends.
    ///
    /// # Errors
    ///
    /// The first layer can't be read.
    #[inline]
    pub fn parse(kind: LayerKind, region: impl Into<Region<'a>>) -> Result<Self, Error> {
        let region = region.into();
        let mut packet = Self::new();
        packet.begin_together(region, kind);
        packet.read_all();
        match packet.begun {
            Some(begun) if packet.count == 0 => Err(begun.error),
            _ => Ok(packet),
        }
    }

    /// A packet without bytes.
    #[inline(always)]
    #[must_use]
    pub const fn new() -> Self {
        Self {
            front: Front::EMPTY,
            places: [NO_PLACE; MOST_LAYERS],
            count: 0,
            begun: None,
            complete: true,
            streams: false,
            ahead: Ahead::Nothing,
            next: Next::Nothing,
        }
    }

    /// How many layers there are.
    #[inline]
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Where the layers are, each behind the one that it stands upon.
    #[inline]
    pub fn places(&self) -> impl DoubleEndedIterator<Item = Place> + '_ {
        self.indices().filter_map(|index| self.place(index))
    }

    /// Where the layer of that position is.
    #[inline]
    #[must_use]
    pub fn place(&self, index: usize) -> Option<Place> {
        if index < self.front.count() { self.front.place(index) } else { self.place_behind(index).copied() }
    }

    /// The place of a layer behind the front.
    #[inline(always)]
    fn place_behind(&self, index: usize) -> Option<&Place> {
        if index < self.front.count() || index >= self.count { None } else { self.places.get(index) }
    }

    /// The kinds of the layers, each behind the one that it stands upon.
    #[inline]
    pub fn kinds(&self) -> impl DoubleEndedIterator<Item = LayerKind> + '_ {
        self.indices().filter_map(|index| self.kind(index))
    }

    /// What the layer of that position is.
    #[inline]
    #[must_use]
    pub fn kind(&self, index: usize) -> Option<LayerKind> {
        if index < self.front.count() {
            self.front.kind(index)
        } else {
            self.place_behind(index).map(|place| place.kind)
        }
    }

    /// The layers, each behind the one that it stands upon.
    pub fn layers(&self) -> impl DoubleEndedIterator<Item = Layer<'a>> + '_ {
        self.indices().filter_map(|index| self.layer(index))
    }

    /// The layer of that position.
    #[must_use]
    pub fn layer(&self, index: usize) -> Option<Layer<'a>> {
        if index < self.front.count() {
            return self.front.layer(index);
        }
        Layer::parse_upon(self.kind(index)?, self.around(index)?, &self.below(index)).ok()
    }

    /// Whether there is a layer of that kind.
    #[inline]
    #[must_use]
    pub fn has(&self, kind: LayerKind) -> bool {
        self.kinds().any(|one| one == kind)
    }

    /// The first layer of that type: `packet.get::<Udp>()`.
    // A view has many fields, and few are asked for; the others are not even made where it is part of whoever asks.
    #[inline(always)]
    #[must_use]
    pub fn get<V: View<'a>>(&self) -> Option<V> {
        match self.front.get() {
            None if self.count > self.front.count() => self.all_behind().next(),
            layer => layer,
        }
    }

    /// The first layer that is of one type or another: `packet.either::<Ipv4, Ipv6>()`.
    #[inline(always)]
    #[must_use]
    pub fn either<A: View<'a>, B: View<'a>>(&self) -> Option<Either<A, B>> {
        if self.is_left_first(A::KIND, B::KIND)? { self.get().map(Either::Left) } else { self.get().map(Either::Right) }
    }

    /// Whether a layer of the left kind comes before all of the right one; nothing where there is none of either.
    #[inline(always)]
    fn is_left_first(&self, left: LayerKind, right: LayerKind) -> Option<bool> {
        match self.front.which(left, right) {
            Some(is_left) => Some(is_left),
            None => Some(self.first_of(left, right)? == left),
        }
    }

    #[inline(never)]
    fn first_of(&self, left: LayerKind, right: LayerKind) -> Option<LayerKind> {
        self.kinds().find(|&kind| kind == left || kind == right)
    }

    /// The layers of that type behind the front.
    #[inline(always)]
    fn all_behind<V: View<'a>>(&self) -> impl DoubleEndedIterator<Item = V> {
        let places = (self.front.count()..self.count).filter_map(|index| Some((index, self.places.get(index)?)));
        places
            .filter(|(_, place)| place.kind == V::KIND)
            .filter_map(|(index, place)| V::read_upon(place.stretch.in_packet(self.region()), &self.below(index)).ok())
    }

    /// The layers of that type, from the outermost on: `packet.all::<Vlan>()`.
    pub fn all<V: View<'a>>(&self) -> impl DoubleEndedIterator<Item = V> {
        self.front.get().into_iter().chain(self.all_behind())
    }

    /// What a layer was read from: it, and what is behind it in the payload of the layer below.
    #[inline]
    #[must_use]
    pub fn around(&self, index: usize) -> Option<Region<'a>> {
        if index < self.front.count() {
            return self.front.around_at(index);
        }
        self.place_behind(index).map(|place| place.stretch.in_packet(self.region()))
    }

    /// The position of the layer that one stands upon; nothing for the first.
    #[inline]
    #[must_use]
    pub fn parent(&self, index: usize) -> Option<usize> {
        if index < self.front.count() {
            return index.checked_sub(1);
        }
        let place = self.place_behind(index).filter(|_| index > 0)?;
        Some(place.parent.into())
    }

    /// The layers up to one.
    #[inline(always)]
    fn up_to(&self, at: Option<usize>) -> Below<'_, 'a> {
        Below::Packet(self, at.map_or(0, |at| at + 1))
    }

    /// The layers below one, as it sees them.
    #[inline]
    #[must_use]
    pub fn below(&self, index: usize) -> Below<'_, 'a> {
        self.up_to(self.parent(index))
    }

    /// The first layer that could not be read, where there is one.
    #[must_use]
    pub fn begun(&self) -> Option<&Begun<'a>> {
        self.begun.as_ref()
    }

    /// Whether all layers are here: there are no more than [`MOST_LAYERS`].
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The whole packet.
    #[inline]
    #[must_use]
    pub fn region(&self) -> Region<'a> {
        self.front.region()
    }

    /// Whether every layer could be read, and nothing is wrong with any of them.
    #[must_use]
    pub fn is_regular(&self) -> bool {
        let mut layers = self.layers().enumerate();
        self.complete && self.begun.is_none() && layers.all(|(index, layer)| layer.is_regular(&self.below(index)))
    }

    /// Tells what is not as it should be, one by one, each with the position of its layer.
    pub fn anomalies(&self, report: &mut dyn FnMut(usize, Anomaly)) {
        for (index, layer) in self.layers().enumerate() {
            layer.anomalies(&self.below(index), &mut |anomaly| report(index, anomaly));
        }
    }

    /// Whether it answers another packet, by what the definitions say of questions and answers (`reply`).
    ///
    /// Every layer that could answer one of the other packet's does so, and there is such a layer. An ICMP error answers the
    /// packet that it quotes. Addresses are compared only where a definition names them: compare [`Packet::flow_id`] too, if
    /// both packets have one.
    #[must_use]
    pub fn is_reply_to(&self, request: &Packet<'_>) -> bool {
        let questions = || request.indices().filter(|&index| !request.is_quoted(index));
        let mut answered = false;
        for index in self.indices() {
            let Some(layer) = self.layer(index) else { continue };
            let quoted = self.is_quoted(index);
            let verdict = |question: usize| {
                let question = request.layer(question)?;
                if quoted { layer.asks_as(&question) } else { layer.replies_to(&question) }
            };
            match one_of(questions().filter_map(verdict)) {
                Some(false) => return false,
                found => answered |= found.is_some(),
            }
        }
        if let Some(begun) = self.begun.as_ref().filter(|begun| self.quotes_above(begun.parent)) {
            let verdict = |question: usize| begun.asks_as(&request.layer(question)?);
            match one_of(questions().filter_map(verdict)) {
                Some(false) => return false,
                found => answered |= found.is_some(),
            }
        }
        answered
    }

    fn indices(&self) -> core::ops::Range<usize> {
        0..self.count
    }

    /// Whether a layer, or one below it, is quoted by another one.
    #[must_use]
    pub fn is_quoted(&self, index: usize) -> bool {
        self.parent(index).is_some_and(|parent| self.quotes_above(parent))
    }

    /// Whether a layer quotes what is above it, or is quoted itself.
    fn quotes_above(&self, index: usize) -> bool {
        let mut at = Some(index);
        while let Some(index) = at {
            if self.layer(index).is_some_and(|layer| layer.quotes()) {
                return true;
            }
            at = self.parent(index);
        }
        false
    }

    /// What the packet as a whole offers of an interface: the outermost layer that provides it, seen through those right upon
    /// it that pass it on.
    fn offers(&self, provides: fn(LayerKind) -> bool, passes: fn(LayerKind) -> bool) -> Option<Below<'_, 'a>> {
        let mut top = self.kinds().position(provides)?;
        for (index, kind) in self.kinds().enumerate().skip(top + 1) {
            if self.parent(index) == Some(top) && passes(kind) {
                top = index;
            }
        }
        Some(self.up_to(Some(top)))
    }
}

impl<'a> Layered<LayerKind, Layer<'a>> for Packet<'a> {
    fn kind_at(&self, index: usize) -> Option<LayerKind> {
        self.kind(index)
    }

    fn layer_at(&self, index: usize) -> Option<Layer<'a>> {
        self.layer(index)
    }
}

impl Default for Packet<'_> {
    fn default() -> Self {
        Self::new()
    }
}

/// Of what was found: whether one is true; nothing where there is none.
fn one_of(mut found: impl Iterator<Item = bool>) -> Option<bool> {
    let first = found.next()?;
    Some(first || found.any(|one| one))
}

/// Two keys, the smaller one first: so both directions of a conversation have the same.
fn ordered<T: AsRef<[u8]>>(left: T, right: T) -> (T, T) {
    if left.as_ref() <= right.as_ref() { (left, right) } else { (right, left) }
}
