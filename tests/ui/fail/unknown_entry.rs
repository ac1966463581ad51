use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(lenght = 3)]
    kind: u8,
}

fn main() {}
