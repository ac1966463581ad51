//! The layers that most packets begin with, of which little has to be noted: where they are follows from what they are.

use crate::ethernet::{Ethernet, ethernet_fields};
use crate::ipv4::Ipv4;
use crate::ipv6::Ipv6;
use crate::stack::{Layer, LayerKind, Next, Place, View};
use crate::tcp::Tcp;
use crate::udp::Udp;
use crate::vlan::{Vlan, vlan_fields};
use packet_core::stack::{Carrier, Either, Led};
use packet_core::view::Wanted;
use packet_core::{Region, Stretch};

/// The kinds of layers that are read together where a packet begins with them: a frame, a tag, an Internet header, and what goes
/// from process to process.
pub const FRONT: [LayerKind; 6] =
    [LayerKind::Ethernet, LayerKind::Vlan, LayerKind::Ipv4, LayerKind::Ipv6, LayerKind::Tcp, LayerKind::Udp];

/// A frame, a tag, an Internet header and what goes from process to process upon it, as far as a packet begins with these. All of
/// them can be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Front<'a> {
    /// The packet.
    region: Region<'a>,
    /// Which there are.
    kinds: Kinds,
    /// Where the Internet header starts in the packet.
    header: u32,
    /// What the Internet header carries, where one of these stands upon it.
    payload: Region<'a>,
}

/// Layers of the front, a bit for each.
#[derive(Clone, Copy, Debug)]
struct Kinds(u32);

impl Kinds {
    const NONE: Self = Self(0);

    /// That kind alone; none where it is not of the front.
    #[inline(always)]
    const fn of(kind: LayerKind) -> Self {
        Self(match kind {
            LayerKind::Ethernet => 1,
            LayerKind::Vlan => 2,
            LayerKind::Ipv4 => 4,
            LayerKind::Ipv6 => 8,
            LayerKind::Tcp => 16,
            LayerKind::Udp => 32,
            _ => 0,
        })
    }

    #[inline(always)]
    const fn with(self, kind: LayerKind) -> Self {
        Self(self.0 | Self::of(kind).0)
    }

    #[inline(always)]
    const fn has(self, kind: LayerKind) -> bool {
        self.0 & Self::of(kind).0 != 0
    }
}

impl<'a> Front<'a> {
    /// That of no bytes.
    pub(super) const EMPTY: Self =
        Self { region: Region::NOTHING, kinds: Kinds::NONE, header: 0, payload: Region::NOTHING };

    /// Becomes that of a packet that begins with none of them, or is read otherwise.
    #[inline(always)]
    pub(super) fn clear(&mut self, region: Region<'a>) {
        (self.region, self.kinds) = (region, Kinds::NONE);
    }

    /// Reads the layers of a packet that begins with one of that kind. What can't be read is left to others, as is what depends on
    /// more than the layer itself. How many there are.
    // All is stored where it stays, and once: to hand it over would take longer than to read it.
    #[inline(always)]
    pub(super) fn read(&mut self, first: LayerKind, region: Region<'a>) -> usize {
        self.region = region;
        let none = Kinds::NONE;
        match first {
            LayerKind::Ethernet => {}
            LayerKind::Ipv4 => return self.read_ip(none, 0, 0, Some(Either::Left(region))),
            LayerKind::Ipv6 => return self.read_ip(none, 0, 0, Some(Either::Right(region))),
            _ => return self.note(none, 0),
        }
        let Ok(ethernet) = Ethernet::parse(region) else { return self.note(none, 0) };
        let kinds = none.with(LayerKind::Ethernet);
        let Led::There(payload) = ethernet.leads_to(LayerKind::Vlan) else {
            return self.read_ip(kinds, 1, FRAME, either(&ethernet, LayerKind::Ipv4, LayerKind::Ipv6));
        };
        let Ok(tag) = Vlan::parse(payload) else { return self.note(kinds, 1) };
        let kinds = kinds.with(LayerKind::Vlan);
        self.read_ip(kinds, 2, FRAME + TAG, either(&tag, LayerKind::Ipv4, LayerKind::Ipv6))
    }

    /// Reads what stands upon these, so many, and starts there in the packet.
    #[inline(always)]
    fn read_ip(
        &mut self,
        below: Kinds,
        count: usize,
        header: u32,
        at: Option<Either<Region<'a>, Region<'a>>>,
    ) -> usize {
        self.header = header;
        let (kinds, payload) = match at {
            Some(Either::Left(at)) => {
                let Ok(ip) = Ipv4::parse(at) else { return self.note(below, count) };
                (below.with(LayerKind::Ipv4), either(&ip, LayerKind::Tcp, LayerKind::Udp))
            }
            Some(Either::Right(at)) => {
                let Ok(ip) = Ipv6::parse(at) else { return self.note(below, count) };
                (below.with(LayerKind::Ipv6), either(&ip, LayerKind::Tcp, LayerKind::Udp))
            }
            None => return self.note(below, count),
        };
        match payload {
            Some(Either::Left(payload)) if Tcp::parse(payload).is_ok() => {
                self.payload = payload;
                self.note(kinds.with(LayerKind::Tcp), count + 2)
            }
            // What a length of 0 means depends on what is below, RFC 2675 §4.
            Some(Either::Right(payload)) if Udp::parse(payload).is_ok_and(|udp| udp.length() != 0) => {
                self.payload = payload;
                self.note(kinds.with(LayerKind::Udp), count + 2)
            }
            _ => self.note(kinds, count + 1),
        }
    }

    /// There are these, so many.
    #[inline(always)]
    fn note(&mut self, kinds: Kinds, count: usize) -> usize {
        self.kinds = kinds;
        count
    }

    /// The packet.
    #[inline(always)]
    pub(super) fn region(&self) -> Region<'a> {
        self.region
    }

    /// How many layers there are.
    #[inline(always)]
    pub(super) fn count(&self) -> usize {
        self.kinds.0.count_ones() as usize
    }

    /// Whether it reaches to what goes from process to process.
    #[inline(always)]
    pub(super) fn has_transport(&self) -> bool {
        self.kinds.has(LayerKind::Tcp) || self.kinds.has(LayerKind::Udp)
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
        self.kinds.has(kind)
    }

    /// Whether it has the left one of two kinds, where it has one of them alone.
    #[inline(always)]
    pub(super) fn which(&self, left: LayerKind, right: LayerKind) -> Option<bool> {
        let (left, right) = (Kinds::of(left).0, Kinds::of(right).0);
        match self.kinds.0 & (left | right) {
            0 => None,
            found if found == left => Some(true),
            found if found == right => Some(false),
            _ => None,
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

    /// What the layer of that position was read from.
    #[inline]
    pub(super) fn around_at(&self, index: usize) -> Option<Region<'a>> {
        Some(self.around(self.kind(index)?))
    }

    /// The kind of the layer of that position.
    #[inline]
    pub(super) fn kind(&self, index: usize) -> Option<LayerKind> {
        FRONT.into_iter().filter(|&kind| self.has(kind)).nth(index)
    }

    /// The layer of that position.
    pub(super) fn layer(&self, index: usize) -> Option<Layer<'a>> {
        self.read_again(self.kind(index)?)
    }

    /// What its last layer says of what follows.
    pub(super) fn next(&self) -> Option<Next<'a>> {
        let kind = self.kind(self.count().checked_sub(1)?)?;
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
const FRAME: u32 = bytes_of(ethernet_fields::HEAD_RUN);

/// The same of a tag.
const TAG: u32 = bytes_of(vlan_fields::HEAD_RUN);

/// As many bytes as these fields fill, of which the last one ends behind all others.
const fn bytes_of(fields: &[Wanted]) -> u32 {
    let Some((_, first, width)) = fields.last() else { return 0 };
    (*first + *width) / 8
}

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
