//! The generated readers, each told by the one before what it is to read.

use super::Tally;
use super::pony::{tcp, udp};
use packet_core::Region;
use packet_protocols::ethernet::Ethernet;
use packet_protocols::ipv4::Ipv4;
use packet_protocols::ipv6::Ipv6;
use packet_protocols::stack::{Layer, LayerKind, Next};
use packet_protocols::vlan::{ServiceVlan, Vlan};

/// By views of the types that are wanted.
#[inline(always)]
pub(super) fn by_next(packet: &[u8], tally: &mut Tally) -> Option<()> {
    let mut next = Ethernet::parse(packet).ok()?.next();
    loop {
        next = match next {
            Next::Layer(LayerKind::Ipv4, region) => return ipv4(Ipv4::parse(region).ok()?, tally),
            Next::Layer(LayerKind::Ipv6, region) => return ipv6(Ipv6::parse(region).ok()?, tally),
            Next::Layer(LayerKind::Vlan, region) => Vlan::parse(region).ok()?.next(),
            Next::Layer(LayerKind::ServiceVlan, region) => ServiceVlan::parse(region).ok()?.next(),
            _ => return None,
        }
    }
}

/// By the enumeration of all layers, as a program reads that is to know every protocol.
pub(super) fn by_layer(packet: &[u8], tally: &mut Tally) -> Option<()> {
    let mut layer = Layer::parse(LayerKind::Ethernet, Region::new(packet)).ok()?;
    loop {
        match layer {
            Layer::Ipv4(ip) => return ipv4(ip, tally),
            Layer::Ipv6(ip) => return ipv6(ip, tally),
            _ => {}
        }
        let Next::Layer(kind, region) = layer.next() else {
            return None;
        };
        layer = Layer::parse(kind, region).ok()?;
    }
}

#[inline(always)]
fn ipv4(ip: Ipv4<'_>, tally: &mut Tally) -> Option<()> {
    let transport = match ip.next() {
        Next::Layer(LayerKind::Tcp, region) if !region.is_cut() => tcp(region)?,
        Next::Layer(LayerKind::Udp, region) if !region.is_cut() => udp(region)?,
        _ => return None,
    };
    tally.ipv4(ip.src().to_bits(), ip.dst().to_bits(), transport);
    Some(())
}

#[inline(always)]
fn ipv6(ip: Ipv6<'_>, tally: &mut Tally) -> Option<()> {
    let transport = match ip.next() {
        Next::Layer(LayerKind::Tcp, region) if !region.is_cut() => tcp(region)?,
        Next::Layer(LayerKind::Udp, region) if !region.is_cut() => udp(region)?,
        _ => return None,
    };
    tally.ipv6(ip.src().octets(), ip.dst().octets(), transport);
    Some(())
}
