use packet_derive::Layer;

#[derive(Layer)]
#[layer]
struct Header {
    kind: u8,
}

fn main() {}
