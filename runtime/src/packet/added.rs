//! Layers of a registry, in packets.

use super::registry::{Source, Spec};
use packet_core::{FieldInfo, FieldVisitor, Fields, Level, Region};

/// A layer of a registry that was read.
#[derive(Clone, Copy, Debug)]
pub struct Added<'a> {
    pub(super) spec: &'a Spec,
    pub(super) region: Region<'a>,
    pub(super) payload: Option<Region<'a>>,
    pub(super) known_below: usize,
}

impl<'a> Added<'a> {
    /// Its name: `Beacon`.
    #[must_use]
    pub fn name(&self) -> &'a str {
        &self.spec.name
    }

    /// How paths of fields call it: `beacon`.
    #[must_use]
    pub fn key(&self) -> &'a str {
        &self.spec.key
    }

    /// What it is for.
    #[must_use]
    pub fn level(&self) -> Level {
        self.spec.level
    }

    /// Its bytes, from its header to the end of its payload: to be read as the type that was registered.
    #[must_use]
    pub fn region(&self) -> Region<'a> {
        self.region
    }

    /// What it carries.
    #[must_use]
    pub fn payload(&self) -> Option<Region<'a>> {
        self.payload
    }

    /// How many of the layers that Pony knows are below it.
    #[must_use]
    pub fn known_below(&self) -> usize {
        self.known_below
    }

    /// Tells of the fields that its definition verifies: what each is, and what it should be.
    pub(super) fn derived(&self, tell: &mut dyn FnMut(&'static FieldInfo, u64, u64)) {
        match &self.spec.source {
            Source::Interpreted(layer) => layer.derived(self.region, tell),
            Source::Compiled(compiled) => {
                // It was read before.
                let _ = (compiled.derived)(self.region, &mut |derived| {
                    tell(derived.field, derived.found, derived.expected);
                });
            }
        }
    }
}

impl Fields for Added<'_> {
    fn fields(&self, visitor: &mut dyn FieldVisitor) {
        match &self.spec.source {
            Source::Interpreted(layer) => layer.fields(self.region, visitor),
            Source::Compiled(compiled) => {
                if let Err(error) = (compiled.fields)(self.region, visitor) {
                    visitor.error(&error);
                }
            }
        }
    }
}
