//! Internet Control Message Protocol for version 6, with neighbour discovery and multicast listener discovery.
module pony.net.icmpv6;
use pony.net.{IpCarrier, IpProtocol, Ipv6Addr, ip_protocol};
use pony.net.icmp.{IcmpExtensions};

/// Messages: "ICMPv6 'type' Numbers" of IANA. Errors are below 128.
enum Icmpv6Type : u8 {
    DESTINATION_UNREACHABLE          = 1 "destination unreachable",
    PACKET_TOO_BIG                   = 2 "packet too big",
    TIME_EXCEEDED                    = 3 "time exceeded",
    PARAMETER_PROBLEM                = 4 "parameter problem",
    ECHO_REQUEST                     = 128 "echo request",
    ECHO_REPLY                       = 129 "echo reply",
    LISTENER_QUERY                   = 130 "multicast listener query",
    LISTENER_REPORT                  = 131 "multicast listener report",
    LISTENER_DONE                    = 132 "multicast listener done",
    ROUTER_SOLICITATION              = 133 "router solicitation",
    ROUTER_ADVERTISEMENT             = 134 "router advertisement",
    NEIGHBOUR_SOLICITATION           = 135 "neighbour solicitation",
    NEIGHBOUR_ADVERTISEMENT          = 136 "neighbour advertisement",
    REDIRECT                         = 137,
    ROUTER_RENUMBERING               = 138 "router renumbering",
    NODE_INFORMATION_QUERY           = 139 "node information query",
    NODE_INFORMATION_REPLY           = 140 "node information reply",
    INVERSE_SOLICITATION             = 141 "inverse neighbour solicitation",
    INVERSE_ADVERTISEMENT            = 142 "inverse neighbour advertisement",
    LISTENER_REPORT_2                = 143 "multicast listener report, version 2",
    HOME_AGENT_REQUEST               = 144 "home agent address request",
    HOME_AGENT_REPLY                 = 145 "home agent address reply",
    MOBILE_PREFIX_SOLICITATION       = 146 "mobile prefix solicitation",
    MOBILE_PREFIX_ADVERTISEMENT      = 147 "mobile prefix advertisement",
    CERTIFICATION_PATH_SOLICITATION  = 148 "certification path solicitation",
    CERTIFICATION_PATH_ADVERTISEMENT = 149 "certification path advertisement",
    MULTICAST_ROUTER_ADVERTISEMENT   = 151 "multicast router advertisement",
    MULTICAST_ROUTER_SOLICITATION    = 152 "multicast router solicitation",
    MULTICAST_ROUTER_TERMINATION     = 153 "multicast router termination",
    FAST_HANDOVER                    = 154 "fast handover",
    RPL                              = 155,
    DUPLICATE_ADDRESS_REQUEST        = 157 "duplicate address request",
    DUPLICATE_ADDRESS_CONFIRMATION   = 158 "duplicate address confirmation",
    EXTENDED_ECHO_REQUEST            = 160 "extended echo request",
    EXTENDED_ECHO_REPLY              = 161 "extended echo reply",
}

/// How much a router wants to be the default, [RFC 4191 §2.1].
enum RouterPreference : u2 { MEDIUM = 0, HIGH = 1, RESERVED = 2, LOW = 3 }

/// Message, [RFC 4443 §2.1].
@level(network)
layer Icmpv6 needs IpCarrier as ip {
    /// What is said, [RFC 4443 §2.1].
    type:     Icmpv6Type;
    /// More precisely, by type, [RFC 4443 §2.1].
    code:     u8;
    /// Over the addresses below and the whole message, [RFC 4443 §2.3].
    checksum: u16 auto inet16(ip.pseudo_header(IpProtocol.ICMPV6, size) ++ self) verify display hex;
    match type {
        // RFC 4443 §3.1 and §3.3, and for what follows the packet RFC 4884 §4.
        DESTINATION_UNREACHABLE | TIME_EXCEEDED => Error {
            /// Units of 8 bytes of the packet, where extensions follow it, [RFC 4884 §3].
            length: u8 auto present(extensions) ? size_of(invoking_packet) / 8 : 0;
            _:      u24 = 0 lenient;
            match length {
                0 => {
                    /// The start of the packet that this is about.
                    invoking_packet: next is Ipv6 partial;
                }
                _ => {
                    /// The start of the packet that this is about.
                    invoking_packet: next is Ipv6 within length * 8 bytes partial;
                }
            }
            /// What else is to be said, [RFC 4884 §7].
            extensions: IcmpExtensions if more;
        }
        // RFC 4443 §3.2.
        PACKET_TOO_BIG => Error {
            /// What the next hop takes.
            mtu:             u32 unit bytes;
            /// The start of the packet that this is about.
            invoking_packet: next is Ipv6 partial;
        }
        // RFC 4443 §3.4.
        PARAMETER_PROBLEM => Error {
            /// The byte of the packet that is wrong.
            pointer:         u32;
            /// The start of the packet that this is about.
            invoking_packet: next is Ipv6 partial;
        }
        // RFC 4443 §4.1 and §4.2.
        ECHO_REQUEST   => Echo      { id: u16; seq: u16; data: bytes; }
        ECHO_REPLY     => EchoReply { id: u16; seq: u16; data: bytes; }
        // RFC 2710 §3 and RFC 3810 §5.1: the second version is longer.
        LISTENER_QUERY => ListenerQuery {
            /// How long an answer may take: in version 2 a number with exponent.
            max_response:      u16;
            _:                 u16 = 0 lenient;
            /// Whose listeners are asked, or zeros for all.
            multicast_address: Ipv6Addr;
            query:             ListenerQuery2[..];
        }
        // RFC 2710 §3.
        LISTENER_REPORT | LISTENER_DONE => Listener {
            max_response:      u16;
            _:                 u16 = 0 lenient;
            multicast_address: Ipv6Addr;
        }
        // RFC 3810 §5.2.
        LISTENER_REPORT_2 => ListenerReport {
            _:            u16 = 0 lenient;
            record_count: u16 auto count_of(records);
            records:      ListenerRecord[record_count];
        }
        // RFC 4861 §4.1.
        ROUTER_SOLICITATION  => RouterSolicitation { _: u32 = 0 lenient; options: NdOption[..]; }
        // RFC 4861 §4.2.
        ROUTER_ADVERTISEMENT => RouterAdvertisement {
            /// The hop limit to send with, or 0 where nothing is said.
            cur_hop_limit:   u8 unit hops;
            /// Addresses are to be had over DHCPv6.
            managed:         bool;
            /// Other things are to be had over DHCPv6.
            other:           bool;
            /// The router is a home agent, [RFC 6275 §7.1].
            home_agent:      bool;
            /// [RFC 4191 §2.2].
            preference:      RouterPreference;
            /// [RFC 4389 §4.1.3.3].
            proxy:           bool;
            _:               u2 = 0 lenient;
            /// How long the router may be the default; 0 says that it is none.
            router_lifetime: u16 unit s;
            /// How long a neighbour counts as reachable.
            reachable_time:  u32 unit ms;
            /// How long to wait before asking again.
            retrans_timer:   u32 unit ms;
            options:         NdOption[..];
        }
        // RFC 4861 §4.3.
        NEIGHBOUR_SOLICITATION => NeighbourSolicitation { _: u32 = 0 lenient; target: Ipv6Addr; options: NdOption[..]; }
        // RFC 4861 §4.4.
        NEIGHBOUR_ADVERTISEMENT => NeighbourAdvertisement {
            /// The sender is a router.
            router:    bool;
            /// This answers a solicitation.
            solicited: bool;
            /// The link-layer address replaces what was known.
            override:  bool;
            _:         u29 = 0 lenient;
            target:    Ipv6Addr;
            options:   NdOption[..];
        }
        // RFC 4861 §4.5.
        REDIRECT => Redirect { _: u32 = 0 lenient; target: Ipv6Addr; destination: Ipv6Addr; options: NdOption[..]; }
        // RFC 2894 §3.
        ROUTER_RENUMBERING => RouterRenumbering {
            sequence:  u32;
            segment:   u8;
            flags:     u8 display binary;
            max_delay: u16 unit ms;
            _:         u32 = 0 lenient;
            data:      bytes;
        }
        // RFC 4620 §4.
        NODE_INFORMATION_QUERY | NODE_INFORMATION_REPLY => NodeInformation {
            query_type: u16;
            flags:      u16 display binary;
            nonce:      u64 display hex;
            data:       bytes;
        }
        // RFC 3122 §2.
        INVERSE_SOLICITATION | INVERSE_ADVERTISEMENT => InverseNeighbour { _: u32 = 0 lenient; options: NdOption[..]; }
        // RFC 6275 §6.5 to §6.8.
        HOME_AGENT_REQUEST          => HomeAgentRequest { id: u16; _: u16 = 0 lenient; }
        HOME_AGENT_REPLY            => HomeAgentReply   { id: u16; _: u16 = 0 lenient; home_agents: Ipv6Addr[..]; }
        MOBILE_PREFIX_SOLICITATION  => MobilePrefixSolicitation { id: u16; _: u16 = 0 lenient; }
        MOBILE_PREFIX_ADVERTISEMENT => MobilePrefixAdvertisement {
            id:      u16;
            managed: bool;
            other:   bool;
            _:       u14 = 0 lenient;
            options: NdOption[..];
        }
        // RFC 3971 §6.4.
        CERTIFICATION_PATH_SOLICITATION  => PathSolicitation { id: u16; component: u16; options: NdOption[..]; }
        CERTIFICATION_PATH_ADVERTISEMENT => PathAdvertisement {
            id:         u16;
            components: u16;
            component:  u16;
            _:          u16 = 0 lenient;
            options:    NdOption[..];
        }
        // RFC 4286 §3.2; the interval of advertisements is the code.
        MULTICAST_ROUTER_ADVERTISEMENT => MulticastRouter { query_interval: u16 unit s; robustness: u16; }
        MULTICAST_ROUTER_SOLICITATION | MULTICAST_ROUTER_TERMINATION => MulticastRouterQuery {}
        // RFC 6775 §4.4.
        DUPLICATE_ADDRESS_REQUEST | DUPLICATE_ADDRESS_CONFIRMATION => DuplicateAddress {
            status:     u8;
            _:          u8 = 0 lenient;
            /// In units of 60 seconds.
            lifetime:   u16;
            eui64:      bytes[8];
            registered: Ipv6Addr;
        }
        // RFC 8335 §2 and §3.
        EXTENDED_ECHO_REQUEST => ExtendedEcho {
            id:         u16;
            sequence:   u8;
            _:          u7 = 0 lenient;
            local:      bool;
            extensions: IcmpExtensions if more;
        }
        EXTENDED_ECHO_REPLY => ExtendedEchoReply {
            id:       u16;
            sequence: u8;
            state:    u3;
            _:        u2 = 0 lenient;
            active:   bool;
            has_ipv4: bool;
            has_ipv6: bool;
        }
        _ => Unknown { data: bytes; }
    }
    /// What the type does not define.
    beyond: bytes if more;

    /// The message holds the start of a packet, [RFC 4443 §2.1, RFC 4861 §4.6.3].
    let quotes = type < 128 || type == REDIRECT;
}

/// What version 2 of a multicast listener query adds, [RFC 3810 §5.1].
struct ListenerQuery2 {
    _:              u4 = 0 lenient;
    /// Routers do not take this for their own timers.
    suppress:       bool;
    /// Querier's robustness variable.
    robustness:     u3;
    /// Querier's query interval, a number with exponent.
    query_interval: u8;
    /// How many sources follow.
    source_count:   u16 auto count_of(sources);
    /// The sources that are asked about.
    sources:        Ipv6Addr[source_count];
}

/// What a record says, [RFC 3810 §5.2.12].
enum ListenerRecordType : u8 {
    MODE_IS_INCLUDE   = 1,
    MODE_IS_EXCLUDE   = 2,
    CHANGE_TO_INCLUDE = 3,
    CHANGE_TO_EXCLUDE = 4,
    ALLOW_NEW_SOURCES = 5,
    BLOCK_OLD_SOURCES = 6,
}

/// What a node listens to of one group, [RFC 3810 §5.2].
struct ListenerRecord {
    /// What is said.
    record_type:       ListenerRecordType;
    /// Words of auxiliary data.
    aux_length:        u8 auto size_of(aux) / 4;
    /// How many sources follow.
    source_count:      u16 auto count_of(sources);
    /// The group.
    multicast_address: Ipv6Addr;
    /// The sources that it is about.
    sources:           Ipv6Addr[source_count];
    /// Not defined so far.
    aux:               bytes[aux_length * 4];
}

/// Options: "IPv6 Neighbor Discovery Option Formats" of IANA.
enum NdOptionType : u8 {
    SOURCE_LINK_ADDRESS    = 1 "source link-layer address",
    TARGET_LINK_ADDRESS    = 2 "target link-layer address",
    PREFIX                 = 3 "prefix information",
    REDIRECTED_HEADER      = 4 "redirected header",
    MTU                    = 5,
    NBMA_SHORTCUT_LIMIT    = 6 "NBMA shortcut limit",
    ADVERTISEMENT_INTERVAL = 7 "advertisement interval",
    HOME_AGENT             = 8 "home agent information",
    SOURCE_ADDRESS_LIST    = 9 "source address list",
    TARGET_ADDRESS_LIST    = 10 "target address list",
    CGA                    = 11,
    RSA_SIGNATURE          = 12 "RSA signature",
    TIMESTAMP              = 13,
    NONCE                  = 14,
    TRUST_ANCHOR           = 15 "trust anchor",
    CERTIFICATE            = 16,
    ADDRESS_PREFIX         = 17 "address or prefix",
    ROUTE                  = 24 "route information",
    RDNSS                  = 25 "recursive DNS servers",
    RA_FLAGS               = 26 "flags extension",
    HANDOVER_KEY_REQUEST   = 27,
    HANDOVER_KEY_REPLY     = 28,
    DNSSL                  = 31 "DNS search list",
    ADDRESS_REGISTRATION   = 33 "address registration",
    CONTEXT_6LOWPAN        = 34 "6LoWPAN context",
    BORDER_ROUTER          = 35 "authoritative border router",
    CAPTIVE_PORTAL         = 37 "captive portal",
    PREF64                 = 38 "NAT64 prefix",
    EXPERIMENT             = 253 .. 254,
}

/// Of what an address was generated, [RFC 3972 §3].
struct CgaParameters {
    /// A number by which the hash got its zeros.
    modifier:        bytes[16];
    /// The prefix of the address.
    subnet_prefix:   bytes[8];
    /// How often the address was already taken.
    collision_count: u8;
    /// A SubjectPublicKeyInfo in DER, and extensions, [RFC 3972 §3, RFC 4581 §2].
    key:             bytes;

    expect collision_count <= 2 : collisions "more than two collisions, RFC 3972 §3";
}

/// How a trust anchor is named, [RFC 3971 §6.4.3].
enum TrustAnchorName : u8 { DER_NAME = 1 "DER-encoded X.501 name", FQDN = 2 }

/// One option of neighbour discovery, [RFC 4861 §4.6].
struct NdOption {
    /// Which option.
    type:   NdOptionType;
    /// Of the whole option, in units of 8 bytes.
    length: u8 auto size / 8 where it >= 1 : "an option of no length";
    match type within length * 8 - 2 bytes {
        // RFC 4861 §4.6.1: as long as the link's addresses are.
        SOURCE_LINK_ADDRESS | TARGET_LINK_ADDRESS => LinkAddress { link_address: bytes; }
        // RFC 4861 §4.6.2.
        PREFIX                                    => PrefixInformation {
            prefix_length:      u8 unit bits;
            on_link:            bool;
            autonomous:         bool;
            /// The prefix holds the router's whole address, [RFC 6275 §7.2].
            router_address:     bool;
            _:                  u5 = 0 lenient;
            valid_lifetime:     u32 unit s;
            preferred_lifetime: u32 unit s;
            _:                  u32 = 0 lenient;
            prefix_address:     Ipv6Addr;
        }
        // RFC 4861 §4.6.3.
        REDIRECTED_HEADER => RedirectedHeader { _: u48 = 0 lenient; packet: next is Ipv6 partial; }
        // RFC 4861 §4.6.4.
        MTU               => Mtu              { _: u16 = 0 lenient; mtu: u32 unit bytes; }
        // RFC 6275 §7.3 and §7.4.
        ADVERTISEMENT_INTERVAL => AdvertisementInterval { _: u16 = 0 lenient; interval: u32 unit ms; }
        HOME_AGENT        => HomeAgent        { _: u16 = 0 lenient; agent_preference: u16; agent_lifetime: u16 unit s; }
        // RFC 3122 §3.1.
        SOURCE_ADDRESS_LIST | TARGET_ADDRESS_LIST => AddressList      { _: u48 = 0 lenient; addresses: Ipv6Addr[..]; }
        // RFC 3971 §5.1: the public key of an address that was generated from it, and what else it was made of.
        CGA               => Cga {
            pad_length: u8 auto size_of(pad) where it <= length * 8 - 4 : "more padding than the option holds"
                        unit bytes;
            _:          u8 = 0 lenient;
            parameters: CgaParameters within length * 8 - 4 - pad_length bytes;
            pad:        bytes;
        }
        // RFC 3971 §5.2.
        RSA_SIGNATURE => RsaSignature {
            _:         u16 = 0 lenient;
            /// The first bits of the SHA-1 hash of the key.
            key_hash:  bytes[16];
            /// The signature, and padding: how long each of them is, the key says.
            signature: bytes;
        }
        // RFC 3971 §5.3.1 and §5.3.2: seconds since 1970 in 48 bits, and fractions of them; at least 6 bytes.
        TIMESTAMP    => Timestamp { _: u48 = 0 lenient; seconds: u48; fraction: u16; }
        NONCE        => Nonce     { nonce: bytes; }
        // RFC 3971 §6.4.3.
        TRUST_ANCHOR => TrustAnchor {
            name_type:       TrustAnchorName;
            name_pad_length: u8 auto size_of(name_pad) where it <= length * 8 - 4 : "more padding than the option holds"
                             unit bytes;
            match name_type within length * 8 - 4 - name_pad_length bytes {
                // A name of X.501, in DER.
                DER_NAME => DerName     { der_name: bytes; }
                // Labels, each with its length in front, [RFC 1035 §3.1].
                FQDN     => DomainName  { domain: bytes; }
                _        => UnknownName { name: bytes; }
            }
            name_pad: bytes;
        }
        // RFC 3971 §6.4.4: what follows the certificate is padding, as the DER of it tells.
        CERTIFICATE => Certificate { certificate_type: u8; _: u8 = 0 lenient; certificate: bytes; }
        // RFC 4191 §2.3: as much of the prefix as is needed.
        ROUTE       => Route {
            route_length:     u8 unit bits;
            _:                u3 = 0 lenient;
            route_preference: RouterPreference;
            _:                u3 = 0 lenient;
            route_lifetime:   u32 unit s;
            route_prefix:     bytes display ipv6;
        }
        // RFC 8106 §5.1 and §5.2.
        RDNSS          => Rdnss         { _: u16 = 0 lenient; dns_lifetime: u32 unit s; servers: Ipv6Addr[..]; }
        DNSSL          => Dnssl         { _: u16 = 0 lenient; dns_lifetime: u32 unit s; search_list: bytes; }
        // RFC 5175 §4.
        RA_FLAGS       => RaFlags       { flags: u48 display binary; }
        // RFC 8910 §2.3.
        CAPTIVE_PORTAL => CaptivePortal { uri: str(ascii); }
        // RFC 8781 §4.
        PREF64         => Pref64        { scaled_lifetime: u13; prefix_code: u3; nat64_prefix: bytes[12]; }
        _              => Unknown       { data: bytes; }
    }
}

bind ip_protocol { ICMPV6 => Icmpv6; }

reply Icmpv6.Echo by Icmpv6.EchoReply { request.id == reply.id; request.seq == reply.seq; }
reply Icmpv6.NeighbourSolicitation by Icmpv6.NeighbourAdvertisement { request.target == reply.target; reply.solicited; }
reply any by Icmpv6.Error { quotes invoking_packet; }

alias wireshark Icmpv6 {
    type = "icmpv6.type";
    code = "icmpv6.code";
    checksum = "icmpv6.checksum";
    (status_of(checksum)) = "icmpv6.checksum.status"
        if present(checksum) && !present(icmp.error) && (quotes || !present(icmpv6.error) && !present(icmpv6.redirect));
    // What is quoted is not verified there.
    (2) = "icmpv6.checksum.status"
        if present(checksum) && (present(icmp.error) || !quotes && (present(icmpv6.error) || present(icmpv6.redirect)));
    id = "icmpv6.echo.identifier" if type in [ECHO_REQUEST, ECHO_REPLY, EXTENDED_ECHO_REQUEST, EXTENDED_ECHO_REPLY];
    seq = "icmpv6.echo.sequence_number";
    mtu = "icmpv6.mtu";
    pointer = "icmpv6.pointer";
    (neighbour_solicitation.target) = "icmpv6.nd.ns.target_address";
    (neighbour_advertisement.target) = "icmpv6.nd.na.target_address";
    (redirect.target) = "icmpv6.nd.rd.target_address";
    router = "icmpv6.nd.na.flag.r";
    solicited = "icmpv6.nd.na.flag.s";
    override = "icmpv6.nd.na.flag.o";
    cur_hop_limit = "icmpv6.nd.ra.cur_hop_limit";
    (router_advertisement.managed) = "icmpv6.nd.ra.flag.m";
    (router_advertisement.other) = "icmpv6.nd.ra.flag.o";
    router_lifetime = "icmpv6.nd.ra.router_lifetime";
    reachable_time = "icmpv6.nd.ra.reachable_time";
    retrans_timer = "icmpv6.nd.ra.retrans_timer";
    (multicast_address) = "icmpv6.mld.multicast_address";
    (listener_query.max_response) = "icmpv6.mld.maximum_response_code" if count_of(query) > 0;
    record_count = "icmpv6.mldr.nb_mcast_records";
    path_solicitation.id = "icmpv6.send.identifier";
    path_solicitation.component = "icmpv6.send.component";
    path_advertisement.id = "icmpv6.send.identifier";
    path_advertisement.components = "icmpv6.send.all_components";
    path_advertisement.component = "icmpv6.send.component";
}
alias wireshark ListenerQuery2 { source_count = "icmpv6.mld.nb_sources"; }
alias wireshark ListenerRecord {
    record_type = "icmpv6.mldr.mar.record_type"; multicast_address = "icmpv6.mldr.mar.multicast_address";
}
alias wireshark NdOption {
    type = "icmpv6.opt.type";
    length = "icmpv6.opt.length";
    link_address = "icmpv6.opt.linkaddr";
    mtu = "icmpv6.opt.mtu";
    prefix_address = "icmpv6.opt.prefix";
    prefix_length = "icmpv6.opt.prefix.length";
    route_prefix = "icmpv6.opt.prefix";
    route_length = "icmpv6.opt.prefix.length";
    pad_length = "icmpv6.opt.cga.pad_length";
    parameters.modifier = "icmpv6.opt.cga.modifier";
    parameters.subnet_prefix = "icmpv6.opt.cga.subnet_prefix";
    key_hash = "icmpv6.opt.rsa.key_hash";
    nonce = "icmpv6.opt.nonce";
    parameters.collision_count = "icmpv6.opt.cga.count";
    name_type = "icmpv6.opt.name_type";
    name_pad_length = "icmpv6.opt.cga.pad_length";
    certificate_type = "icmpv6.opt.name_type";
}

test "echo request" Icmpv6 hex"80 00 234a 0000 0000" { type == ECHO_REQUEST; id == 0; size_of(data) == 0; }
test "neighbour solicitation with the sender's address" Icmpv6
     hex"87 00 b0de 00000000 fe80000000000000020347fffeeb3faf 01 01 001eec309474" {
    target == ip"fe80::203:47ff:feeb:3faf"; options.link_address.link_address == hex"001eec309474";
    options[0].length == 1;
}
test "neighbour advertisement" Icmpv6 hex"88 00 ff84 60000000 fe80000000000000020347fffeeb3faf 02 01 000347eb3faf" {
    !router; solicited; override;
}
test "router advertisement with MTU and prefix" Icmpv6
     hex"86 00 c70c 40 00 0708 00000000 000003e8 05 01 0000 000005dc
         03 04 40 c0 00278d00 00093a80 00000000 20010db8000000000000000000000000" {
    cur_hop_limit == 64; !managed; router_lifetime == 1800; options.mtu.mtu == 1500;
    options.prefix_information.prefix_length == 64; options.prefix_information.autonomous;
    options.prefix_information.prefix_address == ip"2001:db8::";
}
test "listener report of one group" Icmpv6 hex"8f 00 0000 0000 0001 04 00 0000 ff0200000000000000000001ff013702" {
    records[0].record_type == CHANGE_TO_EXCLUDE; records[0].multicast_address == ip"ff02::1:ff01:3702";
}
test "listener query, version 1" Icmpv6
     hex"82 00 56c4 2710 0000 00000000000000000000000000000000" { max_response == 10000; query.len == 0; }
test "listener query, version 2" Icmpv6 hex"82 00 623a 2710 0000 00000000000000000000000000000000 02 7d 0000" {
    query[0].robustness == 2; query[0].query_interval == 125; query[0].sources.len == 0;
}
test "packet too big" Icmpv6
     hex"02 00 ecba 00000500 60000000 0000 3b 40 00000000000000000000000000000001 00000000000000000000000000000002" {
    mtu == 1280; ipv6.next_header == NO_NEXT;
}
test "recursive DNS servers" NdOption hex"19 03 0000 00000e10 20010db8000000000000000000000053" {
    dns_lifetime == 3600; servers == [ip"2001:db8::53"];
}
test "route information" NdOption hex"18 02 30 08 00000708 20010db800010000" {
    route_length == 48; route_preference == HIGH; size_of(route_prefix) == 8;
}
test "a redirect holds the start of the packet" Icmpv6
     hex"89 00 e76b 00000000 fe800000000000000000000000000003 20010db8000000000000000000000002
         04 07 000000000000 60000000 0008 3b 40 20010db8000000000000000000000001 20010db8000000000000000000000002 0102030405060708" {
    target == ip"fe80::3"; destination == ip"2001:db8::2"; ipv6.src == ip"2001:db8::1"; anomalies == [];
}
test "the parameters of the example of RFC 3972, appendix B" NdOption
     hex"0b 10 05 00 89a8a8b2e858d8b8f2633f44d2d4ce9b fe80000000000000 00
         305c300d06092a864886f70d0101010500034b003048024100c2c2f137305454f10bd9cea36844b530e9211a4b262b16467cb7dfba1f595c01
         94f275be5a4d386f2c3c2382508773c7867f9b3b9e63a09c7bc48f7a54ebefaf0203010001 0000000000" {
    parameters.collision_count == 0; parameters.subnet_prefix == hex"fe80000000000000"; size_of(parameters.key) == 94;
    size_of(pad) == 5;
}
test "more padding than there is" reject NdOption hex"0b 01 05 00 00000000" at pad_length;
test "an address that was taken too often" CgaParameters
     hex"00000000000000000000000000000000 fe80000000000000 03" { anomalies == [collisions]; }
test "a signature" NdOption hex"0c 03 0000 000102030405060708090a0b0c0d0e0f aabbccdd" { signature == hex"aabbccdd"; }
test "when it was sent" NdOption
     hex"0d 02 000000000000 000043c05a80 8000" { seconds == 1136679552; fraction == 0x8000; }
test "a number used once" NdOption hex"0e 01 010203040506" { nonce == hex"010203040506"; }
test "a trust anchor by its name" NdOption hex"0f 02 02 06 0161026e6500 000000000000" {
    name_type == FQDN; domain == hex"0161026e6500"; size_of(name_pad) == 6;
}
test "a certificate" NdOption hex"10 01 01 00 30020500" { certificate_type == 1; certificate == hex"30020500"; }
test "who is asked for certificates" Icmpv6 hex"94 00 0000 1234 ffff 0f 02 02 08 026e6500 0000000000000000" {
    path_solicitation.id == 0x1234; path_solicitation.component == 0xffff; options.trust_anchor.domain == hex"026e6500";
}
test "an option of no length" reject NdOption hex"01 00 000000000000" at length;
test "an option that nobody knows is kept" NdOption hex"c8 01 010203040506" { data == hex"010203040506"; }
test "the checksum covers the addresses" build
    Ipv6   { flow_label = 0; hop_limit = 255; src = ip"fe80::1"; dst = ip"fe80::2" }
  / Icmpv6 { type = ECHO_REQUEST; code = 0; id = 1; seq = 2 }
  == hex"60000000 0008 3a ff fe800000000000000000000000000001 fe800000000000000000000000000002 80 00 82b5 0001 0002";
test "lengths of options and records are derived" build
    Icmpv6 { type = NEIGHBOUR_SOLICITATION; code = 0; checksum = 0; target = ip"fe80::2";
        options = [LinkAddress { type = SOURCE_LINK_ADDRESS; link_address = hex"020000000001" }] }
  == hex"87 00 0000 00000000 fe800000000000000000000000000002 01 01 020000000001";
test "an address that its owner has signed for" build
    Icmpv6 { type = NEIGHBOUR_SOLICITATION; code = 0; checksum = 0; target = ip"fe80::2";
        options = [Cga { parameters = CgaParameters { modifier = hex"00000000000000000000000000000001";
        subnet_prefix = hex"fe80000000000000"; collision_count = 1; key = hex"30020500" }; pad = hex"00000000000000" },
        Timestamp { seconds = 1136679552; fraction = 0x8000 }, Nonce { nonce = hex"010203040506" }] }
  == hex"87 00 0000 00000000 fe800000000000000000000000000002
         0b 05 07 00 00000000000000000000000000000001 fe80000000000000 01 30020500 00000000000000
         0d 02 000000000000 000043c05a80 8000 0e 01 010203040506";
test law roundtrip Icmpv6;
test law truncation Icmpv6;
test law roundtrip NdOption;
