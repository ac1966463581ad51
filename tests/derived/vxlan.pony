//! Virtual eXtensible Local Area Network.
module pony.net.vxlan;
use pony.net.{udp_port};

/// Flags, [RFC 7348 §5], with those of [draft-smith-vxlan-group-policy-05 §2.1].
flags VxlanFlags : u16 {
    /// A group policy is there.
    group_policy,
    _: u3,
    /// The identifier counts.
    vni,
    _: u4,
    /// The receiver does not learn the sender's address.
    dont_learn,
    _: u2,
    /// The policy was applied already.
    policy_applied,
    _: u3,
}

/// Header, [RFC 7348 §5].
layer Vxlan {
    /// Which fields count.
    flags:   VxlanFlags default 0x0800;
    /// Group that the source belongs to, [draft-smith-vxlan-group-policy-05 §2.1]; else reserved.
    group:   u16;
    /// VXLAN network identifier.
    vni:     u24;
    _:       u8 = 0 lenient;
    payload: next is Ethernet;
}

/// Flags of the generic protocol extension, [draft-ietf-nvo3-vxlan-gpe-13 §3.2].
flags VxlanGpeFlags : u8 {
    _: u2,
    /// Version of the extension.
    version: u2,
    /// The identifier counts.
    vni,
    /// The next protocol counts.
    next_protocol,
    /// Broadcast, unknown unicast or multicast.
    bum,
    /// Operations and maintenance.
    oam,
}

/// What is carried, [draft-ietf-nvo3-vxlan-gpe-13 §3.2].
enum VxlanProtocol : u8 { IPV4 = 1 "IPv4", IPV6 = 2 "IPv6", ETHERNET = 3 "Ethernet", NSH = 4, MPLS = 5 }

/// What a protocol of the extension is.
table vxlan_protocol : VxlanProtocol;

/// Generic protocol extension, [draft-ietf-nvo3-vxlan-gpe-13 §3.1].
layer VxlanGpe {
    /// Which fields count.
    flags:         VxlanGpeFlags default 0x0c;
    _:             u16 = 0 lenient;
    /// What is carried.
    next_protocol: VxlanProtocol auto key_of(payload);
    /// VXLAN network identifier.
    vni:           u24;
    _:             u8 = 0 lenient;
    payload:       next from vxlan_protocol[next_protocol];
}

bind udp_port {
    4789 => Vxlan;
    4790 => VxlanGpe;
}
bind vxlan_protocol {
    IPV4     => Ipv4;
    IPV6     => Ipv6;
    ETHERNET => Ethernet;
    MPLS     => Mpls;
}

alias wireshark Vxlan    { flags = "vxlan.flags"; group = "vxlan.gbp"; vni = "vxlan.vni"; }
alias wireshark VxlanGpe { flags = "vxlan.flags"; next_protocol = "vxlan.next_proto"; vni = "vxlan.vni"; }
