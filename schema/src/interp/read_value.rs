//! Reading a value by its type: numbers, bytes, text, composites, lists.

use super::read::{Failed, Flow, Read, Step};
use super::{Anomaly, AnomalyKind, Arg, It, NodeKind, ReadErrorKind, Val, Value};
use crate::model::{CompositeId, Encoding, ExprId, Extent, FieldId, Type};

impl<'s> Read<'_, 's, '_> {
    /// Reads a field that stands alone.
    pub(super) fn field(&mut self, id: FieldId) -> Step {
        self.room()?;
        let field = &self.schema[id];
        if field.trailing {
            self.scratch.trailing.push(id);
            return Ok(Flow::Next);
        }
        let flow = self.present_field(id)?;
        Ok(if self.last == Some(id) { Flow::Stop } else { flow })
    }

    /// Reads a trailing field, now that what is in front of it was read.
    pub(super) fn trailing_field(&mut self, id: FieldId) -> Step {
        self.room()?;
        self.present_field(id)
    }

    /// Reads a field, if it is there, in its region, if it has one.
    fn present_field(&mut self, id: FieldId) -> Step {
        let field = &self.schema[id];
        let mut opaque = false;
        if let Some(condition) = field.condition
            && self.truth(condition) != Some(true)
        {
            if !field.opaque_otherwise {
                return Ok(Flow::Next);
            }
            opaque = true;
        }
        let outer = self.region;
        if let Some(within) = field.within {
            let length = self.int(within);
            let limit = self.reader.fields.get(id.index()).and_then(|plan| plan.limit);
            self.region = self.open(length, Some(id), limit)?;
        }
        if let Some(partial) = field.partial
            && self.truth(partial) == Some(true)
        {
            self.region.soft = true;
            self.region.announced = !self.region.partial;
            self.region.partial = true;
        }
        let result = self.whole_field(id, opaque);
        if field.within.is_some() {
            return self.close(outer, result, Some(id));
        }
        self.region = outer;
        result
    }

    /// Reads a field's value and makes its checks.
    fn whole_field(&mut self, id: FieldId, opaque: bool) -> Step {
        let field = &self.schema[id];
        let kind = match field.ty {
            Type::Next(_) => NodeKind::Payload(id, None),
            _ => NodeKind::Field(id),
        };
        let (node, flow) = match &field.ty {
            Type::Next(next) => (self.next_layer(id, if opaque { None } else { Some(next) }), Flow::Next),
            _ if opaque => (self.rest_as_bytes(kind), Flow::Next),
            ty => self.value(kind, id, ty, Some(field.slot))?,
        };
        self.set_slot(field.slot, node);
        if !opaque && self.reader.fields.get(id.index()).is_some_and(|plan| plan.checks) {
            self.check(id, node)?;
        }
        Ok(flow)
    }

    /// All that is left of the region, as bytes.
    fn rest_as_bytes(&mut self, kind: NodeKind) -> u32 {
        let node = self.push(kind, self.pos, self.region.end - self.pos, Value::Bytes);
        self.note_cut(Some(node));
        self.pos = self.region.end;
        node
    }

    /// Reads a value of a type. A field's slot is set as soon as its node is there.
    fn value(
        &mut self,
        kind: NodeKind,
        field: FieldId,
        ty: &'s Type,
        slot: Option<u32>,
    ) -> Result<(u32, Flow), Failed> {
        match ty {
            Type::Uint { bits, .. } | Type::Int { bits, .. } | Type::Float { bits, .. } => {
                Ok((self.number_value(kind, field, ty, *bits)?, Flow::Next))
            }
            Type::Bool => Ok((self.number_value(kind, field, ty, 1)?, Flow::Next)),
            Type::UintOf { bits } => {
                let width = self.int(*bits).and_then(|bits| u32::try_from(bits).ok());
                match width {
                    Some(bits) if bits <= 128 => Ok((self.number_value(kind, field, ty, bits)?, Flow::Next)),
                    _ => Err(self.fail(Some(field), ReadErrorKind::BadLength)),
                }
            }
            Type::Bytes(extent) => Ok((self.bytes(kind, field, extent)?, Flow::Next)),
            Type::Text(encoding, extent) => {
                let node = self.bytes(kind, field, extent)?;
                self.check_encoding(*encoding, field, node);
                Ok((node, Flow::Next))
            }
            Type::Struct(composite, args) => self.composite(kind, *composite, args, slot),
            Type::Codec(codec, args) => Ok((self.codec(kind, field, *codec, args)?, Flow::Next)),
            Type::List(element, extent) => Ok((self.list(kind, field, element, extent, slot)?, Flow::Next)),
            Type::Next(next) => Ok((self.next_layer(field, Some(next)), Flow::Next)),
        }
    }

    fn number_value(&mut self, kind: NodeKind, field: FieldId, ty: &Type, bits: u32) -> Result<u32, Failed> {
        if bits > self.region.end - self.pos {
            return Err(self.short(Some(field), bits));
        }
        let value = self.number(ty, self.pos, bits);
        let node = self.push(kind, self.pos, bits, value);
        self.pos += bits;
        Ok(node)
    }

    /// Reads bytes, as far as their extent says.
    fn bytes(&mut self, kind: NodeKind, field: FieldId, extent: &'s Extent) -> Result<u32, Failed> {
        let (length, limit) = match extent {
            Extent::ToEnd => return Ok(self.rest_as_bytes(kind)),
            Extent::Until(last) => return self.bytes_until(kind, field, *last),
            Extent::Count(count) => {
                let limit = self.reader.fields.get(field.index()).and_then(|plan| plan.limit);
                (self.int(*count), limit)
            }
            Extent::PrefixBytes(ty) | Extent::PrefixItems(ty) => (self.prefix(field, ty)?, Some(field)),
        };
        let length = length.and_then(|length| length.checked_mul(8));
        let region = self.open(length, Some(field), limit)?;
        let node = self.push(kind, self.pos, region.end - self.pos, Value::Bytes);
        self.pos = region.end;
        if region.is_cut() {
            self.truncate(Some(node));
        }
        Ok(node)
    }

    /// Reads bytes up to the first for which the expression holds.
    fn bytes_until(&mut self, kind: NodeKind, field: FieldId, last: ExprId) -> Result<u32, Failed> {
        let rest = self.data.get(self.pos as usize / 8..self.region.end as usize / 8).unwrap_or_default();
        let eval = self.eval(It::Nothing);
        let found = rest.iter().position(|&byte| eval.with_it(It::Int(byte.into())).truth(last) == Some(true));
        match found {
            Some(at) => {
                let bits = (at as u32 + 1) * 8;
                let node = self.push(kind, self.pos, bits, Value::Bytes);
                self.pos += bits;
                Ok(node)
            }
            None if self.region.soft => {
                let node = self.rest_as_bytes(kind);
                self.truncate(Some(node));
                Ok(node)
            }
            None => Err(self.short(Some(field), (rest.len() as u32 + 1) * 8)),
        }
    }

    /// Reads the length or count in front of a field.
    fn prefix(&mut self, field: FieldId, ty: &'s Type) -> Result<Option<i128>, Failed> {
        let (node, _) = self.value(NodeKind::Prefix(field), field, ty, None)?;
        Ok(self.eval(It::Nothing).int_of(node))
    }

    /// Notes text that is not in its encoding.
    fn check_encoding(&mut self, encoding: Encoding, field: FieldId, node: u32) {
        let Some(found) = self.dissection.nodes.get(node as usize) else { return };
        let (from, to) = (found.start as usize / 8, (found.start + found.bits) as usize / 8);
        let bytes = self.data.get(from..to).unwrap_or_default();
        let valid = match encoding {
            Encoding::Utf8 => std::str::from_utf8(bytes).is_ok(),
            Encoding::Ascii | Encoding::NoCase => bytes.is_ascii(),
            Encoding::Latin1 => true,
        };
        if !valid {
            let kind = AnomalyKind::Encoding(field);
            self.dissection.anomalies.push(Anomaly { kind, layer: self.layer, node: Some(node) });
        }
    }

    /// Reads a struct, in a frame of its own.
    fn composite(
        &mut self,
        kind: NodeKind,
        composite: CompositeId,
        args: &'s [ExprId],
        slot: Option<u32>,
    ) -> Result<(u32, Flow), Failed> {
        if self.depth >= self.reader.limits.depth {
            self.exhausted = true;
            return Err(self.fail(None, ReadErrorKind::TooManyNodes));
        }
        let args = self.push_args(args);
        let frame = self.dissection.frames.len() as u32;
        let node = self.push(kind, self.pos, 0, Value::Frame(frame));
        if let Some(slot) = slot {
            self.set_slot(slot, node);
        }
        let outer = (self.frame, self.composite);
        let later = self.scratch.later.len();
        self.new_frame(composite, args);
        self.depth += 1;
        let result = self.block(&self.schema[composite].body);
        self.depth -= 1;
        self.end_node(node);
        self.end_frame(frame);
        match result {
            Ok(_) => self.check_whole(later),
            Err(_) => self.scratch.later.truncate(later),
        }
        (self.frame, self.composite) = outer;
        Ok((node, result?))
    }

    /// Ends a frame here.
    pub(super) fn end_frame(&mut self, index: u32) {
        let (nodes, pos) = (self.dissection.nodes.len() as u32, self.pos);
        if let Some(frame) = self.dissection.frames.get_mut(index as usize) {
            frame.nodes.1 = nodes;
            frame.bits = pos.saturating_sub(frame.start);
        }
    }

    /// Evaluates arguments, and says where they are.
    pub(super) fn push_args(&mut self, args: &[ExprId]) -> u32 {
        let start = self.dissection.args.len() as u32;
        for &arg in args {
            let value = match self.eval(It::Nothing).eval(arg) {
                Val::Int(value) => Arg::Int(value),
                Val::Bool(value) => Arg::Int(i128::from(value)),
                Val::Region(from, to) => Arg::Region(from, to),
                _ => Arg::Absent,
            };
            self.dissection.args.push(value);
        }
        start
    }

    /// Reads a list.
    fn list(
        &mut self,
        kind: NodeKind,
        field: FieldId,
        element: &'s Type,
        extent: &'s Extent,
        slot: Option<u32>,
    ) -> Result<u32, Failed> {
        let (count, region) = match extent {
            Extent::Count(count) => (self.int(*count), None),
            Extent::PrefixItems(ty) => (self.prefix(field, ty)?, None),
            Extent::PrefixBytes(ty) => {
                let length = self.prefix(field, ty)?.and_then(|bytes| bytes.checked_mul(8));
                (Some(i128::MAX), Some(self.open(length, Some(field), Some(field))?))
            }
            Extent::ToEnd | Extent::Until(_) => (Some(i128::MAX), None),
        };
        let Some(count) = count.filter(|&count| count >= 0) else {
            return Err(self.fail(Some(field), ReadErrorKind::BadLength));
        };
        let list = self.push(kind, self.pos, 0, Value::List(0));
        if let Some(slot) = slot {
            self.set_slot(slot, list);
        }
        let outer = self.region;
        self.region = region.unwrap_or(outer);
        let mut result = self.elements(list, field, element, extent, count);
        if region.is_some() {
            result = self.close(outer, result, Some(field));
        }
        self.end_node(list);
        result.map(|_| list)
    }

    /// Reads the elements of a list. One that takes no bits is the last, so that no count makes a list without end.
    fn elements(&mut self, list: u32, field: FieldId, element: &'s Type, extent: &'s Extent, count: i128) -> Step {
        let to_end = matches!(extent, Extent::ToEnd | Extent::PrefixBytes(_));
        let mut read = 0;
        while i128::from(read) < count {
            if to_end && self.pos >= self.region.end {
                self.note_cut(Some(list));
                break;
            }
            self.room()?;
            let start = self.pos;
            let (node, flow) = match self.value(NodeKind::Element(field), field, element, None) {
                Ok(element) => element,
                Err(failed) => {
                    self.recount(list);
                    return Err(failed);
                }
            };
            read += 1;
            if let Some(list) = self.dissection.nodes.get_mut(list as usize) {
                list.value = Value::List(read);
            }
            let last = match extent {
                Extent::Until(last) => self.holds_for(*last, field, node) == Some(true),
                Extent::Count(_) | Extent::ToEnd | Extent::PrefixBytes(_) | Extent::PrefixItems(_) => false,
            };
            if last || flow == Flow::Stop || self.pos == start {
                break;
            }
        }
        Ok(Flow::Next)
    }

    /// Counts the elements of a list that broke off: the last one may be there in part, or not at all.
    fn recount(&mut self, list: u32) {
        let elements = self.eval(It::Nothing).elements_up_to(list, self.dissection.nodes.len() as u32).count();
        if let Some(list) = self.dissection.nodes.get_mut(list as usize) {
            list.value = Value::List(elements as u32);
        }
    }
}
