//! Checksums of whole packets.

use super::{Entry, Packet};
use packet_core::checksum::Inet16;
use packet_core::{Derived, FieldInfo};
use packet_protocols::stack::{Below, Layer, LayerKind};

/// A checksum in a packet, or another field that its definition verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checksum {
    /// The position of its layer among [`Packet::layers`].
    pub layer: usize,
    /// The kind of its layer, if Pony knows it.
    pub kind: Option<LayerKind>,
    /// The field.
    pub field: &'static FieldInfo,
    /// What it is.
    pub found: u64,
    /// What it should be.
    pub expected: u64,
    /// What to think of it.
    pub verdict: Verdict,
}

/// What to think of a checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is as it should be.
    Right,
    /// It is not.
    Wrong,
    /// It was captured before the network card put it in: it has the value that senders leave there for the card.
    LeftToHardware,
}

impl Checksum {
    /// Whether nothing is wrong with it: it is right, or not there yet.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.verdict != Verdict::Wrong
    }
}

impl Packet<'_> {
    /// Every checksum that can be verified, the outermost first, those of a registry's layers too. Those of bytes that are not all
    /// there, those whose sender made none, and those of a registry's layers that sum what is below them are not among them.
    #[must_use]
    pub fn verify_checksums(&self) -> Vec<Checksum> {
        let mut found = Vec::new();
        self.checksums(&mut |checksum| found.push(checksum));
        found
    }

    /// Tells of every checksum that can be verified, as [`Self::verify_checksums`]; of known layers, without allocation.
    pub fn checksums(&self, tell: &mut dyn FnMut(Checksum)) {
        self.checksums_of(|_| true, tell);
    }

    /// Tells of the checksums of layers of some positions.
    pub(super) fn checksums_of(&self, is_meant: impl Fn(usize) -> bool, tell: &mut dyn FnMut(Checksum)) {
        let mut known_below = 0;
        for (position, layer) in self.layers().enumerate() {
            match layer {
                Entry::Known(layer) => {
                    if is_meant(position) {
                        of_known(&layer, &self.known.below(known_below), position, tell);
                    }
                    known_below += 1;
                }
                Entry::Added(layer) if is_meant(position) => layer.derived(&mut |field, found, expected| {
                    let verdict = if found == expected { Verdict::Right } else { Verdict::Wrong };
                    tell(Checksum { layer: position, kind: None, field, found, expected, verdict });
                }),
                Entry::Added(_) => {}
            }
        }
    }
}

/// Tells of the checksums of a layer that Pony knows.
fn of_known<'a>(layer: &Layer<'a>, below: &Below<'_, 'a>, position: usize, tell: &mut dyn FnMut(Checksum)) {
    layer.derived(below, &mut |derived| {
        let verdict = if derived.found == derived.expected {
            Verdict::Right
        } else if is_left_to_hardware(layer, &derived) {
            Verdict::LeftToHardware
        } else {
            Verdict::Wrong
        };
        let Derived { field, found, expected, .. } = derived;
        tell(Checksum { layer: position, kind: Some(layer.kind()), field, found, expected, verdict });
    });
}

/// Whether a wrong checksum is what a sender leaves for its network card to complete: 0, or of TCP and UDP the sum of the
/// addresses' pseudo-header alone, not complemented.
fn is_left_to_hardware(layer: &Layer<'_>, derived: &Derived) -> bool {
    match layer {
        Layer::Ipv4(_) => derived.found == 0,
        Layer::Tcp(_) | Layer::Udp(_) => {
            let bytes = layer.region().bytes();
            // The expected checksum is the complement of what the layer and the pseudo-header sum to, and the layer contains
            // what was found: so the pseudo-header is what is left of the one without the other.
            let own = !Inet16::new().update(bytes).finish();
            let all_but_found = ones_sum(!(derived.expected as u16), derived.found as u16);
            derived.found == 0 || ones_sum(all_but_found, !own) == derived.found as u16
        }
        _ => false,
    }
}

/// A sum in one's complement, [RFC 1071 §1](https://www.rfc-editor.org/rfc/rfc1071#section-1).
fn ones_sum(left: u16, right: u16) -> u16 {
    let (sum, carry) = left.overflowing_add(right);
    sum + u16::from(carry)
}
