//! Strategies and `Arbitrary` give packets that the generated readers agree with, and the mutator keeps what is derived.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use arbitrary::{Arbitrary, Unstructured};
use packet_protocols::stack::{Below, Layer, LayerKind, Next};
use packet_samples::{Definitions, Faulty, Packets, Subject, Valid};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::LazyLock;

static TCP: LazyLock<Option<Packets<'static>>> =
    LazyLock::new(|| Definitions::built_in().packets("Tcp")?.beginning_with("Ethernet"));

#[derive(Debug)]
struct Tcp;

impl Subject for Tcp {
    fn packets() -> Option<&'static Packets<'static>> {
        TCP.as_ref()
    }
}

/// The anomalies that the generated readers find from Ethernet on, or `None` where a layer can't be read.
fn anomalies(packet: &[u8]) -> Option<usize> {
    let mut layers: Vec<Layer<'_>> = Vec::new();
    let (mut kind, mut region) = (LayerKind::Ethernet, packet.into());
    let mut found = 0;
    loop {
        let layer = Layer::parse(kind, region).ok()?;
        layer.anomalies(&Below::Layers(&layers), &mut |_| found += 1);
        let next = layer.next();
        layers.push(layer);
        match next {
            Next::Layer(next, payload) => (kind, region) = (next, payload),
            Next::Opaque(_) | Next::Nothing => return Some(found),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn valid_packets_have_no_anomaly(packet in TCP.as_ref().unwrap().strategy()) {
        prop_assert_eq!(anomalies(&packet.bytes), Some(0));
    }

    #[test]
    fn faulty_packets_say_what_is_wrong(packet in TCP.as_ref().unwrap().faulty_strategy()) {
        prop_assert!(packet.label.contains(": ") && !packet.expected.is_empty());
    }
}

#[test]
fn any_bytes_are_a_packet() {
    let mut seen = BTreeSet::new();
    for seed in 0..=255_u8 {
        let mixed =
            |at: u32| (at.wrapping_mul(2_654_435_761) ^ u32::from(seed).wrapping_mul(40_503)).rotate_left(at % 32);
        let bytes: Vec<u8> = (0..400).map(|at| (mixed(at) >> 7) as u8).collect();
        let valid = Valid::<Tcp>::arbitrary(&mut Unstructured::new(&bytes)).unwrap();
        assert_eq!(valid.layers[0], "Ethernet");
        assert_eq!(anomalies(&valid.bytes), Some(0));
        if let Ok(faulty) = Faulty::<Tcp>::arbitrary(&mut Unstructured::new(&bytes)) {
            seen.insert(faulty.label.clone());
        }
    }
    assert!(seen.len() > 20, "{seen:?}");
}

#[test]
fn mutated_packets_are_mostly_right() {
    let packets = TCP.as_ref().unwrap();
    let mut data = [0; 512];
    let mut size = packets.mutate(&mut data, 0, 512, 1);
    let (mut read, mut distinct) = (0, BTreeSet::new());
    for seed in 0..1000 {
        let before = packets.valid(u64::from(seed % 16)).unwrap().bytes;
        if seed % 8 == 0 && before.len() <= data.len() {
            data[..before.len()].copy_from_slice(&before);
            size = before.len();
        }
        size = packets.mutate(&mut data, size, 512, seed);
        assert!(size <= 512);
        read += usize::from(anomalies(&data[..size]).is_some());
        distinct.insert(data[..size].to_vec());
    }
    assert!(read > 500, "{read} of 1000 can be read");
    assert!(distinct.len() > 500, "{} of 1000 are distinct", distinct.len());
    assert!(packets.mutate(&mut data, size, 20, 5) <= 20);
}
