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

use pony_benches::{Workload, checksum};
use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match *words {
        ["time", ref groups @ ..] => time::print(chosen(groups)),
        ["instructions", ref groups @ ..] => instructions::print(chosen(groups)),
        ["pass", group, name, case, count] => instructions::pass(chosen(&[group]), name, case, count),
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

/// The workloads of the groups named; all where none is.
fn chosen(groups: &[&str]) -> impl Iterator<Item = Workload> {
    let wanted = |group: &str| groups.is_empty() || groups.contains(&group);
    let sums = checksum::SIZES.iter().filter(move |_| wanted("checksum")).map(|&size| checksum::sums(size));
    let copies = checksum::SIZES.iter().filter(move |_| wanted("copy")).map(|&size| checksum::copies(size));
    sums.chain(copies)
}
