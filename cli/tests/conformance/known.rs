//! Which names we have, which we leave out, and where we are known to differ.

use packet_schema::tree::ItemKind;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What is said of tshark's names.
pub(crate) struct Known {
    /// Names that a definition gives to a value.
    pub(crate) aliases: BTreeSet<String>,
    /// Names left out; `proto.*` stands for all of a protocol.
    left_out: BTreeSet<String>,
    /// Differences by field, or `proto.*` for those of a protocol, or `*` for all: captures, and why.
    differences: BTreeMap<String, Vec<Difference>>,
    /// Differences in the corpus that nothing decides yet, by field.
    pub(crate) open: BTreeMap<String, u64>,
    /// Protocols some of whose names are aliases.
    pub(crate) protocols: BTreeSet<String>,
}

/// A difference that a standard decides.
pub(crate) struct Difference {
    /// The end of the capture's path, with the frame behind `#` where it is about one; `*` for all.
    capture: String,
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
        let left_out =
            rows(&folder.join("left-out.tsv")).into_iter().filter_map(|row| row.into_iter().next()).collect();
        let mut differences: BTreeMap<String, Vec<Difference>> = BTreeMap::new();
        for row in rows(&folder.join("known-differences.tsv")) {
            let [field, capture, section, why] = row.as_slice() else {
                panic!("known-differences.tsv: four columns are wanted: {row:?}");
            };
            assert!(
                !section.is_empty() && !why.is_empty(),
                "known-differences.tsv: {field} without a section or a reason"
            );
            differences.entry(field.clone()).or_default().push(Difference { capture: capture.clone() });
        }
        let open = rows(&folder.join("open.tsv")).into_iter().map(|row| {
            let [field, count, known] = row.as_slice() else { panic!("open.tsv: three columns are wanted: {row:?}") };
            assert!(!known.is_empty(), "open.tsv: {field} without what is known of it");
            (field.clone(), count.parse().unwrap_or_else(|_| panic!("open.tsv: {field}: {count} is no number")))
        });
        let open = open.collect();
        Self { aliases, left_out, differences, open, protocols }
    }

    /// Whether a name is left out on purpose.
    pub(crate) fn is_left_out(&self, name: &str) -> bool {
        let prefixes = name.match_indices('.').map(|(at, _)| format!("{}.*", &name[..at]));
        self.left_out.contains(name) || prefixes.into_iter().any(|prefix| self.left_out.contains(&prefix))
    }

    /// Whether we are known to differ in a field of a packet.
    pub(crate) fn differs(&self, field: &str, capture: &str, frame: u64) -> bool {
        let here = |difference: &Difference| match difference.capture.split_once('#') {
            Some((end, number)) => capture.ends_with(end) && number.parse() == Ok(frame),
            None => difference.capture == "*" || capture.ends_with(&difference.capture),
        };
        let patterns = field.match_indices('.').map(|(at, _)| format!("{}.*", &field[..at]));
        let mut names = patterns.chain([field.to_owned(), "*".to_owned()]);
        names.any(|name| self.differences.get(&name).is_some_and(|all| all.iter().any(here)))
    }
}

/// The rows of a list, comments and the heading left out.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}
