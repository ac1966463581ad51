//! Values of nodes: numbers, bytes and text, found in the dissection or in the packet at the node's place.

use super::plan::{FieldPlan, Shape};
use crate::text::{self, put};
use packet_core::bits;
use packet_core::text as words;
use packet_schema::interp::{Dissection, Node, Value, address_of};
use packet_schema::model::{CodecResult, Encoding};
use std::borrow::Cow;

/// The bytes of a packet that a node covers, in part or in whole.
pub(crate) fn bytes<'a>(node: &Node, data: &'a [u8]) -> &'a [u8] {
    let start = node.start as usize / 8;
    let end = (node.start as usize + node.bits as usize).div_ceil(8);
    data.get(start..end.min(data.len())).unwrap_or_default()
}

/// The bytes that a node stands for: what a codec yielded, else those that it covers.
pub(crate) fn octets_of<'a>(node: &Node, dissection: &'a Dissection, data: &'a [u8]) -> &'a [u8] {
    match node.value {
        Value::Decoded(from, to) => decoded(dissection, from, to),
        _ => bytes(node, data),
    }
}

fn decoded(dissection: &Dissection, from: u32, to: u32) -> &[u8] {
    dissection.text.get(from as usize..to as usize).unwrap_or_default()
}

/// The number of a node, as on the wire, unless it is none.
pub(crate) fn number(node: &Node) -> Option<u128> {
    match node.value {
        Value::Uint(value) => Some(value.into()),
        Value::Wide(value) => Some(value),
        _ => None,
    }
}

/// Appends an integer in decimal, scaled; `false`, and nothing written, where the node holds none.
pub(crate) fn decimal(out: &mut Vec<u8>, field: &FieldPlan, node: &Node) -> bool {
    match node.value {
        Value::Uint(value) => match value.checked_mul(field.scale) {
            Some(value) => text::decimal(out, value),
            None => text::wide(out, u128::from(value) * u128::from(field.scale)),
        },
        Value::Int(value) => put!(out, "{}", i128::from(value) * i128::from(field.scale)),
        Value::Wide(value) if field.signed => put!(out, "{}", bits::sign_extend(value, field.bits)),
        Value::Wide(value) => text::wide(out, value),
        _ => return false,
    }
    true
}

/// The text of a node that has some.
pub(crate) fn text<'a>(
    field: &FieldPlan,
    node: &Node,
    dissection: &'a Dissection,
    data: &'a [u8],
) -> Option<Cow<'a, str>> {
    match (field.shape, node.value) {
        (Shape::Codec(CodecResult::Bytes), _) => None,
        (_, Value::Decoded(from, to)) => Some(text::utf8(decoded(dissection, from, to))),
        (Shape::Text(Encoding::Latin1), Value::Bytes) => {
            Some(bytes(node, data).iter().copied().map(char::from).collect::<String>().into())
        }
        (Shape::Text(Encoding::Utf8 | Encoding::Ascii | Encoding::NoCase), Value::Bytes) => {
            Some(text::utf8(bytes(node, data)))
        }
        _ => None,
    }
}

/// Writes an address without quotes; `false`, and nothing written, where the value is not of an address' size.
pub(crate) fn address(out: &mut Vec<u8>, shape: Shape, node: &Node, data: &[u8]) -> bool {
    match shape {
        Shape::Ipv4 => octets(node, data).is_some_and(|octets| words::ipv4(&mut text::Sink(out), octets).is_ok()),
        Shape::Ipv6 => {
            let address = octets(node, data).or_else(|| address_of(bytes(node, data)));
            address.is_some_and(|octets| words::ipv6(&mut text::Sink(out), octets).is_ok())
        }
        Shape::Mac => octets(node, data).is_some_and(|octets| words::mac(&mut text::Sink(out), octets).is_ok()),
        _ => false,
    }
}

/// A value of exactly `N` bytes: bytes as they are, a number in network order.
fn octets<const N: usize>(node: &Node, data: &[u8]) -> Option<[u8; N]> {
    match number(node) {
        Some(number) => number.to_be_bytes().last_chunk().copied(),
        None => bytes(node, data).try_into().ok(),
    }
}
