//! Pieces as rows of cells, which are aligned with their neighbours.

use std::ops::Range;

use super::super::scan::{Comment, Kind, Scan};
use super::super::split::{self, Inside, Piece};
use super::atoms::{Atom, Place, Source, flat};
use super::cells::{self, PieceKind};
use super::{INDENT, WIDTH, tests};

/// What rows are aligned with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Run {
    /// With none.
    Alone,
    /// A comment or documentation: it does not part the rows around it.
    Comment,
    /// With rows of the same sort of piece.
    Of(&'static str),
}

/// One row: what may become several lines if it is too long.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// An empty line before it.
    pub(super) blank: bool,
    pub(super) indent: usize,
    pub(super) run: Run,
    /// What is aligned: all but the last are plain.
    pub(super) cells: Vec<Vec<Atom>>,
    /// How far lines after the first are moved; `None` for the place where the last cell starts.
    pub(super) hang: Option<usize>,
    /// The comments behind it: they stay in its line, however long that gets.
    pub(super) tail: Vec<Atom>,
}

impl Row {
    pub(super) fn new(indent: usize, run: Run, cells: Vec<Vec<Atom>>) -> Self {
        Self { blank: false, indent, run, cells, hang: Some(INDENT), tail: Vec::new() }
    }

    fn comment(indent: usize, atom: Atom) -> Self {
        Self::new(indent, Run::Comment, vec![vec![atom]])
    }

    /// The whole row in one line, if that can be.
    pub(super) fn width(&self) -> Option<usize> {
        let cells: Option<Vec<String>> = self.cells.iter().map(|cell| flat(cell)).collect();
        cells.map(|cells| self.indent + cells.join(" ").chars().count())
    }
}

/// Turns pieces into rows.
pub(super) struct Rows<'s> {
    source: Source<'s>,
    pub(super) rows: Vec<Row>,
}

/// A part of a piece: a head, and the braces behind it.
struct Segment {
    head: Range<usize>,
    /// The tokens in the braces, and where the brace closes; absent for what stands behind the last brace.
    inner: Option<Range<usize>>,
}

impl<'s> Rows<'s> {
    pub(super) fn new(text: &'s str, scan: &'s Scan) -> Self {
        Self { source: Source { text, scan }, rows: Vec::new() }
    }

    fn scan(&self) -> &'s Scan {
        self.source.scan
    }

    fn start(&self, token: usize) -> usize {
        self.scan().tokens.get(token).map_or(self.source.text.len(), |token| token.start)
    }

    fn end(&self, token: usize) -> usize {
        self.scan().tokens.get(token).map_or(self.source.text.len(), |token| token.end)
    }

    /// All pieces among these tokens, and the comments around them.
    pub(super) fn all(&mut self, tokens: Range<usize>, inside: Inside, indent: usize) {
        let pieces = self.pieces(tokens.clone(), inside);
        let before = self.rows.len();
        let fill = fills(inside) && !self.one_per_line(&pieces);
        let mut open: Option<usize> = None;
        for (place, piece) in pieces.iter().enumerate() {
            let first = self.rows.len();
            self.leading(piece, indent, place == 0 && tokens.start > 0);
            let led = self.rows.len() > first;
            let blank = piece.head == piece.tokens.start && self.blank_before(self.start(piece.head));
            let starts = self.rows.len();
            self.piece(piece, inside, indent);
            if let Some(row) = self.rows.get_mut(starts) {
                row.blank = blank;
            }
            let joined = open.filter(|_| fill && !led && !blank).is_some_and(|open| self.join(open, starts));
            if !joined {
                open = Some(starts);
            }
            let trailed = self.trailing(piece);
            if trailed || led && fill {
                open = None;
            }
        }
        self.dangling(tokens.end, indent);
        if let Some(row) = self.rows.get_mut(before) {
            row.blank &= indent == 0 && before > 0;
        }
    }

    /// Splits tokens into pieces.
    fn pieces(&self, tokens: Range<usize>, inside: Inside) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut at = tokens.start;
        while at < tokens.end {
            let piece = split::next(self.scan(), inside, at..tokens.end);
            at = piece.tokens.end.max(at + 1);
            pieces.push(piece);
        }
        pieces
    }

    /// Whether each piece starts a line of its own, as it was written.
    fn one_per_line(&self, pieces: &[Piece]) -> bool {
        pieces.iter().skip(1).all(|piece| self.scan().first_in_line(piece.tokens.start))
            || pieces.iter().any(|piece| self.scan().kind(piece.tokens.start) == Some(Kind::Doc)) && pieces.len() < 2
    }

    /// Puts a row behind another one, if there is room.
    fn join(&mut self, open: usize, row: usize) -> bool {
        let (Some(this), Some(before)) = (self.rows.get(row), self.rows.get(open)) else { return false };
        let (Some(width), Some(room)) = (this.width(), before.width()) else { return false };
        if row + 1 != self.rows.len() || open + 1 != row || room + 1 + width - this.indent > WIDTH {
            return false;
        }
        let Some(mut this) = self.rows.pop() else { return false };
        if let Some(before) = self.rows.last_mut() {
            let mut atoms = before.cells.concat();
            atoms.extend(this.cells.drain(..).flatten());
            before.cells = vec![atoms];
            before.run = Run::Alone;
        }
        true
    }

    /// Documentation, attributes and comments before a piece.
    fn leading(&mut self, piece: &Piece, indent: usize, opened: bool) {
        let mut at = piece.tokens.start;
        let mut comments = self.own_comments(at, opened);
        loop {
            for comment in comments {
                let blank = self.blank_before(comment.start);
                let text = self.source.comment(&comment);
                self.push(blank, Row::comment(indent, Atom::comment(text)));
            }
            if at >= piece.head {
                return;
            }
            let blank = at == piece.tokens.start && self.blank_before(self.start(at));
            if self.scan().kind(at) == Some(Kind::Doc) {
                let text = self.source.token(at);
                self.push(blank, Row::comment(indent, Atom::new(text)));
                at += 1;
            } else {
                let end = if self.scan().is(at + 2, "(") { self.scan().partner(at + 2) + 1 } else { at + 2 };
                let atoms = self.source.atoms(at..end, Place { inside: Inside::File, names_type: false });
                self.push(blank, Row::new(indent, Run::Comment, vec![atoms]));
                at = end;
            }
            comments = self.source.gap(at).to_vec();
        }
    }

    fn push(&mut self, blank: bool, mut row: Row) {
        row.blank = blank;
        self.rows.push(row);
    }

    /// Whether an empty line stands before a place.
    fn blank_before(&self, place: usize) -> bool {
        let before = self.source.text.get(..place).unwrap_or_default();
        let space = before.len() - before.trim_end().len();
        self.source.line_ends(place - space, place) > 1
    }

    /// The comments before a token that do not stand behind the token before it.
    fn own_comments(&self, token: usize, opened: bool) -> Vec<Comment> {
        let behind = if token == 0 { 0 } else { self.behind(token, opened) };
        self.source.gap(token).get(behind..).unwrap_or_default().to_vec()
    }

    /// How many of the comments before a token stand in the line of the token before that.
    fn behind(&self, token: usize, opened: bool) -> usize {
        let gap = self.source.gap(token);
        let Some(before) = token.checked_sub(1).map(|before| self.end(before)) else { return 0 };
        let same_line = |comment: &&Comment| self.source.line_ends(before, comment.start) == 0;
        let count = gap.iter().take_while(same_line).count();
        // Behind an opening brace a comment with something behind it in its line belongs to that.
        let last = count.checked_sub(1).and_then(|last| gap.get(last));
        let ends = last.is_none_or(|last| self.source.line_ends(last.start, self.start(token)) > 0);
        if opened && !ends { 0 } else { count }
    }

    /// The comments in the line in which a piece ends, put behind its last row.
    fn trailing(&mut self, piece: &Piece) -> bool {
        let token = piece.tokens.end;
        let count = self.behind(token, false);
        let comments: Vec<Atom> = self
            .source
            .gap(token)
            .iter()
            .take(count)
            .map(|comment| Atom::comment(self.source.comment(comment)))
            .collect();
        let some = !comments.is_empty();
        if let Some(row) = self.rows.last_mut() {
            row.tail.extend(comments);
        }
        some
    }

    /// Comments before a closing brace, or at the end of the text.
    fn dangling(&mut self, token: usize, indent: usize) {
        let opened = token.checked_sub(1).is_some_and(|before| self.scan().is(before, "{"));
        for comment in self.own_comments(token, opened) {
            let blank = self.blank_before(comment.start);
            let text = self.source.comment(&comment);
            self.push(blank, Row::comment(indent, Atom::comment(text)));
        }
    }

    /// One piece.
    fn piece(&mut self, piece: &Piece, inside: Inside, indent: usize) {
        let segments = self.segments(piece);
        if segments.iter().all(|segment| segment.inner.is_none()) {
            let row = self.simple(piece, inside, indent);
            self.rows.push(row);
            return;
        }
        if let Some(row) = self.in_one_row(piece, inside, indent, &segments) {
            self.rows.push(row);
            return;
        }
        let within = piece.within.unwrap_or(inside);
        let mut before: Vec<Atom> = Vec::new();
        for segment in &segments {
            let first = before.is_empty();
            let mut head = self.head(segment, inside);
            let mut tail = Vec::new();
            if let Some(inner) = &segment.inner {
                let opened = self.behind(inner.start, true);
                let comments = self.source.gap(inner.start).iter().take(opened);
                open_brace(&mut head);
                tail.extend(comments.map(|comment| Atom::comment(self.source.comment(comment))));
            }
            let cells =
                if first { cells::split(head, &self.kind(piece, inside)) } else { vec![[before, head].concat()] };
            let run = if first { cells::run(&self.kind(piece, inside), cells.len()) } else { Run::Alone };
            let hang = Some(cells::hang(&self.kind(piece, inside)));
            self.rows.push(Row { hang, tail, ..Row::new(indent, run, cells) });
            before = Vec::new();
            if let Some(inner) = &segment.inner {
                self.all(inner.clone(), within, indent + INDENT);
                before = vec![Atom::new("}")];
            }
        }
        if !before.is_empty() {
            self.rows.push(Row::new(indent, Run::Alone, vec![before]));
        }
    }

    /// The heads and braces of a piece.
    fn segments(&self, piece: &Piece) -> Vec<Segment> {
        let scan = self.scan();
        let mut segments = Vec::new();
        let mut from = piece.head;
        let mut at = piece.head;
        while at < piece.tokens.end && piece.within.is_some() {
            let close = scan.partner(at);
            if scan.is(at, "{") && close > at {
                segments.push(Segment { head: from..at, inner: Some(at + 1..close) });
                from = close + 1;
                at = close;
            }
            at += 1;
        }
        if from < piece.tokens.end {
            segments.push(Segment { head: from..piece.tokens.end, inner: None });
        }
        segments
    }

    /// The atoms before a brace. Comments before its first token belong to it where a brace closes before that.
    fn head(&self, segment: &Segment, inside: Inside) -> Vec<Atom> {
        let place = Place { inside, names_type: false };
        let mut atoms = Vec::new();
        if self.scan().is(segment.head.start.wrapping_sub(1), "}") && !segment.head.is_empty() && inside != Inside::File
        {
            let is_tail = matches!(self.source.token(segment.head.start), "else" | "while");
            let gap = if is_tail { self.source.gap(segment.head.start) } else { &[] };
            atoms.extend(gap.iter().map(|comment| Atom::comment(self.source.comment(comment))));
        }
        atoms.extend(self.source.atoms(segment.head.clone(), place));
        if let Some(inner) = &segment.inner {
            let gap = self.source.gap(inner.start.saturating_sub(1));
            atoms.extend(gap.iter().map(|comment| Atom::comment(self.source.comment(comment))));
        }
        atoms
    }

    /// A piece with braces in one row, if it was written so and fits.
    fn in_one_row(&self, piece: &Piece, inside: Inside, indent: usize, segments: &[Segment]) -> Option<Row> {
        let within = piece.within.unwrap_or(inside);
        let last = segments.len().checked_sub(1)?;
        let mut atoms = Vec::new();
        let mut block = String::new();
        for (place, segment) in segments.iter().enumerate() {
            atoms.extend(self.head(segment, inside));
            if let Some(inner) = &segment.inner {
                block = self.flat_block(inner.clone(), within)?;
                if place < last || segments.len() > 1 {
                    atoms.push(Atom::new(std::mem::take(&mut block)));
                }
            }
        }
        if block.is_empty() {
            let row = Row::new(indent, Run::Alone, vec![atoms]);
            return row.width().filter(|width| *width <= WIDTH).map(|_| row);
        }
        let kind = self.kind(piece, inside);
        let cells = cells::split([atoms.clone(), vec![Atom::new(block.as_str())]].concat(), &kind);
        let row = Row::new(indent, cells::run(&kind, cells.len()), cells);
        if row.width().is_some_and(|width| width <= WIDTH) {
            return Some(row);
        }
        if kind.is_test() { tests::with_bytes_apart(atoms, &block, indent) } else { None }
    }

    /// `{ … }` in one line: if it was written so, and has no comments in it.
    fn flat_block(&self, tokens: Range<usize>, inside: Inside) -> Option<String> {
        let open = self.end(tokens.start.saturating_sub(1));
        let starts_line = self.source.line_ends(open, self.start(tokens.start)) > 0;
        if starts_line && !tokens.is_empty() || !self.source.gap(tokens.end).is_empty() {
            return None;
        }
        let mut words = Vec::new();
        let pieces = self.pieces(tokens, inside);
        let count = pieces.len();
        for (place, piece) in pieces.iter().enumerate() {
            if piece.head > piece.tokens.start || !self.source.gap(piece.tokens.start).is_empty() {
                return None;
            }
            let text = self.flat_piece(piece, inside)?;
            let is_last = place + 1 == count;
            words.push(match inside {
                Inside::Enumerators | Inside::Flags => {
                    let text = text.trim_end_matches(',');
                    if is_last { text.to_owned() } else { format!("{text},") }
                }
                _ => text,
            });
        }
        Some(if words.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", words.join(" ")) })
    }

    fn flat_piece(&self, piece: &Piece, inside: Inside) -> Option<String> {
        let segments = self.segments(piece);
        if segments.iter().all(|segment| segment.inner.is_none()) {
            let row = self.simple(piece, inside, 0);
            let cells: Option<Vec<String>> = row.cells.iter().map(|cell| flat(cell)).collect();
            return cells.map(|cells| cells.join(" "));
        }
        self.in_one_row(piece, inside, 0, &segments)
            .and_then(|row| row.cells.iter().map(|cell| flat(cell)).collect::<Option<Vec<_>>>())
            .map(|cells| cells.join(" "))
    }

    /// A piece without braces that hold pieces.
    fn simple(&self, piece: &Piece, inside: Inside, indent: usize) -> Row {
        let kind = self.kind(piece, inside);
        let names_type = kind.names_type() || inside == Inside::Body && kind.head == "bits";
        let mut atoms = self.source.atoms(piece.head..piece.tokens.end, Place { inside, names_type });
        let wants_comma = matches!(inside, Inside::Enumerators | Inside::Flags) && piece.end.is_none();
        if let Some(line) = atoms.last_mut().filter(|_| wants_comma).and_then(|last| last.lines.last_mut()) {
            line.push(',');
        }
        if kind.is_test() {
            return tests::row(atoms, indent);
        }
        let cells = cells::split(atoms, &kind);
        let aligned = cells.len() > 1 && names_type;
        let run = cells::run(&kind, cells.len());
        Row { hang: if aligned { None } else { Some(cells::hang(&kind)) }, ..Row::new(indent, run, cells) }
    }

    /// What a piece is, as far as it matters for its cells.
    fn kind(&self, piece: &Piece, inside: Inside) -> PieceKind<'s> {
        let titled = self.scan().kind(piece.head + 1) != Some(Kind::Word);
        PieceKind { inside, head: self.source.token(piece.head), titled }
    }
}

/// Adds the brace that opens to a head, beside its last word.
fn open_brace(head: &mut Vec<Atom>) {
    match head.last_mut().filter(|last| !last.ends_line).and_then(|last| last.lines.last_mut()) {
        Some(line) => line.push_str(" {"),
        None => head.push(Atom::new("{")),
    }
}

/// Whether the pieces here may share lines.
fn fills(inside: Inside) -> bool {
    matches!(
        inside,
        Inside::Enumerators | Inside::Flags | Inside::Names | Inside::Checks | Inside::Provided | Inside::Reply
    )
}
