use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    kind: u8,
    #[layer(reserved)]
    _rest: (),
}

fn main() {}
