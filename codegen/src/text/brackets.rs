//! Which bracket closes which, which are missing, and what is nested too deeply.

use packet_schema::tree::Span;
use packet_schema::{Code, Diagnostic};

use super::findings::Findings;
use super::scan::{Kind, Token};
use super::words;

/// The most brackets that may stand inside of each other.
const MAX_DEPTH: usize = 64;
/// The most operators on a way from an expression to its innermost part: what later stages recurse over.
const MAX_OPERATORS: usize = 256;

/// Finds the partner of each bracket.
pub(super) struct Brackets {
    /// Of each bracket the other one; of any other token itself.
    pub(super) partner: Vec<usize>,
    /// Where a bracket is missing or something is too deep.
    pub(super) broken: Vec<usize>,
    /// Braces that were never closed, each with the place before which it should have been.
    pub(super) missing: Vec<(usize, usize)>,
    /// Closing brackets that nothing opens.
    pub(super) stray: Vec<Token>,
}

impl Brackets {
    /// Looks at all brackets of a text.
    pub(super) fn look(source: u32, text: &str, tokens: &[Token], findings: &mut Findings) -> Self {
        let found =
            Self { partner: (0..tokens.len()).collect(), broken: Vec::new(), missing: Vec::new(), stray: Vec::new() };
        let mut walk = Walk {
            source,
            text,
            tokens,
            found,
            findings,
            stack: Vec::new(),
            outside: 0,
            operators: 0,
            too_deep: false,
        };
        walk.run();
        walk.found
    }
}

/// A walk over the tokens.
struct Walk<'t> {
    source: u32,
    text: &'t str,
    tokens: &'t [Token],
    found: Brackets,
    findings: &'t mut Findings,
    /// Open brackets, each with the operators that stand around it and in it so far.
    stack: Vec<Level>,
    /// Operators at the outermost level.
    outside: usize,
    /// Operators of all levels that are open.
    operators: usize,
    /// Whether the depth was reported for this item already.
    too_deep: bool,
}

struct Level {
    token: usize,
    operators: usize,
}

impl<'t> Walk<'t> {
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
            self.found.broken.push(token.start);
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
        self.found.broken.push(token.start);
        if !std::mem::replace(&mut self.too_deep, true) {
            self.findings.add(
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
        let Some(place) = place else { return self.mismatch(index, token) };
        while self.stack.len() > place + 1 {
            if let Some(level) = self.pop() {
                self.unclosed(level.token, token.start, Some(token));
            }
        }
        if let Some(level) = self.pop() {
            self.pair(level.token, index);
        }
        if wanted == "{" {
            self.reset();
        }
    }

    fn pair(&mut self, open: usize, close: usize) {
        for (bracket, other) in [(open, close), (close, open)] {
            if let Some(partner) = self.found.partner.get_mut(bracket) {
                *partner = other;
            }
        }
    }

    /// Nothing opens this bracket: it is one too many, or stands for the one that closes the innermost open one.
    fn mismatch(&mut self, index: usize, token: Token) {
        let innermost = self.stack.last().and_then(|level| self.tokens.get(level.token)).copied();
        let Some(open) = innermost.filter(|open| self.text_of(*open) != "{") else {
            self.found.stray.push(token);
            return;
        };
        let (open_sign, close_sign) = (self.text_of(open), self.text_of(token));
        let right = if open_sign == "(" { ")" } else { "]" };
        self.findings.add(
            Diagnostic::new(Code::Syntax, self.span(token), format!("`{close_sign}` can't close `{open_sign}`"))
                .label(self.span(open), "opened here")
                .help(format!("write `{right}`")),
        );
        self.found.broken.push(token.start);
        if let Some(level) = self.pop() {
            self.pair(level.token, index);
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
        if self.stack.len() >= MAX_DEPTH {
            return; // The depth was reported.
        }
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
        self.findings.add(finding.help(format!("close it with `{close}`")));
        match sign {
            "{" if blamed.is_none_or(|blamed| blamed.kind == Kind::Word) => self.found.missing.push((open, before)),
            _ => self.found.broken.push(token.start),
        }
    }
}

/// The finding about a closing bracket that nothing opens.
pub(super) fn nothing_opens(source: u32, text: &str, token: Token) -> Diagnostic {
    let sign = text.get(token.start..token.end).unwrap_or_default();
    let span = super::span(source, token.start, token.end);
    Diagnostic::new(Code::Syntax, span, format!("nothing opens this `{sign}`")).help("remove it")
}
