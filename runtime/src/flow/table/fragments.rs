//! The ports of packets that come in pieces.
//!
//! Only the first fragment has them ([RFC 791 §3.2](https://www.rfc-editor.org/rfc/rfc791#section-3.2),
//! [RFC 8200 §4.5](https://www.rfc-editor.org/rfc/rfc8200#section-4.5)); later ones are told by addresses, protocol and
//! identification.

use crate::flow::sight::{Ends, Fragment, Sighting};
use crate::limits;
use packet_core::hash::SipHash24;

/// The ports of the last packets that came in pieces: a later one takes the place of an earlier one.
#[derive(Clone, Debug)]
pub(super) struct Fragments {
    seed: [u8; 16],
    places: Vec<Option<Known>>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    ends: Ends,
    protocol: u8,
    identification: u32,
    ports: (u16, u16),
}

impl Fragments {
    pub(super) const fn new(seed: [u8; 16]) -> Self {
        Self { seed, places: Vec::new() }
    }

    /// The ports of a fragment: its own where it is the first; nothing where that was not seen.
    pub(super) fn ports(
        &mut self,
        sighting: &Sighting,
        Fragment { identification, first }: Fragment,
    ) -> Option<(u16, u16)> {
        let Sighting { ends, protocol, ports, .. } = *sighting;
        if self.places.is_empty() {
            self.places.resize(limits::FLOW_FRAGMENTS, None);
        }
        let at = self.hash(ends, protocol, identification) as usize % limits::FLOW_FRAGMENTS;
        let place = self.places.get_mut(at)?;
        if first {
            *place = Some(Known { ends, protocol, identification, ports });
            return Some(ports);
        }
        let is_it =
            |known: &Known| (known.ends, known.protocol, known.identification) == (ends, protocol, identification);
        place.filter(is_it).map(|known| known.ports)
    }

    fn hash(&self, ends: Ends, protocol: u8, identification: u32) -> u64 {
        let (src, dst) = match ends {
            Ends::V4(src, dst) => (src.into(), dst.into()),
            Ends::V6(src, dst) => (src, dst),
        };
        let number = u64::from(identification) << 8 | u64::from(protocol);
        let hash = SipHash24::new(self.seed).update(&src.to_le_bytes()).update(&dst.to_le_bytes());
        hash.update(&number.to_le_bytes()).finish()
    }
}
