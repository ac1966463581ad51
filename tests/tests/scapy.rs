//! Packets of Scapy, described in Pony's words, have the bytes that Scapy gives them; `tests/peers/scapy_packets.py` made these.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use packet_runtime::packet::{Keep, PacketBuf};
use pony_tests::root;
use std::fs;

/// What descriptions begin with.
const BEGINNINGS: [(&str, &str); 4] = [
    ("INNER", r#"Ethernet { src = mac"02:00:00:00:00:0b"; dst = mac"02:00:00:00:00:0a" } / IP"#),
    ("IP6", r#"Ipv6 { flow_label = 0; src = ip"2001:db8::1"; dst = ip"2001:db8::2" }"#),
    ("IP", r#"Ipv4 { identification = 1; src = ip"192.0.2.1"; dst = ip"192.0.2.2" }"#),
    ("ETHER", r#"Ethernet { src = mac"02:00:00:00:00:0a"; dst = mac"02:00:00:00:00:0b" }"#),
];

/// The packets, by the names that the script has for them.
const PACKETS: &[(&str, &str)] = &[
    ("udp", r#"ETHER / IP / Udp { src_port = 4000; dst_port = 4001 } / "ping""#),
    ("odd length", r#"ETHER / IP / Udp { src_port = 4000; dst_port = 4001 } / "ponys""#),
    ("udp over version 6", r#"ETHER / IP6 / Udp { src_port = 4000; dst_port = 4001 } / "ping""#),
    (
        "tcp without options",
        r#"ETHER / IP / Tcp { src_port = 4000; dst_port = 4001; seq = 1; ack = 2; flags = psh | ack;
           window = 8192 } / "hello""#,
    ),
    (
        "tcp options of a first segment",
        r#"ETHER / IP / Tcp { src_port = 4000; dst_port = 4001; seq = 1; flags = syn; window = 64240;
           options = [Mss { mss = 1460 }, SackPermitted {}, Timestamps { value = 7; echo = 0 }, Nop {},
           WindowScale { shift = 7 }] }"#,
    ),
    (
        "selective acknowledgment",
        r#"ETHER / IP6 / Tcp { src_port = 4000; dst_port = 4001; seq = 1; ack = 9; flags = ack; window = 8192;
           options = [Nop {}, Nop {}, Sack { blocks = [SackBlock { left = 100; right = 200 },
           SackBlock { left = 300; right = 400 }] }] }"#,
    ),
    (
        "an option that is not known",
        r#"ETHER / IP / Tcp { src_port = 4000; dst_port = 4001; seq = 0; flags = syn; window = 8192;
           options = [Unknown { kind = 99; data = "pony" }] }"#,
    ),
    (
        "a record of the route and a router alert",
        r#"ETHER / Ipv4 { identification = 1; src = ip"192.0.2.1"; dst = ip"192.0.2.2";
           options = [RecordRoute { pointer = 4; route = [ip"192.0.2.9", ip"0.0.0.0"] }, RouterAlert {}] } /
           Icmp { type = ECHO; id = 1; seq = 1 }"#,
    ),
    ("echo", r#"ETHER / IP / Icmp { type = ECHO; id = 7; seq = 9; data = "abc" }"#),
    (
        "unreachable",
        r#"ETHER / IP / Icmp { type = DESTINATION_UNREACHABLE; code = 4; mtu = 1400 } / Ipv4 { identification = 1;
           ttl = 3; src = ip"192.0.2.2"; dst = ip"192.0.2.3" } / Udp { src_port = 4000; dst_port = 33434 } /
           "probe""#,
    ),
    ("echo of version 6", r#"ETHER / IP6 / Icmpv6 { type = ECHO_REQUEST; id = 7; seq = 9; data = "abc" }"#),
    (
        "solicitation",
        r#"ETHER / Ipv6 { flow_label = 0; hop_limit = 255; src = ip"2001:db8::1"; dst = ip"ff02::1:ff00:2" } /
           Icmpv6 { type = NEIGHBOUR_SOLICITATION; target = ip"2001:db8::2";
           options = [LinkAddress { type = SOURCE_LINK_ADDRESS; link_address = hex"02000000000a" }] }"#,
    ),
    (
        "advertisement of a router",
        r#"ETHER / Ipv6 { flow_label = 0; hop_limit = 255; src = ip"fe80::1"; dst = ip"ff02::1" } /
           Icmpv6 { type = ROUTER_ADVERTISEMENT; cur_hop_limit = 64; preference = HIGH; router_lifetime = 1800;
           options = [Mtu { mtu = 1500 }, PrefixInformation { prefix_length = 64; on_link = 1; autonomous = 1;
           valid_lifetime = 0xffffffff; preferred_lifetime = 0xffffffff; prefix_address = ip"2001:db8::" }] }"#,
    ),
    (
        "fragment of version 6",
        r#"ETHER / IP6 / Ipv6Fragment { next_header = UDP; fragment_offset = 1480; more_fragments = 1;
           identification = 0xabcd } / "xxxxxxxxxxxxxxxx""#,
    ),
    (
        "options for the destination",
        r#"ETHER / IP6 / Ipv6Destination { options = [Padding { padding = hex"00000000" }] } /
           Udp { src_port = 4000; dst_port = 4001 } / "x""#,
    ),
    (
        "router alert of version 6",
        r#"ETHER / Ipv6 { flow_label = 0; hop_limit = 1; src = ip"fe80::1"; dst = ip"ff02::16" } /
           Ipv6HopByHop { options = [RouterAlert {}, Padding {}] } / Udp { src_port = 4000; dst_port = 4001 }"#,
    ),
    (
        "fragment",
        r#"ETHER / Ipv4 { identification = 7; flags = more_fragments; fragment_offset = 16; protocol = UDP;
           src = ip"192.0.2.1"; dst = ip"192.0.2.2" } / "yyyyyyyyyyyyyyyyyyyyyyyy""#,
    ),
    (
        "arp",
        r#"ETHER / Arp { opcode = REQUEST; sender_mac = mac"02:00:00:00:00:0a"; sender_ip = ip"192.0.2.1";
           target_ip = ip"192.0.2.2" }"#,
    ),
    (
        "two tags",
        r#"ETHER / Vlan { priority = 3; id = 100 } / Vlan { drop_eligible = 1; id = 7 } / IP /
           Udp { src_port = 4000; dst_port = 4001 }"#,
    ),
    (
        "labels",
        r#"ETHER / Mpls { label = 16; traffic_class = 2; ttl = 64 } / Mpls { label = 17; ttl = 63 } / IP /
           Icmp { type = ECHO; id = 1; seq = 1 }"#,
    ),
    ("gre with a key", r#"ETHER / IP / Gre { has_key = 1; key = 77 } / IP / Udp { src_port = 4000; dst_port = 4001 }"#),
    ("gre with a checksum", r#"ETHER / IP / Gre { has_checksum = 1 } / IP / Udp { src_port = 4000; dst_port = 4001 }"#),
    (
        "version 6 in version 4",
        r#"ETHER / IP / Ipv6 { flow_label = 0; src = ip"2001:db8::1"; dst = ip"2001:db8::2" } /
           Udp { src_port = 4000; dst_port = 4001 } / "z""#,
    ),
    (
        "vxlan",
        r#"ETHER / IP / Udp { src_port = 50000; dst_port = 4789; checksum = 0 } / Vxlan { vni = 42 } / INNER /
           Icmp { type = ECHO; id = 1; seq = 2 }"#,
    ),
    (
        "geneve",
        r#"ETHER / IP / Udp { src_port = 50000; dst_port = 6081 } / Geneve { vni = 42 } / INNER /
           Icmp { type = ECHO; id = 1; seq = 2 }"#,
    ),
    (
        "discovery of pppoe",
        r#"Ethernet { src = mac"02:00:00:00:00:0a"; dst = mac"ff:ff:ff:ff:ff:ff" } /
           PppoeDiscovery { code = INITIATION; tags = [ServiceName {}, HostUniq { host_uniq = "pony" }] }"#,
    ),
    (
        "session of pppoe",
        r#"ETHER / PppoeSession { session_id = 3 } / Ppp {} / Lcp { code = CONFIGURE_REQUEST; identifier = 1;
           options = [Mru { mru = 1492 }, Magic { magic = 7 }] }"#,
    ),
    (
        "spanning tree",
        r#"Ethernet { src = mac"02:00:00:00:00:0a"; dst = mac"01:80:c2:00:00:00" } / Llc { dsap = SPANNING_TREE;
           ssap = SPANNING_TREE } / Stp { root = BridgeId { priority = 32768; address = mac"02:00:00:00:00:0a" };
           bridge = BridgeId { priority = 32768; address = mac"02:00:00:00:00:0a" }; message_age = 256 }"#,
    ),
    (
        "snap",
        r#"Ethernet { src = mac"02:00:00:00:00:0a"; dst = mac"02:00:00:00:00:0b" } / Llc { dsap = SNAP;
           ssap = SNAP } / IP / Icmp { type = ECHO; id = 1; seq = 1 }"#,
    ),
    (
        "question",
        r#"ETHER / IP / Udp { src_port = 4000 } / Dns { id = 7; flags = rd;
           questions = [Question { name = "www.example.org"; qtype = AAAA; qclass = IN }] }"#,
    ),
    (
        "answer",
        r#"ETHER / IP / Udp { src_port = 53; dst_port = 4000 } / Dns { id = 7; flags = qr | rd | ra;
           questions = [Question { name = "www.example.org"; qtype = A; qclass = IN }];
           answers = [Record { name = "mail.test"; rtype = A; rclass = IN; ttl = 60;
           rdata = A { addr = ip"192.0.2.80" } }] }"#,
    ),
    (
        "dhcp",
        r#"Ethernet { src = mac"02:00:00:00:00:0a"; dst = mac"ff:ff:ff:ff:ff:ff" } / Ipv4 { identification = 1;
           src = ip"0.0.0.0"; dst = ip"255.255.255.255" } / Udp { src_port = 68; dst_port = 67 } /
           Dhcp { xid = 0x1234; hardware = mac"02:00:00:00:00:0a";
           options = [MessageType { message_type = DISCOVER }, RequestedAddress { requested = ip"192.0.2.50" },
           Hostname { hostname = "pony" }, End {}] }"#,
    ),
    (
        "association of sctp",
        r#"ETHER / IP / Sctp { src_port = 4000; dst_port = 4001; chunks = [Init { initiate_tag = 7; window = 1500;
           outbound_streams = 10; inbound_streams = 10; initial_tsn = 1 }] }"#,
    ),
    (
        "data of sctp",
        r#"ETHER / IP / Sctp { src_port = 4000; dst_port = 4001; verification_tag = 9;
           chunks = [Data { flags = beginning | ending; tsn = 2; stream = 1; stream_sequence = 3;
           user_data = "pony!" }] }"#,
    ),
    (
        "time",
        r#"ETHER / IP / Udp { src_port = 123; dst_port = 123 } / Ntp { version = 4; mode = CLIENT; poll = 6;
           precision = -20; transmit = 0x100000000 }"#,
    ),
    (
        "report of version 3",
        r#"ETHER / Ipv4 { dscp = 48; identification = 1; ttl = 1; src = ip"192.0.2.1"; dst = ip"224.0.0.22";
           options = [RouterAlert {}] } / Igmp { type = MEMBERSHIP_REPORT_3;
           records = [IgmpRecord { record_type = CHANGE_TO_EXCLUDE; group = ip"233.252.0.1" }] }"#,
    ),
    (
        "query of version 2",
        r#"ETHER / Ipv4 { identification = 1; ttl = 1; src = ip"192.0.2.1"; dst = ip"224.0.0.1" } /
           Igmp { type = MEMBERSHIP_QUERY; max_response = 100 }"#,
    ),
    (
        "lldp",
        r#"Ethernet { src = mac"02:00:00:00:00:0a"; dst = mac"01:80:c2:00:00:0e" } /
           Lldp { elements = [ChassisMac { chassis_subtype = MAC; chassis_mac = hex"02000000000a" },
           PortName { port_subtype = INTERFACE_NAME; port = "eth0" }, TimeToLive { ttl = 120 },
           SystemName { system_name = "pony" }, End {}]; padding = hex"000000000000000000000000000000000000" }"#,
    ),
    ("security association", r#"ETHER / IP / Esp { spi = 0x1007; sequence = 1; encrypted = "0123456789abcdef" }"#),
    (
        "a wrong checksum and a wrong length",
        r#"ETHER / Ipv4 { identification = 1; total_length = 33; checksum = 0xdead; src = ip"192.0.2.1";
           dst = ip"192.0.2.2" } / Udp { src_port = 1; dst_port = 2; length = raw 3; checksum = 4 } / "bad""#,
    ),
];

/// The packet whose lengths and checksums are wrong on purpose.
const FORGED: &str = "a wrong checksum and a wrong length";

/// What Scapy made: names and bytes.
fn made_by_scapy() -> Vec<(String, Vec<u8>)> {
    let text = fs::read_to_string(root().join("tests/peers/scapy.tsv")).unwrap();
    let byte = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap();
    let rows = text.lines().map(|line| line.split_once('\t').unwrap());
    rows.map(|(name, digits)| (name.to_owned(), digits.as_bytes().chunks(2).map(byte).collect())).collect()
}

/// The packet of a description whose beginnings are written out.
fn described(name: &str) -> PacketBuf {
    let (_, stack) = PACKETS.iter().find(|(one, _)| *one == name).unwrap_or_else(|| panic!("{name} is not described"));
    let begun =
        |stack: String, (short, text): &(&str, &str)| stack.replace(&format!("{short} /"), &format!("{text} /"));
    let stack = BEGINNINGS.iter().fold((*stack).to_owned(), begun);
    stack.parse().unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn descriptions_give_the_same_bytes() {
    let scapy = made_by_scapy();
    assert_eq!(scapy.len(), PACKETS.len());
    for (name, bytes) in scapy {
        let packet = described(&name);
        assert!(packet.bytes() == bytes, "{name}\n ours {:02x?}\nScapy {bytes:02x?}", packet.bytes());
    }
}

#[test]
fn written_by_generated_code_with_all_that_was_right_derived_they_are_the_same() {
    for (name, bytes) in made_by_scapy().into_iter().filter(|(name, _)| name != FORGED) {
        let packet = described(&name);
        let read = packet.packet();
        let mut anomalies = Vec::new();
        read.known().anomalies(&mut |layer, anomaly| anomalies.push(format!("{layer}: {anomaly:?}")));
        assert!(anomalies.is_empty() && read.error().is_none(), "{name}: {read}: {anomalies:?}");
        let mut again = packet.clone();
        again.edit(Keep::Right, |_| ()).unwrap();
        assert!(again.bytes() == bytes, "{name}\n ours {:02x?}\nScapy {bytes:02x?}", again.bytes());
    }
}
