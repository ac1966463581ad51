//! Changes one field of a valid packet, has the rest derived anew, and judges what the interpreter says of it.

use super::change::{Change, change, instances};
use super::fault::Faulty;
use super::finding::Finding;
use super::flaw::{Flaw, fields_of, flaws, matches};
use super::{Choices, Sample, Sampler};
use crate::interp::{AnomalyKind, Builder, Dissection, Node, NodeKind, ReadError, ReadErrorKind, to_value, words};
use crate::model::{CompositeId, ExprId, Extent, FieldId, Schema, Type};

/// As many places of a field in a packet are tried.
const PLACES: usize = 3;
/// As many packets and flaws are tried until one is found.
const TRIES: usize = 32;

impl Sampler<'_> {
    /// A packet with one fault: a valid one, of which a field was changed so that a check or a derivation fails.
    ///
    /// `None` where none was found in so many tries.
    pub fn faulty(&self, choices: &mut Choices<'_>) -> Option<Faulty> {
        let all = flaws(self.schema, self.target);
        // What is to be wrong is chosen first, so that it stays when later choices are fewer.
        let wanted = choices.below(all.len());
        let mut sample = self.valid(choices)?;
        for (flaw, tried) in all.iter().cycle().skip(wanted).take(TRIES).zip(1..) {
            if let Some(found) = self.with_flaw(&sample, *flaw) {
                return Some(found);
            }
            if tried % 8 == 0 {
                sample = self.valid(choices)?;
            }
        }
        None
    }

    /// A packet made into one that has a flaw.
    fn with_flaw(&self, sample: &Sample, flaw: Flaw) -> Option<Faulty> {
        if let Flaw::Cut(field) = flaw {
            return self.cut(sample, field);
        }
        let present: Vec<FieldId> = sample.fields().collect();
        let fields = self.changed_by(flaw, &present).into_iter().filter(|field| present.contains(field));
        let mut found = fields.flat_map(|field| self.changed(sample, field, flaw)).take(4).collect::<Vec<_>>();
        found.sort_by_key(|faulty| faulty.entailed.len());
        found.into_iter().next()
    }

    /// The fields whose change may bring a flaw about.
    pub(super) fn changed_by(&self, flaw: Flaw, present: &[FieldId]) -> Vec<FieldId> {
        let schema = self.schema;
        let composite = match flaw {
            Flaw::Expect(composite, _)
            | Flaw::Rejected(composite, _)
            | Flaw::NoArm(composite, _)
            | Flaw::Pointer(composite)
            | Flaw::TooLong(composite) => composite,
            other => return other.field().into_iter().collect(),
        };
        let of_codec = present.iter().copied().filter(|field| has_codec(&schema[*field].ty, composite));
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
        if fields.iter().all(|field| !present.contains(field)) {
            fields.extend(present.iter().copied().filter(|field| matches!(schema[*field].ty, Type::Uint { .. })));
        }
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// What comes of changing a field of a packet, where that has the flaw.
    pub(super) fn changed<'a>(
        &'a self,
        sample: &'a Sample,
        field: FieldId,
        flaw: Flaw,
    ) -> impl Iterator<Item = Faulty> + 'a {
        let schema = self.schema;
        let whole = to_value(schema, &sample.bytes, &sample.dissection);
        let places = instances(&whole, field).min(PLACES);
        let changes = self.changes(sample, field, flaw);
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
        self.reader.read(&mut dissection, start, &bytes, bytes.len());
        let sample = Sample { start, bytes, dissection };
        let mut findings = sample.findings();
        let at = findings.iter().position(|finding| self.is_about(&sample, finding, flaw, to))?;
        let finding = findings.remove(at);
        Some(Faulty { flaw, sample, finding, entailed: findings })
    }

    fn is_about(&self, sample: &Sample, finding: &Finding, flaw: Flaw, to: &Change) -> bool {
        let schema = self.schema;
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
    pub(super) fn cut(&self, sample: &Sample, field: FieldId) -> Option<Faulty> {
        let schema = self.schema;
        let is_it = |node: &&Node| {
            node.kind == NodeKind::Field(field) && node.bits > 8 && (node.start + node.bits - 1) / 8 > node.start / 8
        };
        let node = sample.dissection.nodes.iter().find(is_it)?;
        let end = (node.start + node.bits - 1) / 8;
        let bytes = sample.bytes.get(..end as usize)?.to_vec();
        let mut dissection = Dissection::default();
        self.reader.read(&mut dissection, sample.start, &bytes, bytes.len());
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
