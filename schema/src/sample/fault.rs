//! Packets that are valid but for one fault, for every check and every derivation.

use super::finding::Finding;
use super::flaw::{Flaw, composites_of, flaws};
use super::{Choices, Sample, Sampler};
use crate::interp::NodeKind;
use crate::model::{CompositeId, CompositeKind, FieldId, Schema};
use std::collections::{HashMap, HashSet};

/// As many packets are made up to find those that have a field.
const POOL: u64 = 2500;
/// As many more, where fields were not seen.
const MORE: u64 = 8000;
/// As many packets are kept for each field.
const KEPT: usize = 8;
/// A packet with a fault.
#[derive(Clone, Debug)]
pub struct Faulty {
    /// What is wrong with it.
    pub flaw: Flaw,
    /// The packet; its dissection is what the interpreter says of it.
    pub sample: Sample,
    /// What the interpreter reports of the fault.
    pub finding: Finding,
    /// What it reports besides: what the fault entails.
    pub entailed: Vec<Finding>,
}

/// Packets with faults.
#[derive(Debug)]
pub struct Faults<'s> {
    sampler: Sampler<'s>,
    pool: Vec<Sample>,
    /// The packets that have a field.
    with: HashMap<FieldId, Vec<usize>>,
    /// Fields of which a packet has more than a byte.
    long: HashSet<FieldId>,
}

impl<'s> Faults<'s> {
    /// Makes up valid packets that have a layer, as the seed says, of which the faulty ones will be made.
    #[must_use]
    pub fn new(schema: &'s Schema, target: CompositeId, seed: u64) -> Self {
        let sampler = Sampler::exploring(schema, target);
        let mut faults = Self { sampler, pool: Vec::new(), with: HashMap::new(), long: HashSet::new() };
        let own = composites_of(schema, target);
        let fields: HashSet<FieldId> = own
            .iter()
            .filter(|id| !matches!(schema[**id].kind, CompositeKind::Codec(_)))
            .flat_map(|id| &schema[*id].fields)
            .copied()
            .collect();
        for at in 0..POOL + MORE {
            if at >= POOL && fields.iter().all(|field| faults.with.contains_key(field)) {
                break;
            }
            // What is upon others may not be looked for there once it is wrong: some packets begin with the layer.
            let alone = at % 4 == 3;
            if let Some(sample) = faults.sampler.attempts(&mut Choices::seed(seed.wrapping_add(at)), alone) {
                faults.keep(sample, &fields);
            }
        }
        faults
    }

    /// The valid packets that have every field between them.
    #[must_use]
    pub fn valid(&self) -> &[Sample] {
        &self.pool
    }

    /// Why there is no packet with a flaw, as far as the definition tells.
    #[must_use]
    pub fn why_none(&self, flaw: Flaw) -> &'static str {
        let is_length = flaw.field().is_some_and(|field| self.sampler.interests.is_length(field));
        flaw.why_none(self.sampler.schema(), is_length)
    }

    /// Every fault that packets of the layer can have.
    #[must_use]
    pub fn flaws(&self) -> Vec<Flaw> {
        flaws(self.sampler.schema(), self.sampler.target())
    }

    /// Keeps a packet that has a field of which there are not yet enough.
    fn keep(&mut self, sample: Sample, fields: &HashSet<FieldId>) {
        let place = self.pool.len();
        let mut wanted = false;
        let alone = sample.start == self.sampler.target();
        for node in &sample.dissection.nodes {
            let (NodeKind::Field(field) | NodeKind::Payload(field, _)) = node.kind else { continue };
            if !fields.contains(&field) {
                continue;
            }
            let first_long = node.bits > 8 && self.long.insert(field);
            let with = self.with.entry(field).or_default();
            let alike = with
                .iter()
                .filter(|at| self.pool.get(**at).is_some_and(|one| alone == (one.start == self.sampler.target())));
            if (first_long || alike.count() < KEPT) && with.last() != Some(&place) {
                with.push(place);
                wanted = true;
            }
        }
        if wanted {
            self.pool.push(sample);
        }
    }

    /// A packet that has a flaw and no other, or where there is none, one that has it and what it entails.
    ///
    /// `None` where none was found.
    #[must_use]
    pub fn faulty(&self, flaw: Flaw) -> Option<Faulty> {
        if let Flaw::Cut(field) = flaw {
            return self.packets_with(field).into_iter().find_map(|sample| self.sampler.cut(sample, field));
        }
        let present: Vec<FieldId> = self.with.keys().copied().collect();
        let mut best: Option<Faulty> = None;
        for field in self.sampler.changed_by(flaw, &present) {
            for sample in self.packets_with(field) {
                for found in self.sampler.changed(sample, field, flaw) {
                    if found.entailed.is_empty() {
                        return Some(found);
                    }
                    if best.as_ref().is_none_or(|best| found.entailed.len() < best.entailed.len()) {
                        best = Some(found);
                    }
                }
            }
        }
        best
    }

    /// Packets that have a field, those with layers below first.
    fn packets_with(&self, field: FieldId) -> Vec<&Sample> {
        let all = self.with.get(&field).into_iter().flatten().filter_map(|at| self.pool.get(*at));
        let (alone, stacked): (Vec<_>, Vec<_>) = all.partition(|sample| sample.start == self.sampler.target());
        stacked.into_iter().chain(alone).collect()
    }
}
