//! The first look at a text: tokens, brackets with their partners, and all that is wrong with single tokens.
//!
//! Pest reads the text afterwards, piece by piece. It reads a *clean* text of the same length, in which what was
//! reported here is blanked out, so that nothing is reported twice.

use packet_schema::tree::Span;
use packet_schema::{Code, Diagnostic};

use super::brackets::{self, Brackets};
use super::findings::Findings;
use crate::literal;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or a word of the language.
    Word,
    /// A number, whether or not it is a good one.
    Number,
    /// `"text"`.
    Text,
    /// `hex"…"`.
    Hex,
    /// `ip"…"`, `mac"…"`, `name"…"`.
    Tagged,
    /// `///`.
    Doc,
    /// `(`, `[` or `{`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// An operator or another sign.
    Sign,
}

/// A token: its kind and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A comment that is no documentation of an item, in the order of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Comment {
    pub(super) start: usize,
    pub(super) end: usize,
    /// `//!` rather than `//` or `/*`.
    pub(super) module: bool,
}

/// A text, cut into tokens.
pub(super) struct Scan {
    /// The text, as long as the original, where all that was reported is blank.
    pub(super) clean: String,
    /// All tokens but comments.
    pub(super) tokens: Vec<Token>,
    /// Of each token that is a bracket the other one; of any other token itself.
    pub(super) partner: Vec<usize>,
    /// Comments and documentation of the module.
    pub(super) comments: Vec<Comment>,
    /// Where brackets or depth are wrong, in order: pieces with such a place in them can't be read.
    pub(super) broken: Vec<usize>,
    /// What is wrong.
    pub(super) findings: Findings,
}

impl Scan {
    /// Cuts a text.
    pub(super) fn new(source: u32, text: &str) -> Self {
        let mut scanner = Scanner {
            source,
            text,
            at: 0,
            clean: text.as_bytes().to_vec(),
            tokens: Vec::new(),
            comments: Vec::new(),
            foreign: Vec::new(),
            findings: Findings::default(),
        };
        while scanner.at < text.len() {
            scanner.step();
        }
        let Scanner { mut clean, mut tokens, comments, foreign, mut findings, .. } = scanner;
        // What closes nothing is taken away first, so that the second look sees the text without it.
        let strays = Brackets::look(source, text, &tokens, &mut Findings::default()).stray;
        for stray in &strays {
            findings.add(brackets::nothing_opens(source, text, *stray));
            clean.get_mut(stray.start..stray.end).unwrap_or_default().fill(b' ');
        }
        tokens.retain(|token| strays.binary_search_by_key(&token.start, |stray| stray.start).is_err());
        let Brackets { partner, mut broken, missing, .. } = Brackets::look(source, text, &tokens, &mut findings);
        broken.extend(foreign);
        let mut scan = Self { clean: String::new(), tokens, partner, comments, broken, findings };
        scan.insert_closes(&mut clean, &missing);
        scan.clean = String::from_utf8_lossy(&clean).into_owned();
        scan.broken.sort_unstable();
        scan
    }

    /// The text of a token.
    pub(super) fn text(&self, token: usize) -> &str {
        self.tokens.get(token).and_then(|token| self.clean.get(token.start..token.end)).unwrap_or_default()
    }

    /// Whether a token is this one.
    pub(super) fn is(&self, token: usize, text: &str) -> bool {
        self.text(token) == text
    }

    /// The kind of a token.
    pub(super) fn kind(&self, token: usize) -> Option<Kind> {
        self.tokens.get(token).map(|token| token.kind)
    }

    /// The partner of a bracket, or the token itself.
    pub(super) fn partner(&self, token: usize) -> usize {
        self.partner.get(token).copied().unwrap_or(token)
    }

    /// The token that holds or follows this place.
    pub(super) fn token_at(&self, offset: usize) -> usize {
        self.tokens.partition_point(|token| token.end <= offset)
    }

    /// Whether nothing but space stands before the token in its line.
    pub(super) fn first_in_line(&self, token: usize) -> bool {
        let Some(this) = self.tokens.get(token) else { return false };
        let before = self.clean.get(..this.start).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.chars().all(char::is_whitespace)
    }

    /// Whether a broken place stands in these bytes.
    pub(super) fn is_broken(&self, start: usize, end: usize) -> bool {
        let from = self.broken.partition_point(|place| *place < start);
        self.broken.get(from).is_some_and(|place| *place < end)
    }

    /// Writes the missing closing braces into the text: into the space before the next item, or behind the end.
    fn insert_closes(&mut self, clean: &mut Vec<u8>, closes: &[(usize, usize)]) {
        let end = clean.len();
        let mut room = (0, 0);
        let mut added = Vec::new();
        for &(open, before) in closes {
            if before >= end {
                clean.push(b'}');
                added.push((open, clean.len() - 1));
                continue;
            }
            if room.0 != before {
                let last = self.tokens.partition_point(|token| token.start < before);
                room = (before, last.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |last| last.end));
            }
            match clean.get_mut(room.1) {
                Some(byte) if room.1 < before => {
                    *byte = b'}';
                    added.push((open, room.1));
                    room.1 += 1;
                }
                _ => self.broken.extend(self.tokens.get(open).map(|open| open.start)),
            }
        }
        self.merge(&added);
    }

    /// Adds closing braces, each for an open one, to the tokens.
    fn merge(&mut self, closes: &[(usize, usize)]) {
        if closes.is_empty() {
            return;
        }
        let old = std::mem::take(&mut self.tokens);
        let mut places = Vec::with_capacity(old.len());
        let mut rest = closes.iter().peekable();
        let mut close_places = Vec::new();
        for token in old {
            while let Some((_, place)) = rest.next_if(|(_, place)| *place < token.start) {
                close_places.push(self.tokens.len());
                self.tokens.push(Token { kind: Kind::Close, start: *place, end: place + 1 });
            }
            places.push(self.tokens.len());
            self.tokens.push(token);
        }
        for (_, place) in rest {
            close_places.push(self.tokens.len());
            self.tokens.push(Token { kind: Kind::Close, start: *place, end: place + 1 });
        }
        let partners = std::mem::replace(&mut self.partner, (0..self.tokens.len()).collect());
        let moved = |old: usize| places.get(old).copied().unwrap_or_default();
        let opens = closes.iter().map(|(open, _)| moved(*open));
        let pairs = partners.iter().enumerate().map(|(token, partner)| (moved(token), moved(*partner)));
        for (one, other) in pairs.chain(opens.zip(close_places)) {
            self.pair(one, other);
            self.pair(other, one);
        }
    }

    fn pair(&mut self, bracket: usize, partner: usize) {
        if let Some(place) = self.partner.get_mut(bracket) {
            *place = partner;
        }
    }
}

/// Cuts a text into tokens.
struct Scanner<'t> {
    source: u32,
    text: &'t str,
    at: usize,
    clean: Vec<u8>,
    tokens: Vec<Token>,
    comments: Vec<Comment>,
    /// Where signs stand that the language does not have.
    foreign: Vec<usize>,
    findings: Findings,
}

/// Signs of more than one character, longest first.
const SIGNS: &[&str] = &["<->", "=>", "->", "==", "!=", "<=", ">=", "<<", ">>", "++", "||", "&&", ".."];
const SINGLE_SIGNS: &str = ";,:.=!<>+-*/%&|^?@";

impl<'t> Scanner<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes one token, comment or space.
    fn step(&mut self) {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return };
        match first {
            ' ' | '\t' | '\r' | '\n' => self.at += 1,
            '/' if rest.starts_with("//") => self.line_comment(),
            '/' if rest.starts_with("/*") => self.block_comment(),
            '"' => self.text_literal(),
            '0'..='9' => self.number(),
            _ if first.is_alphabetic() || first == '_' => self.word(),
            '(' | '[' | '{' => self.push(Kind::Open, 1),
            ')' | ']' | '}' => self.push(Kind::Close, 1),
            _ => self.sign(),
        }
    }

    fn push(&mut self, kind: Kind, len: usize) {
        self.tokens.push(Token { kind, start: self.at, end: self.at + len });
        self.at += len;
    }

    fn span(&self, start: usize, end: usize) -> Span {
        super::span(self.source, start, end)
    }

    /// Blanks a range, but for what starts it.
    fn blank(&mut self, start: usize, end: usize, keep: &str) {
        if let Some(bytes) = self.clean.get_mut(start..end) {
            for (place, byte) in bytes.iter_mut().enumerate() {
                *byte = keep.as_bytes().get(place).copied().unwrap_or(b' ');
            }
        }
    }

    fn line_comment(&mut self) {
        let line = self.rest().lines().next().unwrap_or_default();
        let len = line.trim_end().len();
        let (start, end) = (self.at, self.at + len);
        if line.starts_with("///") && !line.starts_with("////") {
            self.push(Kind::Doc, len);
        } else {
            let module = line.starts_with("//!");
            self.comments.push(Comment { start, end, module });
            self.blank(start, end, "");
            self.at = end;
        }
    }

    fn block_comment(&mut self) {
        let start = self.at;
        let end = match self.rest().get(2..).and_then(|inside| inside.find("*/")) {
            Some(len) => start + 2 + len + 2,
            None => {
                let span = self.span(start, start + 2);
                self.findings.add(
                    Diagnostic::new(Code::Syntax, span, "this comment is never closed")
                        .here("starts here")
                        .help("close it with `*/`"),
                );
                self.text.len()
            }
        };
        self.comments.push(Comment { start, end, module: false });
        self.blank(start, end, "");
        self.at = end;
    }

    fn word(&mut self) {
        let rest = self.rest();
        let len = word_len(rest);
        let behind = rest.get(len..).unwrap_or_default();
        match rest.get(..len).unwrap_or_default() {
            "hex" if behind.starts_with('"') => self.hex_literal(),
            "ip" | "mac" | "name" if behind.starts_with('"') => self.tagged_literal(len),
            "r" if behind.starts_with('#') => self.name(2 + word_len(behind.get(1..).unwrap_or_default())),
            _ => self.name(len),
        }
    }

    /// Takes a name; letters beyond ASCII are reported, and taken as `_`.
    fn name(&mut self, len: usize) {
        let (start, end) = (self.at, self.at + len);
        let word = self.rest().get(..len).unwrap_or_default();
        if !word.is_ascii() {
            let span = self.span(start, end);
            self.findings.add(
                Diagnostic::new(Code::Syntax, span, format!("the name `{word}` has letters that names can't have"))
                    .help("names have ASCII letters, digits and `_`; a label or a comment may have any letter"),
            );
            let plain: String = word.bytes().map(|byte| if byte.is_ascii() { char::from(byte) } else { '_' }).collect();
            self.blank(start, end, &plain);
        }
        self.push(Kind::Word, len);
    }

    fn number(&mut self) {
        let rest = self.rest();
        let len = word_len(rest);
        let digits = rest.get(..len).unwrap_or_default();
        if let Err(problem) = literal::number(digits) {
            let span = self.span(self.at, self.at + len);
            self.findings.add(problem.at(span));
            self.blank(self.at, self.at + len, "0");
        }
        self.push(Kind::Number, len);
    }

    /// How long a literal in quotes is that starts `tag` bytes before its quote; `None` if the line ends before it does.
    fn quoted(&self, tag: usize, escapes: bool) -> Option<usize> {
        let mut escaped = false;
        for (place, character) in self.rest().char_indices().skip(tag + 1) {
            match character {
                '\n' => return None,
                _ if escaped => escaped = false,
                '\\' if escapes => escaped = true,
                '"' => return Some(place + 1),
                _ => {}
            }
        }
        None
    }

    /// Reports a literal whose line ends before it does, and takes the line as it.
    fn unclosed(&mut self, kind: Kind, tag: &str) {
        let line = self.rest().lines().next().unwrap_or_default().trim_end();
        let len = line.len().max(tag.len() + 1);
        let span = self.span(self.at, self.at + tag.len() + 1);
        self.findings.add(
            Diagnostic::new(Code::Syntax, span, "this text in quotes is never closed")
                .here("opened here")
                .help("close it with `\"` before the line ends"),
        );
        // A `;` at the end of the line is taken as the end of the piece rather than as a part of the text.
        let cut = if line.ends_with(';') && len >= tag.len() + 3 { len - 1 } else { len };
        let room = cut >= tag.len() + 2;
        self.blank(self.at, self.at + cut, &if room { format!("{tag}\"\"") } else { "0".to_owned() });
        self.push(if room { kind } else { Kind::Number }, cut);
    }

    fn text_literal(&mut self) {
        let Some(len) = self.quoted(0, true) else { return self.unclosed(Kind::Text, "") };
        if let Err(problem) = literal::text(self.rest().get(1..len - 1).unwrap_or_default()) {
            let span = self.span(self.at, self.at + len);
            self.findings.add(problem.at(span));
            self.blank(self.at, self.at + len, "\"\"");
        }
        self.push(Kind::Text, len);
    }

    fn tagged_literal(&mut self, tag: usize) {
        let word = self.rest().get(..tag).unwrap_or_default().to_owned();
        let Some(len) = self.quoted(tag, false) else { return self.unclosed(Kind::Tagged, &word) };
        if let Err(problem) = literal::tagged(&word, self.rest().get(tag + 1..len - 1).unwrap_or_default()) {
            let span = self.span(self.at, self.at + len);
            self.findings.add(problem.at(span));
            self.blank(self.at, self.at + len, &format!("{word}\"\""));
        }
        self.push(Kind::Tagged, len);
    }

    /// Hexadecimal bytes may go on over lines.
    fn hex_literal(&mut self) {
        let inside = self.rest().get(4..).unwrap_or_default();
        let allowed = |c: char| c.is_ascii_hexdigit() || c.is_ascii_whitespace() || c == '_';
        let good = inside.len() - inside.trim_start_matches(allowed).len();
        let closed = match inside.get(good..).and_then(|rest| rest.chars().next()) {
            Some('"') => Some(good),
            _ => inside
                .get(good..)
                .and_then(|rest| rest.lines().next())
                .and_then(|line| line.find('"'))
                .map(|p| good + p),
        };
        let Some(content) = closed else { return self.unclosed(Kind::Hex, "hex") };
        let len = 4 + content + 1;
        if let Err(problem) = literal::hex(inside.get(..content).unwrap_or_default()) {
            let span = self.span(self.at, self.at + len);
            self.findings.add(problem.at(span));
            self.blank(self.at, self.at + len, "hex\"\"");
        }
        self.push(Kind::Hex, len);
    }

    fn sign(&mut self) {
        let rest = self.rest();
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            return self.push(Kind::Sign, sign.len());
        }
        if rest.starts_with(|c| SINGLE_SIGNS.contains(c)) {
            return self.push(Kind::Sign, 1);
        }
        let foreign = |c: char| !c.is_ascii() && !c.is_alphanumeric();
        let len =
            (rest.len() - rest.trim_start_matches(foreign).len()).max(rest.chars().next().map_or(1, char::len_utf8));
        let what: String = rest.get(..len).unwrap_or_default().chars().take(12).collect();
        let span = self.span(self.at, self.at + len);
        self.foreign.push(self.at);
        self.findings.add(
            Diagnostic::new(Code::Syntax, span, format!("`{}` has no meaning here", what.escape_debug()))
                .help("outside of comments and texts in quotes the language has only ASCII letters, digits and signs"),
        );
        // It stays in the text as a token that nothing expects, so that the piece around it has a place.
        self.blank(self.at, self.at + len, "");
        self.push(Kind::Sign, len);
    }
}

/// How long the word is that a text starts with.
fn word_len(text: &str) -> usize {
    text.len() - text.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len()
}
