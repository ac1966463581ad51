use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(unit = s)]
    delay: u16,
    #[layer(unit = bytes, where = it > delay)]
    length: u16,
}

fn main() {}
