use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(where = it > kind)]
    #[layer(display = octal)]
    kind: u8,
}

#[derive(Layer)]
#[layer(struct)]
struct Outer {
    header: Header,
    more: u8,
}

fn main() {}
