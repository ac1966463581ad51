//! Runs a fuzz target for so many seconds without a fuzzer, and counts: `drive TARGET SECONDS [SEED]`.
//!
//! Where the target panics, its input is kept in `fuzz/artifacts`.

#![allow(clippy::print_stdout, reason = "it says what it counts")]

use pony_tests::fuzz::{TARGETS, drive, seeds};
use pony_tests::root;
use std::time::{Duration, Instant};
use std::{env, fs, io};

/// How often the count is shown.
const SHOWN: Duration = Duration::from_secs(60);

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let usage = || io::Error::other("usage: drive TARGET SECONDS [SEED]");
    let (name, seconds, seed) = match arguments.as_slice() {
        [name, seconds] => (name, seconds, "1"),
        [name, seconds, seed] => (name, seconds, seed.as_str()),
        _ => return Err(usage()),
    };
    let seconds = seconds.parse().map_err(|_| usage())?;
    let seed = seed.parse().map_err(|_| usage())?;
    let Some((_, target)) = TARGETS.iter().find(|(known, _)| known == name) else { return Err(usage()) };
    let mut shown = Instant::now();
    let driven = drive(*target, &seeds::of(name)?, Duration::from_secs(seconds), seed, |executions| {
        if shown.elapsed() > SHOWN {
            shown = Instant::now();
            println!("{name}: {executions} executions");
        }
    });
    println!("{name}: {} executions in all", driven.executions);
    let Some((input, words)) = driven.panicked else { return Ok(()) };
    let folder = root().join("fuzz/artifacts").join(name);
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("drive-{seed}"));
    fs::write(&path, input)?;
    Err(io::Error::other(format!("{}: {words}", path.display())))
}
