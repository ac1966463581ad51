//! A list of findings that does not grow without end.

use packet_schema::Diagnostic;

/// Nobody reads more findings of one text than these.
const MAX_FINDINGS: usize = 500;

/// Findings, in the order in which they were found.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Diagnostic>);

impl Findings {
    /// Adds a finding, unless there are more than enough.
    pub(super) fn add(&mut self, finding: Diagnostic) {
        if !self.is_full() {
            self.0.push(finding);
        }
    }

    /// Whether no more findings are taken.
    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= MAX_FINDINGS
    }

    /// All of them, with some more, in the order of the text.
    pub(super) fn sorted(self, more: &Self) -> Vec<Diagnostic> {
        let mut all = self.0;
        all.extend(more.0.iter().cloned());
        all.sort_by_key(|finding| finding.labels.first().map(|label| (label.span.start, label.span.end)));
        all
    }
}
