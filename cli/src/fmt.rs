//! `pony fmt`: lays definitions out in the usual way.

use crate::args::FmtArgs;
use crate::definitions::{count, read};
use crate::failure::Failure;
use crate::say;
use crate::style::ColorChoice;
use packet_codegen::text::format;
use packet_codegen::{Sources, render};
use std::process::ExitCode;

/// Runs the command.
pub(crate) fn run(args: &FmtArgs, color: ColorChoice) -> Result<ExitCode, Failure> {
    let (mut unlike, mut mistakes) = (0_usize, 0_usize);
    for path in &args.files {
        let text = read(path)?;
        let formatted = match format(&text) {
            Ok(formatted) => formatted,
            Err(found) => {
                let mut sources = Sources::new();
                sources.add(path.as_str(), text.as_str());
                eprint!("{}", render(&sources, &found, color.stderr()));
                mistakes += found.len();
                continue;
            }
        };
        match (args.check, path.as_str()) {
            (true, path) if formatted != text => {
                unlike += 1;
                eprintln!("{path} would change");
            }
            (true, _) => {}
            (false, "-") => _ = say(formatted.as_bytes())?,
            (false, path) if formatted != text => {
                std::fs::write(path, formatted).map_err(|error| Failure::file(path, &error))?;
            }
            (false, _) => {}
        }
    }
    if mistakes > 0 {
        return Err(Failure::usage(format!("{}; nothing of such a file was changed", count(mistakes, "mistake"))));
    }
    Ok(if unlike > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
