//! `pony stats`: what captures consist of.

mod print;
mod shape;
mod tree;

use crate::args::StatsArgs;
use crate::failure::Failure;
use crate::flows::seed;
use crate::progress::{Input, Progress};
use crate::say;
use crate::style::{ColorChoice, Palette};
use packet_core::Region;
use packet_protocols::stack::tables;
use packet_runtime::file::{FileError, Packet, Reader};
use packet_runtime::flow::{FlowOptions, FlowTable, Totals};
use shape::{Rates, Sizes};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::process::ExitCode;
use tree::Tree;

/// Runs the command.
pub(crate) fn run(args: &StatsArgs, color: ColorChoice) -> Result<ExitCode, Failure> {
    let mut progress = Progress::of(&args.captures);
    let mut stats = Stats::new();
    let outcome = args.captures.iter().try_for_each(|path| read(path, &mut stats, &mut progress));
    progress.finish();
    let told = stats.told();
    let mut out = Vec::new();
    match args.json {
        true => print::json(&mut out, &told),
        false => print::text(&mut out, &told, args.top, Palette::new(color.stdout())),
    }
    say(&out)?;
    outcome.map(|()| ExitCode::SUCCESS)
}

/// Reads a capture to its end, or to its damage.
fn read(path: &str, stats: &mut Stats, progress: &mut Progress) -> Result<(), Failure> {
    let failed = |error: FileError| Failure::capture(path, &error);
    let mut capture = Reader::new(Input::open(path, progress)?).map_err(failed)?;
    while let Some(packet) = capture.next().map_err(failed)? {
        stats.add(&packet);
    }
    Ok(())
}

/// What is counted while packets come.
struct Stats {
    packets: u64,
    bytes: u64,
    captured: u64,
    unknown: u64,
    times: Option<(i128, i128)>,
    sizes: Sizes,
    rates: Rates,
    tree: Tree,
    table: FlowTable,
    conversations: Vec<Totals>,
}

/// What is told in the end.
struct Told {
    packets: u64,
    bytes: u64,
    captured: u64,
    /// Packets of which no layer could be read.
    unknown: u64,
    /// The times of the first and of the last packet.
    times: Option<(i128, i128)>,
    sizes: Sizes,
    rates: Rates,
    tree: Tree,
    /// Those with the most bytes first.
    endpoints: Vec<(IpAddr, Endpoint)>,
    conversations: Vec<Totals>,
}

/// What an address has sent and received: packets, bytes.
#[derive(Clone, Copy, Default)]
struct Endpoint {
    packets: [u64; 2],
    bytes: [u64; 2],
}

impl Stats {
    fn new() -> Self {
        Self {
            packets: 0,
            bytes: 0,
            captured: 0,
            unknown: 0,
            times: None,
            sizes: Sizes::default(),
            rates: Rates::new(),
            tree: Tree::new(),
            table: FlowTable::new(FlowOptions::endless(), seed()),
            conversations: Vec::new(),
        }
    }

    fn add(&mut self, packet: &Packet<'_>) {
        self.packets += 1;
        self.bytes += u64::from(packet.origlen);
        self.captured += u64::from(packet.caplen());
        if let Some(time) = packet.timestamp {
            let (first, last) = self.times.unwrap_or((time, time));
            self.times = Some((first.min(time), last.max(time)));
            self.rates.add(time, packet.origlen);
        }
        self.sizes.add(packet.origlen);
        let region = Region::captured(packet.data, packet.origlen as usize);
        let first = tables::link_type(packet.link_type.0, region);
        if !first.is_some_and(|first| self.tree.add(first, packet.data, packet.origlen)) {
            self.unknown += 1;
        }
        let conversations = &mut self.conversations;
        self.table.add(packet, &mut |ended| conversations.push(ended.totals));
    }

    fn told(mut self) -> Told {
        let mut conversations = std::mem::take(&mut self.conversations);
        self.table.drain(&mut |ended| conversations.push(ended.totals));
        let mut endpoints: BTreeMap<IpAddr, Endpoint> = BTreeMap::new();
        for totals in &conversations {
            let (src, dst) = totals.ends();
            for (address, [out, into]) in [(src.ip(), [0, 1]), (dst.ip(), [1, 0])] {
                let endpoint = endpoints.entry(address).or_default();
                endpoint.packets[0] += totals.packets[out];
                endpoint.packets[1] += totals.packets[into];
                endpoint.bytes[0] += totals.bytes[out];
                endpoint.bytes[1] += totals.bytes[into];
            }
        }
        let mut endpoints: Vec<_> = endpoints.into_iter().collect();
        endpoints.sort_by_key(|(_, endpoint)| std::cmp::Reverse(endpoint.bytes[0] + endpoint.bytes[1]));
        conversations
            .sort_by_key(|totals| (std::cmp::Reverse(totals.bytes[0] + totals.bytes[1]), totals.first, totals.key));
        let Self { packets, bytes, captured, unknown, times, sizes, rates, tree, .. } = self;
        Told { packets, bytes, captured, unknown, times, sizes, rates, tree, endpoints, conversations }
    }
}

impl Told {
    /// Nanoseconds from the first packet to the last.
    fn duration(&self) -> i128 {
        self.times.map_or(0, |(first, last)| last.saturating_sub(first))
    }

    /// Bytes, and packets, a second; nothing where no time has passed.
    fn rates(&self) -> Option<(f64, f64)> {
        let seconds = self.duration() as f64 / 1e9;
        (seconds > 0.0).then(|| (self.bytes as f64 / seconds, self.packets as f64 / seconds))
    }
}
