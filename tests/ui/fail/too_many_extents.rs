use packet_derive::Layer;

#[derive(Layer)]
struct Header<'a> {
    #[layer(count = 3, until = it == 0)]
    data: &'a [u8],
}

fn main() {}
