//! `pony flows`: who talks to whom in captures.

pub(crate) mod print;

use crate::args::FlowsArgs;
use crate::failure::Failure;
use crate::progress::{Input, Progress};
use crate::style::{ColorChoice, Palette};
use packet_runtime::file::{FileError, Reader};
use packet_runtime::flow::{End, Ended, FlowOptions, FlowTable, Totals};
use print::Printer;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

/// Runs the command.
pub(crate) fn run(args: &FlowsArgs, color: ColorChoice) -> Result<ExitCode, Failure> {
    let mut table = FlowTable::<()>::new(options(args), seed());
    let mut progress = Progress::of(&args.captures);
    let mut flows = Flows::new(args, color);
    let outcome = args.captures.iter().try_for_each(|path| read(path, &mut table, &mut flows, &mut progress));
    progress.finish();
    table.drain(&mut |ended| flows.take(&ended));
    flows.finish()?;
    if !args.json && !args.csv {
        sums(&table, &flows)?;
    }
    told(&table, color);
    outcome.map(|()| ExitCode::SUCCESS)
}

fn options(args: &FlowsArgs) -> FlowOptions {
    let seconds = |seconds: Option<f64>| seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    FlowOptions {
        most: args.most.get(),
        idle: seconds(args.idle),
        active: seconds(args.active),
        inner: args.inner,
        ..FlowOptions::endless()
    }
}

/// What nobody knows who sends packets.
pub(crate) fn seed() -> [u8; 16] {
    let random = [RandomState::new().hash_one(1), RandomState::new().hash_one(2)].map(u64::to_le_bytes);
    let mut seed = [0; 16];
    seed.iter_mut().zip(random.as_flattened()).for_each(|(place, byte)| *place = *byte);
    seed
}

/// Reads a capture to its end, or to its damage.
fn read(path: &str, table: &mut FlowTable, flows: &mut Flows, progress: &mut Progress) -> Result<(), Failure> {
    let failed = |error: FileError| Failure::capture(path, &error);
    let mut capture = Reader::new(Input::open(path, progress)?).map_err(failed)?;
    while let Some(packet) = capture.next().map_err(failed)? {
        table.add(&packet, &mut |ended| flows.take(&ended));
    }
    flows.failed.take().map_or(Ok(()), |error| Err(Failure::Output(error)))
}

/// The flows that are over, until they are printed in the order of their first packets.
struct Flows {
    over: Vec<Totals>,
    most: usize,
    printer: Printer,
    printed: u64,
    text: Vec<u8>,
    failed: Option<io::Error>,
}

impl Flows {
    fn new(args: &FlowsArgs, color: ColorChoice) -> Self {
        let printer = Printer::new(args, Palette::new(color.stdout()));
        Self { over: Vec::new(), most: args.most.get(), printer, printed: 0, text: Vec::new(), failed: None }
    }

    fn take(&mut self, ended: &Ended<()>) {
        self.over.push(ended.totals);
        // Those that end early are as many as they like; then they are printed early, too.
        if ended.end != End::Drained && self.over.len() >= self.most.saturating_mul(2) {
            self.print();
        }
    }

    /// Prints what is over, the oldest first.
    fn print(&mut self) {
        self.over.sort_unstable_by_key(|totals| (totals.first, totals.key));
        for totals in self.over.drain(..) {
            self.printer.flow(&mut self.text, &totals, self.printed == 0);
            self.printed += 1;
            if self.text.len() > OUTPUT {
                write(&mut self.text, &mut self.failed);
            }
        }
        write(&mut self.text, &mut self.failed);
    }

    fn finish(&mut self) -> Result<(), Failure> {
        if self.over.is_empty() && self.printed == 0 {
            self.printer.nothing(&mut self.text);
        }
        self.print();
        self.failed.take().map_or(Ok(()), |error| Err(Failure::Output(error)))
    }
}

/// Bytes of text that are written at once.
const OUTPUT: usize = 64 * 1024;

/// Writes text, unless writing has failed before.
fn write(text: &mut Vec<u8>, failed: &mut Option<io::Error>) {
    if failed.is_none() {
        *failed = io::stdout().lock().write_all(text).err();
    }
    text.clear();
}

/// The last line, for people.
fn sums(table: &FlowTable, flows: &Flows) -> Result<(), Failure> {
    let counters = table.counters();
    let mut line = format!("{} flows, {} packets, {} bytes", flows.printed, counters.packets, counters.bytes);
    if counters.without_flow > 0 {
        line.push_str(&format!("; {} packets are of no flow", counters.without_flow));
    }
    line.push('\n');
    io::stdout().lock().write_all(line.as_bytes()).map_err(Failure::Output)
}

/// What the user should know who takes the flows for all there is.
fn told(table: &FlowTable, color: ColorChoice) {
    let counters = table.counters();
    let Palette { warn, end, .. } = Palette::new(color.stderr());
    if counters.evicted + counters.refused > 0 {
        let (evicted, refused) = (counters.evicted, counters.refused);
        eprintln!(
            "{warn}warning{end}: there were more flows than --most: {evicted} were ended early, and {refused} packets are in none"
        );
    }
    if counters.without_context > 0 {
        eprintln!("{warn}warning{end}: {} packets are of too many networks, and in no flow", counters.without_context);
    }
}
