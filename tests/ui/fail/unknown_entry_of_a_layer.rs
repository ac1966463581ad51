use packet_derive::Layer;

#[derive(Layer)]
#[layer(port(7000))]
struct Header {
    kind: u8,
}

fn main() {}
