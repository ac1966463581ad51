//! Packets from their description, in the syntax of `pony craft`.

use super::define::checked;
use super::{PacketBuf, Registry, Target};
use packet_codegen::text::parse_stack;
use packet_codegen::{Sources, render};
use packet_protocols::stack::LayerKind;
use packet_schema::interp::{BuildError, Builder, resolve_value};
use packet_schema::{Diagnostic, Schema};
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

/// Why a description is no packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DescribeError {
    /// There are mistakes in it, shown with their places.
    Mistakes(String),
    /// A field can't be what it is said to be.
    Value(String),
    /// It has no layer that is known.
    NoLayer,
}

impl fmt::Display for DescribeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mistakes(text) | Self::Value(text) => out.write_str(text),
            Self::NoLayer => out.write_str("a packet begins with a layer"),
        }
    }
}

impl std::error::Error for DescribeError {}

/// Builds a packet from its description: layers with what is said of their fields, whatever it is, and all else derived.
///
/// The first description reads all definitions, which takes a good part of a second.
///
/// ```
/// use packet_protocols::craft::Vlan;
/// use packet_runtime::packet::{Keep, PacketBuf, PacketBuilder};
///
/// let mut probe: PacketBuf = r#"Ethernet {} / Ipv4 { ttl = 3; dst = ip"192.0.2.7" } / Udp { dst_port = 33434 } / "pony""#.parse()?;
/// assert_eq!(probe.packet().to_string(), "Ethernet / Ipv4 / Udp / 4 bytes");
/// probe.insert(1, Vlan { id: 7, ..Default::default() }, Keep::Right)?;
/// assert!(probe.packet().known().is_regular());
///
/// // Its layers, to be put together otherwise.
/// let again = PacketBuilder::of(&probe.packet())?.payload("foal").derived().build()?;
/// assert!(again.packet().known().is_regular() && again.bytes().ends_with(b"foal"));
///
/// // What can't be right is built as it is said.
/// let forged: PacketBuf = "Ipv4 { checksum = 0xdead } / Tcp { seq = 7 }".parse()?;
/// assert_eq!(forged.bytes()[10..12], [0xde, 0xad]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl FromStr for PacketBuf {
    type Err = DescribeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (bytes, first) = build(builtin()?, text)?;
        Ok(Self::new(known(first).ok_or(DescribeError::NoLayer)?, bytes))
    }
}

impl Registry {
    /// Builds a packet from its description, in which layers of its definitions may stand beside those that Pony knows.
    ///
    /// # Errors
    ///
    /// There are mistakes in the description, a field can't be what it is said to be, or it has no layer.
    ///
    /// ```
    /// use packet_runtime::packet::{Keep, Registry};
    /// use std::sync::Arc;
    ///
    /// let mut registry = Registry::new();
    /// registry.define("telemetry.pony", "
    ///     module my.telemetry;
    ///     use pony.net.{udp_port};
    ///     layer Telemetry { celsius: u8; length: u8 auto size; check: u16 auto inet16(self) verify; }
    ///     bind udp_port { 7000 => Telemetry; }
    /// ")?;
    /// let registry = Arc::new(registry);
    /// let mut packet = registry.describe("Ipv4 {} / Udp {} / Telemetry { celsius = 21 }")?;
    /// assert_eq!(packet.packet().to_string(), "Ipv4 / Udp / Telemetry", "the port follows");
    ///
    /// packet.set(&"telemetry.celsius".parse()?, &"22".into(), Keep::Right)?;
    /// assert!(packet.packet().verify_checksums().iter().all(|one| one.is_right()), "all three follow");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn describe(self: &Arc<Self>, text: &str) -> Result<PacketBuf, DescribeError> {
        let (bytes, first) = match self.schema {
            Some(schema) => build(schema, text)?,
            None => build(builtin()?, text)?,
        };
        let target = self.named(first).or_else(|| known(first).map(Target::Known));
        Ok(self.packet_buf(target.ok_or(DescribeError::NoLayer)?, bytes))
    }
}

/// The model of the built-in definitions.
fn builtin() -> Result<&'static Schema, DescribeError> {
    static BUILTIN: OnceLock<Result<Schema, String>> = OnceLock::new();
    let schema = BUILTIN.get_or_init(|| checked(&[])).as_ref();
    schema.map_err(|mistakes| DescribeError::Mistakes(mistakes.clone()))
}

/// The layer of that name that Pony knows.
fn known(name: &str) -> Option<LayerKind> {
    LayerKind::ALL.iter().copied().find(|kind| kind.name() == name)
}

/// The bytes of a packet that is described, and the name of its first layer.
fn build(schema: &'static Schema, text: &str) -> Result<(Vec<u8>, &'static str), DescribeError> {
    let mut sources = Sources::new();
    let source = sources.add("the packet", text);
    let mistakes = |found: Vec<Diagnostic>| DescribeError::Mistakes(render(&sources, &found, false));
    let parts = parse_stack(source, text).map_err(mistakes)?;
    let value = resolve_value(schema, &parts).map_err(mistakes)?;
    let wrong = |error: BuildError| DescribeError::Value(error.words(schema));
    let built = Builder::new(schema).build(&value).map_err(wrong)?;
    let first = built.dissection.layers.first().ok_or(DescribeError::NoLayer)?;
    Ok((built.bytes, &schema[first.composite].name))
}
