//! Packets that are walked, changed and compared.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test may panic")]

mod changes;
mod peers;

use packet_core::stack::Either;
use packet_core::{Level, Region};
use packet_protocols::craft::{Arp, Ethernet, Ipv4, Ipv6, Packet as _, Tcp, Udp, Vlan, Vxlan};
use packet_protocols::ethernet;
use packet_protocols::stack::LayerKind;
use packet_protocols::{ipv4, ipv6, tcp, udp, vlan};
use packet_runtime::file::Reader;
use packet_runtime::packet::{Depth, Key, Leftover, Packet, Registry, Target, Verdict};
use std::fs::{self, File};
use std::path::Path;

/// Hands over every packet of the captures beside the tests.
pub(crate) fn each_captured(mut take: impl FnMut(&str, Packet<'_>)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/captures");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|kind| kind != "pcap" && kind != "pcapng") {
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut capture = Reader::new(File::open(&path).unwrap()).unwrap();
        while let Some(record) = capture.next().unwrap() {
            take(&name, Packet::captured(&record));
        }
    }
}

pub(crate) fn ip() -> Ipv4<'static> {
    Ipv4 { src: [10, 0, 0, 1].into(), dst: [10, 0, 0, 2].into(), identification: 1.into(), ..Default::default() }
}

pub(crate) fn datagram() -> Udp {
    Udp { src_port: 40_000, dst_port: 40_001, ..Default::default() }
}

/// A packet within VXLAN, whose outer header of UDP has a checksum.
pub(crate) fn tunnelled() -> Vec<u8> {
    let inner = Ethernet::default() / ip() / Tcp { src_port: 1, dst_port: 2, ..Default::default() } / "inner";
    let outer = Ethernet::default() / ip() / Udp { src_port: 40_000, dst_port: 4789, ..Default::default() };
    (outer / Vxlan { vni: 7, ..Default::default() } / inner).to_vec().unwrap()
}

#[test]
fn levels_are_told_apart_in_tunnels_too() {
    let bytes = tunnelled();
    let packet = Packet::parse(LayerKind::Ethernet, bytes.as_slice());
    assert_eq!(packet.to_string(), "Ethernet / Ipv4 / Udp / Vxlan / Ethernet / Ipv4 / Tcp / 5 bytes");
    assert_eq!(packet.link().unwrap().region().offset(), 0);
    assert_eq!(packet.network().unwrap().region().offset(), 14);
    assert_eq!(packet.transport().unwrap().name(), "Udp");
    assert!(packet.application().is_none());
    assert_eq!(packet.at(Level::Transport).next_back().unwrap().name(), "Tcp");
    assert_eq!(packet.all::<ipv4::Ipv4<'_>>().count(), 2);
    assert_eq!(packet.innermost::<ethernet::Ethernet<'_>>().unwrap().region().offset(), 50);
    assert_eq!(packet.payload(), b"inner");
}

#[test]
fn of_two_types_the_outermost_is_found() {
    let inner = Ipv4 { ttl: 9, ..ip() } / Tcp { src_port: 1, dst_port: 2, ..Default::default() };
    let bytes = (Ethernet::default() / Ipv6 { hop_limit: 7, ..Default::default() } / inner).to_vec().unwrap();
    let packet = Packet::parse(LayerKind::Ethernet, bytes.as_slice());
    assert_eq!(packet.to_string(), "Ethernet / Ipv6 / Ipv4 / Tcp");
    let ttl = |ip| match ip {
        Either::Left(ip) => ipv4::Ipv4::ttl(&ip),
        Either::Right(ip) => ipv6::Ipv6::hop_limit(&ip),
    };
    assert_eq!(packet.either().map(ttl), Some(7));
    assert_eq!(packet.get().map(|ip: ipv4::Ipv4<'_>| ip.ttl()), Some(9));
    // One that most packets begin with, and one that stands behind.
    assert!(matches!(packet.either::<udp::Udp<'_>, ethernet::Ethernet<'_>>(), Some(Either::Right(_))));
    assert!(matches!(packet.either::<udp::Udp<'_>, tcp::Tcp<'_>>(), Some(Either::Right(_))));
    assert!(packet.either::<udp::Udp<'_>, vlan::Vlan<'_>>().is_none());
}

#[test]
fn a_packet_is_read_to_a_depth_and_on() {
    let mut packets = 0;
    each_captured(|name, whole| {
        let Some(first) = whole.known().kind(0) else { return };
        packets += 1;
        for depth in
            [Depth::Level(Level::Network), Depth::Level(Level::Transport), Depth::Layers(2), Depth::Layer(first)]
        {
            let mut part = Packet::parse_to(first, whole.region(), depth);
            let read = part.known().count();
            assert!(read <= whole.known().count(), "{name}: {depth:?}");
            match depth {
                Depth::Layers(most) => assert_eq!(read, most.min(whole.known().count()), "{name}"),
                Depth::Layer(_) => assert_eq!(read, 1, "{name}"),
                Depth::Level(level) => {
                    assert!(part.known().kinds().rev().skip(1).all(|one| one.level() <= level), "{name}");
                }
                Depth::All => {}
            }
            part.read_to(Depth::All);
            assert!(part.is_read());
            assert_eq!(part.to_string(), whole.to_string(), "{name}");
        }
    });
    assert!(packets > 1000, "{packets} packets");
}

/// What was read of a packet: its layers, where they are, and what stopped it.
fn read_of(packet: &Packet<'_>) -> String {
    let (known, error) = (packet.known(), packet.error());
    let layers: Vec<_> = known.places().zip(known.layers()).collect();
    format!("{packet} {} {layers:?} {error:?}", known.count())
}

#[test]
fn layers_that_are_read_together_are_those_read_one_by_one() {
    // A registry that has a say in what a frame carries is asked of each layer, so that none are read together.
    let mut registry = Registry::new();
    registry.decode_as(Key::new("ether_type", 0x800), Target::Known(LayerKind::Ipv4));
    let (mut packets, mut failed) = (0_usize, 0);
    each_captured(|name, whole| {
        let Some(first) = whole.known().kind(0) else { return };
        packets += 1;
        let mut reused = Packet::new();
        // As it is; cut; and with each of the bytes in turn that say what follows and how long it is.
        let at = packets % whole.bytes().len().clamp(1, 64);
        let mut changed = whole.bytes().to_vec();
        changed[at] ^= 1 << (packets % 8);
        let mut without = whole.bytes().to_vec();
        without[at..].iter_mut().take(2).for_each(|byte| *byte = 0);
        for bytes in [whole.bytes(), &whole.bytes()[..at], &changed, &without] {
            let one_by_one = registry.parse(first, bytes);
            failed += usize::from(one_by_one.error().is_some());
            assert_eq!(read_of(&Packet::parse(first, bytes)), read_of(&one_by_one), "{name}: {bytes:02x?}");
            let transport = Depth::Level(Level::Transport);
            let (mut together, mut singly) = (Packet::parse_to(first, bytes, transport), registry.packet());
            singly.read(first, bytes, transport);
            assert_eq!(read_of(&together), read_of(&singly), "{name}: {bytes:02x?}");
            together.read_to(Depth::All);
            assert_eq!(read_of(&together), read_of(&one_by_one), "{name}: {bytes:02x?}");
        }
        for length in [at, whole.bytes().len()] {
            let bytes = &whole.bytes()[..length];
            reused.read(first, bytes, Depth::All);
            assert_eq!(read_of(&reused), read_of(&Packet::parse(first, bytes)), "{name}: {bytes:02x?}");
        }
    });
    assert!(packets > 1000 && failed > 1000, "{packets} packets, {failed} that can't be read");
}

#[test]
fn what_was_read_before_leaves_nothing_behind() {
    let records = [[&[23, 3, 3, 0, 13][..], &[7; 13]].concat(), [&[23, 3, 3, 0, 60][..], &[8; 60]].concat()];
    let segment = |payload: &[u8]| ip() / Tcp { dst_port: 443, ..Default::default() } / payload.to_vec();
    // Two records upon three layers that are read one by one, where a tag moves the next packet's segment: it has a record
    // where the second one was.
    let before = segment(&records.concat()).to_vec().unwrap();
    let tagged = (Ethernet::default() / Vlan { id: 7, ..Default::default() } / segment(&records[1])).to_vec().unwrap();
    let mut packet = Packet::new();
    packet.read(LayerKind::RawIp, &before[..], Depth::All);
    assert_eq!(packet.to_string(), "RawIp / Ipv4 / Tcp / TlsRecord / TlsRecord / 60 bytes");
    packet.read(LayerKind::Ethernet, &tagged[..], Depth::All);
    assert_eq!(packet.to_string(), "Ethernet / Vlan / Ipv4 / Tcp / TlsRecord / 60 bytes");
}

#[test]
fn a_segment_from_inside_of_a_message_of_dns_is_no_message() {
    let read = |payload: &[u8]| {
        let bytes = (ip() / Tcp { dst_port: 53, ..Default::default() } / payload).to_vec().unwrap();
        Packet::parse(LayerKind::Ipv4, bytes.as_slice()).to_string()
    };
    assert_eq!(read(b"xample\x03org\0\0\x01\0\x01"), "Ipv4 / Tcp / 15 bytes");
    assert_eq!(read(&[0, 12, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]), "Ipv4 / Tcp / DnsOverTcp / Dns");
    assert_eq!(read(&[0, 12]), "Ipv4 / Tcp / DnsOverTcp", "some senders have the length go ahead");
}

#[test]
fn a_datagram_without_a_length_is_read_upon_what_is_below() {
    let mut bytes = (Ethernet::default() / ip() / datagram() / "text").to_vec().unwrap();
    bytes[38..40].fill(0);
    let packet = Packet::parse(LayerKind::Ethernet, bytes.as_slice());
    assert_eq!(packet.error().map(|failed| failed.name), Some("Udp"), "only IPv6 has jumbograms, RFC 2675");
}

#[test]
fn reading_stops_at_what_can_not_be_read() {
    let bytes = tunnelled();
    let whole = Packet::parse(LayerKind::Ethernet, bytes.as_slice());
    for length in 0..bytes.len() {
        let packet = Packet::parse(LayerKind::Ethernet, &bytes[..length]);
        let layers: Vec<_> = packet.layers().map(|layer| layer.name()).collect();
        let all: Vec<_> = whole.layers().map(|layer| layer.name()).collect();
        assert_eq!(layers, all[..layers.len()], "{length}");
        assert!(
            layers.len() == all.len() || packet.error().is_some() || packet.payload().is_empty(),
            "{length}: {packet}"
        );
    }
    let cut = Packet::parse(LayerKind::Ethernet, &bytes[..38]);
    let failed = cut.error().unwrap();
    assert_eq!((failed.name, cut.payload()), ("Udp", &bytes[34..38]));
}

#[test]
fn padding_trailers_and_what_the_capture_cut_are_told_apart() {
    let mut frame = (Ethernet::default() / Arp::default()).to_vec().unwrap();
    frame.resize(60, 0);
    let leftovers = |bytes: &[u8]| -> Vec<String> {
        let packet = Packet::parse(LayerKind::Ethernet, bytes);
        packet.leftovers().map(|one| format!("{one:?}")).collect()
    };
    assert_eq!(leftovers(&frame), [format!("{:?}", Leftover::Padding(&[0; 18]))]);
    frame.extend([1, 2, 3, 4]);
    let expected = [format!("{:?}", Leftover::Padding(&[0; 18])), format!("{:?}", Leftover::Trailer(&[1, 2, 3, 4]))];
    assert_eq!(leftovers(&frame), expected);
    frame[50] = 9;
    assert_eq!(leftovers(&frame), [format!("{:?}", Leftover::Trailer(&frame[42..]))]);

    let whole = (Ethernet::default() / ip() / datagram() / [7_u8; 100]).to_vec().unwrap();
    let cut = Packet::parse(LayerKind::Ethernet, Region::captured(&whole[..80], whole.len()));
    assert_eq!((cut.missing(), cut.leftovers().count(), cut.error().is_none()), (62, 0, true));
    assert!(cut.get::<udp::Udp<'_>>().unwrap().region().is_truncated());
}

#[test]
fn checksums_are_verified_and_those_left_to_hardware_are_not_blamed() {
    let verdicts = |bytes: &[u8]| -> Vec<(String, Verdict)> {
        let packet = Packet::parse(LayerKind::Ethernet, bytes);
        packet.verify_checksums().into_iter().map(|one| (one.field.to_string(), one.verdict)).collect()
    };
    let one = |field: &str, verdict| (field.to_owned(), verdict);
    let right = (Ethernet::default() / ip() / datagram() / "pony").to_vec().unwrap();
    assert_eq!(verdicts(&right), [one("ipv4.checksum", Verdict::Right), one("udp.checksum", Verdict::Right)]);

    // A sender leaves the sum of the pseudo-header for the card, not complemented: the addresses, the protocol, the length.
    let mut left = right.clone();
    let words = [0x0a00_u32, 1, 0x0a00, 2, 17, 12];
    let sum = u16::try_from(words.iter().sum::<u32>()).unwrap();
    left[40..42].copy_from_slice(&sum.to_be_bytes());
    left[24..26].fill(0);
    let hardware = [one("ipv4.checksum", Verdict::LeftToHardware), one("udp.checksum", Verdict::LeftToHardware)];
    assert_eq!(verdicts(&left), hardware);

    let mut wrong = right.clone();
    wrong[45] ^= 1;
    assert_eq!(verdicts(&wrong)[1], one("udp.checksum", Verdict::Wrong));
    // What its sender made none of can't be wrong, and what is cut can't be judged.
    wrong[40..42].fill(0);
    assert_eq!(verdicts(&wrong).len(), 1);
    let cut = Packet::parse(LayerKind::Ethernet, Region::captured(&right[..44], right.len()));
    assert_eq!(cut.verify_checksums().len(), 1);
}

#[test]
fn checksums_of_captures_are_wrong_where_anomalies_say_so() {
    let mut checksums = 0;
    each_captured(|name, packet| {
        let mut wrong = Vec::new();
        packet.known().anomalies(&mut |index, anomaly| {
            if let packet_core::Anomaly::Derived { field, expected } = anomaly {
                wrong.push((index, field.to_string(), expected));
            }
        });
        let found = packet.verify_checksums();
        checksums += found.len();
        let differ = found.iter().filter(|one| one.found != one.expected);
        let differ: Vec<_> = differ.map(|one| (one.layer, one.field.to_string(), one.expected)).collect();
        assert_eq!(differ, wrong, "{name}");
    });
    assert!(checksums > 1000, "{checksums} checksums");
}

#[test]
fn what_has_no_layers_is_kept() {
    let packet = Packet::parse(LayerKind::Ipv6, &[1, 2, 3]);
    assert_eq!((packet.layers().count(), packet.payload(), packet.error().unwrap().name), (0, &[1, 2, 3][..], "Ipv6"));
    assert_eq!(packet.to_string(), "Ipv6 that can't be read");
    assert!(packet.to_owned().is_none() && packet.verify_checksums().is_empty());
    let tagged = (Ethernet::default() / Vlan { id: 7, ..Default::default() } / Ipv6::default()).to_vec().unwrap();
    assert_eq!(Packet::parse(LayerKind::Ethernet, tagged.as_slice()).to_string(), "Ethernet / Vlan / Ipv6");
}
