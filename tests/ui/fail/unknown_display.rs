use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(display = octal)]
    kind: u8,
}

fn main() {}
