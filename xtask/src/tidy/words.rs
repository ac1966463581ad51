//! Words that stand in no file: work left for later, and what belongs to one machine or one registry.

use super::{Finding, Source};

/// A word, and why it must not stand in a file. The words are written in two halves, so that this file may list them.
const WORDS: &[(&str, &str)] = &[
    (concat!("TO", "DO"), "work left for later"),
    (concat!("FIX", "ME"), "work left for later"),
    (concat!("XX", "X"), "work left for later"),
    (concat!("/ho", "me/"), "a path of one machine"),
    (concat!("/ro", "ot/"), "a path of one machine"),
    (concat!("/Use", "rs/"), "a path of one machine"),
    (concat!("/wo", "rk/"), "a path of one machine"),
    (concat!("C:", "\\"), "a path of one machine"),
    (concat!("crates", ".io"), "the host of a package registry"),
    (concat!("pypi", ".org"), "the host of a package registry"),
    (concat!("npmjs", ".com"), "the host of a package registry"),
    (concat!("proxy.golang", ".org"), "the host of a package registry"),
];

/// The one source that cargo writes into its lock file when no machine's own settings replace it.
const LOCKED_SOURCE: &str = concat!("source = \"registry+https://github.com/rust-lang/", "crates", ".io-index\"");

pub(super) fn check(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().enumerate();
    if source.path.ends_with("Cargo.lock") {
        let foreign = lines.filter(|(_, line)| line.starts_with("source = ") && *line != LOCKED_SOURCE);
        return foreign.map(|(index, _)| source.finding(index + 1, "a package from elsewhere")).collect();
    }
    lines.flat_map(|(index, line)| found_in(line).map(move |why| source.finding(index + 1, why))).collect()
}

/// Why a line can't stand, for each word in it. A word of letters alone counts only where it stands alone.
fn found_in(line: &str) -> impl Iterator<Item = &'static str> {
    WORDS
        .iter()
        .filter(move |(word, _)| line.match_indices(word).any(|(at, _)| stands(line, at, word)))
        .map(|(_, why)| *why)
}

fn stands(line: &str, at: usize, word: &str) -> bool {
    if !word.chars().all(char::is_alphabetic) {
        return true;
    }
    let before = line.get(..at).and_then(|text| text.chars().next_back());
    let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
    ![before, after].into_iter().flatten().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&Source { path: path.into(), text: text.into() }).len()
    }

    #[test]
    fn words_that_stand_alone() {
        for (word, _) in WORDS {
            assert_eq!(count("a.rs", &format!("// {word}: x")), 1, "{word}");
        }
        assert_eq!(count("a.rs", &format!("{}: x", WORDS[0].0)), 1);
        assert_eq!(count("a.rs", &format!("A{}S and {0}2", WORDS[2].0)), 0);
        assert_eq!(count("a.rs", "a home, the root, some work"), 0);
    }

    #[test]
    fn a_lock_file_names_the_default_source_alone() {
        assert_eq!(count("Cargo.lock", LOCKED_SOURCE), 0);
        assert_eq!(count("fuzz/Cargo.lock", "source = \"registry+https://mirror.example/index\""), 1);
    }
}
