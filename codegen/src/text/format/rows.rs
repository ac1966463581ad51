//! Pieces as rows of cells, which are aligned with their neighbours.

use std::ops::Range;

use super::super::scan::{Comment, Kind, Scan};
use super::super::split::{self, Inside, Piece};
use super::super::words;
use super::atoms::{Atom, Break, Place, Source, flat};
use super::lay::Lines;
use super::{INDENT, WIDTH};

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
    fn new(indent: usize, run: Run, cells: Vec<Vec<Atom>>) -> Self {
        Self { blank: false, indent, run, cells, hang: Some(INDENT), tail: Vec::new() }
    }

    fn comment(indent: usize, atom: Atom) -> Self {
        Self::new(indent, Run::Comment, vec![vec![atom]])
    }

    /// The whole row in one line, if that can be.
    fn width(&self) -> Option<usize> {
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
            let cells = if first { self.cells(head, inside, piece) } else { vec![[before, head].concat()] };
            let run = if first { run(inside, self.source.token(piece.head), cells.len()) } else { Run::Alone };
            let hang = Some(hang(inside, self.source.token(piece.head)));
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
        let head = self.source.token(piece.head);
        if block.is_empty() {
            let row = Row::new(indent, Run::Alone, vec![atoms]);
            return row.width().filter(|width| *width <= WIDTH).map(|_| row);
        }
        let is_test = inside == Inside::File && head == "test";
        let cells = self.cells([atoms.clone(), vec![Atom::new(block.as_str())]].concat(), inside, piece);
        let row = Row::new(indent, run(inside, head, cells.len()), cells);
        if row.width().is_some_and(|width| width <= WIDTH) {
            return Some(row);
        }
        if !is_test || atoms.last().is_none_or(|last| last.ends_line) {
            return None;
        }
        // The bytes of a test start a line of their own, if the checks then fit behind them.
        let mut lines = Lines::at(indent);
        let hang = hang(inside, head);
        lines.atoms(&atoms, indent + hang, true);
        let fits = lines.column() + 1 + block.chars().count() <= WIDTH;
        let broken = lines.text.contains('\n');
        if !broken {
            let (bytes, before) = atoms.split_last()?;
            let fits = flat(before).is_some() && bytes.is_plain() && {
                let bytes = flat(std::slice::from_ref(bytes))?;
                indent + hang + bytes.chars().count() + 1 + block.chars().count() <= WIDTH
            };
            if !fits {
                return None;
            }
            let mut bytes = bytes.clone();
            bytes.lines = vec![format!("{} {block}", flat(std::slice::from_ref(&bytes))?)];
            bytes.before = Break::Clause;
            let atoms = [before.to_vec(), vec![bytes]].concat();
            return Some(Row { hang: Some(hang), ..Row::new(indent, Run::Alone, vec![atoms]) });
        }
        if !fits {
            return None;
        }
        if let Some(line) = atoms.last_mut().and_then(|last| last.lines.last_mut()) {
            line.push(' ');
            line.push_str(&block);
        }
        Some(Row { hang: Some(hang), ..Row::new(indent, Run::Alone, vec![atoms]) })
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
        let head = self.source.token(piece.head);
        let names_type = names_type(inside, head) || inside == Inside::Body && head == "bits";
        let mut atoms = self.source.atoms(piece.head..piece.tokens.end, Place { inside, names_type });
        let wants_comma = matches!(inside, Inside::Enumerators | Inside::Flags) && piece.end.is_none();
        if let Some(line) = atoms.last_mut().filter(|_| wants_comma).and_then(|last| last.lines.last_mut()) {
            line.push(',');
        }
        if inside == Inside::File && head == "test" {
            return self.test(atoms, indent);
        }
        let cells = self.cells(atoms, inside, piece);
        let aligned = cells.len() > 1 && names_type;
        let run = run(inside, head, cells.len());
        Row { hang: if aligned { None } else { Some(hang(inside, head)) }, ..Row::new(indent, run, cells) }
    }

    /// A test without checks. What is built starts a line of its own, and so does what must come out.
    fn test(&self, mut atoms: Vec<Atom>, indent: usize) -> Row {
        let row = Row::new(indent, Run::Alone, vec![atoms.clone()]);
        if row.width().is_some_and(|width| width <= WIDTH) {
            return row;
        }
        let Some(build) = atoms.iter().take(3).position(|atom| atom.lines == ["build"]) else {
            return Row { hang: Some(hang(Inside::File, "test")), ..row };
        };
        let mut parts: Vec<Vec<Atom>> = Vec::new();
        let rest = atoms.split_off(build + 1);
        let mut depth = 0_usize;
        for atom in rest {
            let text = atom.lines.first().map(String::as_str).unwrap_or_default();
            if parts.is_empty() || (depth == 0 && matches!(text, "/" | "==")) {
                parts.push(Vec::new());
            }
            depth = (depth + text.matches('{').count()).saturating_sub(text.matches('}').count());
            if let Some(part) = parts.last_mut() {
                part.push(atom);
            }
        }
        Row { hang: Some(0), ..Row::new(indent, Run::Alone, vec![stacked(atoms, &parts, indent)]) }
    }

    /// Whether a piece is a test without a title: such tests stand below each other like rows of a table.
    fn is_untitled_test(&self, piece: &Piece) -> bool {
        self.scan().is(piece.head, "test") && self.scan().kind(piece.head + 1) == Some(Kind::Word)
    }

    /// The cells of a piece: what is aligned with other pieces stands in different ones.
    fn cells(&self, atoms: Vec<Atom>, inside: Inside, piece: &Piece) -> Vec<Vec<Atom>> {
        let head = self.source.token(piece.head);
        let is = |atom: &Atom, text: &str| {
            atom.lines.first().is_some_and(|line| line.strip_prefix(text).is_some_and(|rest| matches!(rest, "" | " {")))
        };
        let find = |text: &str| atoms.iter().position(|atom| is(atom, text));
        let mut cuts: Vec<Option<usize>> = Vec::new();
        match inside {
            Inside::Body if head == "let" => cuts.push(find("=")),
            Inside::Body if head == "expect" => cuts.push(message(&atoms)),
            Inside::Body | Inside::Bits | Inside::Codec if names_type(inside, head) => {
                cuts.push(atoms.first().filter(|atom| atom.lines.first().is_some_and(|l| l.ends_with(':'))).map(|_| 1));
            }
            Inside::Arms | Inside::CodecArms | Inside::BindRows | Inside::Extension => {
                let arrow = find("=>");
                cuts.push(arrow);
                let block = atoms
                    .iter()
                    .position(|atom| atom.lines.first().is_some_and(|line| line.starts_with("{ ") || line == "{}"));
                if let (Some(arrow), Some(block)) = (arrow, block) {
                    cuts.push(Some(block).filter(|block| *block > arrow + 1));
                }
            }
            Inside::Enumerators => cuts.push(find("=")),
            Inside::Meta if head == "on" => cuts.push(find("carry")),
            Inside::File if head == "type" => {
                cuts.push(find("="));
                cuts.push(atoms.iter().position(|atom| atom.before == Break::Clause));
            }
            Inside::File if matches!(head, "table" | "const") => cuts.push(find(":")),
            Inside::File if matches!(head, "alias" | "extend") || self.is_untitled_test(piece) => {
                cuts.push(atoms.iter().position(|atom| atom.lines.first().is_some_and(|line| line.starts_with("{ "))));
            }
            _ => {}
        }
        let mut cells = Vec::new();
        let mut rest = atoms;
        for cut in cuts.into_iter().flatten().rev() {
            if cut > 0 && cut < rest.len() && rest.iter().take(cut).all(Atom::is_plain) {
                cells.push(rest.split_off(cut));
            }
        }
        cells.push(rest);
        cells.reverse();
        cells
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

/// Whether a piece starts with a name and its type.
fn names_type(inside: Inside, head: &str) -> bool {
    match inside {
        Inside::Body => head == "bits" || !words::BODY.contains(&head),
        Inside::Codec => !words::CODEC.contains(&head),
        Inside::Bits | Inside::Members | Inside::Flags => true,
        _ => false,
    }
}

/// What a piece is aligned with.
fn run(inside: Inside, head: &str, cells: usize) -> Run {
    if cells < 2 {
        return Run::Alone;
    }
    Run::Of(match inside {
        Inside::Body if head == "let" => "let",
        Inside::Body if head == "expect" => "expect",
        Inside::Body | Inside::Bits | Inside::Codec => "field",
        Inside::Arms | Inside::CodecArms | Inside::BindRows | Inside::Extension => "arm",
        Inside::Enumerators => "enumerator",
        Inside::Meta => "carry",
        Inside::File if head == "type" => "type",
        Inside::File if head == "table" => "table",
        Inside::File if head == "const" => "const",
        Inside::File if head == "alias" => "alias",
        Inside::File if head == "extend" => "extend",
        _ => "test",
    })
}

/// How far the lines of a piece after its first are moved.
fn hang(inside: Inside, head: &str) -> usize {
    if inside == Inside::File && head == "test" { "test ".len() } else { INDENT }
}

/// Where the name or message of an `expect` starts: at the last `:` that belongs to no `?`.
fn message(atoms: &[Atom]) -> Option<usize> {
    let mut asked = 0_usize;
    let mut found = None;
    for (place, atom) in atoms.iter().enumerate() {
        match atom.lines.first().map(String::as_str) {
            Some("?") => asked += 1,
            Some(":") if asked > 0 => asked -= 1,
            Some(":") => found = Some(place),
            _ => {}
        }
    }
    found
}

/// A build test in several lines: its parts below each other, their braces aligned.
fn stacked(head: Vec<Atom>, parts: &[Vec<Atom>], indent: usize) -> Vec<Atom> {
    let name = |part: &[Atom]| {
        let skip = usize::from(part.first().is_some_and(|atom| atom.lines == ["/"]));
        let name = part.get(skip).and_then(|atom| atom.lines.first()).map_or(0, |line| line.chars().count());
        part.get(skip + 1).filter(|atom| atom.lines.first().is_some_and(|line| line == "{")).map(|_| (skip, name))
    };
    let widest = parts.iter().filter_map(|part| name(part)).map(|(_, width)| width).max().unwrap_or_default();
    let mut lines = Lines::at(indent);
    lines.atoms(&head, indent + INDENT, true);
    for part in parts {
        let mut part = part.clone();
        let (place, width) = name(&part).unwrap_or((0, widest));
        if let Some(line) = part.get_mut(place).and_then(|atom| atom.lines.first_mut()) {
            line.push_str(&" ".repeat(widest - width));
        }
        let sign = part.first().is_some_and(|atom| matches!(atom.lines.first().map(String::as_str), Some("/" | "==")));
        lines.new_line(if sign { indent + 2 } else { indent + INDENT });
        lines.atoms(&part, indent + 2 * INDENT, true);
    }
    vec![Atom {
        lines: lines.text.lines().map(str::to_owned).collect(),
        hang: None,
        before: Break::Anywhere,
        ends_line: false,
    }]
}
