//! Atoms laid out in lines.

use super::WIDTH;
use super::atoms::{Atom, Break};

/// Text that grows, and knows its column.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    pub(super) text: String,
    column: usize,
    /// Whether what was written last ends its line.
    ended: bool,
}

impl Lines {
    /// Text that starts at a column.
    pub(super) fn at(column: usize) -> Self {
        Self { text: String::new(), column, ended: false }
    }

    /// The column behind the text.
    pub(super) fn column(&self) -> usize {
        self.column
    }

    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.chars().count();
    }

    pub(super) fn new_line(&mut self, indent: usize) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
        self.text.push_str(&" ".repeat(indent));
        self.column = indent;
        self.ended = false;
    }

    fn atom(&mut self, atom: &Atom) {
        let column = self.column;
        for (place, line) in atom.lines.iter().enumerate() {
            if place > 0 {
                self.new_line(atom.hang.map_or(0, |hang| column + hang));
            }
            self.push(line);
        }
        self.ended = atom.ends_line;
    }

    /// Writes atoms, broken where they must be. All lines but the first start at `indent`.
    pub(super) fn atoms(&mut self, atoms: &[Atom], indent: usize, first: bool) {
        self.group(atoms, indent, first, Break::Clause);
    }

    /// Breaks a row of atoms before those that a break likes best, and what is too long for a line at others.
    fn group(&mut self, atoms: &[Atom], indent: usize, mut first: bool, level: Break) {
        let next = match level {
            Break::Clause => Some(Break::Otherwise),
            Break::Otherwise => Some(Break::Operator),
            Break::Operator => Some(Break::Separator),
            Break::Separator => Some(Break::Inner),
            Break::Inner => Some(Break::Anywhere),
            Break::Anywhere => None,
        };
        let mut rest = atoms;
        while !rest.is_empty() {
            let len = 1 + rest.iter().skip(1).take_while(|atom| atom.before > level).count();
            let (group, behind) = rest.split_at(len.min(rest.len()));
            rest = behind;
            let space = usize::from(!first);
            let mut fits = width(group).is_some_and(|width| self.column + space + width <= WIDTH);
            let fits_alone = width(group).is_some_and(|width| indent + width <= WIDTH);
            // Bytes of several lines start one of their own; so does each `:` of a condition that is broken at all.
            let is_tall = group.first().is_some_and(|atom| atom.hang.is_some() && atom.lines.len() > 1);
            let apart = is_tall || level == Break::Otherwise || (!fits && fits_alone);
            if self.ended || (!first && apart && self.column > indent) {
                self.new_line(indent);
                first = true;
                fits = fits_alone;
            }
            match next {
                Some(next) if !fits && group.len() > 1 => {
                    self.group(group, indent, first, next);
                }
                _ => self.plain(group, indent, first),
            }
            first = false;
        }
    }

    /// Writes atoms in one line, but where one ends it.
    fn plain(&mut self, atoms: &[Atom], indent: usize, mut first: bool) {
        for atom in atoms {
            if self.ended {
                self.new_line(indent);
            } else if !first {
                let fits = atom.lines.first().is_some_and(|line| self.column + 1 + line.chars().count() <= WIDTH);
                if fits || self.column <= indent {
                    self.push(" ");
                } else {
                    self.new_line(indent);
                }
            }
            first = false;
            self.atom(atom);
        }
    }
}

/// How wide atoms are in one line, if they can stand in one.
fn width(atoms: &[Atom]) -> Option<usize> {
    super::atoms::flat(atoms).map(|line| line.chars().count())
}
