use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(value = 0, lenient = true)]
    kind: u8,
}

fn main() {}
