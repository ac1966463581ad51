//! `pony edit` and `pony diff`, as a user sees them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

mod common;

use common::{golden, pony, root, run, run_with, scratch};
use serde_json::Value;

const WEB: &str = "tests/captures/web.pcapng";
const BEACON: &str = "tests/captures/beacon.pcapng";
const TUNNELS: &str = "tests/captures/tunnels.pcap";

/// Edits a capture, and gives the path of what becomes of it.
fn edited(name: &str, capture: &str, arguments: &[&str]) -> String {
    let path = scratch(name).to_str().unwrap().to_owned();
    let ran = run(&[&["edit", capture, "-o", &path], arguments].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!ran.err.contains("warning"), "{}", ran.err);
    path
}

/// What `pony dissect` says is wrong with each packet.
fn faults(capture: &str) -> Vec<String> {
    let lines = run(&["dissect", capture]).out;
    lines.lines().map(|line| line.split_once('!').map(|(_, faults)| faults).unwrap_or_default().to_owned()).collect()
}

/// In how many packets captures differ.
fn different(before: &str, after: &str) -> String {
    let ran = run(&["diff", before, after]);
    assert!(ran.code == 0 || ran.code == 1, "{}", ran.err);
    ran.out.lines().last().unwrap().to_owned()
}

#[test]
fn fields_and_addresses_are_set_and_checksums_follow() {
    let settings = ["--set", "ipv4.ttl=9", "--set", "tcp.flags=syn|ack", "--map", "192.0.2.0/24=198.51.100.0"];
    let path = edited("set.pcapng", WEB, &settings);
    let ran = run(&["diff", WEB, &path]);
    assert_eq!(ran.code, 1);
    golden("diff.web.txt", &ran.out.lines().take(40).collect::<Vec<_>>().join("\n"));
    assert_eq!(faults(&path), faults(WEB), "nothing is wrong with the checksums");
}

#[test]
fn a_flag_is_set_among_its_like() {
    let path = edited("flag.pcapng", WEB, &["--where", "tcp.flags.syn=1", "--set", "tcp.flags.ece=true"]);
    let ran = run(&["diff", "--ignore", "tcp.checksum", WEB, &path]);
    assert!(
        ran.out.starts_with("frame 1: Ethernet / Ipv4 / Tcp\n  ~ tcp.flags: syn (0x002) → ece, syn (0x042)\n"),
        "{}",
        ran.out
    );
    assert_eq!(ran.out.lines().last(), Some("25 of 166 packets differ"));
    assert_eq!(faults(&path), faults(WEB));

    let both = run(&[
        "edit",
        WEB,
        "-o",
        &path,
        "--where",
        "ipv4.ttl=255",
        "--where",
        "tcp.flags.syn=1",
        "--set",
        "ipv4.ttl=1",
    ]);
    assert_eq!(both.err.trim(), "0 of 166 packets changed", "the fields are there, and no packet has both values");
    let none = run(&["edit", WEB, "-o", &path, "--set", "tcp.flags.nonce=1"]);
    assert!(
        none.code == 0 && none.err.contains("warning: no packet that was looked at has tcp.flags.nonce"),
        "{}",
        none.err
    );
}

#[test]
fn fields_of_layers_of_ones_own_are_set_and_their_checksums_follow() {
    let own = ["-d", "examples/beacon.pony"];
    let path = edited("own.pcapng", BEACON, &[&own[..], &["--where", "beacon", "--set", "beacon.station=99"]].concat());
    let dissected = |path: &str| run(&[&["dissect", "--json"], &own[..], &[path]].concat()).out;
    let lines =
        |path: &str| dissected(path).lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();
    let (before, after) = (lines(BEACON), lines(&path));
    let beacons = |lines: &[Value]| -> Vec<Value> {
        let layers = lines.iter().flat_map(|line| line["layers"].as_array().unwrap().clone());
        layers.filter(|layer| layer["layer"] == "Beacon").collect()
    };
    assert_eq!((beacons(&before).len(), beacons(&after).len()), (38, 38));
    assert!(beacons(&after).iter().all(|beacon| beacon["fields"]["station"] == 99));
    let anomalies = |lines: &[Value]| lines.iter().map(|line| line["anomalies"].clone()).collect::<Vec<_>>();
    assert_eq!(anomalies(&before), anomalies(&after), "two messages had a wrong checksum before, and have one now");

    let ignored = ["diff", "--ignore", "beacon.station", "--ignore", "beacon.checksum", BEACON, &path];
    let told = run(&[&ignored[..], &own].concat()).out;
    assert_eq!(told.lines().last(), Some("2 of 56 packets differ"), "what sums a right checksum stays the same");
    let bare = edited("bare.pcapng", BEACON, &[&own[..], &["--strip", "beacon"]].concat());
    let after = lines(&bare);
    assert_eq!(beacons(&after).len(), 0, "they are empty datagrams now");
    assert_eq!(anomalies(&after).iter().filter(|one| **one != Value::Array(Vec::new())).count(), 0);
    let refused = run(&[&["edit", BEACON, "-o", &path, "--decapsulate", "beacon"], &own[..]].concat());
    assert!(refused.code == 2 && refused.err.contains("`beacon` can't be taken off"), "{}", refused.err);
}

#[test]
fn nothing_asked_for_changes_nothing() {
    for capture in
        [WEB, TUNNELS, "tests/captures/big-endian.pcap", "tests/captures/null.pcap", "tests/captures/sll2.pcap"]
    {
        let path = edited("same", capture, &[]);
        assert!(different(capture, &path).starts_with("0 of "), "{capture}");
        assert_eq!(run(&["dissect", "--json", capture]).out, run(&["dissect", "--json", &path]).out, "{capture}");
    }
}

#[test]
fn tunnels_are_put_on_and_taken_off() {
    let stack = r#"Ethernet {} / Ipv4 { src = ip"10.9.0.1"; dst = ip"10.9.0.2" } / Udp { dst_port = 4789 } / Vxlan { vni = 7 }"#;
    let around = edited("around.pcapng", WEB, &["--encapsulate", stack]);
    let lines = run(&["dissect", &around]).out;
    assert!(lines.lines().all(|line| line.contains("Ethernet/Ipv4/Udp/Vxlan/Ethernet")));
    assert_eq!(faults(&around), faults(WEB));
    let back = edited("back.pcapng", &around, &["--decapsulate", "vxlan"]);
    assert_eq!(different(WEB, &back), "0 of 166 packets differ");

    let taken = edited("taken.pcap", "tests/captures/ip-tunnels.pcap", &["--decapsulate", "gre"]);
    // Some frames stood in two such tunnels.
    let tunnelled = |path: &str| run(&["dissect", path]).out.lines().filter(|line| line.contains("Gre")).count();
    assert_eq!((tunnelled("tests/captures/ip-tunnels.pcap"), tunnelled(&taken)), (54, 6));
}

#[test]
fn tags_are_put_on_and_taken_off() {
    let tagged = edited("tagged.pcapng", WEB, &["--push-vlan", "7:3"]);
    assert!(run(&["dissect", &tagged]).out.lines().all(|line| line.contains("Ethernet/Vlan/")));
    let back = edited("untagged.pcapng", &tagged, &["--strip", "vlan"]);
    assert_eq!(different(WEB, &back), "0 of 166 packets differ");
}

#[test]
fn checksums_are_broken_and_mended() {
    let broken = edited("broken.pcapng", WEB, &["--checksums", "break"]);
    let lines = run(&["dissect", &broken]).out;
    assert!(lines.lines().filter(|line| line.contains("Tcp")).all(|line| line.contains("!tcp.checksum")));
    assert!(lines.lines().filter(|line| line.contains("Ipv4")).all(|line| line.contains("!ipv4.checksum")));
    let mended = edited("mended.pcapng", &broken, &["--checksums", "fix"]);
    assert_eq!(different(WEB, &mended), "0 of 166 packets differ");
    let left = edited("left.pcapng", WEB, &["--checksums", "keep", "--set", "ipv4.ttl=1"]);
    assert!(
        run(&["dissect", &left])
            .out
            .lines()
            .filter(|line| line.contains("Ipv4"))
            .all(|line| line.contains("!ipv4.checksum"))
    );
}

#[test]
fn packets_are_chosen() {
    let dns = "tests/captures/dns.pcap";
    let chosen = edited("chosen.pcap", dns, &["--where", "udp.dst_port=53", "--only"]);
    let lines = run(&["dissect", &chosen]).out;
    assert!(!lines.is_empty() && lines.lines().all(|line| line.contains(":53 ")), "{lines}");
    let others = edited("others.pcap", dns, &["--where", "udp.dst_port!=53", "--only"]);
    assert!(run(&["dissect", &others]).out.lines().all(|line| line.contains("Udp")));
    let first = edited("first.pcap", dns, &["--frames", "1,3-4", "--only"]);
    assert_eq!(run(&["dissect", &first]).out.lines().count(), 3);
    let named = edited("named.pcap", dns, &["--where", "ipv4.protocol=tcp", "--only"]);
    assert!(run(&["dissect", &named]).out.lines().all(|line| line.contains("Tcp")));
}

#[test]
fn what_is_wrong_is_said() {
    let path = scratch("wrong.pcap").to_str().unwrap().to_owned();
    let cases: &[(&[&str], &str)] = &[
        (&["--set", "ipv4.tll=3"], "`ipv4` has no field `tll`; is it `ttl`?"),
        (&["--set", "ipv5.ttl=3"], "no layer is called `ipv5`; is it `ipv4`?"),
        (&["--set", "ttl=3"], "names no field"),
        (&["--set", "ipv4.ttl"], "write FIELD=VALUE"),
        (&["--strip", "tag"], "no layer is called `tag`"),
        (&["--map", "10.0.0.1=::1"], "maps an address to one of another kind"),
        (&["--frames", "3-1"], "write a number, or two as in 10-20"),
        (&["--push-vlan", "4096"], "write ID, ID:PRIORITY or ID:PRIORITY:TYPE"),
        (&["--encapsulate", "Ethernet {} / \"x\""], "ends with bytes"),
        (&["--encapsulate", "Foo {}"], "no layer is called `Foo`"),
    ];
    for (arguments, words) in cases {
        let ran = run(&[&["edit", WEB, "-o", &path], *arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}");
        assert!(ran.err.contains(words), "{arguments:?}: {}", ran.err);
    }
    let ran = run(&["edit", WEB, "-o", &path, "--set", "ipv4.ttl=300"]);
    assert_eq!(ran.code, 0);
    assert!(ran.err.contains(
        "123 packets could not be changed and stayed as before; frame 1: the value of ipv4.ttl does not fit"
    ));
    assert_eq!(run(&["edit", "no-such-file", "-o", &path]).code, 2);
    let ran = run(&["edit", TUNNELS, "-o", &path, "--frames", "2", "--decapsulate", "gre"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, "0 of 62 packets changed\n"));
}

#[test]
fn captures_are_read_from_a_pipe_and_written_to_one() {
    let written = pony(&["edit", "tests/captures/dns.pcap", "-o", "-"]).output().unwrap();
    assert_eq!(run_with(&["diff", "-", "tests/captures/dns.pcap"], &written.stdout).out, "0 of 90 packets differ\n");
    let bytes = std::fs::read(root().join("tests/captures/dns.pcap")).unwrap();
    let ran = run_with(&["diff", "-", "tests/captures/dns.pcap"], &bytes);
    assert_eq!((ran.code, ran.out.as_str()), (0, "0 of 90 packets differ\n"));
}

#[test]
fn packets_of_one_capture_alone_are_found_and_not_the_rest_blamed() {
    let dns = "tests/captures/dns.pcap";
    let fewer = edited("fewer.pcap", dns, &["--frames", "1-9,12-90", "--only"]);
    let ran = run(&["diff", dns, &fewer]);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!((ran.code, lines.len()), (1, 3), "{}", ran.out);
    assert!(lines[0].starts_with("- frame 10 of the first capture alone"));
    assert_eq!(lines[2], "2 of 90 packets differ");
    let ran = run(&["diff", "--json", &fewer, dns]);
    let object: Value = serde_json::from_str(ran.out.lines().next().unwrap()).unwrap();
    assert_eq!((&object["frames"][0], &object["frames"][1]), (&Value::Null, &Value::from(10)));
}

#[test]
fn what_is_ignored_makes_no_difference() {
    let path = edited("ignored.pcapng", WEB, &["--set", "ipv4.ttl=9"]);
    assert_eq!(run(&["diff", "--ignore", "ipv4.ttl", "--ignore", "ipv4.checksum", WEB, &path]).code, 0);
    assert_eq!(run(&["diff", "--ignore", "ipv4", WEB, &path]).code, 0);
    let ran = run(&["diff", "--json", "--ignore", "ipv4.checksum", WEB, &path]);
    let object: Value = serde_json::from_str(ran.out.lines().next().unwrap()).unwrap();
    let keys: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["frames", "layers", "differences"]);
    let one = &object["differences"][0];
    assert_eq!((one["path"].as_str(), one["after"].as_str()), (Some("ipv4.ttl"), Some("9 hops")));
}

#[test]
fn a_damaged_capture_keeps_what_was_before_the_damage() {
    let bytes = std::fs::read(root().join("tests/captures/dns.pcap")).unwrap();
    let cut = scratch("cut.pcap");
    std::fs::write(&cut, &bytes[..bytes.len() - 7]).unwrap();
    let path = scratch("kept.pcap").to_str().unwrap().to_owned();
    let ran = run(&["edit", cut.to_str().unwrap(), "-o", &path]);
    assert_eq!(ran.code, 1);
    assert_eq!(run(&["dissect", &path]).out.lines().count(), 89);
}
