//! What is written is read again.

use super::{Owned, hex, pcap, pcapng, read_all, read_batches};
use packet_runtime::file::{
    ByteOrder, Interface, LinkType, PcapOptions, PcapWriter, PcapngOptions, PcapngWriter, Precision, Reader,
    Resolution, WriteError,
};
use proptest::collection::vec;
use proptest::prelude::*;

const SECOND: i128 = 1_000_000_000;

fn byte_order() -> impl Strategy<Value = ByteOrder> {
    prop_oneof![Just(ByteOrder::Little), Just(ByteOrder::Big)]
}

fn fcs_len() -> impl Strategy<Value = Option<u8>> {
    proptest::option::of((0..=15_u8).prop_map(|length| length * 2))
}

fn data() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(any::<u8>(), 0..80), vec(any::<u8>(), 1500..1600)]
}

prop_compose! {
    fn pcap_options()(
        byte_order in byte_order(),
        nanoseconds: bool,
        snaplen: u32,
        fcs_len in fcs_len(),
    ) -> PcapOptions {
        let precision = if nanoseconds { Precision::Nanoseconds } else { Precision::Microseconds };
        PcapOptions { byte_order, precision, snaplen, fcs_len }
    }
}

fn resolution() -> impl Strategy<Value = Resolution> {
    // Units of a nanosecond or more, so that no time is lost that was read from a clock of the same kind.
    prop_oneof![(0..=9_u8).prop_map(Resolution::Decimal), (0..=29_u8).prop_map(Resolution::Binary)]
}

prop_compose! {
    fn interface()(
        link_type: u16,
        snaplen: u32,
        name in proptest::option::of("[a-z0-9]{1,15}"),
        description in proptest::option::of("[ -~]{1,40}"),
        fcs_len in proptest::option::of(0..8_u8),
        resolution in resolution(),
    ) -> Interface {
        Interface { link_type: LinkType(link_type), snaplen, name, description, fcs_len, resolution }
    }
}

/// The nanoseconds at a number of units of a clock.
fn nanoseconds(resolution: Resolution, units: u32) -> i128 {
    match resolution {
        Resolution::Decimal(digits) => i128::from(units) * SECOND / 10_i128.pow(digits.into()),
        Resolution::Binary(bits) => (i128::from(units) * SECOND) >> bits,
    }
}

proptest! {
    #[test]
    fn pcap(
        link_type: u16,
        options in pcap_options(),
        packets in vec((0..=SECOND << 32, any::<u32>(), data()), 0..20),
    ) {
        let mut writer = PcapWriter::new(Vec::new(), LinkType(link_type), options).unwrap();
        let mut expected = Vec::new();
        for (frame, (timestamp, origlen, data)) in (1..).zip(packets) {
            // The last second of the range is the first that does not fit.
            let timestamp = timestamp.min((SECOND << 32) - 1);
            writer.write(timestamp, origlen, &data).unwrap();
            let unit = if options.precision == Precision::Nanoseconds { 1 } else { 1000 };
            expected.push(Owned {
                frame,
                timestamp: Some(timestamp / unit * unit),
                data,
                origlen,
                link_type: LinkType(link_type),
                interface: 0,
                fcs_len: options.fcs_len,
                comments: Vec::new(),
            });
        }
        prop_assert_eq!(read_all(&writer.finish().unwrap()), expected);
    }

    #[test]
    fn pcapng(
        byte_order in byte_order(),
        interfaces in vec(interface(), 1..4),
        packets in vec((any::<usize>(), any::<u32>(), any::<u32>(), data(), vec("\\PC{0,20}", 0..3)), 0..20),
    ) {
        let options = PcapngOptions { byte_order, application: Some("test"), comment: Some("of the file") };
        let mut writer = PcapngWriter::new(Vec::new(), options).unwrap();
        for (number, interface) in (0..).zip(&interfaces) {
            prop_assert_eq!(writer.add_interface(interface).unwrap(), number);
        }
        let mut expected = Vec::new();
        for (frame, (index, units, origlen, data, comments)) in (1..).zip(packets) {
            let index = index % interfaces.len();
            let interface = &interfaces[index];
            let timestamp = nanoseconds(interface.resolution, units);
            let texts: Vec<&str> = comments.iter().map(String::as_str).collect();
            writer.write_with_comments(index as u32, timestamp, origlen, &data, &texts).unwrap();
            expected.push(Owned {
                frame,
                timestamp: Some(timestamp),
                data,
                origlen,
                link_type: interface.link_type,
                interface: index as u32,
                fcs_len: interface.fcs_len,
                comments,
            });
        }
        let file = writer.finish().unwrap();
        prop_assert_eq!(&read_all(&file), &expected);
        prop_assert_eq!(read_batches(file.as_slice()).0, expected);
        let mut reader = Reader::new(file.as_slice()).unwrap();
        while reader.next().unwrap().is_some() {}
        prop_assert_eq!(reader.interfaces(), interfaces.as_slice());
    }
}

#[test]
fn the_bytes_of_a_pcap_file_are_those_of_the_standard() {
    let options = PcapOptions { precision: Precision::Microseconds, snaplen: 65535, ..PcapOptions::default() };
    let mut writer = PcapWriter::new(Vec::new(), LinkType::ETHERNET, options).unwrap();
    writer.write(1_700_000_000_123_456_789, 60, b"abc").unwrap();
    writer.write(1_700_000_001_999_999_000, 4, b"defg").unwrap();
    assert_eq!(writer.finish().unwrap(), pcap::small());
}

#[test]
fn the_bytes_of_a_pcapng_file_are_those_of_the_standard() {
    let mut writer = PcapngWriter::new(Vec::new(), PcapngOptions::default()).unwrap();
    let interface =
        Interface { snaplen: 96, resolution: Resolution::MICROSECONDS, ..Interface::new(LinkType::ETHERNET) };
    writer.add_interface(&interface).unwrap();
    writer.write(0, 1_700_000_000_123_456_789, 60, b"abc").unwrap();
    let expected = [
        pcapng::block(0x0a0d_0d0a, "4d3c2b1a 0100 0000 ffffffffffffffff"),
        pcapng::block(1, "0100 0000 60000000 0900 0100 06000000 00000000"),
        pcapng::block(6, "00000000 240a0600 40222018 03000000 3c000000 61626300"),
    ];
    assert_eq!(writer.finish().unwrap(), expected.concat());
    let big = PcapngOptions { byte_order: ByteOrder::Big, comment: Some("hi"), ..PcapngOptions::default() };
    let file = PcapngWriter::new(Vec::new(), big).unwrap().finish().unwrap();
    let header = "0a0d0d0a 00000028 1a2b3c4d 0001 0000 ffffffffffffffff 0001 0002 68690000 00000000 00000028";
    assert_eq!(file, hex(header));
}

#[test]
fn what_a_pcap_file_cannot_hold_is_refused_and_leaves_it_as_it_was() {
    let mut writer = PcapWriter::new(Vec::new(), LinkType::ETHERNET, PcapOptions::default()).unwrap();
    assert!(matches!(writer.write(-1, 0, b""), Err(WriteError::Time(-1))));
    assert!(matches!(writer.write(SECOND << 32, 0, b""), Err(WriteError::Time(_))));
    assert!(matches!(writer.write(i128::MIN, 0, b""), Err(WriteError::Time(_))));
    let long = vec![0; 262_145];
    assert!(matches!(writer.write(0, 0, &long), Err(WriteError::TooLong { length: 262_145, limit: 262_144 })));
    assert_eq!(writer.finish().unwrap().len(), 24);
    let odd = PcapOptions { fcs_len: Some(3), ..PcapOptions::default() };
    assert!(matches!(PcapWriter::new(Vec::new(), LinkType::ETHERNET, odd), Err(WriteError::FcsLength(3))));
}

#[test]
fn what_a_pcapng_file_cannot_hold_is_refused_and_leaves_it_as_it_was() {
    let mut writer = PcapngWriter::new(Vec::new(), PcapngOptions::default()).unwrap();
    assert!(matches!(writer.write(0, 0, 0, b""), Err(WriteError::UnknownInterface(0))));
    writer.add_interface(&Interface::new(LinkType::ETHERNET)).unwrap();
    assert!(matches!(writer.write(0, -1, 0, b""), Err(WriteError::Time(-1))));
    assert!(matches!(writer.write(0, i128::MAX, 0, b""), Err(WriteError::Time(_))));
    let long = "x".repeat(65_536);
    let refused = writer.write_with_comments(0, 0, 0, b"", &[&long]);
    assert!(matches!(refused, Err(WriteError::TextTooLong { length: 65_536 })));
    let long = vec![0; 16 * 1024 * 1024];
    assert!(matches!(writer.write(0, 0, 0, &long), Err(WriteError::TooLong { .. })));
    writer.write(0, 5, 2, b"hi").unwrap();
    let packets = read_all(&writer.finish().unwrap());
    assert_eq!((packets.len(), packets[0].timestamp, packets[0].comments.len()), (1, Some(5), 0));
}
