//! Two readings of a packet, side by side.

use super::known::Known;
use super::oracle::{OraclePacket, Values};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

/// How often we agree in a field, and how not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) agree: u64,
    pub(crate) differ: u64,
    pub(crate) missing: u64,
    pub(crate) extra: u64,
    /// Of the three kinds of disagreement, those that are known.
    pub(crate) known: u64,
    /// The first few that are not.
    pub(crate) examples: Vec<String>,
}

/// By field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    pub(crate) fields: BTreeMap<String, Tally>,
    /// Names that tshark shows of our protocols, and that nothing is said of.
    pub(crate) unlisted: BTreeMap<String, u64>,
    pub(crate) packets: u64,
    /// Captures that could not be compared.
    pub(crate) failed: Vec<String>,
}

impl Report {
    /// Compares one packet.
    pub(crate) fn compare(&mut self, known: &Known, capture: &str, oracle: &OraclePacket, ours: &Values) {
        self.packets += 1;
        for name in &oracle.unlisted {
            *self.unlisted.entry(name.clone()).or_default() += 1;
        }
        let names = oracle.values.keys().chain(ours.keys().filter(|name| !oracle.values.contains_key(*name)));
        for name in names {
            let empty = Vec::new();
            let (theirs, own) = (oracle.values.get(name).unwrap_or(&empty), ours.get(name).unwrap_or(&empty));
            let tally = self.fields.entry(name.clone()).or_default();
            if theirs == own || oracle.scattered.contains(name) && same_elements(theirs, own) {
                tally.agree += 1;
                continue;
            }
            match (theirs.len(), own.len()) {
                (_, 0) => tally.missing += 1,
                (0, _) => tally.extra += 1,
                _ => tally.differ += 1,
            }
            if known.differs(name, capture, oracle.frame) {
                tally.known += 1;
            } else if tally.examples.len() < 8 {
                tally.examples.push(format!(
                    "{capture}#{}: tshark {} ours {}",
                    oracle.frame,
                    short(theirs),
                    short(own)
                ));
            }
        }
    }

    /// Adds another report.
    pub(crate) fn merge(&mut self, other: Self) {
        for (name, tally) in other.fields {
            let own = self.fields.entry(name).or_default();
            own.agree += tally.agree;
            own.differ += tally.differ;
            own.missing += tally.missing;
            own.extra += tally.extra;
            own.known += tally.known;
            own.examples.extend(tally.examples);
            own.examples.truncate(8);
        }
        for (name, count) in other.unlisted {
            *self.unlisted.entry(name).or_default() += count;
        }
        self.packets += other.packets;
        self.failed.extend(other.failed);
    }

    /// Writes the report, one line a field.
    pub(crate) fn write(&self, name: &str) {
        let mut text = String::from("field\tagree\tdiffer\tmissing\textra\tknown\texamples\n");
        for (field, t) in &self.fields {
            let examples = t.examples.join(" | ");
            let _ = writeln!(
                text,
                "{field}\t{}\t{}\t{}\t{}\t{}\t{examples}",
                t.agree, t.differ, t.missing, t.extra, t.known
            );
        }
        for (field, count) in &self.unlisted {
            let _ = writeln!(text, "{field}\tnot listed, {count} times");
        }
        let folder = super::root().join("target/conformance");
        let path = folder.join(format!("{name}.tsv"));
        std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, text)).expect("a place for the report");
        let agree: u64 = self.fields.values().map(|t| t.agree).sum();
        let open: u64 = self.fields.values().map(Tally::open).sum();
        let known: u64 = self.fields.values().map(|t| t.known).sum();
        eprintln!("{name}: {} packets, {agree} values agree, {known} known differences, {open} open", self.packets);
    }

    /// Fails where anything is open.
    pub(crate) fn assert_settled(&self) {
        assert!(self.failed.is_empty(), "captures that failed: {:#?}", self.failed);
        assert!(self.unlisted.is_empty(), "neither an alias nor left out: {:#?}", self.unlisted);
        let mut open: Vec<_> = self.fields.iter().filter(|(_, tally)| tally.open() > 0).collect();
        open.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.open()));
        let lines: Vec<_> =
            open.iter().map(|(name, t)| format!("{name}: {} open: {:#?}", t.open(), t.examples)).collect();
        assert!(lines.is_empty(), "differences that are not settled:\n{}", lines.join("\n"));
    }
}

impl Tally {
    /// Disagreements that nothing is said of.
    pub(crate) fn open(&self) -> u64 {
        self.differ + self.missing + self.extra - self.known
    }
}

/// Whether two lists hold the same values in any order.
fn same_elements(a: &[Value], b: &[Value]) -> bool {
    let sorted = |values: &[Value]| {
        let mut texts: Vec<_> = values.iter().map(Value::to_string).collect();
        texts.sort();
        texts
    };
    a.len() == b.len() && sorted(a) == sorted(b)
}

fn short(values: &[Value]) -> String {
    let mut text = serde_json::to_string(values).unwrap_or_default();
    if text.len() > 160 {
        let end = (0..=160).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}
