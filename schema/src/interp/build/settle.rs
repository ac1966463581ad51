//! Which fields of a packet that was read a builder would derive alike.

use super::derive::{Memory, check_placed};
use super::lay_out;
use super::layout::{Layout, Origin, Placed};
use super::number::{derived_number, wire_number};
use crate::Schema;
use crate::interp::NodeKind;
use crate::interp::encode::encode_number;
use crate::interp::resolve_value::fixed_width;
use crate::interp::{Bits, CompositeValue, Data, Element, FieldValue, PacketValue, Part, PayloadPart};
use crate::model::Type;

/// What becomes of a field that was read.
enum Verdict {
    /// It stays as it is.
    Keep,
    /// It is derived.
    Auto,
    /// No builder would accept it as a value; how many bits it has.
    Raw(u32, u32),
}

/// Makes the raw fields of a read packet automatic that are derived alike, and those values raw that a builder refuses.
///
/// The packet is laid out as it will be when it is built, and the derivations are evaluated over that.
pub(in crate::interp) fn settle(schema: &Schema, data: &[u8], mut value: PacketValue) -> PacketValue {
    let laid_out = lay_out(schema, &value, Memory::new(0)).ok();
    let Some((layout, _)) = laid_out.filter(|(layout, _)| layout.out.bytes() == data) else {
        // Whatever was read, the bytes come first.
        let top = vec![PayloadPart::Bytes(Bits::from_bytes(data))];
        return PacketValue { layers: Vec::new(), top };
    };
    let mut verdicts: Vec<Vec<Verdict>> = Vec::new();
    verdicts.resize_with(value.layers.len(), Vec::new);
    for placed in &layout.placed {
        let Some(layer) = layout.layer_of(placed.frame) else { continue };
        if let Some(verdicts) = verdicts.get_mut(layer) {
            verdicts.push(verdict(&layout, placed));
        }
    }
    for (layer, verdicts) in value.layers.iter_mut().zip(verdicts) {
        apply(schema, data, &mut layer.body, true, &mut verdicts.into_iter());
    }
    value
}

fn verdict(layout: &Layout<'_, '_>, placed: &Placed) -> Verdict {
    let node = layout.dissection.nodes[placed.node as usize];
    if placed.origin == Origin::Set {
        return match check_placed(layout, placed) {
            Ok(()) => Verdict::Keep,
            Err(_) => {
                // A length or count in front goes with it.
                let in_front = placed.node.checked_sub(1).and_then(|at| layout.dissection.nodes.get(at as usize));
                let prefix = in_front.filter(|node| node.kind == NodeKind::Prefix(placed.field));
                let start = prefix.map_or(node.start, |prefix| prefix.start);
                Verdict::Raw(start, node.start + node.bits - start)
            }
        };
    }
    let field = &layout.schema[placed.field];
    let Some(auto) = field.auto else { return Verdict::Keep };
    let eval = layout.eval(placed.frame).with_hole(node.start, node.start + node.bits);
    let found = Bits::of(layout.out.bytes(), u64::from(node.start), u64::from(node.start + node.bits));
    let alike = match &field.ty {
        Type::Bytes(_) | Type::Text(..) => eval.bytes(auto).is_some_and(|bytes| Bits::from_bytes(&bytes) == found),
        Type::Codec(codec, _) => {
            let number = eval.int(auto).and_then(|number| derived_number(&field.ty, number, field.scale, 64));
            number.and_then(|number| encode_number(layout.schema, *codec, number)).is_some_and(|bits| bits == found)
        }
        _ => {
            let expected = eval.int(auto).and_then(|n| derived_number(&field.ty, n, field.scale, node.bits));
            expected.is_some() && expected == layout.wire_value(placed.node)
        }
    };
    if alike { Verdict::Auto } else { Verdict::Keep }
}

/// Applies the verdicts to the fields in the order in which they were placed.
fn apply(
    schema: &Schema,
    data: &[u8],
    body: &mut CompositeValue,
    is_layer: bool,
    verdicts: &mut dyn Iterator<Item = Verdict>,
) {
    for part in &mut body.parts {
        let Part::Field(field, value) = part else { continue };
        if is_layer && matches!(schema[*field].ty, Type::Next(_)) {
            continue;
        }
        match verdicts.next() {
            Some(Verdict::Auto) => *value = FieldValue::Auto,
            Some(Verdict::Raw(start, bits)) => {
                inner(schema, data, value, verdicts);
                let number = match value {
                    FieldValue::Set(number) if fixed_width(&schema[*field].ty).is_some() => {
                        wire_number(schema, *field, number, bits).ok().and_then(|number| Bits::from_uint(number, bits))
                    }
                    FieldValue::Auto | FieldValue::Set(_) | FieldValue::Raw(_) => None,
                };
                let raw = number.unwrap_or_else(|| Bits::of(data, u64::from(start), u64::from(start + bits)));
                *value = FieldValue::Raw(raw);
            }
            Some(Verdict::Keep) | None => inner(schema, data, value, verdicts),
        }
    }
}

/// Applies verdicts to the fields of the structs in a value.
fn inner(schema: &Schema, data: &[u8], value: &mut FieldValue, verdicts: &mut dyn Iterator<Item = Verdict>) {
    if let FieldValue::Set(value) = value {
        inner_data(schema, data, value, verdicts);
    }
}

fn inner_data(schema: &Schema, data: &[u8], value: &mut Data, verdicts: &mut dyn Iterator<Item = Verdict>) {
    match value {
        Data::Composite(body) => apply(schema, data, body, false, verdicts),
        Data::List(elements) => {
            for element in elements {
                if let Element::Value(value) = element {
                    inner(schema, data, value, verdicts);
                }
            }
        }
        Data::Prefixed(_, value) => inner_data(schema, data, value, verdicts),
        Data::Uint(_) | Data::Int(_) | Data::Float(_) | Data::Bytes(_) | Data::Payload(_) => {}
    }
}
