//! Ways from the layers that packets begin with to any other.

use super::choices::Choices;
use crate::model::{CompositeId, CompositeKind, Next, Otherwise, Schema, Type};

/// Who may stand upon whom, and how far it is to one of them.
#[derive(Clone, Debug)]
pub(super) struct Routes {
    /// By composite: what may stand upon it.
    above: Vec<Vec<CompositeId>>,
    /// By composite: how many layers are between it and the target.
    distance: Vec<Option<u32>>,
    /// Layers that packets of a capture may begin with, and from which the target can be reached.
    starts: Vec<CompositeId>,
    target: CompositeId,
}

impl Routes {
    pub(super) fn new(schema: &Schema, target: CompositeId) -> Self {
        let above: Vec<Vec<CompositeId>> =
            (0..schema.composites.len()).map(|id| above(schema, CompositeId(id as u32))).collect();
        let mut distance = vec![None; above.len()];
        if let Some(place) = distance.get_mut(target.index()) {
            *place = Some(0);
        }
        for round in 0..above.len() as u32 {
            let reached = |id: &CompositeId| distance.get(id.index()).copied().flatten() == Some(round);
            let next: Vec<usize> = (0..above.len())
                .filter(|id| distance.get(*id).is_some_and(Option::is_none))
                .filter(|id| above.get(*id).is_some_and(|above| above.iter().any(reached)))
                .collect();
            for id in next {
                if let Some(place) = distance.get_mut(id) {
                    *place = Some(round + 1);
                }
            }
        }
        let link = schema.tables.iter().find(|table| table.name == "link_type");
        let mut rows: Vec<(u128, CompositeId)> =
            link.into_iter().flat_map(|table| table.rows.iter().map(|row| (row.low, row.layer))).collect();
        rows.sort_unstable();
        let mut starts: Vec<CompositeId> = Vec::new();
        for (_, start) in rows {
            if distance.get(start.index()).is_some_and(Option::is_some) && !starts.contains(&start) {
                starts.push(start);
            }
        }
        Self { above, distance, starts, target }
    }

    /// Has all ways begin with a layer.
    pub(super) fn begin_with(&mut self, start: CompositeId) {
        self.starts = vec![start];
    }

    /// The layers from a start to the target, both included; the target alone where nothing leads to it.
    pub(super) fn way(&self, choices: &mut Choices<'_>) -> Vec<CompositeId> {
        // Half of them begin as most captures do: the first of the link types is Ethernet.
        let usual = self.starts.first().filter(|_| choices.once(1, 2));
        let Some(&start) = usual.or_else(|| choices.one(&self.starts)) else { return vec![self.target] };
        let mut way = vec![start];
        let mut at = start;
        while at != self.target {
            let here = self.distance_of(at);
            let nearer: Vec<CompositeId> = self
                .above_of(at)
                .iter()
                .copied()
                .filter(|next| self.distance_of(*next) < here && self.distance_of(*next).is_some())
                .collect();
            let Some(&next) = choices.one(&nearer) else { return vec![self.target] };
            way.push(next);
            at = next;
        }
        way
    }

    /// What may stand upon a layer.
    pub(super) fn above_of(&self, layer: CompositeId) -> &[CompositeId] {
        self.above.get(layer.index()).map(Vec::as_slice).unwrap_or_default()
    }

    fn distance_of(&self, layer: CompositeId) -> Option<u32> {
        self.distance.get(layer.index()).copied().flatten()
    }
}

fn above(schema: &Schema, id: CompositeId) -> Vec<CompositeId> {
    let composite = &schema[id];
    if !matches!(composite.kind, CompositeKind::Layer(_)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for &field in composite.fields.iter().filter(|field| !schema[**field].trailing) {
        match &schema[field].ty {
            Type::Next(Next::Is(layer)) => found.push(*layer),
            Type::Next(Next::From { table, otherwise, .. }) => {
                found.extend(schema[*table].rows.iter().map(|row| row.layer));
                match otherwise {
                    Otherwise::Layer(layer) => found.push(*layer),
                    Otherwise::Probe => {
                        let guessed = schema.probes.iter().filter(|probe| probe.guesses(*table));
                        found.extend(guessed.map(|probe| probe.layer));
                    }
                    Otherwise::Opaque => {}
                }
            }
            _ => {}
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}
