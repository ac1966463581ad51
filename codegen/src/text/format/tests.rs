//! Tests that need several lines.

use super::atoms::{Atom, Break, flat};
use super::lay::Lines;
use super::rows::{Row, Run};
use super::{INDENT, WIDTH};

/// How far the lines of a test after its first are moved.
const HANG: usize = "test ".len();

/// A test without checks. What is built starts a line of its own, and so does what must come out.
pub(super) fn row(mut atoms: Vec<Atom>, indent: usize) -> Row {
    let row = Row::new(indent, Run::Alone, vec![atoms.clone()]);
    if row.width().is_some_and(|width| width <= WIDTH) {
        return row;
    }
    let Some(build) = atoms.iter().take(3).position(|atom| atom.lines == ["build"]) else {
        return Row { hang: Some(HANG), ..row };
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

/// A test with checks, whose bytes start a line of their own, if the checks in their braces then fit behind them.
pub(super) fn with_bytes_apart(mut atoms: Vec<Atom>, block: &str, indent: usize) -> Option<Row> {
    let bytes = atoms.pop().filter(|bytes| !bytes.ends_line)?;
    let row = |atoms| Row { hang: Some(HANG), ..Row::new(indent, Run::Alone, vec![atoms]) };
    let in_one_line = row([atoms.clone(), vec![bytes.clone()]].concat()).width().is_some_and(|width| width <= WIDTH);
    if in_one_line && (flat(&atoms).is_none() || !bytes.is_plain()) {
        return None;
    }
    let mut apart = bytes;
    if in_one_line {
        apart.before = Break::Clause;
    }
    if let Some(line) = apart.lines.last_mut() {
        line.push(' ');
        line.push_str(block);
    }
    atoms.push(apart);
    let mut lines = Lines::at(indent);
    lines.atoms(&atoms, indent + HANG, true);
    (lines.column() <= WIDTH).then(|| row(atoms))
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
