//! Packets put together from layers.

use super::{Packet, PacketBuf};
use packet_core::Error;
use packet_core::craft::{EmitError, Packet as _, Placed};
use packet_protocols::craft::{self, AnyLayer, Layers};
use std::borrow::Cow;

/// Layers that become a packet: typed ones, or those of a packet that was taken apart.
///
/// ```
/// use packet_protocols::craft::{Icmp, Ipv4};
/// use packet_protocols::stack::LayerKind;
/// use packet_runtime::packet::{Packet, PacketBuilder};
///
/// let made = PacketBuilder::new().layer(Ipv4 { ttl: 9, ..Default::default() }).payload(b"pony").build()?;
/// let apart = PacketBuilder::of(&made.packet())?;
/// assert_eq!(apart.build()?, made);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PacketBuilder<'a> {
    /// The layers, the outermost first, and what the last one carries.
    pub layers: Layers<'a>,
}

impl<'a> PacketBuilder<'a> {
    /// No layer yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a packet apart: built again it has the same bytes, wrong checksums, padding and unknown options included.
    ///
    /// # Errors
    ///
    /// Its first layer can't be read.
    pub fn of(packet: &Packet<'a>) -> Result<Self, Error> {
        match packet.known().kind(0) {
            Some(first) => Ok(Self { layers: craft::read(first, packet.region())? }),
            None => {
                let payload = Cow::Borrowed(packet.bytes());
                Ok(Self { layers: Layers { layers: Vec::new(), payload } })
            }
        }
    }

    /// With another layer upon those that are there.
    #[must_use]
    pub fn layer(mut self, layer: impl Into<AnyLayer<'a>>) -> Self {
        self.layers.layers.push(Placed { layer: layer.into(), behind: Cow::Borrowed(&[]) });
        self
    }

    /// With these bytes upon the last layer.
    #[must_use]
    pub fn payload(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.layers.payload = Cow::Owned(bytes.as_ref().to_owned());
        self
    }

    /// With everything derived that can be, whatever was said of it: lengths, keys and checksums are right.
    #[must_use]
    pub fn derived(mut self) -> Self {
        self.layers.layers.iter_mut().for_each(|placed| placed.layer.derive_all());
        self
    }

    /// Writes the packet.
    ///
    /// # Errors
    ///
    /// There is no layer, or a field can't be what it was set to.
    pub fn build(&self) -> Result<PacketBuf, EmitError> {
        let first = self.layers.layers.first().ok_or_else(EmitError::no_payload)?;
        Ok(PacketBuf::new(first.layer.kind(), self.layers.to_vec()?))
    }
}
