//! The generated readers.

use super::by_hand::{IPV4, IPV6, TCP, UDP, is_tag};
use super::{Tally, Transport};
use packet_core::Region;
use packet_protocols::ethernet::Ethernet;
use packet_protocols::ipv4::Ipv4;
use packet_protocols::ipv6::Ipv6;
use packet_protocols::tcp::Tcp;
use packet_protocols::udp::Udp;
use packet_protocols::vlan::Vlan;

#[inline(always)]
pub(super) fn decode(packet: &[u8], tally: &mut Tally) -> Option<()> {
    let ethernet = Ethernet::parse(packet).ok()?;
    let (mut kind, mut rest) = (ethernet.type_len(), ethernet.payload());
    loop {
        match kind {
            IPV4 => return ipv4(rest, tally),
            IPV6 => return ipv6(rest, tally),
            _ if is_tag(kind) => {
                let tag = Vlan::parse(rest).ok()?;
                (kind, rest) = (tag.type_len(), tag.payload());
            }
            _ => return None,
        }
    }
}

#[inline(always)]
fn ipv4(region: Region<'_>, tally: &mut Tally) -> Option<()> {
    let ip = Ipv4::parse(region).ok()?;
    let transport = transport(ip.protocol().0, whole(ip.payload())?)?;
    tally.ipv4(ip.src().to_bits(), ip.dst().to_bits(), transport);
    Some(())
}

#[inline(always)]
fn ipv6(region: Region<'_>, tally: &mut Tally) -> Option<()> {
    let ip = Ipv6::parse(region).ok()?;
    let transport = transport(ip.next_header().0, whole(ip.payload())?)?;
    tally.ipv6(ip.src().octets(), ip.dst().octets(), transport);
    Some(())
}

/// The region of a payload that is neither a fragment nor cut.
#[inline(always)]
fn whole(region: Region<'_>) -> Option<Region<'_>> {
    (!region.is_cut()).then_some(region)
}

#[inline(always)]
fn transport(protocol: u8, region: Region<'_>) -> Option<Transport> {
    match protocol {
        TCP => tcp(region),
        UDP => udp(region),
        _ => None,
    }
}

#[inline(always)]
pub(super) fn tcp(region: Region<'_>) -> Option<Transport> {
    let tcp = Tcp::parse(region).ok()?;
    Some(Transport::Tcp {
        src: tcp.src_port(),
        dst: tcp.dst_port(),
        sequence: tcp.seq(),
        flags: tcp.flags().0 as u8,
        payload: tcp.payload().bytes().len(),
    })
}

#[inline(always)]
pub(super) fn udp(region: Region<'_>) -> Option<Transport> {
    let udp = Udp::parse(region).ok()?;
    Some(Transport::Udp { src: udp.src_port(), dst: udp.dst_port(), payload: udp.payload().bytes().len() })
}
