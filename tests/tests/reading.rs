//! What reading gives: regions, errors with their limits, truncation, padding, interfaces, codecs; and that every bit of
//! whatever is read has exactly one place.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use packet_schema::Schema;
use packet_schema::interp::{Dissection, Eval, NodeKind, Reader, Role, Value, View, children, words};
use packet_schema::model::{CompositeId, CompositeKind, TestKind};
use pony_tests::definitions::{build, examples, protocols, with_examples};

/// The bytes of hexadecimal digits; blanks don't count.
fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}

/// Reads what begins with that composite.
fn read(schema: &Schema, start: &str, data: &[u8], origlen: usize) -> Dissection {
    let start = (0..).map(CompositeId).zip(&schema.composites).find(|(_, found)| found.name == start).unwrap().0;
    let mut dissection = Dissection::default();
    Reader::new(schema).read(&mut dissection, start, data, origlen);
    audit(schema, &dissection, data);
    dissection
}

/// One line for each layer, node, anomaly and error.
fn told(schema: &Schema, data: &[u8], dissection: &Dissection) -> Vec<String> {
    let view = View { schema, data, dissection };
    let mut lines = Vec::new();
    for layer in &dissection.layers {
        let mut words = vec![view.composite(layer).key.clone()];
        for index in view.layer_nodes(layer) {
            tell(&view, index, &mut words);
        }
        lines.push(words.join(" "));
    }
    for anomaly in &dissection.anomalies {
        let (layer, name) = view.anomaly(anomaly);
        lines.push(format!("anomaly {layer}.{name}"));
    }
    lines.extend(dissection.errors.iter().map(|error| words::error(schema, error)));
    lines
}

fn tell(view: &View<'_>, index: u32, words: &mut Vec<String>) {
    let node = view.node(index).unwrap();
    let mut value = String::new();
    view.write_value(index, &mut value).unwrap();
    let inside: Vec<u32> = view.children(index).collect();
    let name = view.name(node).unwrap_or("-");
    match node.kind {
        NodeKind::Payload(_, Some(_)) => words.push(format!("/{value}")),
        _ if inside.is_empty() => words.push(format!("{name}={value}")),
        _ => {
            words.push(format!("{name}{{"));
            inside.into_iter().for_each(|index| tell(view, index, words));
            words.push("}".to_owned());
        }
    }
}

/// Holds a dissection against its invariants: nodes lie within the packet and within what is around them, lists have as
/// many elements as they say, and every bit is in exactly one node that has nothing in it and is no layer.
fn audit(schema: &Schema, dissection: &Dissection, data: &[u8]) {
    let bits = data.len() as u32 * 8;
    let nodes = &dissection.nodes;
    for (index, node) in (0..).zip(nodes) {
        assert!(node.end > index && node.end as usize <= nodes.len(), "{node:?}");
        assert!(node.start + node.bits <= bits, "{node:?}");
        for inside in children(nodes, index + 1, node.end).map(|inside| nodes[inside as usize]) {
            assert!(inside.end <= node.end, "{node:?} {inside:?}");
            assert!(
                inside.start >= node.start && inside.start + inside.bits <= node.start + node.bits,
                "{node:?} {inside:?}"
            );
        }
        if let Value::List(count) = node.value {
            assert_eq!(Eval::new(schema, data, dissection, 0).elements(index).count(), count as usize, "{node:?}");
        }
    }
    let view = View { schema, data, dissection };
    for error in &dissection.errors {
        assert!(error.node.is_none_or(|node| (node as usize) < nodes.len()), "{error:?}");
        assert!(!words::error(schema, error).is_empty() && error.offset as usize <= data.len());
        let _names = view.fields_of_error(error);
    }
    for anomaly in &dissection.anomalies {
        assert!(anomaly.node.is_none_or(|node| (node as usize) < nodes.len()), "{anomaly:?}");
        assert!(!words::anomaly(schema, anomaly.kind).is_empty());
    }
    if matches!(schema[dissection.layers[0].composite].kind, CompositeKind::Codec(_)) {
        return;
    }
    let mut covered = vec![0_u8; bits as usize];
    for (index, node) in (0..).zip(nodes) {
        let is_layer = matches!(node.kind, NodeKind::Payload(_, Some(_)));
        if node.end == index + 1 && !is_layer {
            covered[node.start as usize..(node.start + node.bits) as usize].iter_mut().for_each(|bit| *bit += 1);
        }
    }
    assert_eq!(covered.iter().position(|&times| times != 1), None, "a bit has no place, or two");
}

/// Every vector of the definitions, and packets that were built.
fn vectors(schema: &Schema) -> Vec<(CompositeId, Vec<u8>)> {
    let mut vectors = Vec::new();
    for test in &schema.tests {
        if let TestKind::Parse { target, input, .. } | TestKind::Reject { target, input, .. } = &test.kind {
            vectors.push((*target, input.clone()));
        }
    }
    let built = build(
        schema,
        r#"Ethernet { padding = hex"0000" } / Ipv4 { src = ip"10.0.0.1"; dst = ip"10.0.0.2" }
         / Tcp { src_port = 1; dst_port = 2; flags = syn; options = [Mss { mss = 1460 }, Nop {}] } / "data""#,
    );
    vectors.push((schema.layers["Ethernet"], built.bytes));
    vectors
}

/// Numbers that look random, and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

#[test]
fn a_vector_cut_anywhere_has_an_error_or_is_truncated() {
    cut_everywhere(&examples());
    cut_everywhere(protocols());
}

fn cut_everywhere(schema: &Schema) {
    let reader = Reader::new(schema);
    let mut dissection = Dissection::default();
    for (start, whole) in vectors(schema) {
        reader.read(&mut dissection, start, &whole, whole.len());
        audit(schema, &dissection, &whole);
        for length in 0..whole.len() {
            let cut = &whole[..length];
            reader.read(&mut dissection, start, cut, whole.len());
            audit(schema, &dissection, cut);
            let noticed = !dissection.errors.is_empty() || dissection.layers.iter().any(|layer| layer.truncated);
            assert!(noticed, "{} cut to {length} bytes", schema[start].name);
        }
    }
}

#[test]
fn every_bit_of_whatever_comes_has_its_place() {
    change_at_random(&examples(), 50);
    change_at_random(protocols(), 20);
}

fn change_at_random(schema: &Schema, rounds: u32) {
    let reader = Reader::new(schema);
    let mut dissection = Dissection::default();
    let mut numbers = Numbers(7);
    for (start, whole) in vectors(schema) {
        for _ in 0..rounds {
            let mut changed = whole.clone();
            for _ in 0..=numbers.below(4) {
                let at = numbers.below(changed.len());
                changed[at] = numbers.below(256) as u8;
            }
            changed.truncate(numbers.below(2 * changed.len() + 1));
            reader.read(&mut dissection, start, &changed, changed.len());
            audit(schema, &dissection, &changed);
        }
    }
    for _ in 0..rounds {
        for start in (0..schema.composites.len() as u32).map(CompositeId) {
            let data: Vec<u8> =
                (0..numbers.below(120)).map(|_| [0, 1, numbers.below(256)][numbers.below(3)] as u8).collect();
            reader.read(&mut dissection, start, &data, data.len());
            audit(schema, &dissection, &data);
        }
    }
}

#[test]
fn an_error_names_the_field_that_limits() {
    let schema = examples();
    // An IPv4 packet of 40 bytes whose UDP header claims 28 bytes for itself.
    let data = bytes(
        "020000000002 020000000001 0800 4500 0028 0000 0000 4011 0000 0a000001 0a000002
         0001 0002 001c 0000 000102030405060708090a0b",
    );
    let dissection = read(&schema, "Ethernet", &data, data.len());
    let error = &dissection.errors[0];
    let message = words::error(&schema, error);
    assert_eq!(message, "udp.payload: needs 20 bytes at offset 42, 12 available (limited by ipv4.total_length)");
    let view = View { schema: &schema, data: &data, dissection: &dissection };
    assert_eq!(view.composite(view.layer_of_error(error).unwrap()).key, "udp");
}

#[test]
fn what_the_capture_cut_is_truncated_and_no_error() {
    let schema = examples();
    let data = bytes(
        "020000000002 020000000001 0800 4500 0020 0000 0000 4011 66cb 0a000001 0a000002 0001 0002 000c 0000 0001",
    );
    let dissection = read(&schema, "Ethernet", &data, 46);
    assert_eq!(dissection.errors, []);
    let truncated: Vec<bool> = dissection.layers.iter().map(|layer| layer.truncated).collect();
    assert_eq!(truncated, [true, true, true]);
    // The account of a layer counts what is not there.
    assert_eq!((dissection.layers[1].size, dissection.layers[1].missing), (30, 2));
}

const REGIONS: &str = r#"
    module a;

    /// Items that fail by themselves.
    struct Item { kind: u8; length: u8; body: Body(kind) within length bytes; }
    struct Body(kind: u8) { match kind { 1 => Number { n: u16; } 2 => Small { s: u8 where it < 10; } _ => reject "unknown item"; } }
    layer Items { count: u8; items: Item[count]; tail: bytes; }
    layer Inner { n: u8; }
    layer Outer { length: u8; payload: next is Inner within length bytes; rest: bytes trailing; }
    layer Frame { payload: next is Inner; padding: bytes trailing; }
    layer Bare { payload: next is Inner; }
    layer Chunk over stream { length: u8; data: bytes[length]; }
    probe Chunk { length < 16 } score 0;
    layer Stream { payload: next is Chunk; }
"#;

#[test]
fn a_fault_stays_in_its_region() {
    let schema = with_examples(REGIONS);
    let data = bytes("04  01 02 1234  02 01 63  07 03 aabbcc  01 03 000199  ee");
    let dissection = read(&schema, "Items", &data, data.len());
    assert_eq!(
        told(&schema, &data, &dissection),
        [
            "items count=4 items{ -{ kind=1 length=2 body{ number{ n=4660 } } } \
             -{ kind=2 length=1 body{ small{ s=99 spoiled= } } } \
             -{ kind=7 length=3 body{ spoiled=aabbcc } } \
             -{ kind=1 length=3 body{ number{ n=1 } } padding=99 } } tail=ee",
            "body.s: 99 at offset 7 is not allowed",
            "body: unknown item (at offset 10)",
        ]
    );
}

#[test]
fn what_a_layer_leaves_belongs_to_whoever_fixed_the_region() {
    let schema = with_examples(REGIONS);
    let told_of = |start: &str, hex: &str| {
        let data = bytes(hex);
        told(&schema, &data, &read(&schema, start, &data, data.len()))
    };
    assert_eq!(told_of("Outer", "01 07 eeff"), ["outer length=1 /Inner rest=eeff", "inner n=7"]);
    assert_eq!(
        told_of("Outer", "02 07 aa ee"),
        ["outer length=2 /Inner padding=aa rest=ee", "inner n=7", "anomaly outer.unclaimed"]
    );
    assert_eq!(told_of("Outer", "01 07"), ["outer length=1 /Inner", "inner n=7"]);
    assert_eq!(told_of("Frame", "07 eeff"), ["frame /Inner padding=eeff", "inner n=7"]);
    assert_eq!(told_of("Bare", "07 eeff"), ["bare /Inner padding=eeff", "inner n=7", "anomaly bare.unclaimed"]);
    assert_eq!(told_of("Bare", ""), ["bare payload="]);
}

#[test]
fn records_of_a_stream_follow_each_other_as_long_as_the_probe_holds() {
    let schema = with_examples(REGIONS);
    let told_of = |hex: &str| {
        let data = bytes(hex);
        told(&schema, &data, &read(&schema, "Stream", &data, data.len()))
    };
    assert_eq!(
        told_of("01 aa 00 02 bbcc"),
        ["stream /Chunk", "chunk length=1 data=aa", "chunk length=0 data=", "chunk length=2 data=bbcc"]
    );
    assert_eq!(told_of("01 aa ff 02"), ["stream /Chunk padding=ff02", "chunk length=1 data=aa"]);
    assert_eq!(told_of("ff aa 00 02"), ["stream payload=ffaa0002"]);
    assert_eq!(told_of("03 aa"), ["stream /Chunk", "chunk length=3 data=aa", "anomaly chunk.truncated"]);
}

#[test]
fn a_routing_header_changes_the_address_that_a_checksum_covers() {
    let schema = examples();
    let text = r#"Ipv6 { src = ip"fe80::1"; dst = ip"fe80::2" }
         / Ipv6Routing { routing_type = 4; segments_left = LEFT; segments = [ip"fe80::9"] }
         / Udp { src_port = 1; dst_port = 2 } / "data""#;
    let checksum = |left: &str| {
        let built = build(&schema, &text.replace("LEFT", left));
        let dissection = read(&schema, "Ipv6", &built.bytes, built.bytes.len());
        assert_eq!(dissection.anomalies, [], "what is built is right when it is read");
        built.bytes[70..72].to_vec()
    };
    assert_ne!(checksum("0"), checksum("1"));
}

#[test]
fn names_are_text_with_odd_bytes_escaped() {
    let schema = examples();
    let data = bytes("1234 8180 0002 0000 0000 0000  03 612e62 02 5c07 00 0001 0001  c00c 0001 0001");
    let told = told(&schema, &data, &read(&schema, "Dns", &data, data.len()));
    let name = r#"name="a\\.b.\\\\\\007""#;
    assert_eq!(told[0].matches(name).count(), 2, "{}", told[0]);
}

#[test]
fn a_name_that_points_to_itself_ends_at_once() {
    let schema = examples();
    let data = bytes("1234 8180 0001 0000 0000 0000 c00c 0001 0001");
    let dissection = read(&schema, "Dns", &data, data.len());
    let view = View { schema: &schema, data: &data, dissection: &dissection };
    assert_eq!(view.fields_of_error(&dissection.errors[0]), ["questions", "name"]);
    assert_eq!(
        words::error(&schema, &dissection.errors[0]),
        "dns_name: pointer at offset 14 to 12, which is not before it"
    );
}

#[test]
fn a_host_may_say_what_follows() {
    let schema = with_examples(REGIONS);
    let data = bytes("4500 0016 0000 0000 40fd 0000 0a000001 0a000002 0107");
    let table = (0..).map(packet_schema::model::TableId).zip(&schema.tables);
    let table = table.into_iter().find(|(_, table)| table.name == "ip_protocol").unwrap().0;
    let reader = Reader::new(&schema).bind(table, 253, schema.layers["Outer"]);
    let mut dissection = Dissection::default();
    reader.read(&mut dissection, schema.layers["Ipv4"], &data, data.len());
    let names: Vec<&str> = dissection.layers.iter().map(|layer| schema[layer.composite].name.as_str()).collect();
    assert_eq!(names, ["Ipv4", "Outer", "Inner"]);
}

#[test]
fn layers_without_end_stop_at_the_limit() {
    let schema = with_examples("module a; layer Deep { n: u8; payload: next is Deep; }");
    let data = vec![1; 1000];
    let dissection = read(&schema, "Deep", &data, data.len());
    assert_eq!(dissection.layers.len(), 64);
    assert_eq!(words::error(&schema, &dissection.errors[0]), "deep.payload: too many layers at offset 64");
}

#[test]
fn a_flow_has_one_hash_in_both_directions_and_a_tag_stands_in_its_field() {
    let schema = examples();
    let metas = |text: &str| -> Vec<Option<u128>> {
        let built = build(&schema, text);
        let first = built.dissection.layers[0].composite;
        let mut dissection = Dissection::default();
        Reader::new(&schema).read(&mut dissection, first, &built.bytes, built.bytes.len());
        let view = View { schema: &schema, data: &built.bytes, dissection: &dissection };
        let eval = view.eval(0).with_seed([1; 16]);
        let named = ["flow_id", "probe_tag"].map(|name| schema.metas.iter().find(|meta| meta.name == name).unwrap());
        named.map(|meta| eval.meta(meta)).to_vec()
    };
    let there =
        r#"Ipv4 { src = ip"10.0.0.1"; dst = ip"10.0.0.2" } / Tcp { src_port = 7; dst_port = 80; seq = 0x12345678 }"#;
    let back =
        r#"Ipv4 { src = ip"10.0.0.2"; dst = ip"10.0.0.1" } / Tcp { src_port = 80; dst_port = 7; seq = 0xabcd0001 }"#;
    let other = r#"Ipv4 { src = ip"10.0.0.1"; dst = ip"10.0.0.2" } / Tcp { src_port = 80; dst_port = 7; seq = 9 }"#;
    let (there, back, other) = (metas(there), metas(back), metas(other));
    assert!(there[0].is_some());
    assert_eq!(there[0], back[0]);
    assert_ne!(there[0], other[0]);
    assert_eq!((there[1], back[1]), (Some(0x5678), Some(1)));
    assert_eq!(metas(r#"Ipv4 { src = ip"10.0.0.1"; dst = ip"10.0.0.2"; protocol = 200 } / hex"00""#), [None, None]);
}

#[test]
fn an_answer_has_the_key_of_its_question() {
    let schema = examples();
    let keys = |text: &str| {
        let built = build(&schema, text);
        let first = built.dissection.layers[0].composite;
        let mut dissection = Dissection::default();
        Reader::new(&schema).read(&mut dissection, first, &built.bytes, built.bytes.len());
        let found = View { schema: &schema, data: &built.bytes, dissection: &dissection }.correlations();
        found.into_iter().map(|found| (found.role, found.key)).collect::<Vec<_>>()
    };
    let ask = r#"Dns { id = 5; questions = [Question { name = "a.example"; qtype = A; qclass = IN }] }"#;
    let answer = r#"Dns { id = 5; flags = qr; questions = [Question { name = "a.example"; qtype = A; qclass = IN }];
                    answers = [Record { name = "a.example"; rclass = IN; ttl = 5; rdata = A { addr = ip"10.0.0.9" } }] }"#;
    let (ask, other) = (keys(ask), keys(&answer.replace("id = 5", "id = 6")));
    let answer = keys(answer);
    let of = |keys: &[(Role, Vec<u8>)], role: Role| keys.iter().find(|found| found.0 == role).unwrap().1.clone();
    assert_eq!(of(&ask, Role::Request), of(&answer, Role::Reply));
    assert_ne!(of(&ask, Role::Request), of(&other, Role::Reply));
    assert!(ask.iter().all(|found| found.0 == Role::Request), "a question is no answer");
}
