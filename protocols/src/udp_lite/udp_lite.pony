//! Lightweight User Datagram Protocol.
module pony.net.udp_lite;
use pony.net.{IpCarrier, Ports, IpProtocol, ip_protocol, udp_port};

/// Header, [RFC 3828 §3.1]: that of UDP, where the checksum may leave out the end of the data.
@level(transport)
layer UdpLite needs IpCarrier as ip provides Ports {
    /// The sender's port, [RFC 3828 §3.1].
    src_port: u16;
    /// The receiver's port, of the numbers of UDP, [RFC 3828 §3.1].
    dst_port: u16;
    /// How many bytes the checksum covers, from the start of the header on; 0 says all, [RFC 3828 §3.1].
    coverage: u16 where it == 0 || it >= 8 : "it covers the header at least" unit bytes;
    /// Over the addresses below, and as much of header and data as is covered, [RFC 3828 §3.1].
    checksum: u16 auto zero_as_ffff(inet16(ip.pseudo_header(IpProtocol.UDPLITE, size) ++ self[0 .. covered - 1])) verify
              display hex;
    payload:  next from udp_port[dst_port, src_port] else probe;

    /// Bytes that the checksum covers.
    let covered = coverage == 0 ? size : coverage > size ? size : coverage;

    expect coverage <= size : coverage_beyond "more is covered than there is, RFC 3828 §3.1";
    expect checksum != 0    : no_checksum "the checksum must be made, RFC 3828 §3.1";

    provide Ports { protocol = IpProtocol.UDPLITE; src = src_port; dst = dst_port; }
}

bind ip_protocol { UDPLITE => UdpLite; }

alias wireshark UdpLite {
    src_port = "udp.srcport";
    dst_port = "udp.dstport";
    coverage = "udp.checksum_coverage";
    checksum = "udp.checksum";
    (status_of(checksum)) = "udp.checksum.status" if present(checksum);
}

test "the header alone is covered" Ipv4
     hex"4500 0020 0001 0000 4088 6653 0a000001 0a000002 0fa0 0fa1 0008 cc1f 70696e67" {
    udp_lite.coverage == 8; anomalies == [];
}
test "data that is not covered may change" Ipv4
     hex"4500 0020 0001 0000 4088 6653 0a000001 0a000002 0fa0 0fa1 0008 cc1f 00000000" { anomalies == []; }
test "within the header" reject UdpLite hex"0001 0002 0007 1234" at coverage;
test "more than there is" UdpLite hex"0001 0002 0009 1234" { anomalies == [coverage_beyond]; }
test "no checksum" UdpLite hex"0001 0002 0000 0000" { anomalies == [no_checksum]; }
test "all is covered" build
    Ipv4    { identification = 1; src = ip"10.0.0.1"; dst = ip"10.0.0.2" }
  / UdpLite { src_port = 4000; dst_port = 4001 }
  / "ping"
  == hex"4500 0020 0001 0000 4088 6653 0a000001 0a000002 0fa0 0fa1 0000 ed56 70696e67";
test "the header alone is covered" build
    Ipv4    { identification = 1; src = ip"10.0.0.1"; dst = ip"10.0.0.2" }
  / UdpLite { src_port = 4000; dst_port = 4001; coverage = 8 }
  / "ping"
  == hex"4500 0020 0001 0000 4088 6653 0a000001 0a000002 0fa0 0fa1 0008 cc1f 70696e67";
test law roundtrip UdpLite;
test law truncation UdpLite;
