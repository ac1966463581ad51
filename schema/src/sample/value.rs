//! Values by their type: numbers, bytes, text, structs, lists.

use super::known::{Fact, It};
use super::make::{DEEPEST, Make, Making};
use crate::interp::{Data, Element, FieldValue};
use crate::model::{CodecResult, CompositeId, CompositeKind, Encoding, Expr, ExprId, Extent, FieldId, Type};

/// Words that names and texts are made of.
const WORDS: [&str; 8] = ["a", "pony", "example", "net", "x1", "WWW", "mail", "long-label-of-some-length"];
/// As often as an element is made up until a list may end with it.
const LAST_TRIES: usize = 60;
/// Most elements, where their number is given.
const MOST: i128 = 64;
/// Most bytes, where their number is given.
const MOST_BYTES: i128 = 4096;

impl Make<'_, '_, '_> {
    /// A value of a type, and what is known of it; `room` is how many bytes it must take, where that is known.
    pub(super) fn value(&mut self, making: &Making, field: FieldId, ty: &Type, room: Option<i128>) -> (Data, Fact) {
        let (data, fact, _) = self.element(making, field, ty, room);
        (data, fact)
    }

    /// The same; and whether the list that it is in ends with it.
    fn element(&mut self, making: &Making, field: FieldId, ty: &Type, room: Option<i128>) -> (Data, Fact, bool) {
        match ty {
            Type::Uint { bits, .. } | Type::Int { bits, .. } => self.numeric(making, field, *bits),
            Type::Bool => self.numeric(making, field, 1),
            Type::UintOf { bits } => {
                let width = making.scope.int(self.schema, *bits, It::Nothing).unwrap_or_default();
                self.numeric(making, field, width.clamp(0, 128) as u32)
            }
            Type::Float { .. } => {
                let number = self.choices.below(2000) as f64 / 8.0 - 100.0;
                (Data::Float(number), Fact::default(), false)
            }
            Type::Bytes(extent) => {
                let mut bytes: Vec<u8> = match self.usual(field) {
                    Some(bytes) => bytes,
                    None => {
                        let length = self.length(making, field, extent, room);
                        (0..length).map(|_| self.choices.below(256) as u8).collect()
                    }
                };
                self.end_bytes(making, extent, &mut bytes);
                bytes_value(bytes)
            }
            Type::Text(encoding, extent) => {
                let word = self.word(field);
                let mut bytes = match word {
                    Some(word) => word,
                    None => {
                        let length = self.length(making, field, extent, room);
                        self.text(*encoding, length)
                    }
                };
                self.end_bytes(making, extent, &mut bytes);
                bytes_value(bytes)
            }
            Type::Struct(id, args) => self.structure(making, *id, args),
            Type::Codec(id, _) => self.coded(making, field, *id),
            Type::List(element, extent) => self.list(making, field, element, extent, room),
            Type::Next(_) => bytes_value(Vec::new()),
        }
    }

    fn numeric(&mut self, making: &Making, field: FieldId, width: u32) -> (Data, Fact, bool) {
        let (number, data) = self.number(making, field, width);
        (data, Fact { number: Some(number), ..Fact::default() }, false)
    }

    /// How many bytes there are, a last one that ends them left out.
    fn length(&mut self, making: &Making, field: FieldId, extent: &Extent, room: Option<i128>) -> usize {
        let given = match extent {
            Extent::Count(count) => making.scope.int(self.schema, *count, It::Nothing).or(room),
            Extent::ToEnd => room,
            Extent::Until(_) | Extent::PrefixBytes(_) | Extent::PrefixItems(_) => None,
        };
        if let Some(given) = given {
            return given.clamp(0, MOST_BYTES) as usize;
        }
        if self.calm || self.tame.contains(&field) && !self.choices.once(1, 6) {
            return 0;
        }
        if let Some(unit) = self.sampler.interests.unit(self.schema[field].owner) {
            return self.choices.below(unit * 2);
        }
        match self.choices.below(8) {
            0..=1 => 0,
            2..=4 => self.choices.below(self.size + 1),
            5 => self.choices.below(self.size * 2 + 1) * 4,
            6 => [6, 8, 14, 16][self.choices.below(4)],
            _ => self.choices.below(self.size * 6 + 1),
        }
    }

    /// Bytes that reach up to one for which a condition holds have one, and it is the last.
    fn end_bytes(&mut self, making: &Making, extent: &Extent, bytes: &mut Vec<u8>) {
        if let Extent::Count(count) = extent
            && let Expr::Before(wanted) = &self.schema[*count]
        {
            bytes.retain(|byte| !wanted.iter().any(|wanted| wanted.contains(byte)));
        }
        let Extent::Until(end) = extent else { return };
        let ends = |byte: u8| making.scope.truth(self.schema, *end, It::Number(byte.into())) == Some(true);
        bytes.retain(|byte| !ends(*byte));
        bytes.extend((0..=u8::MAX).find(|byte| ends(*byte)));
    }

    fn text(&mut self, encoding: Encoding, length: usize) -> Vec<u8> {
        let mut text = String::new();
        while text.len() < length {
            if self.choices.once(1, 8) && !encoding.is_ascii() && text.len() + 2 <= length {
                text.push('ü');
            } else {
                let at = self.choices.below(WORDS.len());
                text.push_str(WORDS.get(at).copied().unwrap_or("-"));
                text.truncate(length);
            }
        }
        text.into_bytes()
    }

    /// What a builder takes where nothing is said, for bytes of which something is asked: chance seldom makes what will do.
    fn usual(&self, field: FieldId) -> Option<Vec<u8>> {
        let known = &self.schema[field];
        match &self.schema[known.default.filter(|_| !known.wheres.is_empty())?] {
            Expr::Bytes(bytes) => Some(bytes.to_vec()),
            Expr::Text(text) => Some(text.as_bytes().to_vec()),
            _ => None,
        }
    }

    /// A word of the definition, for a text that is compared with some.
    fn word(&mut self, field: FieldId) -> Option<Vec<u8>> {
        let words = self.sampler.interests.words(field);
        if words.is_empty() || self.choices.once(1, 4) {
            return None;
        }
        let (word, nocase) = self.choices.one(words)?;
        let mut text = word.clone().into_string();
        if *nocase && self.choices.once(1, 4) {
            text.make_ascii_uppercase();
        }
        Some(text.into_bytes())
    }

    fn coded(&mut self, making: &Making, field: FieldId, id: CompositeId) -> (Data, Fact, bool) {
        let CompositeKind::Codec(codec) = &self.schema[id].kind else { return bytes_value(Vec::new()) };
        match codec.result {
            CodecResult::Uint(bits) if !self.schema[field].wheres.is_empty() => self.numeric(making, field, bits),
            CodecResult::Uint(bits) => {
                let bits = match self.choices.below(4) {
                    0 => bits.min(63),
                    1 => 14,
                    _ => 6,
                };
                let number = i128::from(self.choices.number()) & super::number::top(bits);
                (Data::Uint(number as u128), Fact { number: Some(number), ..Fact::default() }, false)
            }
            CodecResult::Name => {
                let labels = self.choices.below(4);
                let labels: Vec<&str> = (0..labels).filter_map(|_| self.choices.one(&WORDS).copied()).collect();
                bytes_value(labels.join(".").into_bytes())
            }
            CodecResult::Bytes => {
                let length = self.choices.below(self.size + 1);
                bytes_value((0..length).map(|_| self.choices.below(256) as u8).collect())
            }
        }
    }

    fn list(
        &mut self,
        making: &Making,
        field: FieldId,
        element: &Type,
        extent: &Extent,
        room: Option<i128>,
    ) -> (Data, Fact, bool) {
        let wanted = self.sampler.wanted.get(&field).map(Vec::as_slice).unwrap_or_default();
        let wanted = if self.choices.once(1, 16) { &[] } else { wanted };
        let count = self.count(making, field, element, extent, room).max(wanted.len());
        let mut elements = Vec::new();
        for at in 0..count {
            self.tag = wanted.get(at).copied();
            let (data, _, stopped) = self.element(making, field, element, None);
            elements.push(Element::Value(FieldValue::Set(data)));
            if stopped {
                break;
            }
        }
        if let Extent::Until(end) = extent {
            self.end_list(making, field, element, *end, &mut elements);
        }
        let fact = Fact { count: Some(elements.len() as i128), ..Fact::default() };
        (Data::List(elements), fact, false)
    }

    /// How many elements there are.
    fn count(&mut self, making: &Making, field: FieldId, element: &Type, extent: &Extent, room: Option<i128>) -> usize {
        if let Extent::Count(count) = extent
            && let Some(count) = making.scope.int(self.schema, *count, It::Nothing)
        {
            return count.clamp(0, MOST) as usize;
        }
        if let (Extent::ToEnd, Some(room), Some(bits)) =
            (extent, room, super::width_of(element).filter(|bits| *bits > 0))
        {
            return (room.clamp(0, MOST_BYTES) * 8 / i128::from(bits)).min(MOST) as usize;
        }
        let is_tame = self.calm || self.tame.contains(&field);
        match self.choices.below(8) {
            _ if is_tame && !self.choices.once(1, 6) => 0,
            _ if self.depth >= DEEPEST => 0,
            0 => 0,
            1..=4 => 1,
            _ => 1 + self.choices.below(self.size.div_ceil(1 + self.depth as usize)),
        }
    }

    /// The last element is the one for which a condition holds, and no other.
    fn end_list(&mut self, making: &Making, field: FieldId, element: &Type, end: ExprId, elements: &mut Vec<Element>) {
        let before = elements.len();
        elements.clear();
        let mut last = None;
        for _ in 0..LAST_TRIES {
            let (data, fact, _) = self.element(making, field, element, None);
            let ends = making.scope.truth(self.schema, end, It::Fact(&fact)) == Some(true);
            let value = Element::Value(FieldValue::Set(data));
            if ends {
                last = Some(value);
            } else if elements.len() < before {
                elements.push(value);
            }
            if last.is_some() && elements.len() >= before {
                break;
            }
        }
        elements.extend(last);
    }
}

fn bytes_value(bytes: Vec<u8>) -> (Data, Fact, bool) {
    let length = Some(bytes.len() as i128);
    let fact = Fact { size: length, count: length, text: Some(bytes.as_slice().into()), ..Fact::default() };
    (Data::Bytes(bytes), fact, false)
}
