use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    kind: u8,
    #[layer(auto = if kind > 1 { 2 })]
    length: u8,
}

fn main() {}
