//! Chores of the repository: `cargo xtask` lists them.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks to its user")]

mod ci;
mod codegen;
mod new_protocol;
mod repository;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask CHORE

  bless [ARGUMENT...]  run the tests and write their goldens anew; the arguments go to `cargo test`
  ci                   everything that a change must pass
  codegen [--check]    write what is generated; with --check, only say what is stale
  new-protocol NAME    lay out a protocol's folder
  tidy                 the rules of the house that no compiler checks
";

/// What a chore comes to: nothing, or what to tell the user.
type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = repository::root();
    let outcome = match words.as_slice() {
        ["bless", rest @ ..] => ci::bless(&root, rest),
        ["ci"] => ci::run(&root),
        ["codegen"] => codegen::write(&root),
        ["codegen", "--check"] => codegen::check(&root),
        ["new-protocol", name] => new_protocol::run(&root, name),
        ["tidy"] => tidy::run(&root),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => Err(format!("there is no such chore\n\n{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
