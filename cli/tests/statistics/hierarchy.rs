//! `tshark -z io,phs`.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Packets and bytes of protocols upon each other, by their names.
type Tree = BTreeMap<Vec<String>, [u64; 2]>;

/// What tshark calls our layers. Several of ours may be one of tshark's.
const NAMES: &[(&str, &str)] = &[
    ("Arp", "arp"),
    ("Ccp", "ccp"),
    ("Chap", "chap"),
    ("Dhcp", "dhcp"),
    ("Dns", "dns"),
    ("DnsOverTcp", "dns"),
    ("Erspan", "erspan"),
    ("Erspan3", "erspan"),
    ("Ethernet", "eth"),
    ("Gre", "gre"),
    ("Icmp", "icmp"),
    ("Icmpv6", "icmpv6"),
    ("Ipcp", "ipcp"),
    ("Ipv4", "ip"),
    ("Ipv6", "ipv6"),
    ("Ipv6cp", "ipv6cp"),
    ("Lcp", "lcp"),
    ("LinuxSll", "sll"),
    ("LinuxSll2", "sll"),
    ("Llc", "llc"),
    ("Llmnr", "llmnr"),
    ("Loop", "null"),
    ("Mdns", "mdns"),
    ("Mpls", "mpls"),
    ("Ntp", "ntp"),
    ("Null", "null"),
    ("Pap", "pap"),
    ("Ppp", "ppp"),
    ("PppoeDiscovery", "pppoed"),
    ("PppoeSession", "pppoes"),
    ("Quic", "quic"),
    ("RawIp", "raw"),
    ("ServiceVlan", "ieee8021ad"),
    ("Tcp", "tcp"),
    ("TlsAlert", "tls"),
    ("TlsChangeCipherSpec", "tls"),
    ("TlsHandshake", "tls"),
    ("TlsRecord", "tls"),
    ("Udp", "udp"),
    ("Vlan", "vlan"),
    ("Vxlan", "vxlan"),
    ("VxlanGpe", "vxlan"),
];

/// Layers of ours that are a part of another one to tshark.
const PARTS: &[&str] = &["Ipv6HopByHop", "Ipv6Destination", "Ipv6Routing", "Ipv6Fragment"];

/// What stands upon these is not compared: upon TCP, for tshark puts streams together, and calls by the protocol of a stream what
/// is a piece of one; upon ICMP, for we count nothing of what a message quotes.
const CARRIERS: &[&str] = &["tcp", "icmp", "icmpv6"];

/// What only one of both has, or has otherwise.
pub(crate) fn differences(tshark: &str, stats: &str) -> Vec<String> {
    let (theirs, ours) = (of_tshark(tshark), of_pony(stats));
    let paths: BTreeSet<&Vec<String>> = theirs.keys().chain(ours.keys()).collect();
    let differs = paths.into_iter().filter(|path| theirs.get(*path) != ours.get(*path));
    differs
        .map(|path| format!("{}: tshark {:?}, pony {:?}", path.join("/"), theirs.get(path), ours.get(path)))
        .collect()
}

/// The protocols of tshark's tree that we have, too, upon others that we have.
fn of_tshark(text: &str) -> Tree {
    let mut tree = Tree::new();
    let mut path: Vec<&str> = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [name, frames, bytes] = words[..] else { continue };
        let number = |word: &str, prefix: &str| word.strip_prefix(prefix).and_then(|number| number.parse().ok());
        let (Some(frames), Some(bytes)) = (number(frames, "frames:"), number(bytes, "bytes:")) else { continue };
        path.truncate((line.len() - line.trim_start().len()) / 2);
        path.push(name);
        let is_known = |name: &&str| NAMES.iter().any(|(_, theirs)| theirs == name);
        if path.iter().all(is_known) {
            enter(&mut tree, path.iter().copied(), [frames, bytes]);
        }
    }
    tree
}

/// Ours, by tshark's names.
fn of_pony(json: &str) -> Tree {
    let mut tree = Tree::new();
    let stats: Value = serde_json::from_str(json).unwrap_or_default();
    for protocol in stats["protocols"].as_array().into_iter().flatten() {
        let layers: Vec<&str> = protocol["layers"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let Some(last) = layers.last() else { continue };
        if PARTS.contains(last) {
            continue;
        }
        let upon = layers.iter().filter(|layer| !PARTS.contains(layer));
        let names: Option<Vec<&str>> =
            upon.map(|layer| Some(NAMES.iter().find(|(ours, _)| ours == layer)?.1)).collect();
        let counts = [&protocol["packets"], &protocol["bytes"]].map(|count| count.as_u64().unwrap());
        if let Some(names) = names {
            enter(&mut tree, names.into_iter(), counts);
        }
    }
    tree
}

/// Adds to a place; a protocol right upon itself counts once: its packets are among those below.
fn enter<'a>(tree: &mut Tree, names: impl Iterator<Item = &'a str>, counts: [u64; 2]) {
    let mut path: Vec<String> = Vec::new();
    let mut repeats = false;
    for name in names {
        if path.last().is_some_and(|last| CARRIERS.contains(&last.as_str())) {
            return;
        }
        repeats = path.last().is_some_and(|last| last == name);
        if !repeats {
            path.push(name.to_owned());
        }
    }
    if !repeats {
        let place = tree.entry(path).or_default();
        place.iter_mut().zip(counts).for_each(|(place, count)| *place += count);
    }
}
