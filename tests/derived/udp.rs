//! User Datagram Protocol.

use packet_core::Payload;
use packet_derive::Layer;

/// Header, [RFC 768].
#[derive(Layer)]
#[layer(needs(IpCarrier as ip), bind(ip_protocol = IpProtocol::UDP))]
#[layer(provides(Ports { protocol = IpProtocol::UDP, src = src_port, dst = dst_port }))]
#[layer(alias(
    wireshark,
    src_port = "udp.srcport",
    dst_port = "udp.dstport",
    length = "udp.length",
    checksum = "udp.checksum",
    status_of(checksum) = "udp.checksum.status" if present(checksum)
))]
pub struct Udp<'a> {
    /// The sender's port, or 0 where no answer is wanted, [RFC 768 "Fields"].
    pub src_port: u16,
    /// The receiver's port, [RFC 768 "Fields"].
    pub dst_port: u16,
    /// Header and data, [RFC 768 "Fields"]; 0 where a jumbo payload is longer than this can say, [RFC 2675 §4].
    #[layer(auto = size, where(it >= 8 || it == 0 && size_of(ip.src) == 16, "shorter than the header"), unit = bytes)]
    pub length: u16,
    /// Over the addresses below, the header and the data; 0 where the sender made none, [RFC 768 "Fields"].
    #[layer(auto = zero_as_ffff(inet16(concat(ip.pseudo_header(IpProtocol::UDP, size), self))))]
    #[layer(verify = it != 0, display = hex)]
    pub checksum: u16,
    #[layer(match(length))]
    #[layer(arm(8..=0xffff), next(udp_port[dst_port, src_port], else probe), within = length - 8)]
    #[layer(arm(_), next(udp_port[dst_port, src_port], else probe))]
    pub payload: Payload<'a>,
}
