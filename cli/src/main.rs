//! The `pony` command.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks to its user")]

mod args;
mod check;
mod corpus;
mod craft;
mod definitions;
mod diff;
mod dissect;
mod edit;
mod explain;
mod failure;
mod flows;
mod fmt;
mod progress;
mod schema;
mod stats;
mod style;
mod test;
mod text;

use args::{Cli, Command};
use clap::{CommandFactory, Parser};
use failure::Failure;
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let color = cli.color;
    let outcome = match &cli.command {
        Command::Dissect(args) => dissect::run(args, color),
        Command::Flows(args) => flows::run(args, color),
        Command::Stats(args) => stats::run(args, color),
        Command::Edit(args) => edit::run(args, color),
        Command::Diff(args) => diff::run(args, color),
        Command::Check(args) => check::run(args, color),
        Command::Test(args) => test::run(args, color),
        Command::Fmt(args) => fmt::run(args, color),
        Command::Explain(args) => explain::run(args),
        Command::Schema(args) => schema::run(args, color),
        Command::Craft(args) => craft::run(args, color),
        Command::Corpus(args) => corpus::run(args, color),
        Command::Completions(args) => completions(args),
    };
    outcome.unwrap_or_else(|failure| failure.report(color))
}

fn completions(args: &args::CompletionsArgs) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "pony", &mut script);
    say(&script)
}

/// Writes to standard output, all at once.
fn say(text: &[u8]) -> Result<ExitCode, Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text).and_then(|()| out.flush()).map_err(Failure::Output)?;
    Ok(ExitCode::SUCCESS)
}
