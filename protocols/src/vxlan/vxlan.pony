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
@level(link)
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
@level(link)
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

test "identifier" Vxlan hex"0800 0000 003039 00" { flags.vni; !flags.group_policy; vni == 12345; }
test "group policy" Vxlan
     hex"8848 0010 000001 00" { flags.group_policy; flags.dont_learn; flags.policy_applied; group == 16; }
test "a packet of IPv4" VxlanGpe hex"0c 0000 01 00d431 00" { flags.next_protocol; next_protocol == IPV4; vni == 54321; }
test "six bytes" reject Vxlan hex"0800 0000 0030" at vni;
test "the protocol follows from what is carried" build
    VxlanGpe { vni = 1 }
  / Ipv6     { flow_label = 0; src = ip"::1"; dst = ip"::2" }
  == hex"0c 0000 02 000001 00 60000000 0000 3b 40 00000000000000000000000000000001 00000000000000000000000000000002";
test law roundtrip Vxlan;
test law truncation Vxlan;
test law roundtrip VxlanGpe;
test law truncation VxlanGpe;
