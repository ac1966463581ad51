use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(bits = 4 value = 2)]
    kind: u8,
    #[layer(bits = 4)]
    rest: u8,
}

fn main() {}
