//! What the interpreter reports of a packet.

use super::Sample;
use crate::interp::{Anomaly, AnomalyKind, Dissection, NodeKind, ReadError, ReadErrorKind, View, node_field, words};
use crate::model::{FieldId, Schema};

/// What the interpreter reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Something could not be read.
    Error(ReadError),
    /// Something is not as it should be.
    Anomaly(Anomaly),
}

impl Sample {
    /// All that the reader reports, errors first.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let errors = self.dissection.errors.iter().copied().map(Finding::Error);
        errors.chain(self.dissection.anomalies.iter().copied().map(Finding::Anomaly)).collect()
    }

    /// The fields that it has.
    pub fn fields(&self) -> impl Iterator<Item = FieldId> + '_ {
        self.dissection.nodes.iter().filter_map(|node| match node.kind {
            NodeKind::Field(field) | NodeKind::Payload(field, _) => Some(field),
            NodeKind::Element(_)
            | NodeKind::Variant(..)
            | NodeKind::Prefix(_)
            | NodeKind::Padding(_)
            | NodeKind::Spoiled(_) => None,
        })
    }

    /// The packet as it can be looked at.
    #[must_use]
    pub fn view<'a>(&'a self, schema: &'a Schema) -> View<'a> {
        View { schema, data: &self.bytes, dissection: &self.dissection }
    }
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
                ReadErrorKind::NoDigit => "no_digit",
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
