//! Metafields whose bits stand in the fields of layers.

use super::Packet;
use crate::stack::{Layer, LayerKind};
use core::fmt;
use packet_core::{
    BitPlace, Derived, Error, FieldInfo, FieldValue, FieldVisitor, Fields, Group, Region, bits, checksum,
};

/// Where the bits of a metafield stand, and what must stay right when they are set.
pub(super) struct Carried {
    /// By the layers that carry it, the most specific first.
    pub(super) carriers: &'static [Carrier],
    /// What is kept right.
    pub(super) keeps: &'static [Keep],
    /// How many bits it has.
    pub(super) bits: u32,
}

/// Where the bits of a metafield stand in layers upon each other.
pub(super) struct Carrier {
    /// The layers: their kinds, and their forms where only one will do.
    pub(super) stack: &'static [(LayerKind, Option<Form>)],
    /// Where which bits are.
    pub(super) pieces: &'static [Piece],
}

/// Tells whether a layer has some form.
type Form = fn(&Layer<'_>) -> bool;

/// Some bits of a metafield in some bits of a field.
pub(super) struct Piece {
    /// The layer's position among those that carry the metafield.
    pub(super) layer: usize,
    /// The field.
    pub(super) field: Spot,
    /// Lowest bit in the field.
    pub(super) field_shift: u32,
    /// Lowest bit in the metafield.
    pub(super) tag_shift: u32,
    /// How many bits.
    pub(super) bits: u32,
}

/// A number in a layer.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    /// The field.
    pub(super) field: &'static FieldInfo,
    /// Its first bit and its width, where these are the same in every such layer.
    pub(super) fixed: Option<(u32, u32)>,
    /// The least significant byte comes first.
    pub(super) little: bool,
}

/// What stays right when a metafield is set.
pub(super) struct Keep {
    /// The layer of the checksum.
    pub(super) layer: LayerKind,
    /// The checksum.
    pub(super) checksum: Spot,
    /// What absorbs the difference.
    pub(super) by: Absorber,
}

/// Sixteen bits that absorb the difference of a checksum.
#[allow(dead_code, reason = "definitions decide which of them there are")]
pub(super) enum Absorber {
    /// A field of the layer.
    Field(Spot),
    /// Bytes of its payload, from this one on.
    Payload(u32),
}

/// A number in the packet.
#[derive(Clone, Copy)]
struct Number {
    first: usize,
    width: u32,
    little: bool,
}

impl Number {
    fn read(self, data: &[u8]) -> Option<u128> {
        let read = if self.little { bits::read_le } else { bits::read };
        read(data, self.first, self.width)
    }

    fn write(self, data: &mut [u8], value: u128) -> Option<()> {
        let write = if self.little { bits::write_le } else { bits::write };
        write(data, self.first, self.width, value).then_some(())
    }
}

const fn mask(bits: u32) -> u128 {
    match 1_u128.checked_shl(bits) {
        Some(above) => above - 1,
        None => u128::MAX,
    }
}

impl Packet<'_> {
    /// The value of a metafield, where some layers carry it.
    pub(super) fn carried(&self, meta: &Carried) -> Option<u128> {
        let (carrier, start) = self.carrier(meta)?;
        let mut value = 0;
        for piece in carrier.pieces {
            let number = self.number(start + piece.layer, piece.field)?.read(self.region().bytes())?;
            value |= (number >> piece.field_shift & mask(piece.bits)) << piece.tag_shift;
        }
        Some(value)
    }

    /// The layers that carry a metafield, by the position of their first.
    fn carrier(&self, meta: &Carried) -> Option<(&'static Carrier, usize)> {
        meta.carriers.iter().find_map(|carrier| {
            let fits = |start: &usize| {
                (*start..).zip(carrier.stack).all(|(index, part)| {
                    (index == *start || self.lies_upon(index) == index.checked_sub(1)) && self.is(index, part)
                })
            };
            Some((carrier, self.indices().find(fits)?))
        })
    }

    /// What a layer stands upon; the one that could not be read counts as the last.
    fn lies_upon(&self, index: usize) -> Option<usize> {
        if index == self.count { Some(self.begun?.parent) } else { self.parent(index) }
    }

    fn is(&self, index: usize, (kind, form): &(LayerKind, Option<Form>)) -> bool {
        match self.layer(index) {
            Some(layer) => layer.kind() == *kind && form.is_none_or(|form| form(&layer)),
            None => {
                index == self.count && form.is_none() && self.begun.as_ref().is_some_and(|begun| begun.kind == *kind)
            }
        }
    }

    /// Where a number of a layer is.
    fn number(&self, index: usize, spot: Spot) -> Option<Number> {
        let little = spot.little;
        let Some(layer) = self.layer(index) else {
            let (begun, (first, width)) = (self.begun.filter(|_| index == self.count)?, spot.fixed?);
            let known = begun.known().len() * 8;
            let first = first as usize;
            let offset = begun.region.offset() as usize * 8;
            return (first + width as usize <= known).then_some(Number { first: offset + first, width, little });
        };
        let (first, width) = match spot.fixed {
            Some((first, width)) => (layer.region().offset() as usize * 8 + first as usize, width),
            None => {
                let place = find(&layer, spot.field)?;
                (place.start as usize, place.bits)
            }
        };
        Some(Number { first, width, little })
    }

    /// What a derived field of a layer is and should be, where that is known.
    fn derived(&self, index: usize, field: &'static FieldInfo) -> Option<Derived> {
        let mut found = None;
        self.layer(index)?.derived(&self.below(index), &mut |derived| {
            if derived.field == field {
                found = Some(derived);
            }
        });
        found
    }
}

/// Finds a field of a layer itself.
struct Finder {
    field: &'static FieldInfo,
    depth: usize,
    /// Within a struct or list, which was entered at that depth.
    within: Option<usize>,
    found: Option<BitPlace>,
    payload: Option<u32>,
}

impl FieldVisitor for Finder {
    fn value(&mut self, field: &'static FieldInfo, place: BitPlace, value: FieldValue<'_>) {
        if self.within.is_some() {
            return;
        }
        if let FieldValue::Payload(region) = value {
            self.payload.get_or_insert(region.offset());
        }
        if field == self.field {
            self.found.get_or_insert(place);
        }
    }

    fn enter(&mut self, group: Group) {
        if !matches!(group, Group::Variant(_)) && self.within.is_none() {
            self.within = Some(self.depth);
        }
        self.depth += 1;
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.within = self.within.filter(|&depth| depth < self.depth);
    }

    fn error(&mut self, _: &Error) {}
}

fn finder(layer: &Layer<'_>, field: &'static FieldInfo) -> Finder {
    let mut finder = Finder { field, depth: 0, within: None, found: None, payload: None };
    layer.fields(&mut finder);
    finder
}

/// Where a field of a layer stands.
fn find(layer: &Layer<'_>, field: &'static FieldInfo) -> Option<BitPlace> {
    finder(layer, field).found
}

/// Why a metafield can't be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetaError {
    /// The packet can't be read.
    Unreadable(Error),
    /// The value has more bits than the metafield.
    TooWide,
    /// The packet has none of the stacks that carry it.
    NoCarrier,
    /// What should absorb the difference of this checksum is not in the packet.
    NoRoom(&'static FieldInfo),
}

impl fmt::Display for MetaError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(out, "{error}"),
            Self::TooWide => out.write_str("the value has more bits than the metafield"),
            Self::NoCarrier => out.write_str("no layers of the packet carry the metafield"),
            Self::NoRoom(checksum) => write!(out, "the packet has no room for the bytes that keep {checksum} right"),
        }
    }
}

impl core::error::Error for MetaError {}

impl From<Error> for MetaError {
    fn from(error: Error) -> Self {
        Self::Unreadable(error)
    }
}

/// A packet whose metafields can be set.
///
/// Fields of its layers are set by the views of these, such as [`UdpMut`](crate::udp::UdpMut).
#[derive(Debug)]
pub struct PacketMut<'a> {
    kind: LayerKind,
    bytes: &'a mut [u8],
}

/// As many layers as carry a metafield, and as many derived fields as each of them has.
const MOST_CARRYING: usize = 8;

/// Which derived fields were right, by the position of their layer and their own in it.
type Right = [[Option<&'static FieldInfo>; MOST_CARRYING]; MOST_CARRYING];

impl<'a> PacketMut<'a> {
    /// The bytes of a packet that begins with a layer of that kind.
    pub fn new(kind: LayerKind, bytes: &'a mut [u8]) -> Self {
        Self { kind, bytes }
    }

    /// Reads it, as it is now.
    ///
    /// # Errors
    ///
    /// The first layer can't be read.
    pub fn as_packet(&self) -> Result<Packet<'_>, Error> {
        Packet::parse(self.kind, Region::new(self.bytes))
    }

    /// Sets a metafield, and leaves right what is to be kept right, and every checksum of these layers that was right.
    pub(super) fn carry(&mut self, meta: &Carried, value: u128) -> Result<(), MetaError> {
        if value & !mask(meta.bits) != 0 {
            return Err(MetaError::TooWide);
        }
        let packet = self.as_packet()?;
        let (carrier, start) = packet.carrier(meta).ok_or(MetaError::NoCarrier)?;
        let right = right(&packet, carrier, start);
        for piece in carrier.pieces {
            self.put(start, piece, value).ok_or(MetaError::NoCarrier)?;
        }
        for keep in meta.keeps {
            let Some(at) = carrier.stack.iter().position(|(kind, _)| *kind == keep.layer) else { continue };
            let field = keep.checksum.field;
            let was_right = right.get(at).into_iter().flatten().flatten().any(|one| *one == field);
            // A checksum that was wrong, or not in use, has nothing to be kept; one that carries bits has.
            if was_right || carrier.pieces.iter().any(|piece| piece.field.field == field) {
                self.absorb(start + at, keep)?;
            }
        }
        for (at, (kind, _)) in carrier.stack.iter().enumerate() {
            for field in right.get(at).into_iter().flatten().flatten() {
                if !meta.keeps.iter().any(|keep| keep.layer == *kind && keep.checksum.field == *field) {
                    self.derive_again(start + at, field);
                }
            }
        }
        Ok(())
    }

    fn put(&mut self, start: usize, piece: &Piece, value: u128) -> Option<()> {
        let number = self.as_packet().ok()?.number(start + piece.layer, piece.field)?;
        let old = number.read(self.bytes)?;
        let bits = value >> piece.tag_shift & mask(piece.bits);
        let new = old & !(mask(piece.bits) << piece.field_shift) | bits << piece.field_shift;
        number.write(self.bytes, new)
    }

    /// Writes what a derived field should be.
    fn derive_again(&mut self, layer: usize, field: &'static FieldInfo) -> Option<()> {
        let packet = self.as_packet().ok()?;
        let derived = packet.derived(layer, field).filter(|derived| derived.found != derived.expected)?;
        let number = packet.number(layer, Spot { field, fixed: None, little: derived.little })?;
        number.write(self.bytes, derived.expected.into())
    }

    /// Changes two bytes so that a checksum is right as it stands: the arithmetic of
    /// [RFC 1624](https://www.rfc-editor.org/rfc/rfc1624).
    fn absorb(&mut self, layer: usize, keep: &Keep) -> Result<(), MetaError> {
        let field = keep.checksum.field;
        let packet = self.as_packet()?;
        let Some(derived) = packet.derived(layer, field).filter(|derived| derived.found != derived.expected) else {
            return Ok(());
        };
        let place = packet.absorber(layer, &keep.by).ok_or(MetaError::NoRoom(field))?;
        let start = packet.place(layer).map_or(0, |place| place.stretch.start()) as usize;
        let old = place.read(self.bytes).ok_or(MetaError::NoRoom(field))? as u16;
        // The sum runs over pairs of bytes from the layer's start; a word that lies across two pairs counts turned around.
        let turned = !(place.first / 8).abs_diff(start).is_multiple_of(2);
        let turn = |word: u16| if turned { word.swap_bytes() } else { word };
        let new = checksum::absorbed(turn(old), derived.expected as u16, derived.found as u16);
        place.write(self.bytes, turn(new).into()).ok_or(MetaError::NoRoom(field))
    }
}

impl Packet<'_> {
    /// Where sixteen bits are that absorb a difference.
    fn absorber(&self, index: usize, by: &Absorber) -> Option<Number> {
        match by {
            Absorber::Field(spot) => self.number(index, *spot),
            Absorber::Payload(byte) => {
                let layer = self.layer(index)?;
                let region = layer.region();
                let end = region.offset() as usize + region.bytes().len();
                let start = finder(&layer, &NO_FIELD).payload? as usize + *byte as usize;
                (start + 2 <= end).then_some(Number { first: start * 8, width: 16, little: false })
            }
        }
    }
}

/// No field of any layer.
static NO_FIELD: FieldInfo = FieldInfo::new("", "");

/// The derived fields of the layers that carry a metafield that are as they should be.
fn right(packet: &Packet<'_>, carrier: &Carrier, start: usize) -> Right {
    let mut right = [[None; MOST_CARRYING]; MOST_CARRYING];
    for (at, (fields, _)) in right.iter_mut().zip(carrier.stack).enumerate() {
        let Some(layer) = packet.layer(start + at) else { continue };
        let mut free = fields.iter_mut();
        layer.derived(&packet.below(start + at), &mut |derived| {
            if derived.found == derived.expected
                && let Some(place) = free.next()
            {
                *place = Some(derived.field);
            }
        });
    }
    right
}
