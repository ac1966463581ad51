//! `pony check`: what is wrong with definitions.

use crate::args::CheckArgs;
use crate::definitions::{Checked, check_files, count};
use crate::failure::Failure;
use crate::style::{ColorChoice, Palette};
use packet_codegen::render;
use packet_schema::Diagnostic;
use std::process::ExitCode;

/// Runs the command.
pub(crate) fn run(args: &CheckArgs, color: ColorChoice) -> Result<ExitCode, Failure> {
    let Checked { findings, sources, own, .. } = check_files(&args.files, !args.no_builtin)?;
    // Built-in definitions that were not asked about are shown only where the given files break them.
    let concerns = |finding: &&Diagnostic| {
        finding.is_error() || finding.labels.iter().any(|label| own.contains(&label.span.source))
    };
    let shown: Vec<Diagnostic> = findings.iter().filter(concerns).cloned().collect();
    eprint!("{}", render(&sources, &shown, color.stderr()));
    let mistakes = shown.iter().filter(|finding| finding.is_error()).count();
    let warnings = shown.len() - mistakes;
    let Palette { bad, good, end, .. } = Palette::new(color.stderr());
    let fails = mistakes > 0 || args.strict && warnings > 0;
    let verdict = if fails { bad } else { good };
    let files = count(args.files.len(), "file");
    eprintln!("{verdict}{files}: {}, {}{end}", count(mistakes, "mistake"), count(warnings, "warning"));
    Ok(if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
