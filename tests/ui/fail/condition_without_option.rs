use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    kind: u8,
    #[layer(if(kind > 1))]
    key: u16,
}

fn main() {}
