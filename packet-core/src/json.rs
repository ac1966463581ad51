//! Fields for serde, whatever protocol they are of: the objects that `pony dissect --json` prints; and values of packets, in
//! both directions.

use crate::{
    BitPlace, Error, FieldInfo, FieldValue, FieldVisitor, Fields, FlagInfo, Form, Group, MacAddr, Region, Text, text,
};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
pub use serde_core::de::MapAccess;
pub use serde_core::ser::SerializeMap;
use serde_core::ser::SerializeSeq;
pub use serde_core::{Deserialize, Deserializer, Serialize, Serializer};
pub use shared::{
    Entries, Heard, Plain, Shared, Told, Words, hear_flags, hear_object, plain_name, tell_flags, tell_member,
    tell_object, unknown,
};

mod layers;
mod shared;

/// Serialises fields as an object: structs and named arms as objects within it, lists as arrays, numbers as numbers, flags as
/// objects of their names, addresses and text as text, and bytes as hexadecimal digits. A payload in which another layer is
/// known is left out, and so is what could not be read.
///
/// # Errors
///
/// Those of the serializer.
pub fn serialize_fields<S: Serializer>(fields: &dyn Fields, serializer: S) -> Result<S::Ok, S::Error> {
    let mut seen = Seen { events: Vec::new(), open: Vec::new(), hides_payload: fields.carries_layer() };
    fields.fields(&mut seen);
    Object(&seen.events).serialize(serializer)
}

/// Serialises flags as an object of their names.
///
/// # Errors
///
/// Those of the serializer.
pub fn serialize_flags<S: Serializer>(
    number: u128,
    flags: &'static [FlagInfo],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    Value::Flags(number, flags).serialize(serializer)
}

/// What was handed over, in order.
enum Event {
    Value(&'static FieldInfo, Value),
    /// A group, and how many of the next events are in it.
    Group(Group, usize),
}

/// A value that owns what it is.
enum Value {
    Number(u128),
    Signed(i128),
    Bool(bool),
    Float(f64),
    Flags(u128, &'static [FlagInfo]),
    Text(String),
}

struct Seen {
    events: Vec<Event>,
    /// The groups that are open.
    open: Vec<usize>,
    /// The first payload in which anything is is left out.
    hides_payload: bool,
}

impl FieldVisitor for Seen {
    fn value(&mut self, field: &'static FieldInfo, _: BitPlace, value: FieldValue<'_>) {
        if self.hides_payload && matches!(value, FieldValue::Payload(region) if !region.bytes().is_empty()) {
            self.hides_payload = false;
            return;
        }
        self.events.push(Event::Value(field, owned(field, value)));
    }

    fn enter(&mut self, group: Group) {
        self.open.push(self.events.len());
        self.events.push(Event::Group(group, 0));
    }

    fn leave(&mut self) {
        let Some(start) = self.open.pop() else { return };
        let count = self.events.len() - start - 1;
        if let Some(Event::Group(_, within)) = self.events.get_mut(start) {
            *within = count;
        }
    }

    fn error(&mut self, _: &Error) {}
}

fn owned(field: &'static FieldInfo, value: FieldValue<'_>) -> Value {
    match value {
        FieldValue::Number(number) | FieldValue::Named(number, _) => Value::Number(number),
        FieldValue::Signed(number) => Value::Signed(number),
        FieldValue::Bool(truth) => Value::Bool(truth),
        FieldValue::Float(number) => Value::Float(number),
        FieldValue::Flags(number, flags) => Value::Flags(number, flags),
        FieldValue::Ipv4(_) | FieldValue::Ipv6(_) | FieldValue::Mac(_) => Value::Text(field.show(value, 0).to_string()),
        FieldValue::Bytes(bytes) => Value::Text(bytes_as_text(field, bytes)),
        FieldValue::Text(bytes) => Value::Text(Text(bytes).to_string()),
        FieldValue::Decoded(text) => Value::Text(text.to_string()),
        FieldValue::Payload(region) => Value::Text(hex(region.bytes())),
    }
}

fn bytes_as_text(field: &'static FieldInfo, bytes: &[u8]) -> String {
    match (field.form, bytes.len()) {
        (Form::Ipv4, 4) | (Form::Mac, 6) | (Form::Ipv6, 0..=16) => field.show(FieldValue::Bytes(bytes), 0).to_string(),
        // Nothing is lost: each byte is the character of that number.
        (Form::Ascii, _) => bytes.iter().copied().map(char::from).collect(),
        _ => hex(bytes),
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    // A string takes whatever it is given.
    let _ = text::hex(&mut out, bytes);
    out
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => match u64::try_from(*number) {
                Ok(number) => serializer.serialize_u64(number),
                Err(_) => serializer.serialize_u128(*number),
            },
            Self::Signed(number) => match i64::try_from(*number) {
                Ok(number) => serializer.serialize_i64(number),
                Err(_) => serializer.serialize_i128(*number),
            },
            Self::Bool(truth) => serializer.serialize_bool(*truth),
            Self::Float(number) => serializer.serialize_f64(*number),
            Self::Flags(number, flags) => {
                let mut map = serializer.serialize_map(Some(flags.len()))?;
                for flag in *flags {
                    let bits = flag.of(*number);
                    let value = if flag.boolean { Self::Bool(bits != 0) } else { Self::Number(bits) };
                    map.serialize_entry(flag.name, &value)?;
                }
                map.end()
            }
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// Events as an object.
struct Object<'e>(&'e [Event]);

/// Events as an array.
struct Array<'e>(&'e [Event]);

/// The first of some events with all that is in it, and the others.
fn split(events: &[Event]) -> Option<(&Event, &[Event], &[Event])> {
    let (first, rest) = events.split_first()?;
    let within = if let Event::Group(_, within) = first { *within } else { 0 };
    let (inside, behind) = rest.split_at_checked(within)?;
    Some((first, inside, behind))
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut events = self.0;
        while let Some((event, inside, behind)) = split(events) {
            match event {
                Event::Value(field, value) => map.serialize_entry(field.name, value)?,
                Event::Group(Group::Struct(field), _) => map.serialize_entry(field.name, &Object(inside))?,
                Event::Group(Group::List(field), _) => map.serialize_entry(field.name, &Array(inside))?,
                Event::Group(Group::Variant(key), _) => map.serialize_entry(key, &Object(inside))?,
                Event::Group(Group::Element, _) => {}
            }
            events = behind;
        }
        map.end()
    }
}

impl Serialize for Array<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(None)?;
        let mut events = self.0;
        while let Some((event, inside, behind)) = split(events) {
            match event {
                Event::Value(_, value) => seq.serialize_element(value)?,
                Event::Group(Group::List(_), _) => seq.serialize_element(&Array(inside))?,
                Event::Group(..) => seq.serialize_element(&Object(inside))?,
            }
            events = behind;
        }
        seq.end()
    }
}

impl Serialize for MacAddr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The bytes in hexadecimal digits.
impl Serialize for Region<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(self.bytes()))
    }
}

/// A layer as an object: its name, where it starts, how long its header is, and its fields.
///
/// # Errors
///
/// Those of the serializer.
pub fn serialize_layer<S: Serializer>(
    name: &'static str,
    region: Region<'_>,
    fields: &dyn Fields,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    struct Of<'f>(&'f dyn Fields);
    impl Serialize for Of<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serialize_fields(self.0, serializer)
        }
    }
    let mut map = serializer.serialize_map(Some(4))?;
    map.serialize_entry("layer", name)?;
    map.serialize_entry("offset", &region.offset())?;
    map.serialize_entry("length", &header_length(region, fields))?;
    map.serialize_entry("fields", &Of(fields))?;
    map.end()
}

/// How many bytes of a layer stand before its payload.
fn header_length(region: Region<'_>, fields: &dyn Fields) -> u32 {
    struct Finder(Option<u32>);
    impl FieldVisitor for Finder {
        fn value(&mut self, _: &'static FieldInfo, _: BitPlace, value: FieldValue<'_>) {
            if let FieldValue::Payload(region) = value {
                self.0.get_or_insert(region.offset());
            }
        }
        fn enter(&mut self, _: Group) {}
        fn leave(&mut self) {}
        fn error(&mut self, _: &Error) {}
    }
    let mut finder = Finder(None);
    fields.fields(&mut finder);
    let start = finder.0.and_then(|start| start.checked_sub(region.offset()));
    start.unwrap_or(region.bytes().len() as u32)
}
