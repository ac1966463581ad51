use packet_derive::Layer;

#[derive(Layer)]
#[layer(bind(udp_ports = 7000))]
struct Header {
    kind: u8,
}

fn main() {}
