use packet_derive::Layer;

struct Point {
    x: u32,
}

#[derive(Layer)]
struct Header {
    place: Point,
}

fn main() {}
