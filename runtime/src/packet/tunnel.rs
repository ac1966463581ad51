//! Layers around packets: put on, and taken off.

use super::edit::written;
use super::{Added, ChangeError, Keep, Packet, PacketBuf, Target};
use packet_core::{Error, Level, Region};
use packet_protocols::craft::{self, Layers};
use packet_protocols::stack::{LayerKind, Next};
use std::borrow::Cow;
use std::ops::Range;

impl PacketBuf {
    /// Puts these layers around the packet: a tunnel.
    ///
    /// # Errors
    ///
    /// As those of [`Self::edit`].
    pub fn encapsulate(&mut self, around: Layers<'static>, keep: Keep) -> Result<(), ChangeError> {
        self.edit(keep, |layers| _ = layers.layers.splice(0..0, around.layers))
    }

    /// Takes the packet out of its outermost tunnel of that kind: `vxlan`, `gre`. What is in the tunnel begins with a frame of
    /// its own, or is carried by the link of the packet. Whether there was anything in such a tunnel.
    ///
    /// # Errors
    ///
    /// As those of [`Self::edit`].
    pub fn decapsulate(&mut self, key: &str, keep: Keep) -> Result<bool, ChangeError> {
        let (tunnel, inner, start) = {
            let packet = self.packet();
            let known = packet.known();
            let Some(tunnel) = known.kinds().position(|kind| kind.key() == key) else { return Ok(false) };
            let Some(inner) = known.kind(tunnel + 1) else { return Ok(false) };
            let start = known.kinds().position(|kind| kind.level() != Level::Link);
            (tunnel, inner, start.map_or(tunnel, |start| start.min(tunnel)))
        };
        if inner.level() != Level::Link && start > 0 {
            self.remove(start..tunnel + 1, keep)?;
            return Ok(true);
        }
        let (from, missing) = {
            let packet = self.packet();
            let Some(region) = packet.known().around(tunnel + 1) else { return Ok(false) };
            let from = region.offset() as usize;
            (from..from + region.bytes().len(), region.missing())
        };
        self.bytes.truncate(from.end);
        self.bytes.drain(..from.start);
        (self.first, self.missing) = (Target::Known(inner), missing);
        Ok(true)
    }

    /// Takes out all layers of that kind: `vlan`, `mpls`, or one of its registry; what they carry is carried by the layers below.
    /// How many there were.
    ///
    /// # Errors
    ///
    /// As those of [`Self::edit`], and where nothing that Pony knows is below a layer of a registry.
    pub fn strip(&mut self, key: &str, keep: Keep) -> Result<usize, ChangeError> {
        let count = self.packet().known().kinds().filter(|kind| kind.key() == key).count();
        if count > 0 {
            self.edit(keep, |layers| layers.layers.retain(|placed| placed.layer.kind().key() != key))?;
            return Ok(count);
        }
        if self.packet().added.iter().all(|layer| layer.key() != key) {
            return Ok(0);
        }
        let without = Without::of(&self.packet(), key);
        let Without { below, rest, next, count } =
            without.ok_or_else(|| ChangeError::NoLayer(format!("known layer below {key}")))?;
        let mut layers = self.layers_to_change(keep)?;
        layers.layers.truncate(below);
        match next.and_then(|kind| keep.read(kind, Region::new(&rest)).ok()) {
            Some(above) => {
                layers.layers.extend(above.layers);
                layers.payload = above.payload;
            }
            None => layers.payload = Cow::Borrowed(&rest),
        }
        (self.bytes, self.first) = written(layers)?;
        Ok(count)
    }
}

impl Keep {
    /// The layers of a packet, to be changed.
    pub(super) fn read<'a>(self, first: LayerKind, region: Region<'a>) -> Result<Layers<'a>, Error> {
        match self {
            Self::Right => craft::read_to_change(first, region),
            Self::AsTheyAre => craft::read(first, region),
        }
    }
}

/// What is left of a packet without the layers of its registry that have some key.
struct Without {
    /// How many known layers are below all layers of the registry.
    below: usize,
    /// What these carry then.
    rest: Vec<u8>,
    /// What that begins with, if Pony knows it.
    next: Option<LayerKind>,
    /// How many were taken out.
    count: usize,
}

impl Without {
    fn of(packet: &Packet<'_>, key: &str) -> Option<Self> {
        let taken: Vec<&Added<'_>> = packet.added.iter().filter(|layer| layer.key() == key).collect();
        let below = packet.added.first()?.known_below();
        let (Next::Opaque(carried) | Next::Layer(_, carried)) = packet.known().layer(below.checked_sub(1)?)?.next()
        else {
            return None;
        };
        let start = carried.offset() as usize;
        let (mut rest, mut from, mut first) = (Vec::new(), 0, start);
        for header in taken.iter().map(|layer| header(layer)) {
            rest.extend_from_slice(carried.bytes().get(from..header.start.checked_sub(start)?)?);
            from = header.end - start;
            if header.start == first {
                first = header.end;
            }
        }
        rest.extend_from_slice(carried.bytes().get(from..)?);
        let next = packet.known().around(below).filter(|around| around.offset() as usize == first);
        let next = next.and_then(|_| packet.known().kind(below));
        Some(Self { below, rest, next, count: taken.len() })
    }
}

/// The bytes of a layer that are not its payload.
fn header(layer: &Added<'_>) -> Range<usize> {
    let region = layer.region();
    let start = region.offset() as usize;
    start..layer.payload().map_or(start + region.bytes().len(), |payload| payload.offset() as usize)
}
