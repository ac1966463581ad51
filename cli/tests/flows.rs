//! `pony flows` and `pony stats`, as a user sees them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

mod common;

use common::{golden, root, run, run_with};
use serde_json::Value;

const WEB: &str = "tests/captures/web.pcapng";

/// Captures with what is of interest in them, each with the option that shows it.
const CAPTURES: &[(&str, &str)] = &[
    ("web.pcapng", "--csv"),
    ("ping.pcapng", "--csv"),
    ("fragments.pcap", "--csv"),
    ("tags.pcap", "--csv"),
    ("tunnels.pcap", "--inner"),
];

#[test]
fn tables_and_lines_of_json() {
    for (capture, option) in CAPTURES {
        let path = format!("tests/captures/{capture}");
        let name = capture.split('.').next().unwrap();
        for (ending, arguments) in [("txt", &["flows", option, &path][..]), ("jsonl", &["flows", "--json", &path])] {
            let ran = run(arguments);
            assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{capture}");
            golden(&format!("flows.{name}.{ending}"), &ran.out);
        }
        let stats = run(&["stats", &path]);
        assert_eq!((stats.code, stats.err.as_str()), (0, ""), "{capture}");
        golden(&format!("stats.{name}.txt"), &stats.out);
    }
}

/// The keys that are promised, in their order, and no others.
#[test]
fn json_is_json() {
    for line in run(&["flows", "--json", WEB]).out.lines() {
        let flow: Value = serde_json::from_str(line).unwrap();
        let keys: Vec<&str> = flow.as_object().unwrap().keys().map(String::as_str).collect();
        let promised = "protocol src dst src_port dst_port vlan packets bytes first last tcp_flags community_id";
        assert_eq!(keys.join(" "), promised);
    }
    let stats: Value = serde_json::from_str(&run(&["stats", "--json", WEB]).out).unwrap();
    let keys: Vec<&str> = stats.as_object().unwrap().keys().map(String::as_str).collect();
    let promised = "packets bytes captured unknown first last bits_per_second packets_per_second rates sizes protocols \
                    endpoints conversations";
    assert_eq!(keys.join(" "), promised);
    assert_eq!(stats["packets"], 166);
}

#[test]
fn standard_input_and_several_captures() {
    let bytes = std::fs::read(root().join(WEB)).unwrap();
    for command in ["flows", "stats"] {
        let piped = run_with(&[command, "-"], &bytes);
        assert_eq!((piped.code, piped.out), (0, run(&[command, WEB]).out));
    }
    let both = run(&["flows", WEB, "tests/captures/ping.pcapng"]).out;
    assert!(both.contains("192.0.2.1:41678") && both.contains("icmpv6"), "{both}");
    assert!(both.ends_with("76 flows, 334 packets, 67829 bytes; 8 packets are of no flow\n"), "{both}");
}

#[test]
fn what_was_before_the_damage_is_counted() {
    let mut bytes = std::fs::read(root().join("tests/captures/dns.pcap")).unwrap();
    bytes.truncate(bytes.len() - 5);
    for command in ["flows", "stats"] {
        let cut = run_with(&[command, "-"], &bytes);
        assert_eq!(cut.code, 1);
        assert!(cut.err.starts_with("error: standard input: pcap record 90"), "{}", cut.err);
        assert!(cut.out.contains("89 packets"), "{}", cut.out);
    }
    assert_eq!(run(&["flows", "nowhere.pcap"]).code, 2);
    assert_eq!(run(&["flows", "--idle", "-1", WEB]).code, 2);
}

#[test]
fn options_of_time_and_number() {
    let count = |arguments: &[&str]| {
        let out = run(&[&["flows", "--json", "tests/captures/ping.pcapng"], arguments].concat());
        assert_eq!(out.code, 0);
        (out.out.lines().count(), out.err)
    };
    let (all, _) = count(&[]);
    assert!(count(&["--idle", "0.2"]).0 > all && count(&["--active", "0.5"]).0 > all);
    let (few, warning) = count(&["--most", "5"]);
    assert!(few >= 5 && warning.contains("more flows than --most"), "{few} {warning}");
    let empty = run_with(&["flows", "--csv", "-"], &std::fs::read(root().join(WEB)).unwrap()[..0]);
    assert_eq!(empty.code, 1);
}
