//! Packets changed: a field where it stands, or layers that come, go and grow.

use super::field::{FieldKind, each_field, number_at};
use super::value::Written;
use super::{Depth, FieldInput, FieldPath, Found, InputError, Packet, PacketBuf, Target};
use packet_core::craft::{EmitError, Packet as _, Placed};
use packet_core::{BitPlace, Error, FieldInfo, bits};
use packet_protocols::craft::{AnyLayer, Layers};
use packet_protocols::ethernet::ethernet_fields::TYPE_LEN;
use packet_protocols::net::EtherType;
use packet_protocols::stack::LayerKind;
use std::borrow::Cow;
use std::fmt;

/// What becomes of the lengths, keys and checksums of a packet that is changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Keep {
    /// Those that were right are right again, of all layers; those that were wrong stay as they are.
    #[default]
    Right,
    /// All stay as they are.
    AsTheyAre,
}

/// Why a packet can't be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeError {
    /// It has no such layer.
    NoLayer(String),
    /// The layer has no such field.
    NoField(FieldPath),
    /// The field can't have the value.
    Input(FieldPath, InputError),
    /// It can't be read as layers.
    Read(Error),
    /// What it should become can't be written.
    Write(EmitError),
}

impl fmt::Display for ChangeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLayer(layer) => write!(out, "the packet has no {layer}"),
            Self::NoField(path) => write!(out, "the packet has no {path}"),
            Self::Input(path, error) => write!(out, "the value of {path} {error}"),
            Self::Read(error) => error.fmt(out),
            Self::Write(error) => error.fmt(out),
        }
    }
}

impl std::error::Error for ChangeError {}

impl From<Error> for ChangeError {
    fn from(error: Error) -> Self {
        Self::Read(error)
    }
}

impl From<EmitError> for ChangeError {
    fn from(error: EmitError) -> Self {
        Self::Write(error)
    }
}

/// Bytes of a type, and of the priority and number that follow that of a tag, IEEE 802.1Q-2018 §9.3.
const TYPE: usize = 2;
const TAG: usize = 2;

/// A checksum that was right: the position of its layer, and its field.
type Right = (usize, &'static FieldInfo);

impl PacketBuf {
    /// Sets a field where it stands. Checksums that were right are right again with [`Keep::Right`], those of tunnels and of the
    /// addresses' pseudo-header too; lengths and keys say what they said.
    ///
    /// # Errors
    ///
    /// The packet has no such field, or it can't have the value. Then nothing was changed.
    pub fn set(&mut self, path: &FieldPath, value: &FieldInput, keep: Keep) -> Result<(), ChangeError> {
        let packet = self.packet();
        let found = locate(&packet, path)?;
        let written = value.for_field(&found).map_err(|error| ChangeError::Input(path.clone(), error))?;
        let right = match keep {
            Keep::Right => right(&packet, Some(found.place)),
            Keep::AsTheyAre => Vec::new(),
        };
        put(&mut self.bytes, &found, &written).ok_or_else(|| ChangeError::NoField(path.clone()))?;
        self.mend(&right);
        Ok(())
    }

    /// Writes fields anew where they stand: `change` is shown each with its bytes, and gives those to be there instead, as many.
    /// Fields that begin or end within a byte are not among them. How many were changed.
    pub fn rewrite(&mut self, keep: Keep, mut change: impl FnMut(&Found, &[u8]) -> Option<Vec<u8>>) -> usize {
        let packet = self.packet();
        let mut changes: Vec<(Found, Written)> = Vec::new();
        for layer in packet.layers() {
            each_field(&layer, &mut |_, field, place, value| {
                let found = Found { field, place, kind: FieldKind::of(field, &value) };
                if let Some(old) = bytes_of(packet.bytes(), place)
                    && let Some(new) = change(&found, old).filter(|new| new.len() == old.len() && new != old)
                {
                    changes.push((found, Written::Bytes(new)));
                }
            });
        }
        let right = match keep {
            Keep::Right if !changes.is_empty() => right(&packet, None),
            _ => Vec::new(),
        };
        for (found, written) in &changes {
            put(&mut self.bytes, found, written);
        }
        self.mend(&right);
        changes.len()
    }

    /// Has every checksum that can be computed be right; how many were not.
    pub fn fix_checksums(&mut self) -> usize {
        let wrong: Vec<Right> = {
            let checksums = self.packet().verify_checksums();
            checksums.iter().filter(|one| one.found != one.expected).map(|one| (one.layer, one.field)).collect()
        };
        self.mend(&wrong);
        wrong.len()
    }

    /// Has every checksum that can be computed be wrong, each by its lowest bit; how many there are.
    pub fn break_checksums(&mut self) -> usize {
        // An inner checksum is a part of what an outer one sums: from within outwards each is judged with those it sums.
        let all: Vec<Right> = self.packet().verify_checksums().iter().map(|one| (one.layer, one.field)).collect();
        for &right in all.iter().rev() {
            self.put_checksum(right, |expected| expected ^ 1);
        }
        all.len()
    }

    /// Changes its layers as values: lists, options and layers may be changed, added and taken away. With [`Keep::Right`],
    /// lengths, keys and checksums that were right are handed over as `Field::Auto`, so that they follow.
    ///
    /// # Errors
    ///
    /// The packet can't be read as layers, or what it should become can't be written. Then nothing was changed.
    pub fn edit(&mut self, keep: Keep, change: impl FnOnce(&mut Layers<'_>)) -> Result<(), ChangeError> {
        self.try_edit(keep, |layers| {
            change(layers);
            Ok(())
        })
    }

    /// Puts a layer before the one at a position among those that Pony knows, 0 for the outermost; behind the last, it is the
    /// new last one.
    ///
    /// # Errors
    ///
    /// As those of [`Self::edit`], and where there are fewer layers.
    pub fn insert(&mut self, at: usize, layer: impl Into<AnyLayer<'static>>, keep: Keep) -> Result<(), ChangeError> {
        let layer = layer.into();
        self.try_edit(keep, |layers| {
            if at > layers.layers.len() {
                return Err(no_layer(at));
            }
            layers.layers.insert(at, Placed { layer, behind: Cow::Borrowed(&[]) });
            Ok(())
        })
    }

    /// Puts a layer upon the last one, below what that carries.
    ///
    /// # Errors
    ///
    /// As those of [`Self::edit`].
    pub fn append(&mut self, layer: impl Into<AnyLayer<'static>>, keep: Keep) -> Result<(), ChangeError> {
        let layer = layer.into();
        self.edit(keep, |layers| layers.layers.push(Placed { layer, behind: Cow::Borrowed(&[]) }))
    }

    /// Takes out the layers of some positions: what they carry is carried by the one below.
    ///
    /// # Errors
    ///
    /// As those of [`Self::edit`], and where there are fewer layers, or none would be left.
    pub fn remove(&mut self, layers: std::ops::Range<usize>, keep: Keep) -> Result<(), ChangeError> {
        self.try_edit(keep, |packet| {
            if layers.end > packet.layers.len() || layers.start > layers.end {
                return Err(no_layer(layers.end.saturating_sub(1)));
            }
            packet.layers.drain(layers);
            Ok(())
        })
    }

    /// Puts a layer in the place of the one at a position.
    ///
    /// # Errors
    ///
    /// As those of [`Self::edit`], and where there are fewer layers.
    pub fn replace(&mut self, at: usize, layer: impl Into<AnyLayer<'static>>, keep: Keep) -> Result<(), ChangeError> {
        let layer = layer.into();
        self.try_edit(keep, |layers| {
            layers.layers.get_mut(at).ok_or_else(|| no_layer(at))?.layer = layer;
            Ok(())
        })
    }

    /// Puts a tag of a VLAN behind the addresses of its frame, whatever that carries, IEEE 802.1Q-2018 §9.3: the type that says
    /// so, `0x8100` for most, and the tag's 16 bits of priority and number.
    ///
    /// # Errors
    ///
    /// Its first layer is not Ethernet, or is not all there.
    pub fn push_tag(&mut self, ether_type: u16, tag: u16) -> Result<(), ChangeError> {
        let at = self.type_of_frame().ok_or_else(|| ChangeError::NoLayer("ethernet".to_owned()))?;
        let [type_high, type_low] = ether_type.to_be_bytes();
        let [high, low] = tag.to_be_bytes();
        self.bytes.splice(at..at, [type_high, type_low, high, low]);
        Ok(())
    }

    /// Takes the outermost tag of a VLAN out of its frame; its 16 bits, if there is one.
    pub fn pop_tag(&mut self) -> Option<u16> {
        let at = self.type_of_frame()?;
        let word = |at: usize| self.bytes.get(at..)?.first_chunk().copied().map(u16::from_be_bytes);
        let kind = EtherType(word(at)?);
        let is_tag = matches!(kind, EtherType::VLAN | EtherType::QINQ | EtherType::QINQ_9100);
        let tag = word(at + TYPE).filter(|_| is_tag)?;
        self.bytes.drain(at..at + TYPE + TAG);
        Some(tag)
    }

    /// Where the frame of Ethernet that it begins with says its type or length.
    fn type_of_frame(&self) -> Option<usize> {
        let packet = self.packet_to(Depth::Layers(1));
        let first = packet.known().place(0).filter(|place| place.kind == LayerKind::Ethernet);
        first.and_then(|_| place_of(&packet, 0, &TYPE_LEN)).map(|place| place.start as usize / 8)
    }

    fn try_edit(
        &mut self,
        keep: Keep,
        change: impl FnOnce(&mut Layers<'_>) -> Result<(), ChangeError>,
    ) -> Result<(), ChangeError> {
        let mut layers = self.layers_to_change(keep)?;
        change(&mut layers)?;
        (self.bytes, self.first) = written(layers)?;
        Ok(())
    }

    /// Its layers as values.
    pub(super) fn layers_to_change(&self, keep: Keep) -> Result<Layers<'_>, ChangeError> {
        let first = self.first().ok_or_else(|| ChangeError::NoLayer("known layer at its start".to_owned()))?;
        Ok(keep.read(first, self.region())?)
    }

    /// Has checksums be what they should be, from within outwards, since outer ones sum inner ones.
    fn mend(&mut self, checksums: &[Right]) {
        for &checksum in checksums.iter().rev() {
            self.put_checksum(checksum, |expected| expected);
        }
    }

    /// Writes a checksum, by what it should be; whether it is there.
    fn put_checksum(&mut self, (layer, field): Right, value: impl FnOnce(u64) -> u64) -> Option<()> {
        let packet = self.packet();
        let expected = {
            let mut expected = None;
            packet.checksums_of(|position| position == layer, &mut |one| {
                if one.field == field {
                    expected = Some(one.expected);
                }
            });
            expected?
        };
        let place = place_of(&packet, layer, field)?;
        put_number(&mut self.bytes, place, field, value(expected).into())
    }
}

/// The bytes of these layers, and what the first one is.
pub(super) fn written(layers: Layers<'_>) -> Result<(Vec<u8>, Target), ChangeError> {
    let first = layers.layers.first().ok_or_else(|| no_layer(0))?.layer.kind();
    Ok((layers.to_vec()?, Target::Known(first)))
}

/// The field of a path; what is missing where there is none.
fn locate(packet: &Packet<'_>, path: &FieldPath) -> Result<Found, ChangeError> {
    let missing = || match packet.layer_of(path) {
        Some(_) => ChangeError::NoField(path.clone()),
        None if path.nth() == 0 => ChangeError::NoLayer(path.layer().to_owned()),
        None => ChangeError::NoLayer(format!("{}[{}]", path.layer(), path.nth())),
    };
    packet.find(path).ok_or_else(missing)
}

/// The checksums that are right, but for one that stands at that place.
fn right(packet: &Packet<'_>, but: Option<BitPlace>) -> Vec<Right> {
    let checksums = packet.verify_checksums().into_iter().filter(|one| one.found == one.expected);
    let others = checksums.filter(|one| but.is_none_or(|but| place_of(packet, one.layer, one.field) != Some(but)));
    others.map(|one| (one.layer, one.field)).collect()
}

/// Where a field of the layer of that position stands.
fn place_of(packet: &Packet<'_>, layer: usize, field: &'static FieldInfo) -> Option<BitPlace> {
    let mut found = None;
    each_field(&packet.layers().nth(layer)?, &mut |_, one, place, _| {
        if one == field {
            found.get_or_insert(place);
        }
    });
    found
}

/// The bytes of a field that consists of whole ones.
fn bytes_of(data: &[u8], place: BitPlace) -> Option<&[u8]> {
    let (start, end) = (place.start as usize, place.start as usize + place.bits as usize);
    data.get(start / 8..end / 8).filter(|_| start % 8 == 0 && end % 8 == 0 && place.bits > 0)
}

impl Packet<'_> {
    /// Whether a field is there and has a value.
    ///
    /// # Errors
    ///
    /// It is there, and can't have the value.
    pub fn has(&self, path: &FieldPath, value: &FieldInput) -> Result<bool, InputError> {
        let Some(found) = self.find(path) else { return Ok(false) };
        Ok(match value.for_field(&found) {
            Ok(Written::Bytes(bytes)) => bytes_of(self.bytes(), found.place) == Some(&bytes),
            Ok(Written::Number(number)) => {
                let whole = number_at(self.bytes(), found.place, found.field);
                let own = whole.map(|whole| match found.kind {
                    FieldKind::Flag(flag) => flag.of(whole),
                    _ => whole,
                });
                own == Some(number)
            }
            // A value that is too wide or too long for this packet's field is another one.
            Err(InputError::Length { .. } | InputError::TooWide { .. } | InputError::NoMultiple { .. }) => false,
            Err(error) => return Err(error),
        })
    }
}

fn put(data: &mut [u8], found: &Found, written: &Written) -> Option<()> {
    match written {
        Written::Number(number) => {
            let whole = match found.kind {
                FieldKind::Flag(flag) => {
                    let own = flag.of(u128::MAX) << flag.shift;
                    number_at(data, found.place, found.field)? & !own | number << flag.shift
                }
                _ => *number,
            };
            put_number(data, found.place, found.field, whole)
        }
        Written::Bytes(bytes) => {
            let start = found.place.start as usize / 8;
            data.get_mut(start..start + bytes.len())?.copy_from_slice(bytes);
            Some(())
        }
    }
}

fn put_number(data: &mut [u8], place: BitPlace, field: &FieldInfo, number: u128) -> Option<()> {
    let write = if field.little { bits::write_le } else { bits::write };
    write(data, place.start as usize, place.bits, number).then_some(())
}

fn no_layer(at: usize) -> ChangeError {
    ChangeError::NoLayer(format!("layer of number {at}"))
}
