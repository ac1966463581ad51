use packet_derive::Layer;

#[derive(Layer)]
union Header {
    kind: u8,
}

fn main() {}
