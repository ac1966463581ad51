use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(default = hex("123"))]
    address: [u8; 2],
}

fn main() {}
