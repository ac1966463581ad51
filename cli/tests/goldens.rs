//! What `pony dissect` prints of real captures, in every form.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

mod common;

use common::{golden, root, run};

/// Captures with what is of interest in them; how many packets of each are shown as JSON and as a tree.
const CAPTURES: &[(&str, &str, &str)] = &[
    ("beacon.pcapng", "16", "14"),
    ("bridge.pcap", "2", "1"),
    ("dhcp.pcap", "3", "2"),
    ("dns.pcap", "8", "6"),
    ("fragments.pcap", "8", "4"),
    ("ip-tunnels.pcap", "6", "4"),
    ("loop.pcap", "2", "1"),
    ("neighbours.pcap", "3", "2"),
    ("ntp.pcap", "2", "2"),
    ("options.pcap", "10", "6"),
    ("quic.pcapng", "4", "3"),
    ("sll2.pcap", "2", "1"),
    ("tags.pcap", "4", "2"),
    ("tunnels.pcap", "4", "3"),
    ("web.pcapng", "18", "3"),
];

#[test]
fn summaries_json_and_trees() {
    for (capture, json, tree) in CAPTURES {
        let path = format!("tests/captures/{capture}");
        let name = capture.split('.').next().unwrap();
        let dissect = |arguments: &[&str]| {
            let ran = run(&[&["dissect", "-d", "examples/beacon.pony", &path], arguments].concat());
            assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{capture}");
            ran.out
        };
        golden(&format!("{name}.summary.txt"), &dissect(&["--summary", "--count", "40"]));
        golden(&format!("{name}.jsonl"), &dissect(&["--json", "--count", json]));
        golden(&format!("{name}.names.jsonl"), &dissect(&["--names", "wireshark", "--count", json]));
        golden(&format!("{name}.tree.txt"), &dissect(&["--tree", "--count", tree]));
    }
}

/// Every line of every capture is JSON, under both kinds of names, and has the keys that are promised.
#[test]
fn json_is_json() {
    for entry in std::fs::read_dir(root().join("tests/captures")).unwrap() {
        let path = entry.unwrap().path();
        if !path.extension().is_some_and(|extension| extension == "pcap" || extension == "pcapng") {
            continue;
        }
        let path = path.to_str().unwrap();
        for names in [&["--json"][..], &["--names", "wireshark"]] {
            let out = run(&[&["dissect", "-d", "examples/beacon.pony", path], names].concat()).out;
            for line in out.lines() {
                let packet: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
                let keys: Vec<&str> = packet.as_object().unwrap().keys().map(String::as_str).collect();
                let expected = ["frame", "time", "caplen", "origlen", "layers", "meta", "anomalies", "error"];
                assert_eq!(keys, expected, "{line}");
            }
        }
    }
}
