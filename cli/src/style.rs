//! Colours: on a terminal only, unless the user says otherwise.

use clap::ValueEnum;
use std::io::IsTerminal;

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// Whether standard output is coloured.
    pub(crate) fn stdout(self) -> bool {
        self.decide(|| std::io::stdout().is_terminal())
    }

    /// Whether standard error is coloured.
    pub(crate) fn stderr(self) -> bool {
        self.decide(|| std::io::stderr().is_terminal())
    }

    fn decide(self, terminal: impl FnOnce() -> bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && !dumb() && terminal(),
        }
    }
}

/// A terminal that knows no colours says so.
fn dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// What to print before text of each kind; empty where colours are off.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Palette {
    /// The line that stands for a packet, or the title of a part.
    pub(crate) head: &'static str,
    /// A layer's name.
    pub(crate) layer: &'static str,
    /// A field's name.
    pub(crate) name: &'static str,
    /// A name that stands for a number.
    pub(crate) symbol: &'static str,
    /// Text in quotes, and addresses.
    pub(crate) text: &'static str,
    /// Offsets, bit patterns, documentation.
    pub(crate) dim: &'static str,
    /// What is as it should be.
    pub(crate) good: &'static str,
    /// Anomalies.
    pub(crate) warn: &'static str,
    /// Errors.
    pub(crate) bad: &'static str,
    /// Ends any of these.
    pub(crate) end: &'static str,
}

impl Palette {
    /// Colours, or none.
    pub(crate) fn new(color: bool) -> Self {
        if !color {
            return Self::default();
        }
        Self {
            head: "\x1b[1m",
            layer: "\x1b[1;34m",
            name: "\x1b[36m",
            symbol: "\x1b[33m",
            text: "\x1b[32m",
            dim: "\x1b[2m",
            good: "\x1b[32m",
            warn: "\x1b[1;33m",
            bad: "\x1b[1;31m",
            end: "\x1b[0m",
        }
    }
}
