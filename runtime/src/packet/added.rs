//! Layers of a registry, in packets.

use super::Reason;
use super::registry::{Follows, Read, Source, Spec};
use packet_core::{FieldVisitor, Fields, Level, Region};
use packet_schema::Schema;
use packet_schema::interp::{Dissection, Limits, Reader, words};
use packet_schema::model::{self, CompositeId, CompositeKind};
use std::sync::Arc;

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

    /// Its bytes, from its header to the end of its payload: to be read as the view that was registered.
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

    /// What was read of it, where a definition is interpreted: the model, and the first layer's fields.
    #[must_use]
    pub fn dissection(&self) -> Option<(&'a Schema, Dissection)> {
        match &self.spec.source {
            Source::Compiled(_) => None,
            Source::Interpreted(layer) => Some((layer.schema(), layer.dissect(self.region))),
        }
    }
}

impl Fields for Added<'_> {
    /// Those of a compiled layer; of an interpreted one, see [`Added::dissection`].
    fn fields(&self, visitor: &mut dyn FieldVisitor) {
        if let Source::Compiled(compiled) = &self.spec.source
            && let Err(error) = (compiled.fields)(self.region, visitor)
        {
            visitor.error(&error);
        }
    }
}

/// A layer of a definition that is read as it is, without a compiler.
#[derive(Clone, Debug)]
pub struct Interpreted {
    schema: Arc<Schema>,
    layer: CompositeId,
}

impl Interpreted {
    /// The layer of that name in a checked model; nothing where it has none.
    #[must_use]
    pub fn new(schema: Arc<Schema>, name: &str) -> Option<Self> {
        let layer = *schema.layers.get(name)?;
        Some(Self { schema, layer })
    }

    /// The model.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.schema[self.layer].name
    }

    /// How expressions call it.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.schema[self.layer].key
    }

    /// What it is for.
    #[must_use]
    pub fn level(&self) -> Level {
        let CompositeKind::Layer(layer) = &self.schema[self.layer].kind else { return Level::Application };
        match layer.level {
            model::Level::Link => Level::Link,
            model::Level::Network => Level::Network,
            model::Level::Transport => Level::Transport,
            model::Level::Application => Level::Application,
        }
    }

    fn dissect(&self, region: Region<'_>) -> Dissection {
        let mut dissection = Dissection::default();
        let limits = Limits { layers: 2, ..Limits::default() };
        let data = region.bytes();
        let whole = data.len() + region.missing() as usize;
        Reader::new(&self.schema).limits(limits).read(&mut dissection, self.layer, data, whole);
        dissection
    }

    /// Reads the layer, and finds what follows it.
    pub(super) fn read<'a>(&self, region: Region<'a>) -> Result<Read<'a>, Reason> {
        let dissection = self.dissect(region);
        let data = region.bytes();
        let Some(layer) = dissection.layers.first() else { return Err(Reason::Words("no bytes".to_owned())) };
        let in_header = |offset: u32| offset <= layer.start + layer.header;
        let failed = dissection.errors.iter().find(|error| dissection.layers.len() < 2 && in_header(error.offset));
        if let Some(error) = failed {
            return Err(Reason::Words(words::error(&self.schema, error)));
        }
        let size = layer.size as usize;
        let own = data.get(..size).unwrap_or(data);
        let payload = own.get(layer.header as usize..).filter(|payload| !payload.is_empty());
        let next = dissection.layers.get(1).map(|next| self.schema[next.composite].name.clone());
        let rest = region.behind(layer.header as usize);
        Ok(Read {
            region: region.to(own.len()),
            payload: payload.map(|payload| rest.to(payload.len())),
            next: next.map_or(Follows::Nothing, Follows::Named),
        })
    }
}
