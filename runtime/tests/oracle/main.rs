//! Every capture of the corpus, compared with what tshark 4.0 says of it: the number of packets, whether the file is
//! damaged, and of each sampled packet its number, time, lengths and link type.
//!
//! Where both differ, either a rule of this file says why, or the file stands in [`differences`].

#![cfg(all(feature = "gzip", feature = "zstd"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a test")]

mod differences;

use differences::DIFFERENCES;
use packet_runtime::file::{FileError, LinkType, Problem, Reader};
use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// A line of the oracle, as far as it matters here; its kind `k` says which fields there are.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Line {
    k: String,
    file: String,
    packets: u64,
    rc: i32,
    err: String,
    n: u64,
    ts: i64,
    cap: u32,
    len: u32,
    enc: Option<i32>,
}

/// What is compared of a packet.
#[derive(Debug)]
struct Seen {
    frame: u64,
    timestamp: i128,
    caplen: u32,
    origlen: u32,
    /// Wireshark's number of the link type.
    encapsulation: Option<i32>,
}

/// What tshark says of one capture.
struct Expected {
    file: String,
    packets: u64,
    failed: bool,
    error: String,
    sampled: Vec<Seen>,
}

/// What the reader says of one capture.
struct Found {
    packets: Vec<Seen>,
    error: Option<FileError>,
}

#[test]
fn every_capture_is_read_as_tshark_reads_it() {
    let Some(shared) = shared() else { return };
    let mut unexplained = Vec::new();
    let mut files = 0;
    for expected in oracle(&shared) {
        let found = read(&shared.join("corpus").join(&expected.file));
        let difference = difference(&expected, &found);
        let listed = DIFFERENCES.iter().any(|(_, files)| files.iter().any(|file| expected.file.ends_with(file)));
        match difference {
            Some(difference) if !listed => unexplained.push(format!("{}: {difference}", expected.file)),
            None if listed => unexplained.push(format!("{}: listed as different, but equal", expected.file)),
            _ => {}
        }
        files += 1;
    }
    assert!(files > 3000, "the oracle has {files} captures");
    assert!(unexplained.is_empty(), "{} captures differ:\n{}", unexplained.len(), unexplained.join("\n"));
}

/// The first difference that no rule explains.
fn difference(expected: &Expected, found: &Found) -> Option<String> {
    if let Some(Problem::UnknownFormat { .. }) = found.error.as_ref().map(|error| &error.problem) {
        return (!is_other_format(&expected.file)).then(|| "not recognised".to_owned());
    }
    let count = found.packets.len() as u64;
    if stopped_early(&expected.error) {
        // tshark refused what the reader passes over, so that at least as much is found.
        if count < expected.packets {
            return Some(format!("{count} packets, not at least {}: {}", expected.packets, message(found)));
        }
    } else if count != expected.packets || found.error.is_some() != expected.failed {
        return Some(format!("{count} packets, not {}: {} / {}", expected.packets, message(found), expected.error));
    }
    expected.sampled.iter().find_map(|theirs| match found.packets.get(theirs.frame as usize - 1) {
        None => Some(format!("no packet {}", theirs.frame)),
        Some(ours) if same_packet(ours, theirs) => None,
        Some(ours) => Some(format!("{ours:?} is not {theirs:?}")),
    })
}

fn message(found: &Found) -> String {
    found.error.as_ref().map_or_else(|| "no error".to_owned(), FileError::to_string)
}

/// Formats that tshark reads and this crate does not.
fn is_other_format(file: &str) -> bool {
    file.ends_with(".erf") || file.ends_with(".snoop")
}

/// Whether tshark gave up because of something that does not concern the packets: options of blocks other than the
/// description of an interface, a link type that it can't dissect, reserved bits, which "MUST be ignored" by readers.
fn stopped_early(error: &str) -> bool {
    ["option length", "option of length", "network type"].iter().any(|words| error.contains(words))
}

fn same_packet(ours: &Seen, theirs: &Seen) -> bool {
    (ours.frame, ours.caplen, ours.origlen) == (theirs.frame, theirs.caplen, theirs.origlen)
        && same_time(ours.timestamp, theirs.timestamp)
        && (ours.encapsulation.is_none() || ours.encapsulation == theirs.encapsulation)
}

/// Equal but for tshark's counting seconds in 32 bits with a sign: it shows 2038-01-19 and later as times before 1970,
/// with a minus in front of seconds and of a fraction that still counts forward.
fn same_time(ours: i128, theirs: i128) -> bool {
    const SECOND: i128 = 1_000_000_000;
    const WRAP: i128 = SECOND << 32;
    let theirs = theirs / SECOND * SECOND + (theirs % SECOND).abs();
    (ours - theirs) % WRAP == 0
}

/// Wireshark's number of a link type, for those that are certain.
fn encapsulation(link_type: LinkType) -> Option<i32> {
    Some(match link_type {
        LinkType::NULL | LinkType::LOOP => 15,
        LinkType::ETHERNET => 1,
        LinkType::SLIP => 3,
        LinkType::PPP => 4,
        LinkType::RAW | LinkType::RAW_BSD | LinkType::RAW_OPENBSD => 7,
        LinkType::ATM_RFC1483 => 10,
        LinkType::C_HDLC => 28,
        LinkType::IEEE802_11 => 20,
        LinkType::IEEE802_11_PRISM => 21,
        LinkType::IEEE802_11_RADIOTAP => 23,
        LinkType::FRELAY => 26,
        LinkType::LINUX_SLL => 25,
        LinkType::LINUX_SLL2 => 210,
        LinkType::IEEE802_15_4_WITHFCS => 104,
        LinkType::IEEE802_15_4_NOFCS => 127,
        LinkType::CAN_SOCKETCAN => 125,
        LinkType::IPV4 => 129,
        LinkType::IPV6 => 130,
        LinkType::NFLOG => 141,
        LinkType::NETLINK => 158,
        LinkType::PKTAP => 171,
        LinkType::VSOCK => 185,
        _ => return None,
    })
}

/// The folder with the corpus and the oracle, which stands beside the workspace if it is there at all.
fn shared() -> Option<PathBuf> {
    let shared = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR")?).join("../../shared");
    if shared.join("corpus").is_dir() {
        return Some(shared);
    }
    eprintln!("no captures at {}: nothing is compared", shared.display());
    None
}

fn oracle(shared: &Path) -> Vec<Expected> {
    let mut captures: Vec<Expected> = Vec::new();
    for entry in std::fs::read_dir(shared.join("oracle")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "zst") {
            let mut decoder = zstd::Decoder::new(File::open(path).unwrap()).unwrap();
            decoder.window_log_max(27).unwrap();
            BufReader::new(decoder).lines().for_each(|line| add(&mut captures, &line.unwrap()));
        }
    }
    captures
}

fn add(captures: &mut Vec<Expected>, line: &str) {
    let line: Line = serde_json::from_str(line).unwrap();
    match line.k.as_str() {
        "file" => captures.push(Expected {
            file: line.file,
            packets: line.packets,
            failed: line.rc != 0,
            error: line.err,
            sampled: Vec::new(),
        }),
        "p" => captures.last_mut().expect("a file before its packets").sampled.push(Seen {
            frame: line.n,
            timestamp: line.ts.into(),
            caplen: line.cap,
            origlen: line.len,
            encapsulation: line.enc,
        }),
        _ => {}
    }
}

fn read(path: &Path) -> Found {
    let mut packets = Vec::new();
    let error = read_into(&mut packets, path).err();
    Found { packets, error }
}

fn read_into(packets: &mut Vec<Seen>, path: &Path) -> Result<(), FileError> {
    let mut reader = Reader::new(File::open(path).unwrap())?;
    while let Some(packet) = reader.next()? {
        packets.push(Seen {
            frame: packet.frame,
            // tshark shows packets without a time as of 1970.
            timestamp: packet.timestamp.unwrap_or(0),
            caplen: packet.caplen(),
            origlen: packet.origlen,
            encapsulation: encapsulation(packet.link_type),
        });
    }
    Ok(())
}
