//! The layers that most packets begin with, of which little has to be noted: where they are follows from what they are.

use crate::ethernet::Ethernet;
use crate::ipv4::Ipv4;
use crate::ipv6::Ipv6;
use crate::stack::{Layer, LayerKind, Next, Place, View};
use crate::tcp::Tcp;
use crate::udp::Udp;
use crate::vlan::Vlan;
use packet_core::stack::{Carrier, Either, Led};
use packet_core::{Region, Stretch};

/// The kinds of layers that packets are read by together, where they begin with these: a frame, a tag, an Internet header, and
/// what goes from process to process.
pub const FRONT: [LayerKind; 6] =
    [LayerKind::Ethernet, LayerKind::Vlan, LayerKind::Ipv4, LayerKind::Ipv6, LayerKind::Tcp, LayerKind::Udp];

/// A frame, a tag, an Internet header and what goes from process to process upon it, as far as a packet begins with these. All of
/// them can be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Front<'a> {
    /// The packet.
    region: Region<'a>,
    link: bool,
    tag: bool,
    ip: Ip,
    transport: Transport,
    /// How many these are.
    count: u32,
    /// Where the Internet header starts in the packet.
    header: u32,
    /// What the Internet header carries, where one of these stands upon it.
    payload: Region<'a>,
}

/// Which Internet header it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ip {
    None,
    V4,
    V6,
}

/// What goes from process to process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Transport {
    None,
    Tcp,
    Udp,
}

impl<'a> Front<'a> {
    /// No layer.
    pub(super) const EMPTY: Self = Self {
        region: Region::NOTHING,
        link: false,
        tag: false,
        ip: Ip::None,
        transport: Transport::None,
        count: 0,
        header: 0,
        payload: Region::NOTHING,
    };

    /// Becomes that of another packet, of which nothing is read yet.
    #[inline(always)]
    pub(super) fn begin(&mut self, region: Region<'a>) {
        self.region = region;
        (self.link, self.tag, self.ip, self.transport, self.count) = (false, false, Ip::None, Transport::None, 0);
    }

    /// Reads the layers, where the packet begins with one of that kind. What can't be read is left to others, as is what depends
    /// on more than the layer itself.
    #[inline(always)]
    pub(super) fn read(&mut self, first: LayerKind) {
        self.count = self.read_link(first);
    }

    /// Reads from the frame on; how many layers there are.
    #[inline(always)]
    fn read_link(&mut self, first: LayerKind) -> u32 {
        match first {
            LayerKind::Ethernet => {}
            LayerKind::Ipv4 => return self.read_ip(0, 0, Some(Either::Left(self.region))),
            LayerKind::Ipv6 => return self.read_ip(0, 0, Some(Either::Right(self.region))),
            _ => return 0,
        }
        let Ok(ethernet) = Ethernet::parse(self.region) else { return 0 };
        self.link = true;
        let Led::There(payload) = ethernet.leads_to(LayerKind::Vlan) else {
            return self.read_ip(1, FRAME, either(&ethernet, LayerKind::Ipv4, LayerKind::Ipv6));
        };
        let Ok(tag) = Vlan::parse(payload) else { return 1 };
        self.tag = true;
        self.read_ip(2, FRAME + TAG, either(&tag, LayerKind::Ipv4, LayerKind::Ipv6))
    }

    /// Reads what stands upon so many layers, and starts there in the packet; how many there are then.
    #[inline(always)]
    fn read_ip(&mut self, below: u32, header: u32, at: Option<Either<Region<'a>, Region<'a>>>) -> u32 {
        self.header = header;
        let payload = match at {
            Some(Either::Left(at)) => {
                let Ok(ip) = Ipv4::parse(at) else { return below };
                self.ip = Ip::V4;
                either(&ip, LayerKind::Tcp, LayerKind::Udp)
            }
            Some(Either::Right(at)) => {
                let Ok(ip) = Ipv6::parse(at) else { return below };
                self.ip = Ip::V6;
                either(&ip, LayerKind::Tcp, LayerKind::Udp)
            }
            None => return below,
        };
        let (payload, transport) = match payload {
            Some(Either::Left(payload)) if Tcp::parse(payload).is_ok() => (payload, Transport::Tcp),
            // What a length of 0 means depends on what is below, RFC 2675 §4.
            Some(Either::Right(payload)) if Udp::parse(payload).is_ok_and(|udp| udp.length() != 0) => {
                (payload, Transport::Udp)
            }
            _ => return below + 1,
        };
        (self.payload, self.transport) = (payload, transport);
        below + 2
    }

    /// The packet.
    #[inline(always)]
    pub(super) fn region(&self) -> Region<'a> {
        self.region
    }

    /// How many layers there are.
    #[inline(always)]
    pub(super) fn count(&self) -> usize {
        self.count as usize
    }

    /// Whether it reaches to what goes from process to process.
    #[inline(always)]
    pub(super) fn has_transport(&self) -> bool {
        self.transport != Transport::None
    }

    /// The layer of that type.
    // The kind is known when compiling, and all others are gone then.
    #[inline(always)]
    pub(super) fn get<V: View<'a>>(&self) -> Option<V> {
        if self.has(V::KIND) { V::of(self.read_again(V::KIND)?) } else { None }
    }

    /// Whether there is a layer of that kind.
    #[inline(always)]
    pub(super) fn has(&self, kind: LayerKind) -> bool {
        match kind {
            LayerKind::Ethernet => self.link,
            LayerKind::Vlan => self.tag,
            LayerKind::Ipv4 => self.ip == Ip::V4,
            LayerKind::Ipv6 => self.ip == Ip::V6,
            LayerKind::Tcp => self.transport == Transport::Tcp,
            LayerKind::Udp => self.transport == Transport::Udp,
            _ => false,
        }
    }

    /// The layer of that kind, which there is.
    #[inline(always)]
    fn read_again(&self, kind: LayerKind) -> Option<Layer<'a>> {
        let around = self.around(kind);
        match kind {
            LayerKind::Ethernet => Ethernet::parse(around).map(Layer::Ethernet),
            LayerKind::Vlan => Vlan::parse(around).map(Layer::Vlan),
            LayerKind::Ipv4 => Ipv4::parse(around).map(Layer::Ipv4),
            LayerKind::Ipv6 => Ipv6::parse(around).map(Layer::Ipv6),
            LayerKind::Tcp => Tcp::parse(around).map(Layer::Tcp),
            LayerKind::Udp => Udp::parse(around).map(Layer::Udp),
            _ => return None,
        }
        .ok()
    }

    /// What a layer of that kind was read from, which there is.
    #[inline(always)]
    fn around(&self, kind: LayerKind) -> Region<'a> {
        match kind {
            LayerKind::Ethernet => self.region,
            LayerKind::Vlan => self.region.behind(FRAME as usize),
            LayerKind::Ipv4 | LayerKind::Ipv6 => self.region.behind(self.header as usize),
            _ => self.payload,
        }
    }

    /// The kind of the layer of that position.
    #[inline]
    pub(super) fn kind(&self, index: usize) -> Option<LayerKind> {
        let ip = match self.ip {
            Ip::None => None,
            Ip::V4 => Some(LayerKind::Ipv4),
            Ip::V6 => Some(LayerKind::Ipv6),
        };
        let transport = match self.transport {
            Transport::None => None,
            Transport::Tcp => Some(LayerKind::Tcp),
            Transport::Udp => Some(LayerKind::Udp),
        };
        let link = self.link.then_some(LayerKind::Ethernet);
        let tag = self.tag.then_some(LayerKind::Vlan);
        [link, tag, ip, transport].into_iter().flatten().nth(index)
    }

    /// The layer of that position.
    pub(super) fn layer(&self, index: usize) -> Option<Layer<'a>> {
        self.read_again(self.kind(index)?)
    }

    /// What the layer of that position says of what follows.
    pub(super) fn next(&self, index: usize) -> Option<Next<'a>> {
        let kind = self.kind(index)?;
        let around = self.around(kind);
        let next = match kind {
            LayerKind::Ethernet => Ethernet::parse(around).ok()?.next(),
            LayerKind::Vlan => Vlan::parse(around).ok()?.next(),
            LayerKind::Ipv4 => Ipv4::parse(around).ok()?.next(),
            LayerKind::Ipv6 => Ipv6::parse(around).ok()?.next(),
            LayerKind::Tcp => Tcp::parse(around).ok()?.next(),
            LayerKind::Udp => Udp::parse(around).ok()?.next(),
            _ => return None,
        };
        Some(next)
    }

    /// Where the layer of that position is.
    pub(super) fn place(&self, index: usize) -> Option<Place> {
        let kind = self.kind(index)?;
        let length = self.read_again(kind)?.region().bytes().len() as u32;
        Some(Place { kind, parent: index.saturating_sub(1) as u8, stretch: Stretch::of(self.around(kind)), length })
    }
}

/// How many bytes of a frame are before what it carries.
const FRAME: u32 = 14;

/// The same of a tag.
const TAG: u32 = 4;

/// The payload, where it is of one of two kinds.
#[inline(always)]
fn either<'a>(
    upon: &impl Carrier<'a, LayerKind>,
    left: LayerKind,
    right: LayerKind,
) -> Option<Either<Region<'a>, Region<'a>>> {
    match (upon.leads_to(left), upon.leads_to(right)) {
        (Led::There(payload), _) => Some(Either::Left(payload)),
        (_, Led::There(payload)) => Some(Either::Right(payload)),
        (Led::Elsewhere, Led::Elsewhere) => None,
    }
}
