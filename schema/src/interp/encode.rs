//! How a codec writes a value: the one encoding that a builder gives.

use super::eval::Eval;
use super::{Bits, Dissection, Frame, Node, NodeKind, Value};
use crate::model::{
    Block, Codec, Composite, CompositeId, CompositeKind, Encode, Expr, ExprId, FieldId, Item, Schema, Type, Yield,
};
use packet_core::bits::fits;
use std::collections::HashMap;

/// The longest label, RFC 1035 §2.3.4.
const MAX_LABEL: usize = 63;
/// How far a pointer reaches: 14 bits, RFC 1035 §4.1.4.
const POINTER_REACH: u32 = 1 << 14;
/// The two bits that make a length a pointer, RFC 1035 §4.1.4.
const POINTER: u16 = 0xc000;

/// The codec that a composite is.
pub(super) fn codec_of(schema: &Schema, id: CompositeId) -> Option<&Codec> {
    match &schema[id].kind {
        CompositeKind::Codec(codec) => Some(codec),
        CompositeKind::Layer(_) | CompositeKind::Struct => None,
    }
}

/// The bits of a number in a codec's canonical encoding; `None` where it has none.
pub(crate) fn encode_number(schema: &Schema, id: CompositeId, value: u128) -> Option<Bits> {
    let codec = codec_of(schema, id)?;
    let composite = &schema[id];
    match &codec.encode {
        Encode::Fields(computed) => encode_fields(schema, id, computed, value),
        Encode::FoldLittle(bits) => encode_groups(schema, composite, *bits, value, false),
        Encode::FoldBig(bits) => encode_groups(schema, composite, *bits, value, true),
        Encode::Digits(base) => {
            let mut room = [0; 128];
            let digits = packet_core::text::digits(value, *base, &mut room);
            let most = composite.repeated().map_or(1, |(most, ..)| most);
            (digits.len() as u64 <= most).then(|| Bits::from_bytes(digits))
        }
        Encode::Compress(_) | Encode::Plain => None,
    }
}

/// Fields in order, of which one takes the value and others are computed from it.
fn encode_fields(schema: &Schema, id: CompositeId, computed: &[(FieldId, ExprId)], value: u128) -> Option<Bits> {
    let composite = &schema[id];
    let yielded = yielded_field(schema, &composite.body)?;
    let mut scratch = Scratch::new(schema, id);
    scratch.set(yielded, value);
    for (field, expr) in computed {
        let value = scratch.eval(|eval| eval.int(*expr))?;
        scratch.set(*field, u128::try_from(value).ok()?);
    }
    let mut wire = WireBits::default();
    for field in fields_in_order(&composite.body) {
        let width = match &schema[field].ty {
            Type::UintOf { bits } => u32::try_from(scratch.eval(|eval| eval.int(*bits))?).ok()?,
            other => super::resolve_value::fixed_width(other)?,
        };
        wire.push(scratch.value(field).unwrap_or_default(), width)?;
    }
    Some(wire.into_bits())
}

fn yielded_field(schema: &Schema, block: &Block) -> Option<FieldId> {
    block.items.iter().find_map(|item| match item {
        Item::Yields(Yield::Expr(expr)) => field_named(schema, *expr),
        _ => None,
    })
}

fn field_named(schema: &Schema, expr: ExprId) -> Option<FieldId> {
    match &schema[expr] {
        Expr::Field(fields) => fields.first().copied(),
        _ => None,
    }
}

fn fields_in_order(block: &Block) -> Vec<FieldId> {
    let fields = block.items.iter().flat_map(|item| match item {
        Item::Run(run) => run.fields.clone(),
        Item::Field(field) => vec![*field],
        _ => Vec::new(),
    });
    fields.collect()
}

/// Groups of bits, each with a flag that says whether more follow.
fn encode_groups(schema: &Schema, composite: &Composite, bits: u32, value: u128, big: bool) -> Option<Bits> {
    let (most, body, condition) = composite.repeated()?;
    let emitted = body.items.iter().find_map(|item| match item {
        Item::Emit(expr) => field_named(schema, *expr),
        _ => None,
    })?;
    let more = condition.and_then(|condition| field_named(schema, condition));
    let groups = u64::from((128 - value.leading_zeros()).div_ceil(bits.max(1)).max(1));
    if groups > most {
        return None;
    }
    let mut wire = WireBits::default();
    for step in 0..groups {
        let group = if big { groups - 1 - step } else { step };
        let shifted = value.checked_shr(group as u32 * bits).unwrap_or_default();
        for field in fields_in_order(body) {
            let width = super::resolve_value::fixed_width(&schema[field].ty)?;
            let part = match field {
                field if field == emitted => shifted & ((1 << bits) - 1),
                field if Some(field) == more => u128::from(step + 1 < groups),
                _ => 0,
            };
            wire.push(part, width)?;
        }
    }
    Some(wire.into_bits())
}

/// Names written so far, by the region that their pointers count from.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// From the labels of a name's tail, as they are written, to where it stands.
    written: HashMap<(u32, Vec<u8>), u32>,
}

/// A name as it is written at some place, and the tails that it brings there.
pub(super) struct EncodedName {
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
    tails: Vec<(Vec<u8>, u32)>,
}

impl Names {
    /// The bytes of a name written at some byte of the packet; with a region's first byte, tails that were written before
    /// are pointed to. `None` where it has an empty or overlong label, or one that ends inside of an escape.
    pub(super) fn encode(&self, name: &[u8], at: u32, region: Option<u32>) -> Option<EncodedName> {
        let (mut bytes, starts) = labels(name)?;
        let mut tails = Vec::with_capacity(starts.len());
        for start in starts {
            let tail = bytes.get(start..).unwrap_or_default().to_vec();
            if let Some(&offset) = region.and_then(|region| self.written.get(&(region, tail.clone()))) {
                bytes.truncate(start);
                bytes.extend((POINTER | offset as u16).to_be_bytes());
                return Some(EncodedName { bytes, tails });
            }
            tails.push((tail, at.checked_add(start as u32)?));
        }
        bytes.push(0);
        Some(EncodedName { bytes, tails })
    }

    /// Notes that a name was written, so that later ones may point to it.
    pub(super) fn note(&mut self, region: Option<u32>, name: EncodedName) {
        let Some(region) = region else { return };
        for (tail, at) in name.tails {
            if let Some(offset) = at.checked_sub(region).filter(|&offset| offset < POINTER_REACH) {
                self.written.entry((region, tail)).or_insert(offset);
            }
        }
    }
}

/// The labels of a name as they are written, each behind its length, and where each begins. A backslash stands before a dot or
/// a backslash inside of a label, or before three decimal digits of a byte, RFC 1035 §5.1.
fn labels(name: &[u8]) -> Option<(Vec<u8>, Vec<usize>)> {
    let (mut wire, mut starts) = (Vec::with_capacity(name.len() + 2), Vec::new());
    let mut label = Vec::new();
    let mut rest: &[u8] = if name == b"." { &[] } else { name };
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match (byte, rest) {
            (b'\\', [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', behind @ ..]) => {
                let value = [a, b, c].iter().fold(0_u16, |value, digit| value * 10 + u16::from(**digit - b'0'));
                label.push(u8::try_from(value).ok()?);
                rest = behind;
            }
            (b'\\', [escaped, behind @ ..]) => {
                label.push(*escaped);
                rest = behind;
            }
            (b'\\', []) => return None,
            (b'.', _) => {}
            _ => label.push(byte),
        }
        if byte == b'.' || rest.is_empty() {
            if label.is_empty() || label.len() > MAX_LABEL {
                return None;
            }
            starts.push(wire.len());
            wire.push(label.len() as u8);
            wire.append(&mut label);
        }
    }
    Some((wire, starts))
}

/// Bits put one behind another.
#[derive(Default)]
struct WireBits {
    bytes: Vec<u8>,
    len: usize,
}

impl WireBits {
    /// `None` where the value does not fit.
    fn push(&mut self, value: u128, bits: u32) -> Option<()> {
        if bits == 0 {
            return (value == 0).then_some(());
        }
        if !fits(value, bits) {
            return None;
        }
        self.bytes.resize((self.len + bits as usize).div_ceil(8), 0);
        packet_core::bits::write(&mut self.bytes, self.len, bits, value).then_some(())?;
        self.len += bits as usize;
        Some(())
    }

    fn into_bits(self) -> Bits {
        Bits::of(&self.bytes, 0, self.len as u64)
    }
}

/// A frame of numbers that are in no packet, for expressions over them.
struct Scratch<'a> {
    schema: &'a Schema,
    dissection: Dissection,
}

impl<'a> Scratch<'a> {
    fn new(schema: &'a Schema, composite: CompositeId) -> Self {
        let mut dissection = Dissection::default();
        dissection.frames.push(Frame { composite, layer: 0, slots: 0, args: 0, start: 0, bits: 0, nodes: (0, 0) });
        dissection.slots = vec![0; schema[composite].fields.len()];
        Self { schema, dissection }
    }

    fn set(&mut self, field: FieldId, value: u128) {
        let value = u64::try_from(value).map_or(Value::Wide(value), Value::Uint);
        let nodes = &mut self.dissection.nodes;
        let end = nodes.len() as u32 + 1;
        nodes.push(Node { kind: NodeKind::Field(field), start: 0, bits: 0, end, value });
        if let Some(slot) = self.dissection.slots.get_mut(self.schema[field].slot as usize) {
            *slot = end;
        }
    }

    fn value(&self, field: FieldId) -> Option<u128> {
        let slot = *self.dissection.slots.get(self.schema[field].slot as usize)?;
        match self.dissection.nodes.get(slot.checked_sub(1)? as usize)?.value {
            Value::Uint(value) => Some(u128::from(value)),
            Value::Wide(value) => Some(value),
            _ => None,
        }
    }

    fn eval<T>(&self, with: impl FnOnce(Eval<'_, '_>) -> T) -> T {
        with(Eval::new(self.schema, &[], &self.dissection, 0))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test may panic")]
mod tests {
    use super::*;

    fn write(names: &mut Names, name: &[u8], at: u32, region: Option<u32>) -> Option<Vec<u8>> {
        let encoded = names.encode(name, at, region)?;
        let bytes = encoded.bytes.clone();
        names.note(region, encoded);
        Some(bytes)
    }

    #[test]
    fn tails_of_names_are_pointed_to() {
        let mut names = Names::default();
        let mut write = |name: &[u8], at, region| write(&mut names, name, at, region);
        assert_eq!(write(b"example.com", 12, Some(0)).unwrap(), b"\x07example\x03com\0");
        assert_eq!(write(b"example.com", 40, Some(0)).unwrap(), b"\xc0\x0c");
        assert_eq!(write(b"www.example.com.", 50, Some(0)).unwrap(), b"\x03www\xc0\x0c");
        assert_eq!(write(b"a.www.example.com", 70, Some(0)).unwrap(), b"\x01a\xc0\x32");
        assert_eq!(write(b"org", 90, Some(4)).unwrap(), b"\x03org\0", "another region has names of its own");
        assert_eq!(write(b"com", 90, None).unwrap(), b"\x03com\0");
        assert_eq!(write(b"", 90, Some(0)).unwrap(), b"\0");
        assert_eq!(write(b"a..b", 90, Some(0)), None);
        assert_eq!(write(&[b'x'; 64], 90, Some(0)), None);
        assert_eq!(write(b"a\\.b\\\\\\255 c.d", 90, Some(1)).unwrap(), b"\x07a.b\\\xff c\x01d\0");
        assert_eq!(write(b"a\\", 90, Some(0)), None);
        assert_eq!(write(b"a\\256", 90, Some(0)), None);
    }

    #[test]
    fn names_out_of_reach_are_written_again() {
        let mut names = Names::default();
        let far = write(&mut names, b"com", 20_000, Some(0)).unwrap();
        assert_eq!(write(&mut names, b"com", 20_010, Some(0)).unwrap(), far);
    }
}
