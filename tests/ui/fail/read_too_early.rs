use packet_derive::Layer;

#[derive(Layer)]
struct Header<'a> {
    #[layer(count = length)]
    data: &'a [u8],
    length: u8,
}

fn main() {}
