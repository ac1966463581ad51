//! Definitions that are read when the program runs.

use super::{Conflict, Registry, Target};
use packet_codegen::text::parse;
use packet_codegen::{Sources, render};
use packet_protocols::DEFINITIONS;
use packet_schema::model::{CompositeId, CompositeKind};
use packet_schema::{Diagnostic, Schema, check};
use std::fmt;

/// Why a definition is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefineError {
    /// There are mistakes in it, shown with their places.
    Mistakes(String),
    /// One of its keys leads to something else.
    Conflict(Conflict),
}

impl fmt::Display for DefineError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mistakes(text) => out.write_str(text),
            Self::Conflict(conflict) => conflict.fmt(out),
        }
    }
}

impl std::error::Error for DefineError {}

impl Registry {
    /// Reads a definition beside the built-in ones and those that were read before, and adds its layers with their keys and probes,
    /// to be interpreted; the layers, in their order. The definition stays in memory for as long as the program runs.
    ///
    /// # Errors
    ///
    /// It has mistakes, or a key of it leads to another layer. Then nothing is added.
    ///
    /// ```
    /// use packet_protocols::stack::LayerKind;
    /// use packet_runtime::packet::Registry;
    ///
    /// let mut registry = Registry::new();
    /// registry.define("telemetry.pony", "
    ///     module my.telemetry;
    ///     use pony.net.{udp_port};
    ///     layer Telemetry { station: u16; celsius: i8; }
    ///     bind udp_port { 7000 => Telemetry; }
    ///     test law roundtrip Telemetry;
    ///     test Telemetry hex\"0007 15\" { celsius == 21; }
    /// ")?;
    /// let datagram = [0x1b, 0x58, 0x1b, 0x58, 0, 11, 0, 0, 0, 7, 0x15];
    /// let packet = registry.parse(LayerKind::Udp, &datagram);
    /// assert_eq!(packet.to_string(), "Udp / Telemetry");
    /// assert!(packet.find(&"telemetry.celsius".parse()?).is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn define(&mut self, path: &str, text: &str) -> Result<Vec<Target>, DefineError> {
        let mut definitions = vec![(path.to_owned(), text.to_owned())];
        definitions.extend(self.definitions.iter().cloned());
        let schema = checked(&definitions).map_err(DefineError::Mistakes)?;
        let schema: &'static Schema = Box::leak(Box::new(schema));
        let own = |id: &CompositeId| schema[schema[*id].module].source == OWN;
        let layers: Vec<CompositeId> = (0..schema.composites.len())
            .filter_map(|index| u32::try_from(index).ok().map(CompositeId))
            .filter(|id| own(id) && matches!(schema[*id].kind, CompositeKind::Layer(_)))
            .collect();
        let targets = self.add_layers_of(schema, &layers).map_err(DefineError::Conflict)?;
        self.definitions = definitions;
        Ok(targets)
    }
}

/// The source of the definition that is read.
const OWN: u32 = 0;

/// The model of the built-in definitions, with others before them by their paths and their texts; else the mistakes in it.
pub(super) fn checked(own: &[(String, String)]) -> Result<Schema, String> {
    let mut sources = Sources::new();
    let builtin = DEFINITIONS.iter().map(|definition| (definition.path, definition.text));
    let (mut modules, mut found) = (Vec::new(), Vec::new());
    for (path, text) in own.iter().map(|(path, text)| (path.as_str(), text.as_str())).chain(builtin) {
        let (module, mistakes) = parse(sources.add(path, text), text);
        modules.push(module);
        found.extend(mistakes);
    }
    let checked = check(&modules);
    found.extend(checked.diagnostics);
    found.retain(Diagnostic::is_error);
    checked.schema.filter(|_| found.is_empty()).ok_or_else(|| render(&sources, &found, false))
}
