//! Nothing is allocated while packets are read, and while they are written to a buffer that is there.

#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use allocation_counter::measure;
use packet_core::{BitPlace, Error, FieldInfo, FieldValue, FieldVisitor, Fields, Group, Region};
use packet_protocols::craft::{Ethernet, Ipv4, Packet, Udp};
use packet_protocols::stack::{Below, Layer, LayerKind, Next};
use pony_tests::definitions::protocols;
use pony_tests::packets::each_captured;
use pony_tests::root;

/// As many layers as are read of a packet.
const MOST_LAYERS: usize = 64;

/// Counts what it is shown, and looks at it.
#[derive(Default)]
struct Count {
    values: u64,
    sum: u128,
}

impl FieldVisitor for Count {
    fn value(&mut self, _: &'static FieldInfo, place: BitPlace, value: FieldValue<'_>) {
        self.values += 1;
        self.sum = self.sum.wrapping_add(u128::from(place.start));
        if let FieldValue::Number(number) = value {
            self.sum = self.sum.wrapping_add(number);
        }
    }

    fn enter(&mut self, _: Group) {}

    fn leave(&mut self) {}

    fn error(&mut self, _: &Error) {}
}

/// Reads all layers, shows all their fields, and has all anomalies told.
fn read<'a>(start: LayerKind, region: Region<'a>, layers: &mut Vec<Layer<'a>>, count: &mut Count) -> u64 {
    layers.clear();
    let mut told = 0;
    let mut next = Next::Layer(start, region);
    while let Next::Layer(kind, region) = next {
        match Layer::parse_upon(kind, region, &Below::Layers(layers)) {
            Ok(layer) if layers.len() < MOST_LAYERS => {
                layer.fields(count);
                layer.anomalies(&Below::Layers(layers), &mut |_| told += 1);
                next = layer.next();
                layers.push(layer);
            }
            _ => break,
        }
    }
    told
}

#[test]
fn packets_of_the_runtime_allocate_nothing_while_they_are_read_and_asked() {
    let mut packets = Vec::new();
    each_captured(protocols(), &root().join("tests/captures"), u64::MAX, |start, data, origlen| {
        let name = &protocols()[start].name;
        if let Some(kind) = LayerKind::ALL.iter().find(|kind| kind.name() == name) {
            packets.push((*kind, data.to_vec(), origlen));
        }
    });
    let (mut layers, mut checksums, mut flows) = (0, 0, 0);
    let allocated = measure(|| {
        for (start, data, origlen) in &packets {
            let packet = packet_runtime::packet::Packet::parse(*start, Region::captured(data, *origlen));
            layers += packet.layers().count();
            flows += packet.flows().count();
            packet.checksums(&mut |_| checksums += 1);
        }
    });
    assert!(layers > 3000 && checksums > 1000 && flows > 3000, "{layers} layers, {checksums} checksums, {flows} flows");
    assert_eq!(allocated.count_total, 0);
}

#[test]
fn reading_allocates_nothing() {
    let mut packets = Vec::new();
    each_captured(protocols(), &root().join("tests/captures"), u64::MAX, |start, data, origlen| {
        let name = &protocols()[start].name;
        if let Some(kind) = LayerKind::ALL.iter().find(|kind| kind.name() == name) {
            packets.push((*kind, data.to_vec(), origlen));
        }
    });
    assert!(packets.len() > 500, "there are packets to read");
    let (mut layers, mut count, mut told) = (Vec::with_capacity(MOST_LAYERS), Count::default(), 0);
    let allocated = measure(|| {
        for (start, data, origlen) in &packets {
            told += read(*start, Region::captured(data, *origlen), &mut layers, &mut count);
        }
    });
    assert!(count.values > 10_000 && count.sum > 0 && told > 0, "there are fields and anomalies");
    assert_eq!(allocated.count_total, 0);
}

#[test]
fn counting_packets_of_known_flows_allocates_nothing() {
    use packet_runtime::file::{Packet, Reader};
    use packet_runtime::flow::{FlowOptions, FlowTable};
    let capture = std::fs::read(root().join("tests/captures/web.pcapng")).unwrap();
    let mut table = FlowTable::<()>::new(FlowOptions::endless(), [7; 16]);
    let mut pass = |counted: bool| {
        let mut reader = Reader::new(capture.as_slice()).unwrap();
        let mut most = 0;
        while let Some(packet) = reader.next().unwrap() {
            let packet: Packet<'_> = packet;
            let allocated = measure(|| table.add(&packet, &mut |_| {})).count_total;
            most = most.max(if counted { allocated } else { 0 });
        }
        most
    };
    pass(false);
    assert_eq!(pass(true), 0);
    assert!(table.counters().packets > 200 && table.established() > 0, "there are packets of flows");
}

#[test]
fn writing_to_a_buffer_allocates_nothing() {
    let mut buffer = [0; 256];
    let mut written = 0;
    let allocated = measure(|| {
        for number in 0..100 {
            let udp = Udp { src_port: number, dst_port: 53, ..Default::default() };
            let ip = Ipv4 { src: [10, 0, 0, 1].into(), dst: [10, 0, 0, 2].into(), ..Default::default() };
            let packet = Ethernet::default() / ip / udp / &b"payload"[..];
            written += packet.emit(&mut buffer).unwrap_or(0);
        }
    });
    assert_eq!(written, 100 * 49);
    assert_eq!(allocated.count_total, 0);
}

#[test]
fn what_is_allocated_is_counted() {
    assert_eq!(measure(|| drop(Vec::<u8>::with_capacity(8))).count_total, 1);
}
