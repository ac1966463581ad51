//! User Datagram Protocol.
module pony.net.udp;
use pony.net.{IpCarrier, Ports, IpProtocol, ip_protocol, udp_port};

/// Header, [RFC 768].
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
