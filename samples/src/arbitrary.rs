//! Packets as what a fuzz target takes.

use crate::{FaultyPacket, Packet, Packets};
use arbitrary::{Arbitrary, Error, Result, Unstructured};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// Most bytes that are used up by the choices for one packet.
const MOST: usize = 1024;

/// Whose packets are wanted.
///
/// ```
/// use arbitrary::{Arbitrary, Unstructured};
/// use packet_samples::{Definitions, Packets, Subject, Valid};
/// use std::sync::LazyLock;
///
/// struct Dns;
///
/// impl Subject for Dns {
///     fn packets() -> Option<&'static Packets<'static>> {
///         static DNS: LazyLock<Option<Packets<'static>>> = LazyLock::new(|| Definitions::built_in().packets("Dns"));
///         DNS.as_ref()
///     }
/// }
///
/// // In a fuzz target: `fuzz_target!(|packet: Valid<Dns>| my_parser(&packet.bytes).unwrap());`
/// let packet = Valid::<Dns>::arbitrary(&mut Unstructured::new(&[7; 300]))?;
/// assert!(packet.layers.iter().any(|layer| layer == "Dns"));
/// # Ok::<(), arbitrary::Error>(())
/// ```
pub trait Subject {
    /// The packets; `None` where there is no such layer.
    fn packets() -> Option<&'static Packets<'static>>;
}

/// A valid packet.
pub struct Valid<S>(Packet, PhantomData<S>);

/// A packet with one fault.
pub struct Faulty<S>(FaultyPacket, PhantomData<S>);

impl<S> Deref for Valid<S> {
    type Target = Packet;

    fn deref(&self) -> &Packet {
        &self.0
    }
}

impl<S> Deref for Faulty<S> {
    type Target = FaultyPacket;

    fn deref(&self) -> &FaultyPacket {
        &self.0
    }
}

impl<S> fmt::Debug for Valid<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl<S> fmt::Debug for Faulty<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl<'a, S: Subject> Arbitrary<'a> for Valid<S> {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let choices = bytes.bytes(bytes.len().min(MOST))?;
        let packet = S::packets().and_then(|packets| packets.valid_by(choices));
        packet.map(|packet| Self(packet, PhantomData)).ok_or(Error::IncorrectFormat)
    }
}

impl<'a, S: Subject> Arbitrary<'a> for Faulty<S> {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let choices = bytes.bytes(bytes.len().min(MOST))?;
        let packet = S::packets().and_then(|packets| packets.faulty_by(choices));
        packet.map(|packet| Self(packet, PhantomData)).ok_or(Error::IncorrectFormat)
    }
}
