//! Running codecs: repeats, jumps backwards, groups and labels, and the value that comes of them.

use super::read::{Failed, Flow, Read, Step};
use super::regions::Region;
use super::{It, NodeKind, ReadErrorKind, Val, Value};
use crate::model::{Block, Codec, CodecResult, CompositeId, CompositeKind, Encode, ExprId, FieldId, Yield};

/// How far a codec has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct State {
    /// Where its text begins in the dissection's text.
    text: u32,
    /// Labels emitted.
    labels: u32,
    /// Bytes that the emitted labels take on the wire.
    length: u64,
    /// Where its groups begin in the list of groups.
    groups: u32,
    /// The first bit of all that it has read.
    lowest: u32,
    /// Where it goes on in the packet, once it has jumped away.
    resume: Option<u32>,
    /// Iterations so far.
    steps: u32,
    /// Iterations allowed.
    max_steps: u32,
    /// Bytes of a name allowed.
    max_bytes: Option<u64>,
    /// What it yields.
    result: Option<CodecResult>,
    /// The base of its digits, where it is written so.
    base: Option<u32>,
    /// The number yielded.
    number: Option<u128>,
}

impl<'s> Read<'_, 's, '_> {
    /// Reads a codec's value. Of what it reads on the way, only the value is kept.
    pub(super) fn codec(
        &mut self,
        kind: NodeKind,
        field: FieldId,
        id: CompositeId,
        args: &'s [ExprId],
    ) -> Result<u32, Failed> {
        let definition = &self.schema[id];
        let CompositeKind::Codec(codec) = &definition.kind else {
            return Err(self.fail(Some(field), ReadErrorKind::BadLength));
        };
        let start = self.pos;
        let outer = (self.region, self.frame, self.composite, self.codec);
        let first_arg = self.dissection.args.len();
        let args = self.push_args(args);
        let (frame, slots) = (self.dissection.frames.len(), self.dissection.slots.len());
        let (later, anomalies) = (self.scratch.later.len(), self.dissection.anomalies.len());
        let node = self.push(kind, start, 0, Value::Bytes);
        self.new_frame(id, args);
        self.begin_codec(codec);
        let result = match self.block(&definition.body) {
            Ok(_) => self.codec_value(),
            Err(failed) => Err(failed),
        };
        match result {
            Ok(_) => self.check_whole(later),
            Err(_) => self.scratch.later.truncate(later),
        }
        let end = self.codec.resume.unwrap_or(self.pos);
        let (text, groups) = (self.codec.text, self.codec.groups);
        (self.region, self.frame, self.composite, self.codec) = outer;
        self.scratch.groups.truncate(groups as usize);
        self.dissection.frames.truncate(frame);
        self.dissection.slots.truncate(slots);
        self.dissection.args.truncate(first_arg);
        for anomaly in self.dissection.anomalies.iter_mut().skip(anomalies) {
            anomaly.node = Some(node);
        }
        match result {
            Ok(value) => {
                self.dissection.nodes.truncate(node as usize + 1);
                self.pos = end;
                self.end_node(node);
                if let Some(node) = self.dissection.nodes.get_mut(node as usize) {
                    node.value = value;
                }
                Ok(node)
            }
            Err(failed) => {
                self.dissection.nodes.truncate(node as usize);
                self.dissection.text.truncate(text as usize);
                self.spoil_codec(field, start);
                Err(failed)
            }
        }
    }

    /// Spoils the bytes from a codec that failed to the end of the region, and says so in its error.
    fn spoil_codec(&mut self, field: FieldId, start: u32) {
        self.pos = start;
        let end = self.region.end.max(start);
        let node = self.push(NodeKind::Spoiled(Some(field)), start, end - start, Value::Bytes);
        self.pos = end;
        if let Some(error) = self.dissection.errors.last_mut() {
            error.node = Some(node);
            if matches!(error.kind, ReadErrorKind::Short { .. }) {
                self.note_cut(Some(node));
            }
        }
    }

    /// Reads a codec that stands for itself; its nodes are kept.
    pub(super) fn codec_alone(&mut self, codec: &Codec, body: &'s Block) -> Step {
        self.begin_codec(codec);
        self.block(body)?;
        self.codec_value()?;
        self.pos = self.codec.resume.unwrap_or(self.pos);
        Ok(Flow::Next)
    }

    fn begin_codec(&mut self, codec: &Codec) {
        let most = self.reader.limits.steps;
        self.codec = State {
            text: self.dissection.text.len() as u32,
            groups: self.scratch.groups.len() as u32,
            lowest: self.pos,
            max_steps: codec
                .limit_steps
                .map_or(most, |limit| u32::try_from(limit).map_or(most, |limit| limit.min(most))),
            max_bytes: codec.limit_bytes,
            result: Some(codec.result),
            base: match codec.encode {
                Encode::Digits(base) => Some(base),
                _ => None,
            },
            ..State::default()
        };
    }

    /// What the codec that was read yields.
    fn codec_value(&mut self) -> Result<Value, Failed> {
        let state = self.codec;
        match state.result {
            Some(CodecResult::Uint(bits)) => {
                let value = state.number.unwrap_or(0);
                if bits < 128 && value >> bits != 0 {
                    return Err(self.fail(None, ReadErrorKind::TooWide));
                }
                Ok(u64::try_from(value).map_or(Value::Wide(value), Value::Uint))
            }
            Some(CodecResult::Name) => {
                if state.max_bytes.is_some_and(|most| state.length + 1 > most) {
                    return Err(self.fail(None, ReadErrorKind::TooLong));
                }
                if state.labels == 0 && self.dissection.text.len() == state.text as usize {
                    self.dissection.text.push(b'.');
                }
                Ok(Value::Decoded(state.text, self.dissection.text.len() as u32))
            }
            Some(CodecResult::Bytes) | None => Ok(Value::Decoded(state.text, self.dissection.text.len() as u32)),
        }
    }

    /// Reads a block again and again; its fields are set anew every time.
    pub(super) fn repeat(&mut self, max: u64, body: &'s Block, condition: Option<ExprId>) -> Step {
        let nodes = self.dissection.nodes.len();
        for _ in 0..max {
            self.forget_from(nodes);
            self.codec.steps += 1;
            if self.codec.steps > self.codec.max_steps {
                break;
            }
            if self.block(body)? == Flow::Stop {
                return Ok(Flow::Next);
            }
            if condition.is_some_and(|condition| self.truth(condition) != Some(true)) {
                return Ok(Flow::Next);
            }
        }
        Err(self.fail(None, ReadErrorKind::TooLong))
    }

    /// Drops the nodes from an index on, and what the current frame knows of them.
    fn forget_from(&mut self, nodes: usize) {
        self.dissection.nodes.truncate(nodes);
        for anomaly in &mut self.dissection.anomalies {
            anomaly.node = anomaly.node.filter(|&node| (node as usize) < nodes);
        }
        let slots = self.dissection.frames.get(self.frame as usize).map_or(0, |frame| frame.slots);
        for slot in self.dissection.slots.iter_mut().skip(slots as usize) {
            if *slot as usize > nodes {
                *slot = 0;
            }
        }
    }

    /// Goes on at a byte of a region, which must lie before all that was read so far.
    pub(super) fn jump(&mut self, region: u32, at: ExprId) -> Step {
        let eval = self.eval(It::Nothing);
        let (Val::Region(from, to), Some(at)) = (eval.parameter(region), eval.int(at)) else {
            return Err(self.fail(None, ReadErrorKind::BadLength));
        };
        let target = u32::try_from(i128::from(from) + at).unwrap_or(u32::MAX);
        if target >= self.codec.lowest / 8 {
            return Err(self.fail(None, ReadErrorKind::PointerForward { to: target }));
        }
        self.codec.resume = self.codec.resume.or(Some(self.pos));
        self.codec.lowest = target * 8;
        self.pos = target * 8;
        let end = to * 8;
        self.region = Region {
            end,
            logical: u64::from(end),
            soft: false,
            partial: false,
            announced: false,
            fixed: true,
            limit: None,
        };
        Ok(Flow::Next)
    }

    /// Adds a label, bytes or a group of bits to what is yielded.
    pub(super) fn emit(&mut self, value: ExprId) -> Step {
        if let Some(CodecResult::Uint(_)) = self.codec.result {
            if let (Some(base), Some(digit)) = (self.codec.base, self.int(value)) {
                return self.digit(base, digit as u128);
            }
            if let Some(group) = self.int(value) {
                self.scratch.groups.push(group as u128);
            }
            return Ok(Flow::Next);
        }
        let mut label = std::mem::take(&mut self.scratch.label);
        label.clear();
        if let Some(bytes) = self.eval(It::Nothing).bytes(value) {
            label.extend_from_slice(&bytes);
        }
        self.codec.length += label.len() as u64 + 1;
        let text = &mut self.dissection.text;
        if self.codec.result == Some(CodecResult::Name) {
            if self.codec.labels > 0 {
                text.push(b'.');
            }
            escape(&label, text);
        } else {
            text.extend_from_slice(&label);
        }
        self.codec.labels += 1;
        self.scratch.label = label;
        if self.codec.max_bytes.is_some_and(|most| self.codec.length > most) {
            return Err(self.fail(None, ReadErrorKind::TooLong));
        }
        Ok(Flow::Next)
    }

    /// Adds a digit to the number.
    fn digit(&mut self, base: u32, digit: u128) -> Step {
        let Some(digit) = packet_core::text::digit(digit, base) else {
            return Err(self.fail(None, ReadErrorKind::NoDigit));
        };
        match packet_core::text::with_digit(self.codec.number.unwrap_or(0), base, digit) {
            Some(number) => {
                self.codec.number = Some(number);
                Ok(Flow::Next)
            }
            None => Err(self.fail(None, ReadErrorKind::TooWide)),
        }
    }

    /// Sets what is yielded.
    pub(super) fn yields(&mut self, yields: &Yield) -> Step {
        let groups = self.scratch.groups.get(self.codec.groups as usize..).unwrap_or_default();
        self.codec.number = match *yields {
            Yield::FoldLittle(bits) => fold(groups.iter().rev(), bits),
            Yield::FoldBig(bits) => fold(groups.iter(), bits),
            Yield::Digits(_) => self.codec.number,
            Yield::Expr(value) => match self.codec.result {
                Some(CodecResult::Uint(_)) => self.int(value).map(|value| value as u128),
                Some(CodecResult::Name | CodecResult::Bytes) | None => return self.emit(value),
            },
        };
        match self.codec.number {
            Some(_) => Ok(Flow::Next),
            None => Err(self.fail(None, ReadErrorKind::TooWide)),
        }
    }
}

/// Groups of so many bits as one number, most significant group first; nothing where 128 bits can't hold it.
fn fold<'a>(groups: impl Iterator<Item = &'a u128>, bits: u32) -> Option<u128> {
    groups.into_iter().try_fold(0_u128, |value, &group| {
        let shifted = value.checked_shl(bits)?;
        (shifted >> bits == value).then_some(shifted | group)
    })
}

/// A label as text: dots and backslashes in it have a backslash in front, and bytes that are no printable text stand as
/// three decimal digits behind one ([RFC 1035 §5.1](https://www.rfc-editor.org/rfc/rfc1035#section-5.1)). What is text in
/// UTF-8 stays as it is ([RFC 6763 §4.1.1](https://www.rfc-editor.org/rfc/rfc6763#section-4.1.1)).
fn escape(label: &[u8], text: &mut Vec<u8>) {
    let digits = |byte: u8| [b'\\', b'0' + byte / 100, b'0' + byte / 10 % 10, b'0' + byte % 10];
    for chunk in label.utf8_chunks() {
        for char in chunk.valid().chars() {
            let mut buffer = [0; 4];
            let bytes = char.encode_utf8(&mut buffer).as_bytes();
            match char {
                '.' | '\\' => text.extend([b'\\'].iter().chain(bytes)),
                _ if char.is_control() => text.extend(bytes.iter().flat_map(|&byte| digits(byte))),
                _ => text.extend_from_slice(bytes),
            }
        }
        text.extend(chunk.invalid().iter().flat_map(|&byte| digits(byte)));
    }
}
