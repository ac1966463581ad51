//! What the other files do not say.

use packet_core::{List, Numbers, Payload, Text};
use packet_derive::Layer;

/// Which of them are there.
#[derive(Layer)]
#[layer(flags, bits = 8)]
pub struct Has {
    #[layer(bits = 5, reserved)]
    _a: (),
    pub key: bool,
    #[layer(bits = 2, label = "how often")]
    pub retry: u8,
}

/// Kinds of elements.
#[derive(Layer)]
#[layer(little)]
#[repr(u16)]
pub enum Kind {
    End,
    Nop,
    Size = 7,
    #[layer(matches((it & 0x0f0f) == 0x0a0a))]
    Grease(u16),
    #[layer(other)]
    Other(u16),
}

/// What an element holds.
#[derive(Layer)]
#[layer(match(kind: Kind, most: u8))]
pub enum EntryBody<'a> {
    #[layer(tag = Kind::End, stop)]
    End,
    #[layer(tag = Kind::Nop)]
    Nop,
    #[layer(tag = Kind::Size | 9..=10)]
    Size {
        #[layer(where = it <= most)]
        size: u8,
    },
    #[layer(tag = 11, reject = "never sent")]
    Never,
    #[layer(tag = _)]
    Unknown {
        #[layer(prefix(u8, bytes))]
        data: &'a [u8],
    },
}

/// An element of a list.
#[derive(Layer)]
#[layer(struct, params(most: u8))]
pub struct Entry<'a> {
    pub kind: Kind,
    #[layer(with(kind, most))]
    pub body: EntryBody<'a>,
}

#[derive(Layer)]
#[layer(struct)]
pub struct Point {
    pub x: i32,
    #[layer(bits = 24)]
    pub y: i32,
}

/// Everything once.
#[derive(Layer)]
#[layer(little, bind(tcp_port = 7000..=7001 | 7007 if it != 7))]
#[layer(expect(!(1..=3).contains(version) || [5, 7].contains(version), "odd version"))]
#[layer(let(bits_of_size = first_size[3..=0], unit = bytes))]
pub struct Everything<'a> {
    #[layer(bits = 4, value = 2)]
    pub version: u8,
    #[layer(bits = 4)]
    pub first_size: u8,
    #[layer(default = 3)]
    pub has: Has,
    #[layer(if(has.key))]
    pub key: Option<u32>,
    #[layer(big, bits = 16, scale = 8)]
    #[layer(expect(window > 0, empty, "nothing fits"))]
    pub window: u32,
    #[layer(container = u16le, bits = 4)]
    pub fragment: u8,
    #[layer(bits = 12)]
    pub sequence: u16,
    #[layer(encoding = ascii, prefix(u8, bytes))]
    pub name: Text<'a>,
    #[layer(until = it == 0)]
    pub word: &'a [u8],
    #[layer(aligned(4, fill = 0), count = 2)]
    pub points: List<'a, Point>,
    #[layer(prefix(u8, items))]
    pub numbers: Numbers<'a, u16, 16, true>,
    #[layer(auto = size_of(elements) + if has.key { 1 } else { 0 } - 1 + 0)]
    pub length: u16,
    #[layer(with(40), to_end, within = length, align = 4)]
    pub elements: List<'a, Entry<'a>>,
    #[layer(default = concat(hex("00"), b"ab", mac("02:00:00:00:00:01")))]
    pub raw: [u8; 9],
    #[layer(next(udp_port[window >> 3, 7], else Ethernet), partial(has.retry == 1))]
    #[layer(if(first_size != 3, else opaque))]
    pub payload: Payload<'a>,
    #[layer(trailing)]
    pub tail: &'a [u8],
}
