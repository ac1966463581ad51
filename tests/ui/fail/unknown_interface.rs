use packet_derive::Layer;

#[derive(Layer)]
#[layer(needs(Carrier as below))]
struct Header {
    kind: u8,
}

fn main() {}
