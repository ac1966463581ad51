//! What the payload of a plain struct is.

use crate::Region;

/// As many ways to find out what a payload is as there may be.
pub const MOST_WAYS: usize = 6;

/// What a payload is, as the definition of the layer below says it: `packet_protocols::stack::Next` is made of it.
#[derive(Clone, Copy, Debug)]
pub struct Following<'a> {
    /// The bytes.
    pub payload: Region<'a>,
    ways: [Option<Way>; MOST_WAYS],
}

/// A way to find out what a payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It is the layer of that name.
    Layer(&'static str),
    /// A key says it, in the table of that name.
    Key {
        /// `udp_port`.
        table: &'static str,
        /// What the key is.
        key: u64,
    },
    /// It is what it looks like.
    Probe {
        /// That of the keys before, which led to nothing.
        table: &'static str,
    },
}

impl<'a> Following<'a> {
    /// A payload, and the ways to find out what it is, the first one first; what is absent is no way.
    #[must_use]
    pub const fn new(payload: Region<'a>, ways: [Option<Way>; MOST_WAYS]) -> Self {
        Self { payload, ways }
    }

    /// The ways to find out what it is: the first that leads to a layer counts.
    pub fn ways(&self) -> impl Iterator<Item = Way> + use<> {
        self.ways.into_iter().flatten()
    }
}
