use packet_derive::Layer;

#[derive(Layer)]
#[layer(flags, bits = 2)]
struct Flags {
    urgent: bool,
    first: bool,
    last: bool,
}

fn main() {}
