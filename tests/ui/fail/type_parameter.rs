use packet_derive::Layer;

#[derive(Layer)]
struct Header<T> {
    kind: T,
}

fn main() {}
