//! How an answer names its question: keys that are equal in both, derived from the equations of `reply` items.

use super::eval::Eval;
use super::val::Val;
use super::view::View;
use super::{NodeKind, Value};
use crate::model::{ExprId, LayerRef, Recover, Reply};

/// A layer that asks or answers, with what both have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correlation {
    /// Which `reply` item of the schema, by its position.
    pub reply: u32,
    /// The layer.
    pub layer: u32,
    /// What the layer is to it.
    pub role: Role,
    /// Equal in a question and its answer. Addresses and ports are in it only where the item has equations of them.
    pub key: Vec<u8>,
}

/// What a layer is to a `reply` item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The question.
    Request,
    /// The answer.
    Reply,
    /// A question that an answer quotes: the one that was asked has the same key.
    Quoted,
}

impl View<'_> {
    /// What the layers of the packet ask and answer.
    #[must_use]
    pub fn correlations(&self) -> Vec<Correlation> {
        let mut found = Vec::new();
        for (index, reply) in (0..).zip(&self.schema.replies) {
            for layer in 0..self.dissection.layers.len() as u32 {
                found.extend(self.request(index, reply, layer));
                found.extend(self.reply(index, reply, layer));
            }
        }
        found
    }

    fn request(&self, index: u32, reply: &Reply, layer: u32) -> Option<Correlation> {
        if !self.is_layer(layer, reply.request.as_ref()?) {
            return None;
        }
        let key = self.key(layer, &reply.request_checks, reply.equations.iter().map(|pair| pair.0))?;
        let role = if self.is_quoted(layer) { Role::Quoted } else { Role::Request };
        Some(Correlation { reply: index, layer, role, key })
    }

    fn reply(&self, index: u32, reply: &Reply, layer: u32) -> Option<Correlation> {
        if !reply.quotes.is_empty() || !self.is_layer(layer, &reply.reply) || self.is_quoted(layer) {
            return None;
        }
        let key = self.key(layer, &reply.reply_checks, reply.equations.iter().map(|pair| pair.1))?;
        Some(Correlation { reply: index, layer, role: Role::Reply, key })
    }

    /// The values of expressions over a layer, joined, where the checks hold.
    fn key(&self, layer: u32, checks: &[ExprId], values: impl Iterator<Item = ExprId>) -> Option<Vec<u8>> {
        let eval = self.eval(self.dissection.layers.get(layer as usize)?.frame);
        if !checks.iter().all(|&check| eval.truth(check) == Some(true)) {
            return None;
        }
        let mut key = Vec::new();
        for value in values {
            put(&eval, &eval.eval(value), &mut key)?;
        }
        Some(key)
    }

    /// Whether a layer is of that kind, and in that variant where one is named.
    #[must_use]
    pub fn is_layer(&self, index: u32, wanted: &LayerRef) -> bool {
        let Some(layer) = self.dissection.layers.get(index as usize) else { return false };
        let in_variant = |name: &String| {
            let mut variants = self.schema[wanted.layer].variants.iter();
            variants
                .find(|variant| variant.name == *name)
                .is_some_and(|variant| self.eval(layer.frame).has_variant(layer.frame, wanted.layer, &variant.key))
        };
        layer.composite == wanted.layer && wanted.variant.as_ref().is_none_or(in_variant)
    }

    /// Whether a layer, or one below it, stands in a field that quotes.
    fn is_quoted(&self, layer: u32) -> bool {
        let quoting = |node: &super::Node| match node.kind {
            NodeKind::Payload(field, Some(quoted)) => {
                self.schema.replies.iter().any(|reply| reply.quotes.contains(&field)).then_some(quoted)
            }
            _ => None,
        };
        let quoted: Vec<u32> = self.dissection.nodes.iter().filter_map(quoting).collect();
        let mut at = Some(layer);
        while let Some(index) = at {
            if quoted.contains(&index) {
                return true;
            }
            at = self.dissection.layers.get(index as usize).and_then(|layer| layer.parent);
        }
        false
    }

    /// A field of the question that follows from an answer, where its condition holds.
    #[must_use]
    pub fn recovered(&self, layer: u32, recover: &Recover) -> Option<i128> {
        let eval = self.eval(self.dissection.layers.get(layer as usize)?.frame);
        match recover.condition {
            Some(condition) if eval.truth(condition) != Some(true) => None,
            _ => eval.int(recover.value),
        }
    }
}

/// Appends a value in a form in which equal values are equal bytes, and no value is the start of another one.
fn put(eval: &Eval<'_, '_>, value: &Val<'_>, key: &mut Vec<u8>) -> Option<()> {
    let start = |key: &mut Vec<u8>, kind: u8, length: usize| {
        key.push(kind);
        key.extend_from_slice(&(length as u64).to_be_bytes());
    };
    match value {
        Val::Absent | Val::Float(_) => return None,
        Val::Int(_) | Val::Bool(_) => {
            key.push(b'i');
            key.extend_from_slice(&value.int()?.to_be_bytes());
        }
        Val::Bytes(_) | Val::Text(_) | Val::Region(..) => {
            let bytes = eval.octets(value)?;
            start(key, b'b', bytes.len());
            key.extend_from_slice(&bytes);
        }
        Val::Items(items) => {
            start(key, b'l', items.len());
            items.iter().try_for_each(|item| put(eval, item, key))?;
        }
        Val::List(list) => {
            let elements: Vec<u32> = eval.elements(*list).collect();
            start(key, b'l', elements.len());
            elements.into_iter().try_for_each(|element| put(eval, &eval.value_of(element), key))?;
        }
        Val::Frame(frame) => {
            key.push(b's');
            let composite = eval.dissection.frames.get(*frame as usize)?.composite;
            for &field in &eval.schema[composite].fields {
                match eval.present(*frame, &[field]) {
                    Some(node) if !matches!(eval.node(node)?.value, Value::Float(_)) => {
                        put(eval, &eval.value_of(node), key)?;
                    }
                    _ => key.push(b'-'),
                }
            }
        }
    }
    Some(())
}
