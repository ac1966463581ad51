//! Definitions that are read when the program runs.

use super::interpreted::Model;
use super::{Conflict, Interpreted, Key, Registry, Target};
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
    /// A registry has keys for its layers; this probe or row looks at the payload, which the interpreter alone does.
    NeedsPayload(String),
}

impl fmt::Display for DefineError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mistakes(text) => out.write_str(text),
            Self::Conflict(conflict) => conflict.fmt(out),
            Self::NeedsPayload(name) => write!(out, "what leads to `{name}` looks at the payload: give it a key"),
        }
    }
}

impl std::error::Error for DefineError {}

/// As many keys as one row may give a layer.
const MOST_KEYS: u128 = 1 << 16;

impl Registry {
    /// Reads a definition beside the built-in ones, and adds its layers with their keys, to be interpreted; the layers, in
    /// their order. The definition stays in memory for as long as the program runs.
    ///
    /// # Errors
    ///
    /// It has mistakes, a key of it leads to another layer, or something other than a key leads to a layer of it. Then nothing
    /// is added.
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
        let (schema, module) = checked(path, text)?;
        let schema: &'static Schema = Box::leak(Box::new(schema));
        let own = |id: &CompositeId| schema[schema[*id].module].source == module;
        let layers: Vec<CompositeId> = (0..schema.composites.len())
            .filter_map(|index| u32::try_from(index).ok().map(CompositeId))
            .filter(|id| own(id) && matches!(schema[*id].kind, CompositeKind::Layer(_)))
            .collect();
        let named = |layer: CompositeId| schema[layer].name.clone();
        if let Some(probe) = schema.probes.iter().find(|probe| layers.contains(&probe.layer)) {
            return Err(DefineError::NeedsPayload(named(probe.layer)));
        }
        let mut keys: Vec<(String, u64, CompositeId)> = Vec::new();
        for table in &schema.tables {
            for row in table.rows.iter().filter(|row| layers.contains(&row.layer)) {
                if row.guard.is_some() || row.high - row.low >= MOST_KEYS {
                    return Err(DefineError::NeedsPayload(named(row.layer)));
                }
                keys.extend(
                    (row.low..=row.high)
                        .filter_map(|key| Some((table.name.clone(), u64::try_from(key).ok()?, row.layer))),
                );
            }
        }
        let mut grown = self.clone();
        let model = Model::new(schema);
        let interpreted = layers.iter().map(|&layer| Interpreted::of(model.clone(), layer));
        let targets: Vec<Target> = interpreted.map(|layer| grown.add_interpreted(layer)).collect();
        for (table, key, layer) in keys {
            let target = layers.iter().zip(&targets).find(|(one, _)| **one == layer).map(|(_, target)| *target);
            if let Some(target) = target {
                grown.bind(Key::new(table, key), target).map_err(DefineError::Conflict)?;
            }
        }
        *self = grown;
        Ok(targets)
    }
}

/// The model of a definition beside the built-in ones, and the number of its source.
fn checked(path: &str, text: &str) -> Result<(Schema, u32), DefineError> {
    let mut sources = Sources::new();
    let own = sources.add(path, text);
    let (module, mut found) = parse(own, text);
    let mut modules = vec![module];
    for definition in DEFINITIONS {
        let source = sources.add(definition.path, definition.text);
        modules.push(parse(source, definition.text).0);
    }
    let checked = check(&modules);
    found.extend(checked.diagnostics);
    found.retain(Diagnostic::is_error);
    match checked.schema.filter(|_| found.is_empty()) {
        Some(schema) => Ok((schema, own)),
        None => Err(DefineError::Mistakes(render(&sources, &found, false))),
    }
}
