//! The value of a packet: what a builder makes bytes of, and what a reading is turned into.
//!
//! A value is *sparse* where somebody wrote it down: it says what is known, in any order, and the builder finds arms, tags,
//! lengths and defaults. It is *whole* where it comes from a reading: its parts are everything that was there, in the order
//! of the wire, the bytes that no field claims included.

use crate::model::{CompositeId, FieldId, Schema};

/// A packet: its layers, and what stands at its outermost level.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PacketValue {
    /// All layers. A layer's position here is how payloads refer to it; each must be referred to at most once.
    pub layers: Vec<LayerValue>,
    /// The outermost layer, layers behind it, and bytes that belong to none.
    pub top: Vec<PayloadPart>,
}

/// A layer and what it carries.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerValue {
    /// Its fields.
    pub body: CompositeValue,
    /// What its payload holds, whichever of its fields that is. A [`Data::Payload`] set for a field comes first.
    pub payload: Vec<PayloadPart>,
}

/// A piece of a payload.
#[derive(Clone, Debug, PartialEq)]
pub enum PayloadPart {
    /// A layer of the packet, by its position.
    Layer(u32),
    /// Bytes that are no layer.
    Bytes(Bits),
}

/// The value of a layer or a struct.
#[derive(Clone, Debug, PartialEq)]
pub struct CompositeValue {
    /// Which.
    pub composite: CompositeId,
    /// Its parts are all there is, in the order of the wire: nothing is added, and no arm is chosen.
    pub whole: bool,
    /// What is said of it.
    pub parts: Vec<Part>,
}

/// A part of a composite's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// A field. In a sparse value, fields of exclusive arms that share a name are all listed; the arm taken decides.
    Field(FieldId, FieldValue),
    /// A named arm, by its position in the composite's variants: in a sparse value the arm to take, in a whole one its start.
    Variant(u32),
    /// In a whole value, the end of the arm begun last.
    End,
    /// Bits of a region that no field took.
    Padding(Option<FieldId>, Bits),
    /// Bits of a field or an arm that could not be read.
    Spoiled(Option<FieldId>, Bits),
}

/// The three states of a field.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum FieldValue {
    /// Derived, or its constant, or its default.
    #[default]
    Auto,
    /// This value. It must fit the field, and the field's constant and checks hold for it.
    Set(Data),
    /// These bits, valid or not. A number's bits come most significant first whatever the field's byte order.
    Raw(Bits),
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// A number, after `scale`; a boolean is 0 or 1; an enum or flags its number.
    Uint(u128),
    /// A number that may be negative, after `scale`.
    Int(i128),
    /// A number with a fraction.
    Float(f64),
    /// Bytes, or text in the field's encoding; for a codec that yields a name or bytes, these.
    Bytes(Vec<u8>),
    /// The elements of a list.
    List(Vec<Element>),
    /// A struct.
    Composite(CompositeValue),
    /// What a payload holds.
    Payload(Vec<PayloadPart>),
    /// A value behind a length or count that is not the one that would be derived: the bits of that prefix.
    Prefixed(Bits, Box<Data>),
}

/// An element of a list.
#[derive(Clone, Debug, PartialEq)]
pub enum Element {
    /// A value.
    Value(FieldValue),
    /// Bits between or behind the elements that are none.
    Spoiled(Bits),
}

/// Bits, the first at the most significant place of the first byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    bytes: Vec<u8>,
    len: u64,
}

impl Data {
    fn derive_all(&mut self, schema: &Schema) {
        match self {
            Self::Composite(body) => body.derive_all(schema),
            Self::List(elements) => {
                for element in elements {
                    if let Element::Value(FieldValue::Set(data)) = element {
                        data.derive_all(schema);
                    }
                }
            }
            Self::Prefixed(_, data) => {
                data.derive_all(schema);
                let behind = std::mem::replace(data.as_mut(), Self::Uint(0));
                *self = behind;
            }
            Self::Uint(_) | Self::Int(_) | Self::Float(_) | Self::Bytes(_) | Self::Payload(_) => {}
        }
    }
}

impl Bits {
    /// Whole bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec(), len: bytes.len() as u64 * 8 }
    }

    /// The low `bits` bits of a number, at most 128, the most significant first. `None` if the number needs more.
    #[must_use]
    pub fn from_uint(value: u128, bits: u32) -> Option<Self> {
        let mut bytes = vec![0; bits.div_ceil(8) as usize];
        let fits = bits == 0 && value == 0 || packet_core::bits::write(&mut bytes, 0, bits, value);
        fits.then(|| Self { bytes, len: u64::from(bits) })
    }

    /// The bits of `data` from one up to another, exclusive; what lies behind its end is left out.
    #[must_use]
    pub fn of(data: &[u8], from: u64, to: u64) -> Self {
        let to = to.min(data.len() as u64 * 8);
        let len = to.saturating_sub(from);
        let (first, skip) = ((from / 8) as usize, (from % 8) as u32);
        let window = data.get(first..to.div_ceil(8) as usize).unwrap_or_default();
        let mut bytes: Vec<u8> = match skip {
            0 => window.to_vec(),
            _ => (0..window.len())
                .map(|at| {
                    let next = window.get(at + 1).copied().unwrap_or_default();
                    window[at] << skip | next >> (8 - skip)
                })
                .collect(),
        };
        bytes.truncate(len.div_ceil(8) as usize);
        if let (Some(last), used @ 1..) = (bytes.last_mut(), len % 8) {
            *last &= 0xff << (8 - used);
        }
        Self { bytes, len }
    }

    /// How many bits.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes; bits of the last one behind the end are zero.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// As a number, where there are at most 128.
    #[must_use]
    pub fn uint(&self) -> Option<u128> {
        match u32::try_from(self.len).ok()? {
            0 => Some(0),
            bits => packet_core::bits::read(&self.bytes, 0, bits),
        }
    }
}

impl PacketValue {
    /// Puts a layer upon the last one, or at the bottom where there is none.
    pub fn push(&mut self, body: CompositeValue) {
        let part = PayloadPart::Layer(self.layers.len() as u32);
        self.content_of_last().push(part);
        self.layers.push(LayerValue { body, payload: Vec::new() });
    }

    /// Puts bytes upon the last layer.
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        self.content_of_last().push(PayloadPart::Bytes(Bits::from_bytes(bytes)));
    }

    /// Has every field derived that can be, whatever was read or set.
    ///
    /// A packet that is right builds as before. What differs then is a field whose derivation does not give what the
    /// packet has.
    pub fn derive_all(&mut self, schema: &Schema) {
        for layer in &mut self.layers {
            layer.body.derive_all(schema);
        }
    }

    fn content_of_last(&mut self) -> &mut Vec<PayloadPart> {
        match self.layers.last_mut() {
            Some(layer) => &mut layer.payload,
            None => &mut self.top,
        }
    }
}

impl CompositeValue {
    /// A value of which nothing is said yet.
    #[must_use]
    pub fn new(composite: CompositeId) -> Self {
        Self { composite, whole: false, parts: Vec::new() }
    }

    /// What is said of a field.
    #[must_use]
    pub fn field(&self, field: FieldId) -> Option<&FieldValue> {
        self.parts.iter().find_map(|part| match part {
            Part::Field(id, value) if *id == field => Some(value),
            Part::Field(..) | Part::Variant(_) | Part::End | Part::Padding(..) | Part::Spoiled(..) => None,
        })
    }

    /// Says something of a field, in place of what was said before. A whole value that does not have the field becomes
    /// sparse: the builder finds out anew what it consists of.
    pub fn set(&mut self, field: FieldId, value: FieldValue) {
        let known = self.parts.iter_mut().find_map(|part| match part {
            Part::Field(id, value) if *id == field => Some(value),
            Part::Field(..) | Part::Variant(_) | Part::End | Part::Padding(..) | Part::Spoiled(..) => None,
        });
        match known {
            Some(place) => *place = value,
            None => {
                self.loosen();
                self.parts.push(Part::Field(field, value));
            }
        }
    }

    /// Drops what only a whole value has: bytes that no field claims, and the order.
    pub fn loosen(&mut self) {
        if self.whole {
            self.whole = false;
            self.parts.retain(|part| matches!(part, Part::Field(..) | Part::Variant(_)));
        }
    }

    fn derive_all(&mut self, schema: &Schema) {
        for part in &mut self.parts {
            if let Part::Field(field, value) = part {
                if schema[*field].auto.is_some() {
                    *value = FieldValue::Auto;
                } else if let FieldValue::Set(data) = value {
                    data.derive_all(schema);
                }
            }
        }
    }

    /// The named arms it is in.
    pub fn variants(&self) -> impl Iterator<Item = u32> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variant(variant) => Some(*variant),
            Part::Field(..) | Part::End | Part::Padding(..) | Part::Spoiled(..) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_cut_at_any_place() {
        let data = [0b1010_0110, 0b1100_0011];
        assert_eq!(Bits::of(&data, 3, 9), Bits { bytes: vec![0b0011_0100], len: 6 });
        assert_eq!(Bits::of(&data, 3, 9).uint(), Some(0b00_1101));
        assert_eq!(Bits::of(&data, 0, 16), Bits::from_bytes(&data));
        assert_eq!(Bits::of(&data, 12, 99), Bits { bytes: vec![0b0011_0000], len: 4 });
        assert!(Bits::of(&data, 16, 24).is_empty());
        assert!(Bits::of(&data, 99, 24).is_empty());
    }

    #[test]
    fn a_number_that_does_not_fit_has_no_bits() {
        assert_eq!(Bits::from_uint(5, 3), Some(Bits { bytes: vec![0b1010_0000], len: 3 }));
        assert_eq!(Bits::from_uint(8, 3), None);
        assert_eq!(Bits::from_uint(0, 0), Some(Bits::default()));
    }
}
