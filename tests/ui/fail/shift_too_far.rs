use packet_derive::Layer;

#[derive(Layer)]
struct Header<'a> {
    shift: u8,
    #[layer(count = 1 << shift)]
    data: &'a [u8],
}

fn main() {}
