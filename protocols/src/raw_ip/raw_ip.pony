//! Captures whose packets begin with an Internet header.
module pony.net.raw_ip;
use pony.net.{link_type, ip_version};

/// LINKTYPE_RAW: either version of the Internet Protocol, told by its first four bits. Nothing stands in front of it.
@level(link)
layer RawIp {
    payload: next from ip_version[rest[0] >> 4];
}

bind link_type {
    // The first two are what BSD and other systems wrote before a number was assigned.
    12 | 14 | 101 => RawIp;
    228           => Ipv4;
    229           => Ipv6;
}

test "version 4" RawIp hex"4500 0014 0001 0000 40 fd 7bea 7f000001 7f000001" { ipv4.version == 4; }
test "no version" RawIp hex"0000" { size_of(payload) == 2; }
test "nothing stands before the packet" build
    RawIp {}
  / Ipv4 { src = ip"127.0.0.1"; dst = ip"127.0.0.1"; identification = 1; protocol = EXPERIMENT }
  == hex"4500 0014 0001 0000 40 fd 7bea 7f000001 7f000001";
test law roundtrip RawIp;
test law truncation RawIp;
