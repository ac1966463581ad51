//! Tokens joined to atoms, between which a line may be broken.

use std::ops::Range;

use super::super::scan::{Comment, Kind, Scan};
use super::super::split::Inside;
use super::super::words;

/// How readily a line is broken before an atom: before a clause first, anywhere last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Break {
    Clause,
    /// Before the `:` of a condition: at all of them, if at one.
    Otherwise,
    Operator,
    /// Behind a `,` or `;`, in one bracket at most.
    Separator,
    /// Behind a `,` or `;` anywhere.
    Inner,
    Anywhere,
}

/// What stands together without a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Atom {
    /// More than one for bytes and comments over several lines.
    pub(super) lines: Vec<String>,
    /// How far all lines but the first are moved from where the atom starts; `None` for lines that stay as they are.
    pub(super) hang: Option<usize>,
    /// How readily a line is broken before it.
    pub(super) before: Break,
    /// Whether nothing may follow in its line: a line comment.
    pub(super) ends_line: bool,
}

impl Atom {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { lines: vec![text.into()], hang: None, before: Break::Anywhere, ends_line: false }
    }

    /// A comment, as it was written.
    pub(super) fn comment(text: &str) -> Self {
        let lines = text.lines().map(|line| line.trim_end().to_owned()).collect();
        Self { lines, hang: None, before: Break::Anywhere, ends_line: text.starts_with("//") }
    }

    /// Whether it can stand in the midst of a line.
    pub(super) fn is_plain(&self) -> bool {
        self.lines.len() == 1 && !self.ends_line
    }
}

/// Atoms in one line, if that can be.
pub(super) fn flat(atoms: &[Atom]) -> Option<String> {
    let words: Option<Vec<&str>> =
        atoms.iter().map(|atom| atom.lines.first().filter(|_| atom.is_plain()).map(String::as_str)).collect();
    words.map(|words| words.join(" "))
}

/// A text with its tokens and comments, to be joined anew.
pub(super) struct Source<'s> {
    pub(super) text: &'s str,
    pub(super) scan: &'s Scan,
}

impl<'s> Source<'s> {
    /// The text of a token, as it was written.
    pub(super) fn token(&self, token: usize) -> &'s str {
        self.scan.tokens.get(token).and_then(|token| self.text.get(token.start..token.end)).unwrap_or_default()
    }

    /// The comments between the token before this one and this one.
    pub(super) fn gap(&self, token: usize) -> &'s [Comment] {
        let tokens = &self.scan.tokens;
        let from = token.checked_sub(1).and_then(|before| tokens.get(before)).map_or(0, |before| before.end);
        let to = tokens.get(token).map_or(self.text.len(), |token| token.start);
        let comments = &self.scan.comments;
        let first = comments.partition_point(|comment| comment.start < from);
        let last = comments.partition_point(|comment| comment.start < to);
        comments.get(first..last).unwrap_or_default()
    }

    /// The text of a comment.
    pub(super) fn comment(&self, comment: &Comment) -> &'s str {
        self.text.get(comment.start..comment.end).unwrap_or_default()
    }

    /// How many lines end between two places.
    pub(super) fn line_ends(&self, from: usize, to: usize) -> usize {
        self.text.get(from..to).unwrap_or_default().matches('\n').count()
    }

    /// The atoms of some tokens, with the comments between them.
    pub(super) fn atoms(&self, tokens: Range<usize>, place: Place) -> Vec<Atom> {
        let mut atoms: Vec<Atom> = Vec::new();
        let mut spaces = Spaces { source: self, place, start: tokens.start, brackets: Vec::new(), colons: 0, asked: 0 };
        let start = tokens.start;
        for token in tokens {
            let comments = if token == start { &[] } else { self.gap(token) };
            atoms.extend(comments.iter().map(|comment| Atom::comment(self.comment(comment))));
            let (space, before) = spaces.before(token);
            let text = self.token(token);
            match atoms.last_mut().filter(|last| !space && comments.is_empty() && !last.ends_line) {
                Some(last) => {
                    let mut lines = self.lines(token, text);
                    if let (Some(end), false) = (last.lines.last_mut(), lines.is_empty()) {
                        end.push_str(&lines.remove(0));
                    }
                    last.lines.append(&mut lines);
                }
                None => {
                    let is_hex = self.scan.kind(token) == Some(Kind::Hex);
                    let hang = is_hex.then_some("hex\"".len());
                    let lines = self.lines(token, text);
                    let before = if is_hex && lines.len() > 1 { Break::Clause } else { before };
                    atoms.push(Atom { lines, hang, before, ends_line: false });
                }
            }
        }
        atoms
    }

    /// The lines of a token: bytes may have several, whose indentation means nothing.
    fn lines(&self, token: usize, text: &str) -> Vec<String> {
        if self.scan.kind(token) != Some(Kind::Hex) {
            return vec![text.to_owned()];
        }
        let mut lines: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
        lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
        // Quotes stand beside digits.
        if lines.len() > 1 && lines.last().is_some_and(|line| line == "\"") {
            lines.pop();
            if let Some(last) = lines.last_mut() {
                last.push('"');
            }
        }
        if lines.len() > 1 && lines.first().is_some_and(|line| line == "hex\"") {
            lines.remove(0);
            if let Some(first) = lines.first_mut() {
                first.insert_str(0, "hex\"");
            }
        }
        lines.retain(|line| !line.is_empty());
        lines
    }
}

/// Where tokens stand, as far as it matters for the space between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) inside: Inside,
    /// Whether `name: type` starts here.
    pub(super) names_type: bool,
}

/// Says where spaces stand.
struct Spaces<'a, 's> {
    source: &'a Source<'s>,
    place: Place,
    start: usize,
    /// Open brackets, each with the `?` in it that still wait for their `:`.
    brackets: Vec<(&'s str, usize)>,
    /// Colons outside of brackets so far.
    colons: usize,
    /// `?` outside of brackets that still wait for their `:`.
    asked: usize,
}

impl<'s> Spaces<'_, 's> {
    /// Whether a space stands before a token, and how readily a line is broken there.
    fn before(&mut self, token: usize) -> (bool, Break) {
        let text = self.source.token(token);
        let previous = if token == self.start { "" } else { self.source.token(token - 1) };
        let depth = self.brackets.len();
        let space = self.space(token, previous, text);
        let otherwise = text == ":" && depth == 0 && self.asked > 0;
        self.note(text);
        let is_word = self.source.scan.kind(token) == Some(Kind::Word);
        let before = if depth == 0 && is_word && words::CLAUSES.contains(&text) && previous != "when" {
            Break::Clause
        } else if otherwise {
            Break::Otherwise
        } else if depth == 0 && self.source.scan.kind(token) == Some(Kind::Sign) && text != ";" {
            Break::Operator
        } else if matches!(previous, "," | ";") {
            if depth > 1 { Break::Inner } else { Break::Separator }
        } else {
            Break::Anywhere
        };
        (space, before)
    }

    /// Remembers brackets, `?` and `:`.
    fn note(&mut self, text: &'s str) {
        let asked = self.brackets.last_mut().map_or(&mut self.asked, |(_, asked)| asked);
        match text {
            "?" => *asked += 1,
            ":" => {
                *asked = asked.saturating_sub(1);
                if self.brackets.is_empty() {
                    self.colons += 1;
                }
            }
            "(" | "[" | "{" => self.brackets.push((text, 0)),
            ")" | "]" | "}" => {
                self.brackets.pop();
            }
            _ => {}
        }
    }

    fn space(&self, token: usize, previous: &str, text: &str) -> bool {
        if token == self.start {
            return true;
        }
        let in_use = self.source.token(self.start) == "use";
        match (previous, text) {
            (_, ";" | "," | "." | ")" | "]") | ("." | "(" | "[" | "@", _) => false,
            ("{", _) | (_, "}") if in_use => false,
            ("{", "}") => false,
            (_, ":") => !self.names_type(token),
            ("!" | "-", _) => !self.is_prefix(token - 1),
            (_, "(" | "[") => !self.is_operand(token - 1) || self.is_keyword(token - 1),
            _ => true,
        }
    }

    /// Whether this `:` stands between a name and its type.
    fn names_type(&self, token: usize) -> bool {
        match self.brackets.last() {
            None => self.place.names_type && self.colons == 0,
            Some((bracket, asked)) => {
                let before_name = token.checked_sub(2).map(|before| self.source.token(before)).unwrap_or_default();
                *bracket == "(" && *asked == 0 && matches!(before_name, "(" | ",")
            }
        }
    }

    /// Whether a `!` or `-` belongs to what follows it alone.
    fn is_prefix(&self, token: usize) -> bool {
        let Some(before) = token.checked_sub(1).filter(|_| token > self.start) else { return true };
        !self.is_operand(before) || (self.is_word(before) && self.is_keyword(before))
    }

    fn is_word(&self, token: usize) -> bool {
        self.source.scan.kind(token) == Some(Kind::Word)
    }

    /// Whether an expression may end with this token.
    fn is_operand(&self, token: usize) -> bool {
        match self.source.scan.kind(token) {
            Some(Kind::Word | Kind::Number | Kind::Text | Kind::Hex | Kind::Tagged) => true,
            Some(Kind::Close) => self.source.token(token) != "}",
            _ => false,
        }
    }

    /// Whether a word is one of the language here, rather than a name that is called or indexed.
    fn is_keyword(&self, token: usize) -> bool {
        let word = self.source.token(token);
        if !self.is_word(token) || matches!(word, "true" | "false") {
            return false;
        }
        if words::RESERVED.contains(&word) {
            return true;
        }
        if token == self.start {
            let open = self.place;
            return (open.inside == Inside::Meta && words::META.contains(&word))
                || (open.inside == Inside::File && words::ITEMS.contains(&word));
        }
        let before = self.source.token(token - 1);
        match word {
            "by" | "max" if matches!(before, "encode" | "repeat") => true,
            "score" | "while" => before == "}",
            "raw" => before == "=" || (before == "[" && self.place.inside == Inside::File),
            // No expression has two names side by side.
            _ => self.is_operand(token - 1) && !self.is_keyword(token - 1),
        }
    }
}
