//! Items that derive `Layer` read real packets.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]
#![allow(dead_code, missing_docs, unreachable_pub, reason = "these are definitions, and not all of each is used")]

use packet_core::Layer as _;
use packet_core::plain::Way;

#[path = "../derived/arp.rs"]
mod arp;
#[path = "../derived/clauses.rs"]
mod clauses;
#[path = "../derived/command.rs"]
mod command;
#[path = "../derived/echo.rs"]
mod echo;
#[path = "../derived/ntp.rs"]
mod ntp;
#[path = "../derived/udp.rs"]
mod udp;
#[path = "../derived/vlan.rs"]
mod vlan;
#[path = "../derived/vxlan.rs"]
mod vxlan;

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|byte| *byte != b' ').collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

#[test]
fn a_datagram() {
    let packet = bytes("c0000007 000a 0000 abcd");
    let udp = udp::Udp::parse(&packet[..]).unwrap();
    assert_eq!((udp.src_port, udp.dst_port, udp.length, udp.checksum), (49152, 7, 10, 0));
    assert_eq!(udp.payload.bytes(), [0xab, 0xcd]);
    let view = udp::Udp::view(&packet[..]).unwrap();
    assert_eq!((view.src_port(), view.payload().bytes().len()), (49152, 2));
    let short = udp::Udp::parse(&packet[..6]).err().unwrap();
    assert_eq!(short.to_string(), "udp.checksum: needs 2 bytes at offset 6, 0 available");
    let wrong = udp::Udp::parse(&bytes("c0000007 0007 0000")[..]).err().unwrap();
    assert_eq!(wrong.to_string(), "udp.length: is 7 at offset 4: shorter than the header");
}

#[test]
fn flags_and_reserved_bits() {
    let packet = bytes("8848 0010 000001 00 ffff");
    let vxlan = vxlan::Vxlan::parse(&packet[..]).unwrap();
    assert!(vxlan.flags.group_policy && vxlan.flags.dont_learn && vxlan.flags.policy_applied && vxlan.flags.vni);
    assert_eq!((vxlan.group, vxlan.vni, vxlan.payload.bytes().len()), (16, 1, 2));
    let gpe = bytes("0c 0000 01 00d431 00");
    let gpe = vxlan::VxlanGpe::parse(&gpe[..]).unwrap();
    assert!(matches!(gpe.next_protocol, vxlan::VxlanProtocol::Ipv4));
    assert_eq!((gpe.flags.version, gpe.vni), (0, 54321));
}

#[test]
fn what_may_be_absent() {
    let packet = bytes("0001 0800 06 04 0001 6a70c5aff1f9 0a000864 000000000000 0a000801");
    let arp = arp::Arp::parse(&packet[..]).unwrap();
    assert!(matches!(arp.hardware, arp::HardwareType::Ethernet) && matches!(arp.opcode, arp::ArpOperation::Request));
    assert_eq!(arp.sender_ip, Some("10.0.8.100".parse().unwrap()));
    assert_eq!(arp.sender_mac.unwrap().to_string(), "6a:70:c5:af:f1:f9");
    assert!(arp.sender_hardware.is_none() && arp.target_protocol.is_none());
    let other = bytes("0007 0800 01 04 0001 be 0a508301 00 0a5083fe");
    let arp = arp::Arp::parse(&other[..]).unwrap();
    assert_eq!((arp.sender_hardware, arp.sender_mac), (Some(&[0xbe][..]), None));
}

#[test]
fn tags_with_parts_of_bytes() {
    let packet = bytes("b064 86dd 01");
    let vlan = vlan::Vlan::parse(&packet[..]).unwrap();
    assert_eq!((vlan.priority, vlan.drop_eligible, vlan.id, vlan.type_len), (5, true, 0x64, 0x86dd));
    assert_eq!(vlan.payload.bytes(), [1]);
}

#[test]
fn one_form_of_several() {
    let mut packet = bytes("23 00 06 ec 00000000 00000000 00000000");
    packet.extend(bytes("0000000000000000 0000000000000000 0000000000000000 e4b7f3a2 80000000"));
    let ntp = ntp::NtpPacket::parse(&packet[..]).unwrap();
    assert!(matches!(ntp.mode, ntp::NtpMode::Client) && matches!(ntp.leap, ntp::Leap::None));
    let ntp::NtpBody::Time { poll, precision, reference_id, transmit, .. } = ntp.body else { panic!("another form") };
    assert_eq!((poll, precision, reference_id, transmit), (6, -20, [0; 4], 0xe4b7_f3a2_8000_0000));
    let control = bytes("16 01 0001 0000 0000 0000 0000");
    let ntp = ntp::NtpPacket::parse(&control[..]).unwrap();
    assert!(matches!(ntp.body, ntp::NtpBody::Control { opcode: 1, sequence: 1, count: 0, .. }));
}

#[test]
fn ranges_and_open_values() {
    let packet = bytes("08 00 0000 0001 0002 aa");
    let echo = echo::EchoMessage::parse(&packet[..]).unwrap();
    assert!(matches!(echo.r#type, echo::EchoType::Echo));
    assert_eq!((echo.id, echo.seq, echo.data), (1, 2, &[0xaa][..]));
    let error = echo::EchoMessage::parse(&bytes("fe 00 0000 0001 0002")[..]).err().unwrap();
    assert_eq!(error.to_string(), "echo_message.type: is 254 at offset 0: no echo");
}

/// What is compared without regard to case is kept as it stands on the wire.
#[test]
fn words_in_any_case() {
    let show = b"sHoW \x02Color=\xff\0\x80web;\n\x45";
    let read = command::Command::parse(&show[..]).unwrap();
    let setting = &read.setting;
    assert_eq!((read.verb.bytes(), read.times, setting.name.bytes()), (&b"sHoW"[..], Some(2), &b"Color"[..]));
    assert_eq!((setting.colour, setting.value, setting.what.bytes()), (Some(0xff_0080), None, &b"web"[..]));

    let tell = b"Tell SIZE=\x09mm;\nHIDE ";
    let view = command::Command::view(&tell[..]).unwrap();
    assert_eq!((view.verb().bytes(), view.times(), view.setting().value()), (&b"Tell"[..], None, Some(9)));
    let ways: Vec<_> = view.next().unwrap().ways().collect();
    assert_eq!(ways, [Way::Key { table: "udp_port", key: 7005 }]);
    let refused = command::Command::parse(&b"shown \n"[..]).err().unwrap();
    assert_eq!(refused.to_string(), "command.verb: is 495673374574 at offset 0: a verb");
}
