use packet_derive::Layer;

#[derive(Layer)]
#[layer(flags, bits = 8)]
struct Flags {
    urgent: bool,
    first: bool,
}

fn main() {}
