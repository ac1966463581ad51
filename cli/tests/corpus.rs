//! What `pony corpus` writes is what `pony dissect` finds.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

mod common;

use common::{golden, run, scratch};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Writes a corpus into a folder of its own; the folder, and what was printed.
fn corpus(name: &str, arguments: &[&str]) -> (PathBuf, String) {
    let folder = scratch(name);
    let _gone = fs::remove_dir_all(&folder);
    let ran = run(&[&["corpus", "-o", folder.to_str().unwrap()], arguments].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments:?}");
    (folder.clone(), ran.out.replace(folder.to_str().unwrap(), "DIR"))
}

fn index(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("index.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Every packet as `pony dissect --json` has it.
fn dissected(folder: &Path, definitions: &[&str]) -> Vec<Value> {
    let all = folder.join("all.pcapng");
    let ran = run(&[&["dissect", "--json"], definitions, &[all.to_str().unwrap()]].concat());
    assert_eq!(ran.code, 0);
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Compares the index with what is dissected, packet by packet.
fn check(folder: &Path, definitions: &[&str]) {
    let (entries, packets) = (index(folder), dissected(folder, definitions));
    assert_eq!(entries.len(), packets.len());
    let mut files = BTreeSet::new();
    for (entry, packet) in entries.iter().zip(&packets) {
        let file = entry["file"].as_str().unwrap();
        assert!(files.insert(file.to_owned()), "{file} is written once");
        let bytes = fs::read(folder.join(file)).unwrap();
        if file.ends_with(".bin") {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(entry["hex"], hex, "{file}");
            assert_eq!(entry["length"], bytes.len(), "{file}");
        }
        // What begins with a layer that has no link type is nothing that a capture can say.
        if entry["link_type"].is_null() {
            continue;
        }
        let anomalies = packet["anomalies"].as_array().unwrap();
        let expected = &entry["expected"];
        if entry["fault"].is_null() {
            assert!(file.starts_with("valid/"), "{file}");
            assert!(packet["error"].is_null() && anomalies.is_empty(), "{file}: {packet}");
        } else if expected["kind"] == "error" {
            assert!(file.starts_with("faults/"), "{file}");
            assert!(packet.to_string().contains(&expected["offset"].to_string()), "{file}: {packet}");
            assert!(!packet["error"].is_null(), "{file}: {packet}");
        } else {
            let name = expected["name"].as_str().unwrap();
            assert!(anomalies.iter().any(|anomaly| anomaly.to_string().contains(name)), "{file}: {packet}");
        }
    }
}

#[test]
fn a_built_in_layer() {
    let (folder, printed) = corpus("corpus-udp", &["Udp", "--count", "20"]);
    golden("corpus.udp.txt", &printed);
    check(&folder, &[]);
    let entries = index(&folder);
    let labels: String = entries
        .iter()
        .filter(|entry| !entry["fault"].is_null())
        .map(|entry| {
            format!(
                "{}  {}  {}\n",
                entry["file"].as_str().unwrap(),
                entry["label"].as_str().unwrap(),
                entry["expected"]["name"].as_str().unwrap()
            )
        })
        .collect();
    golden("corpus.udp.faults.txt", &labels);
    assert!(entries.iter().filter(|entry| entry["fault"].is_null()).count() <= 20);
}

#[test]
fn a_definition_of_the_users_own() {
    let own = ["-d", "examples/beacon.pony"];
    let (folder, _) = corpus("corpus-beacon", &[&own[..], &["Beacon", "--count", "10"]].concat());
    check(&folder, &own);
    let layers: Vec<String> = index(&folder).iter().map(|entry| entry["layers"].to_string()).collect();
    assert!(layers.iter().any(|layers| layers.contains("Udp") && layers.contains("Beacon")), "{layers:?}");
}

#[test]
fn captures_of_one_packet_and_the_same_seed() {
    let (folder, _) = corpus("corpus-arp", &["Arp", "--count", "5", "--format", "pcap", "--seed", "3"]);
    check(&folder, &[]);
    let first = folder.join("valid/0001.pcap");
    assert_eq!(run(&["dissect", first.to_str().unwrap()]).code, 0);
    let (again, _) = corpus("corpus-arp-again", &["Arp", "--count", "5", "--format", "pcap", "--seed", "3"]);
    for name in ["index.jsonl", "all.pcapng"] {
        assert_eq!(fs::read(folder.join(name)).unwrap(), fs::read(again.join(name)).unwrap(), "{name}");
    }
}

#[test]
fn what_can_not_be_done_is_said() {
    let nothing = run(&["corpus", "Tcpp", "-o", scratch("corpus-none").to_str().unwrap()]);
    assert_eq!((nothing.code, nothing.err.as_str()), (2, "error: no layer is called Tcpp; did you mean Tcp?\n"));
    let (folder, _) = corpus("corpus-twice", &["Loop", "--count", "1"]);
    let twice = run(&["corpus", "Loop", "-o", folder.to_str().unwrap()]);
    assert_eq!(twice.code, 2);
    assert!(twice.err.ends_with("the folder is not empty\n"), "{}", twice.err);
}
