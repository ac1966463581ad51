use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(within = 2)]
    point: Point,
}

#[derive(Layer)]
#[layer(struct)]
struct Point {
    x: u16,
    y: u16,
}

fn main() {}
