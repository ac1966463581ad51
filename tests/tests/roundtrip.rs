//! Whatever is read, its value builds the same bytes: whole packets, cut ones, and such with wrong bits.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use packet_schema::Schema;
use packet_schema::interp::{Builder, Dissection, PacketValue, Reader, to_value};
use packet_schema::model::{CompositeId, TestKind};
use pony_tests::definitions::{build, examples, hex, protocols};

/// Reads, turns into a value, and builds again.
fn back(reader: &Reader<'_>, start: CompositeId, bytes: &[u8]) -> PacketValue {
    let mut dissection = Dissection::default();
    reader.read(&mut dissection, start, bytes, bytes.len());
    let value = to_value(reader.schema(), bytes, &dissection);
    let built = match Builder::new(reader.schema()).build(&value) {
        Ok(built) => built,
        Err(error) => panic!("{}: {}\n{value:#?}", hex(bytes), error.words(reader.schema())),
    };
    assert_eq!(hex(&built.bytes), hex(bytes), "{value:#?}");
    assert!(bytes.is_empty() || !value.layers.is_empty(), "{} was given up", hex(bytes));
    value
}

/// Every vector of the definitions, with what it is read as, and packets that were built.
fn vectors(schema: &Schema) -> Vec<(CompositeId, Vec<u8>)> {
    let mut vectors = Vec::new();
    for test in &schema.tests {
        match &test.kind {
            TestKind::Parse { target, input, .. } | TestKind::Reject { target, input, .. } => {
                vectors.push((*target, input.clone()));
            }
            TestKind::Build { .. } | TestKind::Law { .. } => {}
        }
    }
    for text in BUILT {
        let built = build(schema, text);
        vectors.push((built.dissection.layers[0].composite, built.bytes));
    }
    vectors
}

const BUILT: &[&str] = &[
    r#"Ethernet { dst = mac"02:00:00:00:00:02"; src = mac"02:00:00:00:00:01"; padding = hex"0000000000" }
     / Vlan { id = 7 } / Ipv4 { src = ip"10.0.0.1"; dst = ip"10.0.0.2"; options = [RouterAlert { value = 1 }] }
     / Tcp { src_port = 1; dst_port = 2; flags = syn | ack; ack = 1; options = [Mss { mss = 1460 }, Nop {}, WindowScale { shift = 7 }] }
     / "data""#,
    r#"Ethernet {} / Llc { dsap = 0x42; ssap = 0x42; control = 3; payload = hex"0102030405" }"#,
    r#"Ethernet {} / Ipv6 { src = ip"fe80::1"; dst = ip"fe80::2" }
     / Ipv6HopByHop { options = [Padding { data = hex"0000" }, Pad1 {}] }
     / Ipv6Routing { routing_type = 4; segments_left = 1; segments = [ip"fe80::9"] }
     / Udp { src_port = 53; dst_port = 9 }
     / Dns { flags = qr | rd; questions = [Question { name = "www.example.com"; qtype = A; qclass = IN }];
             answers = [Record { name = "www.example.com"; rclass = IN; ttl = 5; rdata = A { addr = ip"10.0.0.9" } },
                        Record { name = "example.com"; rtype = CNAME; rclass = IN; rdata = Host { host = "mail.example.com" } }] }"#,
    r#"TlsRecord {} / TlsHandshake { type = CLIENT_HELLO; body = ClientHello {
         cipher_suites = [0x1301, TLS_AES_256_GCM_SHA384]; compression = [0];
         extensions = [Extension { body = Sni { names = [ServerName { host = "a.example" }] } },
                       Extension { type = ALPN; body = Alpn { protocols = ["h2", "http/1.1"] } }] } }"#,
    r#"Quic { long_form = true; version = 1; dcid = hex"0102"; scid = hex""; token = hex"00"; body = hex"aabbcc";
             coalesced = Quic { type_bits = 3; version = 2; dcid = hex"01"; scid = hex"02"; packet_type = HANDSHAKE; body = hex"01" } }"#,
    r#"Odd { kind = 5; last = true; wide = 7; offset = -2; ratio = 3; name = hex"686900"; more = true; note = "é";
            items = [One { value = 4 }, Two { value = 0x1234; data = hex"0102" }, Any { kind = 9; data = hex"010203" }];
            blocks = [1, 2, 3]; rest = hex"ff" }"#,
    r#"Ipv4 { src = ip"10.0.0.1"; dst = ip"10.0.0.2" } / Icmp.Echo { id = 1; seq = 2; data = "abcdefgh" }"#,
];

#[test]
fn every_vector_comes_back() {
    let schema = examples();
    let reader = Reader::new(&schema);
    for (start, bytes) in vectors(&schema) {
        back(&reader, start, &bytes);
    }
}

#[test]
fn a_vector_cut_anywhere_comes_back() {
    let schema = examples();
    let reader = Reader::new(&schema);
    for (start, bytes) in vectors(&schema) {
        for end in 0..bytes.len() {
            back(&reader, start, &bytes[..end]);
        }
    }
}

#[test]
fn a_vector_with_any_bit_flipped_comes_back() {
    let schema = examples();
    let reader = Reader::new(&schema);
    for (start, bytes) in vectors(&schema) {
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 0x80 >> (bit % 8);
            back(&reader, start, &changed);
        }
    }
}

#[test]
fn what_is_right_can_be_derived() {
    let schema = examples();
    let reader = Reader::new(&schema);
    for text in BUILT {
        let built = build(&schema, text);
        assert_eq!(built.warnings, [], "{text}");
        let mut value = back(&reader, built.dissection.layers[0].composite, &built.bytes);
        let before = value.clone();
        value.derive_all(&schema);
        assert_eq!(value, before, "{text}: all that can be derived is derived already");
        assert_eq!(hex(&Builder::new(&schema).build(&value).unwrap().bytes), hex(&built.bytes), "{text}");
    }
}

/// Numbers that look random, the same in every run.
fn noise(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[test]
fn noise_comes_back_whatever_it_is_read_as() {
    let mut state = 0x9e37_79b9_7f4a_7c15;
    for schema in [&examples(), protocols()] {
        let reader = Reader::new(schema);
        for start in (0..schema.composites.len() as u32).map(CompositeId) {
            for round in 0..200 {
                let length = noise(&mut state) % 100;
                // Small numbers make lengths that fit.
                let most = if round % 2 == 0 { 0xff } else { 0x07 };
                let bytes: Vec<u8> = (0..length).map(|_| noise(&mut state) as u8 & most).collect();
                back(&reader, start, &bytes);
            }
        }
    }
}
