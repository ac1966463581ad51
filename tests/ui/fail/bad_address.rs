use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(default = ip("10.0.0.256"))]
    address: u32,
}

fn main() {}
