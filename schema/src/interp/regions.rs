//! Regions: how far reading may go, who says so, and what is there of it.

use super::read::{Failed, Flow, Read, Step};
use super::{Anomaly, AnomalyKind, NodeKind, ReadErrorKind, Value};
use crate::model::FieldId;

/// A stretch of the packet that ends at a place.
///
/// # Invariants
///
/// `end` lies within the packet, and `logical` is not before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Region {
    /// The bit where what is there ends.
    pub(super) end: u32,
    /// The bit where it ends by the account of whoever opened it.
    pub(super) logical: u64,
    /// The end is not authoritative: more may have been there, so what does not fit is cut rather than wrong.
    pub(super) soft: bool,
    /// It is a part of something longer, of unknown length.
    pub(super) partial: bool,
    /// The layer that reads has said so itself, of its payload: the layer is whole, and what is in the payload is not.
    pub(super) announced: bool,
    /// The layer that reads has set it itself, by a length.
    pub(super) fixed: bool,
    /// The field that says where it ends.
    pub(super) limit: Option<FieldId>,
}

impl Region {
    /// Whether bytes that belong to it are not there.
    pub(super) fn is_cut(&self) -> bool {
        (self.partial && !self.announced) || self.logical > u64::from(self.end)
    }
}

impl Read<'_, '_, '_> {
    /// The region of so many bits from here on.
    pub(super) fn open(
        &mut self,
        length: Option<i128>,
        field: Option<FieldId>,
        limit: Option<FieldId>,
    ) -> Result<Region, Failed> {
        let Some(length) = length.and_then(|length| u64::try_from(length).ok()) else {
            return Err(self.fail(field, ReadErrorKind::BadLength));
        };
        let logical = u64::from(self.pos).saturating_add(length);
        match u32::try_from(logical) {
            Ok(end) if end <= self.region.end => {
                Ok(Region { end, logical, soft: false, partial: false, announced: false, fixed: true, limit })
            }
            _ if self.region.soft => {
                let region =
                    Region { logical, soft: true, partial: false, announced: false, fixed: true, ..self.region };
                self.missing = self.missing.max(logical - u64::from(region.end));
                Ok(region)
            }
            _ => {
                let (needed, available) = (length.div_ceil(8), u64::from((self.region.end - self.pos).div_ceil(8)));
                let limit = self.region.limit;
                Err(self.fail(field, ReadErrorKind::Short { needed, available, limit }))
            }
        }
    }

    /// Ends a region: what is left of it is padding, which may be cut too, and a fault in it ends with it.
    pub(super) fn close(&mut self, outer: Region, result: Step, field: Option<FieldId>) -> Step {
        if result.is_ok() && self.pos < self.region.end {
            self.push(NodeKind::Padding(field), self.pos, self.region.end - self.pos, Value::Bytes);
        }
        if result.is_ok() && self.region.logical > u64::from(self.region.end) {
            self.truncate((self.dissection.nodes.len() as u32).checked_sub(1));
        }
        self.pos = self.region.end;
        self.region = outer;
        match result {
            Err(failed) if self.exhausted => Err(failed),
            Err(_) => Ok(Flow::Next),
            Ok(flow) => Ok(flow),
        }
    }

    /// Notes that bytes of the layer are missing, at a node that takes all that its region has.
    pub(super) fn note_cut(&mut self, node: Option<u32>) {
        if !self.region.is_cut() {
            return;
        }
        self.missing = self.missing.max(self.region.logical.saturating_sub(u64::from(self.region.end)));
        self.truncate(node);
    }

    /// Marks the layer as truncated, once.
    pub(super) fn truncate(&mut self, node: Option<u32>) {
        let Some(layer) = self.dissection.layers.get_mut(self.layer as usize) else { return };
        if !layer.truncated {
            layer.truncated = true;
            self.dissection.anomalies.push(Anomaly { kind: AnomalyKind::Truncated, layer: self.layer, node });
        }
    }
}
