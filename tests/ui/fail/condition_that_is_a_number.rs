use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(where = it + 1)]
    kind: u8,
}

fn main() {}
