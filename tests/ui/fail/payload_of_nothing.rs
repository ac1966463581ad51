use packet_core::Payload;
use packet_derive::Layer;

#[derive(Layer)]
struct Header<'a> {
    kind: u8,
    payload: Payload<'a>,
}

fn main() {}
