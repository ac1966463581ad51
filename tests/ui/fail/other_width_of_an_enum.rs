use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(bits = 4)]
    kind: Kind,
    #[layer(bits = 4)]
    rest: u8,
}

#[derive(Layer)]
#[layer(bits = 3)]
#[repr(u8)]
enum Kind {
    Ping = 1,
    Pong = 2,
    #[layer(other)]
    Other(u8),
}

fn main() {}
