//! `pony diff`: in what the packets of two captures differ.

use crate::args::DiffArgs;
use crate::definitions;
use crate::failure::Failure;
use crate::progress::{Input, Progress};
use crate::style::{ColorChoice, Palette};
use packet_core::Region;
use packet_runtime::file::{LinkType, Reader};
use packet_runtime::packet::{Change, Difference, Packet, Registry, diff};
use serde_json::json;
use std::collections::VecDeque;
use std::io::{self, Write};
use std::process::ExitCode;

/// As many packets as are looked ahead for one that both captures have.
const AHEAD: usize = 64;

/// Runs the command.
pub(crate) fn run(args: &DiffArgs, color: ColorChoice) -> Result<ExitCode, Failure> {
    let mut progress = [&args.before, &args.after].map(|path| Progress::of(std::slice::from_ref(path)));
    let [before_progress, after_progress] = &mut progress;
    let mut before = Side::open(&args.before, before_progress)?;
    let mut after = Side::open(&args.after, after_progress)?;
    let (_, registry) = definitions::register(&args.definitions, color)?;
    let mut told = Told::new(args, registry.as_deref(), color);
    loop {
        before.fill()?;
        after.fill()?;
        let (skipped_before, skipped_after) = step(&before, &after);
        for _ in 0..skipped_before {
            told.lone(before.take(), true)?;
        }
        for _ in 0..skipped_after {
            told.lone(after.take(), false)?;
        }
        match (before.take(), after.take()) {
            (Some(one), Some(other)) => told.pair(&one, &other)?,
            (None, None) => break,
            (one, other) => {
                told.lone(one, true)?;
                told.lone(other, false)?;
            }
        }
    }
    drop((before, after));
    progress.iter_mut().for_each(Progress::finish);
    told.finish()
}

/// A packet that waits for its like.
struct Waiting {
    frame: u64,
    data: Vec<u8>,
    origlen: u32,
    link_type: LinkType,
}

impl Waiting {
    fn packet<'a>(&'a self, registry: Option<&'a Registry>) -> Packet<'a> {
        let mut packet = registry.map_or_else(Packet::new, Registry::packet);
        packet.read_link_type(self.link_type, Region::captured(&self.data, self.origlen as usize));
        packet
    }

    fn is_same(&self, other: &Self) -> bool {
        (self.link_type, self.origlen, &self.data) == (other.link_type, other.origlen, &other.data)
    }
}

/// One of the captures.
struct Side<'p> {
    path: String,
    capture: Reader<Input<'p>>,
    ahead: VecDeque<Waiting>,
    ended: bool,
}

impl<'p> Side<'p> {
    fn open(path: &str, progress: &'p mut Progress) -> Result<Self, Failure> {
        let input = Input::open(path, progress)?;
        let capture = Reader::new(input).map_err(|error| Failure::capture(path, &error))?;
        Ok(Self { path: path.to_owned(), capture, ahead: VecDeque::new(), ended: false })
    }

    /// Reads as many packets as are looked ahead.
    fn fill(&mut self) -> Result<(), Failure> {
        while !self.ended && self.ahead.len() <= AHEAD {
            match self.capture.next().map_err(|error| Failure::capture(&self.path, &error))? {
                None => self.ended = true,
                Some(record) => self.ahead.push_back(Waiting {
                    frame: record.frame,
                    data: record.data.to_vec(),
                    origlen: record.origlen,
                    link_type: record.link_type,
                }),
            }
        }
        Ok(())
    }

    fn take(&mut self) -> Option<Waiting> {
        self.ahead.pop_front()
    }
}

/// How many packets of either capture are the other one's not, before a packet that both have: as few as can be.
fn step(before: &Side<'_>, after: &Side<'_>) -> (usize, usize) {
    let same = |skipped: (usize, usize)| match (before.ahead.get(skipped.0), after.ahead.get(skipped.1)) {
        (Some(one), Some(other)) => one.is_same(other),
        _ => false,
    };
    if same((0, 0)) {
        return (0, 0);
    }
    let found = (1..=AHEAD).find_map(|skipped| [(skipped, 0), (0, skipped)].into_iter().find(|&pair| same(pair)));
    found.unwrap_or((0, 0))
}

/// What is told.
struct Told<'a> {
    args: &'a DiffArgs,
    registry: Option<&'a Registry>,
    palette: Palette,
    packets: u64,
    different: u64,
}

impl<'a> Told<'a> {
    fn new(args: &'a DiffArgs, registry: Option<&'a Registry>, color: ColorChoice) -> Self {
        Self { args, registry, palette: Palette::new(color.stdout()), packets: 0, different: 0 }
    }

    /// Two packets, one beside the other.
    fn pair(&mut self, before: &Waiting, after: &Waiting) -> Result<(), Failure> {
        self.packets += 1;
        if before.is_same(after) {
            return Ok(());
        }
        let (one, other) = (before.packet(self.registry), after.packet(self.registry));
        let mut found = diff(&one, &other);
        if before.origlen != after.origlen {
            let change = Change::Changed(format!("{} bytes", before.origlen), format!("{} bytes", after.origlen));
            found.push(Difference { path: "length".to_owned(), change });
        }
        found.retain(|difference| !self.is_ignored(&difference.path));
        if found.is_empty() {
            return Ok(());
        }
        self.different += 1;
        if self.args.json {
            return self.object((Some(before.frame), Some(after.frame)), &other, &found);
        }
        let Palette { head, bad, good, warn, end, .. } = self.palette;
        let frames = if before.frame == after.frame {
            format!("frame {}", before.frame)
        } else {
            format!("frame {} → {}", before.frame, after.frame)
        };
        let mut text = format!("{head}{frames}{end}: {other}\n");
        for difference in &found {
            let color = match difference.change {
                Change::Removed(_) => bad,
                Change::Added(_) => good,
                Change::Changed(..) => warn,
            };
            text.push_str(&format!("  {color}{difference}{end}\n"));
        }
        write(&text)
    }

    /// A packet that one of the captures has alone.
    fn lone(&mut self, packet: Option<Waiting>, is_before: bool) -> Result<(), Failure> {
        let Some(waiting) = packet else { return Ok(()) };
        self.packets += 1;
        self.different += 1;
        let packet = waiting.packet(self.registry);
        if self.args.json {
            let frame = Some(waiting.frame);
            let frames = if is_before { (frame, None) } else { (None, frame) };
            return self.object(frames, &packet, &[]);
        }
        let Palette { bad, good, end, .. } = self.palette;
        let (color, sign, whose) = if is_before { (bad, '-', "first") } else { (good, '+', "second") };
        write(&format!("{color}{sign} frame {} of the {whose} capture alone{end}: {packet}\n", waiting.frame))
    }

    fn object(
        &self,
        frames: (Option<u64>, Option<u64>),
        packet: &Packet<'_>,
        found: &[Difference],
    ) -> Result<(), Failure> {
        let differences: Vec<_> = found
            .iter()
            .map(|one| {
                let (before, after) = match &one.change {
                    Change::Removed(before) => (Some(before), None),
                    Change::Added(after) => (None, Some(after)),
                    Change::Changed(before, after) => (Some(before), Some(after)),
                };
                json!({ "path": one.path, "before": before, "after": after })
            })
            .collect();
        let layers: Vec<&str> = packet.layers().map(|layer| layer.name()).collect();
        let object = json!({ "frames": [frames.0, frames.1], "layers": layers, "differences": differences });
        write(&format!("{object}\n"))
    }

    /// Whether the user wants to hear nothing of it: `ipv4.ttl`, or all of `ipv4`; of which layer of the kind, is all the same.
    fn is_ignored(&self, path: &str) -> bool {
        let (layer, way) = path.split_once('.').unwrap_or((path, ""));
        let layer = layer.split('[').next().unwrap_or(layer);
        self.args.ignore.iter().any(|ignored| match ignored.split_once('.') {
            None => ignored == layer,
            Some((of, field)) => {
                let rest = way.strip_prefix(field);
                of == layer && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            }
        })
    }

    /// The last line, and the exit code.
    fn finish(self) -> Result<ExitCode, Failure> {
        if !self.args.json {
            write(&format!("{} of {} packets differ\n", self.different, self.packets))?;
        }
        Ok(if self.different == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

fn write(text: &str) -> Result<(), Failure> {
    io::stdout().lock().write_all(text.as_bytes()).map_err(Failure::Output)
}
