//! User Datagram Protocol.
module pony.net.udp;
use pony.net.{IpCarrier, Ports, IpProtocol, ip_protocol, udp_port};

/// Header, [RFC 768].
@level(transport)
layer Udp needs IpCarrier as ip provides Ports {
    /// The sender's port, or 0 where no answer is wanted, [RFC 768 "Fields"].
    src_port: u16;
    /// The receiver's port, [RFC 768 "Fields"].
    dst_port: u16;
    /// Header and data, [RFC 768 "Fields"]; 0 where a jumbo payload is longer than this can say, [RFC 2675 §4].
    length:   u16 auto size where it >= 8 || it == 0 && size_of(ip.src) == 16 : "shorter than the header" unit bytes;
    /// Over the addresses below, the header and the data; 0 where the sender made none, [RFC 768 "Fields"].
    checksum: u16 auto zero_as_ffff(inet16(ip.pseudo_header(IpProtocol.UDP, size) ++ self)) verify when it != 0
              display hex;
    match length {
        8 .. 0xffff => { payload: next from udp_port[dst_port, src_port] else probe within length - 8 bytes; }
        _           => { payload: next from udp_port[dst_port, src_port] else probe; }
    }

    provide Ports { protocol = IpProtocol.UDP; src = src_port; dst = dst_port; }
}

bind ip_protocol { UDP => Udp; }

alias wireshark Udp {
    src_port = "udp.srcport";
    dst_port = "udp.dstport";
    length = "udp.length";
    checksum = "udp.checksum";
    (status_of(checksum)) = "udp.checksum.status" if present(checksum);
}

test "ports and length" Udp
     hex"c0000007 000a 0000 abcd" { src_port == 49152; dst_port == 7; length == 10; size_of(payload) == 2; }
test "without addresses nothing can be verified" Udp hex"0001 0002 0008 1234" { anomalies == []; }
test "no checksum" Udp hex"0001 0002 0008 0000" { status_of(checksum) == 3; anomalies == []; }
test "a length within the header" reject Udp hex"0001 0002 0007 0000" at length;
test "no length at all, without the addresses of version 6" reject Ipv4
     hex"4500 0020 0001 0000 4011 66ca 0a000001 0a000002 0fa0 0fa1 0000 0000 70696e67" at length;
test "more data than there is" Udp hex"0001 0002 0010 0000 0102" { anomalies == [truncated]; }
test "length and checksum are derived" build
    Ipv4 { identification = 1; src = ip"10.0.0.1"; dst = ip"10.0.0.2" }
  / Udp  { src_port = 4000; dst_port = 4001 }
  / "ping"
  == hex"4500 0020 0001 0000 4011 66ca 0a000001 0a000002 0fa0 0fa1 000c edc1 70696e67";
test law roundtrip Udp;
test law truncation Udp;
