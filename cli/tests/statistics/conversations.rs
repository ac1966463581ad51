//! `tshark -z conv,tcp -z conv,udp`.

use serde_json::Value;
use std::collections::BTreeMap;

/// One end: an address and a port.
type End = (String, u64);

/// A conversation: its protocol, and its ends in order.
type Key = (String, End, End);

/// Packets and bytes from the first end, and from the other. Of many bytes, tshark tells thousands or millions.
type Counts = [(u64, String); 2];

/// What only one of both has, or has otherwise.
pub(crate) fn differences(tshark: &str, flows: &str) -> Vec<String> {
    let theirs = of_tshark(tshark);
    let (ours, networks) = of_pony(flows);
    let mut found = Vec::new();
    let keys: std::collections::BTreeSet<&Key> = theirs.keys().chain(ours.keys()).collect();
    for key in keys {
        let sorted = |all: &BTreeMap<Key, Vec<Counts>>| {
            let mut counts = all.get(key).cloned().unwrap_or_default();
            counts.sort();
            counts
        };
        let (theirs, ours) = (sorted(&theirs), sorted(&ours));
        // tshark does not tell networks apart: flows of several are one to it.
        let packets = |counts: &[Counts]| [0, 1].map(|side| counts.iter().map(|count| count[side].0).sum::<u64>());
        let is_same = match networks.get(key) {
            Some(networks) if networks.len() > 1 => packets(&theirs) == packets(&ours),
            _ => theirs == ours,
        };
        if !is_same {
            found.push(format!("{key:?}: tshark {theirs:?}, pony {ours:?}"));
        }
    }
    found
}

/// The tables of TCP and UDP.
fn of_tshark(text: &str) -> BTreeMap<Key, Vec<Counts>> {
    let mut found: BTreeMap<Key, Vec<Counts>> = BTreeMap::new();
    let mut protocol = None;
    for line in text.lines() {
        match line {
            "TCP Conversations" => protocol = Some("tcp"),
            "UDP Conversations" => protocol = Some("udp"),
            "Protocol Hierarchy Statistics" => protocol = None,
            _ => {}
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let (Some(protocol), [left, "<->", right, numbers @ ..]) = (protocol, &words[..]) else { continue };
        let [back, back_bytes, back_unit, there, there_bytes, there_unit, ..] = *numbers else { continue };
        let counts = |packets: &str, bytes: &str, unit: &str| (packets.parse().unwrap(), format!("{bytes} {unit}"));
        let counts = [counts(there, there_bytes, there_unit), counts(back, back_bytes, back_unit)];
        enter(&mut found, protocol, end(left), end(right), counts);
    }
    found
}

fn end(text: &str) -> End {
    let (address, port) = text.rsplit_once(':').expect("a port");
    (one_way_to_write(address), port.parse().expect("a number"))
}

/// tshark writes the last half of some addresses as one of version 4.
fn one_way_to_write(address: &str) -> String {
    address.parse::<std::net::IpAddr>().map_or_else(|_| address.to_owned(), |address| address.to_string())
}

/// The same of `pony flows`, and in which networks.
fn of_pony(lines: &str) -> (BTreeMap<Key, Vec<Counts>>, BTreeMap<Key, std::collections::BTreeSet<String>>) {
    let (mut found, mut networks) = (BTreeMap::new(), BTreeMap::<Key, std::collections::BTreeSet<String>>::new());
    for line in lines.lines() {
        let flow: Value = serde_json::from_str(line).expect("a line of JSON");
        let protocol = flow["protocol"].as_str().unwrap();
        let end =
            |end: &str, port: &str| (one_way_to_write(flow[end].as_str().unwrap()), flow[port].as_u64().unwrap_or(0));
        let (src, dst) = (end("src", "src_port"), end("dst", "dst_port"));
        // Neither has ports where no header of the transport could be read: tshark has no conversation then.
        if !matches!(protocol, "tcp" | "udp") || (src.1, dst.1) == (0, 0) {
            continue;
        }
        let count =
            |side: usize| (flow["packets"][side].as_u64().unwrap(), sized(flow["bytes"][side].as_u64().unwrap()));
        let key = enter(&mut found, protocol, src, dst, [count(0), count(1)]);
        networks.entry(key).or_default().insert(format!("{} {}", flow["vlan"], flow["tunnel"]));
    }
    (found, networks)
}

fn enter(all: &mut BTreeMap<Key, Vec<Counts>>, protocol: &str, src: End, dst: End, [there, back]: Counts) -> Key {
    let (key, counts) = match src <= dst {
        true => ((protocol.to_owned(), src, dst), [there, back]),
        false => ((protocol.to_owned(), dst, src), [back, there]),
    };
    all.entry(key.clone()).or_default().push(counts);
    key
}

/// As tshark tells bytes: from ten thousand on in thousands, and so on.
fn sized(bytes: u64) -> String {
    for (unit, size) in [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)] {
        if bytes / size >= 10 {
            return format!("{} {unit}", bytes / size);
        }
    }
    format!("{bytes} bytes")
}
