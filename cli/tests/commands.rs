//! The commands about definitions, and the command line itself.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

mod common;

use common::{file, golden, run, run_with, scratch};

const MINE: &str = "\
module mine;
use pony.net.{udp_port};

/// A greeting.
layer Greeting {
    kind:   u8;
    length: u8 auto size_of(text);
    text:   str(utf8)[length];
}

bind udp_port { 4242 => Greeting; }

test \"a greeting\" Greeting hex\"01 02 6869\" { kind == 1; text == \"hi\"; }
test build Greeting { kind = 1; text = \"hi\" } == hex\"01 02 6869\";
";

#[test]
fn help_has_examples() {
    let help = run(&["--help"]);
    assert_eq!(help.code, 0);
    golden("help.txt", &help.out);
    for command in [
        "dissect",
        "flows",
        "stats",
        "edit",
        "diff",
        "check",
        "test",
        "fmt",
        "explain",
        "schema",
        "craft",
        "corpus",
        "completions",
    ] {
        let help = run(&[command, "--help"]);
        assert_eq!(help.code, 0);
        assert!(help.out.contains("Examples:"), "{command}");
        golden(&format!("help.{command}.txt"), &help.out);
    }
    let nothing = run(&[]);
    assert_eq!(nothing.code, 2);
    assert!(nothing.err.contains("Usage:"));
    assert_eq!(run(&["dissect", "--nonsense"]).code, 2);
    assert_eq!(run(&["dissect", "--tree", "--json", "x"]).code, 2);
}

#[test]
fn completions_for_shells() {
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&["completions", shell]);
        assert_eq!(script.code, 0);
        assert!(script.out.contains("dissect"));
    }
}

#[test]
fn check_says_what_is_wrong_all_at_once() {
    let good = file("good.pony", MINE);
    let checked = run(&["check", &good]);
    assert_eq!((checked.code, checked.out.as_str()), (0, ""), "{}", checked.err);
    assert!(checked.err.contains("1 file: 0 mistakes"), "{}", checked.err);

    let bad = file("bad.pony", &MINE.replace("length: u8", "length: u8 where it < nothing").replace("u8;", "u0;"));
    let checked = run(&["check", &bad]);
    assert_eq!(checked.code, 1);
    assert!(checked.err.contains("error[E0101]") && checked.err.contains("error[E0201]"), "{}", checked.err);
    assert!(checked.err.contains("bad.pony:7:"), "{}", checked.err);

    // Whoever wants to use it is told the same.
    let used = run(&["dissect", "-d", &bad, "tests/captures/dns.pcap"]);
    assert_eq!((used.code, used.out.as_str()), (2, ""));
    assert!(used.err.contains("error[E0101]") && used.err.contains("error[E0201]"), "{}", used.err);
    assert_eq!(run(&["check", "nowhere.pony"]).code, 2);
}

#[test]
fn tests_are_counted() {
    let good = file("tested.pony", MINE);
    let ran = run(&["test", "--only", &good]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "2 passed, 0 failed\n"), "{}", ran.err);

    let failing = file("failing.pony", &MINE.replace("kind == 1;", "kind == 2;"));
    let ran = run(&["test", "--only", "--verbose", &failing]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.out.lines().last(), Some("1 passed, 1 failed"));
    assert!(ran.out.contains("FAIL  mine: a greeting") && ran.out.contains("failing.pony:13:"), "{}", ran.out);
}

#[test]
fn built_in_definitions_have_tests() {
    let ran = run(&["test"]);
    let last = ran.out.lines().last().unwrap();
    let (passed, failed) = last.split_once(" passed, ").unwrap();
    assert!(passed.parse::<u32>().unwrap() > 100, "{last}");
    assert_eq!(ran.code == 0, failed == "0 failed", "{last}");
}

#[test]
fn formatting() {
    let untidy = MINE.replace("    kind:   u8;", "kind :u8 ;");
    let path = file("untidy.pony", &untidy);
    let check = run(&["fmt", "--check", &path]);
    assert_eq!(check.code, 1);
    assert!(check.err.contains("untidy.pony would change"), "{}", check.err);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), untidy, "--check changes nothing");

    let piped = run_with(&["fmt", "-"], untidy.as_bytes());
    assert_eq!(piped.code, 0);
    assert_eq!(run(&["fmt", &path]).code, 0);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), piped.out);
    assert_eq!(run(&["fmt", "--check", &path]).code, 0);

    let broken = run_with(&["fmt", "-"], b"layer {");
    assert_eq!((broken.code, broken.out.as_str()), (2, ""));
    assert!(broken.err.contains("error[E0001]"), "{}", broken.err);
}

#[test]
fn mistakes_are_explained() {
    let page = run(&["explain", "e0101"]);
    assert_eq!(page.code, 0);
    assert!(page.out.starts_with("# E0101: nothing has this name\n"), "{}", page.out);
    assert_eq!(run(&["explain", "E0101"]).out, run(&["explain", "0101"]).out);
    assert!(run(&["explain"]).out.lines().count() > 20);
    assert_eq!(run(&["explain", "E9999"]).code, 2);
}

#[test]
fn the_checked_model() {
    let overview = run(&["schema"]).out;
    for name in ["layers", "Ethernet", "structs", "tables", "udp_port", "metafields", "flow_id"] {
        assert!(overview.contains(name), "{name}");
    }
    let ipv4 = run(&["schema", "Ipv4"]).out;
    assert!(ipv4.contains("20 to 60 bytes") && ipv4.contains("bound in ether_type by IPV4"), "{ipv4}");
    let mine = file("shown.pony", MINE);
    golden("schema-greeting.txt", &run(&["schema", "-d", &mine, "Greeting"]).out);
    assert_eq!(run(&["schema", &mine]).out, run(&["schema", "-d", &mine, "Greeting"]).out);
    let unknown = run(&["schema", "Nothing"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("`Nothing`"));
}

const STACK: &str = r#"Ipv4 { identification = 1; ttl = 3; src = ip"10.0.0.1"; dst = ip"10.0.0.2" } / Udp { src_port = 1000; dst_port = 7 } / "hello""#;

#[test]
fn crafted_packets() {
    let hex = run(&["craft", STACK]);
    assert_eq!((hex.code, hex.err.as_str()), (0, ""));
    assert_eq!(hex.out, "45000021000100000311a3c90a0000010a00000203e80007000da41068656c6c6f\n");
    let path = scratch("crafted.pcap");
    let path = path.to_str().unwrap();
    assert_eq!(run(&["craft", "-o", path, STACK]).code, 0);
    let read = run(&["dissect", path]).out;
    assert!(read.contains("10.0.0.1:1000 → 10.0.0.2:7") && read.contains("Ipv4/Udp"), "{read}");
    assert!(!read.contains('!'), "{read}");

    let wrong = run(&["craft", "Ipv4 { tttl = 3 }"]);
    assert_eq!((wrong.code, wrong.out.as_str()), (2, ""));
    assert!(wrong.err.contains("tttl"), "{}", wrong.err);
    let syntax = run(&["craft", "Ipv4 { ttl = } / {"]);
    assert_eq!(syntax.code, 2);
    assert!(syntax.err.contains("E0001"), "{}", syntax.err);
}

#[test]
fn random_fields_come_from_the_seed() {
    let stack = r#"Ipv4 { src = ip"10.0.0.1"; dst = ip"10.0.0.2" } / Udp {}"#;
    assert_eq!(run(&["craft", stack]).out, run(&["craft", "--seed", "0", stack]).out);
    assert_ne!(run(&["craft", "--seed", "1", stack]).out, run(&["craft", "--seed", "2", stack]).out);
}

/// A tag in each of the fields that may carry it, with every checksum right.
#[test]
fn metafields_are_set() {
    for stack in [
        STACK,
        r#"Ipv6 { src = ip"fe80::1"; dst = ip"fe80::2" } / Udp { src_port = 1000; dst_port = 7 } / "hello""#,
        r#"Ipv4 { src = ip"10.0.0.1"; dst = ip"10.0.0.2" } / Tcp { src_port = 1000; dst_port = 7; seq = 70000 }"#,
        r#"Ipv4 { src = ip"10.0.0.1"; dst = ip"10.0.0.2" } / Icmp { type = ECHO; id = 99 }"#,
    ] {
        let path = scratch("tagged.pcap");
        let path = path.to_str().unwrap();
        let crafted = run(&["craft", "--meta", "probe_tag=4711", "-o", path, stack]);
        assert_eq!((crafted.code, crafted.err.as_str()), (0, ""), "{stack}");
        let read = run(&["dissect", "--json", path]).out;
        assert!(read.contains(r#""probe_tag":4711}"#) && read.contains(r#""anomalies":[],"error":null"#), "{read}");
    }
    for (setting, says) in [
        ("probe_tag=70000", "16 bits"),
        ("flow_id=1", "can't be set"),
        ("nothing=1", "no metafield"),
        ("probe_tag=x", "no number"),
        ("probe_tag", "NAME=VALUE"),
    ] {
        let wrong = run(&["craft", "--meta", setting, STACK]);
        assert_eq!((wrong.code, wrong.out.as_str()), (2, ""));
        assert!(wrong.err.contains(says), "{}", wrong.err);
    }
    let room = run(&["craft", "--meta", "probe_tag=1", &STACK.replace("\"hello\"", "\"\"")]);
    assert!(room.err.contains("no room"), "{}", room.err);
}

/// What balances load by flow sees the same ICMP checksum, whatever the tag is.
#[test]
fn kept_checksums_do_not_change() {
    let stack = r#"Ipv4 { src = ip"10.0.0.1"; dst = ip"10.0.0.2" } / Icmp { type = ECHO; id = 99 }"#;
    let checksum = |tag: &str| run(&["craft", "--meta", tag, stack]).out[44..48].to_owned();
    assert_eq!(checksum("probe_tag=1"), checksum("probe_tag=60000"));
}
