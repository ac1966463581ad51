//! Why the command ends early, and with which exit code.

use crate::style::{ColorChoice, Palette};
use packet_runtime::file::FileError;
use std::io;
use std::process::ExitCode;

/// What went wrong.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command was given something that it can't work with: exit code 2.
    Usage(String),
    /// What was asked for was done, and shows something wrong: exit code 1. The text may be empty, where all was said.
    Found(String),
    /// The output can't be written.
    Output(io::Error),
}

impl Failure {
    /// The user asked for something that can't be.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    /// A file can't be read or written.
    pub(crate) fn file(path: &str, error: &io::Error) -> Self {
        Self::Usage(format!("{path}: {}", reason(error)))
    }

    /// A capture is damaged, or is none.
    pub(crate) fn capture(path: &str, error: &FileError) -> Self {
        let path = if path == "-" { "standard input" } else { path };
        Self::Found(format!("{path}: {error}"))
    }

    /// Tells the user, and gives the exit code.
    pub(crate) fn report(self, color: ColorChoice) -> ExitCode {
        let (text, code) = match self {
            Self::Usage(text) => (text, 2),
            Self::Found(text) => (text, 1),
            // Whoever reads the output wants no more of it: that is no failure.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
            Self::Output(error) => (format!("the output can't be written: {}", reason(&error)), 1),
        };
        if !text.is_empty() {
            let Palette { bad, end, .. } = Palette::new(color.stderr());
            eprintln!("{bad}error{end}: {text}");
        }
        ExitCode::from(code)
    }
}

/// The error without the system's number for it.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}
