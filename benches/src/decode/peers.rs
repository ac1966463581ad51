//! Other libraries, each used as its documentation shows.

mod combined;
mod derived;

use super::by_hand::{IPV4, IPV6, is_tag};
use super::{Case, Packets, Tally, Transport, case};
use std::rc::Rc;

pub(super) fn cases(packets: &Rc<Packets>, times: usize) -> Vec<Case> {
    vec![
        case("etherparse", packets, times, etherparse),
        case("smoltcp", packets, times, smoltcp),
        case("pnet", packets, times, pnet),
        case("ingot", packets, times, derived::ingot),
        case("nom", packets, times, combined::nom),
        case("binrw", packets, times, derived::with_binrw::decode),
        case("deku", packets, times, derived::with_deku::decode),
    ]
}

/// The flags of a TCP header from the accessors that two of the libraries have, one for each bit.
macro_rules! flags {
    ($tcp:expr) => {
        [$tcp.cwr(), $tcp.ece(), $tcp.urg(), $tcp.ack(), $tcp.psh(), $tcp.rst(), $tcp.syn(), $tcp.fin()]
            .iter()
            .fold(0, |flags, &flag| flags << 1 | u8::from(flag))
    };
}

#[inline(always)]
fn etherparse(packet: &[u8], tally: &mut Tally) -> Option<()> {
    use ::etherparse::{NetSlice, SlicedPacket, TransportSlice};
    let sliced = SlicedPacket::from_ethernet(packet).ok()?;
    let transport = match &sliced.transport {
        Some(TransportSlice::Tcp(tcp)) => Transport::Tcp {
            src: tcp.source_port(),
            dst: tcp.destination_port(),
            sequence: tcp.sequence_number(),
            flags: flags!(tcp),
            payload: tcp.payload().len(),
        },
        Some(TransportSlice::Udp(udp)) => {
            Transport::Udp { src: udp.source_port(), dst: udp.destination_port(), payload: udp.payload().len() }
        }
        _ => return None,
    };
    match &sliced.net {
        Some(NetSlice::Ipv4(ip)) => {
            let header = ip.header();
            tally.ipv4(header.source_addr().to_bits(), header.destination_addr().to_bits(), transport);
        }
        Some(NetSlice::Ipv6(ip)) => {
            let header = ip.header();
            tally.ipv6(header.source(), header.destination(), transport);
        }
        _ => return None,
    }
    Some(())
}

/// It has no tags, which are read by hand.
#[inline(always)]
fn smoltcp(packet: &[u8], tally: &mut Tally) -> Option<()> {
    use ::smoltcp::wire::{EthernetFrame, Ipv4Packet, Ipv6Packet};
    let frame = EthernetFrame::new_checked(packet).ok()?;
    let (mut kind, mut rest) = (u16::from(frame.ethertype()), frame.payload());
    while is_tag(kind) {
        let (tag, behind) = rest.split_first_chunk::<4>()?;
        (kind, rest) = (u16::from_be_bytes([tag[2], tag[3]]), behind);
    }
    match kind {
        IPV4 => {
            let ip = Ipv4Packet::new_checked(rest).ok()?;
            let transport = smoltcp_transport(ip.next_header(), ip.payload())?;
            tally.ipv4(ip.src_addr().to_bits(), ip.dst_addr().to_bits(), transport);
        }
        IPV6 => {
            let ip = Ipv6Packet::new_checked(rest).ok()?;
            let transport = smoltcp_transport(ip.next_header(), ip.payload())?;
            tally.ipv6(ip.src_addr().octets(), ip.dst_addr().octets(), transport);
        }
        _ => return None,
    }
    Some(())
}

#[inline(always)]
fn smoltcp_transport(protocol: ::smoltcp::wire::IpProtocol, segment: &[u8]) -> Option<Transport> {
    use ::smoltcp::wire::{IpProtocol, TcpPacket, UdpPacket};
    match protocol {
        IpProtocol::Tcp => {
            let tcp = TcpPacket::new_checked(segment).ok()?;
            Some(Transport::Tcp {
                src: tcp.src_port(),
                dst: tcp.dst_port(),
                sequence: tcp.seq_number().0 as u32,
                flags: flags!(tcp),
                payload: tcp.payload().len(),
            })
        }
        IpProtocol::Udp => {
            let udp = UdpPacket::new_checked(segment).ok()?;
            Some(Transport::Udp { src: udp.src_port(), dst: udp.dst_port(), payload: udp.payload().len() })
        }
        _ => None,
    }
}

#[inline(always)]
fn pnet(packet: &[u8], tally: &mut Tally) -> Option<()> {
    use pnet_packet::Packet;
    use pnet_packet::ethernet::EthernetPacket;
    use pnet_packet::ipv4::Ipv4Packet;
    use pnet_packet::ipv6::Ipv6Packet;
    use pnet_packet::vlan::VlanPacket;
    let frame = EthernetPacket::new(packet)?;
    let (mut kind, mut rest) = (frame.get_ethertype().0, frame.payload());
    while is_tag(kind) {
        kind = VlanPacket::new(rest)?.get_ethertype().0;
        rest = rest.get(4..)?;
    }
    match kind {
        IPV4 => {
            let ip = Ipv4Packet::new(rest)?;
            let transport = pnet_transport(ip.get_next_level_protocol(), ip.payload())?;
            tally.ipv4(ip.get_source().to_bits(), ip.get_destination().to_bits(), transport);
        }
        IPV6 => {
            let ip = Ipv6Packet::new(rest)?;
            let transport = pnet_transport(ip.get_next_header(), ip.payload())?;
            tally.ipv6(ip.get_source().octets(), ip.get_destination().octets(), transport);
        }
        _ => return None,
    }
    Some(())
}

#[inline(always)]
fn pnet_transport(protocol: pnet_packet::ip::IpNextHeaderProtocol, segment: &[u8]) -> Option<Transport> {
    use pnet_packet::Packet;
    use pnet_packet::ip::IpNextHeaderProtocols;
    use pnet_packet::tcp::TcpPacket;
    use pnet_packet::udp::UdpPacket;
    match protocol {
        IpNextHeaderProtocols::Tcp => {
            let tcp = TcpPacket::new(segment)?;
            Some(Transport::Tcp {
                src: tcp.get_source(),
                dst: tcp.get_destination(),
                sequence: tcp.get_sequence(),
                flags: tcp.get_flags(),
                payload: tcp.payload().len(),
            })
        }
        IpNextHeaderProtocols::Udp => {
            let udp = UdpPacket::new(segment)?;
            Some(Transport::Udp { src: udp.get_source(), dst: udp.get_destination(), payload: udp.payload().len() })
        }
        _ => None,
    }
}
