//! Packets: read once, walked, compared, changed, made.
//!
//! Reading never fails: a [`Packet`] keeps what could be read, and says why it ended. It borrows the bytes and allocates nothing;
//! a [`PacketBuf`] owns them, and can be changed.
//!
//! ```
//! use packet_core::Level;
//! use packet_protocols::{ipv4::Ipv4, stack::LayerKind, udp::Udp};
//! use packet_runtime::packet::{Depth, Packet};
//!
//! let bytes = [
//!     0x45, 0, 0, 32, 0, 1, 0, 0, 64, 17, 0x66, 0xca, 10, 0, 0, 1, 10, 0, 0, 2, // the Internet header
//!     0x0f, 0xa0, 0x0f, 0xa1, 0, 12, 0xed, 0xc1, b'p', b'i', b'n', b'g',
//! ];
//! let packet = Packet::parse(LayerKind::Ipv4, &bytes);
//! let udp = packet.get::<Udp>().map(|udp| udp.dst_port());
//! assert_eq!((packet.to_string().as_str(), udp), ("Ipv4 / Udp / 4 bytes", Some(4001)));
//! assert!(packet.transport().is_some() && packet.error().is_none());
//! assert!(packet.verify_checksums().iter().all(|checksum| checksum.is_right()));
//!
//! // No further than is asked for, and on from there.
//! let mut packet = Packet::parse_to(LayerKind::Ipv4, &bytes, Depth::Level(Level::Network));
//! assert!(packet.get::<Ipv4>().is_some() && packet.get::<Udp>().is_none());
//! packet.read_to(Depth::All);
//! assert!(packet.get::<Udp>().is_some());
//!
//! // What is cut keeps what is there.
//! let packet = Packet::parse(LayerKind::Ipv4, &bytes[..24]);
//! assert_eq!(packet.error().map(|failed| failed.reason.to_string()).as_deref(), Some("udp.length: needs 2 bytes at offset 24, 0 available"));
//! ```

mod added;
mod buf;
mod build;
mod checksum;
#[cfg(feature = "text")]
mod define;
#[cfg(feature = "text")]
mod describe;
mod diff;
mod edit;
mod entry;
mod field;
mod flows;
mod interpreted;
mod registry;
mod tunnel;
mod value;

pub use added::Added;
pub use buf::PacketBuf;
pub use build::PacketBuilder;
pub use checksum::{Checksum, Verdict};
#[cfg(feature = "text")]
pub use define::DefineError;
#[cfg(feature = "text")]
pub use describe::DescribeError;
pub use diff::{Change, Difference, diff};
pub use edit::{ChangeError, Keep};
pub use entry::{Entry, Leftover};
pub use field::{FieldKind, FieldPath, Found, PathError};
pub use interpreted::Interpreted;
pub use registry::{Compiled, Conflict, Key, Parts, Registry, Target, TellDerived};
pub use value::{FieldInput, InputError};

/// What [`compiled!`](crate::compiled) names.
#[doc(hidden)]
pub mod plain {
    use packet_core::plain::{AnyView, Viewed};
    use packet_core::{Derived, Error, FieldVisitor, Region};

    fn view<'a, V: Viewed<'a>>(region: Region<'a>) -> Result<V::View, Error> {
        V::View::of(region)
    }

    /// Reads a layer, for its bytes and what follows.
    pub fn parts<'a, V: Viewed<'a>>(region: Region<'a>) -> Result<super::Parts<'a>, Error> {
        view::<V>(region).map(|view| (view.region(), view.following()))
    }

    /// Hands over the fields of a layer.
    pub fn fields<'a, V: Viewed<'a>>(region: Region<'a>, visitor: &mut dyn FieldVisitor) -> Result<(), Error> {
        view::<V>(region).map(|view| packet_core::Fields::fields(&view, visitor))
    }

    /// Tells of the derived fields of a layer.
    pub fn derived<'a, V: Viewed<'a>>(region: Region<'a>, report: &mut dyn FnMut(Derived)) -> Result<(), Error> {
        view::<V>(region).map(|view| view.derived(report))
    }
}

use crate::file::{self, LinkType};
use packet_core::stack::Either;
use packet_core::{Error, Level, Region};
use packet_protocols::packet as known;
use packet_protocols::stack::{LayerKind, Next, View, tables};
use std::fmt;

/// How far a packet is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Depth {
    /// All of it.
    All,
    /// To the first layer of that level, and the layers of that level that stand right upon it: tags upon a frame, extension
    /// headers upon a header. The transport ends with its first layer; whether QUIC is upon UDP, only the payload says.
    Level(Level),
    /// To the first layer of that kind.
    Layer(LayerKind),
    /// So many layers.
    Layers(usize),
}

impl Depth {
    /// Whether a packet with these layers is read so far, when the next one is of some level.
    #[inline]
    fn is_reached(self, mut kinds: impl DoubleEndedIterator<Item = LayerKind>, next: &Next<'_>) -> bool {
        match self {
            Self::All => false,
            Self::Level(level) => {
                let goes_on =
                    matches!(next, Next::Layer(kind, _) if kind.level() == level) && level != Level::Transport;
                kinds.rev().any(|kind| kind.level() >= level) && !goes_on
            }
            Self::Layer(kind) => kinds.any(|one| one == kind),
            Self::Layers(count) => kinds.count() >= count,
        }
    }
}

/// The bytes of a packet, and the layers that were read of them.
#[derive(Clone, Debug)]
pub struct Packet<'a> {
    /// The layers that Pony knows.
    known: known::Packet<'a>,
    /// Layers of a registry, in the order in which they were read.
    added: Vec<Added<'a>>,
    /// What stopped the reading, where it is not a layer upon known ones.
    failed: Option<Failed<'a>>,
    registry: Option<&'a Registry>,
}

/// A layer that could not be read: what it should be, where, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Failed<'a> {
    /// The name of the layer: `Udp`.
    pub name: &'a str,
    /// Where it should stand.
    pub region: Region<'a>,
    /// Why it can't be read.
    pub reason: Reason,
}

/// Why a layer can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// What its view says.
    Error(Error),
    /// What the interpreter of its definition says.
    Words(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => error.fmt(out),
            Self::Words(words) => out.write_str(words),
        }
    }
}

impl<'a> Packet<'a> {
    /// A packet without bytes: [`Self::read`] reads one in its place.
    #[inline(always)]
    #[must_use]
    pub const fn new() -> Self {
        Self { known: known::Packet::new(), added: Vec::new(), failed: None, registry: None }
    }

    /// Reads a packet whose first layer is of that kind; plain bytes are all of it.
    #[inline]
    #[must_use]
    pub fn parse(first: LayerKind, region: impl Into<Region<'a>>) -> Self {
        Self::parse_to(first, region, Depth::All)
    }

    /// Reads a packet no further than to some depth; [`Self::read_to`] goes on.
    #[inline]
    #[must_use]
    pub fn parse_to(first: LayerKind, region: impl Into<Region<'a>>, depth: Depth) -> Self {
        let mut packet = Self::new();
        packet.read(first, region, depth);
        packet
    }

    /// Reads another packet in the place of this one, with the registry of this one.
    ///
    /// A packet is some 900 bytes long: where millions are read, one that stays where it is need not be moved.
    ///
    /// ```
    /// use packet_protocols::stack::LayerKind;
    /// use packet_runtime::packet::{Depth, Packet};
    ///
    /// let frames = [[0; 60], [1; 60]];
    /// let mut packet = Packet::new();
    /// for frame in &frames {
    ///     packet.read(LayerKind::Ethernet, frame, Depth::All);
    ///     assert!(packet.link().is_some());
    /// }
    /// ```
    #[inline(always)]
    pub fn read(&mut self, first: LayerKind, region: impl Into<Region<'a>>, depth: Depth) {
        let region = region.into();
        self.forget();
        match (self.registry, depth) {
            (None, Depth::All) => {
                self.known.begin_together(region, first);
                self.known.read_all();
            }
            (None, Depth::Level(Level::Transport)) => {
                if !self.known.begin_together(region, first) {
                    self.known.read_to_transport();
                }
            }
            _ => {
                // The region is not handed on: what is has to be in memory, for the packets above too.
                self.known.begin(region, Next::Layer(first, region));
                self.read_by_parts(first, depth);
            }
        }
    }

    /// As [`Self::read`], where the first layer may be one of its registry.
    pub(super) fn read_from(&mut self, first: Target, region: Region<'a>, depth: Depth) {
        if let Target::Known(kind) = first {
            return self.read(kind, region, depth);
        }
        self.begin_opaque(region);
        let Self { registry, added, failed, known } = self;
        if let Some(registry) = registry {
            known.begin(region, registry.enter(first, region, 0, added, failed));
            self.read_to(depth);
        }
    }

    /// Becomes a packet of which nothing is known.
    fn begin_opaque(&mut self, region: Region<'a>) {
        self.forget();
        self.known.begin(region, Next::Opaque(region));
    }

    /// Forgets what belongs to a registry.
    #[inline(always)]
    fn forget(&mut self) {
        self.added.clear();
        self.failed = None;
    }

    /// Reads a packet of a capture file, whose link type says what its first layer is; where none is known, all bytes are its
    /// [`Self::payload`].
    #[must_use]
    pub fn captured(record: &file::Packet<'a>) -> Self {
        let mut packet = Self::new();
        packet.read_captured(record);
        packet
    }

    /// As [`Self::captured`], in the place of this one.
    pub fn read_captured(&mut self, record: &file::Packet<'a>) {
        self.read_link_type(record.link_type, Region::captured(record.data, record.origlen as usize));
    }

    /// Reads another packet in the place of this one, whose link type says what its first layer is.
    pub fn read_link_type(&mut self, link_type: LinkType, region: Region<'a>) {
        let first = match self.registry {
            Some(registry) => registry.first_of(link_type, region),
            None => tables::link_type(link_type.0, region).map(Target::Known),
        };
        match first {
            Some(first) => self.read_from(first, region, Depth::All),
            None => self.begin_opaque(region),
        }
    }

    /// A packet of which nothing is known: all bytes are its payload.
    #[must_use]
    pub fn opaque(region: impl Into<Region<'a>>) -> Self {
        let (region, mut packet) = (region.into(), Self::new());
        packet.begin_opaque(region);
        packet
    }

    /// Reads a packet that is not read as most are: to another depth, or with a registry.
    fn read_by_parts(&mut self, first: LayerKind, depth: Depth) {
        let to_transport = depth == Depth::Level(Level::Transport);
        let together = to_transport || depth == Depth::All;
        let is_all = together
            && self.registry.is_some_and(Registry::leaves_front)
            && self.known.begin_together(self.region(), first);
        if !is_all || !to_transport {
            self.read_to(depth);
        }
    }

    /// Reads on, to some depth.
    pub fn read_to(&mut self, depth: Depth) {
        let Self { known, registry, added, failed, .. } = self;
        match registry {
            None if depth == Depth::All => known.read_all(),
            None => known.read_on(|layers, next| (!depth.is_reached(layers.kinds(), &next)).then_some(next)),
            Some(registry) => known.read_on(|layers, next| {
                let reached = depth.is_reached(layers.kinds(), &next);
                (!reached).then(|| registry.follow(layers, next, added, failed))
            }),
        }
    }

    /// Whether it was read as far as it can be, and not only to some depth.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.known.is_read()
    }

    /// All its bytes, and how many the capture has cut off.
    #[must_use]
    pub fn region(&self) -> Region<'a> {
        self.known.region()
    }

    /// All its bytes.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.region().bytes()
    }

    /// How many bytes behind these the capture has cut off.
    #[must_use]
    pub fn missing(&self) -> u32 {
        self.region().missing()
    }

    /// The layers that Pony knows, with their metafields and answers: `flow_id`, `probe_tag`, `is_reply_to`.
    #[inline]
    #[must_use]
    pub fn known(&self) -> &known::Packet<'a> {
        &self.known
    }

    /// The outermost layer of that type: `packet.get::<Udp>()`.
    #[inline(always)]
    #[must_use]
    pub fn get<V: View<'a>>(&self) -> Option<V> {
        self.known.get()
    }

    /// The outermost layer that is of one type or another: `packet.either::<Ipv4, Ipv6>()`.
    #[inline(always)]
    #[must_use]
    pub fn either<A: View<'a>, B: View<'a>>(&self) -> Option<Either<A, B>> {
        self.known.either()
    }

    /// The innermost layer of that type: within all tunnels.
    #[inline]
    #[must_use]
    pub fn innermost<V: View<'a>>(&self) -> Option<V> {
        self.all().next_back()
    }

    /// The layers of that type, the outermost first.
    pub fn all<V: View<'a>>(&self) -> impl DoubleEndedIterator<Item = V> {
        self.known.all()
    }

    /// The layers of a level, the outermost first.
    pub fn at(&self, level: Level) -> impl DoubleEndedIterator<Item = Entry<'_, 'a>> {
        self.layers().filter(move |layer| layer.level() == level)
    }

    /// The outermost link layer.
    #[must_use]
    pub fn link(&self) -> Option<Entry<'_, 'a>> {
        self.at(Level::Link).next()
    }

    /// The outermost layer from host to host.
    #[must_use]
    pub fn network(&self) -> Option<Entry<'_, 'a>> {
        self.at(Level::Network).next()
    }

    /// The outermost layer from process to process.
    #[must_use]
    pub fn transport(&self) -> Option<Entry<'_, 'a>> {
        self.at(Level::Transport).next()
    }

    /// The outermost layer of an application.
    #[must_use]
    pub fn application(&self) -> Option<Entry<'_, 'a>> {
        self.at(Level::Application).next()
    }

    /// The layer that could not be read, where there is one: the first of them.
    #[must_use]
    pub fn error(&self) -> Option<Failed<'a>> {
        let begun = self.known.begun();
        let upon_known = begun.map(|begun| Failed {
            name: begun.kind.name(),
            region: begun.region,
            reason: Reason::Error(begun.error),
        });
        self.failed.clone().into_iter().chain(upon_known).min_by_key(|failed| failed.region.offset())
    }
}

impl Default for Packet<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for Packet<'_> {
    /// The names of its layers, and what is upon the last: `Ethernet / Ipv4 / Udp / 4 bytes`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = 0;
        let mut lead = |out: &mut fmt::Formatter<'_>| {
            parts += 1;
            if parts == 1 { Ok(()) } else { out.write_str(" / ") }
        };
        for layer in self.layers() {
            lead(out)?;
            out.write_str(layer.name())?;
        }
        if let Some(failed) = self.error() {
            lead(out)?;
            write!(out, "{} that can't be read", failed.name)?;
        } else if !self.payload().is_empty() {
            lead(out)?;
            write!(out, "{} bytes", self.payload().len())?;
        }
        Ok(())
    }
}
