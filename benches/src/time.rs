//! Wall-clock times, interleaved: every case runs a little in each of several rounds, so that what else the machine does
//! meets all alike. A figure is the median, over the rounds, of the best pass of a round.

use crate::table;
use pony_benches::{Case, Unit, Workload};
use std::env;
use std::time::{Duration, Instant};

/// Times the workloads, and prints a table of each group.
pub(crate) fn print(workloads: Vec<Workload>) -> Result<(), String> {
    let rounds = number("ROUNDS", 5)?.max(1);
    let turn = Duration::from_millis(number("MILLISECONDS", 60)?);
    let mut columns = Vec::new();
    for mut workload in workloads {
        workload.agree()?;
        let mut bests = vec![Vec::new(); workload.cases.len()];
        for _ in 0..rounds {
            for (case, bests) in workload.cases.iter_mut().zip(&mut bests) {
                bests.push(best(case, turn));
            }
        }
        let figures = bests.iter_mut().map(|bests| median(bests) / workload.units as f64).collect();
        columns.push(table::Column { workload, figures });
    }
    table::print(&columns, show)
}

fn number(variable: &str, otherwise: u64) -> Result<u64, String> {
    env::var(variable).map_or(Ok(otherwise), |text| text.parse().map_err(|_| format!("{variable} is no number")))
}

/// The nanoseconds of the best pass in a turn.
fn best(case: &mut Case, turn: Duration) -> f64 {
    let start = Instant::now();
    let mut best = Duration::MAX;
    while start.elapsed() < turn || best == Duration::MAX {
        let start = Instant::now();
        std::hint::black_box((case.pass)());
        best = best.min(start.elapsed());
    }
    best.as_nanos() as f64
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Nanoseconds a unit as text: of slices too small for a speed to mean much, those of a slice.
fn show(workload: &Workload, nanoseconds: f64) -> String {
    match (workload.unit, workload.name.parse::<u32>()) {
        (Unit::Byte, Ok(size)) if size < 100 => format!("{:.2} ns", nanoseconds * f64::from(size)),
        (Unit::Byte, _) => format!("{:.1} GB/s", 1.0 / nanoseconds),
        (Unit::Packet, _) => format!("{nanoseconds:.1} ns"),
    }
}
