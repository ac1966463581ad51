//! A bar on the terminal for what takes long.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// The captures that are read one after the other, and how far that has come.
pub(crate) struct Progress {
    total: Option<u64>,
    done: u64,
    /// What was done when the bar was last told.
    told: u64,
    began: Instant,
    bar: Option<ProgressBar>,
    wanted: bool,
}

/// Who waits longer wants to see that something happens.
const PATIENCE: Duration = Duration::from_millis(500);

/// The bar is told of so many bytes at once.
const STEP: u64 = 4 << 20;

impl Progress {
    /// Of reading these captures. A bar is shown where standard error is a terminal, and once it has taken a while.
    pub(crate) fn of(captures: &[String]) -> Self {
        let lengths = captures.iter().map(|path| {
            let facts = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file);
            facts.map(|facts| facts.len())
        });
        let (total, wanted) = (lengths.sum(), io::stderr().is_terminal());
        Self { total, done: 0, told: 0, began: Instant::now(), bar: None, wanted }
    }

    fn read(&mut self, bytes: usize) {
        self.done += bytes as u64;
        if !self.wanted || self.done - self.told < STEP || self.began.elapsed() < PATIENCE {
            return;
        }
        self.told = self.done;
        let total = self.total;
        self.bar.get_or_insert_with(|| bar(total)).set_position(self.done);
    }

    /// Takes the bar away.
    pub(crate) fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
    let style = match total {
        Some(_) => ProgressStyle::with_template("{wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left"),
        None => ProgressStyle::with_template("{spinner} {bytes}, {bytes_per_sec}"),
    };
    // A template that is no template leaves the bar as it comes.
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

/// The bytes of a capture, which count as progress.
pub(crate) struct Input<'p> {
    bytes: Box<dyn Read>,
    progress: &'p mut Progress,
}

impl<'p> Input<'p> {
    /// Opens a capture; `-` is standard input.
    pub(crate) fn open(path: &str, progress: &'p mut Progress) -> Result<Self, Failure> {
        let bytes: Box<dyn Read> = match path {
            "-" => Box::new(io::stdin().lock()),
            _ => Box::new(File::open(path).map_err(|error| Failure::file(path, &error))?),
        };
        Ok(Self { bytes, progress })
    }
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        self.progress.read(count);
        Ok(count)
    }
}
