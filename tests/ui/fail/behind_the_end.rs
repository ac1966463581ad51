use packet_derive::Layer;

#[derive(Layer)]
struct Header<'a> {
    data: &'a [u8],
    sum: u16,
}

fn main() {}
