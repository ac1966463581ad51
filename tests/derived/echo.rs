//! Echo messages of the Internet Control Message Protocol.

use packet_derive::Layer;

/// Which message.
#[derive(Layer)]
#[repr(u8)]
pub enum EchoType {
    #[layer(label = "echo reply")]
    EchoReply = 0,
    Echo = 8,
    #[layer(range = 253..=254)]
    Experiment(u8),
    #[layer(other)]
    Other(u8),
}

/// Echo or echo reply, [RFC 792].
#[derive(Layer)]
#[layer(probe(r#type == EchoType::Echo && code == 0, from = ip_protocol, guard = rest.len >= 8, score = 10))]
pub struct EchoMessage<'a> {
    #[layer(where(it == EchoType::Echo || it == EchoType::EchoReply, "no echo"))]
    pub r#type: EchoType,
    #[layer(value = 0, lenient)]
    pub code: u8,
    #[layer(auto = inet16(self), verify, display = hex)]
    pub checksum: u16,
    pub id: u16,
    pub seq: u16,
    pub data: &'a [u8],
}
