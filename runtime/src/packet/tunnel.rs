//! Layers around packets: put on, and taken off.

use super::{ChangeError, Keep, PacketBuf, Target};
use packet_core::Level;
use packet_protocols::craft::Layers;

impl PacketBuf {
    /// Puts these layers around the packet: a tunnel.
    ///
    /// # Errors
    ///
    /// As those of [`Self::edit`].
    pub fn encapsulate(&mut self, around: Layers<'static>, keep: Keep) -> Result<(), ChangeError> {
        self.edit(keep, |layers| _ = layers.layers.splice(0..0, around.layers))
    }

    /// Takes the packet out of its outermost tunnel of that kind: `vxlan`, `gre`. What is in the tunnel begins with a frame of
    /// its own, or is carried by the link of the packet. Whether there was anything in such a tunnel.
    ///
    /// # Errors
    ///
    /// As those of [`Self::edit`].
    pub fn decapsulate(&mut self, key: &str, keep: Keep) -> Result<bool, ChangeError> {
        let (tunnel, inner, start) = {
            let packet = self.packet();
            let known = packet.known();
            let Some(tunnel) = known.kinds().position(|kind| kind.key() == key) else { return Ok(false) };
            let Some(inner) = known.kind(tunnel + 1) else { return Ok(false) };
            let start = known.kinds().position(|kind| kind.level() != Level::Link);
            (tunnel, inner, start.map_or(tunnel, |start| start.min(tunnel)))
        };
        if inner.level() != Level::Link && start > 0 {
            self.remove(start..tunnel + 1, keep)?;
            return Ok(true);
        }
        let (from, missing) = {
            let packet = self.packet();
            let Some(region) = packet.known().around(tunnel + 1) else { return Ok(false) };
            let from = region.offset() as usize;
            (from..from + region.bytes().len(), region.missing())
        };
        self.bytes.truncate(from.end);
        self.bytes.drain(..from.start);
        (self.first, self.missing) = (Target::Known(inner), missing);
        Ok(true)
    }

    /// Takes out all layers of that kind: `vlan`, `mpls`; what they carry is carried by the layers below. How many there were.
    ///
    /// # Errors
    ///
    /// As those of [`Self::edit`].
    pub fn strip(&mut self, key: &str, keep: Keep) -> Result<usize, ChangeError> {
        let count = self.packet().known().kinds().filter(|kind| kind.key() == key).count();
        if count > 0 {
            self.edit(keep, |layers| layers.layers.retain(|placed| placed.layer.kind().key() != key))?;
        }
        Ok(count)
    }
}
