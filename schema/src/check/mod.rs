//! From trees to a checked schema: a list of passes, all of whose findings are reported together.

mod resolve;

use crate::model::Schema;
use crate::tree;
use crate::{Diagnostic, Severity};

/// What checking gives.
#[derive(Debug)]
pub struct Checked {
    /// The schema, where nothing is wrong with the definitions.
    pub schema: Option<Schema>,
    /// Every finding, in the order of the sources.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks all modules of a program together.
#[must_use]
pub fn check(modules: &[tree::Module]) -> Checked {
    let resolved = resolve::resolve(modules);
    let mut found = resolved.found;
    let schema = resolved.schema;
    found.sort_by_key(|d| (d.labels.first().map(|l| l.span), d.code));
    found.dedup();
    let usable = found.iter().all(|d| d.code.severity() != Severity::Error);
    Checked { schema: usable.then_some(schema), diagnostics: found }
}
