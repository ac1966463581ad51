use packet_derive::Layer;

#[derive(Layer)]
struct Header<'a> {
    #[layer(bits = 8)]
    data: &'a [u8],
}

fn main() {}
