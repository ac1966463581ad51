//! What a change must pass, and the one way to refresh goldens.

use crate::{Outcome, codegen, tidy};
use std::env;
use std::path::Path;
use std::process::Command;

/// Runs every check, goes on after one that fails, and says at the end which did.
pub(crate) fn run(root: &Path) -> Outcome {
    let mut failed = Vec::new();
    for step in STEPS {
        eprintln!("── {}", step.name);
        if let Err(message) = (step.run)(root) {
            eprintln!("{message}");
            failed.push(step.name);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

struct Step {
    name: &'static str,
    run: fn(&Path) -> Outcome,
}

const STEPS: &[Step] = &[
    Step { name: "tests", run: |root| cargo(root, &["test", "--workspace", "--locked"]) },
    Step {
        name: "tests of samples for fuzzers",
        run: |root| cargo(root, &["test", "--package", "packet-samples", "--all-features", "--locked"]),
    },
    Step { name: "format", run: |root| cargo(root, &["fmt", "--all", "--check"]) },
    Step {
        name: "lints",
        run: |root| cargo(root, &["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"]),
    },
    Step { name: "lints of benchmarks", run: |root| cargo(root, BENCHES) },
    Step { name: "without std", run: without_std },
    Step { name: "documentation", run: documentation },
    Step { name: "tidy", run: tidy::run },
    Step { name: "generated code", run: codegen::check },
    Step { name: "format of definitions", run: |root| pony(root, &["fmt", "--check"]) },
    Step { name: "tests of definitions", run: |root| pony(root, &["test"]) },
];

/// The benchmarks with the libraries that they compare with, which no other step builds.
const BENCHES: &[&str] = &[
    "clippy",
    "--package",
    "pony-benches",
    "--features",
    "peers",
    "--all-targets",
    "--locked",
    "--",
    "--deny",
    "warnings",
];

/// A target that has no `std`.
const BARE: &str = "thumbv7em-none-eabi";

/// Builds what promises to need no `std`, if the toolchain has the target.
fn without_std(root: &Path) -> Outcome {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let asked = Command::new(rustc).args(["--print", "target-libdir", "--target", BARE]).output();
    let folder = asked.map_err(|error| format!("rustc: {error}"))?.stdout;
    if !Path::new(String::from_utf8_lossy(&folder).trim()).is_dir() {
        eprintln!("{BARE} is not installed: left out");
        return Ok(());
    }
    cargo(root, &["build", "--package", "packet-core", "--package", "packet-protocols", "--locked", "--target", BARE])
}

/// Runs the tests with goldens written instead of compared.
pub(crate) fn bless(root: &Path, arguments: &[&str]) -> Outcome {
    let scope: &[&str] = if arguments.is_empty() { &["--workspace"] } else { arguments };
    succeed(cargo_command(root).arg("test").args(scope).env("BLESS", "1"))
}

fn documentation(root: &Path) -> Outcome {
    let flags = "--deny warnings";
    succeed(cargo_command(root).args(["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", flags))
}

/// Runs the `pony` command over every definition of the repository.
fn pony(root: &Path, arguments: &[&str]) -> Outcome {
    let definitions = codegen::all_definitions(root)?;
    let mut command = cargo_command(root);
    command.args(["run", "--quiet", "--release", "--locked", "--package", "pony", "--"]);
    succeed(command.args(arguments).args(definitions))
}

fn cargo(root: &Path, arguments: &[&str]) -> Outcome {
    succeed(cargo_command(root).args(arguments))
}

/// The cargo that runs this chore, at the root.
fn cargo_command(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

fn succeed(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", command.get_program().display())) }
}
