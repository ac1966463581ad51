//! Internet Protocol, version 4.
module pony.net.ipv4;
use pony.net.{Ipv4Addr, IpProtocol, IpCarrier, ether_type, ip_protocol, ip_version, llc_sap};

/// Explicit congestion notification, [RFC 3168 §5].
enum Ecn : u2 closed { NOT_ECT = 0 "not capable", ECT_1 = 1, ECT_0 = 2, CE = 3 "congestion experienced" }

/// Control flags, [RFC 791 §3.1].
flags Ipv4Flags : u3 {
    /// Must be zero.
    reserved,
    /// Whoever can't forward the datagram whole drops it.
    dont_fragment,
    /// There is a fragment behind this one.
    more_fragments,
}

/// Internet header, [RFC 791 §3.1].
@level(network)
layer Ipv4 provides IpCarrier {
    /// Format of the header, [RFC 791 §3.1].
    version:         u4 = 4;
    /// Header length in words of 32 bits, [RFC 791 §3.1].
    ihl:             u4 auto offset_of(payload) / 4 where it >= 5 : "the header has at least five words";
    /// Differentiated services code point, [RFC 2474 §3].
    dscp:            u6;
    /// Explicit congestion notification, [RFC 3168 §5].
    ecn:             Ecn;
    /// Header and data, [RFC 791 §3.1].
    total_length:    u16 auto size where it >= header_len : "shorter than the header" unit bytes;
    /// What fragments of one datagram have in common, [RFC 791 §3.1, RFC 6864].
    identification:  u16 default random display hex;
    /// Control flags, [RFC 791 §3.1].
    flags:           Ipv4Flags;
    /// Where this fragment belongs in its datagram, [RFC 791 §3.1].
    fragment_offset: u13 scale 8 unit bytes;
    /// How many more routers may forward the datagram, [RFC 791 §3.1].
    ttl:             u8 default 64 unit hops;
    /// What the data is, [RFC 791 §3.1].
    protocol:        IpProtocol auto key_of(payload);
    /// Over the header alone, [RFC 791 §3.1].
    checksum:        u16 auto inet16(bytes_of(version .. options)) verify display hex;
    /// Where the datagram comes from, [RFC 791 §3.1].
    src:             Ipv4Addr;
    /// Where it goes to, or its next stop on a source route, [RFC 791 §3.1].
    dst:             Ipv4Addr;
    /// Options, [RFC 791 §3.1].
    options:         Ipv4Option[..] within header_len - 20 bytes align 4;
    payload:         next from ip_protocol[protocol] within total_length - header_len bytes
                     if fragment_offset == 0 else opaque partial when is_fragment;

    let header_len  = ihl * 4 unit bytes;
    /// Where the datagram goes to in the end: the last stop of a source route that is not yet done, [RFC 791 §3.1].
    let final_dst = present(options.loose_route.route) && options.loose_route.pointer < options.loose_route.length
        ? options.loose_route.route[options.loose_route.route.len - 1]
        : present(options.strict_route.route) && options.strict_route.pointer < options.strict_route.length
        ? options.strict_route.route[options.strict_route.route.len - 1]
        : dst;
    let is_fragment = flags.more_fragments || fragment_offset != 0;
    let is_first    = flags.more_fragments && fragment_offset == 0;
    let splits_tcp  = fragment_offset in 8 .. 19 || is_first && total_length - header_len < 20;

    expect !flags.reserved                           : reserved_flag "the reserved flag is set, RFC 791 §3.1";
    expect !(flags.dont_fragment && is_fragment)     : forbidden_fragment "a fragment that forbids fragmentation";
    expect protocol != IpProtocol.TCP || !splits_tcp : tiny_fragment "the TCP header is in two fragments, RFC 1858 §3";

    provide IpCarrier {
        src = src;
        dst = dst;
        pseudo_header(protocol, length) = src ++ final_dst ++ 0u8 ++ protocol ++ u16(length);
        is_fragment = is_fragment;
    }
}

/// Options, listed by IANA in "IP Option Numbers". The highest bit says that fragments carry a copy.
enum Ipv4OptionKind : u8 {
    END                       = 0 "end of options",
    NOP                       = 1 "no operation",
    RECORD_ROUTE              = 7 "record route",
    EXPERIMENTAL_MEASUREMENT  = 10 "experimental measurement",
    MTU_PROBE                 = 11 "MTU probe",
    MTU_REPLY                 = 12 "MTU reply",
    ENCODE                    = 15,
    QUICK_START               = 25 "quick start",
    EXPERIMENT_30             = 30 "experiment, RFC 3692",
    TIMESTAMP                 = 68,
    TRACEROUTE                = 82,
    EXPERIMENT_94             = 94 "experiment, RFC 3692",
    SECURITY                  = 130,
    LOOSE_ROUTE               = 131 "loose source route",
    EXTENDED_SECURITY         = 133 "extended security",
    COMMERCIAL_SECURITY       = 134 "commercial security",
    STREAM_ID                 = 136 "stream identifier",
    STRICT_ROUTE              = 137 "strict source route",
    VISA                      = 142,
    IMI_TRAFFIC_DESCRIPTOR    = 144 "IMI traffic descriptor",
    EXTENDED_IP               = 145 "extended Internet Protocol",
    ADDRESS_EXTENSION         = 147 "address extension",
    ROUTER_ALERT              = 148 "router alert",
    SELECTIVE_BROADCAST       = 149 "selective directed broadcast",
    DYNAMIC_PACKET_STATE      = 151 "dynamic packet state",
    UPSTREAM_MULTICAST        = 152 "upstream multicast packet",
    EXPERIMENT_158            = 158 "experiment, RFC 3692",
    EXPERIMENTAL_FLOW_CONTROL = 205 "experimental flow control",
    EXPERIMENT_222            = 222 "experiment, RFC 3692",
}

/// What a timestamp option records, [RFC 791 §3.1].
enum TimestampFlag : u4 {
    ONLY = 0 "timestamps only", WITH_ADDRESS = 1 "with addresses", PRESPECIFIED = 3 "of prespecified addresses",
}

/// Functions of quick start, [RFC 4782 §3.1].
enum QuickStartFunction : u4 { REQUEST = 0 "rate request", REPORT = 8 "report of approved rate" }

/// Classification levels, [RFC 1108 §2.3].
enum Classification : u8 {
    TOP_SECRET   = 0b00111101 "top secret",
    SECRET       = 0b01011010,
    CONFIDENTIAL = 0b10010110,
    UNCLASSIFIED = 0b10101011,
}

/// When a datagram passed somebody, [RFC 791 §3.1].
struct Ipv4Passage {
    /// Who it was.
    address:   Ipv4Addr;
    /// Milliseconds since midnight UT, or anything with the highest bit set.
    timestamp: u32 unit ms;
}

/// A tag of the commercial security option, [FIPS 188 §4].
struct CipsoTag {
    /// How the rest is laid out.
    tag:        u8;
    /// Of the whole tag.
    tag_length: u8 auto size where it >= 2 unit bytes;
    /// Level and categories.
    data:       bytes[tag_length - 2];
}

/// One option, [RFC 791 §3.1]. END stops the list; what is left of its region is padding.
struct Ipv4Option {
    /// Which option.
    kind: Ipv4OptionKind;
    match kind {
        END => stop;
        NOP => {}
        _   => {
            /// Of the whole option, [RFC 791 §3.1].
            length: u8 auto size where it >= 2 unit bytes;
            match kind within length - 2 bytes {
                // RFC 791 §3.1. The pointer counts from the option's first byte, which is 1.
                RECORD_ROUTE => RecordRoute { pointer: u8 default 4 where it >= 4; route: Ipv4Addr[..]; }
                LOOSE_ROUTE  => LooseRoute  { pointer: u8 default 4 where it >= 4; route: Ipv4Addr[..]; }
                STRICT_ROUTE => StrictRoute { pointer: u8 default 4 where it >= 4; route: Ipv4Addr[..]; }
                TIMESTAMP    => Timestamp {
                    pointer:  u8 default 5 where it >= 5;
                    /// Hosts that found no room.
                    overflow: u4;
                    flag:     TimestampFlag;
                    match flag {
                        ONLY => { times: u32[..]; }
                        _    => { passages: Ipv4Passage[..]; }
                    }
                }
                STREAM_ID             => StreamId         { stream: u16; }
                // RFC 1108 §2 and §3.
                SECURITY              => Security         { level: Classification; authorities: bytes; }
                EXTENDED_SECURITY     => ExtendedSecurity { format: u8; information: bytes; }
                COMMERCIAL_SECURITY   => Cipso            { domain: u32; tags: CipsoTag[..]; }
                // RFC 1063.
                MTU_PROBE | MTU_REPLY => Mtu              { mtu: u16 unit bytes; }
                // RFC 1393 §2.2.
                TRACEROUTE            => Traceroute {
                    id:            u16 display hex;
                    outbound_hops: u16;
                    return_hops:   u16;
                    originator:    Ipv4Addr;
                }
                // RFC 2113 §2.1: 0 says that every router looks at the packet.
                ROUTER_ALERT        => RouterAlert        { value: u16; }
                // RFC 1770.
                SELECTIVE_BROADCAST => SelectiveBroadcast { addresses: Ipv4Addr[..]; }
                // RFC 4782 §3.1.
                QUICK_START         => QuickStart {
                    function: QuickStartFunction;
                    /// 40,000 bits a second, doubled so often less one; 0 asks for nothing.
                    rate:     u4;
                    qs_ttl:   u8 unit hops;
                    nonce:    u30;
                    _:        u2 = 0 lenient;
                }
                _ => Unknown { data: bytes; }
            }
        }
    }
}

bind ether_type { IPV4 => Ipv4; }
bind ip_version { 4 => Ipv4; }
bind ip_protocol { IPV4 => Ipv4; }
bind llc_sap { 0x06 => Ipv4; }

alias wireshark Ipv4 {
    version = "ip.version";
    header_len = "ip.hdr_len";
    (dscp << 2 | ecn) = "ip.dsfield";
    dscp = "ip.dsfield.dscp";
    ecn = "ip.dsfield.ecn";
    total_length = "ip.len";
    identification = "ip.id";
    flags = "ip.flags";
    (flags.reserved) = "ip.flags.rb";
    (flags.dont_fragment) = "ip.flags.df";
    (flags.more_fragments) = "ip.flags.mf";
    (fragment_offset / 8) = "ip.frag_offset";
    ttl = "ip.ttl";
    protocol = "ip.proto";
    checksum = "ip.checksum";
    (status_of(checksum)) = "ip.checksum.status" if present(checksum);
    src = "ip.src";
    dst = "ip.dst";
}
alias wireshark Ipv4Option {
    kind = "ip.opt.type";
    length = "ip.opt.len";
    (router_alert.value) = "ip.opt.ra";
}

test "UDP, don't fragment, cut short by the capture" Ipv4 hex"4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7" {
    ihl == 5; total_length == 115; flags.dont_fragment; ttl == 64; protocol == UDP; anomalies == [truncated];
    src == ip"192.168.0.1"; dst == ip"192.168.0.199"; status_of(checksum) == 1;
}
test "a wrong checksum is an anomaly, not an error" Ipv4 hex"4500 0014 0000 0000 40fd 0000 c0a8 0001 c0a8 00c7" {
    anomalies == [checksum]; status_of(checksum) == 0;
}
test "a fragment from the middle is opaque" Ipv4
     hex"4500 001c 1234 2001 4011 c683 c0a8 0001 c0a8 00c7 0001 0203 0405 0607" {
    fragment_offset == 8; flags.more_fragments; is_fragment; size_of(payload) == 8; anomalies == [];
}
test "a fragment that begins within the TCP header" Ipv4
     hex"4500 001c 1234 2001 4006 c68e c0a8 0001 c0a8 00c7 0000 0000 5002 0000" { anomalies == [tiny_fragment]; }
test "a flag that nobody may set" Ipv4
     hex"4500 0014 0000 8000 40fd 77d4 c0a8 0001 c0a8 00c7" { anomalies == [reserved_flag]; }
test "bytes behind the length are no data" Ipv4 hex"4500 0014 0000 0000 40fd f7d4 c0a8 0001 c0a8 00c7 0000" {
    size_of(payload) == 0;
}
test "options: router alert, then the end and padding" Ipv4
     hex"4700 001c 0000 0000 01fd 8221 c0a8 0001 e000 0016 9404 0000 0000 0000" {
    header_len == 28; options.len == 2; options.router_alert.value == 0; options[1].kind == END; anomalies == [];
}
test "the checksum covers what is behind the end of options" Ipv4
     hex"4600 0018 0000 0000 01fd 162b c0a8 0001 e000 0016 00ff ffff" { options.len == 1; anomalies == []; }
test "options that are cut behind their end are not verified" Ipv4
     hex"4700 001c 0000 0000 01fd 162b c0a8 0001 e000 0016 00ff ffff" {
    anomalies == [truncated]; status_of(checksum) == 2;
}
test "router alert" Ipv4Option hex"94 04 0000" { kind == ROUTER_ALERT; length == 4; value == 0; }
test "record route of two places, one taken" Ipv4Option hex"07 0b 08 c0a80001 00000000" {
    kind == RECORD_ROUTE; pointer == 8; route == [ip"192.168.0.1", ip"0.0.0.0"];
}
test "loose source route" Ipv4Option hex"83 07 04 0a000001" { route[0] == ip"10.0.0.1"; loose_route.pointer == 4; }
test "strict source route" Ipv4Option hex"89 07 04 0a000001" { strict_route.route.len == 1; }
test "timestamps alone" Ipv4Option hex"44 0c 0d 00 00000001 00000002" { flag == ONLY; times == [1, 2]; }
test "timestamps with addresses" Ipv4Option hex"44 0c 0d 21 0a000001 00000002" {
    flag == WITH_ADDRESS; overflow == 2; passages[0].address == ip"10.0.0.1"; passages[0].timestamp == 2;
}
test "basic security" Ipv4Option hex"82 04 ab 80" { level == UNCLASSIFIED; authorities == hex"80"; }
test "extended security" Ipv4Option hex"85 04 01 ff" { format == 1; information == hex"ff"; }
test "commercial security, one tag" Ipv4Option
     hex"86 0a 00000001 01 04 0005" { domain == 1; tags[0].tag == 1; tags[0].data == hex"0005"; }
test "stream identifier" Ipv4Option hex"88 04 0102" { stream == 0x0102; }
test "MTU probe" Ipv4Option hex"0b 04 05dc" { mtu == 1500; }
test "traceroute" Ipv4Option
     hex"52 0c 1234 0003 ffff 0a000001" { id == 0x1234; outbound_hops == 3; originator == ip"10.0.0.1"; }
test "selective directed broadcast" Ipv4Option hex"95 06 0a0000ff" { addresses == [ip"10.0.0.255"]; }
test "quick start" Ipv4Option hex"19 08 07 40 00000004" { function == REQUEST; rate == 7; qs_ttl == 64; nonce == 1; }
test "an option that nobody knows is kept" Ipv4Option hex"de 05 010203" { kind == EXPERIMENT_222; data == hex"010203"; }
// Other decoders refuse it.
test "an option of two bytes" Ipv4Option hex"9e 02" { kind == EXPERIMENT_158; size_of(data) == 0; }
test "an option shorter than its head" reject Ipv4Option hex"94 01" at length;
test "a pointer into the option's head" reject Ipv4Option hex"07 07 03 00000000" at pointer;
test "four words are no header" reject Ipv4 hex"4400 0014 0000 0000 4011 0000 c0a8 0001 c0a8 00c7" at ihl;
test "another version" reject Ipv4 hex"6500 0014 0000 0000 4011 0000 c0a8 0001 c0a8 00c7" at version;
test "a length within the header" reject Ipv4 hex"4500 0013 0000 0000 4011 0000 c0a8 0001 c0a8 00c7" at total_length;
test "lengths, protocol and checksum are derived" build
    Ipv4 { identification = 1; ttl = 3; src = ip"10.0.0.1"; dst = ip"10.0.0.2" }
  / Udp  { src_port = 7; dst_port = 7 }
  == hex"4500 001c 0001 0000 0311 a3ce 0a000001 0a000002 0007 0007 0008 ebcd";
test "options are padded to a word, and the header's length follows" build
    Ipv4 { identification = 1; protocol = EXPERIMENT; src = ip"10.0.0.1"; dst = ip"10.0.0.2";
        options = [StreamId { stream = 5 }, Mtu { kind = MTU_PROBE; mtu = 1500 }] }
  == hex"4700 001c 0001 0000 40fd caf8 0a000001 0a000002 88040005 0b0405dc";
test "a checksum covers the last stop of a source route" build
    Ipv4 { identification = 1; src = ip"10.0.0.1"; dst = ip"10.0.0.2";
        options = [LooseRoute { route = [ip"10.0.0.3"] }] }
  / Udp  { src_port = 7; dst_port = 7 }
  == hex"4700 0024 0001 0000 4011 dab4 0a000001 0a000002 8307040a 00000300 0007 0007 0008 ebcc";
test "a packet of version 6 within, RFC 4213 §3.5" build
    Ipv4 { identification = 1; src = ip"127.0.0.1"; dst = ip"127.0.0.1" }
  / Ipv6 { flow_label = 0; src = ip"::1"; dst = ip"::2" }
  == hex"4500 003c 0001 0000 4029 7c96 7f000001 7f000001
         60000000 0000 3b 40 00000000000000000000000000000001 00000000000000000000000000000002";
test "a packet of version 4 within, RFC 2003 §3" Ipv4
     hex"4500 0028 0001 0000 4004 7ccf 7f000001 7f000001 4500 0014 0001 0000 3ffd 7cea 7f000001 7f000001" {
    protocol == IPV4; ttl == 64; size_of(payload) == 20; anomalies == [];
}
test law roundtrip Ipv4;
test law truncation Ipv4;
test law roundtrip Ipv4Option;
