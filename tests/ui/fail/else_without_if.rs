use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    kind: u8,
    #[layer(else)]
    key: Option<u16>,
}

fn main() {}
