//! An item of a function is read as any other one, and nothing that it derives is in the way.

#![deny(warnings)]

use packet_core::{Layer as _, List, View};
use packet_derive::Layer;

/// Kinds of readings.
#[derive(Layer, Clone, Copy, Debug, PartialEq)]
#[repr(u8)]
pub enum Kind {
    Temperature = 1,
    Pressure = 2,
    #[layer(other)]
    Other(u8),
}

fn main() {
    #[derive(Layer)]
    struct Readings<'p> {
        #[layer(auto = count_of(readings))]
        count: u8,
        #[layer(count = count)]
        readings: List<'p, Reading>,
    }

    #[derive(Layer, Debug, PartialEq)]
    #[layer(struct)]
    struct Reading {
        kind: Kind,
        #[layer(little)]
        value: i16,
    }

    let packet = [2, 1, 0xff, 0x00, 9, 0xfe, 0xff];
    let readings = Readings::parse(&packet).unwrap();
    assert_eq!((readings.count, readings.readings.len()), (2, 2));
    let all: Vec<Reading> = readings.readings.valid().collect();
    assert_eq!(all, [Reading { kind: Kind::Temperature, value: 255 }, Reading { kind: Kind::Other(9), value: -2 }]);
    let view: View<'_, Readings<'_>> = Readings::view(&packet).unwrap();
    assert_eq!(view.readings().get(1).unwrap().value(), -2);
    let error = Readings::parse(&[3, 1]).err().unwrap();
    assert_eq!(error.to_string(), "reading.value: needs 2 bytes at offset 2, 0 available");
}
