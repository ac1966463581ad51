//! What tshark says: JSON lines, a file at a time.

use super::known::Known;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// The values of one packet, by tshark's full names, in the order of the wire.
pub(crate) type Values = BTreeMap<String, Vec<Value>>;

/// A packet as tshark sees it.
pub(crate) struct OraclePacket {
    pub(crate) frame: u64,
    pub(crate) values: Values,
    /// Names whose values tshark spreads over layers of its own, so that their order is not the wire's: Multipath TCP's options
    /// among those of TCP, and what TLS 1.3 calls the type of an encrypted record among the other types.
    pub(crate) scattered: BTreeSet<String>,
    /// Names that we neither have nor leave out.
    pub(crate) unlisted: Vec<String>,
}

/// Layers that have no names of fields, and are no protocols that we could lack.
const NAMELESS: &[&str] = &["raw", "pkt_comment", "udpencap"];

/// Fields that tshark calls differently by what it remembers of the connection.
const SAME: &[(&str, &str)] = &[("record.opaque_type", "record.content_type")];

/// A capture as tshark sees it.
pub(crate) struct OracleCapture {
    pub(crate) file: String,
    pub(crate) packets: Vec<OraclePacket>,
}

/// Calls back with each capture of a file of the oracle.
pub(crate) fn captures(path: &Path, known: &Known, mut each: impl FnMut(OracleCapture)) {
    let file = std::fs::File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let reader: Box<dyn Read> = if path.extension().is_some_and(|end| end == "zst") {
        let mut decoder = zstd::Decoder::new(file).expect("a zstd stream");
        decoder.window_log_max(27).expect("a window of 128 MiB");
        Box::new(decoder)
    } else {
        Box::new(file)
    };
    let mut current: Option<OracleCapture> = None;
    for line in BufReader::with_capacity(1 << 20, reader).lines() {
        let line: Value = serde_json::from_str(&line.expect("text")).expect("JSON");
        match line["k"].as_str() {
            Some("file") => {
                if let Some(done) = current.take() {
                    each(done);
                }
                let file = line["file"].as_str().unwrap_or_default().to_owned();
                current = Some(OracleCapture { file, packets: Vec::new() });
            }
            Some("p") => {
                if let Some(capture) = &mut current {
                    capture.packets.push(packet(&line, known));
                }
            }
            _ => {}
        }
    }
    if let Some(done) = current {
        each(done);
    }
}

/// The layers of a packet that stand upon protocols that we define: what tshark finds above another one, we can't reach.
fn packet(line: &Value, known: &Known) -> OraclePacket {
    let empty = Vec::new();
    let layers = line["L"].as_array().unwrap_or(&empty);
    let mut reached: Vec<bool> = Vec::with_capacity(layers.len());
    let frame = line["n"].as_u64().unwrap_or(0);
    let mut found = OraclePacket { frame, values: Values::new(), scattered: BTreeSet::new(), unlisted: Vec::new() };
    let mut quic = None;
    // The first one may have no field, and so no layer in the oracle.
    let first = line["protos"].as_str().and_then(|protocols| protocols.split(':').next()).unwrap_or_default();
    let starts =
        first.is_empty() || known.protocols.contains(first) || layers.first().is_some_and(|layer| layer["p"] == first);
    for layer in layers {
        let Some(layer) = layer.as_object() else { continue };
        let protocol = layer.get("p").and_then(Value::as_str).unwrap_or_default();
        let before = reached.last().copied().unwrap_or(starts);
        let below = match layer.get("in").and_then(Value::as_u64) {
            // What is quoted begins there, and one layer of it stands upon the other.
            Some(index) => before && reached.get(index as usize).copied().unwrap_or(true),
            // Packets of QUIC stand beside each other in their datagram.
            None if protocol == "quic" && quic.is_some() => quic == Some(true),
            None => before,
        };
        if protocol == "quic" {
            quic = Some(below);
        }
        let root = protocol.split('.').next().unwrap_or_default();
        let silent = protocol.starts_with("_ws.") || NAMELESS.contains(&protocol);
        let ours = silent || known.protocols.contains(root) || layer.keys().any(|key| known.aliases.contains(key));
        // What stands in a packet of QUIC is encrypted, and tshark has the keys of an Initial.
        reached.push(below && ours && protocol != "quic");
        if below && ours && !silent {
            collect(layer, protocol, known, &mut found);
        }
    }
    found
}

fn collect(layer: &Map<String, Value>, protocol: &str, known: &Known, found: &mut OraclePacket) {
    let root = protocol.split('.').next().unwrap_or_default();
    for (key, value) in layer.iter().filter(|(key, _)| !matches!(key.as_str(), "p" | "o" | "s" | "in")) {
        // The length of the connection's id in a short header is known to its ends alone, RFC 9000 §17.3.1.
        if protocol == "quic" && key == "dcid" && layer.contains_key("short") {
            continue;
        }
        let (key, value) = (SAME.iter().find(|(theirs, _)| theirs == key).map_or(key.as_str(), |(_, one)| *one), value);
        if protocol == "mptcp" || key == "record.content_type" {
            found.scattered.insert(if protocol == "mptcp" { key.to_owned() } else { format!("{protocol}.{key}") });
        }
        let candidates = [format!("{protocol}.{key}"), format!("{root}.{key}"), key.to_owned()];
        if let Some(name) = candidates.iter().find(|name| known.aliases.contains(*name)) {
            let values = found.values.entry(name.clone()).or_default();
            match value {
                Value::Array(many) => values.extend(many.iter().cloned()),
                one => values.push(one.clone()),
            }
        } else if !candidates.iter().any(|name| known.is_left_out(name)) {
            found.unlisted.push(candidates.into_iter().next().unwrap_or_default());
        }
    }
}
