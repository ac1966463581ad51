//! The words of the language, for splitting a text into pieces and for help with words that are nearly right.

/// What starts an item.
pub(super) const ITEMS: &[&str] = &[
    "module",
    "use",
    "layer",
    "struct",
    "mixin",
    "enum",
    "flags",
    "type",
    "const",
    "interface",
    "codec",
    "table",
    "bind",
    "extend",
    "probe",
    "meta",
    "reply",
    "alias",
    "test",
];

/// What starts a part of a body that is no field.
pub(super) const BODY: &[&str] = &["let", "match", "if", "provide", "expect", "include", "align", "bits"];

/// What starts a part of a codec that is no field.
pub(super) const CODEC: &[&str] = &["let", "match", "expect", "repeat", "jump", "emit", "yields", "encode", "limit"];

/// What starts a part of a metafield.
pub(super) const META: &[&str] = &["key", "hash", "on", "keep"];

/// What starts a clause.
pub(super) const CLAUSES: &[&str] = &[
    "auto", "default", "where", "verify", "within", "align", "scale", "unit", "display", "if", "partial", "lenient",
    "trailing",
];

/// Words that are names only behind `r#`; the same list as `reserved` in the grammar.
pub(super) const RESERVED: &[&str] = &[
    "let", "match", "if", "else", "where", "when", "within", "auto", "default", "verify", "lenient", "scale", "unit",
    "display", "align", "from", "until", "prefix", "next", "provide", "expect", "include", "reject", "stop",
    "trailing", "as", "in", "true", "false", "repeat", "emit", "jump", "yields", "encode", "limit",
];

/// The word that was probably meant: one or two letters away, and no further than a third of its length.
pub(super) fn nearest<'w>(word: &str, candidates: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance > 0 && *distance <= 2.min(candidate.len().max(word.len()) / 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be added, removed, replaced or swapped with the next one to get from one word to the other.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().take(32).collect(), to.chars().take(32).collect());
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let at = |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX - 1);
            let mut best = (at(&row, j) + usize::from(a != b)).min(at(&row, j + 1) + 1).min(at(&next, j) + 1);
            let swapped = i > 0 && j > 0 && from.get(i - 1) == Some(b) && to.get(j - 1) == Some(a);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or_default()
}
