//! Reading a packet: layer upon layer, by a stack of those that are not yet done, never by recursion.

use super::next::Pending;
use super::reader::Reader;
use super::regions::Region;
use super::{
    Anomaly, AnomalyKind, Dissection, Eval, Frame, It, LayerNode, Node, NodeKind, ReadError, ReadErrorKind, Value,
    Verdict,
};
use crate::model::{CompositeId, CompositeKind, ExprId, FieldId, Param, Probe, Schema};
use crate::tree::Span;

/// As many bytes of a packet as are read: positions are bits, in 32 bits.
pub(super) const MAX_BYTES: usize = 1 << 28;

/// What comes after an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// The next one.
    Next,
    /// Nothing more: the list, or the repeat of a codec, ends here.
    Stop,
}

/// Reading went wrong: the error is noted, and the bytes up to the region's end are spoiled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failed;

/// What reading an item gives.
pub(super) type Step = Result<Flow, Failed>;

/// What is checked when a composite is whole.
#[derive(Clone, Copy, Debug)]
pub(super) enum Later {
    /// An `expect`.
    Expect(ExprId, Span),
    /// A `verify` of a field, in a node.
    Verify(FieldId, u32),
}

/// Lists that reading needs, kept from packet to packet with their room.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    pub(super) later: Vec<Later>,
    pub(super) pending: Vec<Pending>,
    /// Trailing fields of the layers that are not yet done.
    pub(super) trailing: Vec<FieldId>,
    /// Groups that a codec emitted.
    pub(super) groups: Vec<u128>,
    /// The label that a codec emits.
    pub(super) label: Vec<u8>,
    stack: Vec<Open>,
}

/// A layer that is not yet done.
#[derive(Clone, Copy, Debug)]
struct Open {
    layer: u32,
    /// All that it may take.
    region: Region,
    /// Where its own account ends, in bits.
    end: u32,
    /// Its payloads, from and to in the list of those pending, and the next to be read.
    pending: (u32, u32),
    next: u32,
    /// Its trailing fields, from and to.
    trailing: (u32, u32),
    /// What a payload left of a region that this layer has fixed: the field, and the bits.
    left: Option<(FieldId, u32, u32)>,
    /// Trailing fields have been read.
    tailed: bool,
}

/// The reading of one packet.
pub(super) struct Read<'r, 's, 'd> {
    pub(super) reader: &'r Reader<'s>,
    pub(super) schema: &'s Schema,
    pub(super) data: &'d [u8],
    pub(super) dissection: &'r mut Dissection,
    pub(super) scratch: Scratch,
    /// The next bit.
    pub(super) pos: u32,
    /// The region it is in.
    pub(super) region: Region,
    /// The frame of the composite that is read.
    pub(super) frame: u32,
    /// Which composite that is.
    pub(super) composite: CompositeId,
    /// The layer it is part of.
    pub(super) layer: u32,
    /// How many composites enclose it.
    pub(super) depth: u32,
    /// Where the layer's first payload begins.
    pub(super) payload: Option<u32>,
    /// Bits of the layer that are not there.
    pub(super) missing: u64,
    /// A probe reads no further than this field.
    pub(super) last: Option<FieldId>,
    /// A limit was reached, so that nothing more is read.
    pub(super) exhausted: bool,
    /// The state of the codec that is read.
    pub(super) codec: super::codec::State,
}

impl<'r, 's, 'd> Read<'r, 's, 'd> {
    /// Reads a whole packet.
    pub(super) fn packet(
        reader: &'r Reader<'s>,
        dissection: &'r mut Dissection,
        start: CompositeId,
        data: &'d [u8],
        origlen: usize,
    ) {
        let mut read = Self::new(reader, dissection, start, data, origlen);
        read.layers(start, read.region);
        let Self { dissection, scratch, .. } = read;
        dissection.scratch = scratch;
    }

    /// Whether a probe holds for what begins with these bytes, upon nothing.
    pub(super) fn probe(reader: &'r Reader<'s>, dissection: &'r mut Dissection, probe: &Probe, data: &'d [u8]) -> bool {
        let mut read = Self::new(reader, dissection, probe.layer, data, data.len());
        read.holds(probe, None, read.region)
    }

    /// Whether a layer can begin with these bytes, upon nothing: a piece of a stream may start in the middle of one.
    pub(super) fn may_begin(
        reader: &'r Reader<'s>,
        dissection: &'r mut Dissection,
        layer: CompositeId,
        data: &'d [u8],
    ) -> bool {
        let mut read = Self::new(reader, dissection, layer, data, data.len());
        !read.is_stream(layer) || read.probed(layer, None, read.region)
    }

    fn new(
        reader: &'r Reader<'s>,
        dissection: &'r mut Dissection,
        start: CompositeId,
        data: &'d [u8],
        origlen: usize,
    ) -> Self {
        dissection.clear();
        let data = data.get(..MAX_BYTES).unwrap_or(data);
        let end = data.len() as u32 * 8;
        let region = Region {
            end,
            logical: (origlen as u64).saturating_mul(8).max(u64::from(end)),
            soft: true,
            partial: false,
            announced: false,
            fixed: false,
            limit: None,
        };
        let scratch = std::mem::take(&mut dissection.scratch);
        Self {
            reader,
            schema: reader.schema,
            data,
            dissection,
            scratch,
            pos: 0,
            region,
            frame: 0,
            composite: start,
            layer: 0,
            depth: 0,
            payload: None,
            missing: 0,
            last: None,
            exhausted: false,
            codec: super::codec::State::default(),
        }
    }

    /// Reads the first layer and all above it.
    fn layers(&mut self, start: CompositeId, region: Region) {
        self.scratch.clear();
        let first = self.header(start, None, region);
        self.scratch.stack.push(first);
        while let Some(&open) = self.scratch.stack.last() {
            if self.exhausted {
                return;
            }
            if open.next < open.pending.1 {
                self.begin_payload(open);
            } else if !open.tailed {
                self.tail(open);
            } else {
                self.end_layer(open);
            }
        }
    }

    /// Reads the layer that stands in the next payload of an open one.
    fn begin_payload(&mut self, open: Open) {
        let Some(&pending) = self.scratch.pending.get(open.next as usize) else { return };
        if self.scratch.stack.len() >= self.reader.limits.layers as usize {
            self.too_many_layers(open, pending);
            return;
        }
        self.pos = pending.at;
        let child = self.header(pending.layer, Some(open.layer), pending.region);
        if let Some(Node { kind: NodeKind::Payload(_, layer @ None), .. }) =
            self.dissection.nodes.get_mut(pending.node as usize)
        {
            *layer = Some(child.layer);
        }
        self.scratch.stack.push(child);
    }

    fn too_many_layers(&mut self, open: Open, pending: Pending) {
        let composite = self.dissection.layers.get(open.layer as usize).map_or(self.composite, |layer| layer.composite);
        self.dissection.errors.push(ReadError {
            composite,
            field: Some(pending.field),
            offset: pending.at / 8,
            kind: ReadErrorKind::TooManyLayers,
            node: None,
        });
        if let Some(open) = self.scratch.stack.last_mut() {
            open.next += 1;
            open.end = open.end.max(pending.region.end);
        }
    }

    /// Reads a layer's header: everything but trailing fields and what is in its payloads.
    fn header(&mut self, composite: CompositeId, parent: Option<u32>, region: Region) -> Open {
        let start = self.pos;
        let pending = self.scratch.pending.len() as u32;
        let trailing = self.scratch.trailing.len() as u32;
        let result = self.layer_body(composite, parent, region);
        if result.is_ok() {
            self.check_whole(0);
        } else {
            self.scratch.later.clear();
        }
        let nodes = self.dissection.nodes.len() as u32;
        if let Some(layer) = self.dissection.layers.get_mut(self.layer as usize) {
            layer.nodes.1 = nodes;
        }
        if let Some(frame) = self.dissection.frames.get_mut(self.frame as usize) {
            frame.nodes.1 = nodes;
            frame.bits = self.pos - start;
        }
        Open {
            layer: self.layer,
            region,
            end: self.pos,
            pending: (pending, self.scratch.pending.len() as u32),
            next: pending,
            trailing: (trailing, self.scratch.trailing.len() as u32),
            left: None,
            tailed: false,
        }
    }

    /// Adds a layer with its frame, and reads its items.
    pub(super) fn layer_body(&mut self, composite: CompositeId, parent: Option<u32>, region: Region) -> Step {
        let definition = &self.schema[composite];
        let start = self.pos / 8;
        let nodes = self.dissection.nodes.len() as u32;
        let layer = self.dissection.layers.len() as u32;
        self.layer = layer;
        self.region = Region { fixed: false, announced: false, ..region };
        if let CompositeKind::Layer(kind) = &definition.kind
            && kind.stream
        {
            self.region.soft = true;
        }
        self.payload = None;
        self.missing = 0;
        self.depth = 0;
        self.dissection.layers.push(LayerNode {
            composite,
            parent,
            frame: self.dissection.frames.len() as u32,
            start,
            header: 0,
            size: region.end / 8 - start,
            missing: 0,
            nodes: (nodes, u32::MAX),
            tail: (0, 0),
            truncated: false,
        });
        let args = self.dissection.args.len() as u32;
        if !definition.params.is_empty() {
            self.unknown_args(&definition.params);
        }
        self.new_frame(composite, args);
        let result = match &definition.kind {
            CompositeKind::Codec(codec) => self.codec_alone(codec, &definition.body),
            CompositeKind::Layer(_) | CompositeKind::Struct => self.block(&definition.body),
        };
        let (end, payload, missing) = (self.pos, self.payload, self.missing);
        if let Some(layer) = self.dissection.layers.get_mut(layer as usize) {
            layer.size = end.div_ceil(8) - start;
            layer.header = payload.unwrap_or(end).div_ceil(8) - start;
            layer.missing = u32::try_from(missing / 8).unwrap_or(u32::MAX);
        }
        result
    }

    /// What a struct or a codec that is read by itself is given: regions are all bytes, numbers are not known.
    fn unknown_args(&mut self, params: &[Param]) {
        let whole = super::Arg::Region(self.pos / 8, self.region.end / 8);
        self.dissection.args.extend(params.iter().map(|param| if param.region { whole } else { super::Arg::Absent }));
    }

    /// Adds a frame for a composite that starts here, and makes it the current one.
    pub(super) fn new_frame(&mut self, composite: CompositeId, args: u32) {
        let dissection = &mut *self.dissection;
        self.frame = dissection.frames.len() as u32;
        self.composite = composite;
        let slots = dissection.slots.len();
        dissection.slots.resize(slots + self.schema[composite].fields.len(), 0);
        dissection.frames.push(Frame {
            composite,
            layer: self.layer,
            slots: slots as u32,
            args,
            start: self.pos,
            bits: 0,
            nodes: (dissection.nodes.len() as u32, u32::MAX),
        });
    }

    /// Reads the trailing fields of a layer from what the layers above have left.
    fn tail(&mut self, open: Open) {
        self.resume(open);
        let from = self.dissection.nodes.len() as u32;
        if let Some((field, start, end)) = open.left {
            self.push(NodeKind::Padding(Some(field)), start, end - start, Value::Bytes);
        }
        let pending = open.pending.0;
        self.scratch.pending.truncate(pending as usize);
        for index in open.trailing.0..open.trailing.1 {
            let Some(&field) = self.scratch.trailing.get(index as usize) else { break };
            if self.pos >= self.region.end || self.trailing_field(field).is_err() {
                break;
            }
        }
        self.check_whole(0);
        let to = self.dissection.nodes.len() as u32;
        if let Some(layer) = self.dissection.layers.get_mut(open.layer as usize) {
            layer.tail = (from, to);
        }
        let end = self.pos;
        if let Some(open) = self.scratch.stack.last_mut() {
            open.tailed = true;
            open.end = end;
            open.pending = (pending, self.scratch.pending.len() as u32);
            open.next = pending;
        }
    }

    /// Goes on in a layer whose payloads were read.
    fn resume(&mut self, open: Open) {
        self.layer = open.layer;
        self.pos = open.end;
        self.region = Region { fixed: false, ..open.region };
        self.depth = 0;
        if let Some(layer) = self.dissection.layers.get(open.layer as usize) {
            self.frame = layer.frame;
            self.composite = layer.composite;
        }
    }

    /// Ends a layer, and hands what it left to the layer whose payload it is.
    fn end_layer(&mut self, open: Open) {
        self.scratch.stack.pop();
        self.scratch.pending.truncate(open.pending.0 as usize);
        self.scratch.trailing.truncate(open.trailing.0 as usize);
        let Some(&below) = self.scratch.stack.last() else {
            self.end_packet(open);
            return;
        };
        let Some(&pending) = self.scratch.pending.get(below.next as usize) else { return };
        let progress = open.end > pending.at;
        if pending.stream && progress && open.end < pending.region.end {
            self.resume(below);
            self.pos = open.end;
            if self.probed(pending.layer, Some(self.layer), pending.region) {
                self.set_pending(below.next, Pending { at: open.end, ..pending });
                return;
            }
        }
        self.leave_payload(below, pending, open.end);
    }

    fn set_pending(&mut self, index: u32, pending: Pending) {
        if let Some(place) = self.scratch.pending.get_mut(index as usize) {
            *place = pending;
        }
    }

    /// Notes what was left of a payload: padding of its region, where the layer below has fixed that, and else what
    /// the layer below has left itself.
    fn leave_payload(&mut self, below: Open, pending: Pending, end: u32) {
        // Bytes of a stream that begin no record are the middle of one: they stay where they are.
        let keeps = (pending.region.fixed || pending.stream) && !below.tailed;
        let left = keeps && end < pending.region.end;
        if left && !pending.stream {
            self.unclaimed(below.layer, None);
        }
        if let Some(below) = self.scratch.stack.last_mut() {
            below.next += 1;
            if left {
                below.left = Some((pending.field, end, pending.region.end));
            }
            if !keeps {
                below.end = end;
            }
        }
    }

    /// What no layer has claimed stays with the first one.
    fn end_packet(&mut self, open: Open) {
        self.say_cut(open);
        if open.end >= open.region.end {
            return;
        }
        self.resume(open);
        let node = self.push(NodeKind::Padding(None), open.end, open.region.end - open.end, Value::Bytes);
        self.unclaimed(open.layer, Some(node));
        if let Some(layer) = self.dissection.layers.get_mut(open.layer as usize) {
            if layer.tail.0 == layer.tail.1 {
                layer.tail.0 = node;
            }
            layer.tail.1 = node + 1;
        }
    }

    /// A capture that was cut behind all that was looked for is noted at its first layer.
    fn say_cut(&mut self, open: Open) {
        let said = |found: &Dissection| {
            !found.errors.is_empty() || found.anomalies.iter().any(|anomaly| anomaly.kind == AnomalyKind::Truncated)
        };
        if open.region.logical > u64::from(open.region.end) && !said(self.dissection) {
            self.layer = open.layer;
            self.truncate(None);
        }
    }

    fn unclaimed(&mut self, layer: u32, node: Option<u32>) {
        self.dissection.anomalies.push(Anomaly { kind: AnomalyKind::Unclaimed, layer, node });
    }

    /// Makes the checks that wait for a composite to be whole, from a position in their list on.
    pub(super) fn check_whole(&mut self, from: usize) {
        let count = self.scratch.later.len();
        for index in from..count {
            let Some(&later) = self.scratch.later.get(index) else { break };
            let (kind, node) = match later {
                Later::Expect(condition, span) => {
                    if self.truth(condition) != Some(false) {
                        continue;
                    }
                    (AnomalyKind::Expect(self.composite, span), None)
                }
                Later::Verify(field, node) => {
                    let Verdict::Wrong(expected) = self.eval(It::Nothing).verify(field, node) else { continue };
                    (AnomalyKind::Verify(field, expected), Some(node))
                }
            };
            self.dissection.anomalies.push(Anomaly { kind, layer: self.layer, node });
        }
        self.scratch.later.truncate(from);
    }

    /// An evaluator over the current frame.
    #[inline]
    pub(super) fn eval(&self, it: It) -> Eval<'_, '_> {
        Eval {
            it,
            rest: Some((self.pos, self.region.end)),
            seed: self.reader.seed,
            programs: Some(&self.reader.programs),
            ..Eval::new(self.schema, self.data, self.dissection, self.frame)
        }
    }

    /// The number of an expression.
    #[inline]
    pub(super) fn int(&self, id: ExprId) -> Option<i128> {
        match self.reader.programs.run(id, self.dissection, self.frame, || None) {
            Some(number) => Some(i128::from(number)),
            None => self.eval(It::Nothing).int(id),
        }
    }

    /// Whether an expression holds.
    #[inline]
    pub(super) fn truth(&self, id: ExprId) -> Option<bool> {
        match self.reader.programs.run(id, self.dissection, self.frame, || None) {
            Some(number) => Some(number != 0),
            None => self.eval(It::Nothing).truth(id),
        }
    }

    /// Whether an expression holds for what is in a node of a field.
    #[inline]
    pub(super) fn holds_for(&self, id: ExprId, field: FieldId, node: u32) -> Option<bool> {
        match self.reader.programs.run(id, self.dissection, self.frame, || self.small(field, node)) {
            Some(number) => Some(number != 0),
            None => self.eval(It::Node(node)).truth(id),
        }
    }

    /// The number in a node of a field, where 64 bits hold it.
    #[inline]
    pub(super) fn small(&self, field: FieldId, node: u32) -> Option<i64> {
        let number = match self.dissection.nodes.get(node as usize)?.value {
            Value::Uint(value) => i64::try_from(value).ok()?,
            Value::Int(value) => value,
            _ => return None,
        };
        number.checked_mul(i64::try_from(self.schema[field].scale).ok()?)
    }

    /// Adds a node without children.
    #[inline]
    pub(super) fn push(&mut self, kind: NodeKind, start: u32, bits: u32, value: Value) -> u32 {
        let index = self.dissection.nodes.len() as u32;
        self.dissection.nodes.push(Node { kind, start, bits, end: index + 1, value });
        index
    }

    /// Ends a node that has children: it reaches to here.
    pub(super) fn end_node(&mut self, index: u32) {
        let (end, pos) = (self.dissection.nodes.len() as u32, self.pos);
        if let Some(node) = self.dissection.nodes.get_mut(index as usize) {
            node.end = end;
            node.bits = pos.saturating_sub(node.start);
        }
    }

    /// Says that a field of the current frame is in a node.
    #[inline]
    pub(super) fn set_slot(&mut self, slot: u32, node: u32) {
        let Some(frame) = self.dissection.frames.get(self.frame as usize) else { return };
        if let Some(place) = self.dissection.slots.get_mut((frame.slots + slot) as usize) {
            *place = node + 1;
        }
    }

    /// Notes an error here, and spoils what is left of the region.
    pub(super) fn fail(&mut self, field: Option<FieldId>, kind: ReadErrorKind) -> Failed {
        self.fail_at(self.pos, field, kind)
    }

    /// Notes an error at a bit before this one, and spoils what is left of the region.
    #[cold]
    pub(super) fn fail_at(&mut self, at: u32, field: Option<FieldId>, kind: ReadErrorKind) -> Failed {
        let end = self.region.end.max(self.pos);
        let node = self.push(NodeKind::Spoiled(field), self.pos, end - self.pos, Value::Bytes);
        self.pos = end;
        if matches!(kind, ReadErrorKind::Short { .. }) {
            self.note_cut(Some(node));
        }
        let composite = self.composite;
        self.dissection.errors.push(ReadError { composite, field, offset: at / 8, kind, node: Some(node) });
        Failed
    }

    /// The error of a field of so many bits that does not fit.
    #[cold]
    pub(super) fn short(&mut self, field: Option<FieldId>, bits: u32) -> Failed {
        let available = u64::from(self.region.end.saturating_sub(self.pos) / 8);
        let limit = if self.region.is_cut() { None } else { self.region.limit };
        self.fail(field, ReadErrorKind::Short { needed: u64::from(bits.div_ceil(8)), available, limit })
    }

    /// Fails where there are as many nodes as there may be.
    #[inline]
    pub(super) fn room(&mut self) -> Result<(), Failed> {
        if self.dissection.nodes.len() < self.reader.limits.nodes as usize {
            return Ok(());
        }
        self.exhausted = true;
        Err(self.fail(None, ReadErrorKind::TooManyNodes))
    }
}

impl Scratch {
    fn clear(&mut self) {
        self.later.clear();
        self.pending.clear();
        self.trailing.clear();
        self.groups.clear();
        self.stack.clear();
    }
}
