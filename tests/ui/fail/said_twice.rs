use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(default = 1, default = 2)]
    kind: u8,
}

fn main() {}
