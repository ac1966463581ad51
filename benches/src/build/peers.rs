//! Other libraries, each used as its documentation shows.

use super::{Build, DST_MAC, DST_PORT, HEADERS, Parameters, SRC, SRC_MAC, TTL};
use std::net::Ipv4Addr;

pub(super) fn builders() -> Vec<(&'static str, Build)> {
    vec![("smoltcp", smoltcp), ("pnet", pnet), ("etherparse", etherparse)]
}

fn etherparse(buffer: &mut [u8], parameters: Parameters<'_>) -> Option<usize> {
    let Parameters { dst, src_port, payload } = parameters;
    let builder = etherparse::PacketBuilder::ethernet2(SRC_MAC, DST_MAC).ipv4(SRC, dst, TTL).udp(src_port, DST_PORT);
    builder.write_to_slice(buffer, payload).ok()
}

fn smoltcp(buffer: &mut [u8], parameters: Parameters<'_>) -> Option<usize> {
    use ::smoltcp::phy::ChecksumCapabilities;
    use ::smoltcp::wire::{
        EthernetAddress, EthernetFrame, EthernetProtocol, EthernetRepr, IpProtocol, Ipv4Packet, Ipv4Repr, UdpPacket,
        UdpRepr,
    };
    let Parameters { dst, src_port, payload } = parameters;
    let (src_addr, dst_addr) = (Ipv4Addr::from(SRC), Ipv4Addr::from(dst));
    let capabilities = ChecksumCapabilities::default();
    let ethernet = EthernetRepr {
        src_addr: EthernetAddress(SRC_MAC),
        dst_addr: EthernetAddress(DST_MAC),
        ethertype: EthernetProtocol::Ipv4,
    };
    let udp = UdpRepr { src_port, dst_port: DST_PORT };
    let ip = Ipv4Repr {
        src_addr,
        dst_addr,
        next_header: IpProtocol::Udp,
        payload_len: udp.header_len() + payload.len(),
        hop_limit: TTL,
    };
    let mut frame = EthernetFrame::new_unchecked(buffer.get_mut(..HEADERS + payload.len())?);
    ethernet.emit(&mut frame);
    let mut packet = Ipv4Packet::new_unchecked(frame.payload_mut());
    ip.emit(&mut packet, &capabilities);
    let mut datagram = UdpPacket::new_unchecked(packet.payload_mut());
    let write = |to: &mut [u8]| to.copy_from_slice(payload);
    udp.emit(&mut datagram, &src_addr.into(), &dst_addr.into(), payload.len(), write, &capabilities);
    Some(HEADERS + payload.len())
}

fn pnet(buffer: &mut [u8], parameters: Parameters<'_>) -> Option<usize> {
    use pnet_packet::MutablePacket;
    use pnet_packet::ethernet::{EtherTypes, MutableEthernetPacket};
    use pnet_packet::ip::IpNextHeaderProtocols;
    use pnet_packet::ipv4::{self, Ipv4Flags, MutableIpv4Packet};
    use pnet_packet::udp::{self, MutableUdpPacket};
    let Parameters { dst, src_port, payload } = parameters;
    let (src_addr, dst_addr) = (Ipv4Addr::from(SRC), Ipv4Addr::from(dst));
    let udp_length = u16::try_from(8 + payload.len()).ok()?;
    // It sets what it is told to and leaves the rest.
    buffer.get_mut(..HEADERS)?.fill(0);

    let mut frame = MutableEthernetPacket::new(buffer.get_mut(..HEADERS + payload.len())?)?;
    frame.set_destination(DST_MAC.into());
    frame.set_source(SRC_MAC.into());
    frame.set_ethertype(EtherTypes::Ipv4);

    let mut ip = MutableIpv4Packet::new(frame.payload_mut())?;
    ip.set_version(4);
    ip.set_header_length(5);
    ip.set_total_length(20 + udp_length);
    ip.set_flags(Ipv4Flags::DontFragment);
    ip.set_ttl(TTL);
    ip.set_next_level_protocol(IpNextHeaderProtocols::Udp);
    ip.set_source(src_addr);
    ip.set_destination(dst_addr);
    ip.set_checksum(ipv4::checksum(&ip.to_immutable()));

    let mut datagram = MutableUdpPacket::new(ip.payload_mut())?;
    datagram.set_source(src_port);
    datagram.set_destination(DST_PORT);
    datagram.set_length(udp_length);
    datagram.set_payload(payload);
    datagram.set_checksum(match udp::ipv4_checksum(&datagram.to_immutable(), &src_addr, &dst_addr) {
        0 => 0xffff,
        sum => sum,
    });
    Some(HEADERS + payload.len())
}
