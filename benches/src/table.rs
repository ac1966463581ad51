//! Tables in Markdown.

use pony_benches::Workload;
use std::io::{self, Write};

/// How a figure is shown.
pub(crate) struct Column {
    /// What stands above it.
    pub(crate) title: &'static str,
    /// A figure as text.
    pub(crate) show: Show,
    /// A second column that shows the same figure in another unit.
    pub(crate) also: Option<(&'static str, Show)>,
}

type Show = Box<dyn Fn(f64) -> String>;

/// Prints a table of one figure for each case, the smallest first, with its ratio to that of the limit.
pub(crate) fn print(workload: &Workload, column: Column, figures: &[f64]) -> Result<(), String> {
    let mut rows: Vec<(&str, f64)> = workload.cases.iter().map(|case| case.name).zip(figures.iter().copied()).collect();
    let limit = rows.iter().find(|(name, _)| *name == workload.limit).map_or(1.0, |(_, figure)| *figure);
    rows.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let also = column.also.as_ref();
    let mut text = format!("\n**{} {}**\n\n", workload.group, workload.name);
    let second = also.map_or(String::new(), |(title, _)| format!(" {title} |"));
    text += &format!("| | {} |{second} to {} |\n", column.title, workload.limit);
    text += if also.is_some() { "|---|--:|--:|--:|\n" } else { "|---|--:|--:|\n" };
    for (name, figure) in rows {
        let second = also.map_or(String::new(), |(_, show)| format!(" {} |", show(figure)));
        text += &format!("| {name} | {} |{second} {:.2} |\n", (column.show)(figure), figure / limit);
    }
    io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())
}

/// Says what went wrong.
pub(crate) fn complain(message: &str) {
    // There is nobody else to tell.
    let _ = writeln!(io::stderr(), "{message}");
}
