use packet_core::Layer as _;
use packet_derive::Layer;

#[derive(Layer)]
struct Header<'a> {
    length: u8,
    #[layer(count = lenght)]
    data: &'a [u8],
}

#[derive(Layer)]
struct Outer<'a> {
    kind: Kind,
    header: Header<'a>,
}

#[derive(Layer)]
#[repr(u8)]
enum Kind {
    Ping = 1,
    #[layer(other)]
    Other(u8),
}

fn length(bytes: &[u8]) -> Result<u8, packet_core::Error> {
    let outer = Outer::parse(bytes)?;
    let view = Header::view(bytes)?;
    Ok(outer.header.length + view.length() + view.data()[0])
}

fn main() {
    let _ = length(&[1, 2]);
}
