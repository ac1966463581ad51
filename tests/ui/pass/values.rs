//! Structs, choices and flags are written, with values and without names of others.

use packet_core::craft::{Field, Packet as _};
use packet_core::{ToValue as _, Value};
use packet_derive::Layer;

#[derive(Layer, Clone, Copy)]
#[repr(u8)]
enum Kind {
    Note = 1,
    Size = 2,
}

#[derive(Layer)]
#[layer(match(kind: Kind))]
enum Body<'a> {
    #[layer(tag = Kind::Note)]
    Note {
        #[layer(prefix(u8, bytes))]
        value: &'a [u8],
    },
    #[layer(tag = Kind::Size)]
    Size { value: u16 },
}

#[derive(Layer)]
struct Message<'a> {
    #[layer(auto = size)]
    length: Field<u16>,
    kind: Kind,
    #[layer(with(kind))]
    body: Body<'a>,
}

fn main() {
    let message = Message { kind: Kind::Size, body: Body::Size { value: 7 }, ..Default::default() };
    assert_eq!(message.to_vec(), Ok(vec![0, 5, 2, 0, 7]));
    let message = Message { body: Body::Note { value: b"ab" }, ..Default::default() };
    let mut value: Value<'_, Message<'_>> = message.to_value().expect("all of it fits");
    assert_eq!(value.to_vec(), Ok(vec![0, 6, 1, 2, b'a', b'b']));
    value.length = Field::Raw(9);
    assert_eq!(value.to_vec().map(|bytes| bytes[..2].to_vec()), Ok(vec![0, 9]));
}
