use packet_derive::Layer;

#[derive(Layer)]
struct Header<'a, 'b> {
    #[layer(count = 2)]
    name: &'a [u8],
    rest: &'b [u8],
}

fn main() {}
