//! Bytes of expressions, handed piece by piece to whoever sums or collects them, so that nothing is copied on the way.

use super::eval::{CallArg, Eval, It};
use super::val::Val;
use super::{AnomalyKind, LayerNode, NodeKind, children};
use crate::model::{Expr, ExprId, FieldId};
use crate::tree::BinaryOp;
use packet_core::checksum::{Crc16, Crc16Parameters, Crc32, Inet16};
use packet_core::hash::SipHash24;
use std::borrow::Cow;

/// Takes bytes in pieces.
pub(super) trait Sink {
    /// The next piece.
    fn put(&mut self, piece: &[u8]);
}

impl Sink for Vec<u8> {
    fn put(&mut self, piece: &[u8]) {
        self.extend_from_slice(piece);
    }
}

impl Sink for Inet16 {
    #[inline]
    fn put(&mut self, piece: &[u8]) {
        *self = self.update(piece);
    }
}

impl Sink for Crc32 {
    fn put(&mut self, piece: &[u8]) {
        *self = self.update(piece);
    }
}

impl Sink for Crc16 {
    fn put(&mut self, piece: &[u8]) {
        *self = self.update(piece);
    }
}

impl Sink for SipHash24 {
    fn put(&mut self, piece: &[u8]) {
        *self = self.update(piece);
    }
}

impl<'a> Eval<'a, '_> {
    /// The bytes of an expression; borrowed where they stand somewhere in one piece.
    #[must_use]
    pub fn bytes(&self, id: ExprId) -> Option<Cow<'a, [u8]>> {
        match &self.schema[id] {
            Expr::Binary(BinaryOp::Concat, ..) | Expr::ToBytes { .. } => self.collected(id),
            Expr::SelfBytes | Expr::BytesOf(..) => {
                let (from, to) = self.covered(id)?;
                match self.hole {
                    Some((start, end)) if start < to && end > from => self.collected(id),
                    _ => Some(Cow::Borrowed(self.range(from, to))),
                }
            }
            Expr::Rest => self.rest.map(|(from, to)| Cow::Borrowed(self.range(from, to))),
            _ => self.octets(&self.eval(id)),
        }
    }

    fn collected(&self, id: ExprId) -> Option<Cow<'a, [u8]>> {
        let mut bytes = Vec::new();
        self.stream(id, &mut bytes)?;
        Some(Cow::Owned(bytes))
    }

    /// The bytes of a value.
    pub(super) fn octets(&self, of: &Val<'a>) -> Option<Cow<'a, [u8]>> {
        match of {
            Val::Bytes(bytes) => Some(bytes.clone()),
            Val::Text(Cow::Borrowed(text)) => Some(Cow::Borrowed(text.as_bytes())),
            Val::Text(Cow::Owned(text)) => Some(Cow::Owned(text.clone().into_bytes())),
            Val::Frame(frame) => {
                let frame = self.dissection.frames.get(*frame as usize)?;
                Some(Cow::Borrowed(self.range(frame.start, frame.start + frame.bits)))
            }
            Val::List(node) => {
                let node = self.node(*node)?;
                Some(Cow::Borrowed(self.range(node.start, node.start + node.bits)))
            }
            Val::Region(from, to) => self.data.get(*from as usize..*to as usize).map(Cow::Borrowed),
            Val::Absent | Val::Int(_) | Val::Bool(_) | Val::Float(_) | Val::Items(_) => None,
        }
    }

    /// Hands the bytes of an expression to a sink; `None`, after any number of pieces, where they are not all known.
    pub(super) fn stream<S: Sink>(&self, id: ExprId, sink: &mut S) -> Option<()> {
        match &self.schema[id] {
            Expr::Binary(BinaryOp::Concat, left, right) => {
                self.stream(*left, sink)?;
                self.stream(*right, sink)
            }
            Expr::ToBytes { of, bits, little } => {
                let value = match self.quickly(*of) {
                    Some(number) => i128::from(number),
                    None => self.int(*of)?,
                };
                put_number(value as u128, *bits, *little, sink);
                Some(())
            }
            Expr::SelfBytes | Expr::BytesOf(..) => {
                let (from, to) = self.covered(id)?;
                self.put_range(from, to, sink);
                Some(())
            }
            Expr::Rest => {
                let (from, to) = self.rest?;
                sink.put(self.range(from, to));
                Some(())
            }
            Expr::Bytes(bytes) => {
                sink.put(bytes);
                Some(())
            }
            Expr::Cond(condition, yes, no) => self.stream(if self.truth(*condition)? { *yes } else { *no }, sink),
            Expr::Arg(index) => match self.args.get(*index as usize)? {
                CallArg::Bytes(bytes) => {
                    sink.put(bytes);
                    Some(())
                }
                CallArg::Absent | CallArg::Int(_) => None,
            },
            Expr::Carrier { via, interface, member, args } => {
                self.carrier(*via, *interface, *member, args, |eval, value| eval.stream(value, sink))
            }
            Expr::List(items) => items.iter().try_for_each(|&item| self.stream(item, sink)),
            _ => {
                sink.put(&self.octets(&self.eval(id))?);
                Some(())
            }
        }
    }

    /// From which bit to which `self` or `bytes_of` reaches; nothing where some of it is missing.
    fn covered(&self, id: ExprId) -> Option<(u32, u32)> {
        match &self.schema[id] {
            Expr::BytesOf(first, last) => self.covered_fields(*first, *last),
            _ => {
                let layer = self.own_layer()?;
                let whole = !layer.truncated && !self.is_spoiled(layer);
                whole.then_some((layer.start * 8, (layer.start + layer.size) * 8))
            }
        }
    }

    /// Whether reading a layer's header stopped before its end.
    fn is_spoiled(&self, layer: &LayerNode) -> bool {
        let spoiled = |index: u32| self.node(index).is_some_and(|node| matches!(node.kind, NodeKind::Spoiled(_)));
        let nodes = &self.dissection.nodes;
        !self.dissection.errors.is_empty() && children(nodes, layer.nodes.0, layer.nodes.1).last().is_some_and(spoiled)
    }

    fn covered_fields(&self, first: FieldId, last: FieldId) -> Option<(u32, u32)> {
        let first_index = self.present(self.frame, &[first])?;
        let node = self.node(self.present(self.frame, &[last])?)?;
        // What the field leaves of its region belongs to it.
        let padding = self.node(node.end).filter(|padding| padding.kind == NodeKind::Padding(Some(last)));
        let (nodes_end, end) = match padding {
            Some(padding) => (node.end + 1, padding.start + padding.bits),
            None => (node.end, node.start + node.bits),
        };
        let layer = self.own_frame()?.layer;
        if self.own_layer()?.truncated {
            let cut = self
                .dissection
                .anomalies
                .iter()
                .find(|anomaly| anomaly.kind == AnomalyKind::Truncated && anomaly.layer == layer);
            let inside = |node: u32| first_index <= node && node < nodes_end;
            if cut.and_then(|anomaly| anomaly.node).is_some_and(inside) {
                return None;
            }
        }
        Some((self.node(first_index)?.start, end))
    }

    /// Hands over a range of bits as bytes, the hole zeroed.
    fn put_range<S: Sink>(&self, from: u32, to: u32, sink: &mut S) {
        let Some((start, end)) = self.hole.filter(|&(start, end)| start < to && end > from) else {
            return sink.put(self.range(from, to));
        };
        let (start, end) = (start.max(from), end.min(to));
        sink.put(self.range(from, start / 8 * 8));
        let mut at = start;
        while at < end {
            let next = (at / 8 + 1) * 8;
            let zeroed = (0xff_u8 >> (at % 8)) & !(0xff_u32 >> (end.min(next) - at / 8 * 8)) as u8;
            for &byte in self.range(at, at + 1) {
                sink.put(&[byte & !zeroed]);
            }
            at = next;
        }
        sink.put(self.range(end.next_multiple_of(8), to));
    }

    /// The Internet checksum of an expression's bytes.
    pub(super) fn inet16(&self, of: ExprId) -> Option<u16> {
        let mut sum = Inet16::new();
        self.stream(of, &mut sum)?;
        Some(sum.finish())
    }

    /// A CRC of 32 bits, Castagnoli's where asked.
    pub(super) fn crc32(&self, of: ExprId, castagnoli: bool) -> Option<u32> {
        let mut crc = if castagnoli { Crc32::castagnoli() } else { Crc32::ieee() };
        self.stream(of, &mut crc)?;
        Some(crc.finish())
    }

    /// A CRC of 16 bits.
    pub(super) fn crc16(&self, of: ExprId, parameters: Crc16Parameters) -> Option<u16> {
        let mut crc = Crc16::new(parameters);
        self.stream(of, &mut crc)?;
        Some(crc.finish())
    }

    /// The keyed hash of an expression's bytes.
    pub(super) fn siphash24(&self, of: ExprId) -> Option<u64> {
        let mut hash = SipHash24::new(self.seed);
        self.stream(of, &mut hash)?;
        Some(hash.finish())
    }

    /// 0 wrong, 1 right, 2 not verified, 3 not there or not in use: what verifying a field gives.
    pub(super) fn status(&self, fields: &[FieldId]) -> i128 {
        let Some((field, node)) = fields.iter().find_map(|&field| Some((field, self.present(self.frame, &[field])?)))
        else {
            return 3;
        };
        match self.verify(field, node) {
            Verdict::Right => 1,
            Verdict::Wrong(_) => 0,
            Verdict::Unknown => 2,
            Verdict::Unused => 3,
        }
    }

    /// Whether a field that is derived has the value that it should have.
    #[must_use]
    pub fn verify(&self, field: FieldId, node: u32) -> Verdict {
        let (field, Some(found)) = (&self.schema[field], self.node(node)) else { return Verdict::Unknown };
        let eval = self.with_it(It::Node(node)).with_hole(found.start, found.start + found.bits);
        match field.verify {
            None => return Verdict::Unused,
            Some(crate::model::Verify::When(condition)) if eval.truth(condition) != Some(true) => {
                return Verdict::Unused;
            }
            Some(_) => {}
        }
        let Some(auto) = field.auto else { return Verdict::Unused };
        match (eval.int(auto), self.int_of(node)) {
            (Some(expected), Some(found)) if expected == found => Verdict::Right,
            (Some(expected), Some(_)) => Verdict::Wrong(expected as u64),
            _ => match self.same(&eval.eval(auto), &self.value_of(node)) {
                Some(true) => Verdict::Right,
                Some(false) => Verdict::Wrong(0),
                None => Verdict::Unknown,
            },
        }
    }
}

/// What verifying a field gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The value is the derived one.
    Right,
    /// It is not; that is the derived one, where it is a number.
    Wrong(u64),
    /// The bytes it is derived from are not all there.
    Unknown,
    /// The field says itself that it is not in use.
    Unused,
}

/// Hands over the low bits of a number as bytes.
#[inline]
fn put_number<S: Sink>(value: u128, bits: u32, little: bool, sink: &mut S) {
    let length = (bits.div_ceil(8) as usize).min(16);
    let value = if bits < 128 { value & ((1 << bits) - 1) } else { value };
    match length {
        1 => sink.put(&[value as u8]),
        2 if !little => sink.put(&(value as u16).to_be_bytes()),
        4 if !little => sink.put(&(value as u32).to_be_bytes()),
        _ if little => sink.put(value.to_le_bytes().get(..length).unwrap_or_default()),
        _ => sink.put(value.to_be_bytes().get(16 - length..).unwrap_or_default()),
    }
}
