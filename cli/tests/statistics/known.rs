//! Where we are known to count differently.

use std::fs;
use std::path::Path;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The flows of TCP and UDP.
    Conversations,
    /// The protocols upon each other.
    Hierarchy,
}

/// The rows of the list.
pub(crate) struct Known(Vec<Row>);

struct Row {
    text: String,
    what: Vec<What>,
    /// The end of the capture's path; a `*` stands for anything.
    capture: String,
    needed: bool,
}

impl Known {
    pub(crate) fn load(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("the list of differences is there");
        let rows = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        Self(rows.map(Row::read).collect())
    }

    /// Whether a row tells of a capture; which is needed then.
    pub(crate) fn knows(&mut self, what: What, capture: &Path) -> bool {
        let path = capture.to_string_lossy();
        let row = self.0.iter_mut().find(|row| row.what.contains(&what) && matches(&row.capture, &path));
        row.is_some_and(|row| {
            row.needed = true;
            true
        })
    }

    /// How many rows are needed.
    pub(crate) fn used(&self) -> usize {
        self.0.iter().filter(|row| row.needed).count()
    }

    /// The rows that nothing needed, of our own captures, which lie in `tests/captures`, or of all others.
    pub(crate) fn unneeded(&self, is_ours: bool) -> Vec<String> {
        let rows = self.0.iter().filter(|row| !row.needed && row.capture.starts_with("tests/captures/") == is_ours);
        rows.map(|row| row.text.clone()).collect()
    }
}

impl Row {
    fn read(line: &str) -> Self {
        let [what, capture, _section, _why] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("four columns make a row: {line}")
        };
        let what = match what {
            "flows" => vec![What::Conversations],
            "protocols" => vec![What::Hierarchy],
            "both" => vec![What::Conversations, What::Hierarchy],
            _ => panic!("flows, protocols or both: {line}"),
        };
        Self { text: line.to_owned(), what, capture: capture.to_owned(), needed: false }
    }
}

/// Whether a path ends so; a `*` stands for anything.
fn matches(pattern: &str, path: &str) -> bool {
    let mut pieces = pattern.rsplit('*');
    let Some(mut rest) = pieces.next().and_then(|last| path.strip_suffix(last)) else { return false };
    for piece in pieces {
        let Some(at) = rest.rfind(piece) else { return false };
        rest = &rest[..at];
    }
    true
}
