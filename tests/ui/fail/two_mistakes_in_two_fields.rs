use packet_derive::Layer;

#[derive(Layer)]
struct Header<'a> {
    #[layer(bits = 9)]
    kind: u8,
    #[layer(display = octal, where = it > )]
    length: u8,
    #[layer(count = lenght)]
    data: &'a [u8],
}

fn main() {}
