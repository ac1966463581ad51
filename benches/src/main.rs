//! Prints tables of what the workloads cost.
//!
//! ```sh
//! cargo run --release -p pony-benches --features peers -- time [GROUP]…
//! cargo run --release -p pony-benches --features peers -- instructions [GROUP]…
//! ```
//!
//! `time` interleaves the cases in several rounds, and compares within one run. `instructions` counts with valgrind's
//! callgrind, which depends on nothing else that the machine does.

mod instructions;
mod table;
mod time;

use pony_benches::{Workload, build, checksum, decode, fields, flows};
use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match *words {
        ["time", ref groups @ ..] => {
            chosen(groups).and_then(|workloads| with_far(workloads, groups)).and_then(time::print)
        }
        ["instructions", ref groups @ ..] => chosen(groups).and_then(instructions::print),
        ["pass", group, name, case, count] => {
            chosen(&[group]).and_then(|workloads| instructions::pass(workloads, name, case, count))
        }
        _ => Err("usage: pony-benches time|instructions [GROUP]…".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            table::complain(&message);
            ExitCode::FAILURE
        }
    }
}

/// The packets that are in no cache, too, where packets are decoded.
fn with_far(workloads: Vec<Workload>, groups: &[&str]) -> Result<Vec<Workload>, String> {
    let far = if groups.is_empty() || groups.contains(&"decode") { decode::far()? } else { None };
    let (mut decoded, others): (Vec<_>, Vec<_>) = workloads.into_iter().partition(|one| one.group == "decode");
    decoded.extend(far);
    decoded.extend(others);
    Ok(decoded)
}

/// The workloads of the groups named; all where none is.
fn chosen(groups: &[&str]) -> Result<Vec<Workload>, String> {
    let wanted = |group: &str| groups.is_empty() || groups.contains(&group);
    let mut workloads = Vec::new();
    if wanted("decode") {
        workloads.extend(decode::workloads()?);
    }
    if wanted("fields") {
        workloads.extend(fields::workloads());
    }
    if wanted("build") {
        workloads.extend(build::SIZES.iter().map(|&size| build::workload(size)));
    }
    if wanted("checksum") {
        workloads.extend(checksum::SIZES.iter().map(|&size| checksum::sums(size)));
    }
    if wanted("copy") {
        workloads.extend(checksum::SIZES.iter().map(|&size| checksum::copies(size)));
    }
    if wanted("flows") {
        workloads.extend(flows::workloads()?);
    }
    Ok(workloads)
}
