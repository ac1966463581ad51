//! pcap files made by hand.

use super::{hex, message, read_all};
use packet_runtime::file::{Format, LinkType, Reader, Resolution};

/// Two packets, in little-endian with microseconds: 3 of 60 bytes, and 4 of 4.
pub(crate) fn small() -> &'static [u8] {
    b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0\
      \0\xf1\x53\x65\x40\xe2\x01\0\x03\0\0\0\x3c\0\0\0abc\
      \x01\xf1\x53\x65\x3f\x42\x0f\0\x04\0\0\0\x04\0\0\0defg"
}

#[test]
fn every_field_of_a_record_is_read() {
    let packets = read_all(small());
    assert_eq!(packets.len(), 2);
    assert_eq!((packets[0].frame, packets[1].frame), (1, 2));
    assert_eq!(packets[0].timestamp, Some(1_700_000_000_123_456_000));
    assert_eq!(packets[1].timestamp, Some(1_700_000_001_999_999_000));
    assert_eq!((packets[0].data.as_slice(), packets[0].origlen), (b"abc".as_slice(), 60));
    assert_eq!((packets[1].data.as_slice(), packets[1].origlen), (b"defg".as_slice(), 4));
    assert!(packets.iter().all(|p| p.link_type == LinkType::ETHERNET && p.interface == 0 && p.fcs_len.is_none()));
}

#[test]
fn the_reader_tells_format_interface_and_place() {
    let mut reader = Reader::new(small()).unwrap();
    assert_eq!((reader.format(), reader.compression()), (Format::Pcap, None));
    assert_eq!(reader.interfaces()[0].snaplen, 65535);
    assert_eq!(reader.interfaces()[0].resolution, Resolution::MICROSECONDS);
    assert_eq!(reader.offset(), 24);
    assert!(reader.next().unwrap().unwrap().is_truncated());
    assert_eq!(reader.offset(), 24 + 16 + 3);
    assert!(!reader.next().unwrap().unwrap().is_truncated());
}

#[test]
fn big_endian_and_nanoseconds_are_told_by_the_magic() {
    let record = "6553f100 0001e240 00000001 00000002 ff";
    let microseconds = read_all(&hex(&format!("a1b2c3d4 0002 0004 00000000 00000000 0000ffff 00000071 {record}")));
    assert_eq!(microseconds[0].timestamp, Some(1_700_000_000_123_456_000));
    assert_eq!((microseconds[0].origlen, microseconds[0].link_type), (2, LinkType::LINUX_SLL));
    let nanoseconds = read_all(&hex(&format!("a1b23c4d 0002 0004 00000000 00000000 0000ffff 00000071 {record}")));
    assert_eq!(nanoseconds[0].timestamp, Some(1_700_000_000_000_123_456));
    let record = "00f15365 40e20100 01000000 02000000 ff";
    let little = read_all(&hex(&format!("4d3cb2a1 0200 0400 00000000 00000000 ffff0000 71000000 {record}")));
    assert_eq!(little, nanoseconds);
}

#[test]
fn the_variant_of_kuznetzov_has_eight_bytes_more_in_a_record_header() {
    let header = "34cdb2a1 0200 0400 00000000 00000000 ffff0000 01000000";
    let packets = read_all(&hex(&format!("{header} 00f15365 40e20100 02000000 3c000000 02000000 0800 04 00 abcd")));
    assert_eq!((packets[0].data.as_slice(), packets[0].origlen), ([0xab, 0xcd].as_slice(), 60));
}

#[test]
fn old_versions_have_the_two_lengths_in_the_other_order() {
    let record = "00f15365 40e20100 3c000000 02000000 abcd";
    for version in ["0200 0200", "0200 0300", "1f02 0000"] {
        let header = format!("d4c3b2a1 {version} 00000000 00000000 ffff0000 01000000");
        let packets = read_all(&hex(&format!("{header} {record}")));
        assert_eq!((packets[0].data.len(), packets[0].origlen), (2, 60), "{version}");
    }
    let header = "d4c3b2a1 0200 0300 00000000 00000000 ffff0000 01000000";
    let packets = read_all(&hex(&format!("{header} 00f15365 40e20100 02000000 3c000000 abcd")));
    assert_eq!((packets[0].data.len(), packets[0].origlen), (2, 60));
}

#[test]
fn unknown_versions_are_refused() {
    let header = "d4c3b2a1 0300 0000 00000000 00000000 ffff0000 01000000";
    assert_eq!(message(&hex(header)), "pcap file header at byte 0: version 3.0 is not supported");
}

#[test]
fn the_link_type_field_can_say_the_length_of_the_check_sequence() {
    let record = "00f15365 40e20100 00000000 00000000";
    let header = "d4c3b2a1 0200 0400 00000000 00000000 ffff0000";
    for (network, link_type, fcs_len) in [
        ("01000024", LinkType::ETHERNET, Some(4)),
        ("01000004", LinkType::ETHERNET, Some(0)),
        ("01000020", LinkType::ETHERNET, None),
        ("14010000", LinkType::LINUX_SLL2, None),
    ] {
        let packets = read_all(&hex(&format!("{header} {network} {record}")));
        assert_eq!((packets[0].link_type, packets[0].fcs_len), (link_type, fcs_len), "{network}");
    }
}

#[test]
fn a_captured_length_beyond_all_reason_is_damage() {
    let mut file = small().to_vec();
    file.extend(hex("01f15365 3f420f00 01000400 01000400"));
    let limit = "pcap record 3 at byte 63: captured length 262145 is more than the limit of 262144 bytes";
    assert_eq!(message(&file), limit);
}

#[test]
fn a_larger_snapshot_length_allows_larger_packets() {
    let mut file = hex("d4c3b2a1 0200 0400 00000000 00000000 00001000 01000000");
    file.extend(hex("00f15365 40e20100 00000500 00000500"));
    file.extend(vec![0xa5; 0x5_0000]);
    assert_eq!(read_all(&file)[0].data, vec![0xa5; 0x5_0000]);
    file[24 + 8..24 + 12].copy_from_slice(&hex("01001000"));
    assert!(message(&file).ends_with("captured length 1048577 is more than the limit of 1048576 bytes"));
}

#[test]
fn link_types_have_names() {
    assert_eq!(LinkType::IEEE802_11_RADIOTAP.to_string(), "IEEE802_11_RADIOTAP");
    assert_eq!((LinkType(276).name(), LinkType(4711).name()), (Some("LINUX_SLL2"), None));
    assert_eq!(LinkType(4711).to_string(), "link type 4711");
}
