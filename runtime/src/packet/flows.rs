//! The flows that a packet is a part of, layer by layer.

use super::{Entry, Packet};
use crate::flow::{Endpoint, EndpointKind, Flow};
use packet_core::Level;
use packet_protocols::net::IpProtocol;
use packet_protocols::stack::Layer;

impl Entry<'_, '_> {
    /// From whom to whom the layer goes; nothing where it names no two addresses. Ports of UDP-Lite and DCCP are endpoints of
    /// [`EndpointKind::Other`], by the number that the protocol has in the Internet header.
    #[must_use]
    pub fn flow(&self) -> Option<Flow> {
        let Self::Known(layer) = self else { return None };
        let other = |protocol: IpProtocol, port: u16| {
            Endpoint::new(EndpointKind::Other(protocol.0.into()), &port.to_be_bytes()).ok()
        };
        let (src, dst) = match layer {
            Layer::Ethernet(frame) => (frame.src().0.into(), frame.dst().0.into()),
            Layer::Arp(arp) => (arp.sender_ip()?.into(), arp.target_ip()?.into()),
            Layer::Ipv4(ip) => (ip.src().into(), ip.dst().into()),
            Layer::Ipv6(ip) => (ip.src().into(), ip.dst().into()),
            Layer::Tcp(tcp) => (Endpoint::tcp(tcp.src_port()), Endpoint::tcp(tcp.dst_port())),
            Layer::Udp(udp) => (Endpoint::udp(udp.src_port()), Endpoint::udp(udp.dst_port())),
            Layer::Sctp(sctp) => (Endpoint::sctp(sctp.src_port()), Endpoint::sctp(sctp.dst_port())),
            Layer::UdpLite(udp) => {
                let port = |port| other(IpProtocol::UDPLITE, port);
                (port(udp.src_port())?, port(udp.dst_port())?)
            }
            Layer::Dccp(dccp) => {
                let port = |port| other(IpProtocol::DCCP, port);
                (port(dccp.src_port())?, port(dccp.dst_port())?)
            }
            _ => return None,
        };
        Flow::new(src, dst)
    }
}

impl Packet<'_> {
    /// The flows of its layers that name two addresses, each with the level of its layer, the outermost first.
    pub fn flows(&self) -> impl DoubleEndedIterator<Item = (Level, Flow)> + '_ {
        self.layers().filter_map(|layer| Some((layer.level(), layer.flow()?)))
    }

    /// The outermost flow of a level.
    fn flow_at(&self, wanted: Level) -> Option<Flow> {
        self.flows().find(|(level, _)| *level == wanted).map(|(_, flow)| flow)
    }

    /// From which station to which it goes.
    #[must_use]
    pub fn link_flow(&self) -> Option<Flow> {
        self.flow_at(Level::Link)
    }

    /// From which host to which it goes: what its outermost Internet header says.
    #[must_use]
    pub fn network_flow(&self) -> Option<Flow> {
        self.flow_at(Level::Network)
    }

    /// From which port to which it goes.
    ///
    /// ```
    /// use packet_protocols::craft::{Ipv4, Udp};
    /// use packet_runtime::flow::EndpointRange;
    /// use packet_runtime::packet::PacketBuilder;
    ///
    /// let udp = Udp { src_port: 4000, dst_port: 53, ..Default::default() };
    /// let made = PacketBuilder::new().layer(Ipv4::default()).layer(udp).build()?;
    /// let flow = made.packet().transport_flow().ok_or("no ports")?;
    /// assert_eq!(flow.to_string(), "udp:4000 → udp:53");
    /// let range: EndpointRange = "udp:1000..=5000".parse()?;
    /// assert!(range.touches(&flow) && !range.holds(&flow));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn transport_flow(&self) -> Option<Flow> {
        self.flow_at(Level::Transport)
    }
}
