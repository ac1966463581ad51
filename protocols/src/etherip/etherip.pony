//! Ethernet within IP.
module pony.net.etherip;
use pony.net.{ip_protocol};

/// Header, [RFC 3378 §3].
@level(link)
layer Etherip {
    /// 3, [RFC 3378 §3].
    version:  u4 = 3;
    /// Must be zero, [RFC 3378 §3].
    reserved: u12 = 0 lenient;
    payload:  next is Ethernet;
}

bind ip_protocol { ETHERIP => Etherip; }

alias wireshark Etherip { version = "etherip.ver"; reserved = "etherip.reserved"; }

test "a frame" Etherip
     hex"3000 020000000002 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002" {
    version == 3; ethernet.src == mac"02:00:00:00:00:01"; arp.opcode == 1; anomalies == [];
}
test "reserved bits" Etherip hex"3001 020000000002 020000000001 88b5" { anomalies == [reserved]; }
test "the version in the other half of the byte, as some have sent it" reject Etherip hex"0300" at version;
test "one byte" reject Etherip hex"30" at reserved;
test "a frame in a packet" build
    Ipv4     { src = ip"127.0.0.1"; dst = ip"127.0.0.1"; identification = 1 }
  / Etherip {}
  / Ethernet { dst = mac"02:00:00:00:00:02"; src = mac"02:00:00:00:00:01"; type_len = 0x88b5 }
  == hex"4500 0024 0001 0000 40 61 7c76 7f000001 7f000001 3000 020000000002 020000000001 88b5";
test law roundtrip Etherip;
test law truncation Etherip;
