//! Packets as JSON by generated readers, where nothing is wrong with them.
//!
//! All others are left to the interpreter, which says the same of these: a test compares the two.

use super::json::{comma, quoted_hex, truth};
use crate::text::{self, Sink, json_latin1, json_string, put};
use packet_core::text as words;
use packet_core::{BitPlace, Error, FieldInfo, FieldValue, FieldVisitor, Fields, FlagInfo, Form, Group};
use packet_protocols::packet::Packet;
use packet_protocols::stack::{Layer, LayerKind};
use packet_runtime::file;
use packet_schema::Schema;
use packet_schema::interp::address_of;
use packet_schema::model::{CompositeId, Extent, Field, Type};
use std::fmt;

/// A metafield of a packet, unless that has none.
type Meta = fn(&Packet<'_>) -> Option<u128>;

/// The metafields that generated packets have, by their names.
const METAS: [(&str, Meta); 2] = [
    ("flow_id", |packet| packet.flow_id([0; 16]).map(Into::into)),
    ("probe_tag", |packet| packet.probe_tag().map(Into::into)),
];

/// What takes the bytes that are left of a layer's region, or by the layers above.
#[derive(Clone)]
enum Rest {
    /// No field.
    Nothing,
    /// A field of that name, and all of them.
    Bytes(String),
    /// Fields of other kinds.
    Others,
}

/// Packets by generated readers.
pub(super) struct Regular {
    /// By composite: which generated reader it has.
    kinds: Vec<Option<LayerKind>>,
    /// By the number of a [`LayerKind`].
    rests: Vec<Rest>,
    /// In the order of the definitions.
    metas: Vec<(&'static str, Meta)>,
    /// What closes the objects and lists that are open within a layer.
    open: Vec<u8>,
}

impl Regular {
    /// Looks for what generated readers know; nothing where that is not all that the definitions say of packets. The definitions
    /// must be those that the readers were generated from.
    pub(super) fn new(schema: &Schema) -> Option<Self> {
        let known = |name: &str| METAS.into_iter().find(|(known, _)| *known == name);
        let metas = schema.metas.iter().map(|meta| known(&meta.name)).collect::<Option<_>>()?;
        let mut rests = vec![Rest::Others; LayerKind::ALL.len()];
        for kind in LayerKind::ALL {
            if let (Some(id), Some(rest)) = (schema.layers.get(kind.name()), rests.get_mut(*kind as usize)) {
                *rest = rest_of(schema, *id);
            }
        }
        Some(Self { kinds: super::kinds(schema), rests, metas, open: Vec::new() })
    }

    /// Reads a packet that begins with that layer; nothing where it is one for the interpreter.
    pub(super) fn read<'a>(&self, first: CompositeId, packet: &file::Packet<'a>) -> Option<Packet<'a>> {
        let first = (*self.kinds.get(first.index())?)?;
        if packet.origlen as usize > packet.data.len() {
            return None;
        }
        let packet = Packet::parse(first, packet.data).ok()?;
        (packet.is_regular() && self.is_used_up(&packet)).then_some(packet)
    }

    /// Whether no bytes are left behind layers, but such as a field of the first one takes.
    fn is_used_up(&self, packet: &Packet<'_>) -> bool {
        let takes_rest = packet.kind(0).is_some_and(|first| matches!(self.rest(first), Rest::Bytes(_)));
        packet.kinds().enumerate().all(|(index, kind)| {
            let is_used_up = left_of(packet, index).is_some_and(<[u8]>::is_empty);
            !kind.is_stream() && (is_used_up || index == 1 && takes_rest)
        })
    }

    fn rest(&self, kind: LayerKind) -> &Rest {
        self.rests.get(kind as usize).unwrap_or(&Rest::Others)
    }

    /// Appends the layers; `false` where one of them is for the interpreter.
    pub(super) fn layers(&mut self, out: &mut Vec<u8>, packet: &Packet<'_>) -> bool {
        packet.layers().enumerate().all(|(index, layer)| {
            comma(out);
            let left = if index == 0 { left_of(packet, 1) } else { None };
            self.layer(out, &layer, left.unwrap_or_default())
        })
    }

    /// Appends a layer; `left` is what the layers above leave to it. `false` where it is for the interpreter.
    fn layer(&mut self, out: &mut Vec<u8>, layer: &Layer<'_>, left: &[u8]) -> bool {
        let region = layer.region();
        text::join(out, &["{\"layer\":\"", layer.kind().name(), "\",\"offset\":"]);
        text::decimal(out, region.offset().into());
        out.extend_from_slice(b",\"length\":");
        let length_at = out.len();
        out.extend_from_slice(b",\"fields\":{");
        self.open.clear();
        let hides_payload = layer.carries_layer();
        let open = &mut self.open;
        let mut fields = Written { out, open, end: region.offset() * 8, payload: None, hides_payload, failed: false };
        layer.fields(&mut fields);
        let Written { end, payload, failed, .. } = fields;
        let rest = self.rest(layer.kind());
        // Where bytes are left, views don't say whether they are the rest of the layer, or of a part of it.
        let region_end = region.offset() + region.bytes().len() as u32;
        let is_plain = matches!(rest, Rest::Nothing) || payload.is_some() || end.div_ceil(8) == region_end;
        if let Rest::Bytes(name) = rest
            && !left.is_empty()
        {
            comma(out);
            text::join(out, &["\"", name, "\":"]);
            quoted_hex(out, left);
        }
        out.extend_from_slice(b"}}");
        // How long the header is, only its fields have said.
        let header = payload.unwrap_or(region_end).saturating_sub(region.offset());
        let written = out.len();
        text::decimal(out, header.into());
        let digits = out.len() - written;
        out[length_at..].rotate_right(digits);
        is_plain && !failed
    }

    /// Appends the metafields that the packet has.
    pub(super) fn metas(&self, out: &mut Vec<u8>, packet: &Packet<'_>) {
        for (name, meta) in &self.metas {
            if let Some(value) = meta(packet) {
                comma(out);
                text::join(out, &["\"", name, "\":"]);
                text::wide(out, value);
            }
        }
    }
}

/// The bytes behind a layer in the payload that it was read from.
fn left_of<'a>(packet: &Packet<'a>, index: usize) -> Option<&'a [u8]> {
    packet.around(index)?.bytes().get(packet.place(index)?.length as usize..)
}

fn rest_of(schema: &Schema, layer: CompositeId) -> Rest {
    let mut trailing = schema[layer].fields.iter().map(|&field| &schema[field]).filter(|field| field.trailing);
    match (trailing.next(), trailing.next()) {
        (None, _) => Rest::Nothing,
        (Some(Field { ty: Type::Bytes(Extent::ToEnd), condition: None, wheres, name: Some(name), .. }), None)
            if wheres.is_empty() =>
        {
            Rest::Bytes(name.clone())
        }
        _ => Rest::Others,
    }
}

/// Fields on their way into an object that is open.
struct Written<'o> {
    out: &'o mut Vec<u8>,
    /// What closes the objects and lists that are open within.
    open: &'o mut Vec<u8>,
    /// The first bit behind the fields.
    end: u32,
    /// The first byte of the payload.
    payload: Option<u32>,
    /// The first payload in which anything is is left out.
    hides_payload: bool,
    failed: bool,
}

impl Written<'_> {
    /// Separates what comes from what is before it, and names it, unless it is in a list.
    #[inline]
    fn key(&mut self, name: &str) {
        comma(self.out);
        if self.open.last() != Some(&b']') {
            text::join(self.out, &["\"", name, "\":"]);
        }
    }

    fn open(&mut self, opens: u8, closes: u8) {
        self.out.push(opens);
        self.open.push(closes);
    }

    fn flags(&mut self, number: u128, flags: &[FlagInfo]) {
        self.out.push(b'{');
        for flag in flags {
            comma(self.out);
            text::join(self.out, &["\"", flag.name, "\":"]);
            match (flag.boolean, flag.of(number)) {
                (true, bit) => self.out.extend_from_slice(truth(bit != 0)),
                (false, bits) => text::wide(self.out, bits),
            }
        }
        self.out.push(b'}');
    }

    /// Bytes by what they are: an address, characters, or nothing but bytes.
    fn bytes(&mut self, form: Form, bytes: &[u8]) {
        match (form, <[u8; 4]>::try_from(bytes), <[u8; 6]>::try_from(bytes)) {
            (Form::Ipv4, Ok(address), _) => self.address(|sink| words::ipv4(sink, address)),
            (Form::Mac, _, Ok(address)) => self.address(|sink| words::mac(sink, address)),
            (Form::Ipv6, ..) if let Some(address) = address_of(bytes) => {
                self.address(|sink| words::ipv6(sink, address))
            }
            (Form::Ascii, ..) => json_latin1(self.out, bytes),
            _ => quoted_hex(self.out, bytes),
        }
    }

    /// An address in quotes.
    fn address(&mut self, write: impl FnOnce(&mut Sink<'_>) -> fmt::Result) {
        self.out.push(b'"');
        // A buffer takes whatever it is given.
        let _ = write(&mut Sink(self.out));
        self.out.push(b'"');
    }
}

impl FieldVisitor for Written<'_> {
    fn value(&mut self, field: &'static FieldInfo, place: BitPlace, value: FieldValue<'_>) {
        self.end = self.end.max(place.start + place.bits);
        if let FieldValue::Payload(region) = value {
            self.payload.get_or_insert(region.offset());
            if self.hides_payload && !region.bytes().is_empty() {
                return self.hides_payload = false;
            }
        }
        self.key(field.name);
        match value {
            FieldValue::Number(number) | FieldValue::Named(number, _) => text::wide(self.out, number),
            FieldValue::Signed(number) => put!(self.out, "{number}"),
            FieldValue::Bool(value) => self.out.extend_from_slice(truth(value)),
            FieldValue::Float(number) if number.is_finite() => put!(self.out, "{number:?}"),
            FieldValue::Float(_) => self.out.extend_from_slice(b"null"),
            FieldValue::Flags(number, flags) => self.flags(number, flags),
            FieldValue::Ipv4(address) => self.address(|sink| words::ipv4(sink, address.octets())),
            FieldValue::Ipv6(address) => self.address(|sink| words::ipv6(sink, address.octets())),
            FieldValue::Mac(address) => self.address(|sink| words::mac(sink, address.0)),
            FieldValue::Bytes(bytes) => self.bytes(field.form, bytes),
            FieldValue::Text(bytes) => json_string(self.out, &text::utf8(bytes)),
            FieldValue::Decoded(shown) => json_string(self.out, &shown.to_string()),
            FieldValue::Payload(region) => quoted_hex(self.out, region.bytes()),
        }
    }

    fn enter(&mut self, group: Group) {
        match group {
            Group::Struct(field) => {
                self.key(field.name);
                self.open(b'{', b'}');
            }
            Group::List(field) => {
                self.key(field.name);
                self.open(b'[', b']');
            }
            Group::Element => {
                comma(self.out);
                self.open(b'{', b'}');
            }
            Group::Variant(key) => {
                self.key(key);
                self.open(b'{', b'}');
            }
        }
    }

    fn leave(&mut self) {
        self.out.extend(self.open.pop());
    }

    fn error(&mut self, _: &Error) {
        self.failed = true;
    }
}
