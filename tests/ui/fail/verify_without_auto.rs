use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(verify)]
    sum: u16,
}

fn main() {}
