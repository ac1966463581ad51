//! What was cut says so: every vector of every definition, and packets of the captures, cut at every length.

#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use packet_runtime::file::Reader as FileReader;
use packet_schema::Schema;
use packet_schema::interp::{AnomalyKind, Dissection, Reader};
use packet_schema::model::CompositeId;
use pony_tests::definitions::{examples, hex, protocols, schema};
use pony_tests::fuzz::seeds::{link_layer, vectors};
use pony_tests::root;
use std::fs;
use std::thread;

/// Packets of one capture.
const MOST_PACKETS: usize = 200;

fn says_so(dissection: &Dissection) -> bool {
    let truncated = || dissection.anomalies.iter().any(|anomaly| anomaly.kind == AnomalyKind::Truncated);
    !dissection.errors.is_empty() || truncated()
}

/// Cuts a packet everywhere. One that is not whole in the first place must just be read.
fn cut(reader: &Reader<'_>, dissection: &mut Dissection, start: CompositeId, packet: &[u8]) {
    reader.read(dissection, start, packet, packet.len());
    let whole = !says_so(dissection);
    for end in 0..packet.len() {
        reader.read(dissection, start, &packet[..end], packet.len());
        assert!(
            !whole || says_so(dissection),
            "{} is cut to {end} of {} bytes and does not say so: {}",
            reader.schema()[start].name,
            packet.len(),
            hex(packet)
        );
    }
}

/// Cuts many, on some threads.
fn cut_all(schema: &Schema, packets: &[(CompositeId, Vec<u8>)]) {
    let reader = &Reader::new(schema);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = &|of: usize| {
        let mut dissection = Dissection::default();
        let mine = packets.iter().skip(of).step_by(threads);
        mine.for_each(|(start, packet)| cut(reader, &mut dissection, *start, packet));
    };
    thread::scope(|scope| {
        for of in 0..threads {
            scope.spawn(move || share(of));
        }
    });
}

#[test]
fn every_vector_of_the_protocols() {
    let vectors = vectors(protocols());
    assert!(vectors.len() > 100);
    cut_all(protocols(), &vectors);
}

#[test]
fn every_vector_of_the_examples() {
    let examples = examples();
    cut_all(&examples, &vectors(&examples));
    let beacon = fs::read_to_string(root().join("examples/beacon.pony")).unwrap();
    let net = packet_protocols::DEFINITIONS.iter().map(|definition| definition.text.to_owned());
    let beacon = schema(&net.chain([beacon]).collect::<Vec<_>>());
    cut_all(&beacon, &vectors(&beacon));
}

#[test]
fn packets_of_the_captures() {
    let mut packets = Vec::new();
    for entry in fs::read_dir(root().join("tests/captures")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "pcap" && extension != "pcapng") {
            continue;
        }
        let mut reader = FileReader::new(fs::File::open(path).unwrap()).unwrap();
        for _ in 0..MOST_PACKETS {
            let Some(packet) = reader.next().unwrap() else { break };
            packets.extend(link_layer(protocols(), packet.link_type.0).map(|layer| (layer, packet.data.to_vec())));
        }
    }
    assert!(packets.len() > 500);
    cut_all(protocols(), &packets);
}
