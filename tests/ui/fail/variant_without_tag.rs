use packet_derive::Layer;

#[derive(Layer)]
#[layer(match(kind: u8))]
enum Body {
    #[layer(tag = 1)]
    Ping { id: u16 },
    Pong { id: u16 },
    #[layer(tag = _)]
    Other,
}

fn main() {}
