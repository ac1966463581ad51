use packet_derive::Layer;

#[derive(Layer)]
#[layer(struct, params(count: u8))]
struct Shape<'a> {
    #[layer(count = count)]
    points: &'a [u8],
}

#[derive(Layer)]
struct Drawing<'a> {
    shape: Shape<'a>,
}

fn main() {}
