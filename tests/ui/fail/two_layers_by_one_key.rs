use packet_derive::Layer;

#[derive(Layer)]
#[layer(bind(udp_port = 7000), bind(udp_port = 6999..=7001))]
struct Header {
    kind: u8,
}

fn main() {}
