use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(where = (1..5).contains(it))]
    kind: u8,
}

fn main() {}
