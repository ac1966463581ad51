//! Fields: what they are set to, what follows for them, and their bits.

use super::buffer::is_little;
use super::choose::container_of;
use super::derive::{Derived, Key, Spot, Wanted};
use super::error::{BuildError, BuildErrorKind};
use super::layout::{Layout, Origin, Outcome, Placed, Walk};
use super::number::{derived_number, node_value, wire_number};
use crate::interp::encode::{codec_of, encode_number};
use crate::interp::resolve_value::fixed_width;
use crate::interp::{Arg, Bits, CompositeValue, Data, Element, FieldValue, NodeKind, PayloadPart, Val, Value};
use crate::model::{
    CodecResult, CompositeId, Encode, Expr, ExprId, Extent, Field, FieldId, Names as ValueNames, Place, Type,
};

/// Most elements, or bytes, that are made up where nothing is said of a list whose length is known.
const MAX_DEFAULT: i128 = 1 << 16;
/// Structs within each other: as deep as is read.
pub(super) const MAX_DEPTH: u32 = 64;
/// Parts of a packet; twice as many as are read.
const MAX_NODES: usize = 1 << 21;

/// Where a value comes from.
#[derive(Clone, Copy)]
pub(super) enum Source<'s> {
    Set(&'s Data),
    Raw(&'s Bits),
    /// Derived from an expression.
    Auto(ExprId),
    /// A constant, or a default.
    Of(ExprId),
    /// The tag of the arm taken.
    Tag(u128),
    /// The word by which the arm taken is chosen.
    Word(&'s str),
    /// Drawn.
    Random,
    /// Nothing is known: zero, or empty.
    Nothing,
}

/// A value on its way to its place.
#[derive(Clone, Copy)]
struct Target<'t> {
    field: FieldId,
    frame: u32,
    kind: NodeKind,
    ty: &'t Type,
}

impl<'a> Layout<'a, '_> {
    /// Places a field of a composite.
    pub(super) fn field(&mut self, walk: &mut Walk<'a, '_>, field: FieldId) -> Outcome<()> {
        let known = &self.schema[field];
        let carried;
        let source = match walk.body.field(field) {
            Some(FieldValue::Set(data)) => Source::Set(data),
            Some(FieldValue::Raw(bits)) => Source::Raw(bits),
            Some(FieldValue::Auto) | None if takes_the_rest(known) && walk.content.is_some() => {
                walk.filled = true;
                carried = walk.content.take();
                carried.as_ref().map_or(Source::Nothing, Source::Set)
            }
            Some(FieldValue::Auto) | None => self.unsaid(walk, field),
        };
        let placed = self.placed.len();
        let origin = match source {
            Source::Set(_) => Origin::Set,
            Source::Auto(_) => Origin::Derived,
            Source::Raw(_) => Origin::Forced,
            Source::Of(_) | Source::Tag(_) | Source::Word(_) | Source::Random | Source::Nothing => Origin::Unsaid,
        };
        self.placed.push(Placed { field, frame: walk.frame, node: 0, origin });
        let node = match known.place {
            Place::Container { shift, width } => self.contained(walk, field, source, shift, width)?,
            Place::Run { .. } | Place::Scan => {
                let target = Target { field, frame: walk.frame, kind: NodeKind::Field(field), ty: &known.ty };
                self.value(target, source)?
            }
        };
        self.placed[placed].node = node;
        Ok(())
    }

    /// What a field is where nothing is said of it.
    fn unsaid(&self, walk: &Walk<'a, '_>, field: FieldId) -> Source<'a> {
        let known = &self.schema[field];
        if let Some(constant) = known.constant {
            return Source::Of(constant);
        }
        if let Some(auto) = known.auto {
            return Source::Auto(auto);
        }
        if let Some(tag) = walk.inferred.field(field) {
            return Source::Tag(tag);
        }
        if let Some(word) = walk.inferred.word(self.schema, field) {
            return Source::Word(word);
        }
        match known.default {
            Some(default) if matches!(self.schema[default], Expr::Random) => Source::Random,
            Some(default) => Source::Of(default),
            None => Source::Nothing,
        }
    }

    /// A field that shares a little-endian number with others.
    fn contained(
        &mut self,
        walk: &mut Walk<'a, '_>,
        field: FieldId,
        source: Source<'_>,
        shift: u32,
        width: u32,
    ) -> Outcome<u32> {
        let Some((bits, fields)) = container_of(&self.schema[self.schema[field].owner].body, field) else {
            return Err(BuildError::at(self.schema, field, BuildErrorKind::WrongKind));
        };
        if fields.first() == Some(&field) {
            walk.container = self.out.len();
            self.out.push_zeros(u64::from(bits));
        }
        let spot = Spot { at: walk.container, bits: width, little: false, container: Some((bits, shift)) };
        let target = Target { field, frame: walk.frame, kind: NodeKind::Field(field), ty: &self.schema[field].ty };
        let node = self.open_node(target.kind, Value::Group);
        let number = self.number(target, source, width, Some((node, spot)))?;
        spot.write(&mut self.out, number);
        let placed = &mut self.dissection.nodes[node as usize];
        // Its bits are told from the most significant one on, as if the number stood in network order.
        placed.start = walk.container + bits.saturating_sub(shift + width);
        placed.bits = width;
        placed.value = node_value(target.ty, number, width);
        self.take_slot(walk.frame, field, node);
        Ok(node)
    }

    /// Places a value; its node.
    fn value(&mut self, target: Target<'_>, source: Source<'_>) -> Outcome<u32> {
        let fixed = fixed_width(target.ty);
        match (target.ty, source) {
            (_, Source::Raw(bits)) if fixed.is_none_or(|width| u64::from(width) != bits.len()) => {
                self.raw(target, bits)
            }
            (Type::Uint { .. } | Type::Int { .. } | Type::Float { .. } | Type::Bool | Type::UintOf { .. }, _) => {
                self.plain_number(target, source)
            }
            (Type::Bytes(extent) | Type::Text(_, extent), _) => self.octets(target, extent, source),
            (Type::Struct(composite, args), _) => self.structure(target, *composite, args, source),
            (Type::Codec(codec, args), _) => self.codec(target, *codec, args, source),
            (Type::List(element, extent), _) => self.list(target, element, extent, source),
            (Type::Next(_), _) => self.opaque(target, source),
        }
    }

    fn fail<T>(&self, target: Target<'_>, kind: BuildErrorKind) -> Outcome<T> {
        Err(BuildError::at(self.schema, target.field, kind))
    }

    fn begin(&mut self, target: Target<'_>, value: Value) -> u32 {
        let node = self.open_node(target.kind, value);
        if matches!(target.kind, NodeKind::Field(_)) {
            self.take_slot(target.frame, target.field, node);
        }
        node
    }

    fn raw(&mut self, target: Target<'_>, bits: &Bits) -> Outcome<u32> {
        let value = match bits.uint() {
            Some(number) if bits.len() <= 64 && !matches!(target.ty, Type::Bytes(_) | Type::Text(..)) => {
                Value::Uint(number as u64)
            }
            _ => Value::Bytes,
        };
        let node = self.begin(target, value);
        self.out.push_bits(bits);
        self.close_node(node);
        Ok(node)
    }

    fn plain_number(&mut self, target: Target<'_>, source: Source<'_>) -> Outcome<u32> {
        let width = match (target.ty, fixed_width(target.ty)) {
            (_, Some(width)) => width,
            (Type::UintOf { bits }, None) => match self.eval(target.frame).int(*bits) {
                Some(bits @ 0..=128) => bits as u32,
                _ => 0,
            },
            _ => 0,
        };
        let little = is_little(target.ty);
        let node = self.begin(target, Value::Group);
        let spot = Spot { at: self.out.len(), bits: width, little, container: None };
        let number = self.number(target, source, width, Some((node, spot)))?;
        self.out.push_number(number, width, little);
        self.dissection.nodes[node as usize].value = node_value(target.ty, number, width);
        self.close_node(node);
        Ok(node)
    }

    /// The bits of a number.
    fn number(
        &mut self,
        target: Target<'_>,
        source: Source<'_>,
        width: u32,
        place: Option<(u32, Spot)>,
    ) -> Outcome<u128> {
        let known = &self.schema[target.field];
        match source {
            Source::Set(data) => wire_number(self.schema, target.field, data, width),
            Source::Raw(bits) => Ok(bits.uint().unwrap_or_default()),
            Source::Auto(auto) => {
                let key = self.key(target, false);
                let value = self.memory.number(key);
                let (node, spot) = place.unzip();
                self.derived.push(Derived {
                    key,
                    field: target.field,
                    frame: target.frame,
                    node: node.unwrap_or_default(),
                    wanted: Wanted::Value(auto),
                    spot,
                });
                Ok(mask(value, width))
            }
            Source::Of(expr) => {
                let value = self.eval(target.frame).eval(expr);
                match value {
                    Val::Float(value) => wire_number(self.schema, target.field, &Data::Float(value), width),
                    other => {
                        let value = other.int().unwrap_or_default();
                        derived_number(target.ty, value, known.scale, width)
                            .map_or_else(|| self.fail(target, BuildErrorKind::TooWide { value, bits: width }), Ok)
                    }
                }
            }
            Source::Tag(tag) => Ok(mask(tag / u128::from(known.scale.max(1)), width)),
            Source::Random => {
                let key = self.key(target, false);
                Ok(self.memory.draw(key, width))
            }
            Source::Word(_) | Source::Nothing => Ok(0),
        }
    }

    /// The name of a field over all passes: which of its kind it is in its layer.
    fn key(&mut self, target: Target<'_>, prefix: bool) -> Key {
        let layer = self.dissection.frames[target.frame as usize].layer;
        let count = self.seen.entry((layer, target.field, prefix)).or_insert(0);
        *count += 1;
        Key { layer, field: target.field, prefix, count: *count }
    }

    fn opaque(&mut self, target: Target<'_>, source: Source<'_>) -> Outcome<u32> {
        let node = self.begin(target, Value::Bytes);
        match source {
            Source::Set(Data::Bytes(bytes)) => self.out.push_bytes(bytes),
            Source::Set(Data::Payload(parts)) => {
                for part in parts {
                    match part {
                        PayloadPart::Bytes(bits) => self.out.push_bits(bits),
                        PayloadPart::Layer(_) => return self.fail(target, BuildErrorKind::WrongKind),
                    }
                }
            }
            Source::Set(_) => return self.fail(target, BuildErrorKind::WrongKind),
            Source::Raw(_)
            | Source::Auto(_)
            | Source::Of(_)
            | Source::Tag(_)
            | Source::Word(_)
            | Source::Random
            | Source::Nothing => {}
        }
        self.close_node(node);
        Ok(node)
    }

    fn octets(&mut self, target: Target<'_>, extent: &Extent, source: Source<'_>) -> Outcome<u32> {
        if !self.out.len().is_multiple_of(8) {
            return self.fail(target, BuildErrorKind::Misaligned);
        }
        let (forced, source) = split_prefix(source);
        let prefix = self.prefix(target, extent, forced)?;
        let node = self.begin(target, Value::Bytes);
        match source {
            Source::Set(Data::Bytes(bytes)) => {
                if let Extent::Count(count) = extent
                    && let Expr::Int(expected) = self.schema[*count]
                    && expected != bytes.len() as i128
                {
                    let (found, expected) = (bytes.len() as u64, expected as u64);
                    return self.fail(target, BuildErrorKind::Length { found, expected });
                }
                self.out.push_bytes(bytes);
            }
            Source::Set(_) => return self.fail(target, BuildErrorKind::WrongKind),
            Source::Raw(bits) => self.out.push_bits(bits),
            Source::Word(word) => self.out.push_bytes(word.as_bytes()),
            Source::Auto(auto) => self.derived_octets(target, auto, node),
            Source::Of(expr) => {
                let bytes = self.eval(target.frame).bytes(expr).map(|bytes| bytes.into_owned()).unwrap_or_default();
                self.out.push_bytes(&bytes);
            }
            Source::Random => {
                let key = self.key(target, false);
                for at in 0..self.default_count(target, extent) {
                    let byte = self.memory.draw(Key { count: key.count << 16 | at as u32, ..key }, 8);
                    self.out.push_number(byte, 8, false);
                }
            }
            Source::Tag(_) | Source::Nothing => match extent {
                Extent::Until(end) => {
                    let terminator = self.terminator(target, *end);
                    self.out.push_bytes(terminator.as_slice());
                }
                _ => {
                    let count = self.default_count(target, extent);
                    self.out.push_zeros(count as u64 * 8);
                }
            },
        }
        self.close_node(node);
        self.end_prefix(prefix, node, false);
        Ok(node)
    }

    fn derived_octets(&mut self, target: Target<'_>, auto: ExprId, node: u32) {
        let key = self.key(target, false);
        if let Some(bytes) = self.memory.octets(key) {
            let bytes = bytes.to_vec();
            self.out.push_bytes(&bytes);
        }
        let (field, frame) = (target.field, target.frame);
        self.derived.push(Derived { key, field, frame, node, wanted: Wanted::Octets(auto), spot: None });
    }

    /// How many bytes or elements there are where nothing is said of them: none if their number is forged.
    fn default_count(&self, target: Target<'_>, extent: &Extent) -> usize {
        match extent {
            Extent::Count(count) if self.is_forced(target.frame, *count) => 0,
            Extent::Count(count) => {
                self.eval(target.frame).int(*count).filter(|count| (0..=MAX_DEFAULT).contains(count)).unwrap_or(0)
                    as usize
            }
            Extent::ToEnd | Extent::Until(_) | Extent::PrefixBytes(_) | Extent::PrefixItems(_) => 0,
        }
    }

    /// Whether an expression is about a field that is set to bits, valid or not.
    fn is_forced(&self, frame: u32, id: ExprId) -> bool {
        let forced = |field: &FieldId| {
            // What was placed before the frame was opened is in frames that are older.
            let mut recent = self.placed.iter().rev().take_while(|placed| placed.frame >= frame);
            let is_it = |placed: &&Placed| placed.frame == frame && placed.field == *field;
            recent.find(is_it).is_some_and(|placed| placed.origin == Origin::Forced)
        };
        match &self.schema[id] {
            Expr::Field(fields) => fields.iter().any(forced),
            other => other.children().into_iter().any(|child| self.is_forced(frame, child)),
        }
    }

    /// The byte that ends bytes which reach up to such a one.
    fn terminator(&self, target: Target<'_>, end: ExprId) -> Option<u8> {
        let eval = self.eval(target.frame);
        (0..=u8::MAX).find(|&byte| eval.with_it(crate::interp::It::Int(i128::from(byte))).truth(end) == Some(true))
    }

    /// Begins the length or count in front of a value.
    fn prefix(&mut self, target: Target<'_>, extent: &Extent, forced: Option<&Bits>) -> Outcome<Option<usize>> {
        let (Extent::PrefixBytes(ty) | Extent::PrefixItems(ty)) = extent else { return Ok(None) };
        let node = self.open_node(NodeKind::Prefix(target.field), Value::Uint(0));
        if let Some(bits) = forced {
            self.out.push_bits(bits);
            self.dissection.nodes[node as usize].value = bits.uint().map_or(Value::Bytes, |n| Value::Uint(n as u64));
            self.close_node(node);
            return Ok(None);
        }
        let key = self.key(target, true);
        let value = self.memory.number(key);
        let spot = match ty.as_ref() {
            Type::Codec(codec, _) => {
                let Some(bits) = encode_number(self.schema, *codec, value) else {
                    return self.fail(target, BuildErrorKind::NotEncodable);
                };
                self.out.push_bits(&bits);
                None
            }
            other => {
                let width = fixed_width(other).unwrap_or_default();
                let spot = Spot { at: self.out.len(), bits: width, little: is_little(other), container: None };
                self.out.push_number(mask(value, width), width, spot.little);
                Some(spot)
            }
        };
        self.dissection.nodes[node as usize].value = Value::Uint(value as u64);
        self.close_node(node);
        let (field, frame) = (target.field, target.frame);
        self.derived.push(Derived { key, field, frame, node, wanted: Wanted::Number(0), spot });
        Ok(Some(self.derived.len() - 1))
    }

    /// Says what the prefix counts, once that is there.
    fn end_prefix(&mut self, prefix: Option<usize>, content: u32, items: bool) {
        let Some(derived) = prefix.and_then(|at| self.derived.get_mut(at)) else { return };
        let content = &self.dissection.nodes[content as usize];
        derived.wanted = Wanted::Number(match content.value {
            Value::List(count) if items => u128::from(count),
            _ => u128::from(content.bits / 8),
        });
    }

    fn structure(
        &mut self,
        target: Target<'_>,
        composite: CompositeId,
        args: &[ExprId],
        source: Source<'_>,
    ) -> Outcome<u32> {
        let unsaid = CompositeValue::new(composite);
        let body = match source {
            Source::Set(Data::Composite(body)) if body.composite == composite => body,
            Source::Set(_) => return self.fail(target, BuildErrorKind::WrongKind),
            Source::Raw(_)
            | Source::Auto(_)
            | Source::Of(_)
            | Source::Tag(_)
            | Source::Word(_)
            | Source::Random
            | Source::Nothing => &unsaid,
        };
        if self.depth >= MAX_DEPTH {
            return self.fail(target, BuildErrorKind::TooDeep);
        }
        let args = self.arguments(target.frame, args);
        let node = self.begin(target, Value::Group);
        let layer = self.dissection.frames[target.frame as usize].layer;
        let frame = self.open_frame(composite, layer, args);
        self.dissection.nodes[node as usize].value = Value::Frame(frame);
        self.depth += 1;
        self.whole_struct(body, frame)?;
        self.depth -= 1;
        self.close_frame(frame);
        self.close_node(node);
        Ok(node)
    }

    fn arguments(&self, frame: u32, args: &[ExprId]) -> Vec<Arg> {
        let eval = self.eval(frame);
        let known = args.iter().map(|&arg| match eval.eval(arg) {
            Val::Region(from, to) => Arg::Region(from, to),
            other => other.int().map_or(Arg::Absent, Arg::Int),
        });
        known.collect()
    }

    fn list(&mut self, target: Target<'_>, element: &Type, extent: &Extent, source: Source<'_>) -> Outcome<u32> {
        let (forced, source) = split_prefix(source);
        let prefix = self.prefix(target, extent, forced)?;
        let node = self.begin(target, Value::List(0));
        let item = Target { kind: NodeKind::Element(target.field), ty: element, ..target };
        let mut count = 0;
        match source {
            Source::Set(Data::List(elements)) => {
                for element in elements {
                    match element {
                        Element::Value(value) => {
                            count += 1;
                            let source = match value {
                                FieldValue::Auto => Source::Nothing,
                                FieldValue::Set(data) => Source::Set(data),
                                FieldValue::Raw(bits) => Source::Raw(bits),
                            };
                            self.value(item, source)?;
                        }
                        Element::Spoiled(bits) => {
                            let spoiled = self.open_node(NodeKind::Spoiled(Some(target.field)), Value::Bytes);
                            self.out.push_bits(bits);
                            self.close_node(spoiled);
                        }
                    }
                }
            }
            Source::Set(_) => return self.fail(target, BuildErrorKind::WrongKind),
            Source::Raw(bits) => self.out.push_bits(bits),
            Source::Auto(_) | Source::Of(_) | Source::Tag(_) | Source::Word(_) | Source::Random | Source::Nothing => {
                for _ in 0..self.default_count(target, extent) {
                    count += 1;
                    self.value(item, Source::Nothing)?;
                    if self.dissection.nodes.len() > MAX_NODES {
                        return self.fail(target, BuildErrorKind::TooLong);
                    }
                }
            }
        }
        self.dissection.nodes[node as usize].value = Value::List(count);
        self.close_node(node);
        self.end_prefix(prefix, node, matches!(extent, Extent::PrefixItems(_)));
        if self.out.is_full() {
            return self.fail(target, BuildErrorKind::TooLong);
        }
        Ok(node)
    }

    fn codec(&mut self, target: Target<'_>, id: CompositeId, args: &[ExprId], source: Source<'_>) -> Outcome<u32> {
        let Some(codec) = codec_of(self.schema, id) else { return self.fail(target, BuildErrorKind::WrongKind) };
        match codec.result {
            CodecResult::Uint(bits) => self.coded_number(target, id, bits, source),
            CodecResult::Name | CodecResult::Bytes => {
                let name = match source {
                    Source::Set(Data::Bytes(name)) => name.as_slice(),
                    Source::Set(_) => return self.fail(target, BuildErrorKind::WrongKind),
                    Source::Raw(_)
                    | Source::Auto(_)
                    | Source::Of(_)
                    | Source::Tag(_)
                    | Source::Word(_)
                    | Source::Random
                    | Source::Nothing => &[],
                };
                let region = match codec.encode {
                    Encode::Compress(param) => match self.arguments(target.frame, args).get(param as usize) {
                        Some(Arg::Region(from, _)) => Some(*from),
                        _ => None,
                    },
                    Encode::Plain
                    | Encode::Fields(_)
                    | Encode::FoldLittle(_)
                    | Encode::FoldBig(_)
                    | Encode::Digits(_) => None,
                };
                let too_long = codec.limit_bytes.is_some_and(|most| name.len() as u64 > most);
                let encoded = self.names.encode(name, self.out.len() / 8, region).filter(|_| !too_long);
                let Some(encoded) = encoded else { return self.fail(target, BuildErrorKind::NotEncodable) };
                let from = self.dissection.text.len() as u32;
                self.dissection.text.extend_from_slice(name);
                let node = self.begin(target, Value::Decoded(from, from + name.len() as u32));
                self.out.push_bytes(&encoded.bytes);
                self.names.note(region, encoded);
                self.close_node(node);
                Ok(node)
            }
        }
    }

    fn coded_number(&mut self, target: Target<'_>, id: CompositeId, bits: u32, source: Source<'_>) -> Outcome<u32> {
        let node = self.begin(target, Value::Group);
        let number = self.number(target, source, bits, Some((node, Spot::none())))?;
        let Some(encoded) = encode_number(self.schema, id, number) else {
            return self.fail(target, BuildErrorKind::NotEncodable);
        };
        self.out.push_bits(&encoded);
        self.dissection.nodes[node as usize].value = Value::Uint(number as u64);
        self.close_node(node);
        Ok(node)
    }
}

/// Whether a field reaches to the end of its layer, so that it holds what the layer carries.
fn takes_the_rest(field: &Field) -> bool {
    matches!(field.ty, Type::Bytes(Extent::ToEnd) | Type::Text(_, Extent::ToEnd))
        && field.within.is_none()
        && !field.trailing
}

/// The bits of a prefix that is not the derived one, and the value behind it.
fn split_prefix(source: Source<'_>) -> (Option<&Bits>, Source<'_>) {
    match source {
        Source::Set(Data::Prefixed(bits, data)) => (Some(bits), Source::Set(data)),
        other => (None, other),
    }
}

fn mask(value: u128, width: u32) -> u128 {
    if width >= 128 { value } else { value & ((1 << width) - 1) }
}

/// Whether the values of a number have names of which the list is closed.
pub(super) fn closed_names(schema: &crate::Schema, ty: &Type) -> Option<crate::model::EnumId> {
    match ty {
        Type::Uint { names: ValueNames::Enum(names), .. } if schema[*names].closed => Some(*names),
        _ => None,
    }
}
