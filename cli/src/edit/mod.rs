//! `pony edit`: whole captures, changed.

mod address;
mod output;
mod plan;

use crate::args::EditArgs;
use crate::definitions::count;
use crate::failure::Failure;
use crate::progress::{Input, Progress};
use crate::style::{ColorChoice, Palette};
use output::{Meta, Output};
use packet_runtime::file::{FileError, Reader};
use plan::{Plan, Told};
use std::process::ExitCode;

/// Runs the command.
pub(crate) fn run(args: &EditArgs, color: ColorChoice) -> Result<ExitCode, Failure> {
    let plan = Plan::new(args, color)?;
    let mut progress = Progress::of(std::slice::from_ref(&args.capture));
    let mut sums = Sums::default();
    let outcome = edit(args, &plan, &mut progress, &mut sums);
    progress.finish();
    if outcome.is_ok() || sums.packets > 0 {
        sums.tell(&plan, color);
    }
    outcome.map(|()| ExitCode::SUCCESS)
}

/// Reads a capture, and writes what becomes of it.
fn edit(args: &EditArgs, plan: &Plan, progress: &mut Progress, sums: &mut Sums) -> Result<(), Failure> {
    let failed = |error: FileError| Failure::capture(&args.capture, &error);
    let mut capture = Reader::new(Input::open(&args.capture, progress)?).map_err(failed)?;
    let mut output = Output::open(&args.output, capture.format())?;
    loop {
        let record = match capture.next() {
            Ok(Some(record)) => record,
            Ok(None) => break,
            Err(error) => {
                // What was before the damage is kept.
                output.finish()?;
                return Err(failed(error));
            }
        };
        sums.packets += 1;
        let mut meta = Meta::of(&record);
        let bytes = match plan.begin(&record) {
            Err(data) => {
                sums.unknown += 1;
                data
            }
            Ok(mut packet) => {
                match plan.apply(&mut packet, record.frame) {
                    Told::Dropped => {
                        sums.dropped += 1;
                        continue;
                    }
                    Told::Changed => sums.changed += 1,
                    Told::Same => {}
                    Told::Failed(reason) => sums.fail(record.frame, reason),
                }
                if let Some(first) = packet.first() {
                    meta.become_first(first);
                }
                meta.origlen = u32::try_from(packet.original_length()).unwrap_or(u32::MAX);
                packet.into_bytes()
            }
        };
        output.write(&meta, &bytes, capture.interfaces())?;
    }
    output.finish()
}

/// What came of all packets.
#[derive(Default)]
struct Sums {
    packets: u64,
    changed: u64,
    dropped: u64,
    unknown: u64,
    failed: u64,
    first_failure: Option<(u64, String)>,
}

impl Sums {
    fn fail(&mut self, frame: u64, reason: String) {
        self.failed += 1;
        self.first_failure.get_or_insert((frame, reason));
    }

    /// Tells the user, on standard error: standard output may be the capture.
    fn tell(&self, plan: &Plan, color: ColorChoice) {
        let Palette { warn, end, .. } = Palette::new(color.stderr());
        let mut line = format!("{} of {} packets changed", self.changed, self.packets);
        if self.dropped > 0 {
            line.push_str(&format!(", {} left out", self.dropped));
        }
        eprintln!("{line}");
        if let Some((frame, reason)) = &self.first_failure {
            let packets = count(self.failed as usize, "packet");
            eprintln!(
                "{warn}warning{end}: {packets} could not be changed and stayed as before; frame {frame}: {reason}"
            );
        }
        for path in plan.never_found().filter(|_| self.packets > self.unknown) {
            eprintln!("{warn}warning{end}: no packet that was looked at has {path}");
        }
        if self.unknown > 0 {
            let packets = count(self.unknown as usize, "packet");
            eprintln!("{warn}warning{end}: {packets} of link types that are not known stayed as before");
        }
    }
}
