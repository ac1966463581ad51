use packet_derive::Layer;

#[derive(Layer)]
struct Header<'a> {
    length: u8,
    #[layer(count = length - 2)]
    data: &'a [u8],
}

fn main() {}
