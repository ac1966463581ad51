use packet_derive::Layer;

#[derive(Layer)]
#[layer(needs(IpCarrier as ip))]
struct Header {
    #[layer(auto = size_of(ip.source))]
    kind: u8,
}

fn main() {}
