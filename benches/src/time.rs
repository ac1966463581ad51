//! Wall-clock times, interleaved: every case runs a little in each of several rounds, so that what else the machine does
//! meets all alike. A figure is the median, over the rounds, of the best pass of a round.

use crate::table;
use pony_benches::{Case, Unit, Workload};
use std::env;
use std::time::{Duration, Instant};

/// Times the workloads, and prints a table of each.
pub(crate) fn print(workloads: Vec<Workload>) -> Result<(), String> {
    let rounds = number("ROUNDS", 5)?.max(1);
    let turn = Duration::from_millis(number("MILLISECONDS", 60)?);
    for mut workload in workloads {
        workload.agree()?;
        let mut bests = vec![Vec::new(); workload.cases.len()];
        for _ in 0..rounds {
            for (case, bests) in workload.cases.iter_mut().zip(&mut bests) {
                bests.push(best(case, turn));
            }
        }
        let medians: Vec<f64> = bests.iter_mut().map(|bests| median(bests) / workload.units as f64).collect();
        table::print(&workload, column(&workload), &medians)?;
    }
    Ok(())
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

/// What is printed of nanoseconds a unit.
fn column(workload: &Workload) -> table::Column {
    match workload.unit {
        Unit::Byte => {
            let size: f64 = workload.name.parse().unwrap_or(1.0);
            table::Column {
                title: "GB/s",
                show: Box::new(|each| format!("{:.2}", 1.0 / each)),
                also: Some(("ns a slice", Box::new(move |each| format!("{:.2}", each * size)))),
            }
        }
        Unit::Packet => table::Column { title: "ns a packet", show: Box::new(|each| format!("{each:.2}")), also: None },
    }
}
