use packet_derive::Layer;

#[derive(Layer)]
#[repr(u8)]
enum Kind {
    Ping = 1,
    #[layer(other)]
    Other(u8),
}

#[derive(Layer)]
struct Header {
    #[layer(default = Kind::Pong)]
    kind: Kind,
}

fn main() {}
