use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(auto = b + 0)]
    a: u8,
    #[layer(auto = a + 0)]
    b: u8,
}

fn main() {}
