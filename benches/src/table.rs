//! Tables in Markdown.

use pony_benches::Workload;
use std::io::{self, Write};

/// What was found of a workload: a figure for each case, in the order of the cases.
pub(crate) struct Column {
    /// The workload.
    pub(crate) workload: Workload,
    /// A figure for each of its cases. The smaller, the better.
    pub(crate) figures: Vec<f64>,
}

/// Prints one table for each group of workloads that follow each other: a row for each case, sorted by the last column, a
/// column for each workload; in each cell the figure as `show` has it, and its ratio to that of the limit.
pub(crate) fn print(columns: &[Column], show: impl Fn(&Workload, f64) -> String) -> Result<(), String> {
    let mut text = String::new();
    for group in columns.chunk_by(|a, b| a.workload.group == b.workload.group) {
        let Some(last) = group.last() else {
            continue;
        };
        let titles: String = group.iter().map(|column| format!(" {} |", column.workload.name)).collect();
        text += &format!("\n| {} |{titles}\n|---|{}\n", last.workload.group, "--:|".repeat(group.len()));
        for name in names(group) {
            let cells: String = group.iter().map(|column| format!(" {} |", cell(column, name, &show))).collect();
            text += &format!("| {name} |{cells}\n");
        }
    }
    io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())
}

/// The cases of a group, the best of the last workload first, and then those that it does not have.
fn names(group: &[Column]) -> Vec<&'static str> {
    let all = group.iter().flat_map(|column| &column.workload.cases).map(|case| case.name);
    let mut names: Vec<&'static str> = Vec::new();
    for name in all {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let figure = |name: &str| group.last().and_then(|column| figure(column, name)).unwrap_or(f64::INFINITY);
    names.sort_by(|a, b| figure(a).total_cmp(&figure(b)));
    names
}

fn figure(column: &Column, name: &str) -> Option<f64> {
    let at = column.workload.cases.iter().position(|case| case.name == name)?;
    column.figures.get(at).copied()
}

fn cell(column: &Column, name: &str, show: &impl Fn(&Workload, f64) -> String) -> String {
    let Some(figure_here) = figure(column, name) else {
        return String::new();
    };
    let limit = figure(column, column.workload.limit).unwrap_or(figure_here);
    format!("{} (×{:.2})", show(&column.workload, figure_here), figure_here / limit)
}

/// Says what went wrong.
pub(crate) fn complain(message: &str) {
    // There is nobody else to tell.
    let _ = writeln!(io::stderr(), "{message}");
}
