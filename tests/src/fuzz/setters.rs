//! Every field that can be set where it stands, set to any value.

use packet_core::bits;
use packet_core::craft::{Random as _, SplitMix};
use packet_core::{BitPlace, CompositeInfo, Error, FieldInfo, FieldValue, FieldVisitor, Group, Region, SetterInfo};
use packet_protocols::COMPOSITES;

/// The composite of that name, which can be read alone.
fn composite(name: &str) -> Option<&'static CompositeInfo> {
    COMPOSITES.iter().copied().flatten().find(|composite| composite.name == name)
}

/// Sets each field of a composite of that name to a value by chance, one after the other, in bytes as they are: how many were
/// set.
///
/// # Panics
///
/// Something panics, a bit changes that is none of the field's, or something else is read back.
pub fn set_each(name: &str, packet: &[u8]) -> usize {
    let Some(composite) = composite(name) else { return 0 };
    let mut before = Seen::default();
    if (composite.read)(Region::new(packet), &mut before).is_err() {
        return 0;
    }
    let mut setters: &[SetterInfo] = &[];
    let mut copy = packet.to_vec();
    (composite.edit)(&mut copy, &mut |fields| setters = fields.setters()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(copy, packet, "nothing is set");
    let seed = packet.iter().fold(packet.len() as u64, |seed, byte| seed.wrapping_mul(31).wrapping_add((*byte).into()));
    let mut chance = SplitMix::new(seed);
    for (at, setter) in setters.iter().enumerate() {
        // Of fields of one name, in forms of which one is there, each has a setter.
        let alone = setters.iter().filter(|other| other.field == setter.field).count() == 1;
        let octets: Vec<u8> = (0..setter.bits.div_ceil(8)).map(|_| chance.draw(8) as u8).collect();
        set(composite, packet, &before, (at, setter, alone), &octets);
    }
    setters.len()
}

/// Sets one field.
fn set(
    composite: &CompositeInfo,
    packet: &[u8],
    before: &Seen,
    (at, setter, alone): (usize, &SetterInfo, bool),
    octets: &[u8],
) {
    let (mut bytes, mut after) = (packet.to_vec(), Seen::default());
    let edited = (composite.edit)(&mut bytes, &mut |fields| {
        fields.set(at, octets);
        if fields.read_again(&mut after).is_err() {
            after.fields.clear();
        }
    });
    assert!(edited.is_ok(), "what was read is read again");
    let field = setter.field;
    let places: Vec<BitPlace> = before.of(field).map(|(place, _)| place).collect();
    for (byte, (old, new)) in packet.iter().zip(&bytes).enumerate() {
        for bit in (0..8).filter(|bit| (old ^ new) >> (7 - bit) & 1 != 0) {
            let at = byte as u64 * 8 + bit;
            let own = places
                .iter()
                .any(|place| (u64::from(place.start)..u64::from(place.start) + u64::from(place.bits)).contains(&at));
            assert!(own, "bit {at} is none of {field} in {packet:02x?}, set to {octets:02x?}: {bytes:02x?}");
        }
    }
    if bytes == packet && !alone {
        return;
    }
    for (place, value) in after.of(field).filter(|(place, _)| places.contains(place) && place.bits == setter.bits) {
        let same = match value {
            Value::Octets(read) => read == octets,
            Value::Number(number) => {
                let wanted = number_of(octets, place.bits);
                let turned: Vec<u8> = octets.iter().rev().copied().collect();
                // What counts units of more than one is shown in ones.
                *number == wanted
                    || bits::read(&bytes, place.start as usize, place.bits) == Some(wanted)
                    // With that value the packet may be of another form, which has the other order of bytes.
                    || !alone && *number == number_of(&turned, place.bits)
            }
            Value::Other => true,
        };
        assert!(same, "{field} reads as {value:?} in {packet:02x?}, set to {octets:02x?}: {bytes:02x?}");
    }
}

/// So many bits of a number.
fn number_of(octets: &[u8], width: u32) -> u128 {
    let number = octets.iter().fold(0_u128, |number, octet| number << 8 | u128::from(*octet));
    if width < 128 { number & ((1 << width) - 1) } else { number }
}

/// A value that was read.
#[derive(Debug)]
enum Value {
    Number(u128),
    Octets(Vec<u8>),
    /// Of these no more is known.
    Other,
}

/// The fields that a composite itself has.
#[derive(Default)]
struct Seen {
    fields: Vec<(&'static FieldInfo, BitPlace, Value)>,
    /// Whether each group that is open is another composite.
    open: Vec<bool>,
}

impl Seen {
    fn of<'s>(&'s self, field: &'s FieldInfo) -> impl Iterator<Item = (BitPlace, &'s Value)> {
        self.fields.iter().filter(move |(other, ..)| *other == field).map(|(_, place, value)| (*place, value))
    }
}

impl FieldVisitor for Seen {
    fn value(&mut self, field: &'static FieldInfo, place: BitPlace, value: FieldValue<'_>) {
        if self.open.contains(&true) {
            return;
        }
        let mask = |number: u128| if place.bits < 128 { number & ((1 << place.bits) - 1) } else { number };
        let value = match value {
            FieldValue::Number(number) | FieldValue::Named(number, _) | FieldValue::Flags(number, _) => {
                Value::Number(number)
            }
            FieldValue::Signed(number) => Value::Number(mask(number as u128)),
            FieldValue::Bool(truth) => Value::Number(truth.into()),
            FieldValue::Ipv4(address) => Value::Number(u32::from(address).into()),
            FieldValue::Ipv6(address) => Value::Number(address.into()),
            FieldValue::Mac(address) => Value::Number(u64::from(address).into()),
            FieldValue::Bytes(bytes) | FieldValue::Text(bytes) => Value::Octets(bytes.to_vec()),
            FieldValue::Float(_) | FieldValue::Decoded(_) | FieldValue::Payload(_) => Value::Other,
        };
        self.fields.push((field, place, value));
    }

    fn enter(&mut self, group: Group) {
        self.open.push(!matches!(group, Group::Variant(_)));
    }

    fn leave(&mut self) {
        self.open.pop();
    }

    fn error(&mut self, _: &Error) {}
}
