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
//! assert_eq!(packet.layers().len(), 2);
//! assert_eq!(packet.udp().map(|udp| udp.dst_port()), Some(4001));
//! assert_eq!(packet.probe_tag(), Some(0xedc1));
//!
//! PacketMut::new(LayerKind::Ipv4, &mut bytes).set_probe_tag(0x1234)?;
//! let packet = Packet::parse(LayerKind::Ipv4, &bytes)?;
//! assert_eq!(packet.probe_tag(), Some(0x1234));
//! assert!(packet.is_regular(), "the payload absorbs what the checksum gained");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod generated;
mod meta;

pub use meta::{MetaError, PacketMut};

use crate::stack::{Below, Layer, LayerKind, Next, may_begin};
use packet_core::stack::Held;
use packet_core::{Anomaly, Error, Region, bits};

/// As many layers as a packet is read to.
pub const MOST_LAYERS: usize = 16;

/// The layers of a packet upon each other.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    region: Region<'a>,
    /// Those behind `count` are copies of the first.
    layers: [Layer<'a>; MOST_LAYERS],
    parents: [u8; MOST_LAYERS],
    /// What each layer was read from, with what is behind it there.
    regions: [Region<'a>; MOST_LAYERS],
    count: usize,
    begun: Option<Begun<'a>>,
    complete: bool,
    /// What is to be read next, upon the layer of that position, or upon none.
    ahead: Option<(Option<usize>, Next<'a>)>,
}

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
        let mut packet = Self::start(kind, region)?;
        packet.read_on(|_, next| Some(next));
        Ok(packet)
    }

    /// Reads the first layer of a packet; [`Packet::read_on`] reads the others.
    ///
    /// # Errors
    ///
    /// It can't be read.
    #[inline]
    pub fn start(kind: LayerKind, region: impl Into<Region<'a>>) -> Result<Self, Error> {
        let region = region.into();
        let first = Layer::parse(kind, region)?;
        Ok(Self {
            region,
            layers: [first; MOST_LAYERS],
            parents: [0; MOST_LAYERS],
            regions: [region; MOST_LAYERS],
            count: 1,
            begun: None,
            complete: true,
            ahead: Some((Some(0), first.next())),
        })
    }

    /// Reads the layers that were not read yet, one by one, for as long as `follow` says what stands upon a layer: it is given the
    /// layers up to that one, and what the definitions say. Where it says nothing, what follows is left for later.
    #[inline]
    pub fn read_on(&mut self, mut follow: impl FnMut(&[Layer<'a>], Next<'a>) -> Option<Next<'a>>) {
        while let Some((at, next)) = self.ahead {
            let Some(next) = follow(self.up_to(at), next) else { return };
            self.ahead = match next {
                Next::Layer(kind, region) => self.read_upon(at, kind, region),
                Next::Nothing | Next::Opaque(_) => self.repeat(at),
            };
        }
    }

    /// Reads a layer upon another one; what is to be read next.
    #[inline(always)]
    fn read_upon(
        &mut self,
        at: Option<usize>,
        kind: LayerKind,
        region: Region<'a>,
    ) -> Option<(Option<usize>, Next<'a>)> {
        match Layer::parse_upon(kind, region, &Below(self.up_to(at))) {
            Ok(layer) => {
                let index = self.push(layer, at.unwrap_or(0), region)?;
                Some((Some(index), layer.next()))
            }
            Err(error) => {
                self.begun.get_or_insert(Begun { kind, region, error, parent: at.unwrap_or(0) });
                self.repeat(at)
            }
        }
    }

    /// The layers up to one.
    #[inline(always)]
    fn up_to(&self, at: Option<usize>) -> &[Layer<'a>] {
        self.layers().get(..at.map_or(0, |at| at + 1)).unwrap_or_default()
    }

    /// What repeats on a stream is read again upon the same layer, as long as bytes are left.
    fn repeat(&self, from: Option<usize>) -> Option<(Option<usize>, Next<'a>)> {
        let mut at = from;
        while let Some(index) = at {
            at = self.parent(index);
            if let (Some(layer), Some(region)) = (self.layers().get(index), self.regions.get(index)) {
                let (kind, rest) = (layer.kind(), region.behind(layer.region().bytes().len()));
                if kind.is_stream() && !rest.bytes().is_empty() && may_begin(kind, rest) {
                    return Some((at, Next::Layer(kind, rest)));
                }
            }
        }
        None
    }

    /// Adds a layer upon another one; nothing where there is no room.
    #[inline(always)]
    fn push(&mut self, layer: Layer<'a>, parent: usize, region: Region<'a>) -> Option<usize> {
        let index = self.count;
        let places = (self.layers.get_mut(index), self.parents.get_mut(index), self.regions.get_mut(index));
        let (Some(place), Some(below), Some(from)) = places else {
            self.complete = false;
            return None;
        };
        // There are fewer layers than a byte counts.
        (*place, *below, *from) = (layer, parent as u8, region);
        self.count += 1;
        Some(index)
    }

    /// The layers, each behind the one that it stands upon.
    #[inline]
    #[must_use]
    pub fn layers(&self) -> &[Layer<'a>] {
        self.layers.get(..self.count).unwrap_or(&self.layers)
    }

    /// The layers of that type, from the outermost on: `packet.all::<Vlan>()`.
    pub fn all<'p, V: Held<Layer<'a>> + 'p>(&'p self) -> impl DoubleEndedIterator<Item = &'p V> {
        self.layers().iter().filter_map(V::held_by)
    }

    /// What a layer was read from: it, and what is behind it in the payload of the layer below.
    #[must_use]
    pub fn around(&self, index: usize) -> Option<Region<'a>> {
        self.regions.get(index).copied().filter(|_| index < self.count)
    }

    /// Whether something is left that was not read yet.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.ahead.is_none()
    }

    /// The position of the layer that one stands upon; nothing for the first.
    #[must_use]
    pub fn parent(&self, index: usize) -> Option<usize> {
        let parent = *self.parents.get(index)?;
        (index > 0 && index < self.count).then_some(parent.into())
    }

    /// The layers below one, as it sees them.
    #[must_use]
    pub fn below(&self, index: usize) -> Below<'_, 'a> {
        Below(self.up_to(self.parent(index)))
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
    #[must_use]
    pub fn region(&self) -> Region<'a> {
        self.region
    }

    /// Whether every layer could be read, and nothing is wrong with any of them.
    #[must_use]
    pub fn is_regular(&self) -> bool {
        let mut layers = self.layers().iter().enumerate();
        self.complete && self.begun.is_none() && layers.all(|(index, layer)| layer.is_regular(&self.below(index)))
    }

    /// Tells what is not as it should be, one by one, each with the position of its layer.
    pub fn anomalies(&self, report: &mut dyn FnMut(usize, Anomaly)) {
        for (index, layer) in self.layers().iter().enumerate() {
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
            let Some(layer) = self.layers().get(index) else { continue };
            let quoted = self.is_quoted(index);
            let verdict = |question: usize| {
                let question = request.layers().get(question)?;
                if quoted { layer.asks_as(question) } else { layer.replies_to(question) }
            };
            match one_of(questions().filter_map(verdict)) {
                Some(false) => return false,
                found => answered |= found.is_some(),
            }
        }
        if let Some(begun) = self.begun.as_ref().filter(|begun| self.quotes_above(begun.parent)) {
            let verdict = |question: usize| begun.asks_as(request.layers().get(question)?);
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
            if self.layers().get(index).is_some_and(Layer::quotes) {
                return true;
            }
            at = self.parent(index);
        }
        false
    }

    /// What the packet as a whole offers of an interface: the outermost layer that provides it, seen through those right upon
    /// it that pass it on.
    fn offers(&self, provides: fn(&Layer<'a>) -> bool, passes: fn(&Layer<'a>) -> bool) -> Option<Below<'_, 'a>> {
        let mut top = self.layers().iter().position(provides)?;
        for (index, layer) in self.layers().iter().enumerate().skip(top + 1) {
            if self.parent(index) == Some(top) && passes(layer) {
                top = index;
            }
        }
        Some(Below(self.layers().get(..=top)?))
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
