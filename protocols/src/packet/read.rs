//! How the layers of a packet are read: those that most packets begin with together, all others one by one.

use super::{Begun, Packet};
use crate::stack::{Below, LayerKind, Next, Place, may_begin};
use packet_core::{Level, Region, Stretch};

/// What is to be read next.
// Positions are bytes, for there are fewer layers than a byte counts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ahead {
    /// Nothing is left.
    Nothing,
    /// What the last layer of the front says, which was not asked yet: what a payload is may take a look at all of it.
    Front,
    /// What is kept beside this, upon the layer of that position, or upon none.
    Next(Option<u8>),
}

impl<'a> Packet<'a> {
    /// Becomes a packet of which nothing is read yet, and what it begins with: [`Self::read_on`] reads it layer by layer.
    #[inline]
    pub fn begin(&mut self, region: Region<'a>, first: Next<'a>) {
        self.front.clear(region);
        self.begin_behind(0);
        self.go_on(None, first);
    }

    /// Becomes a packet that begins with a layer of that kind, of which the [`FRONT`](super::FRONT) is read together, as far as it
    /// goes. Definitions say of all others what follows. Whether that is all, to what goes from process to process.
    // It is read where it is asked for: a call costs as much as a header.
    #[inline(always)]
    pub fn begin_together(&mut self, region: Region<'a>, first: LayerKind) -> bool {
        let count = self.front.read(first, region);
        self.begin_behind(count);
        match count {
            0 => self.go_on(None, Next::Layer(first, region)),
            _ => self.ahead = Ahead::Front,
        }
        self.front.has_transport()
    }

    /// Nothing is read yet behind the front, which has so many layers.
    #[inline(always)]
    fn begin_behind(&mut self, count: usize) {
        (self.count, self.begun, self.complete, self.streams) = (count, None, true, false);
    }

    /// Reads all layers that were not read yet.
    pub fn read_all(&mut self) {
        self.read_on(|_, next| Some(next));
    }

    /// Reads the layers that were not read yet, up to the first one from process to process, if it has none. What that carries is
    /// not looked for.
    pub fn read_to_transport(&mut self) {
        if !self.front.has_transport() {
            self.read_on(|below, next| (!below.kinds().any(is_transport)).then_some(next));
        }
    }

    /// Reads the layers that were not read yet, one by one, for as long as `follow` says what stands upon a layer: it is given the
    /// layers up to that one, none at first, and what the definitions say. Where it says nothing, what follows is left for later.
    #[inline]
    pub fn read_on(&mut self, mut follow: impl FnMut(&Below<'_, 'a>, Next<'a>) -> Option<Next<'a>>) {
        while let Some((at, next)) = self.following() {
            match follow(&self.up_to(at), next) {
                Some(Next::Layer(kind, region)) => self.read_upon(at, kind, region),
                Some(Next::Nothing | Next::Opaque(_)) => self.repeat(at),
                None => return,
            }
        }
    }

    /// What is to be read next, and the position of the layer below it.
    #[inline]
    fn following(&self) -> Option<(Option<usize>, Next<'a>)> {
        match self.ahead {
            Ahead::Nothing => None,
            Ahead::Front => Some((self.count.checked_sub(1), self.front.next().unwrap_or(Next::Nothing))),
            Ahead::Next(at) => Some((at.map(usize::from), self.next)),
        }
    }

    /// Reads a layer upon another one.
    fn read_upon(&mut self, at: Option<usize>, kind: LayerKind, region: Region<'a>) {
        let parent = at.unwrap_or(0);
        match kind.step(region, &self.up_to(at)) {
            Ok((length, next)) => {
                match self.push(Place { kind, parent: parent as u8, stretch: Stretch::of(region), length }) {
                    Some(at) => self.go_on(Some(at), next),
                    None => self.ahead = Ahead::Nothing,
                }
            }
            Err(error) => {
                self.fail(Begun { kind, region, error, parent });
                self.repeat(at);
            }
        }
    }

    /// What is next stands upon that layer.
    #[inline(always)]
    fn go_on(&mut self, at: Option<usize>, next: Next<'a>) {
        (self.ahead, self.next) = (Ahead::Next(at.map(|at| at as u8)), next);
    }

    /// Keeps the first layer that could not be read.
    #[cold]
    #[inline(never)]
    fn fail(&mut self, begun: Begun<'a>) {
        self.begun.get_or_insert(begun);
    }

    /// What repeats on a stream is read again upon the same layer, as long as bytes are left.
    #[inline(always)]
    fn repeat(&mut self, from: Option<usize>) {
        let again = if self.streams { self.repeated(from) } else { None };
        match again {
            Some((at, next)) => self.go_on(at, next),
            None => self.ahead = Ahead::Nothing,
        }
    }

    fn repeated(&self, mut at: Option<usize>) -> Option<(Option<usize>, Next<'a>)> {
        while let Some(index) = at {
            at = self.parent(index);
            // None of the front repeats.
            let Some(place) = self.place_behind(index).filter(|place| place.kind.is_stream()) else { continue };
            let rest = place.stretch.in_packet(self.region()).behind(place.length as usize);
            if !rest.bytes().is_empty() && may_begin(place.kind, rest) {
                return Some((at, Next::Layer(place.kind, rest)));
            }
        }
        None
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

/// Whether it goes from process to process.
#[inline(always)]
fn is_transport(kind: LayerKind) -> bool {
    kind.level() >= Level::Transport
}
