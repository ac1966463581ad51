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
mod weight;

pub use resolve::{nearest, snake};

use crate::model::Schema;
use crate::tree::{self, Span};
use crate::{Code, Diagnostic, Severity};

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
    if weight::run(&schema, &resolved.spans, &mut found) {
        let proofs = prove(&mut schema, &resolved.spans);
        found.extend(without_cascades(modules, proofs, &found));
    }
    found.sort_by_key(|d| (place(d), d.code));
    found.dedup();
    let usable = found.iter().all(|d| d.code.severity() != Severity::Error);
    Checked { schema: usable.then_some(schema), diagnostics: found }
}

/// What is to be proved of names and types that are right: one pass for each kind of proof.
fn prove(schema: &mut Schema, spans: &[Span]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    facts::run(schema, spans, &mut found);
    layout::run(schema);
    align::run(schema, &mut found);
    order::run(schema, spans, &mut found);
    tags::run(schema, spans, &mut found);
    regions::run(schema, spans, &mut found);
    derive::run(schema, &mut found);
    stack::run(schema, &mut found);
    meta::run(schema, &mut found);
    found
}

/// The findings that do not just follow from another one: where a name or a type is wrong, nothing can be said of what is
/// built on it, and of a field that is read too early nothing is known.
fn without_cascades(modules: &[tree::Module], findings: Vec<Diagnostic>, earlier: &[Diagnostic]) -> Vec<Diagnostic> {
    let errors: Vec<Span> = earlier.iter().filter(|finding| finding.is_error()).map(place).collect();
    let items = modules.iter().flat_map(|module| &module.items).map(|item| item.span);
    let broken: Vec<Span> = items.filter(|item| errors.iter().any(|error| item.holds(*error))).collect();
    let is_early = |finding: &&Diagnostic| finding.code == Code::ReadTooEarly;
    let early: Vec<Span> = findings.iter().filter(is_early).map(place).collect();
    let follows = |finding: &Diagnostic| {
        let place = place(finding);
        let value =
            matches!(finding.code, Code::MayUnderflow | Code::MayOverflow | Code::MissingArms | Code::RegionOverrun);
        let unbound = finding.code == Code::UnboundLayer;
        broken.iter().any(|item| item.holds(place))
            || value && early.iter().any(|other| place.holds(*other) || other.holds(place))
            || unbound && errors.iter().any(|error| error.source == place.source)
    };
    findings.into_iter().filter(|finding| !follows(finding)).collect()
}

/// The place at fault.
fn place(finding: &Diagnostic) -> Span {
    finding.labels.first().map(|label| label.span).unwrap_or_default()
}
