//! Findings in definitions.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use packet_codegen::text;
use packet_schema::check;
use pony_tests::root;
use std::fs;

/// What the design examples name and do not define.
const REST: &str = "
    module pony.rest;
    use pony.net.{IpProtocol, ip_protocol, tcp_port};
    layer Llc { dsap: u8; ssap: u8; payload: next; }
    layer Icmp {
        type: u8;
        code: u8;
        checksum: u16 auto inet16(self) verify;
        match type {
            0 => EchoReply { id: u16; seq: u16; data: bytes; }
            8 => Echo { id: u16; seq: u16; data: bytes; }
            _ => Other { data: bytes; }
        }
    }
    layer IcmpError { type: u8; invoking_packet: next is Ipv4; }
    bind tcp_port { 53 => DnsOverTcp; }
    bind ip_protocol { ICMP => Icmp; }
    probe IcmpError { type == 3 } score 10;
";

#[test]
fn the_design_examples_have_nothing_wrong() {
    let folder = root().join("codegen/tests/examples");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "pony"));
    let mut sources: Vec<_> = paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    sources.push(REST.to_owned());
    let mut modules = Vec::new();
    for (source, number) in sources.iter().zip(0..) {
        let (module, found) = text::parse(number, source);
        assert!(found.is_empty(), "{found:#?}");
        modules.push(module);
    }
    let found: Vec<_> = check(&modules).diagnostics.into_iter().map(|d| (d.code.id(), d.message)).collect();
    let unused = "nothing uses the layer, struct or codec `Uleb128`".to_owned();
    assert_eq!(found, [("E0502", unused)], "the examples show a codec that no layer of theirs uses");
}
