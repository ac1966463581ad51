//! Two readings of a packet, side by side.

use super::known::{Difference, Known};
use super::oracle::{OraclePacket, Values};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
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
    /// Those that are not, packet by packet.
    examples: Vec<String>,
}

/// By field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    pub(crate) fields: BTreeMap<String, Tally>,
    /// Names that tshark shows of our protocols, and that nothing is said of.
    pub(crate) unlisted: BTreeMap<String, u64>,
    /// By row of the list of differences: the fields and the frames for which it is there.
    pub(crate) excused: BTreeMap<usize, Excused>,
    pub(crate) packets: u64,
    /// Captures that could not be compared.
    pub(crate) failed: Vec<String>,
}

/// What a row of the list is there for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Excused {
    fields: BTreeSet<String>,
    frames: BTreeSet<u64>,
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
            if known.is_unrecorded(name) {
                if !theirs.is_empty() {
                    self.failed
                        .push(format!("{capture}#{}: {name} is recorded, though unrecorded.tsv has it", oracle.frame));
                }
                continue;
            }
            let tally = self.fields.entry(name.clone()).or_default();
            let same = same_values(theirs, own)
                || oracle.scattered.contains(name) && same_elements(theirs, own)
                || name == "dns.resp.type" && without_bitmaps(theirs, own)
                || name == "tcp.option_kind" && without_padding(theirs, own);
            if same {
                tally.agree += 1;
                continue;
            }
            match (theirs.len(), own.len()) {
                (_, 0) => tally.missing += 1,
                (0, _) => tally.extra += 1,
                _ => tally.differ += 1,
            }
            if let Some(row) = known.difference(name, capture, oracle.frame) {
                tally.known += 1;
                self.excuse(row, name, oracle.frame);
            } else {
                tally.examples.push(format!(
                    "{capture}#{}: tshark {} ours {}",
                    oracle.frame,
                    short(theirs),
                    short(own)
                ));
            }
        }
    }

    /// Notes a difference that a row of the list knows.
    pub(crate) fn excuse(&mut self, row: usize, field: &str, frame: u64) {
        let excused = self.excused.entry(row).or_default();
        excused.fields.insert(field.to_owned());
        excused.frames.insert(frame);
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
        }
        for (name, count) in other.unlisted {
            *self.unlisted.entry(name).or_default() += count;
        }
        for (row, other) in other.excused {
            let own = self.excused.entry(row).or_default();
            own.fields.extend(other.fields);
            own.frames.extend(other.frames);
        }
        self.packets += other.packets;
        self.failed.extend(other.failed);
    }

    /// Writes the report, one line a field; each difference that is open; and what each row of the list is there for.
    pub(crate) fn write(&self, name: &str, known: &Known) {
        let mut text = String::from("field\tagree\tdiffer\tmissing\textra\tknown\texamples\n");
        let mut open = String::new();
        let mut excused = String::new();
        for (field, t) in &self.fields {
            let examples = t.first_examples().join(" | ");
            let _ = writeln!(
                text,
                "{field}\t{}\t{}\t{}\t{}\t{}\t{examples}",
                t.agree, t.differ, t.missing, t.extra, t.known
            );
            for example in &t.examples {
                let _ = writeln!(open, "{field}\t{example}");
            }
        }
        for (field, count) in &self.unlisted {
            let _ = writeln!(text, "{field}\tnot listed, {count} times");
        }
        for (row, what) in &self.excused {
            let text = known.differences.get(*row).map_or("", |difference| &difference.text);
            let _ = writeln!(excused, "{text}\t{:?}\t{:?}", what.fields, what.frames);
        }
        let folder = super::root().join("target/conformance");
        std::fs::create_dir_all(&folder).expect("a place for the report");
        for (ending, text) in [("tsv", text), ("open.tsv", open), ("known.tsv", excused)] {
            std::fs::write(folder.join(format!("{name}.{ending}")), text).expect("a place for the report");
        }
        let agree: u64 = self.fields.values().map(|t| t.agree).sum();
        let open: u64 = self.fields.values().map(Tally::open).sum();
        let known: u64 = self.fields.values().map(|t| t.known).sum();
        eprintln!("{name}: {} packets, {agree} values agree, {known} known differences, {open} open", self.packets);
    }

    /// Fails where anything differs that the list does not know.
    pub(crate) fn assert_settled(&self) {
        assert!(self.failed.is_empty(), "captures that failed: {:#?}", self.failed);
        assert!(self.unlisted.is_empty(), "neither an alias nor left out: {:#?}", self.unlisted);
        let mut open: Vec<_> = self.fields.iter().filter(|(_, tally)| tally.open() > 0).collect();
        open.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.open()));
        let lines: Vec<_> =
            open.iter().map(|(name, t)| format!("{name}: {} times: {:#?}", t.open(), t.first_examples())).collect();
        assert!(lines.is_empty(), "differences that are not settled:\n{}", lines.join("\n"));
    }

    /// Fails where a row of the list says of captures that we have seen what is not so.
    pub(crate) fn assert_all_needed(&self, known: &Known, seen: impl Fn(&Difference) -> bool) {
        let rows = known.differences.iter().enumerate();
        let idle: Vec<_> = rows
            .filter(|(row, what)| seen(what) && !self.excused.contains_key(row))
            .map(|(_, what)| &what.text)
            .collect();
        assert!(idle.is_empty(), "rows of known-differences.tsv that nothing needs: {idle:#?}");
    }
}

impl Tally {
    /// Disagreements that nothing is said of.
    fn open(&self) -> u64 {
        self.differ + self.missing + self.extra - self.known
    }

    fn first_examples(&self) -> &[String] {
        self.examples.get(..8).unwrap_or(&self.examples)
    }
}

/// Whether two lists hold the same values in the same order.
fn same_values(theirs: &[Value], own: &[Value]) -> bool {
    theirs.len() == own.len() && theirs.iter().zip(own).all(|(theirs, own)| theirs == own || same_in_words(theirs, own))
}

/// Whether two values differ in their text alone: an address of version 6 may end in dotted decimals (RFC 4291 §2.2), and every
/// text of digits alone stands in the oracle as a number.
fn same_in_words(theirs: &Value, own: &Value) -> bool {
    let Some(own) = own.as_str() else { return false };
    let address = |text: &str| text.parse::<std::net::Ipv6Addr>().ok();
    match theirs {
        Value::String(theirs) => address(theirs).is_some_and(|theirs| address(own) == Some(theirs)),
        Value::Number(theirs) => {
            let digits = own.bytes().all(|byte| byte.is_ascii_digit());
            digits && own.parse::<u64>().ok().is_some_and(|own| theirs.as_u64() == Some(own))
        }
        _ => false,
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

/// Whether the types of records are ours, but for those that a bitmap lists: tshark has one name for both (RFC 4034 §4.1.2,
/// RFC 5155 §3.2.1).
fn without_bitmaps(theirs: &[Value], own: &[Value]) -> bool {
    let bitmaps = theirs.iter().any(|kind| [47, 50].iter().any(|nsec| kind == nsec));
    let mut theirs = theirs.iter();
    bitmaps && own.iter().all(|kind| theirs.any(|one| one == kind))
}

/// Whether the kinds of options are ours, but for the zeros behind the end of the list, which tshark counts as more ends and
/// which are padding (RFC 9293 §3.1).
fn without_padding(theirs: &[Value], own: &[Value]) -> bool {
    own.last().is_some_and(|kind| kind == 0)
        && theirs.strip_prefix(own).is_some_and(|padding| padding.iter().all(|kind| kind == 0))
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
