//! Building packets from the text of their values.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use packet_schema::interp::{Builder, resolve_value};
use packet_schema::model::TestKind;
use pony_tests::definitions::{build, craft, examples, hex};

#[test]
fn build_tests_of_the_examples_give_their_bytes() {
    let schema = examples();
    let mut seen = 0;
    for test in &schema.tests {
        if let TestKind::Build { stack, expected } = &test.kind {
            let value = resolve_value(&schema, stack).unwrap();
            assert_eq!(hex(&Builder::new(&schema).build(&value).unwrap().bytes), hex(expected), "{:?}", test.title);
            seen += 1;
        }
    }
    assert_eq!(seen, 1);
}

#[test]
fn a_datagram_has_all_its_lengths_keys_and_checksums() {
    let built = build(
        &examples(),
        r#"Ethernet { dst = mac"02:00:00:00:00:02"; src = mac"02:00:00:00:00:01" }
         / Ipv4 { identification = 7; flags.dont_fragment = true; src = ip"10.0.0.1"; dst = ip"10.0.0.2" }
         / Udp { src_port = 1; dst_port = 2 } / "hello""#,
    );
    assert_eq!(
        hex(&built.bytes),
        "020000000002020000000001080045000021000740004011\
         26c30a0000010a00000200010002000da7fc68656c6c6f",
    );
    assert_eq!(built.warnings, []);
}

#[test]
fn what_is_wrong_is_said() {
    let schema = examples();
    let failure = |text: &str| craft(&schema, text).unwrap_err();
    assert_eq!(failure("Ipv4 { version = 6 }"), "ipv4.version: the only value is 4, not 6; `raw 6` forges it");
    assert_eq!(failure("Ipv4 { ttl = 256 }"), "256 does not fit 8 bits");
    assert_eq!(failure("Ipv4 { tll = 2 }"), "`Ipv4` has no field `tll`");
    assert_eq!(failure("Ipv4 { fragment_offset = 9 }"), "9 does not fit 13 bits of 8 each");
    assert_eq!(failure("Ipv4 { ttl = \"a\" }"), "a number is wanted here");
    assert_eq!(failure("Ipv4 { flags.unknown = true }"), "`Ipv4Flags` has no flag `unknown`");
    assert_eq!(failure("Ipv5 {}"), "no layer is called `Ipv5`");
    assert_eq!(failure("Tcp { options = [Frob {}] }"), "`TcpOption` has no arm and no kind called `Frob`");
    assert_eq!(failure("Vlan { id = 0xfff }"), "vlan.id: 4095 is not allowed; `raw 4095` forges it");
    assert_eq!(
        failure("Tcp { options = [WindowScale { shift = 15 }] }"),
        "tcp_option.shift: 15 is not allowed (RFC 7323 §2.3); `raw 15` forges it",
    );
    assert_eq!(
        failure("Tcp { options = [Unknown { data = hex\"01\" }] }"),
        "tcp_option.kind: must be said: nothing else tells which of several the packet is",
    );
    assert_eq!(failure("Tcp { options = [Mss { shift = 1 }] }"), "tcp_option.shift: is not in the arm that is taken");
    assert_eq!(failure("Icmp.Echo {} / Udp {}"), "`Icmp` carries no layer");
    let long = "00".repeat(44);
    assert_eq!(
        failure(&format!("Tcp {{ options = [Unknown {{ kind = 99; data = hex\"{long}\" }}] }}")),
        "tcp.data_offset: 17 does not fit 4 bits",
    );
}

#[test]
fn an_invalid_packet_is_built_from_raw_fields() {
    let schema = examples();
    let built = build(&schema, "Ipv4 { version = raw 6; ihl = raw 1; total_length = raw 3; ecn = 1; protocol = 9 }");
    assert_eq!(hex(&built.bytes[..4]), "61010003");
    let built = build(&schema, "Vlan { id = raw 0xfff }");
    assert_eq!(hex(&built.bytes), "0fff0000");
}

#[test]
fn a_layer_without_its_carrier_has_no_checksum_and_a_warning() {
    let schema = examples();
    let built = build(&schema, "Tcp { seq = 1; src_port = 1; dst_port = 2 }");
    assert_eq!(hex(&built.bytes), "0001000200000001000000005000ffff00000000");
    let warnings: Vec<String> = built.warnings.iter().map(|warning| warning.words(&schema)).collect();
    assert_eq!(warnings, ["tcp.checksum: what it is derived from is not in the packet, so it is 0"]);
}

#[test]
fn the_same_seed_draws_the_same_packet() {
    let schema = examples();
    let value = resolve_value(&schema, &packet_codegen::text::parse_stack(0, "Tcp {}").unwrap()).unwrap();
    let drawn = |seed| Builder::new(&schema).seed(seed).build(&value).unwrap().bytes;
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
}

#[test]
fn bits_of_numbers_and_flags_are_set_one_by_one() {
    let schema = examples();
    let built = build(
        &schema,
        "Tcp { seq = 0x10000; seq[15 .. 0] = 7; flags = syn; flags.ack = true; checksum = 5; window[7 .. 0] = 0 }",
    );
    assert_eq!(hex(&built.bytes), "00000000000100070000000050".to_owned() + "12ff0000050000");
}
