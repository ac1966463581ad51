use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(where = |kind| kind > 1)]
    kind: u8,
}

fn main() {}
