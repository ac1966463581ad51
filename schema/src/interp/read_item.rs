//! Reading the items of a body, one behind another.

use super::read::{Failed, Flow, Later, Read, Step};
use super::reader::{FieldPlan, Kind, RunPlan};
use super::{Anomaly, AnomalyKind, It, NodeKind, ReadErrorKind, Value};
use crate::model::{Action, Block, ExprId, FieldId, Item, Match, Names, Run, Type, Values};
use packet_core::bits;

impl<'s> Read<'_, 's, '_> {
    /// Reads a block.
    pub(super) fn block(&mut self, block: &'s Block) -> Step {
        for item in &block.items {
            if self.item(item)? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::Next)
    }

    fn item(&mut self, item: &'s Item) -> Step {
        match item {
            Item::Run(run) => self.run(run),
            Item::Field(field) => self.field(*field),
            Item::Container { bits, fields } => self.container(*bits, fields),
            Item::Match(choice) => self.choice(choice),
            Item::If { condition, then, otherwise } => match self.truth(*condition) {
                Some(true) => self.block(then),
                // What has no value does not hold.
                Some(false) | None => self.block(otherwise),
            },
            Item::Expect(expect) => {
                self.scratch.later.push(Later::Expect(expect.condition, expect.span));
                Ok(Flow::Next)
            }
            Item::Align { bits, .. } => self.align(*bits),
            Item::Repeat { max, body, condition } => self.repeat(*max, body, *condition),
            Item::Jump { region, at, .. } => self.jump(*region, *at),
            Item::Emit(value) => self.emit(*value),
            Item::Yields(yields) => self.yields(yields),
        }
    }

    /// Reads fields of fixed size: one bounds check where all of them are there.
    fn run(&mut self, run: &'s Run) -> Step {
        self.room()?;
        let reader = self.reader;
        let plan = run.fields.first().and_then(|first| reader.runs.get(first.index())?.as_deref());
        match plan {
            Some(plan) if run.bits <= self.region.end - self.pos && self.last.is_none() => {
                if self.whole_run(run, plan) { Ok(Flow::Next) } else { self.run_by_fields(run) }
            }
            _ => self.run_by_fields(run),
        }
    }

    /// Reads a run all of which is there. Where a check fails, nothing has happened.
    fn whole_run(&mut self, run: &Run, plan: &RunPlan) -> bool {
        let start = self.pos;
        let dissection = &mut *self.dissection;
        let slots = dissection.frames.get(self.frame as usize).map_or(0, |frame| frame.slots as usize);
        let slots = dissection.slots.get_mut(slots..).unwrap_or_default();
        let bytes = self.data.get(start as usize / 8..).unwrap_or_default();
        let first = dissection.nodes.len() as u32;
        dissection.nodes.extend(plan.fields.iter().map(|field| {
            let mut node = field.node;
            if field.kind == Kind::Uint {
                node.value = Value::Uint(word(bytes, start % 8 + node.start, node.bits));
            }
            node.start += start;
            node.end += first;
            if let Some(slot) = slots.get_mut(field.slot as usize) {
                *slot = node.end;
            }
            node
        }));
        self.pos = start + run.bits;
        if plan.checks.is_empty() {
            return true;
        }
        let before = self.mark();
        let passed = plan.checks.iter().all(|&(field, index)| self.check(field, first + index).is_ok());
        if !passed {
            self.rewind(before);
            self.dissection.nodes.truncate(first as usize);
            for field in &plan.fields {
                self.clear_slot(field.slot);
            }
            self.pos = start;
        }
        passed
    }

    /// Says that a field of the current frame is not there.
    fn clear_slot(&mut self, slot: u32) {
        let Some(frame) = self.dissection.frames.get(self.frame as usize) else { return };
        if let Some(place) = self.dissection.slots.get_mut((frame.slots + slot) as usize) {
            *place = 0;
        }
    }

    /// Reads a run field by field, as far as it goes.
    fn run_by_fields(&mut self, run: &'s Run) -> Step {
        let start = self.pos;
        let whole = run.bits <= self.region.end - start;
        for &field in &run.fields {
            let Some(&plan) = self.reader.fields.get(field.index()) else { continue };
            let at = start + plan.bit;
            if !whole && plan.bits > self.region.end - at {
                self.pos = at;
                return Err(self.short(Some(field), plan.bits));
            }
            if plan.kind == Kind::Other {
                self.pos = at;
                if self.field(field)? == Flow::Stop {
                    return Ok(Flow::Stop);
                }
                continue;
            }
            let value = self.fixed(field, plan, at);
            let node = self.push(NodeKind::Field(field), at, plan.bits, value);
            self.set_slot(plan.slot, node);
            if plan.checks {
                self.pos = at + plan.bits;
                self.check(field, node)?;
            }
            if self.last == Some(field) {
                self.pos = at + plan.bits;
                return Ok(Flow::Stop);
            }
        }
        self.pos = start + run.bits;
        Ok(Flow::Next)
    }

    /// The value of a field of fixed size that is there.
    #[inline]
    fn fixed(&self, field: FieldId, plan: FieldPlan, at: u32) -> Value {
        match plan.kind {
            Kind::Uint => Value::Uint(bits::read_u64(self.data, at as usize, plan.bits).unwrap_or(0)),
            Kind::Bytes => Value::Bytes,
            Kind::Number | Kind::Other => self.number(&self.schema[field].ty, at, plan.bits),
        }
    }

    /// Reads fields that share one little-endian number.
    fn container(&mut self, bits: u32, fields: &'s [FieldId]) -> Step {
        self.room()?;
        let start = self.pos;
        if bits > self.region.end - start {
            return Err(self.short(fields.first().copied(), bits));
        }
        let all = bits::read_le(self.data, start as usize, bits).unwrap_or(0);
        self.pos = start + bits;
        for &field in fields {
            let definition = &self.schema[field];
            let crate::model::Place::Container { shift, width } = definition.place else { continue };
            let raw = all.checked_shr(shift).unwrap_or(0);
            let value = number_of(&definition.ty, raw, width);
            let at = start + bits.saturating_sub(shift + width);
            let node = self.push(NodeKind::Field(field), at, width, value);
            self.set_slot(definition.slot, node);
            if self.reader.fields.get(field.index()).is_some_and(|plan| plan.checks) {
                self.check(field, node)?;
            }
            if self.last == Some(field) {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::Next)
    }

    /// Makes the checks of a field that was read: an error where the value can't be, an anomaly where it should not.
    pub(super) fn check(&mut self, id: FieldId, node: u32) -> Result<(), Failed> {
        let field = &self.schema[id];
        if let Some(constant) = field.constant {
            self.check_constant(id, constant, node)?;
        }
        if let Type::Uint { names: Names::Enum(names), .. } = field.ty
            && self.schema[names].closed
        {
            let found = self.found(node);
            let names = &self.schema[names];
            let matches = |value| matches!(value, Values::Matching(e) if self.eval(It::Int(found as i128)).truth(e) == Some(true));
            if names.plain(found).is_none() && !names.enumerators.iter().any(|one| matches(one.values)) {
                return Err(self.fault(id, node, ReadErrorKind::Closed { found }));
            }
        }
        for (index, &(condition, _)) in (0..).zip(&field.wheres) {
            if self.holds_for(condition, id, node) == Some(false) {
                let found = self.found(node);
                return Err(self.fault(id, node, ReadErrorKind::Where { index, found }));
            }
        }
        if field.verify.is_some() {
            self.scratch.later.push(Later::Verify(id, node));
        }
        Ok(())
    }

    fn check_constant(&mut self, id: FieldId, constant: ExprId, node: u32) -> Result<(), Failed> {
        let same = match (self.small(id, node), self.int(constant)) {
            (Some(found), Some(expected)) => Some(i128::from(found) == expected),
            _ => {
                let eval = self.eval(It::Node(node));
                eval.same(&eval.value_of(node), &eval.eval(constant))
            }
        };
        if same != Some(false) {
            return Ok(());
        }
        if self.schema[id].lenient {
            let layer = self.layer;
            self.dissection.anomalies.push(Anomaly { kind: AnomalyKind::Constant(id), layer, node: Some(node) });
            return Ok(());
        }
        let expected = match self.int(constant) {
            Some(value) => value as u128,
            None => self.eval(It::Nothing).bytes(constant).map_or(0, |bytes| leading_number(&bytes)),
        };
        let found = self.found(node);
        Err(self.fault(id, node, ReadErrorKind::Constant { found, expected }))
    }

    /// An error of a field that was read, and whose bytes stay.
    fn fault(&mut self, field: FieldId, node: u32, kind: ReadErrorKind) -> Failed {
        let start = self.dissection.nodes.get(node as usize).map_or(self.pos, |node| node.start);
        self.fail_at(start, Some(field), kind)
    }

    /// What was found in a field, for an error: its number, or the number of its first bytes.
    fn found(&self, node: u32) -> u128 {
        let eval = self.eval(It::Nothing);
        match eval.int_of(node) {
            Some(value) => value as u128,
            // The bytes as they stand: text that is not in its encoding would be another one.
            None => match eval.node(node).filter(|node| matches!(node.value, Value::Bytes)) {
                Some(node) => leading_number(eval.range(node.start, node.start + node.bits)),
                None => eval.value_of(node).octets().map_or(0, leading_number),
            },
        }
    }

    /// Reads the arm that fits.
    fn choice(&mut self, choice: &'s Match) -> Step {
        let value = self.int(choice.on);
        let outer = self.region;
        let Some(within) = choice.within else { return self.arm(choice, value) };
        let field = super::reader::first_field(self.schema, within);
        let length = self.int(within);
        self.region = self.open(length, field, field)?;
        let result = self.arm(choice, value);
        self.close(outer, result, None)
    }

    fn arm(&mut self, choice: &'s Match, value: Option<i128>) -> Step {
        for arm in &choice.arms {
            let fits = match value {
                Some(value) => arm.tags.is_empty() || arm.tags.iter().any(|&(low, high)| low <= value && value <= high),
                // What decides is not known: only an arm for everything can be right.
                None => arm.tags.is_empty(),
            };
            if !fits || arm.guard.is_some_and(|guard| self.truth(guard) != Some(true)) {
                continue;
            }
            return match &arm.action {
                Action::Read(None, block) => self.block(block),
                Action::Read(Some(variant), block) => self.named_arm(choice, *variant, block),
                Action::Stop => Ok(Flow::Stop),
                Action::Reject(_) => Err(self.misfit(choice, ReadErrorKind::Rejected { at: arm.span })),
            };
        }
        match value {
            Some(value) => Err(self.misfit(choice, ReadErrorKind::NoArm { found: value as u128 })),
            None => Ok(Flow::Next),
        }
    }

    fn named_arm(&mut self, choice: &'s Match, variant: u32, block: &'s Block) -> Step {
        self.room()?;
        let kind = NodeKind::Variant(self.composite, variant);
        let node = self.push(kind, self.pos, 0, Value::Group);
        let result = self.block(block);
        if choice.within.is_some() && result.is_ok() && self.pos < self.region.end {
            self.push(NodeKind::Padding(None), self.pos, self.region.end - self.pos, Value::Bytes);
            self.pos = self.region.end;
        }
        self.end_node(node);
        result
    }

    /// An error of the field that decides, at its place.
    fn misfit(&mut self, choice: &Match, kind: ReadErrorKind) -> Failed {
        let field = super::reader::first_field(self.schema, choice.on);
        let eval = self.eval(It::Nothing);
        let node = field.and_then(|field| eval.node(eval.present(self.frame, &[field])?));
        let at = node.map_or(self.pos, |node| node.start);
        self.fail_at(at, field, kind)
    }

    /// Skips to a multiple of so many bits from the composite's start.
    fn align(&mut self, bits: u32) -> Step {
        self.room()?;
        let start = self.dissection.frames.get(self.frame as usize).map_or(0, |frame| frame.start);
        let over = (self.pos - start).checked_rem(bits).unwrap_or(0);
        if over == 0 {
            return Ok(Flow::Next);
        }
        let skipped = bits - over;
        if skipped > self.region.end - self.pos {
            return Err(self.short(None, skipped));
        }
        self.push(NodeKind::Padding(None), self.pos, skipped, Value::Bytes);
        self.pos += skipped;
        Ok(Flow::Next)
    }

    /// The number of a type at a bit, all of which is there.
    pub(super) fn number(&self, ty: &Type, at: u32, width: u32) -> Value {
        let little = match ty {
            Type::Uint { little, .. } | Type::Int { little, .. } | Type::Float { little, .. } => *little,
            _ => false,
        };
        let raw = match little {
            true => bits::read_le(self.data, at as usize, width),
            false => bits::read(self.data, at as usize, width),
        };
        number_of(ty, raw.unwrap_or(0), width)
    }
}

/// So many bits, at most 64, from a bit on.
#[inline]
fn word(bytes: &[u8], bit: u32, bits: u32) -> u64 {
    match bytes.get(bit as usize / 8..).and_then(<[u8]>::first_chunk) {
        Some(&chunk) if (1..=57).contains(&bits) => (u64::from_be_bytes(chunk) << (bit % 8)) >> (64 - bits),
        _ => bits::read_u64(bytes, bit as usize, bits).unwrap_or(0),
    }
}

/// The number of a type in the lowest bits.
fn number_of(ty: &Type, raw: u128, width: u32) -> Value {
    let raw = if width < 128 { raw & ((1 << width) - 1) } else { raw };
    match ty {
        Type::Int { .. } => match i64::try_from(bits::sign_extend(raw, width)) {
            Ok(value) => Value::Int(value),
            Err(_) => Value::Wide(raw),
        },
        Type::Float { bits: 32, .. } => Value::Float(f64::from(f32::from_bits(raw as u32))),
        Type::Float { .. } => Value::Float(f64::from_bits(raw as u64)),
        _ => match u64::try_from(raw) {
            Ok(value) if width <= 64 => Value::Uint(value),
            _ => Value::Wide(raw),
        },
    }
}

/// The number of the first sixteen bytes.
fn leading_number(bytes: &[u8]) -> u128 {
    bytes.iter().take(16).fold(0, |value, &byte| value << 8 | u128::from(byte))
}
