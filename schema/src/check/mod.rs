//! From trees to a checked schema: a list of passes, all of whose findings are reported together.

mod align;
mod derive;
mod facts;
mod layout;
mod meta;
mod order;
mod regions;
mod resolve;
mod stack;
mod tags;
mod walk;

use crate::model::Schema;
use crate::tree::{self, Span};
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
    let mut schema = resolved.schema;
    let mut found = resolved.found;
    let mut proofs = Vec::new();
    facts::run(&mut schema, &resolved.spans, &mut proofs);
    layout::run(&mut schema);
    align::run(&schema, &mut proofs);
    order::run(&schema, &resolved.spans, &mut proofs);
    tags::run(&schema, &resolved.spans, &mut proofs);
    regions::run(&schema, &resolved.spans, &mut proofs);
    derive::run(&mut schema, &mut proofs);
    stack::run(&schema, &mut proofs);
    meta::run(&schema, &mut proofs);
    proofs.retain(|finding| !follows(modules, finding, &found));
    found.extend(proofs);
    found.sort_by_key(|d| (place(d), d.code));
    found.dedup();
    let usable = found.iter().all(|d| d.code.severity() != Severity::Error);
    Checked { schema: usable.then_some(schema), diagnostics: found }
}

/// Whether a finding may follow from an error of an earlier stage in the same item: where a name or a type is wrong,
/// nothing can be said of what is built on it.
fn follows(modules: &[tree::Module], finding: &Diagnostic, earlier: &[Diagnostic]) -> bool {
    let items = modules.iter().flat_map(|module| &module.items).map(|item| item.span);
    let of = items.filter(|item| item.holds(place(finding)));
    let broken = |item: Span| earlier.iter().any(|error| error.is_error() && item.holds(place(error)));
    of.into_iter().any(broken)
}

/// The place at fault.
fn place(finding: &Diagnostic) -> Span {
    finding.labels.first().map(|label| label.span).unwrap_or_default()
}
