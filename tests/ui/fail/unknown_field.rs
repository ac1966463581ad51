use packet_derive::Layer;

#[derive(Layer)]
struct Header<'a> {
    length: u8,
    #[layer(count = lenght)]
    data: &'a [u8],
}

fn main() {}
