use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    kind: u8,
    key: Option<u16>,
}

fn main() {}
