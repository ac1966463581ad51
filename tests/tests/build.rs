//! Building packets from the text of their values.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use packet_schema::interp::{
    Builder, CompositeValue, Data, Dissection, FieldValue, PacketValue, PayloadPart, Reader, resolve_value, to_value,
};
use packet_schema::model::{CompositeId, TestKind};
use pony_tests::definitions::{build, craft, examples, hex, protocols, with_examples};

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

#[test]
fn a_binding_fills_the_key_of_the_layer_below() {
    let schema = protocols();
    let port = |text: &str| hex(&build(schema, text).bytes[..4]);
    assert_eq!(port("Udp {} / Dns {}"), "00000035");
    assert_eq!(port("Udp { dst_port = 7 } / Dns {}"), "00000007", "what is said stays");
    assert_eq!(port("Udp { src_port = 53 } / Dns {}"), "00350000", "one key is enough");
    assert_eq!(port("Udp {} / \"no layer\""), "00000000");
}

#[test]
fn a_derived_value_that_is_not_allowed_is_a_warning() {
    let schema = with_examples("module a; layer Short { length: u8 auto size where it >= 3; data: bytes; }");
    let built = build(&schema, "Short { data = hex\"01\" }");
    assert_eq!(hex(&built.bytes), "0201");
    let warnings: Vec<String> = built.warnings.iter().map(|warning| warning.words(&schema)).collect();
    assert_eq!(warnings, ["short.length: its derived value is not an allowed one"]);
}

#[test]
fn a_length_that_changes_itself_settles_or_is_refused() {
    let schema = with_examples(
        "module a; use pony.app.quic.{Varint};
         layer Long { length: Varint auto size; data: bytes; }
         layer Never { flag: u8 auto size - 1; if flag == 0 { more: u8; } }",
    );
    let long = |count: usize| {
        let built = build(&schema, &format!("Long {{ data = hex\"{}\" }}", "00".repeat(count)));
        (built.bytes.len(), hex(&built.bytes[..2]))
    };
    // A byte more of data makes the length itself longer, once it counts more than 63.
    assert_eq!(long(62), (63, "3f00".to_owned()));
    assert_eq!(long(63), (65, "4041".to_owned()));
    assert_eq!(craft(&schema, "Never {}").unwrap_err(), "never.flag: its derived value changes with every pass");
}

#[test]
fn a_packet_that_was_read_is_changed_and_built_again() {
    let schema = examples();
    let bytes = build(
        &schema,
        r#"Ipv4 { src = ip"10.0.0.1"; dst = ip"10.0.0.2"; identification = 1 } / Tcp { seq = 1; flags = syn; options = [Mss { mss = 1460 }] }"#,
    )
    .bytes;
    let mut dissection = Dissection::default();
    Reader::new(&schema).read(&mut dissection, schema.layers["Ipv4"], &bytes, bytes.len());
    let mut value = to_value(&schema, &bytes, &dissection);
    let field = |layer: &str, name: &str| {
        let fields = &schema[schema.layers[layer]].fields;
        *fields.iter().find(|&&field| schema[field].name.as_deref() == Some(name)).unwrap()
    };
    value.layers[0].body.set(field("Ipv4", "ttl"), FieldValue::Set(Data::Uint(3)));
    value.layers[1].body.set(field("Tcp", "options"), FieldValue::Set(Data::List(Vec::new())));
    let changed = Builder::new(&schema).build(&value).unwrap();
    let expected = build(
        &schema,
        r#"Ipv4 { ttl = 3; src = ip"10.0.0.1"; dst = ip"10.0.0.2"; identification = 1 } / Tcp { seq = 1; flags = syn }"#,
    );
    assert_eq!(hex(&changed.bytes), hex(&expected.bytes));
}

#[test]
fn a_value_without_sense_is_refused() {
    let schema = examples();
    let failure = |value: &PacketValue| Builder::new(&schema).build(value).unwrap_err().words(&schema);
    let top = vec![PayloadPart::Layer(7)];
    assert_eq!(failure(&PacketValue { top, layers: Vec::new() }), "packet: a layer must be in the packet, and once",);
    let mut udp = PacketValue::default();
    udp.push(CompositeValue::new(schema.layers["Udp"]));
    udp.top.push(PayloadPart::Layer(0));
    assert_eq!(failure(&udp), "udp: a layer must be in the packet, and once");
    let block = schema.composites.iter().position(|composite| composite.name == "SackBlock").unwrap();
    let mut closed = PacketValue::default();
    closed.push(CompositeValue::new(CompositeId(block as u32)));
    closed.push_bytes(&[1]);
    assert_eq!(failure(&closed), "sack_block: carries nothing");
}

#[test]
fn bytes_fill_the_field_that_reaches_to_the_end() {
    let schema = protocols();
    let echo = |text: &str| hex(&build(schema, text).bytes);
    assert_eq!(echo("Icmp.Echo { id = 1 } / \"abc\""), echo("Icmp.Echo { id = 1; data = \"abc\" }"));
    assert_eq!(craft(schema, "Vlan { id = 1 } / \"a\"").map(|built| built.bytes.len()), Ok(5));
    assert_eq!(craft(schema, "Arp {} / \"a\"").unwrap_err(), "`Arp` has no place for these bytes");
}

#[test]
fn what_a_field_needs_to_be_there_follows_from_it() {
    let schema = protocols();
    let built = build(schema, "Dhcp { options = [MessageType { message_type = DISCOVER }] }");
    assert_eq!(hex(&built.bytes[236..]), "63825363350101");
}

#[test]
fn a_jumbogram_has_its_length_in_the_option() {
    let schema = protocols();
    let payload = "ab".repeat(65_536);
    let text = format!(
        r#"Ipv6 {{ flow_label = 0; src = ip"::1"; dst = ip"::2" }} / Ipv6HopByHop {{ options = [Jumbo {{}}] }}
         / Udp {{ src_port = 1; dst_port = 2; length = 0 }} / hex"{payload}""#,
    );
    let built = build(schema, &text);
    assert_eq!(hex(&built.bytes[..8]), "6000000000000040", "payload length 0, then hop-by-hop options");
    assert_eq!(hex(&built.bytes[40..48]), "1100c20400010010", "UDP next; 65,552 bytes behind the header");
    let mut dissection = Dissection::default();
    Reader::new(schema).read(&mut dissection, schema.layers["Ipv6"], &built.bytes, built.bytes.len());
    assert_eq!((dissection.errors.len(), dissection.anomalies.len()), (0, 0));
}

#[test]
fn a_forged_count_makes_no_elements() {
    let built = build(protocols(), "Dns { id = 1; flags = 0; qdcount = raw 60000 }");
    assert_eq!(hex(&built.bytes), "00010000ea60000000000000");
    let built = build(protocols(), "Ipv4Option { kind = 7; length = raw 255 }");
    assert_eq!(hex(&built.bytes), "07ff04");
    let built = build(protocols(), "Dns { id = 1; flags = 0; qdcount = 1 }");
    assert_eq!(built.bytes.len(), 17, "a count that is meant makes a question");
}
