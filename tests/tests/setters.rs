//! Setters without knowing whose they are: what is set is read back, and nothing else changes.

#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use packet_core::{FieldsMut as _, SetterInfo};
use packet_protocols::tcp::{TcpMut, tcp_fields};
use pony_tests::definitions::protocols;
use pony_tests::fuzz::{seeds::vectors, set_each};
use pony_tests::packets::Chance;

/// Every field of fixed size of every vector, and of what becomes of it by chance.
#[test]
fn every_field_of_every_layer() {
    let schema = protocols();
    let (mut set, mut chance) = (0, Chance(5));
    for (start, packet) in vectors(schema) {
        let name = &schema.composites[start.index()].name;
        set += set_each(name, &packet);
        for _ in 0..20 {
            set += set_each(name, &chance.change(&packet));
        }
    }
    assert!(set > 10_000, "{set}");
}

#[test]
fn a_field_is_found_by_its_name() {
    let mut segment = [0; 20];
    segment[12] = 0x50;
    let mut tcp = TcpMut::parse(&mut segment).unwrap();
    assert!(tcp.set_by_name("dst_port", &443_u16.to_be_bytes()));
    assert!(!tcp.set_by_name("dst", &[1]));
    let window = tcp.setters().iter().position(|setter| setter.field == &tcp_fields::WINDOW).unwrap();
    assert_eq!(tcp.setters()[window], SetterInfo { field: &tcp_fields::WINDOW, bits: 16 });
    tcp.set(window, &[9]);
    assert_eq!((segment[2..4].to_vec(), segment[14..16].to_vec()), (vec![1, 0xbb], vec![0, 9]));
}
