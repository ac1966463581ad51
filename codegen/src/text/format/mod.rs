//! The canonical layout of a source.
//!
//! Tokens and comments stay as they are; what changes is the space between them, and the last comma of a list. Of the layout
//! that was there three things are kept, for they are the author's to say: empty lines (one of several), whether braces
//! stand in one line (if they fit), and whether the entries of a list have a line each.

mod atoms;
mod cells;
mod lay;
mod rows;
mod tests;

use packet_schema::Diagnostic;

use self::atoms::flat;
use self::lay::Lines;
use self::rows::{Row, Rows, Run};
use super::scan::Scan;
use super::split::Inside;

/// The longest line.
const WIDTH: usize = 120;
/// How far what stands in braces is moved.
const INDENT: usize = 4;

/// Lays a source out canonically.
///
/// # Errors
///
/// All that is wrong with the text, with 0 as the number of their source; a text with mistakes is not laid out.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let (_, findings) = super::parse(0, text);
    if !findings.is_empty() {
        return Err(findings);
    }
    let scan = Scan::new(0, text);
    let mut rows = Rows::new(text, &scan);
    rows.all(0..scan.tokens.len(), Inside::File, 0);
    Ok(write(&rows.rows))
}

/// Writes rows, each run of them aligned.
fn write(rows: &[Row]) -> String {
    let mut out = String::new();
    let mut at = 0;
    while let Some(row) = rows.get(at) {
        let end = at + run_len(rows.get(at..).unwrap_or_default(), row.run);
        let run = rows.get(at..end).unwrap_or_default();
        let widths = widths(run);
        for row in run {
            write_row(&mut out, row, &widths);
        }
        at = end.max(at + 1);
    }
    out
}

/// How many rows are aligned with the first one, comments between them included.
fn run_len(rows: &[Row], run: Run) -> usize {
    let (Run::Of(_), Some(first)) = (run, rows.first()) else { return 1 };
    let mut len = 1;
    for (place, row) in rows.iter().enumerate().skip(1) {
        if row.blank || row.indent != first.indent {
            break;
        }
        if row.run == run {
            len = place + 1;
        } else if row.run != Run::Comment {
            break;
        }
    }
    len
}

/// How wide each column of a run is: what all cells need that have another one behind them.
///
/// Where that makes a row too long that has room otherwise, the widest row is left out, and stands as it is.
fn widths(run: &[Row]) -> Vec<usize> {
    let mut rows: Vec<(&Row, Vec<usize>)> =
        run.iter().filter(|row| row.run != Run::Comment).map(|row| (row, columns(row))).collect();
    loop {
        let mut widths: Vec<usize> = Vec::new();
        for (_, columns) in &rows {
            for (column, width) in columns.iter().enumerate() {
                match widths.get_mut(column) {
                    Some(widest) => *widest = (*width).max(*widest),
                    None => widths.push(*width),
                }
            }
        }
        let widest = rows.iter().map(|(_, columns)| columns.iter().sum::<usize>()).max().unwrap_or_default();
        let crowded = rows.iter().any(|(row, _)| fits(row, &columns(row)) && !fits(row, &widths));
        let before = rows.len();
        if crowded {
            rows.retain(|(_, columns)| columns.iter().sum::<usize>() < widest);
        }
        if rows.len() == before {
            return widths;
        }
    }
}

/// How wide the cells of a row are, but for the last.
fn columns(row: &Row) -> Vec<usize> {
    let cells = row.cells.iter().take(row.cells.len().saturating_sub(1));
    cells.map(|cell| flat(cell).map_or(0, |text| text.chars().count())).collect()
}

fn write_row(out: &mut String, row: &Row, widths: &[usize]) {
    if row.blank {
        out.push('\n');
    }
    let mut lines = Lines::at(row.indent);
    lines.text.push_str(&" ".repeat(row.indent));
    let last = row.cells.len().saturating_sub(1);
    let own = columns(row);
    // As many columns are padded as there is room for.
    let padded = |count: usize| -> Vec<usize> {
        let wanted = |column| widths.get(column).filter(|_| column < count).copied().unwrap_or_default();
        own.iter().enumerate().map(|(column, own)| wanted(column).max(*own)).collect()
    };
    let columns = (0..=last).rev().map(padded).find(|columns| fits(row, columns)).unwrap_or_else(|| own.clone());
    for (column, cell) in row.cells.iter().enumerate() {
        if column == last {
            let start = lines.column();
            lines.atoms(cell, row.hang.map_or(start, |hang| row.indent + hang), true);
        } else if let (Some(text), Some(width)) = (flat(cell), columns.get(column)) {
            let start = lines.column();
            lines.push(&text);
            lines.push(&" ".repeat((start + width + 1).saturating_sub(lines.column())));
        }
    }
    for comment in &row.tail {
        lines.push(" ");
        lines.push(&comment.lines.join("\n"));
    }
    out.push_str(lines.text.trim_end());
    out.push('\n');
}

/// Whether a row fits with columns of these widths, or may be broken anyway.
fn fits(row: &Row, widths: &[usize]) -> bool {
    let Some(last) = row.cells.last().and_then(|cell| flat(cell)) else { return true };
    let before: usize = columns(row).iter().zip(widths).map(|(own, width)| own.max(width) + 1).sum();
    row.hang.is_none() || row.indent + before + last.chars().count() <= WIDTH
}
