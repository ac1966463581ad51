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
    Step { name: "format", run: |root| cargo(root, &["fmt", "--all", "--check"]) },
    Step {
        name: "lints",
        run: |root| cargo(root, &["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"]),
    },
    Step { name: "documentation", run: documentation },
    Step { name: "tidy", run: tidy::run },
    Step { name: "generated code", run: codegen::check },
    Step { name: "format of definitions", run: |root| pony(root, &["fmt", "--check"]) },
    Step { name: "tests of definitions", run: |root| pony(root, &["test"]) },
];

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
