//! `pony explain`: what a mistake means, and what to do about it.

use crate::args::ExplainArgs;
use crate::failure::Failure;
use crate::say;
use crate::text::put;
use packet_schema::{Code, Severity};
use std::process::ExitCode;

/// Runs the command.
pub(crate) fn run(args: &ExplainArgs) -> Result<ExitCode, Failure> {
    let mut out = Vec::new();
    match &args.code {
        None => {
            for code in Code::ALL {
                let kind = match code.severity() {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                };
                put!(&mut out, "{}  {kind:<7}  {}\n", code.id(), code.title());
            }
        }
        Some(id) => {
            let wanted = id.trim().to_uppercase();
            let digits = wanted.trim_start_matches('E');
            let code = Code::ALL.iter().find(|code| code.id().trim_start_matches('E') == digits);
            let Some(code) = code else {
                return Err(Failure::usage(format!("no mistake has the code {id}; `pony explain` lists all of them")));
            };
            put!(&mut out, "{}\n", code.page().trim_end());
        }
    }
    say(&out)
}
