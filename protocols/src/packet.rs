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
//! assert_eq!(packet.places().len(), 2);
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

use crate::ethernet::Ethernet;
use crate::ipv4::Ipv4;
use crate::ipv6::Ipv6;
use crate::stack::{Below, Layer, LayerKind, Next, Place, View, may_begin};
use crate::tcp::Tcp;
use crate::udp::Udp;
use crate::vlan::Vlan;
use packet_core::stack::{Either, Stack};
use packet_core::{Anomaly, Error, Level, Region, Stretch, bits};

/// As many layers as a packet is read to.
pub const MOST_LAYERS: usize = 16;

/// The layers of a packet upon each other: where each is. What is asked of one is read then.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    region: Region<'a>,
    /// Those behind `count` say nothing.
    places: [Place; MOST_LAYERS],
    count: usize,
    begun: Option<Begun<'a>>,
    complete: bool,
    /// There is a layer that repeats on a stream.
    streams: bool,
    ahead: Ahead<'a>,
}

/// What is to be read next.
#[derive(Clone, Copy, Debug)]
enum Ahead<'a> {
    /// Nothing is left.
    Nothing,
    /// That, upon the layer of that position, or upon none.
    Next(Option<usize>, Next<'a>),
    /// What the layer of that position says, which was not asked yet: what a payload is may take a look at all of it.
    Upon(usize),
}

/// What most packets begin with, and go on with behind a tag.
type Common<'a> =
    (Option<Either<Ethernet<'a>, Vlan<'a>>>, Option<Either<Ipv4<'a>, Ipv6<'a>>>, Option<Either<Tcp<'a>, Udp<'a>>>);

/// What is in places that are not taken, and is never looked at.
const NO_PLACE: Place = Place { kind: LayerKind::ALL[0], parent: 0, stretch: Stretch::NOTHING, length: 0 };

/// Layers that were read together, as they are put into the places behind those that are taken.
struct Pile<'p, 'a> {
    free: &'p mut [Place; 3],
    taken: usize,
    /// How many are below them all.
    below: usize,
    /// The position of the layer that the next one stands upon.
    parent: u8,
    /// What the next one was read of.
    around: Region<'a>,
}

impl<'a> Pile<'_, 'a> {
    /// Adds a layer with that payload.
    #[inline(always)]
    fn stand<V: View<'a>>(&mut self, view: &V, payload: Region<'a>) {
        let length = view.region().bytes().len() as u32;
        let place = Place { kind: V::KIND, parent: self.parent, stretch: Stretch::of(self.around), length };
        if let Some(free) = self.free.get_mut(self.taken) {
            *free = place;
        }
        self.parent = (self.below + self.taken) as u8;
        (self.taken, self.around) = (self.taken + 1, payload);
    }
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
        packet.begin(region, Next::Layer(kind, region));
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
            region: Region::NOTHING,
            places: [NO_PLACE; MOST_LAYERS],
            count: 0,
            begun: None,
            complete: true,
            streams: false,
            ahead: Ahead::Nothing,
        }
    }

    /// Becomes a packet of which nothing is read yet, and what it begins with: [`Self::read_all`], [`Self::read_to_transport`] or
    /// [`Self::read_on`] reads it.
    #[inline(always)]
    pub fn begin(&mut self, region: Region<'a>, first: Next<'a>) {
        (self.region, self.ahead) = (region, Ahead::Next(None, first));
        (self.count, self.begun, self.complete, self.streams) = (0, None, true, false);
    }

    /// Reads all layers that were not read yet.
    pub fn read_all(&mut self) {
        self.read_together::<false>();
    }

    /// Reads the layers that were not read yet, up to the first one from process to process, if it has none. What that carries is
    /// not looked for.
    pub fn read_to_transport(&mut self) {
        if !self.places().iter().any(|place| is_transport(place.kind)) {
            self.read_together::<true>();
        }
    }

    /// Reads what is left, all or to the transport.
    #[inline(always)]
    fn read_together<const TO_TRANSPORT: bool>(&mut self) {
        loop {
            self.go_on::<TO_TRANSPORT>();
            match self.ahead {
                Ahead::Nothing => return,
                Ahead::Upon(_) if TO_TRANSPORT => return,
                _ if TO_TRANSPORT && self.places().last().is_some_and(|place| is_transport(place.kind)) => return,
                _ => {}
            }
        }
    }

    /// Reads what is next, together with what most packets have upon it.
    // What is ahead stays where it is, and is not handed from function to function: of bytes that were stored in small pieces just
    // before, a processor waits for those that it loads in large ones.
    fn go_on<const TO_TRANSPORT: bool>(&mut self) {
        let (at, kind, region) = match self.ahead {
            Ahead::Next(at, Next::Layer(kind, region)) => (at, kind, region),
            Ahead::Next(at, _) => return self.ahead = self.repeat(at),
            Ahead::Upon(at) => return self.ahead = Ahead::Next(Some(at), self.upon(at)),
            Ahead::Nothing => return,
        };
        Stack::read_with(
            kind,
            region,
            #[inline(always)]
            |stack: Stack<'a, LayerKind, Common<'a>>| self.stand::<TO_TRANSPORT>(at, kind, region, stack.layers),
        );
    }

    /// Adds layers that were read together of a region upon another one, or else the one layer that begins it.
    #[inline(always)]
    fn stand<const TO_TRANSPORT: bool>(
        &mut self,
        at: Option<usize>,
        kind: LayerKind,
        region: Region<'a>,
        (link, ip, transport): Common<'a>,
    ) {
        // What a length of 0 means depends on what is below, RFC 2675 §4.
        let transport = transport.filter(|one| !matches!(one, Either::Right(udp) if udp.length() == 0));
        let free = self.places.get_mut(self.count..).and_then(|free| free.first_chunk_mut());
        let (Some(free), true) = (free, link.is_some() || ip.is_some() || transport.is_some()) else {
            return self.ahead = self.read_upon(at, kind, region);
        };
        let mut pile = Pile { free, taken: 0, below: self.count, parent: at.unwrap_or(0) as u8, around: region };
        match link {
            Some(Either::Left(ethernet)) => pile.stand(&ethernet, ethernet.payload()),
            Some(Either::Right(tag)) => pile.stand(&tag, tag.payload()),
            None => {}
        }
        match ip {
            Some(Either::Left(ip)) => pile.stand(&ip, ip.payload()),
            Some(Either::Right(ip)) => pile.stand(&ip, ip.payload()),
            None => {}
        }
        match transport {
            Some(Either::Left(tcp)) => pile.stand(&tcp, tcp.payload()),
            Some(Either::Right(udp)) => pile.stand(&udp, udp.payload()),
            None => {}
        }
        let top = pile.parent.into();
        self.count += pile.taken;
        let next = match (transport, ip, link) {
            (Some(_), ..) if TO_TRANSPORT => return self.ahead = Ahead::Upon(top),
            (Some(Either::Left(tcp)), ..) => tcp.next(),
            (Some(Either::Right(udp)), ..) => udp.next(),
            (_, Some(Either::Left(ip)), _) => ip.next(),
            (_, Some(Either::Right(ip)), _) => ip.next(),
            (.., Some(Either::Left(ethernet))) => ethernet.next(),
            (.., Some(Either::Right(tag))) => tag.next(),
            (None, None, None) => Next::Nothing,
        };
        self.ahead = Ahead::Next(Some(top), next);
    }

    /// What the layer of that position says of what stands upon it.
    fn upon(&self, at: usize) -> Next<'a> {
        self.layer(at).map_or(Next::Nothing, |layer| layer.next())
    }

    /// Reads the layers that were not read yet, one by one, for as long as `follow` says what stands upon a layer: it is given the
    /// layers up to that one, none at first, and what the definitions say. Where it says nothing, what follows is left for later.
    #[inline]
    pub fn read_on(&mut self, mut follow: impl FnMut(&Below<'_, 'a>, Next<'a>) -> Option<Next<'a>>) {
        loop {
            let (at, next) = match self.ahead {
                Ahead::Nothing => return,
                Ahead::Upon(at) => (Some(at), self.upon(at)),
                Ahead::Next(at, next) => (at, next),
            };
            self.ahead = match follow(&self.up_to(at), next) {
                Some(Next::Layer(kind, region)) => self.read_upon(at, kind, region),
                Some(Next::Nothing | Next::Opaque(_)) => self.repeat(at),
                None => return,
            };
        }
    }

    /// Reads a layer upon another one; what is to be read next.
    fn read_upon(&mut self, at: Option<usize>, kind: LayerKind, region: Region<'a>) -> Ahead<'a> {
        let below = at.unwrap_or(0);
        match kind.step(region, &self.up_to(at)) {
            Ok((length, next)) => {
                // There are fewer layers than a byte counts.
                let place = Place { kind, parent: below as u8, stretch: Stretch::of(region), length };
                self.push(place).map_or(Ahead::Nothing, |at| Ahead::Next(Some(at), next))
            }
            Err(error) => {
                self.fail(Begun { kind, region, error, parent: below });
                self.repeat(at)
            }
        }
    }

    /// Keeps the first layer that could not be read.
    #[cold]
    #[inline(never)]
    fn fail(&mut self, begun: Begun<'a>) {
        self.begun.get_or_insert(begun);
    }

    /// The layers up to one.
    #[inline(always)]
    fn up_to(&self, at: Option<usize>) -> Below<'_, 'a> {
        Below::Places(self.region, self.places.get(..at.map_or(0, |at| at + 1)).unwrap_or_default())
    }

    /// What repeats on a stream is read again upon the same layer, as long as bytes are left.
    #[inline(always)]
    fn repeat(&self, from: Option<usize>) -> Ahead<'a> {
        if self.streams { self.repeated(from) } else { Ahead::Nothing }
    }

    fn repeated(&self, mut at: Option<usize>) -> Ahead<'a> {
        while let Some(index) = at {
            at = self.parent(index);
            let Some(place) = self.places().get(index).filter(|place| place.kind.is_stream()) else { continue };
            let rest = self.around(index).map_or(Region::NOTHING, |around| around.behind(place.length as usize));
            if !rest.bytes().is_empty() && may_begin(place.kind, rest) {
                return Ahead::Next(at, Next::Layer(place.kind, rest));
            }
        }
        Ahead::Nothing
    }

    /// Adds a layer; nothing where there is no room.
    #[inline(always)]
    fn push(&mut self, place: Place) -> Option<usize> {
        let index = self.count;
        let Some(free) = self.places.get_mut(index) else {
            self.complete = false;
            return None;
        };
        *free = place;
        self.streams |= place.kind.is_stream();
        self.count += 1;
        Some(index)
    }

    /// Where the layers are, each behind the one that it stands upon.
    #[inline]
    #[must_use]
    pub fn places(&self) -> &[Place] {
        self.places.get(..self.count).unwrap_or(&self.places)
    }

    /// The layers, each behind the one that it stands upon.
    pub fn layers(&self) -> impl DoubleEndedIterator<Item = Layer<'a>> + '_ {
        (0..self.count).filter_map(|index| self.layer(index))
    }

    /// The layer of that position.
    #[must_use]
    pub fn layer(&self, index: usize) -> Option<Layer<'a>> {
        Layer::parse_upon(self.places().get(index)?.kind, self.around(index)?, &self.below(index)).ok()
    }

    /// Whether there is a layer of that kind.
    #[inline]
    #[must_use]
    pub fn has(&self, kind: LayerKind) -> bool {
        self.places().iter().any(|place| place.kind == kind)
    }

    /// The first layer of that type: `packet.get::<Udp>()`.
    // A view has many fields, and few are asked for; the others are not even made where it is part of whoever asks.
    #[inline(always)]
    #[must_use]
    pub fn get<V: View<'a>>(&self) -> Option<V> {
        self.view(self.places().iter().position(|place| place.kind == V::KIND)?)
    }

    #[inline(always)]
    fn view<V: View<'a>>(&self, index: usize) -> Option<V> {
        V::read_upon(self.around(index)?, &self.below(index)).ok()
    }

    /// The layers of that type, from the outermost on: `packet.all::<Vlan>()`.
    pub fn all<V: View<'a>>(&self) -> impl DoubleEndedIterator<Item = V> + '_ {
        let places = self.places().iter().enumerate();
        places.filter(|(_, place)| place.kind == V::KIND).filter_map(|(index, _)| self.view(index))
    }

    /// What a layer was read from: it, and what is behind it in the payload of the layer below.
    #[inline]
    #[must_use]
    pub fn around(&self, index: usize) -> Option<Region<'a>> {
        self.places().get(index).map(|place| place.stretch.in_packet(self.region))
    }

    /// Whether something is left that was not read yet.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(self.ahead, Ahead::Nothing)
    }

    /// The position of the layer that one stands upon; nothing for the first.
    #[inline]
    #[must_use]
    pub fn parent(&self, index: usize) -> Option<usize> {
        let place = self.places().get(index).filter(|_| index > 0)?;
        Some(place.parent.into())
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
    #[must_use]
    pub fn region(&self) -> Region<'a> {
        self.region
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
        let mut top = self.places().iter().position(|place| provides(place.kind))?;
        for (index, place) in self.places().iter().enumerate().skip(top + 1) {
            if self.parent(index) == Some(top) && passes(place.kind) {
                top = index;
            }
        }
        Some(self.up_to(Some(top)))
    }
}

impl Default for Packet<'_> {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether it goes from process to process.
#[inline(always)]
fn is_transport(kind: LayerKind) -> bool {
    kind.level() >= Level::Transport
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
