mod first {
    use packet_derive::Layer;

    #[derive(Layer)]
    #[layer(struct)]
    pub struct Point {
        pub x: u8,
    }
}

mod second {
    use packet_derive::Layer;

    #[derive(Layer)]
    #[layer(struct)]
    pub struct Point {
        pub x: u16,
    }
}

use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    first: first::Point,
    second: second::Point,
}

fn main() {}
