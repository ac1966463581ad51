use packet_derive::Layer;

#[derive(Layer)]
struct Region {
    kind: u8,
}

fn main() {}
