//! Goldens that no test reads any more.
//!
//! A golden lies in a folder named `goldens`. What its name begins with, up to the first dot, names what it is the golden
//! of: a file elsewhere in the repository, or a word in the source of a test or in a definition.

use super::{Finding, Source};

pub(super) fn check(paths: &[String], sources: &[Source]) -> Vec<Finding> {
    let goldens = paths.iter().filter(|path| is_golden(path));
    let orphans = goldens.filter(|golden| !is_known(stem(golden), paths, sources));
    orphans
        .map(|path| Finding { path: path.clone(), line: 0, message: "a golden of nothing; remove it".into() })
        .collect()
}

fn is_golden(path: &str) -> bool {
    path.starts_with("goldens/") || path.contains("/goldens/")
}

/// A file's name up to its first dot.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name)
}

fn is_known(stem: &str, paths: &[String], sources: &[Source]) -> bool {
    let is_file = paths.iter().any(|path| !is_golden(path) && self::stem(path) == stem);
    let is_word = |source: &&Source| source.has_extension(&["rs", "pony"]) && !is_golden(&source.path);
    is_file || sources.iter().filter(is_word).any(|source| source.text.contains(stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_golden_belongs_to_a_file_or_a_test() {
        let paths =
            ["tests/captures/dns.pcap", "tests/goldens/dns.tree.txt", "tests/goldens/E0101.txt", "a/goldens/gone.txt"];
        let test = Source { path: "tests/tests/messages.rs".into(), text: "case(\"E0101\")".into() };
        let findings = check(&paths.map(String::from), &[test]);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].path, "a/goldens/gone.txt");
    }
}
