//! What generated values write, beside what the interpreter's builder makes of the same packet.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use packet_protocols::craft::{
    Arp, Dns, EmitError, EmitErrorKind, Ethernet, Field, Icmp, Ipv4, Ipv6, MacAddr, NoPayload, Packet, SplitMix, Tcp,
    Udp, Vlan,
};
use packet_protocols::dns::craft::{Question, Rdata, RdataMx, RdataSoa, Record};
use packet_protocols::dns::{DnsFlags, RrClass, RrType};
use packet_protocols::icmp::IcmpType;
use packet_protocols::icmp::craft::{IcmpEcho, IcmpError, IcmpExtensions, IcmpLabel, IcmpObject, IcmpObjectMpls};
use packet_protocols::ipv4::craft::{Ipv4Option, Ipv4OptionLooseRoute, Ipv4OptionMtu, Ipv4OptionStreamId};
use packet_protocols::ipv4::{Ipv4Flags, Ipv4OptionKind};
use packet_protocols::net::IpProtocol;
use packet_protocols::tcp::craft::{
    MptcpOption, MptcpOptionDss, SackBlock, TcpOption, TcpOptionFastOpen, TcpOptionMptcp, TcpOptionMss, TcpOptionSack,
    TcpOptionTimestamps, TcpOptionUnknown, TcpOptionWindowScale,
};
use packet_protocols::tcp::{TcpFlags, TcpOptionKind};
use pony_tests::definitions::{build, hex, protocols};

/// Holds a packet against the text of the same one.
fn same(packet: &impl Packet, text: &str) {
    let built = build(protocols(), text);
    let mut out = vec![0xaa; packet.packet_len()];
    assert_eq!(packet.emit(&mut out), Ok(out.len()), "{text}");
    assert_eq!(hex(&out), hex(&built.bytes), "{text}");
    assert_eq!(packet.to_vec().unwrap(), built.bytes, "{text}");
}

fn ethernet() -> Ethernet<'static> {
    let (dst, src) = (MacAddr([2, 0, 0, 0, 0, 2]), MacAddr([2, 0, 0, 0, 0, 1]));
    Ethernet { dst, src, ..Default::default() }
}

fn ipv4() -> Ipv4<'static> {
    Ipv4 { src: [10, 0, 0, 1].into(), dst: [10, 0, 0, 2].into(), ..Default::default() }
}

fn udp() -> Udp {
    Udp { src_port: 4000, dst_port: 4001, ..Default::default() }
}

const ETHERNET: &str = r#"Ethernet { dst = mac"02:00:00:00:00:02"; src = mac"02:00:00:00:00:01" }"#;
const IPV4: &str = r#"Ipv4 { src = ip"10.0.0.1"; dst = ip"10.0.0.2" }"#;
const UDP: &str = "Udp { src_port = 4000; dst_port = 4001 }";

#[test]
fn lengths_keys_and_checksums_follow() {
    same(&(udp() / "hello"), &format!(r#"{UDP} / "hello""#));
    same(&(ipv4() / udp() / "hello"), &format!(r#"{IPV4} / {UDP} / "hello""#));
    same(&(ethernet() / ipv4() / udp() / "hello"), &format!(r#"{ETHERNET} / {IPV4} / {UDP} / "hello""#));
    same(&(ethernet() / ipv4() / ipv4() / udp()), &format!("{ETHERNET} / {IPV4} / {IPV4} / {UDP}"));
    same(&(ethernet() / ipv4()), &format!("{ETHERNET} / {IPV4}"));
    same(&(ethernet() / b"abc"), &format!(r#"{ETHERNET} / "abc""#));
    same(&ethernet(), ETHERNET);
    same(
        &(ethernet() / Vlan { id: 7, ..Default::default() } / ipv4() / udp() / NoPayload),
        &format!("{ETHERNET} / Vlan {{ id = 7 }} / {IPV4} / {UDP}"),
    );
}

#[test]
fn addresses_of_version_6_are_summed() {
    let ipv6 = Ipv6 { src: "fe80::1".parse().unwrap(), dst: "ff02::2".parse().unwrap(), ..Default::default() };
    let text = r#"Ipv6 { src = ip"fe80::1"; dst = ip"ff02::2" }"#;
    same(&(ipv6.clone() / udp() / "odd"), &format!(r#"{text} / {UDP} / "odd""#));
    same(&(ethernet() / ipv6 / ipv4() / udp() / "even"), &format!(r#"{ETHERNET} / {text} / {IPV4} / {UDP} / "even""#));
}

#[test]
fn options_are_padded_and_their_tags_inferred() {
    let stream = Ipv4Option { variant: Ipv4OptionStreamId { stream: 5 }.into(), ..Default::default() };
    let mtu = Ipv4Option {
        kind: Field::Set(Ipv4OptionKind::MTU_PROBE),
        variant: Ipv4OptionMtu { mtu: 1500 }.into(),
        ..Default::default()
    };
    same(
        &Ipv4 { options: [stream, mtu].into(), protocol: Field::Set(IpProtocol(253)), ..ipv4() },
        r#"Ipv4 { src = ip"10.0.0.1"; dst = ip"10.0.0.2"; protocol = 253;
            options = [StreamId { stream = 5 }, Mtu { kind = MTU_PROBE; mtu = 1500 }] }"#,
    );
    let route = Ipv4OptionLooseRoute { route: [[10, 0, 0, 3].into()].into(), ..Default::default() };
    let route = Ipv4Option { variant: route.into(), ..Default::default() };
    same(
        &(Ipv4 { options: [route].into(), ..ipv4() } / udp() / "to the last stop"),
        &format!(
            r#"Ipv4 {{ src = ip"10.0.0.1"; dst = ip"10.0.0.2"; options = [LooseRoute {{ route = [ip"10.0.0.3"] }}] }}
            / {UDP} / "to the last stop""#
        ),
    );
}

#[test]
fn raw_forges_and_set_is_checked() {
    let forged = Ipv4 {
        version: Field::Raw(6),
        ihl: Field::Raw(0x1f),
        total_length: Field::Raw(3),
        checksum: Field::Raw(1),
        flags: Ipv4Flags::default().with_dont_fragment(true),
        ..ipv4()
    };
    let text = r#"Ipv4 { version = raw 6; ihl = raw 15; total_length = raw 3; checksum = raw 1;
        flags.dont_fragment = true; src = ip"10.0.0.1"; dst = ip"10.0.0.2" }"#;
    same(&(forged / udp()), &format!("{text} / {UDP}"));
    let refused = |packet: &dyn Fn(&mut [u8]) -> Result<usize, EmitError>| {
        let error = packet(&mut [0; 64]).unwrap_err();
        (error.field.map(|field| field.name), error.kind)
    };
    let version = Ipv4 { version: Field::Set(6), ..ipv4() };
    assert_eq!(refused(&|out| version.emit(out)), (Some("version"), EmitErrorKind::Invalid { why: None }));
    let short = Udp { length: Field::Set(7), ..udp() };
    let why = Some("shorter than the header");
    assert_eq!(refused(&|out| short.emit(out)), (Some("length"), EmitErrorKind::Invalid { why }));
    let offset = Ipv4 { fragment_offset: 9, ..ipv4() };
    assert_eq!(refused(&|out| offset.emit(out)), (Some("fragment_offset"), EmitErrorKind::TooWide { bits: 13 }));
    let long = ipv4() / udp() / [0; 40].as_slice();
    assert_eq!(refused(&|out| long.emit(out)), (None, EmitErrorKind::Short { needed: 68, available: 64 }));
}

#[test]
fn random_fields_are_drawn_from_the_source() {
    let first = ipv4().to_vec().unwrap();
    let mut second = vec![0; 20];
    ipv4().emit_with(&mut second, &mut SplitMix::new(1)).unwrap();
    assert_ne!(first[4..6], second[4..6]);
    let said = Ipv4 { identification: Field::Set(9), ..ipv4() }.to_vec().unwrap();
    assert_eq!(said[4..6], [0, 9]);
}

#[test]
fn arp_has_no_payload() {
    let error = (ethernet() / Arp::default() / udp()).to_vec().unwrap_err();
    assert_eq!(error.kind, EmitErrorKind::NoPayload);
}

fn option(variant: impl Into<packet_protocols::tcp::craft::TcpOptionVariant<'static>>) -> TcpOption<'static> {
    TcpOption { variant: variant.into(), ..Default::default() }
}

/// The acid test: options of both layers, both checksums, and options that nobody knows.
#[test]
fn options_of_both_layers_under_both_checksums() {
    let nop = TcpOption { kind: Field::Set(TcpOptionKind::NOP), ..Default::default() };
    let dss = MptcpOptionDss { data_ack_2: Field::Set(9), data_fin: true, ..Default::default() };
    let dss = MptcpOption { variant: dss.into(), ..Default::default() };
    let tcp = Tcp {
        src_port: 1000,
        dst_port: 80,
        seq: Field::Set(1),
        flags: TcpFlags::default().with_syn(true),
        options: [
            option(TcpOptionMss { mss: 1460 }),
            TcpOption { kind: Field::Set(TcpOptionKind::SACK_PERMITTED), ..Default::default() },
            option(TcpOptionTimestamps { value: 7, echo: 8 }),
            nop.clone(),
            option(TcpOptionWindowScale { shift: 7 }),
        ]
        .into(),
        ..Default::default()
    };
    let text =
        "Tcp { src_port = 1000; dst_port = 80; seq = 1; flags = syn; options = [Mss { mss = 1460 }, SackPermitted {},
        Timestamps { value = 7; echo = 8 }, TcpOption { kind = NOP }, WindowScale { shift = 7 }] }";
    let stream = Ipv4Option { variant: Ipv4OptionStreamId { stream: 5 }.into(), ..Default::default() };
    let ip = Ipv4 { options: [stream].into(), ..ipv4() };
    let ip_text = r#"Ipv4 { src = ip"10.0.0.1"; dst = ip"10.0.0.2"; options = [StreamId { stream = 5 }] }"#;
    same(&(ethernet() / ip.clone() / tcp / "data"), &format!(r#"{ETHERNET} / {ip_text} / {text} / "data""#));
    let blocks = [SackBlock { left: 1, right: 2 }].into();
    let rare = Tcp {
        seq: Field::Set(1),
        options: [
            option(TcpOptionSack { blocks }),
            option(TcpOptionFastOpen { cookie: b"cookie".as_slice().into() }),
            TcpOption {
                kind: Field::Set(TcpOptionKind(200)),
                variant: TcpOptionUnknown { data: b"\x01\x02".as_slice().into() }.into(),
                ..Default::default()
            },
            option(TcpOptionMptcp { mptcp: dss }),
        ]
        .into(),
        ..Default::default()
    };
    let text = r#"Tcp { seq = 1; options = [Sack { blocks = [SackBlock { left = 1; right = 2 }] },
        FastOpen { cookie = "cookie" }, Unknown { kind = 200; data = hex"0102" },
        Mptcp { mptcp = Dss { data_fin = true; has_ack = true; data_ack = 9 } }] }"#;
    same(&(ip / rare), &format!("{ip_text} / {text}"));
}

#[test]
fn names_point_to_each_other() {
    let question = Question { name: name("a.example.org"), qtype: RrType::MX, qclass: RrClass::IN };
    let mx = RdataMx { preference: 10, exchange: name("mail.example.org") };
    let soa = RdataSoa { mname: name("ns.example.org"), rname: name("root.mail.example.org"), ..Default::default() };
    let record = |variant: Rdata<'static>, rtype| Record {
        name: name("a.example.org"),
        rtype: Field::Set(rtype),
        rclass: Field::Set(RrClass::IN),
        ttl: Field::Set(60),
        rdata: Field::Set(variant),
        ..Default::default()
    };
    let dns = Dns {
        id: Field::Set(1),
        flags: DnsFlags::default().with_qr(true),
        questions: [question].into(),
        answers: [record(Rdata { variant: mx.into() }, RrType::MX)].into(),
        authorities: [record(Rdata { variant: soa.into() }, RrType::SOA)].into(),
        ..Default::default()
    };
    let text = r#"Dns { id = 1; flags = qr; questions = [Question { name = "a.example.org"; qtype = MX; qclass = IN }];
        answers = [Record { name = "a.example.org"; rtype = MX; rclass = IN; ttl = 60;
            rdata = Mx { preference = 10; exchange = "mail.example.org" } }];
        authorities = [Record { name = "a.example.org"; rtype = SOA; rclass = IN; ttl = 60;
            rdata = Soa { mname = "ns.example.org"; rname = "root.mail.example.org" } }] }"#;
    same(&(ipv4() / udp() / dns.clone()), &format!("{IPV4} / {UDP} / {text}"));
    same(&dns, text);
}

fn name(text: &'static str) -> Field<std::borrow::Cow<'static, [u8]>, std::borrow::Cow<'static, [u8]>> {
    Field::Set(text.as_bytes().into())
}

#[test]
fn messages_quote_packets_and_say_more() {
    let label = IcmpLabel { label: 22, ttl: 1, ..Default::default() };
    let object = IcmpObject { variant: IcmpObjectMpls { entries: [label].into() }.into(), ..Default::default() };
    let extensions = IcmpExtensions { objects: [object].into(), ..Default::default() };
    let error = IcmpError { extensions: Field::Set(extensions), ..Default::default() };
    let icmp = Icmp { r#type: Field::Set(IcmpType::TIME_EXCEEDED), variant: error.into(), ..Default::default() };
    let text = "Icmp { type = TIME_EXCEEDED; extensions = IcmpExtensions { objects = [Mpls { entries = [IcmpLabel { label = 22; ttl = 1 }] }] } }";
    let quoted = Udp { src_port: 7, dst_port: 7, ..Default::default() };
    same(
        &(ipv4() / icmp / ipv4() / quoted / "quoted, a multiple of four"),
        &format!(r#"{IPV4} / {text} / {IPV4} / Udp {{ src_port = 7; dst_port = 7 }} / "quoted, a multiple of four""#),
    );
    let echo = IcmpEcho { id: 1, seq: 2, data: b"data".as_slice().into() };
    let icmp = Icmp { variant: echo.into(), ..Default::default() };
    same(&(ipv4() / icmp), &format!(r#"{IPV4} / Icmp {{ type = ECHO; id = 1; seq = 2; data = "data" }}"#));
}
