//! Packets from their description, in the syntax of `pony craft`.

use super::PacketBuf;
use super::define::checked;
use packet_codegen::text::parse_stack;
use packet_codegen::{Sources, render};
use packet_protocols::stack::LayerKind;
use packet_schema::interp::{BuildError, Builder, resolve_value};
use packet_schema::{Diagnostic, Schema};
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

/// Why a description is no packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DescribeError {
    /// There are mistakes in it, shown with their places.
    Mistakes(String),
    /// A field can't be what it is said to be.
    Value(String),
    /// It has no layer that Pony knows.
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
        static BUILTIN: OnceLock<Result<Schema, String>> = OnceLock::new();
        let schema = BUILTIN.get_or_init(|| checked(None)).as_ref();
        let schema = schema.map_err(|mistakes| DescribeError::Mistakes(mistakes.clone()))?;
        let mut sources = Sources::new();
        let source = sources.add("the packet", text);
        let mistakes = |found: Vec<Diagnostic>| DescribeError::Mistakes(render(&sources, &found, false));
        let parts = parse_stack(source, text).map_err(mistakes)?;
        let value = resolve_value(schema, &parts).map_err(mistakes)?;
        let wrong = |error: BuildError| DescribeError::Value(error.words(schema));
        let built = Builder::new(schema).build(&value).map_err(wrong)?;
        let first = built.dissection.layers.first().ok_or(DescribeError::NoLayer)?;
        let name = &schema[first.composite].name;
        let kind = LayerKind::ALL.iter().find(|kind| kind.name() == name).ok_or(DescribeError::NoLayer)?;
        Ok(Self::new(*kind, built.bytes))
    }
}
