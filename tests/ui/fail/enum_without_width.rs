use packet_derive::Layer;

#[derive(Layer)]
enum Kind {
    Ping = 1,
    Pong = 2,
}

fn main() {}
