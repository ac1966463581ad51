//! What a packet says of the flows that it is a part of.

use super::community::counterpart;
use super::key::{Context, Tunnel, Vlans};
use packet_core::{Octets, Region};
use packet_protocols::ethernet::Ethernet;
use packet_protocols::ipv4::Ipv4;
use packet_protocols::ipv6::Ipv6;
use packet_protocols::net::{EtherType, IpCarrier, IpProtocol};
use packet_protocols::packet::MOST_LAYERS;
use packet_protocols::stack::{Below, Layer, LayerKind, Next};
use packet_protocols::tcp::Tcp;
use packet_protocols::udp::Udp;
use packet_protocols::vlan::Vlan;

/// A packet as one flow sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sighting {
    pub(super) ends: Ends,
    /// Of source and destination: of ICMP, type and what goes with it; 0 where there is nothing of the kind.
    pub(super) ports: (u16, u16),
    pub(super) protocol: u8,
    /// Control bits of TCP.
    pub(super) flags: u8,
    /// Of TCP.
    pub(super) sequence: u32,
    pub(super) context: Context,
    pub(super) fragment: Option<Fragment>,
}

/// Where a packet comes from, and where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    V4(u32, u32),
    V6(u128, u128),
}

/// A packet is a piece of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fragment {
    /// What all pieces have in common beside addresses and protocol.
    pub(super) identification: u32,
    /// It is the first, which has the ports.
    pub(super) first: bool,
}

/// In the number that stands for a code of ICMP: that nobody answers it, so that its flow goes one way.
pub(super) const ONE_WAY: u16 = 0x8000;

impl Sighting {
    #[inline(always)]
    fn new(ends: Ends, protocol: u8, context: Context) -> Self {
        Self { ends, ports: (0, 0), protocol, flags: 0, sequence: 0, context, fragment: None }
    }

    /// With what the transport adds; nothing where there is none that can be read.
    #[inline(always)]
    fn transport(self, region: Region<'_>) -> Option<Self> {
        match IpProtocol(self.protocol) {
            IpProtocol::TCP => Some(self.tcp(&Tcp::parse(region).ok()?)),
            IpProtocol::UDP => Some(self.udp(&Udp::parse(region).ok()?)),
            _ => None,
        }
    }

    #[inline(always)]
    fn tcp(self, tcp: &Tcp<'_>) -> Self {
        Self { ports: (tcp.src_port(), tcp.dst_port()), flags: tcp.flags().0 as u8, sequence: tcp.seq(), ..self }
    }

    #[inline(always)]
    fn udp(self, udp: &Udp<'_>) -> Self {
        self.between(udp.src_port(), udp.dst_port())
    }

    #[inline(always)]
    fn between(self, src: u16, dst: u16) -> Self {
        Self { ports: (src, dst), ..self }
    }
}

/// Who is told of plain frames: no closure, for its code must stand where the frame is read.
pub(super) trait Plain {
    /// There is a frame that is nothing but Ethernet, tags, one Internet header, and TCP or UDP.
    fn sighted(&mut self, sighting: Sighting);
}

/// Tells of a frame if it is plain; whether it is.
#[inline(always)]
pub(super) fn plain(frame: Region<'_>, told: &mut impl Plain) -> Option<()> {
    let ethernet = Ethernet::parse(frame).ok()?;
    let (mut kind, mut rest) = (ethernet.type_len(), ethernet.payload());
    let mut context = Context::default();
    loop {
        match EtherType(kind) {
            EtherType::IPV4 => {
                // A source route may lead elsewhere.
                let ip = Ipv4::parse(rest).ok().filter(|ip| !ip.is_fragment() && ip.ihl() == 5)?;
                let ends = Ends::V4(ip.src().to_bits(), ip.dst().to_bits());
                told.sighted(Sighting::new(ends, ip.protocol().0, context).transport(ip.payload())?);
                return Some(());
            }
            EtherType::IPV6 => {
                let ip = Ipv6::parse(rest).ok()?;
                let ends = Ends::V6(ip.src().to_bits(), ip.dst().to_bits());
                told.sighted(Sighting::new(ends, ip.next_header().0, context).transport(ip.payload())?);
                return Some(());
            }
            EtherType::VLAN | EtherType::QINQ | EtherType::QINQ_9100 => {
                let tag = Vlan::parse(rest).ok()?;
                context.vlans = context.vlans.within(tag.id());
                (kind, rest) = (tag.type_len(), tag.payload());
            }
            _ => return None,
        }
    }
}

/// Looks through the layers of a packet, and tells of each flow that it is a part of, the outermost first; without `inner`,
/// of that one alone. Whether there is any.
#[inline(never)]
pub(super) fn all(first: LayerKind, packet: Region<'_>, inner: bool, mut tell: impl FnMut(&Sighting)) -> bool {
    let mut walk = Walk::default();
    let mut next = Next::Layer(first, packet);
    for _ in 0..MOST_LAYERS {
        let Next::Layer(kind, region) = next else { break };
        let Ok(layer) = Layer::parse(kind, region) else { break };
        walk.enter(&layer, &mut tell);
        if walk.done || walk.told && !inner {
            break;
        }
        next = layer.next();
    }
    // What carries no transport that can be read.
    walk.tell(&mut tell);
    walk.told
}

/// What is known on the way up through the layers.
#[derive(Default)]
struct Walk<'a> {
    context: Context,
    /// An Internet header whose flow was not told yet, and the layers by which its destination is known.
    network: Option<(Sighting, Layer<'a>)>,
    /// There was an Internet header: another one stands in a tunnel.
    below: bool,
    /// The layer before, and the number of the network that one has said.
    kind: Option<LayerKind>,
    number: u32,
    /// The tunnel that other headers lead on from, until there is a network in it.
    tunnel: Option<LayerKind>,
    told: bool,
    done: bool,
}

impl<'a> Walk<'a> {
    fn enter(&mut self, layer: &Layer<'a>, tell: &mut impl FnMut(&Sighting)) {
        match layer {
            Layer::Ethernet(_) => self.tunnelled(tell),
            Layer::Vlan(tag) => self.context.vlans = self.context.vlans.within(tag.id()),
            Layer::ServiceVlan(tag) => self.context.vlans = self.context.vlans.within(tag.id()),
            Layer::Ipv4(ip) => {
                self.tunnelled(tell);
                let fragment =
                    Fragment { identification: ip.identification().into(), first: ip.fragment_offset() == 0 };
                let ends = Ends::V4(ip.src().to_bits(), ip.final_dst().unwrap_or(ip.dst().to_bits()));
                let sighting = Sighting::new(ends, ip.protocol().0, self.context);
                self.enter_network(Sighting { fragment: ip.is_fragment().then_some(fragment), ..sighting }, layer);
            }
            Layer::Ipv6(ip) => {
                self.tunnelled(tell);
                let ends = Ends::V6(ip.src().to_bits(), ip.dst().to_bits());
                self.enter_network(Sighting::new(ends, ip.next_header().0, self.context), layer);
            }
            Layer::Ipv6HopByHop(header) => self.extended(header.next_header(), None),
            Layer::Ipv6Destination(header) => {
                self.moved(layer);
                self.extended(header.next_header(), None);
            }
            Layer::Ipv6Routing(header) => {
                self.moved(layer);
                self.extended(header.next_header(), None);
            }
            Layer::Ipv6Fragment(header) => {
                let (identification, first) = (header.identification(), header.fragment_offset() == 0);
                let whole = first && !header.more_fragments();
                self.extended(header.next_header(), (!whole).then_some(Fragment { identification, first }));
            }
            Layer::Tcp(tcp) => self.tell_as(tell, |sighting| sighting.tcp(tcp)),
            Layer::Udp(udp) => self.tell_as(tell, |sighting| sighting.udp(udp)),
            Layer::UdpLite(udp) => self.tell_as(tell, |sighting| sighting.between(udp.src_port(), udp.dst_port())),
            Layer::Sctp(sctp) => self.tell_as(tell, |sighting| sighting.between(sctp.src_port(), sctp.dst_port())),
            Layer::Dccp(dccp) => self.tell_as(tell, |sighting| sighting.between(dccp.src_port(), dccp.dst_port())),
            Layer::Ah(header) => self.extended(header.next_header(), None),
            Layer::Icmp(icmp) => self.message(icmp.r#type().0, icmp.code(), tell),
            Layer::Icmpv6(icmp) => self.message(icmp.r#type().0, icmp.code(), tell),
            Layer::Vxlan(tunnel) => self.number = tunnel.vni(),
            Layer::VxlanGpe(tunnel) => self.number = tunnel.vni(),
            Layer::Geneve(tunnel) => self.number = tunnel.vni(),
            // Their receivers have numbered them: each direction otherwise.
            Layer::Gtpu(_) | Layer::L2tp(_) => self.tunnel = Some(layer.kind()),
            Layer::Gre(tunnel) => self.number = tunnel.key().unwrap_or(0),
            Layer::Erspan(tunnel) => self.number = tunnel.session().into(),
            Layer::Erspan3(tunnel) => self.number = tunnel.session().into(),
            _ => {}
        }
        self.kind = Some(layer.kind());
    }

    /// A network begins: within a tunnel, if there was one already.
    fn tunnelled(&mut self, tell: &mut impl FnMut(&Sighting)) {
        self.tell(tell);
        if !self.below {
            return;
        }
        // An Internet header right upon a frame stands in the frame's tunnel.
        let before =
            self.kind.filter(|kind| !matches!(kind, LayerKind::Ethernet | LayerKind::Vlan | LayerKind::ServiceVlan));
        if let Some(kind) = self.tunnel.take().or(before) {
            let tunnel = Tunnel { kind: kind.name(), id: std::mem::take(&mut self.number) };
            self.context = Context { vlans: Vlans::default(), tunnel: Some(tunnel) };
        }
    }

    fn enter_network(&mut self, sighting: Sighting, layer: &Layer<'a>) {
        self.network = Some((sighting, *layer));
        self.below = true;
    }

    /// An extension header says what really follows.
    fn extended(&mut self, next: IpProtocol, fragment: Option<Fragment>) {
        if let Some((sighting, _)) = &mut self.network {
            sighting.protocol = next.0;
            sighting.fragment = sighting.fragment.or(fragment);
        }
    }

    /// A header may say where the packet comes from or goes to in truth: a home address, a route.
    fn moved(&mut self, header: &Layer<'a>) {
        let Some((sighting, ip)) = &mut self.network else { return };
        let layers = [*ip, *header];
        let below = Below::Layers(&layers);
        let number = |octets: Option<Octets>| octets.and_then(|octets| octets.as_slice().first_chunk().copied());
        let Ends::V6(src, dst) = &mut sighting.ends else { return };
        if matches!(header, Layer::Ipv6Routing(_)) {
            *dst = number(below.dst(&below)).map_or(*dst, u128::from_be_bytes);
        } else {
            *src = number(below.src(&below)).map_or(*src, u128::from_be_bytes);
        }
    }

    /// A message of ICMP is the last layer: what it quotes is not of its flow.
    fn message(&mut self, kind: u8, code: u8, tell: &mut impl FnMut(&Sighting)) {
        self.tell_as(tell, |sighting| Sighting { ports: stand_ins(kind, code, sighting.ends), ..sighting });
        self.done = true;
    }

    /// Tells of the network's flow, with what a transport adds.
    fn tell_as(&mut self, tell: &mut impl FnMut(&Sighting), with: impl FnOnce(Sighting) -> Sighting) {
        if let Some((sighting, _)) = self.network.take() {
            tell(&with(sighting));
            self.told = true;
        }
    }

    fn tell(&mut self, tell: &mut impl FnMut(&Sighting)) {
        self.tell_as(tell, |sighting| sighting);
    }
}

/// What stands for the ports of a message of ICMP: its type, and that of its answer, or its code where there is none.
fn stand_ins(kind: u8, code: u8, ends: Ends) -> (u16, u16) {
    let other = counterpart(matches!(ends, Ends::V4(..)), kind);
    (kind.into(), other.map_or(u16::from(code) | ONE_WAY, u16::from))
}
