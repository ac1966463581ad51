//! What everything that shows a packet needs: names, values in their form, and what is in what.

use super::eval::{Eval, It};
use super::refer::{children, leaf, node_field};
use super::{Anomaly, Dissection, LayerNode, Node, NodeKind, ReadError, Value, words};
use crate::model::{Composite, CompositeId, Display, Enumerator, Field, Flag, FlagsId, Names, Schema, Type, Values};
use packet_core::text;
use std::borrow::Cow;
use std::fmt;

/// A packet that was read, with its bytes and the definitions.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The definitions.
    pub schema: &'a Schema,
    /// The packet.
    pub data: &'a [u8],
    /// What was read of it.
    pub dissection: &'a Dissection,
}

/// A value in the form in which it is shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown<'a> {
    /// A number, scaled; one of 128 bits as it is.
    Number(i128),
    /// A number that needs all 128 bits.
    Wide(u128),
    /// True or false.
    Bool(bool),
    /// A number with a fraction.
    Float(f64),
    /// An IPv4 address.
    Ipv4([u8; 4]),
    /// An IPv6 address.
    Ipv6([u8; 16]),
    /// An address of six bytes.
    Mac([u8; 6]),
    /// Text, or a name.
    Text(Cow<'a, str>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
    /// Named bits, and the number they make up.
    Flags(FlagsId, u128),
    /// A composite, by its frame; what is in it are the node's children.
    Struct(u32),
    /// A list of so many elements, which are among the node's children.
    List(u32),
    /// A named arm.
    Variant,
    /// The layer that a payload is.
    Layer(u32),
}

impl<'a> View<'a> {
    /// A layer's composite.
    #[must_use]
    pub fn composite(&self, layer: &LayerNode) -> &'a Composite {
        &self.schema[layer.composite]
    }

    /// A node.
    #[must_use]
    pub fn node(&self, index: u32) -> Option<&'a Node> {
        self.dissection.nodes.get(index as usize)
    }

    /// The nodes of a layer side by side: those of its header, and those of its trailing fields.
    pub fn layer_nodes(&self, layer: &LayerNode) -> impl Iterator<Item = u32> + use<'a> {
        let nodes = &self.dissection.nodes;
        children(nodes, layer.nodes.0, layer.nodes.1).chain(children(nodes, layer.tail.0, layer.tail.1))
    }

    /// The nodes right within a node.
    pub fn children(&self, node: u32) -> impl Iterator<Item = u32> + use<'a> {
        let nodes = &self.dissection.nodes;
        children(nodes, node + 1, nodes.get(node as usize).map_or(0, |node| node.end))
    }

    /// The field that a node is, or is an element of.
    #[must_use]
    pub fn field(&self, node: &Node) -> Option<&'a Field> {
        node_field(self.schema, node.kind)
    }

    /// What a node is called among its siblings. Elements have no name, and reserved bits are `_`.
    #[must_use]
    pub fn name(&self, node: &Node) -> Option<&'a str> {
        match node.kind {
            NodeKind::Field(field) | NodeKind::Payload(field, _) => Some(words::field_name(&self.schema[field])),
            NodeKind::Element(_) => None,
            NodeKind::Variant(composite, index) => {
                self.schema[composite].variants.get(index as usize).map(|variant| variant.key.as_str())
            }
            NodeKind::Prefix(_) => Some("prefix"),
            NodeKind::Padding(_) => Some("padding"),
            NodeKind::Spoiled(_) => Some("spoiled"),
        }
    }

    /// The bytes that hold a node's bits.
    #[must_use]
    pub fn bytes(&self, node: &Node) -> &'a [u8] {
        let (from, to) = (node.start as usize / 8, (node.start as usize + node.bits as usize).div_ceil(8));
        self.data.get(from..to).unwrap_or_default()
    }

    /// An evaluator over a frame, for expressions such as the names of other tools.
    #[must_use]
    pub fn eval(&self, frame: u32) -> Eval<'a, 'a> {
        Eval::new(self.schema, self.data, self.dissection, frame)
    }

    /// A node's value in the form in which it is shown.
    #[must_use]
    pub fn shown(&self, index: u32) -> Option<Shown<'a>> {
        let node = self.node(index)?;
        if let NodeKind::Payload(_, Some(layer)) = node.kind {
            return Some(Shown::Layer(layer));
        }
        let field = self.field(node);
        Some(match node.value {
            Value::Uint(value) => shown_number(field, u128::from(value), || self.eval(0).int_of(index)),
            Value::Wide(value) => match self.eval(0).int_of(index) {
                Some(signed) if signed < 0 && !is_signed(field) => Shown::Wide(value),
                number => shown_number(field, value, || number),
            },
            Value::Int(_) => Shown::Number(self.eval(0).int_of(index)?),
            Value::Float(value) => Shown::Float(value),
            Value::Bytes => self.shown_bytes(node, field),
            Value::Decoded(..) => match self.eval(0).value_of(index) {
                super::Val::Text(text) => Shown::Text(text),
                super::Val::Bytes(bytes) => Shown::Bytes(bytes),
                _ => return None,
            },
            Value::Frame(frame) => Shown::Struct(frame),
            Value::List(count) => Shown::List(count),
            Value::Group => Shown::Variant,
        })
    }

    fn shown_bytes(&self, node: &Node, field: Option<&'a Field>) -> Shown<'a> {
        let bytes = self.bytes(node);
        match field.map_or((Display::Plain, None), |field| (field.display, Some(leaf(&field.ty)))) {
            (_, Some(Type::Text(crate::model::Encoding::Latin1, _))) => {
                Shown::Text(bytes.iter().map(|&byte| char::from(byte)).collect())
            }
            (_, Some(Type::Text(..))) => Shown::Text(String::from_utf8_lossy(bytes)),
            (Display::Ipv4, _) => bytes.try_into().map_or(Shown::Bytes(Cow::Borrowed(bytes)), Shown::Ipv4),
            (Display::Ipv6, _) => address_of(bytes).map_or(Shown::Bytes(Cow::Borrowed(bytes)), Shown::Ipv6),
            (Display::Mac, _) => bytes.try_into().map_or(Shown::Bytes(Cow::Borrowed(bytes)), Shown::Mac),
            (Display::Ascii, _) => match std::str::from_utf8(bytes) {
                Ok(text) if !text.chars().any(char::is_control) => Shown::Text(Cow::Borrowed(text)),
                _ => Shown::Bytes(Cow::Borrowed(bytes)),
            },
            _ => Shown::Bytes(Cow::Borrowed(bytes)),
        }
    }

    /// The enumerator of a node's number; patterns count after single values and ranges.
    #[must_use]
    pub fn enumerator(&self, index: u32) -> Option<&'a Enumerator> {
        let node = self.node(index)?;
        let Type::Uint { names: Names::Enum(names), .. } = leaf(&self.field(node)?.ty) else { return None };
        let value = match node.value {
            Value::Uint(value) => u128::from(value),
            Value::Wide(value) => value,
            _ => return None,
        };
        self.enumerator_of(*names, value)
    }

    /// The enumerator of a number of an enum.
    #[must_use]
    pub fn enumerator_of(&self, names: crate::model::EnumId, value: u128) -> Option<&'a Enumerator> {
        let names = &self.schema[names];
        names.plain(value).or_else(|| {
            let eval = self.eval(0).with_it(It::Int(value as i128));
            names.enumerators.iter().find(|one| match one.values {
                Values::Matching(condition) => eval.truth(condition) == Some(true),
                Values::Range(..) => false,
            })
        })
    }

    /// The flags of a number, most significant first, each with its own bits as a number.
    pub fn flags(&self, flags: FlagsId, value: u128) -> impl Iterator<Item = (&'a Flag, u128)> + use<'a> {
        self.schema[flags].flags.iter().map(move |flag| {
            let mask = if flag.bits < 128 { (1 << flag.bits) - 1 } else { u128::MAX };
            (flag, value.checked_shr(flag.shift).unwrap_or(0) & mask)
        })
    }

    /// The nodes around a node, from the outermost down to itself.
    #[must_use]
    pub fn path(&self, node: u32) -> Vec<u32> {
        let nodes = &self.dissection.nodes;
        let mut path = Vec::new();
        let mut level = (0, nodes.len() as u32);
        while let Some(inside) = children(nodes, level.0, level.1)
            .find(|&at| at <= node && nodes.get(at as usize).is_some_and(|found| node < found.end))
        {
            path.push(inside);
            if inside == node {
                break;
            }
            level = (inside + 1, nodes.get(inside as usize).map_or(0, |found| found.end));
        }
        path
    }

    /// The names of the fields around the place of an error, from the outermost to the one at fault, each once.
    #[must_use]
    pub fn fields_of_error(&self, error: &ReadError) -> Vec<&'a str> {
        let mut names = Vec::new();
        for index in error.node.map(|node| self.path(node)).unwrap_or_default() {
            let field = match self.node(index).map(|node| node.kind) {
                Some(NodeKind::Spoiled(Some(field)) | NodeKind::Padding(Some(field))) => Some(&self.schema[field]),
                Some(kind) => node_field(self.schema, kind),
                None => None,
            };
            names.extend(field.and_then(|field| field.name.as_deref()));
        }
        names.extend(error.field.and_then(|field| self.schema[field].name.as_deref()));
        names.dedup();
        names
    }

    /// The layer of an anomaly and its name: `ipv4` and `checksum`.
    #[must_use]
    pub fn anomaly(&self, anomaly: &Anomaly) -> (&'a str, Cow<'a, str>) {
        let layer = self.dissection.layers.get(anomaly.layer as usize);
        let key = layer.map_or("packet", |layer| self.schema[layer.composite].key.as_str());
        (key, words::anomaly_name(self.schema, anomaly.kind))
    }

    /// The layer in which an error happened.
    #[must_use]
    pub fn layer_of_error(&self, error: &ReadError) -> Option<&'a LayerNode> {
        let node = error.node?;
        let within = |(from, to): (u32, u32)| from <= node && node < to;
        self.dissection.layers.iter().find(|layer| within(layer.nodes) || within(layer.tail))
    }

    /// The first layer of that kind.
    #[must_use]
    pub fn first_layer(&self, composite: CompositeId) -> Option<&'a LayerNode> {
        self.dissection.layers.iter().find(|layer| layer.composite == composite)
    }

    /// Writes a node's value as people read it: with the name of an enumerator, the set flags, the unit.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write_value<W: fmt::Write>(&self, index: u32, out: &mut W) -> fmt::Result {
        let (Some(shown), Some(node)) = (self.shown(index), self.node(index)) else { return Ok(()) };
        let field = self.field(node);
        let display = field.map_or(Display::Plain, |field| field.display);
        match &shown {
            Shown::Number(value) => match self.enumerator(index) {
                Some(one) => write!(out, "{} ({value})", one.label.as_ref().unwrap_or(&one.name))?,
                None => write_number(out, *value, display, node.bits)?,
            },
            Shown::Flags(flags, value) => self.write_flags(*flags, *value, out)?,
            Shown::Text(text) => write!(out, "{text:?}")?,
            Shown::Layer(layer) => {
                let layer = self.dissection.layers.get(*layer as usize);
                out.write_str(layer.map_or("", |layer| self.composite(layer).name.as_str()))?;
            }
            shown => write!(out, "{shown}")?,
        }
        match field.and_then(|field| field.unit.as_deref()) {
            Some(unit) if matches!(shown, Shown::Number(_) | Shown::Float(_)) => write!(out, " {unit}"),
            _ => Ok(()),
        }
    }

    /// Writes the names of the flags that are set, and groups of bits with their numbers.
    fn write_flags<W: fmt::Write>(&self, flags: FlagsId, value: u128, out: &mut W) -> fmt::Result {
        let mut separator = "";
        for (flag, bits) in self.flags(flags, value) {
            let Some(name) = flag.label.as_ref().or(flag.name.as_ref()) else { continue };
            if flag.boolean && bits == 0 {
                continue;
            }
            out.write_str(separator)?;
            separator = ", ";
            match flag.names.and_then(|names| self.enumerator_of(names, bits)) {
                _ if flag.boolean => out.write_str(name)?,
                Some(one) => write!(out, "{name}={}", one.label.as_ref().unwrap_or(&one.name))?,
                None => write!(out, "{name}={bits}")?,
            }
        }
        if separator.is_empty() { out.write_str("none") } else { Ok(()) }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => value.fmt(out),
            Self::Wide(value) | Self::Flags(_, value) => value.fmt(out),
            Self::Bool(value) => value.fmt(out),
            Self::Float(value) => value.fmt(out),
            Self::Ipv4(address) => text::ipv4(out, *address),
            Self::Ipv6(address) => text::ipv6(out, *address),
            Self::Mac(address) => text::mac(out, *address),
            Self::Text(text) => out.write_str(text),
            Self::Bytes(bytes) => text::hex(out, bytes),
            Self::List(count) => write!(out, "{count} elements"),
            Self::Struct(_) | Self::Variant | Self::Layer(_) => Ok(()),
        }
    }
}

/// Whether a field is signed.
fn is_signed(field: Option<&Field>) -> bool {
    field.is_some_and(|field| matches!(leaf(&field.ty), Type::Int { .. }))
}

/// A number in its field's form.
fn shown_number<'a>(field: Option<&Field>, raw: u128, number: impl FnOnce() -> Option<i128>) -> Shown<'a> {
    let ty = field.map(|field| leaf(&field.ty));
    match (ty, field.map_or(Display::Plain, |field| field.display)) {
        (Some(Type::Bool), _) => Shown::Bool(raw != 0),
        (Some(Type::Uint { names: Names::Flags(flags), .. }), _) => Shown::Flags(*flags, raw),
        (_, Display::Ipv4) => Shown::Ipv4((raw as u32).to_be_bytes()),
        (_, Display::Ipv6) => Shown::Ipv6(raw.to_be_bytes()),
        (_, Display::Mac) => {
            let [_, _, a, b, c, d, e, f] = (raw as u64).to_be_bytes();
            Shown::Mac([a, b, c, d, e, f])
        }
        _ => number().map_or(Shown::Wide(raw), Shown::Number),
    }
}

/// Seconds from 1900, where NTP's era 0 begins, to 1970.
const NTP_TO_UNIX: i128 = 2_208_988_800;

/// Writes a number in its field's form.
fn write_number<W: fmt::Write>(out: &mut W, value: i128, display: Display, bits: u32) -> fmt::Result {
    let digits = bits.div_ceil(4) as usize;
    match display {
        Display::Hex => write!(out, "0x{value:0digits$x}"),
        Display::Binary => write!(out, "0b{value:0width$b}", width = bits as usize),
        Display::UnixTime => text::timestamp(out, value * 1_000_000_000),
        Display::NtpTime if value == 0 => out.write_str("0"),
        Display::NtpTime => {
            let (seconds, fraction) = (value >> 32, value & 0xffff_ffff);
            text::timestamp(out, (seconds - NTP_TO_UNIX) * 1_000_000_000 + ((fraction * 1_000_000_000) >> 32))
        }
        Display::Fixed16 => write!(out, "{:.6}", value as f64 / 65_536.0),
        Display::Plain | Display::Ipv4 | Display::Ipv6 | Display::Mac | Display::Ascii => write!(out, "{value}"),
    }
}

/// Bytes as an IPv6 address; fewer than an address has are its first ones, those of a prefix.
#[must_use]
pub fn address_of(bytes: &[u8]) -> Option<[u8; 16]> {
    let mut address = [0; 16];
    address.get_mut(..bytes.len()).filter(|start| !start.is_empty())?.copy_from_slice(bytes);
    Some(address)
}
