//! What comes next: the layer in a payload, by key, by the host's word, or by looking at it.

use super::read::{Flow, Read};
use super::regions::Region;
use super::{It, NodeKind, Value};
use crate::model::{CompositeId, CompositeKind, ExprId, FieldId, Next, Otherwise, Probe, TableId};

/// A payload whose layer is known, and not yet read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    /// The payload's field.
    pub(super) field: FieldId,
    /// Its node.
    pub(super) node: u32,
    /// The layer in it.
    pub(super) layer: CompositeId,
    /// The bit at which that starts.
    pub(super) at: u32,
    /// How far it may reach.
    pub(super) region: Region,
    /// The layer repeats as long as bytes are left.
    pub(super) stream: bool,
}

impl Read<'_, '_, '_> {
    /// Takes what is left of the region as payload, and finds out what layer is in it; none where `next` is none.
    pub(super) fn next_layer(&mut self, field: FieldId, next: Option<&Next>) -> u32 {
        let at = self.pos;
        self.payload = self.payload.or(Some(at));
        let node = self.push(NodeKind::Payload(field, None), at, self.region.end - at, Value::Bytes);
        self.note_cut(Some(node));
        let region = self.region;
        let layer = if at < region.end { next.and_then(|next| self.choose(field, next)) } else { None };
        self.pos = region.end;
        if let Some(layer) = layer {
            let stream = self.is_stream(layer);
            self.scratch.pending.push(Pending { field, node, layer, at, region, stream });
        }
        node
    }

    pub(super) fn is_stream(&self, layer: CompositeId) -> bool {
        matches!(&self.schema[layer].kind, CompositeKind::Layer(layer) if layer.stream)
    }

    /// The layer in a payload that starts here.
    fn choose(&mut self, field: FieldId, next: &Next) -> Option<CompositeId> {
        let host = self.reader.payloads.iter().rfind(|row| row.0 == field).map(|row| row.1);
        let layer = match next {
            _ if host.is_some() => host,
            Next::Is(layer) => Some(*layer),
            Next::Host => None,
            Next::From { table, keys, otherwise } => {
                if let Some(layer) = self.by_key(*table, keys) {
                    return Some(layer);
                }
                match otherwise {
                    Otherwise::Opaque => None,
                    Otherwise::Layer(layer) => Some(*layer),
                    Otherwise::Probe => return self.by_probe(*table),
                }
            }
        };
        layer.filter(|&layer| self.may_follow(layer))
    }

    /// Whether a layer can begin in this payload: a segment of a stream may begin in the middle of a record.
    fn may_follow(&mut self, layer: CompositeId) -> bool {
        !self.is_stream(layer) || self.probed(layer, Some(self.layer), self.region)
    }

    /// The layer of the first key that has a row whose layer can begin here: of the host's rows first.
    fn by_key(&mut self, table: TableId, keys: &[ExprId]) -> Option<CompositeId> {
        let ways = [Self::host_row as fn(&Self, TableId, u128) -> Option<CompositeId>, Self::row];
        ways.into_iter().skip(usize::from(self.reader.rows.is_empty())).find_map(|row| {
            keys.iter().find_map(|&key| {
                let key = self.eval(It::Nothing).int(key)? as u128;
                row(self, table, key).filter(|&layer| self.may_follow(layer))
            })
        })
    }

    fn host_row(&self, table: TableId, key: u128) -> Option<CompositeId> {
        self.reader.rows.iter().rfind(|row| row.0 == table && row.1 == key).map(|row| row.2)
    }

    fn row(&self, table: TableId, key: u128) -> Option<CompositeId> {
        let plan = self.reader.tables.get(table.index())?;
        if let Ok(at) = plan.single.binary_search_by_key(&key, |row| row.0) {
            return plan.single.get(at).map(|row| row.1);
        }
        let rows = &self.schema[table].rows;
        plan.other.iter().filter_map(|&index| rows.get(index as usize)).find_map(|row| {
            let claims = row.low <= key && key <= row.high;
            let holds = |guard| self.eval(It::Int(key as i128)).truth(guard) == Some(true);
            (claims && row.guard.is_none_or(holds)).then_some(row.layer)
        })
    }

    /// The layer whose probe holds here with the highest score, where no key of that table has led to one.
    fn by_probe(&mut self, table: TableId) -> Option<CompositeId> {
        let reader = self.reader;
        reader.probes.iter().find_map(|&index| {
            let probe = self.schema.probes.get(index as usize).filter(|probe| probe.guesses(table))?;
            self.holds(probe, Some(self.layer), self.region).then_some(probe.layer)
        })
    }

    /// Whether a layer can begin here, upon that one: it has no probe, or one of them holds.
    pub(super) fn probed(&mut self, layer: CompositeId, below: Option<u32>, region: Region) -> bool {
        let mut probes = self.schema.probes.iter().filter(|probe| probe.layer == layer).peekable();
        probes.peek().is_none() || probes.any(|probe| self.holds(probe, below, region))
    }

    /// Whether a probe holds for what starts here, upon that layer: its own is read as far as the condition needs, and all of
    /// that is forgotten.
    pub(super) fn holds(&mut self, probe: &Probe, below: Option<u32>, region: Region) -> bool {
        let sees = |guard| self.eval(It::Nothing).with_rest(self.pos, region.end).truth(guard) == Some(true);
        if !probe.guard.is_none_or(sees) {
            return false;
        }
        let before = self.mark();
        let outer = (self.pos, self.region, self.frame, self.composite, self.layer, self.depth);
        let state = (self.payload, self.missing, self.last, self.codec);
        self.last = probe.last;
        let read = self.layer_body(probe.layer, below, region);
        let holds = match read {
            Ok(Flow::Next | Flow::Stop) => self.truth(probe.condition) == Some(true),
            Err(_) => false,
        };
        (self.pos, self.region, self.frame, self.composite, self.layer, self.depth) = outer;
        (self.payload, self.missing, self.last, self.codec) = state;
        self.exhausted = false;
        self.rewind(before);
        holds
    }

    /// How much there is of everything.
    pub(super) fn mark(&self) -> [usize; 12] {
        let (found, scratch) = (&self.dissection, &self.scratch);
        [
            found.layers.len(),
            found.nodes.len(),
            found.frames.len(),
            found.slots.len(),
            found.args.len(),
            found.text.len(),
            found.anomalies.len(),
            found.errors.len(),
            scratch.later.len(),
            scratch.pending.len(),
            scratch.trailing.len(),
            scratch.groups.len(),
        ]
    }

    /// Forgets all that came since.
    pub(super) fn rewind(&mut self, mark: [usize; 12]) {
        let [layers, nodes, frames, slots, args, text, anomalies, errors, later, pending, trailing, groups] = mark;
        let (found, scratch) = (&mut *self.dissection, &mut self.scratch);
        found.layers.truncate(layers);
        found.nodes.truncate(nodes);
        found.frames.truncate(frames);
        found.slots.truncate(slots);
        found.args.truncate(args);
        found.text.truncate(text);
        found.anomalies.truncate(anomalies);
        found.errors.truncate(errors);
        scratch.later.truncate(later);
        scratch.pending.truncate(pending);
        scratch.trailing.truncate(trailing);
        scratch.groups.truncate(groups);
    }
}
