//! Packets that are changed, and compared.

use super::{datagram, each_captured, ip, tunnelled};
use packet_core::BitPlace;
use packet_core::craft::{Random as _, SplitMix};
use packet_protocols::craft::{AnyLayer, Ethernet, Ipv4, Packet as _, Tcp, Udp, Vlan};
use packet_protocols::stack::LayerKind;
use packet_protocols::tcp::craft::{TcpOption, TcpOptionMss};
use packet_protocols::tcp::{self, TcpFlags};
use packet_runtime::packet::{
    ChangeError, FieldInput, FieldKind, InputError, Keep, PacketBuf, PacketBuilder, Verdict, diff,
};

fn frame(bytes: Vec<u8>) -> PacketBuf {
    PacketBuf::new(LayerKind::Ethernet, bytes)
}

fn all_right(packet: &PacketBuf) -> bool {
    let checksums = packet.packet().verify_checksums();
    !checksums.is_empty() && checksums.iter().all(|one| one.verdict == Verdict::Right)
}

fn set(packet: &mut PacketBuf, path: &str, value: &str, keep: Keep) -> Result<(), ChangeError> {
    packet.set(&path.parse().unwrap(), &value.into(), keep)
}

#[test]
fn a_field_is_set_and_every_checksum_around_it_stays_right() {
    let settings = [
        ("ipv4.ttl", "9"),
        ("ipv4.src", "192.0.2.77"),
        ("ipv4[1].dst", "198.51.100.3"),
        ("ethernet[1].src", "02:00:00:00:00:99"),
        ("vxlan.vni", "0xabcdef"),
        ("tcp.seq", "4294967295"),
        ("tcp.flags", "syn|ack"),
        ("udp.src_port", "5"),
    ];
    for (path, value) in settings {
        let mut packet = frame(tunnelled());
        assert!(all_right(&packet));
        set(&mut packet, path, value, Keep::Right).unwrap();
        assert!(all_right(&packet), "{path}");
        assert_ne!(packet.bytes(), tunnelled(), "{path}");

        let (kept, mut left) = (packet, frame(tunnelled()));
        set(&mut left, path, value, Keep::AsTheyAre).unwrap();
        let (before, after) = (frame(tunnelled()), left.packet());
        let differences = diff(&before.packet(), &after);
        assert_eq!(differences.len(), 1, "{path}: {differences:?}");
        assert!(diff(&kept.packet(), &after).iter().all(|one| one.path.ends_with("checksum")), "{path}");
    }
}

#[test]
fn what_was_wrong_stays_wrong_and_what_is_set_stays_set() {
    let mut packet = frame((Ethernet::default() / ip() / datagram() / "pony").to_vec().unwrap());
    set(&mut packet, "ipv4.checksum", "0xdead", Keep::Right).unwrap();
    set(&mut packet, "ipv4.ttl", "3", Keep::Right).unwrap();
    let checksums = packet.packet().verify_checksums();
    assert_eq!((checksums[0].found, checksums[1].verdict), (0xdead, Verdict::Right));
    assert_eq!(packet.fix_checksums(), 1);
    assert!(all_right(&packet));
    assert_eq!(packet.break_checksums(), 2);
    assert!(packet.packet().verify_checksums().iter().all(|one| one.verdict == Verdict::Wrong));
}

#[test]
fn all_checksums_of_tunnels_can_be_broken_at_once() {
    let mut packet = frame(tunnelled());
    assert_eq!(packet.break_checksums(), 4);
    assert!(packet.packet().verify_checksums().iter().all(|one| one.verdict == Verdict::Wrong));
    assert_eq!(packet.fix_checksums(), 4);
    assert_eq!(packet.bytes(), tunnelled());
}

#[test]
fn what_can_not_be_set_is_said() {
    let mut packet = frame((Ethernet::default() / ip() / datagram() / "pony").to_vec().unwrap());
    let before = packet.clone();
    let mut said = |path: &str, value: &str| set(&mut packet, path, value, Keep::Right).unwrap_err().to_string();
    assert_eq!(said("tcp.seq", "1"), "the packet has no tcp");
    assert_eq!(said("ipv4[1].ttl", "1"), "the packet has no ipv4[1]");
    assert_eq!(said("ipv4.hops", "1"), "the packet has no ipv4.hops");
    assert_eq!(said("ipv4.ttl", "256"), "the value of ipv4.ttl does not fit the 8 bits of the field");
    assert_eq!(said("ipv4.ttl", "many"), "the value of ipv4.ttl is not a number");
    assert_eq!(said("ipv4.fragment_offset", "9"), "the value of ipv4.fragment_offset is no multiple of 8");
    assert_eq!(said("ipv4.src", "::1"), "the value of ipv4.src is not an address of version 4");
    assert_eq!(said("ethernet.dst", "hex\"0102\""), "the value of ethernet.dst has 2 bytes, and the field has 6");
    let wide = packet.set(&"udp.src_port".parse().unwrap(), &FieldInput::Number(1 << 16), Keep::Right);
    assert!(matches!(wide, Err(ChangeError::Input(_, InputError::TooWide { bits: 16 }))));
    assert_eq!(packet, before);
}

#[test]
fn numbers_are_set_as_they_are_shown() {
    let mut packet = frame((Ethernet::default() / ip() / datagram()).to_vec().unwrap());
    set(&mut packet, "ipv4.fragment_offset", "1480", Keep::Right).unwrap();
    let path = "ipv4.fragment_offset".parse().unwrap();
    let shown = packet.packet().shown().into_iter().find(|(one, _)| *one == path).unwrap();
    assert_eq!((shown.1.as_str(), &packet.bytes()[20..22]), ("1480 bytes", &[0, 185][..]));
    assert_eq!(packet.packet().has(&path, &"1480".into()), Ok(true));
}

#[test]
fn flags_are_fields_too() {
    let mut packet =
        frame((Ethernet::default() / ip() / Tcp { flags: TcpFlags(0x10), ..Default::default() }).to_vec().unwrap());
    let path = "tcp.flags.syn".parse().unwrap();
    assert_eq!(packet.packet().find(&path).map(|found| found.place), Some(BitPlace { start: 46 * 8 + 7, bits: 9 }));
    packet.set(&path, &"true".into(), Keep::Right).unwrap();
    assert!(all_right(&packet));
    let all = packet.packet().get::<tcp::Tcp>().unwrap().flags();
    assert_eq!(all, TcpFlags(0x12));
    assert_eq!(packet.packet().has(&path, &1.into()), Ok(true));
    let wide = packet.set(&path, &2.into(), Keep::Right);
    assert!(matches!(wide, Err(ChangeError::Input(_, InputError::TooWide { bits: 1 }))));
    let bytes = packet.set(&path, &"hex\"01\"".into(), Keep::Right);
    assert!(matches!(bytes, Err(ChangeError::Input(_, InputError::Not(_)))));
}

#[test]
fn what_a_codec_has_made_is_not_set_where_it_stands() {
    let mut coded = 0;
    each_captured(|_, packet| {
        let path = "quic.initial.length".parse().unwrap();
        let (Some(found), Some(mut owned)) = (packet.find(&path), packet.to_owned()) else { return };
        assert!(matches!(found.kind, FieldKind::Other));
        let refused = owned.set(&path, &FieldInput::Number(7), Keep::Right);
        assert_eq!(refused, Err(ChangeError::Input(path, InputError::NotInPlace)));
        coded += 1;
    });
    assert!(coded > 0);
}

#[test]
fn elements_of_lists_are_set_where_they_stand() {
    let option = TcpOption { variant: TcpOptionMss { mss: 1460 }.into(), ..Default::default() };
    let tcp = Tcp { options: [option].into(), ..Default::default() };
    let mut packet = frame((Ethernet::default() / ip() / tcp).to_vec().unwrap());
    let path = "tcp.options[0].mss.mss".parse().unwrap();
    let found = packet.packet().find(&path).unwrap();
    assert_eq!(found.place, BitPlace { start: 56 * 8, bits: 16 });
    packet.set(&path, &FieldInput::Number(1300), Keep::Right).unwrap();
    assert!(all_right(&packet));
    assert_eq!(packet.bytes()[56..58], [5, 20]);
}

#[test]
fn layers_come_and_go_and_what_follows_from_them_is_right() {
    let plain = (Ethernet::default() / ip() / datagram() / "pony").to_vec().unwrap();
    let mut packet = frame(plain.clone());
    packet.insert(1, Vlan { id: 7, ..Default::default() }, Keep::Right).unwrap();
    assert_eq!(packet.packet().to_string(), "Ethernet / Vlan / Ipv4 / Udp / 4 bytes");
    assert_eq!(packet.bytes()[12..18], [0x81, 0x00, 0, 7, 0x08, 0x00]);
    packet.remove(1..2, Keep::Right).unwrap();
    assert_eq!(packet.bytes(), plain);

    packet.replace(2, Tcp { src_port: 1, dst_port: 2, ..Default::default() }, Keep::Right).unwrap();
    assert_eq!(packet.packet().to_string(), "Ethernet / Ipv4 / Tcp / 4 bytes");
    assert!(all_right(&packet) && packet.packet().known().is_regular());

    packet.remove(0..1, Keep::Right).unwrap();
    assert_eq!((packet.first(), packet.packet().to_string().as_str()), (Some(LayerKind::Ipv4), "Ipv4 / Tcp / 4 bytes"));
    packet.append(Udp::default(), Keep::Right).unwrap();
    assert!(packet.insert(9, Udp::default(), Keep::Right).is_err());
    assert!(packet.remove(0..9, Keep::Right).is_err());
    let before = packet.clone();
    assert!(packet.remove(0..3, Keep::Right).is_err(), "a packet has a layer");
    assert_eq!(packet, before);
}

#[test]
fn lengths_stay_as_they_are_when_asked() {
    let mut packet = frame((Ethernet::default() / ip() / datagram() / "pony").to_vec().unwrap());
    let grow = |layers: &mut packet_protocols::craft::Layers<'_>| layers.payload.to_mut().extend_from_slice(b"!!");
    packet.edit(Keep::AsTheyAre, grow).unwrap();
    let was = packet.packet().find(&"ipv4.total_length".parse().unwrap()).unwrap();
    let at = was.place.start as usize / 8;
    assert_eq!((packet.bytes()[at + 1], packet.bytes().len()), (32, 48));
    let mut packet = frame((Ethernet::default() / ip() / datagram() / "pony").to_vec().unwrap());
    packet.edit(Keep::Right, grow).unwrap();
    assert_eq!(packet.bytes()[at + 1], 34);
    assert!(all_right(&packet));
}

#[test]
fn packets_taken_apart_are_the_same_when_put_together() {
    let mut packets = 0;
    each_captured(|name, packet| {
        let Some(owned) = packet.to_owned() else { return };
        let apart = PacketBuilder::of(&packet).unwrap();
        assert_eq!(apart.build().unwrap().bytes(), packet.bytes(), "{name}");
        assert!(diff(&packet, &owned.packet()).is_empty(), "{name}");
        packets += 1;
    });
    assert!(packets > 1000, "{packets} packets");
}

#[test]
fn a_tag_put_into_captured_packets_and_taken_out_again_leaves_no_trace() {
    let mut packets = 0;
    each_captured(|name, packet| {
        // What the capture cut can't be sized anew, a length of 802.3 covers what is in the frame, and a type that leads
        // nowhere follows from nothing.
        let Some(mut owned) = packet.to_owned().filter(|owned| owned.first() == Some(LayerKind::Ethernet)) else {
            return;
        };
        if packet.missing() > 0
            || packet.known().count() == 1
            || packet.get::<packet_protocols::llc::Llc<'_>>().is_some()
        {
            return;
        }
        owned.insert(1, Vlan { id: 9, ..Default::default() }, Keep::Right).unwrap();
        let tag = owned.packet().find(&"vlan.id".parse().unwrap()).unwrap();
        assert_eq!(tag.place.start, 14 * 8 + 4, "{name}");
        assert_eq!(owned.bytes().len(), packet.bytes().len() + 4, "{name}");
        owned.remove(1..2, Keep::Right).unwrap();
        assert_eq!(owned.bytes(), packet.bytes(), "{name}");
        packets += 1;
    });
    assert!(packets > 500, "{packets} packets");
}

#[test]
fn tags_are_put_into_any_frame_and_taken_out_again() {
    let mut packets = 0;
    each_captured(|name, packet| {
        let Some(mut owned) = packet.to_owned().filter(|owned| owned.first() == Some(LayerKind::Ethernet)) else {
            return;
        };
        owned.push_tag(0x88a8, 0x2003).unwrap();
        owned.push_tag(0x8100, 9).unwrap();
        let tagged = owned.packet();
        let names: Vec<_> = tagged.layers().map(|layer| layer.name()).take(3).collect();
        assert_eq!(names, ["Ethernet", "Vlan", "ServiceVlan"], "{name}");
        assert_eq!(owned.original_length(), packet.bytes().len() + packet.missing() as usize + 8, "{name}");
        assert_eq!((owned.pop_tag(), owned.pop_tag()), (Some(9), Some(0x2003)), "{name}");
        assert_eq!(owned.bytes(), packet.bytes(), "{name}");
        packets += 1;
    });
    assert!(packets > 500, "{packets} packets");
    let mut bare = PacketBuf::new(LayerKind::Ipv4, vec![0x45; 20]);
    assert!(bare.push_tag(0x8100, 1).is_err() && bare.pop_tag().is_none());
}

#[test]
fn differences_are_told_by_field_and_by_layer() {
    let one = (Ethernet::default() / ip() / datagram() / "pony").to_vec().unwrap();
    let other =
        Ethernet::default() / Vlan { id: 3, ..Default::default() } / Ipv4 { ttl: 1, ..ip() } / datagram() / "poni";
    let (one, other) = (frame(one), frame(other.to_vec().unwrap()));
    let found: Vec<String> = diff(&one.packet(), &other.packet()).iter().map(ToString::to_string).collect();
    let starts = [
        "~ ethernet.type_len: 0x0800",
        "+ vlan: a layer Vlan",
        "~ ipv4.ttl: 64 hops → 1 hop",
        "~ ipv4.checksum",
        "~ udp.checksum",
        "~ payload: 4 bytes 706f6e79 → 4 bytes 706f6e69",
    ];
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for (line, start) in found.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
}

#[test]
fn a_builder_starts_from_a_packet() {
    let bytes = tunnelled();
    let packet = frame(bytes);
    let mut builder = PacketBuilder::of(&packet.packet()).unwrap();
    for placed in &mut builder.layers.layers {
        if let AnyLayer::Ipv4(ip) = &mut placed.layer {
            ip.ttl = 1;
        }
    }
    let built = builder.derived().build().unwrap();
    assert!(all_right(&built) && built.packet().known().is_regular());
    assert!(PacketBuilder::new().payload("nothing below").build().is_err());
}

/// Whatever is in a packet, everything can be asked of it and done to it, and nothing panics; what is changed and changed back is
/// as before.
#[test]
fn packets_that_chance_has_changed_are_asked_and_changed() {
    let mut random = SplitMix::new(7);
    let mut changed = 0;
    each_captured(|_, packet| {
        let Some(owned) = packet.to_owned() else { return };
        let mut bytes = owned.bytes().to_vec();
        for _ in 0..3 {
            let (at, value) = (random.next() as usize % bytes.len(), random.next() as u8);
            bytes[at] = value;
        }
        bytes.truncate(1 + random.next() as usize % bytes.len());
        let mut buf = PacketBuf::new(owned.first().unwrap(), bytes).with_missing(random.next() as u32 % 3 * 100);
        let before = buf.packet();
        let _ =
            (before.shown(), before.leftovers().count(), before.flows().count(), before.to_string(), before.payload());
        let paths = before.paths();
        assert!(diff(&before, &before).is_empty());
        let Some(path) = paths.get(random.next() as usize % paths.len().max(1)).cloned() else { return };
        let (was, value) = (buf.clone(), FieldInput::Number(u128::from(random.next() as u8)));
        if buf.set(&path, &value, Keep::AsTheyAre).is_ok() {
            // A field that says how far others reach may not be found again.
            let found = buf.packet().find(&path).is_some();
            assert!(!found || buf.packet().has(&path, &value) == Ok(true), "{path}");
            changed += 1;
        }
        buf.set(&path, &value, Keep::Right).ok();
        buf.fix_checksums();
        buf.break_checksums();
        buf.rewrite(Keep::Right, |_, bytes| Some(bytes.iter().map(|byte| !byte).collect()));
        for keep in [Keep::Right, Keep::AsTheyAre] {
            let mut one = was.clone();
            one.insert(0, Vlan::default(), keep).ok();
            one.strip("ipv4", keep).ok();
            one.decapsulate("vxlan", keep).ok();
            one.edit(keep, |layers| layers.payload.to_mut().push(7)).ok();
            let _ = diff(&was.packet(), &one.packet());
        }
        let mut same = was.clone();
        if same.edit(Keep::AsTheyAre, |_| {}).is_ok() {
            assert!(was.bytes().starts_with(same.bytes()));
        }
    });
    assert!(changed > 500, "{changed} packets");
}
