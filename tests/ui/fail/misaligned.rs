use packet_derive::Layer;

#[derive(Layer)]
struct Header<'a> {
    #[layer(bits = 4)]
    kind: u8,
    #[layer(count = 2)]
    data: &'a [u8],
}

fn main() {}
