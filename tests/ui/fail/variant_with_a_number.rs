use packet_derive::Layer;

#[derive(Layer)]
#[repr(u8)]
enum Kind {
    Ping = 1,
    Other(u8),
}

fn main() {}
