use packet_core::List;
use packet_derive::Layer;

#[derive(Layer)]
struct Header<'a> {
    #[layer(to_end)]
    items: List<'a, Empty>,
}

#[derive(Layer)]
#[layer(struct)]
struct Empty {}

fn main() {}
