//! Metafields: fields that belong to no single layer.
module pony.meta;
use pony.net.{IpCarrier, Ports};

/// The same value in both directions of a conversation. Read only: it is a hash.
meta flow_id : u64 over (IpCarrier as ip, Ports as l4) {
    key (ip.src, l4.src) <-> (ip.dst, l4.dst);
    key l4.protocol;
    /// Networks of one switch may use the same addresses.
    key vlan.id if present Vlan;
    hash siphash24(seed);
}

/// The tag of a probe, in header bits that come back in what the probe provokes.
meta probe_tag : u16 {
    on Ipv4 / Udp         carry { udp.checksum = tag; }
    on Ipv6 / Udp         carry { udp.checksum = tag; }
    on Ipv4 / Icmp.Echo   carry { icmp.seq = tag; }
    on Ipv6 / Icmpv6.Echo carry { icmpv6.seq = tag; }
    on Ipv4 / Tcp         carry { tcp.seq[15 .. 0] = tag; }
    on Ipv6 / Tcp         carry { tcp.seq[15 .. 0] = tag; }
    /// The checksum stays right: two bytes of the payload absorb the difference.
    keep udp.checksum by payload[0 .. 1];
    /// What balances load by flow hashes the checksum, so it must not change from probe to probe.
    keep icmp.checksum by icmp.id;
}

// How an answer names its question where both are one protocol. The keys of both sides are derived from these equations.
reply Tcp by Tcp {
    request.src_port == reply.dst_port;
    request.dst_port == reply.src_port;
    recover request.seq = reply.ack - 1 if reply.flags.syn || reply.flags.rst;
}
reply Udp by Udp {
    request.src_port == reply.dst_port;
    request.dst_port == reply.src_port;
}
reply Arp by Arp {
    request.opcode == REQUEST;
    reply.opcode == REPLY;
    request.target_ip == reply.sender_ip;
    request.sender_ip == reply.target_ip;
}
