use packet_derive::Layer;

#[derive(Layer)]
struct Header {
    #[layer(auto = adler32(self))]
    sum: u32,
}

fn main() {}
