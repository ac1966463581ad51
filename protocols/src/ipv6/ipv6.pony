//! Internet Protocol, version 6, and its extension headers.
module pony.net.ipv6;
use pony.net.{Ipv6Addr, IpProtocol, IpCarrier, ether_type, ip_protocol, ip_version};
use pony.net.ipv4.{Ecn};

/// What hop-by-hop options need to know of the header below them.
interface Jumbogram {
    /// Whether it leaves to a jumbo payload option how much follows, [RFC 2675 §3].
    is_jumbo: bool;
}

/// IPv6 header, [RFC 8200 §3].
@level(network)
layer Ipv6 provides IpCarrier provides Jumbogram {
    /// Format of the header, [RFC 8200 §3].
    version:        u4 = 6;
    /// Differentiated services code point, [RFC 2474 §3].
    dscp:           u6;
    /// Explicit congestion notification, [RFC 3168 §5].
    ecn:            Ecn;
    /// What packets of one flow have in common, [RFC 6437].
    flow_label:     u20 default random display hex;
    /// All behind this header, [RFC 8200 §3]; 0 where a jumbo payload option says it, [RFC 2675 §3].
    payload_length: u16 auto size_of(payload) > 65535 ? 0 : size_of(payload) unit bytes;
    /// What follows, [RFC 8200 §3].
    next_header:    IpProtocol auto key_of(payload, IpProtocol.NO_NEXT);
    /// How many more nodes may forward the packet, [RFC 8200 §3].
    hop_limit:      u8 default 64 unit hops;
    /// Where the packet comes from, [RFC 8200 §3].
    src:            Ipv6Addr;
    /// Where it goes to, or its next stop on a source route, [RFC 8200 §3].
    dst:            Ipv6Addr;
    if is_jumbo {
        payload: next from ip_protocol[next_header];
    } else {
        payload: next from ip_protocol[next_header] within payload_length bytes;
    }

    let is_jumbo = payload_length == 0 && next_header == HOPOPT;

    provide IpCarrier {
        src = src;
        dst = dst;
        pseudo_header(protocol, length) = src ++ dst ++ u32(length) ++ 0u24 ++ protocol;
        is_fragment = false;
    }
    provide Jumbogram { is_jumbo = is_jumbo; }
}

/// The first two bytes of an extension header, [RFC 6564 §4].
mixin ExtensionHead {
    /// What follows this header.
    next_header: IpProtocol auto key_of(payload, IpProtocol.NO_NEXT);
    /// Length of this header in units of 8 bytes, the first one left out.
    ext_length:  u8 auto offset_of(payload) / 8 - 1;
    let header_len = ext_length * 8 + 8 unit bytes;
}

/// Options: "Destination Options and Hop-by-Hop Options" of IANA. The highest two bits say what a node does that does
/// not know one; the next says that it may change on the way, [RFC 8200 §4.2].
enum Ipv6OptionKind : u8 {
    PAD1                          = 0x00 "one byte of padding",
    PADN                          = 0x01 "padding",
    TUNNEL_ENCAPSULATION_LIMIT    = 0x04 "tunnel encapsulation limit",
    ROUTER_ALERT                  = 0x05 "router alert",
    CALIPSO                       = 0x07,
    SMF_DPD                       = 0x08,
    PDM                           = 0x0f "performance and diagnostic metrics",
    ALTERNATE_MARKING_DESTINATION = 0x12 "alternate marking",
    RPL_23                        = 0x23 "RPL",
    QUICK_START                   = 0x26 "quick start",
    PATH_MTU                      = 0x30 "minimum path MTU",
    IOAM                          = 0x31,
    ALTERNATE_MARKING             = 0x32 "alternate marking",
    RPL                           = 0x63,
    MPL                           = 0x6d,
    ILNP_NONCE                    = 0x8b "ILNP nonce",
    LINE_IDENTIFICATION           = 0x8c "line identification",
    JUMBO                         = 0xc2 "jumbo payload",
    HOME_ADDRESS                  = 0xc9 "home address",
}

/// One option, [RFC 8200 §4.2].
struct Ipv6Option {
    /// Which option.
    kind: Ipv6OptionKind display hex;
    match kind {
        PAD1 => {}
        _    => {
            /// Of its data alone.
            length: u8 auto size - 2 unit bytes;
            match kind within length bytes {
                PADN         => Padding     { padding: bytes; }
                // RFC 2473 §4.1.1.
                TUNNEL_ENCAPSULATION_LIMIT => TunnelLimit { encapsulations: u8; }
                // RFC 2711 §2.1: 0 is multicast listener discovery.
                ROUTER_ALERT => RouterAlert { value: u16; }
                // RFC 2675 §2: all behind the header below.
                JUMBO        => Jumbo       { payload_length: u32 auto size_of(outer) where it > 65535 unit bytes; }
                // RFC 6275 §6.3.
                HOME_ADDRESS => HomeAddress { home: Ipv6Addr; }
                // RFC 8250 §3.2.
                PDM          => Pdm {
                    /// Binary exponents of the units, less one attosecond.
                    scale_received:  u8;
                    scale_sent:      u8;
                    packet_sequence: u16;
                    last_sequence:   u16;
                    delta_received:  u16;
                    delta_sent:      u16;
                }
                // RFC 4782 §3.2.
                QUICK_START => QuickStart {
                    function: u4;
                    rate:     u4;
                    qs_ttl:   u8 unit hops;
                    nonce:    u30;
                    _:        u2 = 0 lenient;
                }
                // RFC 9268 §5.1: a mtu in bytes, whose lowest bit asks for an answer with the reported one.
                PATH_MTU => PathMtu { minimum: u16; reported: u15; asks: bool; }
                _        => Unknown { data: bytes; }
            }
        }
    }
}

/// What every node on the way looks at, [RFC 8200 §4.3].
///
/// `passes`: the layers above still see the addresses of the IPv6 header below.
@level(network)
layer Ipv6HopByHop needs Jumbogram as below passes IpCarrier {
    include ExtensionHead;
    /// Options, [RFC 8200 §4.2].
    options: Ipv6Option[..] within header_len - 2 bytes align 8;
    if is_jumbo && present(options.jumbo.payload_length) && options.jumbo.payload_length >= header_len {
        payload: next from ip_protocol[next_header] within options.jumbo.payload_length - header_len bytes;
    } else {
        payload: next from ip_protocol[next_header];
    }

    /// Whether an option must say how long the packet is, [RFC 2675 §3].
    let is_jumbo = present(below.is_jumbo) && below.is_jumbo;

    expect !is_jumbo || present(options.jumbo) : no_length "neither the header nor an option has a length";
    expect is_jumbo || !present(options.jumbo) : two_lengths "a jumbo payload, though the header has a length";
}

/// What the destination looks at, [RFC 8200 §4.6].
@level(network)
layer Ipv6Destination passes IpCarrier {
    include ExtensionHead;
    /// Options, [RFC 8200 §4.2].
    options: Ipv6Option[..] within header_len - 2 bytes align 8;
    payload: next from ip_protocol[next_header];

    /// A mobile node's checksums cover its home address, [RFC 6275 §6.3].
    provide IpCarrier { src = present(options.home_address.home) ? options.home_address.home : outer.src; }
}

/// Routing types: "Routing Types" of IANA.
enum RoutingType : u8 {
    /// Deprecated by RFC 5095.
    SOURCE_ROUTE    = 0 "source route",
    NIMROD          = 1,
    /// Mobile IPv6, RFC 6275.
    MOBILITY        = 2 "mobility",
    /// Low-power networks, RFC 6554.
    RPL             = 3,
    /// RFC 8754.
    SEGMENT_ROUTING = 4 "segment routing",
    CRH_16          = 5,
    CRH_32          = 6,
    EXPERIMENT      = 253 .. 254,
}

/// Types of what may follow a list of segments, [RFC 8754 §2.1].
enum SegmentTlvType : u8 { PAD1 = 0, PADN = 4, HMAC = 5 }

/// What may follow a list of segments, [RFC 8754 §2.1].
struct SegmentTlv {
    /// Which it is.
    tlv_type: SegmentTlvType;
    match tlv_type {
        PAD1 => {}
        _    => {
            /// Of the data alone.
            tlv_length: u8 auto size_of(value) unit bytes;
            value:      bytes[tlv_length];
        }
    }
}

/// Nodes to be visited on the way, [RFC 8200 §4.4].
@level(network)
layer Ipv6Routing passes IpCarrier {
    include ExtensionHead;
    /// What the header looks like, [RFC 8200 §4.4].
    routing_type:  RoutingType;
    /// How many of the nodes have not yet been visited, [RFC 8200 §4.4].
    segments_left: u8;
    match routing_type within header_len - 4 bytes {
        // RFC 2460 §4.4: addresses in the order of the visits.
        SOURCE_ROUTE => SourceRoute { _: u32 = 0 lenient; addresses: Ipv6Addr[..]; }
        // RFC 6275 §6.4.1.
        MOBILITY     => Mobility    { _: u32 = 0 lenient; home_address: Ipv6Addr; }
        // RFC 6554 §3: addresses without what they have in common with the destination address.
        RPL          => Rpl {
            /// Bytes that are left out of all addresses but the last.
            left_out:      u4 unit bytes;
            /// Bytes that are left out of the last address.
            left_out_last: u4 unit bytes;
            /// Bytes behind the addresses.
            pad:           u4 auto (8 - (size_of(visits) + size_of(last)) % 8) % 8
                           where header_len >= 24 - left_out_last + it : "no room for an address" unit bytes;
            _:             u20 = 0 lenient;
            /// The addresses in the order of the visits, but for the last one.
            visits:        bytes[16 - left_out][..] within header_len - (24 - left_out_last + pad) bytes;
            /// The last address.
            last:          bytes[16 - left_out_last];
            padding:       bytes[pad];
        }
        // RFC 8754 §2: segments in reverse order, the last one first.
        SEGMENT_ROUTING => SegmentRouting {
            /// Position of the last segment in the list, from 0.
            last_entry: u8 auto count_of(segments) - 1;
            flags:      u8 display hex;
            /// What packets of one class have in common.
            tag:        u16 display hex;
            segments:   Ipv6Addr[last_entry + 1];
            tlvs:       SegmentTlv[..];
        }
        _ => Unknown { data: bytes; }
    }
    payload: next from ip_protocol[next_header];

    /// A transport's checksum covers the final destination, [RFC 8200 §8.1].
    provide IpCarrier {
        dst = segments_left == 0 ? outer.dst
            : present(last) ? (left_out_last > 0 ? outer.dst[0 .. left_out_last - 1] ++ last : last)
            : present(segments) ? segments[0]
            : present(home_address) ? home_address
            : present(addresses) && addresses.len > 0 ? addresses[addresses.len - 1]
            : outer.dst;
    }
}

/// A piece of a packet, [RFC 8200 §4.5].
@level(network)
layer Ipv6Fragment passes IpCarrier {
    /// What the first fragment starts with.
    next_header:     IpProtocol auto key_of(payload, IpProtocol.NO_NEXT);
    _:               u8 = 0 lenient;
    /// Where this piece belongs, behind what each of them repeats.
    fragment_offset: u13 scale 8 unit bytes;
    _:               u2 = 0 lenient;
    /// There is a fragment behind this one.
    more_fragments:  bool;
    /// What fragments of one packet have in common.
    identification:  u32 default random display hex;
    payload:         next from ip_protocol[next_header] if fragment_offset == 0 else opaque partial when is_fragment;

    let is_fragment = more_fragments || fragment_offset != 0;
    let splits_tcp  = fragment_offset in 8 .. 19;

    expect next_header != IpProtocol.TCP || !splits_tcp : tiny_fragment
        "the TCP header is in two fragments, RFC 7112 §5";

    provide IpCarrier { is_fragment = is_fragment; }
}

bind ether_type { IPV6 => Ipv6; }
bind ip_version { 6 => Ipv6; }
bind ip_protocol {
    IPV6       => Ipv6;
    HOPOPT     => Ipv6HopByHop;
    IPV6_ROUTE => Ipv6Routing;
    IPV6_FRAG  => Ipv6Fragment;
    IPV6_OPTS  => Ipv6Destination;
}

alias wireshark Ipv6 {
    version = "ipv6.version";
    (dscp << 2 | ecn) = "ipv6.tclass";
    dscp = "ipv6.tclass.dscp";
    ecn = "ipv6.tclass.ecn";
    flow_label = "ipv6.flow";
    payload_length = "ipv6.plen";
    next_header = "ipv6.nxt";
    hop_limit = "ipv6.hlim";
    src = "ipv6.src";
    dst = "ipv6.dst";
}
alias wireshark Ipv6HopByHop    { next_header = "ipv6.hopopts.nxt"; ext_length = "ipv6.hopopts.len"; }
alias wireshark Ipv6Destination { next_header = "ipv6.dstopts.nxt"; ext_length = "ipv6.dstopts.len"; }
alias wireshark Ipv6Option {
    kind = "ipv6.opt.type";
    length = "ipv6.opt.length";
    (jumbo.payload_length) = "ipv6.opt.jumbo";
    (router_alert.value) = "ipv6.opt.router_alert";
}
alias wireshark Ipv6Routing {
    next_header = "ipv6.routing.nxt";
    ext_length = "ipv6.routing.len";
    routing_type = "ipv6.routing.type";
    segments_left = "ipv6.routing.segleft";
    addresses = "ipv6.routing.src.addr";
    segments = "ipv6.routing.srh.addr";
}
alias wireshark Ipv6Fragment {
    next_header = "ipv6.fraghdr.nxt";
    (fragment_offset / 8) = "ipv6.fraghdr.offset";
    more_fragments = "ipv6.fraghdr.more";
    identification = "ipv6.fraghdr.ident";
}

test "nothing behind the header" Ipv6
     hex"6a112345 0000 3b 40 20010db8000000000000000000000001 ff020000000000000000000000000001" {
    dscp == 40; ecn == ECT_1; flow_label == 0x12345; next_header == NO_NEXT; src == ip"2001:db8::1"; dst == ip"ff02::1";
}
test "bytes behind the length are no payload" Ipv6
     hex"60000000 0001 3b 40 00000000000000000000000000000001 00000000000000000000000000000001 0000" {
    size_of(payload) == 1;
}
test "the hop-by-hop header of a multicast listener's report" Ipv6HopByHop hex"3b 00 05 02 0000 01 00" {
    header_len == 8; options.len == 2; options.router_alert.value == 0; options[1].kind == PADN;
}
test "a jumbo payload" Ipv6Option hex"c2 04 000138a8" { jumbo.payload_length == 80040; }
test "a jumbo payload that is none" reject Ipv6Option hex"c2 04 00003800" at payload_length;
test "one byte of padding has no length" Ipv6Option hex"00" { kind == PAD1; }
test "home address" Ipv6Option hex"c9 10 20010db8000000000000000000000001" { home == ip"2001:db8::1"; }
test "tunnel encapsulation limit" Ipv6Option hex"04 01 04" { encapsulations == 4; }
test "performance and diagnostic metrics" Ipv6Option
     hex"0f 0a 01 02 0003 0004 0005 0006" { packet_sequence == 3; delta_sent == 6; }
test "minimum path MTU" Ipv6Option hex"30 04 05dc 05dd" { minimum == 1500; reported == 750; asks; }
test "an option that nobody knows is kept" Ipv6Option hex"1e 03 010203" { data == hex"010203"; }
test "destination options" Ipv6Destination hex"3b 00 01 04 00000000" { options[0].padding == hex"00000000"; }
test "two segments, the last one first" Ipv6Routing
     hex"3b 04 04 01 01 00 0000 000a000b000c00030000000000000 0d6 000a000b000c0002000000000 0f10000" {
    segments_left == 1; segments[0] == ip"a:b:c:3::d6"; segments[1] == ip"a:b:c:2::f1:0"; tlvs.len == 0;
}
test "source route" Ipv6Routing hex"3b 02 00 01 00000000 22000000000000000210000200000004" {
    addresses == [ip"2200::210:2:0:4"];
}
test "the home address of a mobile node" Ipv6Routing hex"3b 02 02 01 00000000 20010db8000000000000000000000001" {
    home_address == ip"2001:db8::1";
}
test "a compressed source route" Ipv6Routing hex"3b 01 03 01 ff 600000 02 03 000000000000" {
    left_out == 15; left_out_last == 15; pad == 6; visits == [hex"02"]; last == hex"03"; padding == hex"000000000000";
}
test "a compressed source route without an address" reject Ipv6Routing hex"3b 01 03 01 f0 000000 0000000000000000" at
     pad;
test "the checksum of UDP covers the end of a compressed route" build
    Ipv6        { flow_label = 0; src = ip"2001:db8::1"; dst = ip"2001:db8::2" }
  / Ipv6Routing { segments_left = 1; left_out = 15; left_out_last = 15; visits = [hex"04"]; last = hex"03" }
  / Udp         { src_port = 1; dst_port = 2 }
  == hex"60000000 0018 2b 40 20010db8000000000000000000000001 20010db8000000000000000000000002
         11 01 03 01 ff 600000 04 03 000000000000
         0001 0002 0008 a465";
test "a jumbo payload, cut by the capture" Ipv6
     hex"60000000 0000 00 40 00000000000000000000000000000001 00000000000000000000000000000002
         3b 00 c204 00010008 0102" {
    is_jumbo; ipv6_hop_by_hop.options.jumbo.payload_length == 65544; anomalies == [truncated];
}
test "no length at all" Ipv6
     hex"60000000 0000 00 40 00000000000000000000000000000001 00000000000000000000000000000002
         3b 00 0104 00000000" {
    anomalies == [no_length];
}
test "a jumbo payload in a packet that has a length" Ipv6
     hex"60000000 0008 00 40 00000000000000000000000000000001 00000000000000000000000000000002
         3b 00 c204 00010008" {
    anomalies == [two_lengths];
}
test "the checksum of UDP covers the last segment" build
    Ipv6        { flow_label = 0; src = ip"2001:db8::1"; dst = ip"2001:db8::2" }
  / Ipv6Routing { segments_left = 1; segments = [ip"2001:db8::3"] }
  / Udp         { src_port = 1; dst_port = 2 }
  == hex"60000000 0020 2b 40 20010db8000000000000000000000001 20010db8000000000000000000000002
         11 02 04 01 00 00 0000 20010db8000000000000000000000003
         0001 0002 0008 a465";
test "the first fragment" Ipv6Fragment hex"3b 00 0001 5a83fd05 00000000 00000000" {
    fragment_offset == 0; more_fragments; identification == 0x5a83fd05; size_of(payload) == 8;
}
test "a fragment that begins within the TCP header" Ipv6Fragment hex"06 00 0008 5a83fd05 0000 0000 5002 0000" {
    anomalies == [tiny_fragment];
}
test "a fragment from the middle is opaque" Ipv6Fragment
     hex"11 00 05a9 5a83fd05 0001 0002" { fragment_offset == 1448; size_of(payload) == 4; }
test "options are padded to 8 bytes, and every next header follows" build
    Ipv6         { flow_label = 0; hop_limit = 1; src = ip"fe80::1"; dst = ip"ff02::16" }
  / Ipv6HopByHop { options = [RouterAlert { value = 0 }, Padding { kind = PADN }] }
  / Icmpv6       { type = LISTENER_REPORT_2; code = 0; records = [] }
  == hex"60000000 0010 00 01 fe800000000000000000000000000001 ff020000000000000000000000000016
         3a 00 0502 0000 0100 8f 00 7322 0000 0000";
test "a fragment in the middle carries bytes" build
    Ipv6         { flow_label = 0; src = ip"::1"; dst = ip"::2" }
  / Ipv6Fragment { next_header = UDP; fragment_offset = 8; more_fragments = true; identification = 7 }
  / hex"0102030405060708"
  == hex"60000000 0010 2c 40 00000000000000000000000000000001 00000000000000000000000000000002
         11 00 0009 00000007 0102030405060708";
test "another version" reject Ipv6
     hex"40000000 0000 3b 40 00000000000000000000000000000001 00000000000000000000000000000001" at version;
test law roundtrip Ipv6;
test law truncation Ipv6;
test law roundtrip Ipv6HopByHop;
test law truncation Ipv6HopByHop;
test law roundtrip Ipv6Destination;
test law truncation Ipv6Destination;
test law roundtrip Ipv6Option;
test law roundtrip Ipv6Routing;
test law truncation Ipv6Routing;
test law roundtrip Ipv6Fragment;
test law truncation Ipv6Fragment;
