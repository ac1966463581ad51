use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(little)]
    kind: u8,
}

fn main() {}
