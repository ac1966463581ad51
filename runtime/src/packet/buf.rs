//! Packets that own their bytes.

use super::{Depth, Packet, Registry, Target};
use packet_core::Region;
use packet_protocols::stack::LayerKind;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The bytes of a packet, owned: read it by [`Self::packet`], change it by [`Self::set`], [`Self::edit`] and their like.
///
/// ```
/// use packet_protocols::craft::{Ethernet, Ipv4, Udp, Vlan};
/// use packet_runtime::packet::{Keep, PacketBuilder};
///
/// let mut packet = PacketBuilder::new().layer(Ethernet::default()).layer(Ipv4::default()).layer(Udp::default()).payload(b"hi").build()?;
/// packet.set(&"ipv4.src".parse()?, &"10.0.0.9".into(), Keep::Right)?;
/// packet.insert(1, Vlan { id: 7, ..Default::default() }, Keep::Right)?;
/// let now = packet.packet();
/// assert_eq!(now.to_string(), "Ethernet / Vlan / Ipv4 / Udp / 2 bytes");
/// assert!(now.known().is_regular(), "lengths, keys and checksums follow");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct PacketBuf {
    pub(super) bytes: Vec<u8>,
    pub(super) missing: u32,
    pub(super) first: Target,
    pub(super) registry: Option<Arc<Registry>>,
}

/// Packets are equal that have the same bytes and begin with the same layer, whoever knows what they carry.
impl PartialEq for PacketBuf {
    fn eq(&self, other: &Self) -> bool {
        (&self.bytes, self.missing, self.first) == (&other.bytes, other.missing, other.first)
    }
}

impl Eq for PacketBuf {}

impl Hash for PacketBuf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.bytes, self.missing, self.first).hash(state);
    }
}

impl PacketBuf {
    /// The bytes of a packet that begins with a layer of that kind; [`Registry::packet_buf`] makes one that knows other layers.
    #[must_use]
    pub fn new(first: LayerKind, bytes: Vec<u8>) -> Self {
        Self { bytes, missing: 0, first: Target::Known(first), registry: None }
    }

    /// The same, of which the capture has cut off so many bytes.
    #[must_use]
    pub fn with_missing(self, missing: u32) -> Self {
        Self { missing, ..self }
    }

    /// Its layers, as its bytes are now.
    #[must_use]
    pub fn packet(&self) -> Packet<'_> {
        self.packet_to(Depth::All)
    }

    /// Its layers to some depth.
    #[must_use]
    pub fn packet_to(&self, depth: Depth) -> Packet<'_> {
        let mut packet = self.registry.as_deref().map_or_else(Packet::new, Registry::packet);
        packet.read_from(self.first, self.region(), depth);
        packet
    }

    /// Its bytes, and how many are missing behind them.
    #[must_use]
    pub fn region(&self) -> Region<'_> {
        Region::captured(&self.bytes, self.bytes.len() + self.missing as usize)
    }

    /// What its first layer is, if Pony knows it.
    #[must_use]
    pub fn first(&self) -> Option<LayerKind> {
        match self.first {
            Target::Known(kind) => Some(kind),
            Target::Added(_) => None,
        }
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many bytes it had before the capture cut it.
    #[must_use]
    pub fn original_length(&self) -> usize {
        self.bytes.len() + self.missing as usize
    }

    /// Its bytes, to be kept.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl Packet<'_> {
    /// The same packet with bytes of its own; nothing where its first layer is none that Pony knows.
    #[must_use]
    pub fn to_owned(&self) -> Option<PacketBuf> {
        let first = self.known.place(0)?;
        let starts = first.stretch.start() == self.region().offset();
        let packet = PacketBuf::new(first.kind, self.bytes().to_owned());
        starts.then(|| packet.with_missing(self.missing()))
    }
}
