//! One pass: layers in the order of the wire.
//!
//! Layers stand on a stack of their own, so that their number is bounded by memory alone; structs nest as deeply as their
//! definitions do.

use super::Built;
use super::buffer::Buffer;
use super::choose::{self, Inferred, best_arm, has_tag, payload_for};
use super::derive::{Derived, Memory, Report};
use super::error::{BuildError, BuildErrorKind};
use crate::Schema;
use crate::interp::encode::Names;
use crate::interp::{
    Arg, Bits, CompositeValue, Data, Dissection, Eval, FieldValue, Frame, LayerNode, LayerValue, Node, NodeKind,
    PacketValue, Part, PayloadPart, Value,
};
use crate::model::{Action, CompositeId, Expr, ExprId, FieldId, Item, Match, Type};
use std::collections::HashMap;

pub(super) type Outcome<T> = Result<T, BuildError>;

/// A packet being laid out.
pub(super) struct Layout<'a, 'v> {
    pub(super) schema: &'a Schema,
    value: &'v PacketValue,
    /// What earlier passes found out.
    pub(super) memory: Memory,
    pub(super) out: Buffer,
    pub(super) dissection: Dissection,
    /// Fields that are derived, in order.
    pub(super) derived: Vec<Derived>,
    /// Every field, in the order in which they were begun.
    pub(super) placed: Vec<Placed>,
    pub(super) names: Names,
    /// How often a field was placed in a layer so far.
    pub(super) seen: HashMap<(u32, FieldId, bool), u32>,
    /// Of each of the dissection's layers, which of the value's it is; the others are not placed.
    layers: Vec<u32>,
    taken: Vec<bool>,
    /// How many structs enclose what is placed now.
    pub(super) depth: u32,
}

/// A field that was placed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) field: FieldId,
    pub(super) frame: u32,
    pub(super) node: u32,
    pub(super) origin: Origin,
}

/// Who says what a field is, as far as its checks are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Somebody, as a value: it must be an allowed one.
    Set,
    /// Its derivation: it should be an allowed one.
    Derived,
    /// Somebody, as bits, valid or not: nothing is checked.
    Forced,
    /// Nobody.
    Unsaid,
}

/// A composite on its way.
pub(super) struct Walk<'a, 'v> {
    pub(super) frame: u32,
    pub(super) body: &'v CompositeValue,
    pub(super) inferred: Inferred,
    tasks: Vec<Task<'a, 'v>>,
    trailing: Vec<FieldId>,
    placed: Vec<FieldId>,
    /// Where the container written last starts.
    pub(super) container: u32,
    /// What is upon this layer, if that is known: arms are chosen by it.
    carried: Option<CompositeId>,
    /// Bytes that this layer carries, for a payload, or else for the field that reaches to its end.
    pub(super) content: Option<Data>,
    /// Whether such a field has taken them.
    pub(super) filled: bool,
    /// Whether the payload, or else a trailing field, has been reached.
    behind: bool,
    /// Whether a trailing field has been reached.
    in_tail: bool,
}

impl<'a, 'v> Walk<'a, 'v> {
    fn new(schema: &'a Schema, frame: u32, body: &'v CompositeValue) -> Self {
        let inferred = if body.whole { Inferred::default() } else { Inferred::of(schema, body) };
        let start = if body.whole {
            Task::Parts(body.parts.iter())
        } else {
            Task::Items(schema[body.composite].body.items.iter())
        };
        Self {
            frame,
            body,
            inferred,
            tasks: vec![start],
            trailing: Vec::new(),
            placed: Vec::new(),
            container: 0,
            carried: None,
            content: None,
            filled: false,
            behind: false,
            in_tail: false,
        }
    }
}

/// What is left to do for a composite.
enum Task<'a, 'v> {
    Items(std::slice::Iter<'a, Item>),
    Fields(std::slice::Iter<'a, FieldId>),
    Parts(std::slice::Iter<'v, Part>),
    /// A node that ends here.
    Close(u32),
}

/// How far a composite came.
enum Step {
    Payload(FieldId),
    Done,
}

/// A layer with what is left of it.
struct Open<'a, 'v> {
    layer: u32,
    value: &'v LayerValue,
    walk: Walk<'a, 'v>,
    payload: Option<(u32, Content<'v>)>,
}

/// What a payload holds.
enum Content<'v> {
    Parts(std::slice::Iter<'v, PayloadPart>),
    Bytes(&'v [u8]),
    Bits(&'v Bits),
    Nothing,
}

/// The bytes of a payload that holds no layer.
fn bytes_of(parts: &[PayloadPart]) -> Option<Data> {
    let mut bytes = Vec::new();
    for part in parts {
        match part {
            PayloadPart::Bytes(bits) if bits.len().is_multiple_of(8) => bytes.extend_from_slice(bits.bytes()),
            PayloadPart::Bytes(_) | PayloadPart::Layer(_) => return None,
        }
    }
    (!bytes.is_empty()).then_some(Data::Bytes(bytes))
}

impl<'a, 'v> Layout<'a, 'v> {
    pub(super) fn new(schema: &'a Schema, value: &'v PacketValue, memory: Memory) -> Self {
        Self {
            schema,
            value,
            memory,
            out: Buffer::default(),
            dissection: Dissection::default(),
            derived: Vec::new(),
            placed: Vec::new(),
            names: Names::default(),
            seen: HashMap::new(),
            layers: Vec::new(),
            taken: vec![false; value.layers.len()],
            depth: 0,
        }
    }

    /// Lays out everything.
    pub(super) fn packet(&mut self) -> Outcome<()> {
        let mut top = Content::Parts(self.value.top.iter());
        let mut open: Vec<Open<'a, 'v>> = Vec::new();
        loop {
            let Some(layer) = open.last_mut() else {
                match self.next_layer(&mut top) {
                    Some(child) => open.push(self.open_layer(child, None)?),
                    None => return Ok(()),
                }
                continue;
            };
            if let Some((node, content)) = &mut layer.payload {
                let node = *node;
                match self.next_layer(content) {
                    Some(child) => {
                        let parent = layer.layer;
                        open.push(self.open_layer(child, Some(parent))?);
                    }
                    None => {
                        self.close_node(node);
                        layer.payload = None;
                        let nodes = self.dissection.nodes.len() as u32;
                        if !layer.walk.in_tail {
                            self.dissection.layers[layer.layer as usize].tail.0 = nodes;
                        }
                    }
                }
                continue;
            }
            match self.step(&mut layer.walk)? {
                Step::Payload(field) => layer.payload = self.open_payload(layer, field)?,
                Step::Done => {
                    self.close_layer(layer)?;
                    open.pop();
                }
            }
        }
    }

    /// Writes bytes up to the next layer of a payload.
    fn next_layer(&mut self, content: &mut Content<'v>) -> Option<u32> {
        match content {
            Content::Parts(parts) => {
                for part in parts {
                    match part {
                        PayloadPart::Layer(layer) => return Some(*layer),
                        PayloadPart::Bytes(bits) => self.out.push_bits(bits),
                    }
                }
                None
            }
            Content::Bytes(bytes) => {
                self.out.push_bytes(bytes);
                *content = Content::Nothing;
                None
            }
            Content::Bits(bits) => {
                self.out.push_bits(bits);
                *content = Content::Nothing;
                None
            }
            Content::Nothing => None,
        }
    }

    fn open_layer(&mut self, child: u32, parent: Option<u32>) -> Outcome<Open<'a, 'v>> {
        let Some(value) = self.value.layers.get(child as usize) else {
            return Err(BuildError { composite: None, field: None, kind: BuildErrorKind::BadReference });
        };
        let composite = value.body.composite;
        match self.taken.get_mut(child as usize) {
            Some(taken) if !*taken => *taken = true,
            _ => return Err(BuildError::of(composite, BuildErrorKind::BadReference)),
        }
        if !self.out.len().is_multiple_of(8) {
            return Err(BuildError::of(composite, BuildErrorKind::Misaligned));
        }
        let layer = self.dissection.layers.len() as u32;
        let nodes = self.dissection.nodes.len() as u32;
        self.layers.push(child);
        self.dissection.layers.push(LayerNode {
            composite,
            parent,
            frame: 0,
            start: self.out.len() / 8,
            header: 0,
            size: 0,
            missing: 0,
            nodes: (nodes, nodes),
            tail: (nodes, nodes),
            truncated: false,
        });
        let frame = self.open_frame(composite, layer, Vec::new());
        self.dissection.layers[layer as usize].frame = frame;
        let mut walk = Walk::new(self.schema, frame, &value.body);
        walk.carried = value.payload.iter().find_map(|part| match part {
            PayloadPart::Layer(above) => Some(self.value.layers.get(*above as usize)?.body.composite),
            PayloadPart::Bytes(_) => None,
        });
        if !value.body.whole {
            match walk.carried {
                Some(carried) => walk.inferred.key(self.schema, &value.body, carried),
                None => walk.content = bytes_of(&value.payload),
            }
        }
        Ok(Open { layer, value, walk, payload: None })
    }

    pub(super) fn open_frame(&mut self, composite: CompositeId, layer: u32, args: Vec<Arg>) -> u32 {
        let frame = self.dissection.frames.len() as u32;
        let nodes = self.dissection.nodes.len() as u32;
        let slots = self.dissection.slots.len() as u32;
        let first_arg = self.dissection.args.len() as u32;
        let params = self.schema[composite].params.len();
        self.dissection.args.extend(args.into_iter().chain(std::iter::repeat(Arg::Absent)).take(params));
        self.dissection.slots.resize(slots as usize + self.schema[composite].fields.len(), 0);
        self.dissection.frames.push(Frame {
            composite,
            layer,
            slots,
            args: first_arg,
            start: self.out.len(),
            bits: 0,
            nodes: (nodes, u32::MAX),
        });
        frame
    }

    pub(super) fn close_frame(&mut self, frame: u32) {
        let (end, nodes) = (self.out.len(), self.dissection.nodes.len() as u32);
        let frame = &mut self.dissection.frames[frame as usize];
        frame.bits = end - frame.start;
        frame.nodes.1 = nodes;
    }

    fn open_payload(&mut self, open: &mut Open<'a, 'v>, field: FieldId) -> Outcome<Option<(u32, Content<'v>)>> {
        let trailing = self.schema[field].trailing;
        let content = match open.walk.body.field(field) {
            Some(FieldValue::Set(Data::Payload(parts))) => Content::Parts(parts.iter()),
            Some(FieldValue::Set(Data::Bytes(bytes))) => Content::Bytes(bytes),
            Some(FieldValue::Raw(bits)) => Content::Bits(bits),
            Some(FieldValue::Set(_)) => return Err(BuildError::at(self.schema, field, BuildErrorKind::WrongKind)),
            Some(FieldValue::Auto) | None if trailing => return Ok(None),
            Some(FieldValue::Auto) | None if open.walk.filled => Content::Nothing,
            Some(FieldValue::Auto) | None => Content::Parts(open.value.payload.iter()),
        };
        if !trailing {
            self.end_header(open.layer);
        }
        let holds_layer = match &content {
            Content::Parts(parts) => parts.clone().any(|part| matches!(part, PayloadPart::Layer(_))),
            Content::Bytes(_) | Content::Bits(_) | Content::Nothing => false,
        };
        let above = holds_layer.then_some(self.dissection.layers.len() as u32);
        let node = self.open_node(NodeKind::Payload(field, above), Value::Bytes);
        self.take_slot(open.walk.frame, field, node);
        self.dissection.nodes[node as usize].end = node + 1;
        if !open.walk.behind {
            open.walk.behind = true;
            let nodes = self.dissection.nodes.len() as u32;
            let layer = &mut self.dissection.layers[open.layer as usize];
            layer.nodes.1 = nodes;
        }
        Ok(Some((node, content)))
    }

    fn end_header(&mut self, layer: u32) {
        let end = self.out.len() / 8;
        let layer = &mut self.dissection.layers[layer as usize];
        layer.header = end - layer.start;
    }

    fn close_layer(&mut self, open: &mut Open<'a, 'v>) -> Outcome<()> {
        let unplaced = |part: &PayloadPart| match part {
            PayloadPart::Layer(layer) => !self.taken.get(*layer as usize).copied().unwrap_or_default(),
            PayloadPart::Bytes(bits) => !bits.is_empty() && !open.walk.behind && !open.walk.filled,
        };
        if open.value.payload.iter().any(unplaced) {
            return Err(BuildError::of(open.walk.body.composite, BuildErrorKind::NoPayload));
        }
        if !open.walk.behind {
            self.end_header(open.layer);
            let nodes = self.dissection.nodes.len() as u32;
            let layer = &mut self.dissection.layers[open.layer as usize];
            layer.nodes.1 = nodes;
            layer.tail.0 = nodes;
        }
        self.finish_walk(&open.walk)?;
        self.close_frame(open.walk.frame);
        let end = self.out.len().div_ceil(8);
        let nodes = self.dissection.nodes.len() as u32;
        let layer = &mut self.dissection.layers[open.layer as usize];
        if !open.walk.in_tail {
            layer.size = end - layer.start;
        }
        layer.tail.1 = nodes;
        if self.out.is_full() {
            return Err(BuildError::of(open.walk.body.composite, BuildErrorKind::TooLong));
        }
        Ok(())
    }

    /// Goes on with a composite up to its payload or its end.
    fn step(&mut self, walk: &mut Walk<'a, '_>) -> Outcome<Step> {
        loop {
            let Some(task) = walk.tasks.last_mut() else { return Ok(Step::Done) };
            match task {
                Task::Close(node) => {
                    let node = *node;
                    self.close_node(node);
                    walk.tasks.pop();
                }
                Task::Fields(fields) => match fields.next() {
                    Some(&field) => {
                        if let Some(step) = self.sparse_field(walk, field)? {
                            return Ok(step);
                        }
                    }
                    None => {
                        walk.tasks.pop();
                    }
                },
                Task::Items(items) => match items.next() {
                    Some(item) => {
                        if let Some(step) = self.item(walk, item)? {
                            return Ok(step);
                        }
                    }
                    None => {
                        walk.tasks.pop();
                        if walk.tasks.is_empty() && !walk.trailing.is_empty() {
                            return self.trailing(walk);
                        }
                    }
                },
                Task::Parts(parts) => match parts.next() {
                    Some(part) => {
                        if let Some(step) = self.part(walk, part)? {
                            return Ok(step);
                        }
                    }
                    None => {
                        walk.tasks.pop();
                    }
                },
            }
        }
    }

    /// Places the next trailing field, once all else of the layer is there.
    fn trailing(&mut self, walk: &mut Walk<'a, '_>) -> Outcome<Step> {
        while !walk.trailing.is_empty() {
            let field = walk.trailing.remove(0);
            self.begin_tail(walk);
            if let Some(step) = self.field_or_payload(walk, field)? {
                // What is left is taken up again behind the payload.
                let empty: &'a [Item] = &[];
                walk.tasks.push(Task::Items(empty.iter()));
                return Ok(step);
            }
        }
        Ok(Step::Done)
    }

    /// The layer's own size ends where its trailing fields begin.
    fn begin_tail(&mut self, walk: &mut Walk<'a, '_>) {
        let end = self.out.len() / 8;
        let nodes = self.dissection.nodes.len() as u32;
        let frame = self.dissection.frames[walk.frame as usize];
        let Some(layer) = self.dissection.layers.get_mut(frame.layer as usize) else { return };
        if layer.frame != walk.frame {
            return;
        }
        if !walk.behind {
            walk.behind = true;
            layer.header = end - layer.start;
            layer.nodes.1 = nodes;
        }
        if !walk.in_tail {
            walk.in_tail = true;
            layer.size = end - layer.start;
            layer.tail.0 = nodes;
        }
    }

    fn item(&mut self, walk: &mut Walk<'a, '_>, item: &'a Item) -> Outcome<Option<Step>> {
        match item {
            Item::Run(run) => walk.tasks.push(Task::Fields(run.fields.iter())),
            Item::Container { fields, .. } => walk.tasks.push(Task::Fields(fields.iter())),
            Item::Field(field) => return self.sparse_field(walk, *field),
            Item::Match(choice) => self.choose(walk, choice)?,
            Item::If { condition, then, otherwise } => {
                let (yes, no) = (
                    choose::mentions(self.schema, then, walk.body),
                    choose::mentions(self.schema, otherwise, walk.body),
                );
                let taken = yes > no || yes == no && self.holds(walk.frame, *condition);
                walk.tasks.push(Task::Items(if taken { then } else { otherwise }.items.iter()));
            }
            Item::Align { bits, fill, .. } => self.align(walk.frame, *bits, fill.unwrap_or_default()),
            // Checks are made by reading; what else there is stands in codecs alone.
            Item::Expect(_) | Item::Repeat { .. } | Item::Jump { .. } | Item::Emit(_) | Item::Yields(_) => {}
        }
        Ok(None)
    }

    /// Whether a condition holds, as far as a builder asks.
    fn holds(&self, frame: u32, condition: ExprId) -> bool {
        !self.schema.asks_elements(condition) && self.eval(frame).truth(condition) == Some(true)
    }

    fn sparse_field(&mut self, walk: &mut Walk<'a, '_>, field: FieldId) -> Outcome<Option<Step>> {
        if self.schema[field].trailing {
            walk.trailing.push(field);
            return Ok(None);
        }
        self.field_or_payload(walk, field)
    }

    fn field_or_payload(&mut self, walk: &mut Walk<'a, '_>, field: FieldId) -> Outcome<Option<Step>> {
        let known = &self.schema[field];
        let inferred = walk.inferred.field(field).is_some() || walk.inferred.word(self.schema, field).is_some();
        let given = walk.body.field(field).is_some() || inferred;
        if let Some(condition) = known.condition.filter(|_| !known.opaque_otherwise && !given)
            && !self.holds(walk.frame, condition)
        {
            return Ok(None);
        }
        walk.placed.push(field);
        if matches!(known.ty, Type::Next(_)) && self.is_layer(walk.frame) {
            return Ok(Some(Step::Payload(field)));
        }
        self.field(walk, field)?;
        if let Some(align) = self.schema[field].align {
            self.align(walk.frame, align.saturating_mul(8), 0);
        }
        Ok(None)
    }

    fn is_layer(&self, frame: u32) -> bool {
        let layer = self.dissection.frames[frame as usize].layer;
        self.dissection.layers.get(layer as usize).is_some_and(|layer| layer.frame == frame)
    }

    /// Fills up to a multiple of so many bits from the composite's start.
    fn align(&mut self, frame: u32, bits: u32, fill: u8) {
        let start = self.dissection.frames[frame as usize].start;
        let missing = (bits.max(1) - (self.out.len() - start) % bits.max(1)) % bits.max(1);
        if missing == 0 {
            return;
        }
        let node = self.open_node(NodeKind::Padding(None), Value::Bytes);
        for _ in 0..missing / 8 {
            self.out.push_number(u128::from(fill), 8, false);
        }
        self.out.push_number(u128::from(fill >> (8 - missing % 8).min(7)), missing % 8, false);
        self.close_node(node);
    }

    fn choose(&mut self, walk: &mut Walk<'a, '_>, choice: &'a Match) -> Outcome<()> {
        let Some(arm) = self.arm(walk, choice)? else { return Ok(()) };
        match &arm.action {
            Action::Read(variant, block) => {
                if let Some(variant) = variant {
                    let composite = walk.body.composite;
                    let node = self.open_node(NodeKind::Variant(composite, *variant), Value::Group);
                    walk.tasks.push(Task::Close(node));
                }
                walk.tasks.push(Task::Items(block.items.iter()));
                Ok(())
            }
            Action::Stop => Ok(()),
            Action::Reject(why) => Err(BuildError::of(walk.body.composite, BuildErrorKind::Rejected(why.clone()))),
        }
    }

    /// The arm that a sparse value takes: the one that its tag says, where somebody set that; else the one of which
    /// something is said; else the one whose payload can hold the layer above; else the one of the tag's own value.
    fn arm(&mut self, walk: &Walk<'a, '_>, choice: &'a Match) -> Outcome<Option<&'a crate::model::Arm>> {
        let eval = self.eval(walk.frame);
        let tag = eval.int(choice.on);
        let by_tag = choice.arms.iter().find(|arm| {
            tag.is_some_and(|tag| has_tag(arm, tag)) && arm.guard.is_none_or(|guard| eval.truth(guard) == Some(true))
        });
        let on = match &self.schema[choice.on] {
            Expr::Word { of, .. } => &self.schema[*of],
            other => other,
        };
        let on = match on {
            Expr::Field(fields) => fields.first().copied(),
            _ => None,
        };
        let said = on.and_then(|on| walk.body.field(on));
        if matches!(said, Some(FieldValue::Set(_) | FieldValue::Raw(_))) {
            return Ok(by_tag);
        }
        let auto = on.and_then(|on| self.schema[on].auto);
        if let Some((best, weight)) = best_arm(self.schema, choice, walk.body) {
            let tied = |arm: &crate::model::Arm| choose::weight(self.schema, arm, walk.body) == weight;
            if let Some(arm) = by_tag.filter(|arm| tied(arm)) {
                return Ok(Some(arm));
            }
            if let (Some(on), None) = (on, auto) {
                return Err(BuildError::at(self.schema, on, BuildErrorKind::NoTag));
            }
            let several = choice.arms.iter().filter(|arm| tied(arm)).count() > 1;
            return Ok(self.arm_for_payload(choice, auto, walk.carried).filter(|_| several).or(Some(best)));
        }
        Ok(self.arm_for_payload(choice, auto, walk.carried).or(by_tag))
    }

    fn arm_for_payload(
        &self,
        choice: &'a Match,
        auto: Option<ExprId>,
        carried: Option<CompositeId>,
    ) -> Option<&'a crate::model::Arm> {
        let Expr::KeyOf(fields, _) = &self.schema[auto?] else { return None };
        let field = payload_for(self.schema, fields, carried?)?;
        choice.arms.iter().find(|arm| match &arm.action {
            Action::Read(_, block) => choose::contains(block, field),
            Action::Stop | Action::Reject(_) => false,
        })
    }

    /// A part of a whole value: written as it is.
    fn part<'w>(&mut self, walk: &mut Walk<'a, 'w>, part: &'w Part) -> Outcome<Option<Step>> {
        match part {
            Part::Field(field, _) => {
                if self.schema[*field].trailing {
                    self.begin_tail(walk);
                }
                if matches!(self.schema[*field].ty, Type::Next(_)) && self.is_layer(walk.frame) {
                    return Ok(Some(Step::Payload(*field)));
                }
                self.field(walk, *field)?;
            }
            Part::Variant(variant) => {
                let node = self.open_node(NodeKind::Variant(walk.body.composite, *variant), Value::Group);
                // The parts go on above the node that they end.
                let parts = walk.tasks.pop();
                walk.tasks.push(Task::Close(node));
                walk.tasks.extend(parts);
            }
            Part::End => {
                let parts = walk.tasks.pop();
                if let Some(Task::Close(node)) = walk.tasks.pop() {
                    self.close_node(node);
                }
                walk.tasks.extend(parts);
            }
            Part::Padding(field, bits) => self.bits_node(NodeKind::Padding(*field), bits),
            Part::Spoiled(field, bits) => self.bits_node(NodeKind::Spoiled(*field), bits),
        }
        Ok(None)
    }

    fn bits_node(&mut self, kind: NodeKind, bits: &Bits) {
        let node = self.open_node(kind, Value::Bytes);
        self.out.push_bits(bits);
        self.close_node(node);
    }

    /// A struct, from its start to its end.
    pub(super) fn whole_struct(&mut self, body: &CompositeValue, frame: u32) -> Outcome<()> {
        let mut walk = Walk::new(self.schema, frame, body);
        // Payloads of structs are bytes, so that this goes on to the end.
        while let Step::Payload(_) = self.step(&mut walk)? {}
        self.finish_walk(&walk)
    }

    /// What must hold when a composite is complete.
    pub(super) fn finish_walk(&mut self, walk: &Walk<'a, '_>) -> Outcome<()> {
        if walk.body.whole {
            return Ok(());
        }
        match choose::left_out(self.schema, walk.body, &walk.placed) {
            Some(field) => Err(BuildError::at(self.schema, field, BuildErrorKind::NotInArm)),
            None => Ok(()),
        }
    }

    pub(super) fn eval(&self, frame: u32) -> Eval<'_, '_> {
        Eval::new(self.schema, self.out.bytes(), &self.dissection, frame)
    }

    pub(super) fn open_node(&mut self, kind: NodeKind, value: Value) -> u32 {
        let node = self.dissection.nodes.len() as u32;
        self.dissection.nodes.push(Node { kind, start: self.out.len(), bits: 0, end: node + 1, value });
        node
    }

    pub(super) fn close_node(&mut self, node: u32) {
        let (end, nodes) = (self.out.len(), self.dissection.nodes.len() as u32);
        let node = &mut self.dissection.nodes[node as usize];
        node.bits = end - node.start;
        // Nodes of layers above are not part of a payload's subtree.
        if !matches!(node.kind, NodeKind::Payload(..)) {
            node.end = nodes;
        }
    }

    pub(super) fn take_slot(&mut self, frame: u32, field: FieldId, node: u32) {
        let slots = self.dissection.frames[frame as usize].slots;
        if let Some(slot) = self.dissection.slots.get_mut((slots + self.schema[field].slot) as usize) {
            *slot = node + 1;
        }
    }

    /// The number in a node, as its bits.
    pub(super) fn wire_value(&self, node: u32) -> Option<u128> {
        let node = self.dissection.nodes.get(node as usize)?;
        match node.value {
            Value::Uint(value) => Some(u128::from(value)),
            Value::Wide(value) => Some(value),
            Value::Int(value) => packet_core::bits::twos_complement(i128::from(value), node.bits),
            Value::Float(_) | Value::Bytes | Value::Decoded(..) | Value::Frame(_) | Value::List(_) | Value::Group => {
                None
            }
        }
    }

    /// Which of the value's layers a frame is in.
    pub(super) fn layer_of(&self, frame: u32) -> Option<usize> {
        let layer = self.dissection.frames.get(frame as usize)?.layer;
        self.layers.get(layer as usize).map(|&layer| layer as usize)
    }

    /// The packet, when nothing changes any more.
    pub(super) fn finish(self, report: Report) -> Outcome<Built> {
        if let Some(error) = report.too_wide {
            return Err(error);
        }
        let mut warnings = report.warnings;
        super::derive::check(&self, &mut warnings)?;
        Ok(Built { bytes: self.out.into_bytes(), dissection: self.dissection, warnings })
    }
}
