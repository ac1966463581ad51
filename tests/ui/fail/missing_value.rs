use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(value =)]
    kind: u8,
}

fn main() {}
