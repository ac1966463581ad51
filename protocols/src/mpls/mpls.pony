//! Multiprotocol Label Switching.
module pony.net.mpls;
use pony.net.{ether_type, ip_protocol, ip_version, udp_port};

/// Special labels: "Special-Purpose Multiprotocol Label Switching (MPLS) Label Values" of IANA.
enum MplsLabel : u20 {
    IPV4_EXPLICIT_NULL = 0 "IPv4 explicit null",
    ROUTER_ALERT       = 1 "router alert",
    IPV6_EXPLICIT_NULL = 2 "IPv6 explicit null",
    IMPLICIT_NULL      = 3 "implicit null",
    ENTROPY_INDICATOR  = 7 "entropy label indicator",
    GENERIC_CHANNEL    = 13 "generic associated channel",
    OAM_ALERT          = 14 "OAM alert",
    EXTENSION          = 15,
}

/// One entry of a label stack, [RFC 3032 §2.1]. The entries stand upon each other as layers.
@level(link)
layer Mpls {
    /// Where to, as the next router understands it.
    label:         MplsLabel;
    /// Class of the packet, [RFC 5462].
    traffic_class: u3;
    /// No label follows.
    bottom:        bool auto !next_is(payload, Mpls);
    /// How many more routers may forward the packet.
    ttl:           u8 default 64 unit hops;
    // What follows the last label is known to the routers alone. Nothing but the Internet Protocol starts with the
    // numbers of its versions, RFC 4928 §3. One label says that a channel of the label switches follows, RFC 5586 §4.2,
    // another one that messages of their operation do, RFC 3429 §3.
    if bottom {
        payload: next from ip_version[rest[0] >> 4] if label != GENERIC_CHANNEL && label != OAM_ALERT else opaque;
    } else {
        payload: next is Mpls;
    }
}

bind ether_type { MPLS | MPLS_UPSTREAM => Mpls; }
bind ip_protocol { MPLS_IN_IP => Mpls; }
// RFC 7510.
bind udp_port { 6635 => Mpls; }

alias wireshark Mpls { label = "mpls.label"; traffic_class = "mpls.exp"; bottom = "mpls.bottom"; ttl = "mpls.ttl"; }

test "the last label" Mpls hex"00064 1 40" { label == 100; bottom; ttl == 64; traffic_class == 0; }
test "two labels" Mpls hex"00064 a 40 00065 1 3f" { label == 100; traffic_class == 5; !bottom; }
test "three bytes" reject Mpls hex"000641" at ttl;
test "the bottom of the stack follows from what is carried" build
    Mpls { label = 100 }
  / Mpls { label = 101 }
  / Ipv6 { flow_label = 0; src = ip"::1"; dst = ip"::2" }
  == hex"00064 0 40 00065 1 40 60000000 0000 3b 40 00000000000000000000000000000001 00000000000000000000000000000002";
test law roundtrip Mpls;
test law truncation Mpls;
