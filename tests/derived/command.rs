//! Words of a protocol that is text: in any case, and chosen by.

use packet_core::{Payload, Text};
use packet_derive::Layer;

/// A setting, by its name.
#[derive(Layer, Debug)]
#[layer(struct)]
pub struct Setting<'a> {
    #[layer(encoding = nocase, count = before("=", ";"))]
    pub name: Text<'a>,
    #[layer(value = 0x3d)]
    pub equals: u8,
    #[layer(if(["colour", "color"].contains(name)), bits = 24)]
    pub colour: Option<u32>,
    #[layer(else)]
    pub value: Option<u8>,
    #[layer(encoding = nocase, count = before(";"))]
    pub what: Text<'a>,
    #[layer(value = 0x3b)]
    pub end: u8,
}

/// A command.
#[derive(Layer, Debug)]
#[layer(bind(udp_port = 7005))]
pub struct Command<'a> {
    #[layer(encoding = nocase, count = before(" "))]
    #[layer(where(["SHOW", "HIDE", "TELL"].contains(it), "a verb"))]
    pub verb: Text<'a>,
    #[layer(value = 0x20)]
    pub space: u8,
    #[layer(if(verb == "show"))]
    pub times: Option<u8>,
    pub setting: Setting<'a>,
    #[layer(value = 0x0a)]
    pub line: u8,
    #[layer(match(verb))]
    #[layer(arm("tell"), next(udp_port[7005]))]
    #[layer(arm(_), next(ip_version[4]))]
    pub payload: Payload<'a>,
}
