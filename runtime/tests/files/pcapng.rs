//! pcapng files made by hand.

use super::{hex, message, read, read_all};
use packet_runtime::file::{Format, LinkType, Reader, Resolution};

/// A little-endian block around a body in hexadecimal digits.
pub(crate) fn block(kind: u32, body: &str) -> Vec<u8> {
    let body = hex(body);
    let length = (body.len() as u32 + 12).to_le_bytes();
    [kind.to_le_bytes().as_slice(), &length, &body, &length].concat()
}

/// The same in big-endian.
fn big_block(kind: u32, body: &str) -> Vec<u8> {
    let body = hex(body);
    let length = (body.len() as u32 + 12).to_be_bytes();
    [kind.to_be_bytes().as_slice(), &length, &body, &length].concat()
}

const SHB: u32 = 0x0a0d_0d0a;
const IDB: u32 = 1;
const PB: u32 = 2;
const SPB: u32 = 3;
const EPB: u32 = 6;

const SECTION: &str = "4d3c2b1a 0100 0000 ffffffffffffffff";
/// Ethernet, up to 96 bytes of a packet.
const ETHERNET: &str = "0100 0000 60000000";
/// 1,700,000,000,123,456 microseconds after the epoch on interface 0, 3 bytes of 60.
const PACKET: &str = "00000000 240a0600 40222018 03000000 3c000000 61626300";

/// A section with an interface, the same packet twice, and blocks without packets between.
pub(crate) fn small() -> Vec<u8> {
    let names = block(4, "00000000");
    let statistics = block(5, "00000000 00000000 00000000");
    let packet = block(EPB, PACKET);
    [block(SHB, SECTION), block(IDB, ETHERNET), names, packet.clone(), statistics, packet].concat()
}

/// A section with an interface, and then these blocks.
fn section(blocks: &[Vec<u8>]) -> Vec<u8> {
    [block(SHB, SECTION), block(IDB, ETHERNET), blocks.concat()].concat()
}

#[test]
fn every_field_of_an_enhanced_packet_block_is_read() {
    let packets = read_all(&small());
    assert_eq!(packets.len(), 2);
    assert_eq!((packets[0].frame, packets[1].frame), (1, 2));
    assert_eq!(packets[0].timestamp, Some(1_700_000_000_123_456_000));
    assert_eq!((packets[0].data.as_slice(), packets[0].origlen), (b"abc".as_slice(), 60));
    assert_eq!((packets[0].link_type, packets[0].interface, packets[0].fcs_len), (LinkType::ETHERNET, 0, None));
}

#[test]
fn options_of_a_packet_are_its_comments_and_its_flags() {
    let options = "0100 0300 68652100 0200 0400 82000000 0100 0200 68690000 00000000";
    let packets = read_all(&section(&[block(EPB, &format!("{PACKET} {options}"))]));
    assert_eq!(packets[0].comments, ["he!", "hi"]);
    assert_eq!(packets[0].fcs_len, Some(4), "bits 5 to 8 of the flags");
}

#[test]
fn damaged_options_of_a_packet_leave_the_packet_alone() {
    let packets = read_all(&section(&[block(EPB, &format!("{PACKET} 0100 0200 68690000 0100 ff00"))]));
    assert_eq!(
        (packets[0].data.as_slice(), packets[0].comments.as_slice()),
        (b"abc".as_slice(), ["hi".to_owned()].as_slice())
    );
}

#[test]
fn a_simple_packet_is_cut_to_the_snapshot_length_and_has_no_time() {
    let packets =
        read_all(&section(&[block(SPB, "03000000 61626300"), block(SPB, &format!("ff000000 {}", "5a".repeat(96)))]));
    assert_eq!((packets[0].data.as_slice(), packets[0].origlen, packets[0].timestamp), (b"abc".as_slice(), 3, None));
    assert_eq!((packets[1].data.len(), packets[1].origlen), (96, 255));
}

#[test]
fn a_packet_block_of_old_files_is_read() {
    let packets = read_all(&section(&[block(PB, "0000 ffff 240a0600 40222018 03000000 3c000000 61626300")]));
    assert_eq!(packets[0].timestamp, Some(1_700_000_000_123_456_000));
    assert_eq!((packets[0].data.as_slice(), packets[0].origlen), (b"abc".as_slice(), 60));
}

#[test]
fn the_options_of_an_interface_are_read() {
    let name = "0200 0400 65746830";
    let description = "0300 0300 77616e00";
    let nanoseconds = "0900 0100 09000000";
    let offset = "0e00 0800 feffffffffffffff";
    let fcs_len = "0d00 0100 20000000";
    let options = format!("{name} {description} {nanoseconds} {offset} {fcs_len} 00000000");
    let file = [block(SHB, SECTION), block(IDB, &format!("{ETHERNET} {options}")), block(EPB, PACKET)].concat();
    let mut reader = Reader::new(file.as_slice()).unwrap();
    let packet = reader.next().unwrap().unwrap();
    assert_eq!(packet.timestamp, Some(1_700_000_000_123_456 - 2_000_000_000));
    assert_eq!(packet.fcs_len, Some(4), "32 bits");
    let interface = &reader.interfaces()[0];
    assert_eq!((interface.name.as_deref(), interface.description.as_deref()), (Some("eth0"), Some("wan")));
    assert_eq!((interface.snaplen, interface.resolution), (96, Resolution::NANOSECONDS));
    assert_eq!(reader.format(), Format::Pcapng);
}

#[test]
fn sections_have_their_own_byte_order_and_interfaces() {
    let second = [
        big_block(SHB, "1a2b3c4d 0001 0002 ffffffffffffffff"),
        big_block(IDB, "0065 0000 00000000"),
        big_block(IDB, "0071 0000 00000000"),
        big_block(EPB, "00000001 00060a24 18202240 00000001 00000002 ff000000"),
    ];
    let file = [small(), second.concat()].concat();
    let packets = read_all(&file);
    assert_eq!(packets.len(), 3);
    assert_eq!((packets[2].link_type, packets[2].interface), (LinkType::LINUX_SLL, 2));
    assert_eq!(packets[2].timestamp, Some(1_700_000_000_123_456_000));
    let without = [small(), block(SHB, SECTION), block(EPB, PACKET)].concat();
    assert!(message(&without).ends_with("interface 0 is not among the 0 that the section has described"));
}

#[test]
fn blocks_that_are_not_known_are_passed_over_however_long() {
    let long = "00".repeat(600_000);
    let blocks = [block(0x0bad, "39300000 11111111"), block(10, &long), block(0x7777_7777, &long), block(EPB, PACKET)];
    assert_eq!(read_all(&section(&blocks)).len(), 1);
}

#[test]
fn damage_of_blocks_is_told() {
    let (start, limit) = ("pcapng Enhanced Packet Block at byte 48: ", 16 * 1024 * 1024);
    let epb =
        |length: u32, rest: &str| section(&[[hex("06000000"), length.to_le_bytes().to_vec(), hex(rest)].concat()]);
    for (file, problem) in [
        (epb(28, PACKET), "block length 28 is less than the 32 bytes that such a block has at least".to_owned()),
        (epb(38, PACKET), "block length 38 is not a multiple of 4".to_owned()),
        (epb(u32::MAX - 3, PACKET), format!("block length 4294967292 is more than the limit of {limit} bytes")),
        (epb(40, PACKET), "the file is cut short: 40 bytes needed, 32 left".to_owned()),
        (
            epb(36, &format!("{PACKET} 20000000")),
            "block length 36 at the start differs from 32 at the end of the block".to_owned(),
        ),
        (
            section(&[block(EPB, &PACKET.replacen("03000000", "05000000", 1))]),
            "captured length 5 is more than the 4 bytes that the block has for it".to_owned(),
        ),
        (
            section(&[block(EPB, &PACKET.replacen("00000000", "07000000", 1))]),
            "interface 7 is not among the 1 that the section has described".to_owned(),
        ),
    ] {
        assert_eq!(message(&file), format!("{start}{problem}"));
    }
}

#[test]
fn damage_of_a_block_that_is_passed_over_is_told() {
    let file = section(&[block(EPB, PACKET), hex("0a000000 f0ffff7f 00000000")]);
    let (packets, error) = read(file.as_slice());
    assert_eq!(packets.len(), 1);
    let message = "pcapng Decryption Secrets Block at byte 84: the file is cut short: 2147483632 bytes needed, 12 left";
    assert_eq!(error.unwrap().to_string(), message);
}

#[test]
fn damage_of_a_section_header_is_told() {
    let start = "pcapng Section Header Block at byte 0: ";
    let magic = block(SHB, "4d3c2b1b 0100 0000 ffffffffffffffff");
    assert_eq!(message(&magic), format!("{start}byte-order magic 4d3c2b1b is neither 1a2b3c4d nor 4d3c2b1a"));
    let version = block(SHB, "4d3c2b1a 0200 0000 ffffffffffffffff");
    assert_eq!(message(&version), format!("{start}version 2.0 is not supported"));
    assert!(read_all(&block(SHB, "4d3c2b1a 0100 0200 ffffffffffffffff")).is_empty());
}

#[test]
fn a_damaged_description_of_an_interface_is_told() {
    let start = "pcapng Interface Description Block at byte 28: ";
    let described = |options: &str| [block(SHB, SECTION), block(IDB, &format!("{ETHERNET} {options}"))].concat();
    let long = described("0900 ff00 09000000");
    assert_eq!(message(&long), format!("{start}option 9 has 255 bytes, but 4 are left in the block"));
    let empty = described("0900 0000");
    assert_eq!(message(&empty), format!("{start}option 9 has 0 bytes instead of 1"));
}

#[test]
fn interfaces_are_bounded() {
    let mut file = block(SHB, SECTION);
    let interface = block(IDB, ETHERNET);
    for _ in 0..65_537 {
        file.extend(&interface);
    }
    assert!(message(&file).ends_with("the file describes more than 65536 interfaces"));
}
