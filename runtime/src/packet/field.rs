//! Fields of packets by their paths: `ipv4.ttl`, `ipv4[1].ttl`, `tcp.options[2].mss.mss`.

use super::{Entry, Packet};
use packet_core::{BitPlace, Error, FieldInfo, FieldValue, FieldVisitor, FlagInfo, Form, Group, bits};
use std::fmt::{self, Write as _};
use std::str::FromStr;

/// Which field of a packet: a layer, its number among its like from the outermost on, and the way to the field in it.
///
/// ```
/// use packet_runtime::packet::FieldPath;
///
/// let path: FieldPath = "ipv4[1].ttl".parse()?;
/// assert_eq!(path.to_string(), "ipv4[1].ttl");
/// assert_eq!("ipv4.ttl".parse::<FieldPath>()?, "ipv4[0].ttl".parse()?);
/// assert!("ttl".parse::<FieldPath>().is_err());
/// # Ok::<(), packet_runtime::packet::PathError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath {
    layer: String,
    nth: usize,
    way: String,
}

impl FieldPath {
    /// The layer, as expressions call it: `ipv4`.
    #[must_use]
    pub fn layer(&self) -> &str {
        &self.layer
    }

    /// Which of the layers of that kind, 0 for the outermost.
    #[must_use]
    pub fn nth(&self) -> usize {
        self.nth
    }

    /// The way to the field in the layer: `options[2].mss.mss`.
    #[must_use]
    pub fn way(&self) -> &str {
        &self.way
    }
}

/// A text is no path of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    text: String,
}

impl fmt::Display for PathError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "`{}` names no field: write `layer.field`, such as `ipv4.ttl`, or `ipv4[1].ttl` for the second one",
            self.text
        )
    }
}

impl std::error::Error for PathError {}

impl FromStr for FieldPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let wrong = || PathError { text: text.to_owned() };
        let (layer, way) = text.split_once('.').ok_or_else(wrong)?;
        let (layer, nth) = match layer.strip_suffix(']').map(|layer| layer.split_once('[')) {
            None => (layer, 0),
            Some(parts) => {
                let (layer, nth) = parts.ok_or_else(wrong)?;
                (layer, nth.parse().map_err(|_| wrong())?)
            }
        };
        let is_word = |word: &str| word.chars().all(|letter| letter.is_ascii_alphanumeric() || "_[]".contains(letter));
        let is_way = !way.is_empty() && way.split('.').all(|word| !word.is_empty() && is_word(word));
        if layer.is_empty() || !is_word(layer) || layer.contains('[') || !is_way {
            return Err(wrong());
        }
        Ok(Self { layer: layer.to_ascii_lowercase(), nth, way: way.to_owned() })
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.layer)?;
        if self.nth > 0 {
            write!(out, "[{}]", self.nth)?;
        }
        write!(out, ".{}", self.way)
    }
}

/// A field that was found in a packet.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// What is known of it.
    pub field: &'static FieldInfo,
    /// Where it stands, in bits from the start of the packet; of a flag, where the field stands that it is in.
    pub place: BitPlace,
    /// What kind of value it has.
    pub kind: FieldKind,
}

/// Kinds of values.
#[derive(Clone, Copy, Debug)]
pub enum FieldKind {
    /// A number.
    Number,
    /// A number with a sign, in two's complement.
    Signed,
    /// Named bits.
    Flags(&'static [FlagInfo]),
    /// One of these: `tcp.flags.syn`.
    Flag(&'static FlagInfo),
    /// An address of version 4.
    Ipv4,
    /// An address of version 6.
    Ipv6,
    /// An address of a station.
    Mac,
    /// Bytes, or text.
    Bytes,
    /// What can't be written where it stands: a name that is compressed, a number in floating point.
    Other,
}

impl FieldKind {
    pub(super) fn of(field: &FieldInfo, value: &FieldValue<'_>) -> Self {
        match value {
            FieldValue::Bytes(_) if field.form == Form::Ipv4 => Self::Ipv4,
            FieldValue::Bytes(_) if field.form == Form::Ipv6 => Self::Ipv6,
            FieldValue::Bytes(_) if field.form == Form::Mac => Self::Mac,
            FieldValue::Number(_) | FieldValue::Bool(_) | FieldValue::Named(..) => Self::Number,
            FieldValue::Signed(_) => Self::Signed,
            FieldValue::Flags(_, flags) => Self::Flags(flags),
            FieldValue::Ipv4(_) => Self::Ipv4,
            FieldValue::Ipv6(_) => Self::Ipv6,
            FieldValue::Mac(_) => Self::Mac,
            FieldValue::Bytes(_) | FieldValue::Text(_) | FieldValue::Payload(_) => Self::Bytes,
            FieldValue::Float(_) | FieldValue::Decoded(_) => Self::Other,
        }
    }
}

impl<'a> Packet<'a> {
    /// The layer that a path begins with.
    #[must_use]
    pub fn layer_of(&self, path: &FieldPath) -> Option<Entry<'_, 'a>> {
        self.layers().filter(|layer| layer.key() == path.layer).nth(path.nth)
    }

    /// The paths of all its fields that have a value, in the order of the wire.
    #[must_use]
    pub fn paths(&self) -> Vec<FieldPath> {
        let mut paths = Vec::new();
        self.each_path(&mut |path, _, _, _| paths.push(path));
        paths
    }

    fn each_path(&self, tell: &mut dyn FnMut(FieldPath, &'static FieldInfo, BitPlace, FieldValue<'_>)) {
        for (index, layer) in self.layers().enumerate() {
            let nth = self.layers().take(index).filter(|below| below.key() == layer.key()).count();
            each_field(&layer, &mut |way, field, place, value| {
                let path = FieldPath { layer: layer.key().to_owned(), nth, way: way.to_owned() };
                tell(path, field, place, value);
            });
        }
    }

    /// All its fields that have a value, and these as text, in the order of the wire; payloads are those of the layers above.
    #[must_use]
    pub fn shown(&self) -> Vec<(FieldPath, String)> {
        let mut shown = Vec::new();
        self.each_path(&mut |path, field, place, value| {
            if !matches!(value, FieldValue::Payload(_)) {
                shown.push((path, field.show(value, place.bits).to_string()));
            }
        });
        shown
    }

    /// The field of a path, or the flag in a field, if it is there.
    #[must_use]
    pub fn find(&self, path: &FieldPath) -> Option<Found> {
        let mut found = None;
        each_field(&self.layer_of(path)?, &mut |way, field, place, value| {
            if found.is_some() {
                return;
            }
            let kind = match path.way.strip_prefix(way) {
                Some("") => FieldKind::of(field, &value),
                Some(rest) => match rest.strip_prefix('.').and_then(|name| flag_in(&value, name)) {
                    Some(flag) => FieldKind::Flag(flag),
                    None => return,
                },
                None => return,
            };
            let kind = if is_coded(self.bytes(), field, place, &value) { FieldKind::Other } else { kind };
            found = Some(Found { field, place, kind });
        });
        found
    }
}

/// The flag of that name among those of a value.
fn flag_in(value: &FieldValue<'_>, name: &str) -> Option<&'static FlagInfo> {
    let FieldValue::Flags(_, flags) = value else { return None };
    flags.iter().find(|flag| flag.name == name)
}

/// Whether a number is not what its bits say: a codec has made it of them.
fn is_coded(data: &[u8], field: &FieldInfo, place: BitPlace, value: &FieldValue<'_>) -> bool {
    let number = match *value {
        FieldValue::Number(number) | FieldValue::Named(number, _) | FieldValue::Flags(number, _) => number,
        _ => return false,
    };
    number_at(data, place, field).and_then(|wire| wire.checked_mul(field.scale.max(1).into())) != Some(number)
}

/// The number that stands in a place, by the byte order of its field.
pub(super) fn number_at(data: &[u8], place: BitPlace, field: &FieldInfo) -> Option<u128> {
    let read = if field.little { bits::read_le } else { bits::read };
    read(data, place.start as usize, place.bits)
}

/// What is told of a field: the way to it, what is known of it, where it stands, and what it is.
pub(super) type TellField<'t> = &'t mut dyn FnMut(&str, &'static FieldInfo, BitPlace, FieldValue<'_>);

/// Tells of each field of a layer that has a value.
pub(super) fn each_field(layer: &Entry<'_, '_>, tell: TellField<'_>) {
    layer.fields().fields(&mut Walker { way: String::new(), groups: Vec::new(), tell });
}

/// Keeps the way to the field that is looked at.
struct Walker<'t> {
    way: String,
    groups: Vec<Opened>,
    tell: TellField<'t>,
}

/// A group of fields that was entered.
struct Opened {
    /// How long the way was before it.
    before: usize,
    is_list: bool,
    /// How many elements it had so far.
    elements: usize,
}

impl Walker<'_> {
    fn step(&mut self, name: &str) {
        if !self.way.is_empty() {
            self.way.push('.');
        }
        self.way.push_str(name);
    }

    /// Goes to the next element of the innermost list, if that is where this is.
    fn step_to_element(&mut self) -> bool {
        let Some(list) = self.groups.last_mut().filter(|group| group.is_list) else { return false };
        let _ = write!(self.way, "[{}]", list.elements);
        list.elements += 1;
        true
    }
}

impl FieldVisitor for Walker<'_> {
    fn value(&mut self, field: &'static FieldInfo, place: BitPlace, value: FieldValue<'_>) {
        let length = self.way.len();
        if !self.step_to_element() {
            self.step(field.name);
        }
        (self.tell)(&self.way, field, place, value);
        self.way.truncate(length);
    }

    fn enter(&mut self, group: Group) {
        let before = self.way.len();
        match group {
            Group::Struct(field) | Group::List(field) => self.step(field.name),
            Group::Variant(name) => self.step(name),
            Group::Element => {
                self.step_to_element();
            }
        }
        self.groups.push(Opened { before, is_list: matches!(group, Group::List(_)), elements: 0 });
    }

    fn leave(&mut self) {
        if let Some(group) = self.groups.pop() {
            self.way.truncate(group.before);
        }
    }

    fn error(&mut self, _: &Error) {}
}
