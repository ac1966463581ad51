//! Changes of one field in the value of a packet.

use super::flaw::Flaw;
use super::{Sample, Sampler, width_of};
use crate::interp::{
    Bits, CompositeValue, Data, Element, FieldValue, Node, NodeKind, PacketValue, Part, Value, encode_number,
};
use crate::model::{Extent, FieldId, Place, Type};

/// What a field is changed to.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) bits: Bits,
    /// They are a value like others, of bytes, rather than forced.
    is_value: bool,
    /// The first element of the list is changed.
    in_element: bool,
    /// The bits stand in front of the field, as its length or count.
    pub(super) in_front: bool,
    /// The number is less than the one before.
    pub(super) is_less: bool,
    /// The number is more than the one before.
    pub(super) is_more: bool,
}

impl Change {
    fn to(bits: Bits) -> Self {
        Self { bits, is_value: false, in_element: false, in_front: false, is_less: false, is_more: false }
    }
}

/// How often a field is in a value.
pub(super) fn instances(value: &PacketValue, field: FieldId) -> usize {
    value.layers.iter().map(|layer| in_composite(&layer.body, field)).sum()
}

fn in_composite(body: &CompositeValue, field: FieldId) -> usize {
    let each = |part: &Part| match part {
        Part::Field(found, value) => usize::from(*found == field) + in_value(value, field),
        Part::Variant(_) | Part::End | Part::Padding(..) | Part::Spoiled(..) => 0,
    };
    body.parts.iter().map(each).sum()
}

fn in_value(value: &FieldValue, field: FieldId) -> usize {
    match value {
        FieldValue::Set(data) => in_data(data, field),
        FieldValue::Auto | FieldValue::Raw(_) => 0,
    }
}

fn in_data(data: &Data, field: FieldId) -> usize {
    match data {
        Data::Composite(body) => in_composite(body, field),
        Data::List(elements) => elements
            .iter()
            .map(|element| match element {
                Element::Value(value) => in_value(value, field),
                Element::Spoiled(_) => 0,
            })
            .sum(),
        Data::Prefixed(_, data) => in_data(data, field),
        Data::Uint(_) | Data::Int(_) | Data::Float(_) | Data::Bytes(_) | Data::Payload(_) => 0,
    }
}

/// Changes a field where it stands for the `nth` time, from 0 on; whether it does.
pub(super) fn change(value: &mut PacketValue, field: FieldId, nth: usize, to: &Change) -> bool {
    let mut left = nth;
    value.layers.iter_mut().any(|layer| change_composite(&mut layer.body, field, &mut left, to))
}

fn change_composite(body: &mut CompositeValue, field: FieldId, left: &mut usize, to: &Change) -> bool {
    body.parts.iter_mut().any(|part| {
        let Part::Field(found, value) = part else { return false };
        if *found == field {
            if *left == 0 {
                return apply(value, to);
            }
            *left -= 1;
        }
        change_value(value, field, left, to)
    })
}

fn change_value(value: &mut FieldValue, field: FieldId, left: &mut usize, to: &Change) -> bool {
    match value {
        FieldValue::Set(data) => change_data(data, field, left, to),
        FieldValue::Auto | FieldValue::Raw(_) => false,
    }
}

fn change_data(data: &mut Data, field: FieldId, left: &mut usize, to: &Change) -> bool {
    match data {
        Data::Composite(body) => change_composite(body, field, left, to),
        Data::List(elements) => elements.iter_mut().any(|element| match element {
            Element::Value(value) => change_value(value, field, left, to),
            Element::Spoiled(_) => false,
        }),
        Data::Prefixed(_, data) => change_data(data, field, left, to),
        Data::Uint(_) | Data::Int(_) | Data::Float(_) | Data::Bytes(_) | Data::Payload(_) => false,
    }
}

fn apply(value: &mut FieldValue, to: &Change) -> bool {
    if to.in_element {
        let FieldValue::Set(data) = value else { return false };
        let Data::List(elements) = (match data {
            Data::Prefixed(_, behind) => behind.as_mut(),
            other => other,
        }) else {
            return false;
        };
        let Some(Element::Value(first)) = elements.first_mut() else { return false };
        return apply(first, &Change { in_element: false, ..to.clone() });
    }
    if to.is_value {
        *value = FieldValue::Set(Data::Bytes(to.bits.bytes().to_vec()));
        return true;
    }
    if !to.in_front {
        *value = FieldValue::Raw(to.bits.clone());
        return true;
    }
    let FieldValue::Set(data) = value else { return false };
    let behind = std::mem::replace(data, Data::Uint(0));
    *data = Data::Prefixed(to.bits.clone(), Box::new(behind));
    true
}

impl Sampler<'_> {
    /// What a field of a packet may be changed to, so that a flaw comes about.
    pub(super) fn changes(&self, sample: &Sample, field: FieldId, flaw: Flaw) -> Vec<Change> {
        let known = &self.schema[field];
        if let Flaw::Prefix(_) = flaw {
            return prefixes(&known.ty);
        }
        let node = sample.dissection.nodes.iter().find(|node| node.kind == NodeKind::Field(field));
        let now = node.map_or(0, |node| node.bits as usize / 8);
        if let Flaw::Encoding(_) = flaw {
            let in_element = matches!(known.ty, Type::List(..));
            let text =
                |length| Change { is_value: true, in_element, ..Change::to(Bits::from_bytes(&vec![0xff; length])) };
            return [now.max(1), 1, 2, 3, 4, 6, 8, 14].map(text).into();
        }
        match &known.ty {
            Type::Codec(codec, _) => match (flaw, node) {
                (Flaw::TooSmall(_) | Flaw::TooLarge(_), Some(Node { value: Value::Uint(now), .. })) => {
                    let now = u128::from(*now);
                    let others =
                        [now / 2, now.saturating_sub(1), now + 1, now + 2, now + 200, now * 2 + 5, now + 20_000];
                    let change = |number: u128| {
                        let bits = encode_number(self.schema, *codec, number)?;
                        Some(Change { is_less: number < now, is_more: number > now, ..Change::to(bits) })
                    };
                    others.into_iter().filter(|number| *number != now).filter_map(change).collect()
                }
                _ => codes(),
            },
            Type::Bytes(_) | Type::Text(..) => octets(&known.ty, now),
            Type::List(..) | Type::Struct(..) => octets(&known.ty, now),
            _ => {
                let width = match known.place {
                    Place::Container { width, .. } => Some(width),
                    Place::Run { .. } | Place::Scan => width_of(&known.ty),
                };
                let width = width.or(node.map(|node| node.bits)).unwrap_or_default();
                let now = node.and_then(|node| {
                    let index = sample.dissection.nodes.iter().position(|other| std::ptr::eq(other, node))?;
                    sample.view(self.schema).eval(0).value_of(index as u32).int()
                });
                self.numbers(field, width, now.unwrap_or_default() / i128::from(known.scale.max(1)))
            }
        }
    }

    /// Other numbers than the one that is there.
    fn numbers(&self, field: FieldId, width: u32, now: i128) -> Vec<Change> {
        let scale = i128::from(self.schema[field].scale.max(1));
        let top = super::number::top(width);
        let mut numbers =
            vec![now - 1, now + 1, 0, top, now / 2, now * 2, 1, 2, 3, now - 2, now + 2, now + 4, now - 4, now + 8];
        for pattern in self.interests.of(field) {
            let mask = ((1_i128 << pattern.bits.min(100)) - 1) << pattern.shift.min(26);
            let value = match pattern.shift {
                0 if pattern.bits >= width => pattern.value / scale,
                shift => now & !mask | pattern.value << shift.min(26) & mask,
            };
            numbers.push(value);
        }
        for arm in self.matches.get(&field).into_iter().flatten().flat_map(|choice| &choice.arms) {
            numbers.extend(arm.tags.iter().flat_map(|(low, high)| [low / scale - 1, high / scale + 1]));
        }
        numbers.extend((0..width.min(64)).map(|bit| now ^ 1 << bit));
        // All that there are, of few.
        if width <= 10 {
            numbers.extend(0..=top);
        }
        let mut seen = std::collections::HashSet::new();
        numbers.retain(|number| *number >= 0 && *number <= top && *number != now && seen.insert(*number));
        let change = |number: &i128| {
            let bits = Bits::from_uint(*number as u128, width)?;
            Some(Change { is_less: *number < now, is_more: *number > now, ..Change::to(bits) })
        };
        numbers.iter().filter_map(change).collect()
    }
}

/// Bytes that are no text, and fewer and more of them.
fn octets(ty: &Type, now: usize) -> Vec<Change> {
    let lengths = match ty {
        Type::Bytes(Extent::Count(_)) | Type::Text(_, Extent::Count(_)) => vec![now],
        _ => vec![now, 0, 1, 2, 4, 8, 16, 20, 24, 40, 64, 128, now + 1, now + 4],
    };
    let fills = [0xff, 0x00, 0x41, 0x80];
    let each = lengths.iter().flat_map(|length| fills.map(|fill| vec![fill; *length]));
    each.map(|bytes| Change::to(Bits::from_bytes(&bytes))).collect()
}

/// What stands in front of a field: as much as can be said, and more than there is.
fn prefixes(ty: &Type) -> Vec<Change> {
    let (Type::Bytes(extent) | Type::Text(_, extent) | Type::List(_, extent)) = ty else { return Vec::new() };
    let (Extent::PrefixBytes(in_front) | Extent::PrefixItems(in_front)) = extent else {
        return match ty {
            Type::List(element, _) => {
                prefixes(element).into_iter().map(|change| Change { in_element: true, ..change }).collect()
            }
            _ => Vec::new(),
        };
    };
    let encoded: Vec<Bits> = match width_of(in_front) {
        Some(width) => {
            let top = super::number::top(width);
            [top, top / 2, top / 4].iter().filter_map(|number| Bits::from_uint(*number as u128, width)).collect()
        }
        None => [vec![0x3f], vec![0x7f, 0xff], vec![0xff, 0x7f]].iter().map(|bytes| Bits::from_bytes(bytes)).collect(),
    };
    encoded.into_iter().map(|bits| Change { in_front: true, ..Change::to(bits) }).collect()
}

/// Bytes that a codec may stumble over.
fn codes() -> Vec<Change> {
    let mut codes: Vec<Vec<u8>> = Vec::new();
    for first in 0..=u8::MAX {
        for second in [0, 1, 0xff] {
            codes.push(vec![first, second]);
            codes.push(vec![first, second, 0, 0, 0, 0, 0, 0]);
        }
    }
    codes.push(vec![0xff; 16]);
    // More labels than a name may have.
    codes.push([[1, b'a'].repeat(127), vec![1, b'a', 0]].concat());
    codes.push([[1, b'a'].repeat(200), vec![0]].concat());
    codes.push(vec![0x80; 4096 + 8]);
    codes.iter().map(|bytes| Change::to(Bits::from_bytes(bytes))).collect()
}
