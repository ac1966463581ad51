//! Packets that are valid but for one fault, found by changing one field of a valid packet and deriving the rest anew.

use super::change::{Change, change, instances};
use super::flaw::{Flaw, composites_of, fields_of, flaws, matches};
use super::{Choices, Sample, Sampler};
use crate::interp::{
    Anomaly, AnomalyKind, Builder, Dissection, Node, NodeKind, ReadError, ReadErrorKind, View, node_field, to_value,
    words,
};
use crate::model::{CompositeId, CompositeKind, ExprId, Extent, FieldId, Schema, Type};
use std::collections::{HashMap, HashSet};

/// As many packets are made up to find those that have a field.
const POOL: u64 = 2500;
/// As many more, where fields were not seen.
const MORE: u64 = 8000;
/// As many packets are kept for each field.
const KEPT: usize = 8;
/// As many places of a field in a packet are tried.
const PLACES: usize = 3;

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

/// What the interpreter reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Something could not be read.
    Error(ReadError),
    /// Something is not as it should be.
    Anomaly(Anomaly),
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
            return self.cut(field);
        }
        let mut best: Option<Faulty> = None;
        for field in self.changed_by(flaw) {
            for sample in self.packets_with(field) {
                for found in self.changed(sample, field, flaw) {
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

    /// The fields whose change may bring a flaw about.
    fn changed_by(&self, flaw: Flaw) -> Vec<FieldId> {
        let schema = self.sampler.schema();
        let composite = match flaw {
            Flaw::Expect(composite, _)
            | Flaw::Rejected(composite, _)
            | Flaw::NoArm(composite, _)
            | Flaw::Pointer(composite)
            | Flaw::TooLong(composite) => composite,
            other => return other.field().into_iter().collect(),
        };
        let of_codec = self.with.keys().copied().filter(|field| has_codec(&schema[*field].ty, composite));
        let mut fields: Vec<FieldId> = match flaw {
            Flaw::Expect(_, span) => {
                let expect = words::find_expect(&schema[composite], span);
                expect.map(|expect| fields_of(schema, expect.condition)).unwrap_or_default()
            }
            Flaw::Rejected(_, span) => {
                let choices = matches(&schema[composite].body).into_iter();
                let of = choices.filter(|choice| choice.arms.iter().any(|arm| arm.span == span));
                of.flat_map(|choice| {
                    let guards = choice.arms.iter().filter_map(|arm| arm.guard);
                    guards.chain([choice.on]).flat_map(|id| fields_of(schema, id)).collect::<Vec<_>>()
                })
                .collect()
            }
            Flaw::NoArm(_, span) => {
                let choices = matches(&schema[composite].body).into_iter().filter(|choice| choice.span == span);
                choices.flat_map(|choice| fields_of(schema, choice.on)).collect()
            }
            _ => Vec::new(),
        };
        fields.extend(of_codec);
        // Where a parameter decides, whatever hands it over may be changed.
        if fields.iter().all(|field| !self.with.contains_key(field)) {
            fields.extend(self.with.keys().copied().filter(|field| matches!(schema[*field].ty, Type::Uint { .. })));
        }
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// What comes of changing a field of a packet, where that has the flaw.
    fn changed<'a>(&'a self, sample: &'a Sample, field: FieldId, flaw: Flaw) -> impl Iterator<Item = Faulty> + 'a {
        let schema = self.sampler.schema();
        let whole = to_value(schema, &sample.bytes, &sample.dissection);
        let places = instances(&whole, field).min(PLACES);
        let changes = self.sampler.changes(sample, field, flaw);
        (0..places).flat_map(move |place| {
            let whole = whole.clone();
            let changes = changes.clone();
            changes.into_iter().filter_map(move |to| {
                let mut value = whole.clone();
                if !change(&mut value, field, place, &to) {
                    return None;
                }
                let built = Builder::new(schema).build(&value).ok()?;
                self.judged(flaw, sample.start, built.bytes, &to)
            })
        })
    }

    /// What the interpreter says of a packet, where that is about the flaw.
    fn judged(&self, flaw: Flaw, start: CompositeId, bytes: Vec<u8>, to: &Change) -> Option<Faulty> {
        let mut dissection = Dissection::default();
        self.sampler.reader.read(&mut dissection, start, &bytes, bytes.len());
        let sample = Sample { start, bytes, dissection };
        let mut findings = sample.findings();
        let at = findings.iter().position(|finding| self.is_about(&sample, finding, flaw, to))?;
        let finding = findings.remove(at);
        Some(Faulty { flaw, sample, finding, entailed: findings })
    }

    fn is_about(&self, sample: &Sample, finding: &Finding, flaw: Flaw, to: &Change) -> bool {
        let schema = self.sampler.schema();
        match (flaw, finding) {
            (
                Flaw::Constant(field),
                Finding::Error(ReadError { field: Some(at), kind: ReadErrorKind::Constant { .. }, .. }),
            )
            | (
                Flaw::Closed(field),
                Finding::Error(ReadError { field: Some(at), kind: ReadErrorKind::Closed { .. }, .. }),
            ) => field == *at,
            (Flaw::Constant(field), Finding::Anomaly(anomaly)) => anomaly.kind == AnomalyKind::Constant(field),
            (Flaw::Where(field, wanted), Finding::Error(error)) => {
                error.field == Some(field)
                    && matches!(error.kind, ReadErrorKind::Where { index, .. } if index == wanted)
            }
            (Flaw::Verify(field), Finding::Anomaly(anomaly)) => {
                matches!(anomaly.kind, AnomalyKind::Verify(found, _) if found == field)
            }
            (Flaw::Expect(composite, span), Finding::Anomaly(anomaly)) => {
                anomaly.kind == AnomalyKind::Expect(composite, span)
            }
            (Flaw::Rejected(composite, span), Finding::Error(error)) => {
                error.composite == composite && error.kind == ReadErrorKind::Rejected { at: span }
            }
            (Flaw::NoArm(composite, _), Finding::Error(error)) => {
                error.composite == composite && matches!(error.kind, ReadErrorKind::NoArm { .. })
            }
            (Flaw::Encoding(field), Finding::Anomaly(anomaly)) => anomaly.kind == AnomalyKind::Encoding(field),
            (Flaw::Pointer(composite), Finding::Error(error)) => {
                error.composite == composite && matches!(error.kind, ReadErrorKind::PointerForward { .. })
            }
            (Flaw::TooLong(composite), Finding::Error(error)) => {
                error.composite == composite && matches!(error.kind, ReadErrorKind::TooLong | ReadErrorKind::TooWide)
            }
            (Flaw::TooSmall(field), _) => to.is_less && concerns(schema, sample, finding, field),
            (Flaw::TooLarge(field), _) => to.is_more && concerns(schema, sample, finding, field),
            (Flaw::Prefix(field), Finding::Error(error)) => {
                matches!(error.kind, ReadErrorKind::Short { .. }) && around(schema, sample, error).contains(&field)
            }
            (Flaw::Prefix(_), Finding::Anomaly(anomaly)) => anomaly.kind == AnomalyKind::Truncated,
            _ => false,
        }
    }

    /// A packet that ends within a field.
    fn cut(&self, field: FieldId) -> Option<Faulty> {
        let schema = self.sampler.schema();
        self.packets_with(field).into_iter().find_map(|sample| {
            let is_it = |node: &&Node| {
                node.kind == NodeKind::Field(field)
                    && (node.start + node.bits - 1) / 8 > node.start / 8
                    && node.bits > 8
            };
            let node = sample.dissection.nodes.iter().find(is_it)?;
            let end = (node.start + node.bits - 1) / 8;
            let bytes = sample.bytes.get(..end as usize)?.to_vec();
            let mut dissection = Dissection::default();
            self.sampler.reader.read(&mut dissection, sample.start, &bytes, bytes.len());
            let cut = Sample { start: sample.start, bytes, dissection };
            let mut findings = cut.findings();
            let is_cut = |finding: &Finding| match finding {
                Finding::Error(error) => matches!(error.kind, ReadErrorKind::Short { .. }),
                Finding::Anomaly(anomaly) => anomaly.kind == AnomalyKind::Truncated,
            };
            let is_here = |finding: &Finding| match finding {
                Finding::Error(error) => around(schema, &cut, error).contains(&field),
                Finding::Anomaly(anomaly) => above(schema, &cut, anomaly.node).contains(&field),
            };
            // Of a layer it is said once that bytes are missing, mostly where the first of them is.
            let at = findings.iter().position(|finding| is_cut(finding) && is_here(finding));
            let at = at.or_else(|| findings.iter().position(is_cut))?;
            let finding = findings.remove(at);
            Some(Faulty { flaw: Flaw::Cut(field), sample: cut, finding, entailed: findings })
        })
    }
}

impl Sample {
    /// All that the reader reports, errors first.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let errors = self.dissection.errors.iter().copied().map(Finding::Error);
        errors.chain(self.dissection.anomalies.iter().copied().map(Finding::Anomaly)).collect()
    }

    /// The packet as it can be looked at.
    #[must_use]
    pub fn view<'a>(&'a self, schema: &'a Schema) -> View<'a> {
        View { schema, data: &self.bytes, dissection: &self.dissection }
    }
}

/// Whether a value of a type is read by that codec.
fn has_codec(ty: &Type, codec: CompositeId) -> bool {
    match ty {
        Type::Codec(id, _) => *id == codec,
        _ => false,
    }
}

/// The fields around the place of an error, the one at fault among them.
fn around(schema: &Schema, sample: &Sample, error: &ReadError) -> Vec<FieldId> {
    let mut fields = above(schema, sample, error.node);
    fields.extend(error.field);
    fields
}

/// The fields that a node is part of, its own among them.
fn above(schema: &Schema, sample: &Sample, node: Option<u32>) -> Vec<FieldId> {
    let view = sample.view(schema);
    let path = node.map(|node| view.path(node)).unwrap_or_default();
    path.into_iter()
        .filter_map(|node| match view.node(node)?.kind {
            NodeKind::Field(field)
            | NodeKind::Element(field)
            | NodeKind::Prefix(field)
            | NodeKind::Payload(field, _)
            | NodeKind::Padding(Some(field))
            | NodeKind::Spoiled(Some(field)) => Some(field),
            NodeKind::Variant(..) | NodeKind::Padding(None) | NodeKind::Spoiled(None) => None,
        })
        .collect()
}

/// Whether what is reported follows from a length or a count that is wrong.
fn concerns(schema: &Schema, sample: &Sample, finding: &Finding, length: FieldId) -> bool {
    let says = |id: ExprId| fields_of(schema, id).contains(&length);
    match finding {
        Finding::Error(error) => {
            let limited = matches!(error.kind, ReadErrorKind::Short { limit: Some(limit), .. } if limit == length);
            let by_extent = |field: &FieldId| {
                let field = &schema[*field];
                let count = match &field.ty {
                    Type::Bytes(Extent::Count(count))
                    | Type::Text(_, Extent::Count(count))
                    | Type::List(_, Extent::Count(count)) => Some(*count),
                    _ => None,
                };
                let within = [field.within, count, field.condition].into_iter().flatten();
                within.into_iter().any(says)
            };
            let asked = error.field.is_some_and(|field| schema[field].wheres.iter().any(|(id, _)| says(*id)));
            limited
                || asked
                || error.field == Some(length)
                || around(schema, sample, error).iter().any(by_extent)
                || within_match(schema, error.composite, length)
        }
        Finding::Anomaly(anomaly) => match anomaly.kind {
            AnomalyKind::Expect(composite, span) => {
                words::find_expect(&schema[composite], span).is_some_and(|expect| says(expect.condition))
            }
            AnomalyKind::Truncated | AnomalyKind::Unclaimed => true,
            AnomalyKind::Verify(..) | AnomalyKind::Constant(_) | AnomalyKind::Encoding(_) => {
                let layer = sample.dissection.layers.get(anomaly.layer as usize);
                layer.is_some_and(|layer| layer.composite == schema[length].owner)
                    || node_is_behind(sample, anomaly.node, length)
            }
        },
    }
}

/// Whether a choice of a composite is made, or bounded, by a length.
fn within_match(schema: &Schema, composite: CompositeId, length: FieldId) -> bool {
    matches(&schema[composite].body).into_iter().any(|choice| {
        let exprs = choice.within.into_iter().chain([choice.on]);
        exprs.into_iter().any(|id| fields_of(schema, id).contains(&length))
    })
}

/// Whether a node stands behind the length that is wrong: what is read there follows from it.
fn node_is_behind(sample: &Sample, node: Option<u32>, length: FieldId) -> bool {
    let nodes = &sample.dissection.nodes;
    let at = nodes.iter().position(|node| matches!(node.kind, NodeKind::Field(field) if field == length));
    let node = node.and_then(|node| nodes.get(node as usize));
    at.and_then(|at| nodes.get(at)).zip(node).is_some_and(|(length, node)| length.start < node.start)
}

impl Finding {
    /// The field at fault, where there is one.
    #[must_use]
    pub fn field(&self, schema: &Schema, dissection: &Dissection) -> Option<FieldId> {
        match self {
            Self::Error(error) => error.field,
            Self::Anomaly(anomaly) => match anomaly.kind {
                AnomalyKind::Verify(field, _) | AnomalyKind::Constant(field) | AnomalyKind::Encoding(field) => {
                    Some(field)
                }
                AnomalyKind::Expect(..) | AnomalyKind::Unclaimed => None,
                AnomalyKind::Truncated => {
                    let node = anomaly.node.and_then(|node| dissection.nodes.get(node as usize))?;
                    match node.kind {
                        NodeKind::Field(field)
                        | NodeKind::Element(field)
                        | NodeKind::Payload(field, _)
                        | NodeKind::Spoiled(Some(field)) => Some(field),
                        NodeKind::Variant(..)
                        | NodeKind::Prefix(_)
                        | NodeKind::Padding(_)
                        | NodeKind::Spoiled(None) => None,
                    }
                }
            }
            .filter(|field| node_field(schema, NodeKind::Field(*field)).is_some()),
        }
    }

    /// The byte of the packet that it is about.
    #[must_use]
    pub fn offset(&self, dissection: &Dissection) -> u32 {
        match self {
            Self::Error(error) => error.offset,
            Self::Anomaly(anomaly) => {
                let node = anomaly.node.and_then(|node| dissection.nodes.get(node as usize));
                let layer = dissection.layers.get(anomaly.layer as usize);
                node.map_or_else(|| layer.map_or(0, |layer| layer.start), |node| node.start / 8)
            }
        }
    }

    /// What it is called: the kind of an error, or the name of an anomaly.
    #[must_use]
    pub fn name(&self, schema: &Schema) -> String {
        match self {
            Self::Anomaly(anomaly) => words::anomaly_name(schema, anomaly.kind).into_owned(),
            Self::Error(error) => match error.kind {
                ReadErrorKind::Short { .. } => "short",
                ReadErrorKind::Constant { .. } => "constant",
                ReadErrorKind::Where { .. } => "where",
                ReadErrorKind::Closed { .. } => "closed",
                ReadErrorKind::Rejected { .. } => "rejected",
                ReadErrorKind::NoArm { .. } => "no_arm",
                ReadErrorKind::PointerForward { .. } => "pointer_forward",
                ReadErrorKind::TooLong => "too_long",
                ReadErrorKind::TooWide => "too_wide",
                ReadErrorKind::TooManyLayers => "too_many_layers",
                ReadErrorKind::TooManyNodes => "too_many_nodes",
                ReadErrorKind::BadLength => "bad_length",
            }
            .to_owned(),
        }
    }

    /// It in words.
    #[must_use]
    pub fn words(&self, schema: &Schema) -> String {
        match self {
            Self::Error(error) => words::error(schema, error),
            Self::Anomaly(anomaly) => words::anomaly(schema, anomaly.kind),
        }
    }
}
