//! In what two packets differ.

use super::field::each_field;
use super::{Entry, Packet};
use packet_core::FieldValue;
use std::fmt;

/// One thing in which two packets differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is of: `ipv4.ttl`, `ipv4[1].ttl`, `vlan` of a layer, `payload` of what no layer claims.
    pub path: String,
    /// What it is.
    pub change: Change,
}

/// How two packets differ in one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The first has it alone.
    Removed(String),
    /// The second has it alone.
    Added(String),
    /// Both have it, with these values.
    Changed(String, String),
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.change {
            Change::Removed(before) => write!(out, "- {}: {before}", self.path),
            Change::Added(after) => write!(out, "+ {}: {after}", self.path),
            Change::Changed(before, after) => write!(out, "~ {}: {before} → {after}", self.path),
        }
    }
}

/// In what two packets differ: layers that one has alone, and fields of those that both have.
///
/// ```
/// use packet_protocols::{craft::{Ipv4, Udp}, stack::LayerKind};
/// use packet_runtime::packet::{PacketBuilder, diff};
///
/// let one = PacketBuilder::new().layer(Ipv4 { ttl: 64, ..Default::default() }).layer(Udp::default()).build()?;
/// let other = PacketBuilder::new().layer(Ipv4 { ttl: 63, ..Default::default() }).layer(Udp::default()).build()?;
/// let found: Vec<String> = diff(&one.packet(), &other.packet()).iter().map(ToString::to_string).collect();
/// assert_eq!(found[0], "~ ipv4.ttl: 64 hops → 63 hops");
/// assert!(found[1].starts_with("~ ipv4.checksum: ") && found.len() == 2);
/// # Ok::<(), packet_core::craft::EmitError>(())
/// ```
#[must_use]
pub fn diff(left: &Packet<'_>, right: &Packet<'_>) -> Vec<Difference> {
    let (left_layers, right_layers) = (numbered(left), numbered(right));
    let mut found = Vec::new();
    let pairs = aligned(&left_layers, &right_layers, |one, other| one.1.key() == other.1.key());
    for pair in pairs {
        match pair {
            (Some((path, one)), Some((_, other))) => fields_apart(path, one, other, &mut found),
            (Some((path, one)), None) => found.push(lone(path, one, Change::Removed)),
            (None, Some((path, other))) => found.push(lone(path, other, Change::Added)),
            (None, None) => {}
        }
    }
    if left.payload() != right.payload() {
        let change = Change::Changed(bytes(left.payload()), bytes(right.payload()));
        found.push(Difference { path: "payload".to_owned(), change });
    }
    found
}

/// The layers of a packet with their paths: `ipv4`, `ipv4[1]`.
fn numbered<'p, 'a>(packet: &'p Packet<'a>) -> Vec<(String, Entry<'p, 'a>)> {
    let mut seen: Vec<&str> = Vec::new();
    let mut layers = Vec::new();
    for layer in packet.layers() {
        let key = layer.key();
        let nth = seen.iter().filter(|&&one| one == key).count();
        seen.push(key);
        layers.push((if nth == 0 { key.to_owned() } else { format!("{key}[{nth}]") }, layer));
    }
    layers
}

fn lone(path: &str, layer: &Entry<'_, '_>, change: fn(String) -> Change) -> Difference {
    let length = layer.region().bytes().len();
    Difference {
        path: path.to_owned(),
        change: change(format!("a layer {} and what it carries, {length} bytes", layer.name())),
    }
}

/// In what the fields of two layers of a kind differ.
fn fields_apart(path: &str, left: &Entry<'_, '_>, right: &Entry<'_, '_>, found: &mut Vec<Difference>) {
    let (left, right) = (shown(left), shown(right));
    for pair in aligned(&left, &right, |one, other| one.0 == other.0) {
        let (way, change) = match pair {
            (Some((_, one)), Some((_, other))) if one == other => continue,
            (Some((way, one)), Some((_, other))) => (way, Change::Changed(one.clone(), other.clone())),
            (Some((way, one)), None) => (way, Change::Removed(one.clone())),
            (None, Some((way, other))) => (way, Change::Added(other.clone())),
            (None, None) => continue,
        };
        found.push(Difference { path: format!("{path}.{way}"), change });
    }
}

/// The fields of a layer as text; payloads belong to what is above.
fn shown(layer: &Entry<'_, '_>) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    each_field(layer, &mut |way, field, place, value| {
        if !matches!(value, FieldValue::Payload(_)) {
            fields.push((way.to_owned(), field.show(value, place.bits).to_string()));
        }
    });
    fields
}

/// As many bytes of a payload as are shown.
const SHOWN_BYTES: usize = 16;

fn bytes(bytes: &[u8]) -> String {
    let start: String = bytes.iter().take(SHOWN_BYTES).map(|byte| format!("{byte:02x}")).collect();
    let more = if bytes.len() > SHOWN_BYTES { "…" } else { "" };
    format!("{} bytes {start}{more}", bytes.len())
}

/// As many pairs as are compared to align two lists: beyond, they are taken side by side.
const MOST_COMPARED: usize = 1 << 20;

/// Two lists side by side, by a longest common subsequence: what both have stands in one pair.
fn aligned<'l, L, R>(
    left: &'l [L],
    right: &'l [R],
    same: impl Fn(&L, &R) -> bool,
) -> Vec<(Option<&'l L>, Option<&'l R>)> {
    let width = right.len() + 1;
    // Most packets are alike: then nothing has to be searched for.
    let is_alike = left.len() == right.len() && left.iter().zip(right).all(|(one, other)| same(one, other));
    if is_alike || left.len().saturating_mul(width) > MOST_COMPARED {
        let length = left.len().max(right.len());
        return (0..length).map(|at| (left.get(at), right.get(at))).collect();
    }
    let mut longest = vec![0_u32; (left.len() + 1) * width];
    let at = |longest: &[u32], row: usize, column: usize| longest.get(row * width + column).copied().unwrap_or(0);
    for (row, one) in left.iter().enumerate().rev() {
        for (column, other) in right.iter().enumerate().rev() {
            let best = if same(one, other) {
                at(&longest, row + 1, column + 1) + 1
            } else {
                at(&longest, row + 1, column).max(at(&longest, row, column + 1))
            };
            if let Some(place) = longest.get_mut(row * width + column) {
                *place = best;
            }
        }
    }
    let (mut row, mut column, mut pairs) = (0, 0, Vec::new());
    while row < left.len() || column < right.len() {
        let (one, other) = (left.get(row), right.get(column));
        let is_pair = matches!((one, other), (Some(one), Some(other)) if same(one, other));
        let takes_left =
            other.is_none() || one.is_some() && at(&longest, row + 1, column) >= at(&longest, row, column + 1);
        let (one, other) = match (is_pair, takes_left) {
            (true, _) => (one, other),
            (false, true) => (one, None),
            (false, false) => (None, other),
        };
        pairs.push((one, other));
        (row, column) = (row + usize::from(one.is_some()), column + usize::from(other.is_some()));
    }
    pairs
}
