//! Reads a text piece by piece.

use std::cell::RefCell;
use std::ops::Range;

use packet_schema::tree::{Module, Name, Path, Span};
use packet_schema::{Code, Diagnostic};
use pest::Parser;
use pest::iterators::Pair;

use super::error::{Failure, describe};
use super::findings::Findings;
use super::parts::Parts;
use super::scan::{Kind, Scan};
use super::split::{self, Inside, Piece};
use super::{Grammar, Rule, item, words};

/// How many `else if` may follow each other, for later stages see them inside of each other.
const MAX_ELSE: usize = 64;
/// How many line starts are tried as the start of the next piece when the end of one is missing.
const MAX_CUTS: usize = 8;

/// Reads a whole source.
pub(super) fn module(source: u32, text: &str) -> (Module, Vec<Diagnostic>) {
    let scan = Scan::new(source, text);
    let mut reader = Reader::new(source, text.len(), &scan);
    let mut module = Module::default();
    reader.module_docs(text, &mut module);
    let all = 0..scan.tokens.len();
    reader.pieces(all, Inside::File, &mut |reader, pair| item::part(reader, pair, &mut module));
    let mut diagnostics = reader.findings.take().sorted(&scan.findings);
    if diagnostics.is_empty() && module.path.is_none() {
        let start = scan.tokens.first().map_or(0, |token| token.start);
        diagnostics.push(
            Diagnostic::new(Code::Syntax, super::span(source, start, start), "this source does not name its module")
                .help("start it with `module name;`"),
        );
    }
    (module, diagnostics)
}

/// Reads a text that is one thing.
pub(super) fn whole<T>(
    source: u32,
    text: &str,
    rule: Rule,
    build: impl FnOnce(&mut Reader<'_>, Pair<'_, Rule>) -> Option<T>,
) -> Result<T, Vec<Diagnostic>> {
    let scan = Scan::new(source, text);
    let mut reader = Reader::new(source, text.len(), &scan);
    let mut result = None;
    if scan.broken.is_empty() {
        match Grammar::parse(rule, &scan.clean) {
            Ok(mut pairs) => result = pairs.next().and_then(|pair| build(&mut reader, pair)),
            Err(_) => {
                let failure = Failure {
                    scan: &scan,
                    source,
                    len: text.len(),
                    rule,
                    text: &scan.clean,
                    base: 0,
                    inside: None,
                    head: 0,
                };
                let finding = failure.explain();
                reader.report(finding);
            }
        }
    }
    let diagnostics = reader.findings.take().sorted(&scan.findings);
    match result {
        Some(result) if diagnostics.is_empty() => Ok(result),
        _ => Err(diagnostics),
    }
}

/// What reads a text.
pub(super) struct Reader<'s> {
    source: u32,
    len: usize,
    scan: &'s Scan,
    /// Where the text that pest sees stands in the whole text.
    base: usize,
    /// Shared, for the closures that build an expression report too.
    findings: RefCell<Findings>,
}

/// Turns what pest found into a part of the tree.
type Build<'b, 's> = &'b mut dyn FnMut(&mut Reader<'s>, Pair<'_, Rule>) -> Option<()>;

impl<'s> Reader<'s> {
    fn new(source: u32, len: usize, scan: &'s Scan) -> Self {
        Self { source, len, scan, base: 0, findings: RefCell::default() }
    }

    /// Reports something.
    pub(super) fn report(&self, finding: Diagnostic) {
        self.findings.borrow_mut().add(finding);
    }

    fn offsets(&self, start: usize, end: usize) -> Span {
        super::span(self.source, start.min(self.len), end.min(self.len))
    }

    /// Where a pair stands in the whole text.
    pub(super) fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        self.offsets(self.base + span.start(), self.base + span.end())
    }

    /// A name, without `r#`.
    pub(super) fn name(&self, pair: &Pair<'_, Rule>) -> Name {
        let text = pair.as_str();
        Name { text: text.strip_prefix("r#").unwrap_or(text).to_owned(), span: self.span(pair) }
    }

    /// Names joined by dots.
    pub(super) fn path(&self, pair: Pair<'_, Rule>) -> Path {
        let names: Vec<Name> = Parts::of(pair).all(Rule::ident).iter().map(|name| self.name(name)).collect();
        let span = match (names.first(), names.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span::default(),
        };
        Path { names, span }
    }

    /// What stands in the braces that open first in this pair.
    pub(super) fn inside<T>(
        &mut self,
        pair: &Pair<'_, Rule>,
        inside: Inside,
        build: &mut dyn FnMut(&mut Self, Pair<'_, Rule>) -> Option<T>,
    ) -> Vec<T> {
        let start = self.base + pair.as_span().start();
        let end = self.base + pair.as_span().end();
        let mut open = self.scan.token_at(start);
        while self.scan.tokens.get(open).is_some_and(|token| token.start < end) && !self.scan.is(open, "{") {
            open += 1;
        }
        let close = self.scan.partner(open);
        let mut list = Vec::new();
        if close > open {
            self.pieces(open + 1..close, inside, &mut |reader, pair| {
                list.extend(build(reader, pair));
                Some(())
            });
        }
        list
    }

    /// Reads all pieces of a range of tokens.
    fn pieces(&mut self, tokens: Range<usize>, inside: Inside, build: Build<'_, 's>) {
        let mut at = tokens.start;
        while at < tokens.end {
            let piece = split::next(self.scan, inside, at..tokens.end);
            at = self.piece(&piece, inside, build).max(at + 1);
        }
    }

    /// Reads one piece, and says where the next one starts.
    fn piece(&mut self, piece: &Piece, inside: Inside, build: Build<'_, 's>) -> usize {
        let end = piece.tokens.end;
        if self.is_nothing(piece) {
            return end;
        }
        let Some((start, text)) = self.text_of(piece, piece.tokens.clone()) else { return end };
        let rule = inside.rule(split::head_word(self.scan, inside, piece.head));
        if self.read(rule, start, &text, build) {
            return end;
        }
        if self.findings.borrow().is_full() {
            return end;
        }
        let failure = Failure {
            scan: self.scan,
            source: self.source,
            len: self.len,
            rule,
            text: &text,
            base: start,
            inside: Some(inside),
            head: piece.head,
        };
        let stopped = failure.token().min(end);
        if let Some(next) = self.cut(piece, inside, rule, stopped, build) {
            return next;
        }
        let finding = failure.explain();
        self.report(finding);
        if inside == Inside::File { self.next_item(piece) } else { end }
    }

    /// Gives a text to pest, and what pest finds to the tree.
    fn read(&mut self, rule: Rule, base: usize, text: &str, build: Build<'_, 's>) -> bool {
        let Ok(mut pairs) = Grammar::parse(rule, text) else { return false };
        let outer = std::mem::replace(&mut self.base, base);
        if let Some(pair) = pairs.next() {
            build(self, pair);
        }
        self.base = outer;
        true
    }

    /// Documentation of nothing, and signs that end nothing.
    fn is_nothing(&self, piece: &Piece) -> bool {
        let Some(first) = self.scan.tokens.get(piece.tokens.start).copied() else { return true };
        if piece.head >= piece.tokens.end {
            let span = self.offsets(first.start, first.end);
            let (message, help) = if first.kind == Kind::Doc {
                ("this documents nothing", "`///` stands before what it documents; write `//` for a comment")
            } else {
                ("this attribute belongs to nothing", "an attribute stands before an item")
            };
            self.report(Diagnostic::new(Code::Syntax, span, message).help(help));
            return true;
        }
        if piece.end == Some(piece.head) {
            let end = self.scan.tokens.get(piece.head).copied().unwrap_or(first);
            if !self.scan.is_broken(first.start, end.end) {
                let message = format!("this `{}` ends nothing", self.scan.text(piece.head));
                let span = self.offsets(end.start, end.end);
                self.report(Diagnostic::new(Code::Syntax, span, message).help("remove it"));
            }
            return true;
        }
        false
    }

    /// The text of some of a piece's tokens for pest: the insides of braces that hold pieces are blank.
    ///
    /// `None` if something in it was reported before, so that it can't be read.
    fn text_of(&self, piece: &Piece, tokens: Range<usize>) -> Option<(usize, String)> {
        let scan = self.scan;
        let start = scan.tokens.get(tokens.start)?.start;
        let end = scan.tokens.get(tokens.end.checked_sub(1)?)?.end;
        let mut text = scan.clean.get(start..end)?.as_bytes().to_vec();
        let mut readable_from = start;
        let mut chain = 0;
        let mut at = piece.head;
        while at < tokens.end {
            let close = scan.partner(at);
            if scan.is(at, "else") {
                chain += 1;
            }
            if piece.within.is_some() && scan.is(at, "{") && close > at && close < tokens.end {
                let inner = scan.tokens.get(at)?.end..scan.tokens.get(close)?.start;
                if scan.is_broken(readable_from, inner.start) {
                    return None;
                }
                text.get_mut(inner.start - start..inner.end - start)?.fill(b' ');
                readable_from = inner.end;
                at = close;
            }
            at += 1;
        }
        if scan.is_broken(readable_from, end) {
            return None;
        }
        if chain > MAX_ELSE {
            let head = scan.tokens.get(piece.head)?;
            let finding = Diagnostic::new(
                Code::TooDeep,
                self.offsets(head.start, head.end),
                format!("more than {MAX_ELSE} `else` follow each other here"),
            );
            self.report(finding.help("`match` takes as many arms as there are"));
            return None;
        }
        String::from_utf8(text).ok().map(|text| (start, text))
    }

    /// Where the end of a piece is missing, and the next one starts in a line of its own: reads what comes before.
    fn cut(
        &mut self,
        piece: &Piece,
        inside: Inside,
        rule: Rule,
        stopped: usize,
        build: Build<'_, 's>,
    ) -> Option<usize> {
        let scan = self.scan;
        let by_commas = inside.terminator() == ",";
        let may_start = |token: usize| {
            let kind = scan.kind(token);
            let is_name = matches!(kind, Some(Kind::Word | Kind::Doc | Kind::Number)) || scan.is(token, "@");
            let is_field = scan.is(token + 1, ":") && kind == Some(Kind::Word);
            is_name && (scan.first_in_line(token) || (token == stopped && (by_commas || is_field)))
        };
        let last = stopped.min(piece.tokens.end.saturating_sub(1));
        let whole = (piece.end.is_none() && stopped >= piece.tokens.end).then_some(piece.tokens.end);
        let starts = (piece.head + 1..=last).rev().filter(|token| may_start(*token)).take(MAX_CUTS);
        for next in whole.into_iter().chain(starts).collect::<Vec<_>>() {
            let Some((start, text)) = self.text_of(piece, piece.tokens.start..next) else { continue };
            if self.read(rule, start, &format!("{text}{}", inside.terminator()), build) {
                let end = start + text.len();
                let message =
                    format!("expected `{}` after {}", inside.terminator(), describe(scan, inside, piece.head));
                let finding = Diagnostic::new(Code::Syntax, self.offsets(end, end), message)
                    .here(format!("`{}` is missing here", inside.terminator()));
                self.report(finding.help(format!("add `{}`", inside.terminator())));
                return Some(next);
            }
        }
        None
    }

    /// The next word in a piece that could not be read that can only start another item, or the piece's end.
    fn next_item(&self, piece: &Piece) -> usize {
        let scan = self.scan;
        let starts_item = |token: &usize| {
            scan.first_in_line(*token)
                && words::ITEMS.contains(&scan.text(*token))
                && (scan.kind(*token + 1) == Some(Kind::Word) || scan.kind(*token + 1) == Some(Kind::Text))
        };
        (piece.head + 1..piece.tokens.end).find(starts_item).unwrap_or(piece.tokens.end)
    }

    /// Takes `//!` at the top for the module's documentation, and reports it elsewhere.
    fn module_docs(&self, text: &str, module: &mut Module) {
        let first = self.scan.tokens.first().map_or(usize::MAX, |token| token.start);
        for comment in self.scan.comments.iter().filter(|comment| comment.module) {
            if comment.start < first {
                module.docs.push(doc_line(text.get(comment.start..comment.end).unwrap_or_default()));
            } else {
                let span = self.offsets(comment.start, comment.end);
                self.report(
                    Diagnostic::new(Code::Syntax, span, "`//!` documents the module, and stands above its name")
                        .help("write `///` before what it documents, or `//` for a comment"),
                );
            }
        }
    }

    /// The lines of documentation before something.
    pub(super) fn docs(parts: &mut Parts<'_>) -> Vec<String> {
        parts.all(Rule::doc).iter().map(|doc| doc_line(doc.as_str())).collect()
    }

    /// Reports documentation before something that has no place for it.
    pub(super) fn no_docs(&self, parts: &mut Parts<'_>) {
        if let Some(doc) = parts.all(Rule::doc).first() {
            self.report(Diagnostic::new(Code::Syntax, self.span(doc), "this documents nothing").help(
                "`///` stands before an item, a field, a `let`, an enumerator or an arm; write `//` for a comment",
            ));
        }
    }
}

/// A line of documentation without its marker and one space.
fn doc_line(comment: &str) -> String {
    let line = comment.get(3..).unwrap_or_default().trim_end();
    line.strip_prefix(' ').unwrap_or(line).to_owned()
}
