//! Which parts of a piece stand in columns with those of its neighbours.

use super::super::split::Inside;
use super::super::words;
use super::INDENT;
use super::atoms::{Atom, Break};
use super::rows::Run;

/// What a piece is, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub(super) struct PieceKind<'s> {
    /// What holds it.
    pub(super) inside: Inside,
    /// Its first word.
    pub(super) head: &'s str,
    /// Whether something else than a word follows: of a test, its title. Tests without stand below each other like a table.
    pub(super) titled: bool,
}

impl PieceKind<'_> {
    /// Whether it starts with a name and its type.
    pub(super) fn names_type(&self) -> bool {
        match self.inside {
            Inside::Body => self.head == "bits" || !words::BODY.contains(&self.head),
            Inside::Codec => !words::CODEC.contains(&self.head),
            Inside::Bits | Inside::Members | Inside::Flags => true,
            _ => false,
        }
    }

    pub(super) fn is_test(&self) -> bool {
        self.inside == Inside::File && self.head == "test"
    }
}

/// The cells of a piece: what is aligned with other pieces stands in different ones.
pub(super) fn split(atoms: Vec<Atom>, kind: &PieceKind<'_>) -> Vec<Vec<Atom>> {
    let PieceKind { inside, head, titled } = *kind;
    let is = |atom: &Atom, text: &str| {
        atom.lines.first().is_some_and(|line| line.strip_prefix(text).is_some_and(|rest| matches!(rest, "" | " {")))
    };
    let find = |text: &str| atoms.iter().position(|atom| is(atom, text));
    let mut cuts: Vec<Option<usize>> = Vec::new();
    match inside {
        Inside::Body if head == "let" => cuts.push(find("=")),
        Inside::Body if head == "expect" => cuts.push(message(&atoms)),
        Inside::Body | Inside::Bits | Inside::Codec if kind.names_type() => {
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
        Inside::File if matches!(head, "alias" | "extend") || (head == "test" && !titled) => {
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

/// What a piece is aligned with.
pub(super) fn run(kind: &PieceKind<'_>, cells: usize) -> Run {
    let PieceKind { inside, head, .. } = *kind;
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
pub(super) fn hang(kind: &PieceKind<'_>) -> usize {
    if kind.is_test() { "test ".len() } else { INDENT }
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
