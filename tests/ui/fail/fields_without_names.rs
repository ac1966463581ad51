use packet_derive::Layer;

#[derive(Layer)]
struct Header(u8, u16);

fn main() {}
