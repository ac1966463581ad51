//! Packets of captures, read, turned into values and built again.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a failing test may panic, and reports")]

use packet_runtime::file::{Packet, Reader as FileReader};
use packet_schema::Schema;
use packet_schema::interp::{AnomalyKind, Builder, Dissection, Reader, to_value};
use packet_schema::model::CompositeId;
use pony_tests::definitions::{hex, protocols};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What was seen in all captures.
#[derive(Default)]
struct Seen {
    packets: u64,
    bytes: u64,
    /// Packets without an error or an anomaly that differ when all is derived, by the first field that does.
    underivable: BTreeMap<String, (u64, String)>,
    right: u64,
}

/// The layer that packets of a link type begin with.
fn first_layer(schema: &Schema, packet: &Packet<'_>) -> Option<CompositeId> {
    let table = schema.tables.iter().find(|table| table.name == "link_type")?;
    table.rows_of(u128::from(packet.link_type.0)).next().map(|row| row.layer)
}

fn check(reader: &Reader<'_>, dissection: &mut Dissection, packet: &Packet<'_>, path: &Path, seen: &mut Seen) {
    let schema = reader.schema();
    let Some(start) = first_layer(schema, packet) else { return };
    reader.read(dissection, start, packet.data, packet.origlen as usize);
    let mut value = to_value(schema, packet.data, dissection);
    let place = || format!("{} frame {}: {}", path.display(), packet.frame, hex(packet.data));
    assert!(!value.layers.is_empty() || packet.data.is_empty(), "{}: given up", place());
    let built = match Builder::new(schema).build(&value) {
        Ok(built) => built,
        Err(error) => panic!("{}: {}", place(), error.words(schema)),
    };
    assert_eq!(hex(&built.bytes), hex(packet.data), "{}", place());
    seen.packets += 1;
    seen.bytes += packet.data.len() as u64;
    let faultless = dissection.errors.is_empty() && dissection.anomalies.is_empty();
    if faultless && !dissection.anomalies.iter().any(|anomaly| anomaly.kind == AnomalyKind::Truncated) {
        seen.right += 1;
        value.derive_all(schema);
        let derived = Builder::new(schema).build(&value);
        if let Some(field) = first_difference(schema, dissection, packet.data, derived) {
            let entry = seen.underivable.entry(field).or_insert_with(|| (0, place()));
            entry.0 += 1;
        }
    }
}

/// The field of the packet in which the derived one differs first.
fn first_difference(
    schema: &Schema,
    dissection: &Dissection,
    data: &[u8],
    derived: Result<packet_schema::interp::Built, packet_schema::interp::BuildError>,
) -> Option<String> {
    let derived = match derived {
        Ok(derived) => derived.bytes,
        Err(error) => return Some(error.words(schema)),
    };
    if derived == data {
        return None;
    }
    let at = derived.iter().zip(data).take_while(|(a, b)| a == b).count() as u32 * 8;
    let nodes = dissection.nodes.iter().rev().filter(|node| node.start <= at && at < node.start + node.bits);
    let names = nodes.filter_map(|node| match node.kind {
        packet_schema::interp::NodeKind::Field(field) => Some(packet_schema::interp::words::qualified(schema, field)),
        _ => None,
    });
    names.into_iter().next().or_else(|| Some("nothing".to_owned()))
}

fn captures_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|kind| kind == "pcap" || kind == "pcapng" || kind == "cap") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Checks packets of each capture, as many as may be from each, until the time is over.
fn check_all(paths: &[PathBuf], most: u64, time: Duration) -> Seen {
    let schema = protocols();
    let reader = Reader::new(schema);
    let mut dissection = Dissection::default();
    let mut seen = Seen::default();
    let begun = Instant::now();
    for path in paths {
        let Ok(mut file) = FileReader::new(File::open(path).unwrap()) else { continue };
        while let Ok(Some(packet)) = file.next() {
            check(&reader, &mut dissection, &packet, path, &mut seen);
            if packet.frame >= most || begun.elapsed() > time {
                break;
            }
        }
    }
    println!(
        "{} packets, {} bytes, {} of them faultless, in {:?}",
        seen.packets,
        seen.bytes,
        seen.right,
        begun.elapsed()
    );
    for (field, (count, example)) in &seen.underivable {
        println!("{count:6} {field}: {example:.200}");
    }
    seen
}

#[test]
fn every_packet_of_the_captures_comes_back() {
    let seen =
        check_all(&captures_below(&pony_tests::root().join("tests/captures")), u64::MAX, Duration::from_secs(600));
    assert!(seen.packets > 500);
}

/// Captures that stand beside the repository, where there are any; a sample, so that it stays quick.
#[test]
fn packets_of_the_corpus_come_back() {
    let paths = captures_below(&pony_tests::root().join("../shared/corpus"));
    check_all(&paths, 40, Duration::from_secs(60));
}
