//! How the layers of a packet are read, one upon the other: those that most packets have together, all others one by one.

use super::{Begun, Packet};
use crate::ethernet::Ethernet;
use crate::ipv4::Ipv4;
use crate::ipv6::Ipv6;
use crate::stack::{Below, LayerKind, Next, Place, View, may_begin};
use crate::tcp::Tcp;
use crate::udp::Udp;
use crate::vlan::Vlan;
use packet_core::stack::{Either, Stack};
use packet_core::{Level, Region, Stretch};

/// What is to be read next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ahead<'a> {
    /// Nothing is left.
    Nothing,
    /// A layer of that kind, which the packet begins with.
    First(LayerKind),
    /// That, upon the layer of that position, or upon none.
    Next(Option<usize>, Next<'a>),
    /// What the layer of that position says, which was not asked yet: what a payload is may take a look at all of it.
    Upon(usize),
}

/// What most packets begin with, and go on with behind a tag.
type Common<'a> =
    (Option<Either<Ethernet<'a>, Vlan<'a>>>, Option<Either<Ipv4<'a>, Ipv6<'a>>>, Option<Either<Tcp<'a>, Udp<'a>>>);

impl<'a> Packet<'a> {
    /// Becomes a packet of which nothing is read yet, and that begins with a layer of that kind: [`Self::read_all`],
    /// [`Self::read_to_transport`] or [`Self::read_on`] reads it.
    #[inline(always)]
    pub fn begin(&mut self, region: Region<'a>, first: LayerKind) {
        self.clear(region, Ahead::First(first));
    }

    /// As [`Self::begin`], where what is known here stands somewhere in the packet, or nothing is.
    pub fn begin_with(&mut self, region: Region<'a>, first: Next<'a>) {
        self.clear(region, Ahead::Next(None, first));
    }

    /// Forgets what was read.
    #[inline(always)]
    fn clear(&mut self, region: Region<'a>, ahead: Ahead<'a>) {
        self.front.begin(region);
        (self.ahead, self.count, self.begun, self.complete, self.streams) = (ahead, 0, None, true, false);
    }

    /// Reads all layers that were not read yet.
    pub fn read_all(&mut self) {
        self.read_front();
        while !self.is_read() {
            self.go_on::<false>();
        }
    }

    /// Reads the layers that were not read yet, up to the first one from process to process, if it has none. What that carries is
    /// not looked for.
    pub fn read_to_transport(&mut self) {
        self.read_front();
        if self.front.has_transport() {
            return;
        }
        while !self.is_read() && !self.kinds().any(is_transport) {
            self.go_on::<true>();
        }
    }

    /// Reads what most packets begin with, of a packet of which nothing was read yet.
    #[inline(always)]
    fn read_front(&mut self) {
        let Ahead::First(kind) = self.ahead else { return };
        self.front.read(kind);
        self.count = self.front.count();
        self.ahead = match self.count.checked_sub(1) {
            Some(top) => Ahead::Upon(top),
            None => Ahead::Next(None, Next::Layer(kind, self.region())),
        };
    }

    /// Reads what is next, together with what most packets have upon it.
    // What is ahead stays where it is, and is not handed from function to function: of bytes that were stored in small pieces just
    // before, a processor waits for those that it loads in large ones.
    fn go_on<const TO_TRANSPORT: bool>(&mut self) {
        let (at, kind, region) = match self.ahead {
            Ahead::Next(at, Next::Layer(kind, region)) => (at, kind, region),
            Ahead::First(kind) => (None, kind, self.region()),
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
                Ahead::First(kind) => (None, Next::Layer(kind, self.region())),
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

    /// What repeats on a stream is read again upon the same layer, as long as bytes are left.
    #[inline(always)]
    fn repeat(&self, from: Option<usize>) -> Ahead<'a> {
        if self.streams { self.repeated(from) } else { Ahead::Nothing }
    }

    fn repeated(&self, mut at: Option<usize>) -> Ahead<'a> {
        while let Some(index) = at {
            at = self.parent(index);
            let Some(place) = self.place(index).filter(|place| place.kind.is_stream()) else { continue };
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

    /// Whether something is left that was not read yet.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(self.ahead, Ahead::Nothing)
    }
}

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

/// Whether it goes from process to process.
#[inline(always)]
fn is_transport(kind: LayerKind) -> bool {
    kind.level() >= Level::Transport
}
