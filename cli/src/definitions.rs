//! Loads definitions: the built-in ones and the user's, parsed and checked together.

use crate::args::{Beside, Definitions};
use crate::failure::Failure;
use crate::style::ColorChoice;
use packet_codegen::text::parse;
use packet_codegen::{Sources, render};
use packet_protocols::{DEFINITIONS, Definition};
use packet_runtime::packet::Registry;
use packet_schema::model::{Composite, CompositeId, CompositeKind};
use packet_schema::tree::Module;
use packet_schema::{Diagnostic, Schema, check, stored};
use std::collections::HashSet;
use std::io::Read;
use std::sync::Arc;

/// Definitions that were parsed and checked.
pub(crate) struct Checked {
    /// The schema, where nothing is wrong.
    pub(crate) schema: Option<Schema>,
    /// All that was found, in the order of the sources.
    pub(crate) findings: Vec<Diagnostic>,
    /// The sources, those of the user first.
    pub(crate) sources: Sources,
    /// The sources that the user named.
    pub(crate) own: HashSet<u32>,
}

/// Definitions without mistakes.
pub(crate) struct Loaded {
    /// What they define.
    pub(crate) schema: Schema,
    /// Their text.
    pub(crate) sources: Sources,
    /// The sources that the user named.
    pub(crate) own: HashSet<u32>,
}

/// The checked model of the built-in definitions, by which a short command need not read them.
static BUILTIN: &[u8] = include_bytes!("builtin.schema");

/// Loads definitions that are to be used; all mistakes in them are shown.
pub(crate) fn load(which: &Definitions, color: ColorChoice) -> Result<Loaded, Failure> {
    if which.beside.files.is_empty() && !which.no_builtin {
        let schema = builtin()?;
        let mut sources = Sources::new();
        builtin_texts(&mut sources);
        return Ok(Loaded { schema, sources, own: HashSet::new() });
    }
    load_files(&which.beside.files, !which.no_builtin, color)
}

/// A model that lasts as long as the command runs, and where the user has definitions, the registry of their layers.
pub(crate) type Registered = (&'static Schema, Option<Arc<Registry>>);

/// Loads definitions for packets that are read by generated code, and those of the user by what interprets them.
pub(crate) fn register(which: &Beside, color: ColorChoice) -> Result<Registered, Failure> {
    if which.files.is_empty() {
        return Ok((Box::leak(Box::new(builtin()?)), None));
    }
    let Loaded { schema, own, .. } = load_files(&which.files, true, color)?;
    let schema: &'static Schema = Box::leak(Box::new(schema));
    let is_own = |composite: &Composite| {
        own.contains(&schema[composite.module].source) && matches!(composite.kind, CompositeKind::Layer(_))
    };
    let all = (0..).map(CompositeId).zip(&schema.composites);
    let layers: Vec<CompositeId> = all.filter(|(_, composite)| is_own(composite)).map(|(id, _)| id).collect();
    let mut registry = Registry::new();
    registry.add_layers_of(schema, &layers).map_err(|conflict| Failure::usage(conflict.to_string()))?;
    Ok((schema, Some(Arc::new(registry))))
}

/// The model of the built-in definitions.
pub(crate) fn builtin() -> Result<Schema, Failure> {
    stored::read(BUILTIN).map_err(|error| Failure::usage(format!("the built-in definitions: {error}")))
}

/// The same from paths, with the tests that are in them.
pub(crate) fn load_files(files: &[String], builtin: bool, color: ColorChoice) -> Result<Loaded, Failure> {
    let checked = check_files(files, builtin)?;
    match checked.schema {
        Some(schema) => Ok(Loaded { schema, sources: checked.sources, own: checked.own }),
        None => {
            let mistakes: Vec<Diagnostic> = checked.findings.into_iter().filter(Diagnostic::is_error).collect();
            eprint!("{}", render(&checked.sources, &mistakes, color.stderr()));
            Err(Failure::usage(count(mistakes.len(), "mistake")))
        }
    }
}

/// Parses and checks definitions, whatever is wrong with them. A file whose module is a built-in one's replaces that.
pub(crate) fn check_files(files: &[String], builtin: bool) -> Result<Checked, Failure> {
    let texts = files.iter().map(|path| Ok((path.clone(), read(path)?))).collect::<Result<Vec<_>, Failure>>()?;
    let mut sources = Sources::new();
    let (mut modules, mut findings) = (Vec::new(), Vec::new());
    let mut own = HashSet::new();
    let mut replaced = HashSet::new();
    for (path, text) in texts {
        let source = sources.add(path, text.clone());
        let (module, mut found) = parse(source, &text);
        replaced.extend(name_of(&module));
        own.insert(source);
        modules.push(module);
        findings.append(&mut found);
    }
    let builtin = if builtin { builtin_texts(&mut sources) } else { Vec::new() };
    for (source, text) in builtin {
        let (module, mut found) = parse(source, text);
        if name_of(&module).is_none_or(|name| !replaced.contains(&name)) {
            modules.push(module);
            findings.append(&mut found);
        }
    }
    let checked = check(&modules);
    // Where a text can't be read, what seems to be wrong elsewhere is most often what is missing there.
    let readable = !findings.iter().any(Diagnostic::is_error);
    findings.extend(checked.diagnostics);
    findings.sort_by_key(|finding| finding.labels.first().map(|label| label.span));
    Ok(Checked { schema: checked.schema.filter(|_| readable), findings, sources, own })
}

/// The texts of the built-in definitions, with their numbers.
fn builtin_texts(sources: &mut Sources) -> Vec<(u32, &'static str)> {
    let path = |definition: &Definition| format!("protocols/src/{}", definition.path);
    DEFINITIONS.iter().map(|definition| (sources.add(path(definition), definition.text), definition.text)).collect()
}

fn name_of(module: &Module) -> Option<String> {
    module.path.as_ref().map(packet_schema::tree::Path::text)
}

/// The text of a file, or of standard input where the path is `-`.
pub(crate) fn read(path: &str) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::file(path, &error);
    if path == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(failed)?;
        return Ok(text);
    }
    std::fs::read_to_string(path).map_err(failed)
}

/// `1 mistake`, `2 mistakes`.
pub(crate) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test may panic")]
mod tests {
    use super::*;

    /// What users read in the definitions is what their commands do.
    #[test]
    fn the_stored_model_is_that_of_the_definitions() {
        let read = load_files(&[], true, ColorChoice::Never).ok().unwrap();
        assert!(stored::write(&read.schema).unwrap() == BUILTIN, "run `cargo xtask codegen`");
    }
}
