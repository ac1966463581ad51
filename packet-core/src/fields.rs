//! Fields for whoever does not know their protocol: what prints, filters or compares packets.

use crate::{Error, FieldInfo, FieldsMut, FlagInfo, MacAddr, Region};
use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

/// What was read, and can show its fields one by one.
pub trait Fields {
    /// Hands over every field that has a name, in the order of the definition.
    fn fields(&self, visitor: &mut dyn FieldVisitor);

    /// Whether another layer is known in its payload, to which whoever shows both leaves that.
    fn carries_layer(&self) -> bool {
        false
    }
}

/// Takes the fields of a view.
///
/// What [`FieldVisitor::enter`] opens, [`FieldVisitor::leave`] closes; what comes in between is in it.
pub trait FieldVisitor {
    /// A field with a value of its own.
    fn value(&mut self, field: &'static FieldInfo, place: BitPlace, value: FieldValue<'_>);

    /// A field, an element or a form that holds others begins.
    fn enter(&mut self, group: Group);

    /// It ends.
    fn leave(&mut self);

    /// Something could not be read; what is behind it in its region is not known.
    fn error(&mut self, error: &Error);
}

/// What holds fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// A struct in a field.
    Struct(&'static FieldInfo),
    /// The elements of a field.
    List(&'static FieldInfo),
    /// One of them, a struct.
    Element,
    /// A named arm, by the key that expressions have for it: `window_scale`.
    Variant(&'static str),
}

/// Where bits stand, counted from the start of the packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BitPlace {
    /// The first.
    pub start: u32,
    /// How many.
    pub bits: u32,
}

impl BitPlace {
    /// So many bits of a part, from one on; `region` is what the part was read from.
    #[inline]
    #[must_use]
    pub fn of(region: Region<'_>, part: &[u8], first: u32, bits: u32) -> Self {
        let bytes = region.bytes();
        let before = part.as_ptr().addr().checked_sub(bytes.as_ptr().addr()).filter(|before| *before <= bytes.len());
        // What is empty since bytes are missing stands where they should begin.
        let before = before.unwrap_or(bytes.len());
        Self { start: (region.offset() + before as u32) * 8 + first, bits }
    }

    /// All of a part.
    #[inline]
    #[must_use]
    pub fn whole(region: Region<'_>, part: &[u8]) -> Self {
        Self::of(region, part, 0, part.len() as u32 * 8)
    }
}

/// A value.
#[derive(Clone, Copy)]
pub enum FieldValue<'a> {
    /// A number.
    Number(u128),
    /// A number with a sign.
    Signed(i128),
    /// True or false.
    Bool(bool),
    /// A number with a fraction.
    Float(f64),
    /// A number, and what it is called, where it has a name.
    Named(u128, Option<&'static str>),
    /// Named bits: their number, and what each of them is.
    Flags(u128, &'static [FlagInfo]),
    /// An address.
    Ipv4(Ipv4Addr),
    /// An address.
    Ipv6(Ipv6Addr),
    /// An address.
    Mac(MacAddr),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Bytes that are text by the definition.
    Text(&'a [u8]),
    /// What a codec has decoded to text.
    Decoded(&'a dyn fmt::Display),
    /// The payload.
    Payload(Region<'a>),
}

/// A layer or a struct by its name, and how to read its fields without knowing its type.
#[derive(Clone, Copy)]
pub struct CompositeInfo {
    /// `Ipv4`.
    pub name: &'static str,
    /// `ipv4`.
    pub key: &'static str,
    /// Reads one, and hands over its fields.
    pub read: fn(Region<'_>, &mut dyn FieldVisitor) -> Result<(), Error>,
    /// Reads one, and hands over what sets its fields in place.
    pub edit: EditFields,
}

/// What reads bytes, and hands over what sets fields in them.
pub type EditFields = fn(&mut [u8], &mut dyn FnMut(&mut dyn FieldsMut)) -> Result<(), Error>;

impl fmt::Debug for CompositeInfo {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}
