//! From a capture to a table of flows.
//!
//! The capture is the one that `FLOWS` names, else one made up of small packets. Every case reads it through a buffer, and counts
//! packets and bytes of each flow of TCP and UDP; the digest has the sums, and the sums of squares by flow.

mod by_hand;

use crate::{Case, Digest, Unit, Workload};
use packet_runtime::file::{LinkType, Options, Packet, PcapOptions, PcapWriter, Reader};
use packet_runtime::flow::{FlowOptions, FlowTable};
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::rc::Rc;

/// Where a capture comes from, for every pass anew.
#[derive(Clone)]
enum Source {
    File(PathBuf),
    Memory(Rc<Vec<u8>>),
}

impl Source {
    fn open(&self) -> Result<Box<dyn Read + '_>, String> {
        Ok(match self {
            Self::File(path) => Box::new(File::open(path).map_err(|error| format!("{}: {error}", path.display()))?),
            Self::Memory(bytes) => Box::new(bytes.as_slice()),
        })
    }
}

/// The workload, and the flood of tuples of which none comes again.
///
/// # Errors
///
/// A capture that can't be read.
pub fn workloads() -> Result<Vec<Workload>, String> {
    let (name, source) = match std::env::var_os("FLOWS") {
        Some(path) => {
            let path = PathBuf::from(path);
            (path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), Source::File(path))
        }
        None => ("made up".to_owned(), Source::Memory(Rc::new(made_up()?))),
    };
    let units = with_pony(&source)?.0[0];
    let (ours, limit) = (source.clone(), source);
    let cases = vec![
        Case::new("pony", move || with_pony(&ours).unwrap_or_default()),
        Case::new("limit_batch", move || limit.open().map_or_else(|_| Digest::default(), by_hand::count)),
    ];
    Ok(vec![Workload { group: "flows", name, unit: Unit::Packet, units, limit: "limit_batch", cases }, flood()])
}

/// The sums of what was counted of one flow after the other.
#[derive(Default)]
pub(crate) struct Sums(pub(crate) [u64; 8]);

impl Sums {
    pub(crate) fn flow(&mut self, packets: u64, bytes: u64) {
        let [_, _, flows, counted, square, square_of_bytes, ..] = &mut self.0;
        *flows += 1;
        *counted += packets;
        *square = square.wrapping_add(packets * packets);
        *square_of_bytes = square_of_bytes.wrapping_add(bytes.wrapping_mul(bytes));
    }
}

fn with_pony(source: &Source) -> Result<Digest, String> {
    let table = FlowTable::<()>::new(FlowOptions { most: 1 << 22, ..FlowOptions::endless() }, SEED);
    match source {
        Source::File(path) => {
            let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
            read(Reader::new(file).map_err(|error| error.to_string())?, table)
        }
        Source::Memory(bytes) => read(Reader::new(bytes.as_slice()).map_err(|error| error.to_string())?, table),
    }
}

fn read<R: Read>(mut reader: Reader<R>, mut table: FlowTable) -> Result<Digest, String> {
    while let Some(packet) = reader.next().map_err(|error| error.to_string())? {
        table.add(&packet, &mut |_| {});
    }
    Ok(sums(table))
}

/// What nobody else knows; here, what is the same in every run.
const SEED: [u8; 16] = *b"the same always.";

fn sums(mut table: FlowTable) -> Digest {
    table.flush(&mut |_| {});
    let mut sums = Sums::default();
    let counters = table.counters();
    [sums.0[0], sums.0[1]] = [counters.packets, counters.bytes];
    for (totals, ()) in table.iter().filter(|(totals, ())| matches!(totals.key.protocol(), 6 | 17)) {
        sums.flow(totals.packets.iter().sum(), totals.bytes.iter().sum());
    }
    Digest(sums.0)
}

/// Tuples that never come again, ten million of them, in a table that is full soon.
fn flood() -> Workload {
    const PACKETS: u32 = 10_000_000;
    let pass = || {
        let mut table = FlowTable::<()>::new(FlowOptions::default(), SEED);
        let mut frame = FRAME;
        let mut ended = 0_u64;
        for number in 0..PACKETS {
            frame[26..30].copy_from_slice(&number.to_be_bytes());
            table.add(&packet(&frame, 0), &mut |_| ended += 1);
        }
        table.flush(&mut |_| ended += 1);
        let counters = table.counters();
        Digest([
            counters.packets,
            table.len() as u64,
            ended,
            counters.refused,
            table.longest_search() as u64 / 100,
            0,
            0,
            0,
        ])
    };
    let cases = vec![Case::new("pony", pass)];
    Workload {
        group: "flows",
        name: "flood".to_owned(),
        unit: Unit::Packet,
        units: PACKETS.into(),
        limit: "pony",
        cases,
    }
}

/// A datagram of 60 bytes.
const FRAME: [u8; 60] = {
    let mut frame = [0; 60];
    frame[12] = 0x08;
    frame[14] = 0x45;
    frame[17] = 46;
    frame[22] = 64;
    frame[23] = 17;
    frame[39] = 26;
    frame
};

fn packet(frame: &[u8], time: i128) -> Packet<'_> {
    Packet {
        data: frame,
        frame: 1,
        timestamp: Some(time),
        origlen: frame.len() as u32,
        link_type: LinkType::ETHERNET,
        interface: 0,
        fcs_len: None,
        options: Options::default(),
    }
}

/// A capture of half a million datagrams of some hundred thousand flows, in no order.
fn made_up() -> Result<Vec<u8>, String> {
    let mut writer =
        PcapWriter::new(Vec::new(), LinkType::ETHERNET, PcapOptions::default()).map_err(|error| error.to_string())?;
    let mut number = 1_u64;
    for time in 0..500_000 {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let flow = (number >> 40) as u32 % 120_000;
        let mut frame = FRAME;
        frame[26..30].copy_from_slice(&(flow >> 8).to_be_bytes());
        frame[34..36].copy_from_slice(&(flow as u16).to_be_bytes());
        writer.write(time * 1000, frame.len() as u32, &frame).map_err(|error| error.to_string())?;
    }
    writer.finish().map_err(|error| error.to_string())
}
