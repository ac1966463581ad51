use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(auto = *kind)]
    length: u8,
    kind: u8,
}

fn main() {}
