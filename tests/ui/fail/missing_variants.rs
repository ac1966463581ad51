use packet_derive::Layer;

#[derive(Layer)]
#[layer(match(kind: u8))]
enum Body {
    #[layer(tag = 0..=9)]
    Ping { id: u16 },
}

fn main() {}
