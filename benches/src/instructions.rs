//! Instructions, counted by callgrind: of three passes less those of one.

use crate::table;
use pony_benches::Workload;
use std::env;
use std::process::Command;

/// Counts for all workloads, and prints a table of each group.
pub(crate) fn print(workloads: Vec<Workload>) -> Result<(), String> {
    let mut columns = Vec::new();
    for mut workload in workloads {
        workload.agree()?;
        let mut figures = Vec::new();
        for case in &workload.cases {
            let three = count(&workload, case.name, 3)?;
            let one = count(&workload, case.name, 1)?;
            figures.push(three.saturating_sub(one) as f64 / 2.0 / workload.units as f64);
        }
        columns.push(table::Column { workload, figures });
    }
    table::print(&columns, |_, figure| format!("{figure:.0}"))
}

/// What callgrind runs: some passes of one case, and nothing else.
pub(crate) fn pass(workloads: Vec<Workload>, name: &str, case: &str, count: &str) -> Result<(), String> {
    let count: u32 = count.parse().map_err(|_| format!("{count} is no number"))?;
    for mut workload in workloads.into_iter().filter(|workload| workload.name == name) {
        for each in workload.cases.iter_mut().filter(|each| each.name == case) {
            for _ in 0..count {
                std::hint::black_box((each.pass)());
            }
        }
    }
    Ok(())
}

/// The instructions of the whole process that does `passes` passes.
fn count(workload: &Workload, case: &str, passes: u32) -> Result<u64, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["pass", workload.group, &workload.name, case, &passes.to_string()])
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let report = String::from_utf8_lossy(&output.stderr);
    let collected = report.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    collected.ok_or_else(|| format!("valgrind counted nothing:\n{report}"))
}
