//! Files that end anywhere, and files of noise.

use super::{Owned, pcap, pcapng, read, read_all, read_batches};
use packet_runtime::file::{LinkType, PcapOptions, PcapWriter, Problem};
use proptest::prelude::*;
use std::io::Read;

/// Where the records or blocks of a file end, and how many packets there are until then.
type Ends = Vec<(usize, usize)>;

/// A file of each format with its ends.
fn files() -> Vec<(Vec<u8>, Ends)> {
    let blocks = [28, 20, 16, 36, 24, 36];
    let packets = [0, 0, 0, 1, 1, 2];
    let ends = blocks.iter().zip(packets).scan(0, |end, (length, packets)| {
        *end += length;
        Some((*end, packets))
    });
    vec![(pcap::small().to_vec(), vec![(24, 0), (43, 1), (63, 2)]), (pcapng::small(), ends.collect())]
}

#[test]
fn a_file_cut_anywhere_yields_the_packets_before_and_says_so() {
    for (file, ends) in files() {
        let whole = read_all(&file);
        assert_eq!(ends.last(), Some(&(file.len(), whole.len())));
        for length in 1..=file.len() {
            let (packets, error) = read(file.get(..length).unwrap());
            let packets_before = ends.iter().rfind(|(end, _)| *end <= length).map_or(0, |(_, packets)| *packets);
            assert_eq!(packets, whole.get(..packets_before).unwrap(), "cut at {length}");
            let at_an_end = ends.iter().any(|(end, _)| *end == length);
            assert_eq!(error.is_none(), at_an_end, "cut at {length}");
            check_cut(error.map(|error| error.problem), length);
        }
    }
}

fn check_cut(problem: Option<Problem>, length: usize) {
    match problem {
        None => {}
        Some(Problem::CutShort { needed, available }) => assert!(needed > available, "cut at {length}"),
        // The first bytes of a magic are none.
        Some(Problem::UnknownFormat { .. }) => assert!(length < 4, "cut at {length}"),
        Some(other) => panic!("cut at {length}: {other}"),
    }
}

/// Gives as many bytes at once as the next number says.
struct Pieces<'a> {
    bytes: &'a [u8],
    sizes: std::iter::Cycle<std::slice::Iter<'a, usize>>,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let size = self.sizes.next().map_or(buffer.len(), |size| buffer.len().min(*size));
        self.bytes.read(buffer.get_mut(..size).unwrap())
    }
}

/// The text of an error, so that two can be compared.
fn shown((packets, error): (Vec<Owned>, Option<packet_runtime::file::FileError>)) -> (Vec<Owned>, Option<String>) {
    (packets, error.map(|error| error.to_string()))
}

/// Reads a file in three ways, which must agree, and must not panic.
fn check(bytes: &[u8], sizes: &[usize]) {
    let whole = shown(read(bytes));
    assert_eq!(whole, shown(read_batches(bytes)));
    assert_eq!(whole, shown(read(Pieces { bytes, sizes: sizes.iter().cycle() })));
}

fn a_start() -> impl Strategy<Value = Vec<u8>> {
    let starts = [
        pcap::small().to_vec(),
        pcap::small().get(..24).unwrap().to_vec(),
        pcapng::small(),
        pcapng::small().get(..48).unwrap().to_vec(),
        Vec::new(),
    ];
    proptest::sample::select(starts.to_vec())
}

proptest! {
    #[test]
    fn noise_never_panics(
        start in a_start(),
        noise in proptest::collection::vec(any::<u8>(), 0..200),
        sizes in proptest::collection::vec(1_usize..50, 1..5),
    ) {
        check(&[start, noise].concat(), &sizes);
    }

    #[test]
    fn a_changed_byte_never_panics(
        index in 0..3_usize,
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
        sizes in proptest::collection::vec(1_usize..50, 1..5),
    ) {
        let big = pcapng::block(6, &format!("00000000 00000000 00000000 00010000 00010000 {}", "a5".repeat(256)));
        let mut bytes = match index {
            0 => pcap::small().to_vec(),
            1 => pcapng::small(),
            _ => [pcapng::small(), big].concat(),
        };
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        check(&bytes, &sizes);
    }
}

#[test]
fn records_around_the_end_of_the_buffer_are_whole() {
    let mut writer = PcapWriter::new(Vec::new(), LinkType::ETHERNET, PcapOptions::default()).unwrap();
    let packets: Vec<Vec<u8>> = (0..2000_usize).map(|n| vec![n as u8; n * 7919 % 1500]).collect();
    packets.iter().for_each(|data| writer.write(0, 1500, data).unwrap());
    let file = writer.finish().unwrap();
    let found: Vec<Vec<u8>> = read_all(&file).into_iter().map(|packet| packet.data).collect();
    assert_eq!(found, packets);
    check(&file, &[4096, 1, 70_000]);
}

#[test]
fn a_record_longer_than_the_buffer_is_read() {
    let options = PcapOptions { snaplen: 1 << 24, ..PcapOptions::default() };
    let mut writer = PcapWriter::new(Vec::new(), LinkType::ETHERNET, options).unwrap();
    let long: Vec<u8> = (0..3_000_000_u32).map(|n| n as u8).collect();
    writer.write(1, 3_000_000, &long).unwrap();
    writer.write(2, 2, b"hi").unwrap();
    let file = writer.finish().unwrap();
    let packets = read_all(&file);
    assert!(packets[0].data == long && packets[1].data == b"hi");
    let (packets, error) = read(file.get(..2_000_000).unwrap());
    assert!(packets.is_empty());
    let message = "pcap record 1 at byte 24: the file is cut short: 3000016 bytes needed, 1999976 left";
    assert_eq!(error.unwrap().to_string(), message);
}
