use packet_derive::Layer;

#[derive(Layer)]
#[layer(bits = 3)]
enum Kind {
    Ping = 1,
    Pong = 8,
}

fn main() {}
