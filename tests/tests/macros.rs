//! Definitions in a user's crate: by a macro, and by a build script.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use packet_codegen::{Source, compile, modules};
use packet_core::{BitPlace, Error, FieldInfo, FieldValue, FieldVisitor, Fields as _, Group, Region};
use packet_protocols::net::EtherType;
use packet_schema::Schema;
use packet_schema::interp::{Anomaly, AnomalyKind, Dissection, Reader, View, run_tests, words};
use pony_tests::definitions::{build, hex, schema, with_examples};
use pony_tests::packets::Chance;
use pony_tests::root;
use stack::{Below, Layer, LayerKind, Next};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

packet_macros::layers!(
    "macros/thermometer.pony",
    "macros/note.pony",
    "macros/branch.pony",
    "macros/courier.pony",
    "macros/gap.pony",
    "macros/letter.pony"
);

/// The definitions whose readers are held against the interpreter here, beside all protocols.
static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let own = [
        include_str!("../macros/courier.pony"),
        include_str!("../macros/gap.pony"),
        include_str!("../macros/letter.pony"),
    ];
    let known = packet_protocols::DEFINITIONS.iter().map(|known| known.text);
    schema(&known.chain(own).map(str::to_owned).collect::<Vec<_>>())
});

#[test]
fn a_definition_is_a_module_of_the_crate() {
    let packet = [1, 0, 0, 0, 2, 0x08, 0x00, 0xff, 0xfe];
    let view = thermometer::Thermometer::parse(&packet[..]).unwrap();
    assert_eq!((view.sequence(), view.spot(), view.reading()), (1, thermometer::Spot::OUTSIDE, -2));
    assert_eq!(view.network(), EtherType::IPV4);
}

/// A protocol of text: delimiters, numbers in digits, words.
#[test]
fn a_note_is_read_and_written() {
    use craft::Packet as _;
    use packet_core::ErrorKind;

    let text = b"ASK 004\r\nRETRIES:3\r\nX:y\r\n\r\nwhy?";
    let view = note::Note::parse(&text[..]).unwrap();
    assert_eq!((view.verb().bytes(), view.length(), view.text().bytes()), (&b"ASK"[..], 4, &b"why?"[..]));
    let headers: Vec<_> = view.headers().valid().collect();
    assert_eq!((headers[0].name().bytes(), headers[0].retries().unwrap().retries()), (&b"RETRIES"[..], 3));
    assert_eq!((headers.len(), headers[1].other().unwrap().value().bytes()), (2, &b"y"[..]));
    // What was read is written as it was; what follows is written anew.
    let mut value = view.to_value();
    let mut out = [0; 64];
    assert_eq!(value.emit(&mut out), Ok(text.len()));
    assert_eq!(out[..text.len()], text[..]);
    value.derive_all();
    let length = value.emit(&mut out).unwrap();
    assert_eq!(out[..length], *b"ASK 4\r\nRETRIES:3\r\nX:y\r\n\r\nwhy?");

    let kind = |text: &[u8]| note::Note::parse(text).unwrap_err().kind;
    assert!(matches!(kind(b"SING 1\r\n"), ErrorKind::Where { why: Some("a verb"), .. }));
    assert_eq!(kind(b"SAY x\r\n"), ErrorKind::NoDigit);
    assert_eq!(kind(b"SAY 4294967296\r\n"), ErrorKind::TooWide);
    assert_eq!(kind(b"SAY 00000000001\r\n"), ErrorKind::TooLong);
}

/// A condition without a value does not hold, and neither does what denies it: readers and the interpreter go on with `else`.
#[test]
fn what_is_absent_does_not_hold() {
    // Whether `one`, `other`, `not_two` and `two` are there.
    let cases: [(&[u8], [bool; 4]); 5] = [
        (&[0], [false, true, false, true]),
        (&[0, 1], [true, false, false, true]),
        (&[0, 1, 9], [true, false, true, false]),
        (&[0, 2], [false, true, false, true]),
        (&[0, 9], [false, true, true, false]),
    ];
    let mut text = include_str!("../macros/branch.pony").to_owned();
    for (bytes, there) in cases {
        let view = branch::Branch::parse(bytes).unwrap();
        let (one, other) = (view.one().is_some(), view.other().is_some());
        assert_eq!([one, other, view.not_two().is_some(), view.two().is_some()], there, "{bytes:?}");
        let names = ["one", "other", "not_two", "two"].into_iter().zip(there);
        let asked: String = names.map(|(name, is)| format!("{}present({name}); ", if is { "" } else { "!" })).collect();
        text += &format!("test Branch hex\"{}\" {{ {asked} }}\n", hex(bytes));
    }
    let failures = run_tests(&with_examples(&text)).into_iter().flat_map(|result| result.failures);
    assert_eq!(failures.map(|failure| failure.message).collect::<Vec<_>>(), Vec::<String>::new());
}

/// The user's layer as a value, upon protocols that are known: keys, lengths and checksums follow.
#[test]
fn a_value_stands_upon_known_protocols() {
    use craft::{Ethernet, Ipv4, Layer as _, Packet, Thermometer, Udp};

    let reading = Thermometer { sequence: 7, spot: thermometer::Spot::INSIDE, network: EtherType::IPV6, reading: -300 };
    let udp = Udp { src_port: 9, dst_port: 7000, ..Default::default() };
    let packet = Ethernet::default() / Ipv4::default() / udp / reading.clone();
    let mut out = [0; 64];
    assert_eq!(packet.emit(&mut out), Ok(51));
    assert_eq!((out[12..14].to_vec(), out[23], out[38..40].to_vec()), (vec![8, 0], 17, vec![0, 17]));
    assert_eq!(out[42..51], [7, 0, 0, 0, 1, 0x86, 0xdd, 0xfe, 0xd4]);
    // The key of the user's layer is known to those that are derived from keys.
    assert_eq!(reading.layer_key(packet_core::craft::Table::new("pony.net.udp_port")), Some(7000));
    let view = thermometer::Thermometer::parse(&out[42..51]).unwrap();
    assert_eq!(view.to_value(), reading);
}

/// What follows is known in both directions: the user's layer upon known ones, and these upon the user's.
#[test]
fn what_follows_is_found_among_all_layers() {
    use craft::{AnyLayer, Ipv4, Packet, Thermometer, Udp};

    let udp = Udp { dst_port: 7000, ..Default::default() };
    let bytes = (Ipv4::default() / udp / Thermometer::default()).to_vec().unwrap();
    let mut kinds = Vec::new();
    let mut next = Next::Layer(LayerKind::Ipv4, Region::new(&bytes));
    while let Next::Layer(kind, region) = next {
        let layer = Layer::parse(kind, region).unwrap();
        kinds.push(kind.name());
        next = layer.next();
    }
    assert_eq!(kinds, ["Ipv4", "Udp", "Thermometer"]);
    let mut packet = craft::read(LayerKind::Ipv4, bytes.as_slice()).unwrap();
    assert!(matches!(packet.layers[2].layer, AnyLayer::Thermometer(_)));
    packet.layers.iter_mut().for_each(|placed| placed.layer.derive_all());
    assert_eq!(packet.to_vec().unwrap(), bytes);

    let envelope = craft::Envelope { version: 4 };
    let bytes = (envelope / Ipv4::default()).to_vec().unwrap();
    let view = thermometer::Envelope::parse(bytes.as_slice()).unwrap();
    assert!(matches!(view.next(), Next::Layer(LayerKind::Ipv4, payload) if payload.bytes().len() == 20));
}

/// What is wrong with a packet: the errors, or else the anomalies.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wrong {
    errors: BTreeSet<String>,
    /// In order.
    anomalies: Vec<String>,
}

/// What the generated readers find wrong with a packet that begins with a layer of some kind.
fn found_by_readers(kind: LayerKind, packet: Region<'_>) -> Wrong {
    let (mut found, mut layers, mut next) = (Wrong::default(), Vec::new(), Next::Layer(kind, packet));
    while let Next::Layer(kind, region) = next {
        let layer = match Layer::parse_upon(kind, region, &Below::Layers(&layers)) {
            Ok(layer) => layer,
            Err(error) => {
                FieldVisitor::error(&mut found, &error);
                break;
            }
        };
        layer.fields(&mut found);
        layer.anomalies(&Below::Layers(&layers), &mut |anomaly| {
            found.anomalies.push(format!("{} {}", kind.name(), anomaly.name()));
        });
        next = layer.next();
        layers.push(layer);
    }
    found.anomalies.sort();
    // That something is cut may be told of each part that is.
    found.anomalies.dedup_by(|one, other| one == other && one.ends_with(" truncated"));
    found
}

impl FieldVisitor for Wrong {
    fn value(&mut self, _: &'static FieldInfo, _: BitPlace, _: FieldValue<'_>) {}

    fn enter(&mut self, _: Group) {}

    fn leave(&mut self) {}

    fn error(&mut self, error: &Error) {
        self.errors.insert(format!("{} at {}", error.field, error.offset));
    }
}

/// What the interpreter finds wrong with it.
fn found_by_interpreter(kind: LayerKind, data: &[u8], origlen: usize) -> Wrong {
    let (schema, mut dissection) = (&*SCHEMA, Dissection::default());
    Reader::new(schema).read(&mut dissection, schema.layers[kind.name()], data, origlen);
    let view = View { schema, data, dissection: &dissection };
    let errors = dissection.errors.iter().map(|error| {
        let field = error.field.map(|field| words::qualified(schema, field));
        format!("{} at {}", field.unwrap_or_else(|| format!("{}._", schema[error.composite].key)), error.offset)
    });
    // What no layer claims, and a capture that was cut behind all that was looked for, are no matter of the layers.
    let of_layers = |anomaly: &&Anomaly| match anomaly.kind {
        AnomalyKind::Unclaimed => false,
        AnomalyKind::Truncated => anomaly.node.is_some(),
        _ => true,
    };
    let anomalies = dissection.anomalies.iter().filter(of_layers).map(|anomaly| {
        let layer = &dissection.layers[anomaly.layer as usize];
        format!("{} {}", view.composite(layer).name, words::anomaly_name(schema, anomaly.kind))
    });
    let (errors, mut anomalies) = (errors.collect(), anomalies.collect::<Vec<_>>());
    anomalies.sort();
    Wrong { errors, anomalies }
}

/// Holds readers against the interpreter for a packet: as it is, cut at any place, and changed.
fn check_like_interpreter(kind: LayerKind, packet: &[u8]) {
    let mut chance = Chance(3);
    let cut = (0..=packet.len()).map(|length| packet[..length].to_vec()).collect::<Vec<_>>();
    let changed = (0..400).map(|_| chance.change(packet));
    for data in cut.into_iter().chain(changed) {
        let (found, expected) = (
            found_by_readers(kind, Region::captured(&data, packet.len())),
            found_by_interpreter(kind, &data, packet.len()),
        );
        // Readers stop at an error of the layer itself, where the interpreter goes on behind the region that it is in.
        assert!(found.errors.is_subset(&expected.errors), "{}: {found:?}, and not {expected:?}", hex(&data));
        if found.errors.is_empty() {
            assert_eq!(found, expected, "{}", hex(&data));
        }
    }
}

/// A sum may cover some of a layer's own bytes, beside what the layers below add.
#[test]
fn sums_over_a_range_of_fields() {
    use craft::{Courier, Ipv4, Ledger, Packet, Parcel};

    let below = || Ipv4 { src: [10, 0, 0, 1].into(), dst: [10, 0, 0, 2].into(), ..Default::default() };
    let courier =
        Courier { kind: 7, hops: 9, label: b"odd".into(), letter: b"none of the sum".into(), ..Default::default() };
    let parcel = Parcel { hops: 59, name: b"of four".into(), weight: 300, ..Default::default() };
    let words = [1, 2, 3].into();
    let ledger =
        Ledger { first: 1, words, secret: 0xfeed, digest: 0xbeef, note: b"seven b".into(), ..Default::default() };
    let stacks = [
        ("Courier { kind = 7; hops = 9; label = \"odd\"; letter = \"none of the sum\" }", (below() / courier).to_vec()),
        (
            "Parcel { hops = 59; name = \"of four\"; weight = 300 } / \"content\"",
            (below() / parcel / *b"content").to_vec(),
        ),
        (
            "Ledger { first = 1; words = [1, 2, 3]; secret = 0xfeed; digest = 0xbeef; note = \"seven b\" }",
            (below() / ledger).to_vec(),
        ),
    ];
    for (text, written) in stacks {
        let built = build(&SCHEMA, &format!("Ipv4 {{ src = ip\"10.0.0.1\"; dst = ip\"10.0.0.2\" }} / {text}"));
        assert_eq!(hex(&written.unwrap()), hex(&built.bytes), "{text}");
        assert_eq!(found_by_readers(LayerKind::Ipv4, Region::new(&built.bytes)), Wrong::default(), "{text}");
        check_like_interpreter(LayerKind::Ipv4, &built.bytes);
    }
}

/// What must not be empty is told where it should stand.
#[test]
fn what_is_empty_is_told_where_it_stands() {
    for packet in [
        b"\x02hiYES!\x01x__\x00YES!\x01xNO".as_slice(),
        b"\x02hi!\x01x__".as_slice(),
        b"\x01hyes!\x00_".as_slice(),
        b"\x00no!\x03xxx".as_slice(),
        b"\x01hno!\x01x_\x00YES\x01x!".as_slice(),
        b"\x01hno!\x01x_\x09 too long for its packet".as_slice(),
    ] {
        check_like_interpreter(LayerKind::Gap, packet);
    }
    for packet in [b"\x03\0\0\x07_".as_slice(), b"\x01\x08", b"\x02\0\x01+", b"\x02\0\x01*"] {
        check_like_interpreter(LayerKind::Width, packet);
    }
}

/// What is wrong with how a number is written is told of those too that say how long something is.
#[test]
fn lengths_that_are_not_in_their_shortest_form() {
    let packets: [(&[u8], usize); 4] = [
        (b"\x01\x02to\x01nn\x02\x07\x01a\x08\x02bc\x01w", 0),
        (b"\x01\x40\x02to\x01nn\x40\x01\x07\x40\x01a\x80\0\0\x02ww", 4),
        (b"\x02\x01t\x40\x05title\x40\x02n1n2\x40\x05\x40\x01c\x01d\x40\0", 5),
        (b"\x03\x40\0\0\x40\x01f\0\x40\x03www\0\x40\x01w", 4),
    ];
    for (packet, longer) in packets {
        let mut told = 0;
        let region = Region::new(packet);
        let layer = letter::Letter::parse(region).unwrap();
        layer.anomalies(&mut |anomaly| told += usize::from(anomaly.name() == "not_shortest"));
        assert_eq!((told, layer.is_regular()), (longer, false), "{}", hex(packet));
        // What is longer than it must be is written so again.
        assert_eq!(hex(&craft::Packet::to_vec(&layer.to_value()).unwrap()), hex(packet));
        check_like_interpreter(LayerKind::Letter, packet);
    }
}

fn beside() -> Vec<Source> {
    packet_protocols::DEFINITIONS.iter().map(|known| Source::new(known.path, known.text)).collect()
}

#[test]
fn a_build_script_writes_the_same() {
    let path = root().join("tests/macros/thermometer.pony");
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("thermometer.rs");
    compile(&[&path], &beside(), &out).unwrap();
    let written: syn::File = syn::parse_file(&fs::read_to_string(&out).unwrap()).unwrap();
    let own = Source::new("thermometer.pony", fs::read_to_string(&path).unwrap());
    let tokens: syn::File = syn::parse2(modules(&[own], &beside()).unwrap()).unwrap();
    let modules = |file: &syn::File| -> Vec<(String, usize)> {
        let modules = file.items.iter().map(|item| {
            let syn::Item::Mod(module) = item else { panic!("no module") };
            (module.ident.to_string(), module.content.as_ref().unwrap().1.len())
        });
        modules.collect()
    };
    let names: Vec<String> = modules(&written).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["thermometer", "stack", "craft"]);
    assert_eq!(modules(&written), modules(&tokens));
}

#[test]
fn mistakes_are_told_as_the_command_does() {
    let own = Source::new("wrong.pony", "module wrong;\nlayer Wrong { length: u8; data: bytes[lenght]; }\n");
    let mistakes = modules(&[own], &beside()).unwrap_err();
    assert_eq!(mistakes.len(), 1, "{mistakes:#?}");
    assert!(mistakes[0].contains("error[E0101]") && mistakes[0].contains("wrong.pony:2"), "{}", mistakes[0]);
    let own = ["one", "two"].map(|name| Source::new(name, format!("module {name};\nlayer Same {{ port: u8; }}\n")));
    let mistakes = modules(&own, &[]).unwrap_err();
    assert_eq!(mistakes, ["`two` and `one` both have a layer `Same`: give it another name\n"]);
    let missing = compile(&["no/such/file.pony"], &[], "nowhere").unwrap_err();
    assert!(missing.starts_with("no/such/file.pony: "), "{missing}");
}

/// The example is a crate of its own, as a user has it.
#[test]
fn the_example_with_a_build_script_runs() {
    let folder = root().join("examples/build-script");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("build-script");
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline"])
        .env("CARGO_TARGET_DIR", target)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "generated code warns of nothing");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "reading 1 of 0x0800: -2");
    assert!(lines[1].starts_with("37 bytes: Some(Thermometer(Thermometer { sequence: 2,"), "{said}");
}
