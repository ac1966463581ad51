//! Values of packets go through serde, and are the same behind it.

#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

mod common;

use common::root;
use packet_core::Region;
use packet_core::craft::{Field, Items, Packet as _};
use packet_core::json::{Deserialize, Heard, Plain, Serialize, Told};
use packet_protocols::craft::{AnyLayer, Ipv4, Layers, Udp, read};
use packet_protocols::dns::craft::Question;
use packet_protocols::dns::{DnsFlags, RrClass, RrType};
use packet_protocols::net::IpProtocol;
use packet_protocols::stack::tables;
use packet_protocols::tcp::craft::{TcpOption, TcpOptionMss};
use packet_runtime::file::Reader;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::fmt::Debug;
use std::fs::{self, File};

/// What serde gives, and takes again.
trait Shared: Serialize + for<'de> Deserialize<'de> + PartialEq + Debug {}

impl<T: Serialize + for<'de> Deserialize<'de> + PartialEq + Debug> Shared for T {}

#[test]
fn every_packet_of_the_captures() {
    let mut layers = 0;
    for entry in fs::read_dir(root().join("tests/captures")).unwrap() {
        let Ok(mut file) = Reader::new(File::open(entry.unwrap().path()).unwrap()) else { continue };
        while let Some(packet) = file.next().unwrap() {
            let region = Region::captured(packet.data, (packet.origlen as usize).max(packet.data.len()));
            let kind = tables::link_type(packet.link_type.0, region);
            let Some(was) = kind.and_then(|kind| read(kind, region).ok()) else { continue };
            layers += was.layers.len();
            let heard: Layers<'_> = serde_json::from_str(&serde_json::to_string(&was).unwrap()).unwrap();
            assert_eq!(heard, was);
            assert_eq!(heard.to_vec(), was.to_vec());
        }
    }
    assert!(layers > 4000, "{layers}");
}

/// A layer is an object of its name; bytes that belong to none stand beside it.
#[test]
fn a_packet_is_a_list_of_its_layers() {
    let told = json!({
        "layers": [{ "Udp": { "src_port": 7, "dst_port": 9 }, "behind": "beef" }],
        "payload": "0a",
    });
    let heard: Layers<'_> = serde_json::from_value(told.clone()).unwrap();
    assert_eq!(serde_json::to_value(&heard).unwrap(), told);
    assert_eq!(heard.to_vec().unwrap(), [0, 7, 0, 9, 0, 9, 0, 0, 10, 0xbe, 0xef]);
    for (wrong, why) in [
        (json!({ "layers": [{ "behind": "be" }] }), "without a layer"),
        (json!({ "layers": [{ "Pony": {} }] }), "Pony"),
        (json!({ "lairs": [] }), "lairs"),
        (json!({ "payload": "0" }), "hexadecimal"),
    ] {
        let error = serde_json::from_value::<Layers<'_>>(wrong).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

/// Asserts what a value is told as, and that it is heard so.
fn assert_told<T: Shared>(value: &T, told: &Value) {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), *told);
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), *value);
}

/// Names, addresses and digits; what follows from other fields is left out, and what is forged is marked.
#[test]
fn people_read_values() {
    let addresses = |last: u8| [10, 0, 0, last].into();
    let protocol = Field::Set(IpProtocol::UDP);
    let ip = Ipv4 {
        ttl: 3,
        src: addresses(1),
        dst: addresses(2),
        protocol,
        checksum: Field::Raw(0xdead),
        ..Default::default()
    };
    let told = json!({
        "dscp": 0, "flags": {}, "fragment_offset": 0, "ttl": 3, "protocol": 17, "checksum": { "Raw": 0xdead },
        "src": "10.0.0.1", "dst": "10.0.0.2"
    });
    assert_told(&ip, &told);
    assert_told(&AnyLayer::from(ip), &json!({ "Ipv4": told }));
    let options: Items<TcpOption<'_>> =
        [TcpOption { variant: TcpOptionMss { mss: 1460 }.into(), ..Default::default() }].into();
    assert_told(&options[0], &json!({ "variant": { "mss": { "mss": 1460 } } }));
    let question =
        |name: &'static [u8]| Question { name: Field::Set(Cow::Borrowed(name)), qtype: RrType(1), qclass: RrClass(1) };
    assert_told(&question(b"example.org"), &json!({ "name": "example.org", "qtype": 1, "qclass": 1 }));
    assert_told(&question(b"a\xff"), &json!({ "name": [97, 255], "qtype": 1, "qclass": 1 }));
    let raw = Question { name: Field::Raw(Cow::Borrowed(&[1, 0xab, 0])), ..question(b"") };
    assert_told(&raw, &json!({ "name": { "Raw": "01ab00" }, "qtype": 1, "qclass": 1 }));
}

/// What has no form in JSON's own numbers, and bits without a name, are not lost.
#[test]
fn nothing_is_lost_of_numbers() {
    let told = |number: f64| serde_json::to_value(Told::<_, Plain>::new(&number)).unwrap();
    let heard = |told: &Value| serde_json::from_value::<Heard<f64, Plain>>(told.clone()).unwrap().0;
    for number in [0.1, -0.0, 1e300, f64::INFINITY, f64::from_bits(0x7ff8_0000_dead_beef)] {
        assert_eq!(heard(&told(number)).to_bits(), number.to_bits());
    }
    let wide = Field::<u128>::Set(u128::MAX);
    let digits = serde_json::to_value(Told::<_, Plain>::new(&wide)).unwrap();
    assert_eq!(digits, json!("340282366920938463463374607431768211455"));
    assert_eq!(serde_json::from_value::<Heard<Field<u128>, Plain>>(digits).unwrap().0, wide);
    for flags in [0, 0x8180, 0xffff] {
        let told = serde_json::to_value(Told::<_, Plain>::new(&DnsFlags(flags))).unwrap();
        assert!(told.is_object());
        assert_eq!(serde_json::from_value::<DnsFlags>(told).unwrap(), DnsFlags(flags));
    }
}

#[test]
fn what_is_none_is_refused() {
    let why = |told: Value| serde_json::from_value::<AnyLayer<'_>>(told).unwrap_err().to_string();
    assert_eq!(why(json!({ "Ipv4": { "tll": 1 } })), "nothing here is called `tll`");
    assert_eq!(why(json!({ "Ipv4": { "ttl": 256 } })), "256 is too wide");
    assert_eq!(why(json!({ "Ipv4": { "src": "10.0.0" } })), "`10.0.0` is none");
    assert_eq!(why(json!({ "Ipv4": { "options_padding": "0" } })), "`0` are no pairs of hexadecimal digits");
    assert_eq!(why(json!({ "Ipv4": { "flags": { "evil": true } } })), "nothing here is called `evil`");
    assert_eq!(why(json!({ "Ipv5": {} })), "nothing here is called `Ipv5`");
    assert_eq!(why(json!({})), "nothing says which it is");
    assert_eq!(
        serde_json::from_value::<Udp>(json!({ "src_port": 9 })).unwrap(),
        Udp { src_port: 9, ..Default::default() }
    );
}
