//! The first look at a text: tokens, brackets with their partners, and all that is wrong with single tokens.
//!
//! Pest reads the text afterwards, piece by piece. It reads a *clean* text of the same length, in which what was
//! reported here is blanked out, so that nothing is reported twice.

use packet_schema::tree::Span;
use packet_schema::{Code, Diagnostic};

use super::literal;
use super::words;

/// The most brackets that may stand inside of each other.
const MAX_DEPTH: usize = 64;
/// The most operators on a way from an expression to its innermost part: what later stages recurse over.
const MAX_OPERATORS: usize = 256;

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
    pub(super) diagnostics: Vec<Diagnostic>,
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
            diagnostics: Vec::new(),
        };
        while scanner.at < text.len() {
            scanner.step();
        }
        let Scanner { mut clean, tokens, comments, mut diagnostics, .. } = scanner;
        let mut brackets = Brackets::new(source, text, &tokens);
        brackets.run();
        let Brackets { partner, broken, diagnostics: more, virtual_closes, .. } = brackets;
        diagnostics.extend(more);
        let mut scan = Self { clean: String::new(), tokens, partner, comments, broken, diagnostics };
        scan.insert_closes(&mut clean, &virtual_closes);
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
        let mut taken = (0, 0);
        let mut added = Vec::new();
        for &(open, before) in closes {
            let place = if before >= end {
                clean.push(b'}');
                clean.len() - 1
            } else {
                if taken.0 != before {
                    let last = self.tokens.partition_point(|token| token.start < before);
                    taken =
                        (before, last.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |last| last.end));
                }
                let place = taken.1;
                taken.1 += 1;
                match clean.get_mut(place) {
                    Some(byte) if place < before => *byte = b'}',
                    _ => {
                        self.broken.extend(self.tokens.get(open).map(|open| open.start));
                        continue;
                    }
                }
                place
            };
            added.push((open, Token { kind: Kind::Close, start: place, end: place + 1 }));
        }
        for (open, close) in added.into_iter().rev() {
            self.insert_token(open, close);
        }
    }

    fn insert_token(&mut self, open: usize, close: Token) {
        let at = self.tokens.partition_point(|token| token.start < close.start);
        self.tokens.insert(at, close);
        for partner in &mut self.partner {
            if *partner >= at {
                *partner += 1;
            }
        }
        self.partner.insert(at, open);
        if let Some(partner) = self.partner.get_mut(open) {
            *partner = at;
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
    diagnostics: Vec<Diagnostic>,
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
            _ if first.is_ascii_alphabetic() || first == '_' => self.word(),
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
                self.diagnostics.push(
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
        let len = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len();
        let word = rest.get(..len).unwrap_or_default();
        let behind = rest.get(len..).unwrap_or_default();
        match word {
            "hex" if behind.starts_with('"') => self.hex_literal(),
            "ip" | "mac" | "name" if behind.starts_with('"') => self.tagged_literal(word.len()),
            "r" if behind.starts_with('#') => {
                let name = behind.get(1..).unwrap_or_default();
                let more = name.len() - name.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len();
                self.push(Kind::Word, 2 + more);
            }
            _ => self.push(Kind::Word, len),
        }
    }

    fn number(&mut self) {
        let rest = self.rest();
        let len = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len();
        let digits = rest.get(..len).unwrap_or_default();
        if let Err(problem) = literal::number(digits) {
            let span = self.span(self.at, self.at + len);
            self.diagnostics.push(problem.at(span));
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
        self.diagnostics.push(
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
            self.diagnostics.push(problem.at(span));
            self.blank(self.at, self.at + len, "\"\"");
        }
        self.push(Kind::Text, len);
    }

    fn tagged_literal(&mut self, tag: usize) {
        let word = self.rest().get(..tag).unwrap_or_default().to_owned();
        let Some(len) = self.quoted(tag, false) else { return self.unclosed(Kind::Tagged, &word) };
        if let Err(problem) = literal::tagged(&word, self.rest().get(tag + 1..len - 1).unwrap_or_default()) {
            let span = self.span(self.at, self.at + len);
            self.diagnostics.push(problem.at(span));
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
            self.diagnostics.push(problem.at(span));
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
        let foreign = |c: char| {
            !c.is_ascii_alphanumeric()
                && !c.is_ascii_whitespace()
                && !"_\"()[]{}".contains(c)
                && !SINGLE_SIGNS.contains(c)
        };
        let len =
            (rest.len() - rest.trim_start_matches(foreign).len()).max(rest.chars().next().map_or(1, char::len_utf8));
        let what: String = rest.get(..len).unwrap_or_default().chars().take(12).collect();
        let span = self.span(self.at, self.at + len);
        self.diagnostics.push(
            Diagnostic::new(Code::Syntax, span, format!("`{}` has no meaning here", what.escape_debug()))
                .help("outside of comments and texts in quotes the language has only ASCII letters, digits and signs"),
        );
        self.blank(self.at, self.at + len, "");
        self.at += len;
    }
}

/// Finds the partner of each bracket.
struct Brackets<'t> {
    source: u32,
    text: &'t str,
    tokens: &'t [Token],
    partner: Vec<usize>,
    /// Open brackets, each with the operators that stand around it and in it so far.
    stack: Vec<Level>,
    /// Operators at the outermost level.
    outside: usize,
    /// Operators of all levels that are open.
    operators: usize,
    broken: Vec<usize>,
    /// Braces that were never closed, each with the place before which it should have been.
    virtual_closes: Vec<(usize, usize)>,
    diagnostics: Vec<Diagnostic>,
    /// Whether the depth was reported for this item already.
    too_deep: bool,
}

struct Level {
    token: usize,
    operators: usize,
}

impl<'t> Brackets<'t> {
    fn new(source: u32, text: &'t str, tokens: &'t [Token]) -> Self {
        Self {
            source,
            text,
            tokens,
            partner: (0..tokens.len()).collect(),
            stack: Vec::new(),
            outside: 0,
            operators: 0,
            broken: Vec::new(),
            virtual_closes: Vec::new(),
            diagnostics: Vec::new(),
            too_deep: false,
        }
    }

    fn run(&mut self) {
        for index in 0..self.tokens.len() {
            let Some(token) = self.tokens.get(index).copied() else { return };
            match token.kind {
                Kind::Open => self.open(index, token),
                Kind::Close => self.close(index, token),
                Kind::Sign => self.sign(token),
                Kind::Word if !self.stack.is_empty() && self.starts_item(index) => self.next_item(token),
                Kind::Word | Kind::Number | Kind::Text | Kind::Hex | Kind::Tagged | Kind::Doc => {}
            }
        }
        let end = self.text.len();
        while let Some(level) = self.stack.pop() {
            self.unclosed(level.token, end, None);
        }
    }

    fn text_of(&self, token: Token) -> &'t str {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    fn span(&self, token: Token) -> Span {
        super::span(self.source, token.start, token.end)
    }

    /// Adds one operator to the level that is open.
    fn count(&mut self, token: Token) {
        match self.stack.last_mut() {
            Some(level) => level.operators += 1,
            None => self.outside += 1,
        }
        self.operators += 1;
        if self.operators == MAX_OPERATORS + 1 {
            self.report_depth(token, "this expression has too many operators for one expression");
        } else if self.operators > MAX_OPERATORS {
            self.broken.push(token.start);
        }
    }

    /// Starts another expression in the level that is open.
    fn reset(&mut self) {
        let level = match self.stack.last_mut() {
            Some(level) => &mut level.operators,
            None => &mut self.outside,
        };
        self.operators -= std::mem::take(level);
        if self.stack.is_empty() {
            self.too_deep = false;
        }
    }

    fn report_depth(&mut self, token: Token, message: &str) {
        self.broken.push(token.start);
        if !std::mem::replace(&mut self.too_deep, true) {
            self.diagnostics.push(
                Diagnostic::new(Code::TooDeep, self.span(token), message)
                    .help("give a part of it a name of its own: a `let`, or a `struct`"),
            );
        }
    }

    fn open(&mut self, index: usize, token: Token) {
        if self.text_of(token) != "{" {
            self.count(token);
        }
        self.stack.push(Level { token: index, operators: 0 });
        if self.stack.len() > MAX_DEPTH {
            self.report_depth(token, &format!("more than {MAX_DEPTH} brackets stand inside of each other here"));
        }
    }

    fn pop(&mut self) -> Option<Level> {
        let level = self.stack.pop()?;
        self.operators -= level.operators;
        Some(level)
    }

    fn close(&mut self, index: usize, token: Token) {
        let wanted = match self.text_of(token) {
            ")" => "(",
            "]" => "[",
            _ => "{",
        };
        let opened = |level: &Level| self.tokens.get(level.token).map(|open| self.text_of(*open));
        // A brace closes everything in it; a parenthesis must not reach over a brace.
        let place = self
            .stack
            .iter()
            .enumerate()
            .rev()
            .take_while(|(_, level)| wanted == "{" || opened(level) != Some("{"))
            .find(|(_, level)| opened(level) == Some(wanted))
            .map(|(place, _)| place);
        let Some(place) = place else {
            self.broken.push(token.start);
            let message = format!("nothing opens this `{}`", self.text_of(token));
            self.diagnostics.push(Diagnostic::new(Code::Syntax, self.span(token), message).help("remove it"));
            return;
        };
        while self.stack.len() > place + 1 {
            if let Some(level) = self.pop() {
                self.unclosed(level.token, token.start, Some(token));
            }
        }
        if let Some(level) = self.pop() {
            if let Some(partner) = self.partner.get_mut(index) {
                *partner = level.token;
            }
            if let Some(partner) = self.partner.get_mut(level.token) {
                *partner = index;
            }
        }
        if wanted == "{" {
            self.reset();
        }
    }

    fn sign(&mut self, token: Token) {
        match self.text_of(token) {
            ";" => {
                // No `;` stands in parentheses or square brackets.
                while let Some(level) = self.stack.last() {
                    if self.tokens.get(level.token).is_some_and(|open| self.text_of(*open) == "{") {
                        break;
                    }
                    if let Some(level) = self.pop() {
                        self.unclosed(level.token, token.start, Some(token));
                    }
                }
                self.reset();
            }
            "," | "=>" => self.reset(),
            _ => self.count(token),
        }
    }

    /// Whether this word, first in its line without indentation, can only start an item.
    fn starts_item(&self, index: usize) -> bool {
        let Some(token) = self.tokens.get(index).copied() else { return false };
        let starts_line = token.start == 0 || self.text.as_bytes().get(token.start - 1) == Some(&b'\n');
        let next = self.tokens.get(index + 1).copied();
        starts_line
            && words::ITEMS.contains(&self.text_of(token))
            && next.is_some_and(|next| match next.kind {
                Kind::Word => !words::RESERVED.contains(&self.text_of(next)) || self.text_of(next) == "reject",
                Kind::Text => self.text_of(token) == "test",
                Kind::Number | Kind::Hex | Kind::Tagged | Kind::Doc | Kind::Open | Kind::Close | Kind::Sign => false,
            })
    }

    /// An item starts while brackets are open: they were never closed.
    fn next_item(&mut self, token: Token) {
        while let Some(level) = self.pop() {
            self.unclosed(level.token, token.start, Some(token));
        }
        self.reset();
    }

    /// Reports a bracket that is never closed.
    fn unclosed(&mut self, open: usize, before: usize, blamed: Option<Token>) {
        let Some(token) = self.tokens.get(open).copied() else { return };
        let sign = self.text_of(token);
        let close = match sign {
            "(" => ")",
            "[" => "]",
            _ => "}",
        };
        let mut finding = Diagnostic::new(Code::Syntax, self.span(token), format!("this `{sign}` is never closed"))
            .here("opened here");
        if let Some(blamed) = blamed {
            finding = finding.label(self.span(blamed), format!("expected `{close}` before this"));
        }
        self.diagnostics.push(finding.help(format!("close it with `{close}`")));
        match sign {
            "{" if blamed.is_none_or(|blamed| blamed.kind == Kind::Word) => self.virtual_closes.push((open, before)),
            _ => self.broken.push(token.start),
        }
    }
}
