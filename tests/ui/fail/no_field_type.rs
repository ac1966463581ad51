use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    name: String,
}

fn main() {}
