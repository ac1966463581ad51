use packet_derive::Layer;

#[derive(Layer)]
#[layer(provides(Ports { src = port, dst = port }))]
struct Header {
    port: u16,
}

fn main() {}
