//! The fixed stack, the layers that are expected as a type, and the packet with all its layers.

use super::{Tally, Transport};
use packet_core::stack::{Either, Stack};
use packet_core::{Level, Region};
use packet_protocols::ethernet::Ethernet;
use packet_protocols::ipv4::Ipv4;
use packet_protocols::ipv6::Ipv6;
use packet_protocols::stack::LayerKind;
use packet_protocols::tcp::Tcp;
use packet_protocols::udp::Udp;
use packet_protocols::vlan::Vlan;
use packet_runtime::packet::{Depth, Packet};

type Expected<'a> =
    (Option<Ethernet<'a>>, [Option<Vlan<'a>>; 2], Option<Either<Ipv4<'a>, Ipv6<'a>>>, Option<Either<Tcp<'a>, Udp<'a>>>);

/// Tells of the layers where they are found.
#[inline(always)]
pub(super) fn within(packet: &[u8], tally: &mut Tally) -> Option<()> {
    Stack::read_with(
        LayerKind::Ethernet,
        packet,
        #[inline(always)]
        |stack| tell(&stack, tally),
    )
}

/// Takes the layers, and tells of them.
#[inline(always)]
pub(super) fn by_value(packet: &[u8], tally: &mut Tally) -> Option<()> {
    tell(&Stack::read(LayerKind::Ethernet, packet), tally)
}

#[inline(always)]
fn tell(stack: &Stack<'_, LayerKind, Expected<'_>>, tally: &mut Tally) -> Option<()> {
    let (_, _, Some(ip), Some(transport)) = stack.layers else { return None };
    both(ip, transport, tally)
}

/// Reads the layers of a packet into a list, and asks it for those that count.
#[inline(always)]
pub(super) fn by_packet<'a>(packet: &mut Packet<'a>, bytes: &'a [u8], tally: &mut Tally) -> Option<()> {
    packet.read(LayerKind::Ethernet, bytes, Depth::All);
    tell_listed(packet, tally)
}

/// As [`by_packet`], no further than the transport.
#[inline(always)]
pub(super) fn by_packet_to_transport<'a>(packet: &mut Packet<'a>, bytes: &'a [u8], tally: &mut Tally) -> Option<()> {
    packet.read(LayerKind::Ethernet, bytes, Depth::Level(Level::Transport));
    tell_listed(packet, tally)
}

#[inline(always)]
fn tell_listed(packet: &Packet<'_>, tally: &mut Tally) -> Option<()> {
    both(packet.either()?, packet.either()?, tally)
}

#[inline(always)]
fn both(ip: Either<Ipv4<'_>, Ipv6<'_>>, transport: Either<Tcp<'_>, Udp<'_>>, tally: &mut Tally) -> Option<()> {
    let transport = match transport {
        Either::Left(tcp) => Transport::Tcp {
            src: tcp.src_port(),
            dst: tcp.dst_port(),
            sequence: tcp.seq(),
            flags: tcp.flags().0 as u8,
            payload: tcp.payload().bytes().len(),
        },
        Either::Right(udp) => {
            Transport::Udp { src: udp.src_port(), dst: udp.dst_port(), payload: udp.payload().bytes().len() }
        }
    };
    match ip {
        Either::Left(ip) => tally.ipv4(whole(ip.payload(), ip.src().to_bits())?, ip.dst().to_bits(), transport),
        Either::Right(ip) => tally.ipv6(whole(ip.payload(), ip.src().octets())?, ip.dst().octets(), transport),
    }
    Some(())
}

/// What is said of a packet whose payload is not cut.
#[inline(always)]
fn whole<T>(payload: Region<'_>, value: T) -> Option<T> {
    (!payload.is_cut()).then_some(value)
}
