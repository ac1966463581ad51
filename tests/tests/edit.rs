//! Packets that are changed where they stand, through the values of their layers.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use packet_core::craft::EmitErrorKind;
use packet_protocols::craft::{
    self, AnyLayer, EditError, EmitError, Ethernet, Field, Ipv4, Layers, Packet, Tcp, Udp, Vlan,
};
use packet_protocols::packet;
use packet_protocols::stack::LayerKind;
use packet_protocols::tcp::TcpOptionKind;
use packet_protocols::tcp::craft::{TcpOption, TcpOptionMss, TcpOptionTimestamps, TcpOptionWindowScale};
use pony_tests::packets::each_captured;
use pony_tests::{definitions::protocols, root};

fn option(variant: impl Into<packet_protocols::tcp::craft::TcpOptionVariant<'static>>) -> TcpOption<'static> {
    TcpOption { variant: variant.into(), ..Default::default() }
}

fn segment(options: Vec<TcpOption<'static>>) -> Vec<u8> {
    let tcp = Tcp { src_port: 1000, dst_port: 80, seq: Field::Set(7), options: options.into(), ..Default::default() };
    let ip = Ipv4 { identification: Field::Set(1), ..Default::default() };
    (Ethernet::default() / ip / tcp / "some data").to_vec().unwrap()
}

fn tcp<'p, 'a>(packet: &'p mut Layers<'a>) -> &'p mut Tcp<'a> {
    let mut layers = packet.layers.iter_mut().map(|placed| &mut placed.layer);
    layers.find_map(|layer| if let AnyLayer::Tcp(tcp) = layer { Some(tcp) } else { None }).unwrap()
}

/// Changes the options of a segment, and compares it with one that was made with those.
fn becomes(before: Vec<TcpOption<'static>>, after: Vec<TcpOption<'static>>, change: impl FnOnce(&mut Tcp<'_>)) {
    let (packet, wanted) = (segment(before), segment(after));
    let mut buffer = [0xee; 128];
    buffer[..packet.len()].copy_from_slice(&packet);
    let length = craft::edit(LayerKind::Ethernet, &mut buffer, packet.len(), |packet| change(tcp(packet))).unwrap();
    assert_eq!(buffer[..length], wanted);
    let read = packet::Packet::parse(LayerKind::Ethernet, &buffer[..length]).unwrap();
    assert!(read.is_regular());
}

#[test]
fn options_are_added_changed_and_taken_away() {
    let (mss, scale) = (|| option(TcpOptionMss { mss: 1460 }), || option(TcpOptionWindowScale { shift: 7 }));
    let times = |value| option(TcpOptionTimestamps { value, echo: 0 });
    becomes(vec![], vec![mss()], |tcp| tcp.options.push(option(TcpOptionMss { mss: 1460 })));
    becomes(vec![mss(), scale()], vec![scale()], |tcp| {
        tcp.options.edit().retain(|option| option.kind != Field::Set(TcpOptionKind::MSS));
        // What padded the options before is none of theirs now.
        tcp.options.edit().retain(|option| option.kind == Field::Set(TcpOptionKind::WINDOW_SCALE));
    });
    becomes(vec![mss(), times(1)], vec![mss(), times(9)], |tcp| {
        for option in &mut tcp.options {
            if option.kind == Field::Set(TcpOptionKind::TIMESTAMPS) {
                *option = TcpOption { variant: TcpOptionTimestamps { value: 9, echo: 0 }.into(), ..Default::default() };
            }
        }
        tcp.options.edit().truncate(2);
    });
}

#[test]
fn what_was_wrong_stays_wrong_and_the_rest_is_kept_right() {
    let udp = Udp { src_port: 9, dst_port: 9, checksum: Field::Raw(0x1234), ..Default::default() };
    let packet = (Ipv4::default() / udp / "data").to_vec().unwrap();
    let mut buffer = [0; 64];
    buffer[..packet.len()].copy_from_slice(&packet);
    let length = craft::edit(LayerKind::Ipv4, &mut buffer, packet.len(), |packet| {
        packet.payload = b"longer data".as_slice().into();
    });
    assert_eq!(length, Ok(20 + 8 + 11));
    assert_eq!((&buffer[24..26], &buffer[26..28]), (&[0, 19][..], &[0x12, 0x34][..]));
    let ipv4 = packet_protocols::ipv4::Ipv4::parse(&buffer[..39]).unwrap();
    assert_eq!((ipv4.total_length(), ipv4.expected_checksum()), (39, Some(ipv4.checksum())));
}

#[test]
fn a_layer_is_put_between_others() {
    let packet = segment(vec![]);
    let mut buffer = [0; 128];
    buffer[..packet.len()].copy_from_slice(&packet);
    let length = craft::edit(LayerKind::Ethernet, &mut buffer, packet.len(), |packet| {
        let tag = packet_core::craft::Placed {
            layer: Vlan { id: 7, ..Default::default() }.into(),
            behind: Vec::new().into(),
        };
        packet.layers.insert(1, tag);
    });
    assert_eq!(length, Ok(packet.len() + 4));
    assert_eq!(buffer[12..18], [0x81, 0, 0, 7, 8, 0]);
    assert_eq!(buffer[18..length.unwrap()], packet[14..]);
}

#[test]
fn without_room_nothing_changes() {
    let mut packet = segment(vec![]);
    let (before, length) = (packet.clone(), packet.len());
    let error = craft::edit(LayerKind::Ethernet, &mut packet, length, |packet| {
        tcp(packet).options.push(option(TcpOptionMss { mss: 1 }));
    });
    let kind = EmitErrorKind::Short { needed: length + 4, available: length };
    assert_eq!(error, Err(EditError::Write(EmitError { field: None, kind })));
    assert_eq!(error.unwrap_err().to_string(), format!("needs {} bytes, {length} available", length + 4));
    assert_eq!(packet, before);
    assert!(matches!(craft::edit(LayerKind::Ipv4, &mut packet, 3, |_| {}), Err(EditError::Read(_))));
}

/// Nothing changes where nothing is changed: wrong lengths, padding and unknown options stay as they are.
#[test]
fn every_packet_of_the_captures_stays_as_it_is() {
    let (schema, mut seen) = (protocols(), 0);
    each_captured(schema, &root().join("tests/captures"), 300, |start, data, origlen| {
        let name = &schema.composites[start.index()].name;
        let Some(kind) = LayerKind::ALL.iter().copied().find(|kind| kind.name() == name) else { return };
        if data.len() < origlen {
            return;
        }
        let mut buffer = data.to_vec();
        if let Ok(length) = craft::edit(kind, &mut buffer, data.len(), |_| {}) {
            assert_eq!(buffer[..length], *data);
            seen += 1;
        }
    });
    assert!(seen > 500, "{seen}");
}
