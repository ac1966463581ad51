//! Which names we have, which we leave out, and where we are known to differ.

use packet_schema::tree::ItemKind;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::Path;

/// What is said of tshark's names.
pub(crate) struct Known {
    /// Names that a definition gives to a value.
    pub(crate) aliases: BTreeSet<String>,
    /// Names left out; `proto.*` stands for all of a protocol.
    left_out: BTreeSet<String>,
    /// Names that we have and that the oracle does not record, so that there is nothing to compare them with.
    unrecorded: BTreeSet<String>,
    /// The rows of the list of differences.
    pub(crate) differences: Vec<Difference>,
    /// Protocols some of whose names are aliases.
    pub(crate) protocols: BTreeSet<String>,
}

/// A difference that a standard decides.
pub(crate) struct Difference {
    /// The row as it stands.
    pub(crate) text: String,
    /// Names of tshark; `proto.*` for those of a protocol, `*` for all.
    fields: Vec<String>,
    /// The last folders of the capture's path and its name; a `*` stands for anything.
    capture: String,
    /// Which of its frames; all where none is named.
    frames: Vec<RangeInclusive<u64>>,
}

impl Known {
    /// Reads the definitions and the two lists.
    pub(crate) fn load(root: &Path) -> Self {
        let mut aliases = BTreeSet::new();
        for definition in packet_protocols::DEFINITIONS {
            let (module, _) = packet_codegen::text::parse(0, definition.text);
            for item in &module.items {
                if let ItemKind::Names(names) = &item.kind
                    && names.tool.text == "wireshark"
                {
                    aliases.extend(names.rows.iter().map(|row| row.name.clone()));
                }
            }
        }
        let protocols = aliases.iter().filter_map(|name| name.split('.').next()).map(str::to_owned).collect();
        let folder = root.join("tests/conformance");
        let names =
            |list: &str| rows(&folder.join(list)).into_iter().filter_map(|row| row.into_iter().next()).collect();
        let (left_out, unrecorded): (_, BTreeSet<String>) = (names("left-out.tsv"), names("unrecorded.tsv"));
        let unknown: Vec<_> = unrecorded.difference(&aliases).collect();
        assert!(unknown.is_empty(), "unrecorded.tsv: nothing has these names: {unknown:?}");
        let differences = rows(&folder.join("known-differences.tsv")).iter().map(|row| Difference::read(row)).collect();
        Self { aliases, left_out, unrecorded, differences, protocols }
    }

    /// Whether the oracle says nothing of a name in any packet.
    pub(crate) fn is_unrecorded(&self, name: &str) -> bool {
        self.unrecorded.contains(name)
    }

    /// Whether a name is left out on purpose.
    pub(crate) fn is_left_out(&self, name: &str) -> bool {
        let prefixes = name.match_indices('.').map(|(at, _)| format!("{}.*", &name[..at]));
        self.left_out.contains(name) || prefixes.into_iter().any(|prefix| self.left_out.contains(&prefix))
    }

    /// The row by which we are known to differ in a field of a packet.
    pub(crate) fn difference(&self, field: &str, capture: &str, frame: u64) -> Option<usize> {
        self.differences.iter().position(|row| row.is_of(field) && row.is_in(capture) && row.has_frame(frame))
    }
}

impl Difference {
    fn read(row: &[String]) -> Self {
        let [fields, place, section, why] = row else {
            panic!("known-differences.tsv: four columns are wanted: {row:?}");
        };
        assert!(!section.is_empty() && !why.is_empty(), "known-differences.tsv: no section or no reason: {row:?}");
        let (capture, frames) = place.split_once('#').unwrap_or((place, ""));
        let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("known-differences.tsv: {text} in {place}"));
        let range = |text: &str| {
            let (first, last) = text.split_once("..").unwrap_or((text, text));
            number(first)..=number(last)
        };
        Self {
            text: row.join("\t"),
            fields: fields.split(' ').map(str::to_owned).collect(),
            capture: capture.to_owned(),
            frames: frames.split(',').filter(|text| !text.is_empty()).map(range).collect(),
        }
    }

    fn is_of(&self, field: &str) -> bool {
        self.fields.iter().any(|name| match name.strip_suffix('*') {
            Some(start) => field.starts_with(start),
            None => field == name,
        })
    }

    /// Whether the difference is in a capture.
    pub(crate) fn is_in(&self, capture: &str) -> bool {
        let starts = capture.match_indices('/').map(|(at, _)| at + 1);
        starts.chain([0]).any(|start| matches(&self.capture, &capture[start..]))
    }

    fn has_frame(&self, frame: u64) -> bool {
        self.frames.is_empty() || self.frames.iter().any(|range| range.contains(&frame))
    }
}

/// Whether a path is that of a pattern, in which a `*` stands for anything.
fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => path == pattern,
        Some((start, rest)) => path
            .strip_prefix(start)
            .is_some_and(|path| path.char_indices().any(|(at, _)| matches(rest, &path[at..])) || rest.is_empty()),
    }
}

/// The rows of a list, comments and the heading left out.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}
