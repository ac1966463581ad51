//! Point-to-Point Protocol: its frames, and what sets a link up.
module pony.net.ppp;
use pony.net.{Ipv4Addr, ether_type, link_type};

/// "PPP DLL Protocol Numbers" of IANA.
enum PppProtocol : u16 {
    PADDING              = 0x0001,
    IPV4                 = 0x0021 "IPv4",
    OSI                  = 0x0023,
    APPLETALK            = 0x0029 "AppleTalk",
    IPX                  = 0x002b,
    VJ_COMPRESSED        = 0x002d "Van Jacobson compressed TCP",
    VJ_UNCOMPRESSED      = 0x002f "Van Jacobson uncompressed TCP",
    BRIDGING             = 0x0031,
    MULTILINK            = 0x003d,
    IPV6                 = 0x0057 "IPv6",
    COMPRESSED_ON_LINK   = 0x00fb "compressed on one link",
    COMPRESSED           = 0x00fd,
    SPANNING_TREE        = 0x0201 "spanning tree",
    CDP                  = 0x0207,
    MPLS                 = 0x0281,
    MPLS_MULTICAST       = 0x0283 "MPLS multicast",
    IPCP                 = 0x8021,
    OSI_CONTROL          = 0x8023,
    IPXCP                = 0x802b,
    BRIDGING_CONTROL     = 0x8031,
    MULTILINK_CONTROL    = 0x803d,
    IPV6CP               = 0x8057,
    COMPRESSION_CONTROL  = 0x80fd "CCP",
    ENCRYPTION_CONTROL   = 0x8053 "ECP",
    CDP_CONTROL          = 0x8207,
    MPLSCP               = 0x8281,
    LCP                  = 0xc021,
    PAP                  = 0xc023,
    LINK_QUALITY_REPORT  = 0xc025 "link quality report",
    CALLBACK_CONTROL     = 0xc029 "callback control",
    BANDWIDTH_ALLOCATION = 0xc02b "bandwidth allocation",
    CHAP                 = 0xc223,
    EAP                  = 0xc227,
}

/// What a protocol number of PPP leads to.
table ppp_protocol : PppProtocol;

/// A frame, [RFC 1661 §2], without the flags and the check sequence of [RFC 1662].
@level(link)
layer Ppp {
    // No protocol begins with the byte that is every station's address, RFC 1662 §3.1, so it is told apart.
    match smallest(0 .. 1, rest[0] == 0xff) {
        0 => Framed {
            /// All stations, [RFC 1662 §3.1].
            address: u8 default 0xff display hex;
            /// Unnumbered information, [RFC 1662 §3.1].
            control: u8 default 3 display hex;
        }
        _ => {}
    }
    // The lowest bit of a protocol's first byte is 0, that of its last byte 1, RFC 1661 §2, so that the first byte may be
    // left out where it is 0, §6.5.
    match smallest(0 .. 1, rest[0] & 1 == 1) {
        0 => Compressed {
            /// What is carried, where the first byte of its number is 0, [RFC 1661 §6.5].
            protocol: u8 auto key_of(payload) display hex;
        }
        _ => Whole {
            /// What is carried, [RFC 1661 §2].
            protocol: PppProtocol auto key_of(payload) display hex;
        }
    }
    payload: next from ppp_protocol[protocol];
    /// What the lengths of the layers above do not claim, [RFC 1661 §2].
    padding: bytes trailing;

    expect protocol & 0x101 == 1 : malformed_protocol "no number of a protocol, RFC 1661 §2";
}

/// "PPP LCP and IPCP Codes" of IANA: what all control protocols say.
enum PppCode : u8 {
    VENDOR_SPECIFIC   = 0 "vendor specific",
    CONFIGURE_REQUEST = 1 "configure request",
    CONFIGURE_ACK     = 2 "configure ack",
    CONFIGURE_NAK     = 3 "configure nak",
    CONFIGURE_REJECT  = 4 "configure reject",
    TERMINATE_REQUEST = 5 "terminate request",
    TERMINATE_ACK     = 6 "terminate ack",
    CODE_REJECT       = 7 "code reject",
    PROTOCOL_REJECT   = 8 "protocol reject",
    ECHO_REQUEST      = 9 "echo request",
    ECHO_REPLY        = 10 "echo reply",
    DISCARD_REQUEST   = 11 "discard request",
    IDENTIFICATION    = 12,
    TIME_REMAINING    = 13 "time remaining",
    RESET_REQUEST     = 14 "reset request",
    RESET_ACK         = 15 "reset ack",
}

/// What packets of all control protocols begin with, [RFC 1661 §5].
mixin PppControl {
    /// What it is about, [RFC 1661 §5].
    code:       PppCode;
    /// What a reply has in common with its request, [RFC 1661 §5].
    identifier: u8;
    /// Of the whole packet; what is behind it is padding, [RFC 1661 §5].
    length:     u16 auto size where it >= 4 : "shorter than the header" unit bytes;
}

/// "PPP LCP Configuration Option Types" of IANA.
enum LcpOptionType : u8 {
    VENDOR_SPECIFIC        = 0 "vendor specific",
    MRU                    = 1 "maximum receive unit",
    ACCM                   = 2 "asynchronous control character map",
    AUTHENTICATION         = 3 "authentication protocol",
    QUALITY                = 4 "quality protocol",
    MAGIC                  = 5 "magic number",
    PFC                    = 7 "protocol field compression",
    ACFC                   = 8 "address and control field compression",
    FCS_ALTERNATIVES       = 9 "FCS alternatives",
    SELF_DESCRIBING_PAD    = 10 "self-describing pad",
    NUMBERED_MODE          = 11 "numbered mode",
    CALLBACK               = 13,
    COMPOUND_FRAMES        = 15 "compound frames",
    MRRU                   = 17 "multilink maximum received reconstructed unit",
    SHORT_SEQUENCE         = 18 "multilink short sequence numbers",
    ENDPOINT_DISCRIMINATOR = 19 "endpoint discriminator",
    LINK_DISCRIMINATOR     = 23 "link discriminator",
    MULTILINK_HEADER       = 27 "multilink header format",
    INTERNATIONALIZATION   = 28,
    SDL                    = 29 "simple data link",
}

/// One option, [RFC 1661 §6].
struct LcpOption {
    /// Which option.
    type:   LcpOptionType;
    /// Of the whole option.
    length: u8 auto size where it >= 2 : "shorter than its head" unit bytes;
    match type within length - 2 bytes {
        // RFC 1661 §6.1 to §6.6, RFC 1662 §7.1.
        MRU            => Mru            { mru: u16 unit bytes; }
        ACCM           => Accm           { character_map: u32 display hex; }
        // For CHAP, the data is the number of an algorithm, RFC 1994 §3.
        AUTHENTICATION => Authentication { authentication: PppProtocol display hex; data: bytes; }
        QUALITY        => Quality        { quality: PppProtocol display hex; data: bytes; }
        MAGIC          => Magic {
            magic: u32 display hex;
            expect magic != 0 : no_magic "a magic number of 0, RFC 1661 §6.4";
        }
        PFC                    => Pfc             {}
        ACFC                   => Acfc            {}
        // RFC 1570 §2.
        FCS_ALTERNATIVES       => FcsAlternatives { alternatives: u8 display binary; }
        SELF_DESCRIBING_PAD    => SelfDescribing  { maximum: u8 unit bytes; }
        CALLBACK               => Callback        { operation: u8; message: bytes; }
        COMPOUND_FRAMES        => CompoundFrames  {}
        // RFC 1663 §4.
        NUMBERED_MODE          => NumberedMode    { window: u8; address: bytes; }
        // RFC 1990 §5.1.
        MRRU                   => Mrru            { mrru: u16 unit bytes; }
        SHORT_SEQUENCE         => ShortSequence   {}
        ENDPOINT_DISCRIMINATOR => Endpoint        { class: u8; discriminator: bytes; }
        // RFC 2125 §7.
        LINK_DISCRIMINATOR     => LinkId          { link: u16; }
        // RFC 2686 §4.
        MULTILINK_HEADER       => MultilinkHeader { format: u8; classes: u8; }
        _                      => Unknown         { data: bytes; }
    }
}

/// Link Control Protocol, [RFC 1661 §5].
@level(link)
layer Lcp {
    include PppControl;
    match code within length - 4 bytes {
        CONFIGURE_REQUEST | CONFIGURE_ACK | CONFIGURE_NAK | CONFIGURE_REJECT => Configure  { options: LcpOption[..]; }
        TERMINATE_REQUEST | TERMINATE_ACK                                    => Terminate  { reason: bytes; }
        // The rejected packet, cut to the peer's maximum receive unit, [RFC 1661 §5.6].
        CODE_REJECT                                                          => CodeReject { rejected_packet: bytes; }
        PROTOCOL_REJECT                                                      => ProtocolReject {
            /// Which protocol the peer does not know, [RFC 1661 §5.7].
            rejected_protocol:    PppProtocol display hex;
            /// What the frame held.
            rejected_information: bytes;
        }
        ECHO_REQUEST | ECHO_REPLY | DISCARD_REQUEST => Echo {
            /// That of the sender, or 0 where none was agreed on, [RFC 1661 §5.8].
            magic_number: u32 display hex;
            data:         bytes;
        }
        // RFC 1570 §1.1.
        IDENTIFICATION  => Identification { sender_magic: u32 display hex; message: str(utf8); }
        // RFC 1570 §1.2.
        TIME_REMAINING  => TimeRemaining { sender_magic: u32 display hex; remaining: u32 unit s; message: str(utf8); }
        // RFC 2153 §2.
        VENDOR_SPECIFIC => Vendor  { sender_magic: u32 display hex; oui: u24 display hex; kind: u8; values: bytes; }
        _               => Unknown { content: bytes; }
    }
    /// What is behind the packet's length, [RFC 1661 §5].
    padding: bytes trailing;
}

/// "PPP IPCP Configuration Option Types" of IANA.
enum IpcpOptionType : u8 {
    ADDRESSES      = 1 "IP addresses",
    COMPRESSION    = 2 "IP compression protocol",
    ADDRESS        = 3 "IP address",
    MOBILE         = 4 "mobile IPv4",
    PRIMARY_DNS    = 129 "primary DNS server",
    PRIMARY_NBNS   = 130 "primary NBNS server",
    SECONDARY_DNS  = 131 "secondary DNS server",
    SECONDARY_NBNS = 132 "secondary NBNS server",
}

/// One option, [RFC 1332 §3].
struct IpcpOption {
    /// Which option.
    type:   IpcpOptionType;
    /// Of the whole option.
    length: u8 auto size where it >= 2 : "shorter than its head" unit bytes;
    match type within length - 2 bytes {
        // RFC 1172 §5.1, deprecated.
        ADDRESSES      => Addresses     { source: Ipv4Addr; destination: Ipv4Addr; }
        // RFC 1332 §3.2 and §4: for Van Jacobson's, the highest slot, and whether slots are left out.
        COMPRESSION    => Compression   { protocol: PppProtocol display hex; data: bytes; }
        ADDRESS        => Address       { address: Ipv4Addr; }
        // RFC 2290 §2.
        MOBILE         => Mobile        { home_address: Ipv4Addr; }
        // RFC 1877 §1.
        PRIMARY_DNS    => PrimaryDns    { primary_dns: Ipv4Addr; }
        PRIMARY_NBNS   => PrimaryNbns   { primary_nbns: Ipv4Addr; }
        SECONDARY_DNS  => SecondaryDns  { secondary_dns: Ipv4Addr; }
        SECONDARY_NBNS => SecondaryNbns { secondary_nbns: Ipv4Addr; }
        _              => Unknown       { data: bytes; }
    }
}

/// Internet Protocol Control Protocol, [RFC 1332 §2].
@level(link)
layer Ipcp {
    include PppControl;
    match code within length - 4 bytes {
        CONFIGURE_REQUEST | CONFIGURE_ACK | CONFIGURE_NAK | CONFIGURE_REJECT => Configure  { options: IpcpOption[..]; }
        TERMINATE_REQUEST | TERMINATE_ACK                                    => Terminate  { reason: bytes; }
        CODE_REJECT                                                          => CodeReject { rejected_packet: bytes; }
        _                                                                    => Unknown    { content: bytes; }
    }
    /// What is behind the packet's length, [RFC 1661 §5].
    padding: bytes trailing;

    expect code in 0 .. 7 : unknown_code "a code that this protocol has not, RFC 1332 §2";
}

/// "PPP IPV6CP Configuration Options" of IANA.
enum Ipv6cpOptionType : u8 {
    INTERFACE_IDENTIFIER = 1 "interface identifier", COMPRESSION = 2 "IPv6 compression protocol",
}

/// One option, [RFC 5072 §4].
struct Ipv6cpOption {
    /// Which option.
    type:   Ipv6cpOptionType;
    /// Of the whole option.
    length: u8 auto size where it >= 2 : "shorter than its head" unit bytes;
    match type within length - 2 bytes {
        // RFC 5072 §4.1: the lower half of the link-local address.
        INTERFACE_IDENTIFIER => Interface   { interface: u64 display hex; }
        // RFC 5172 §2.
        COMPRESSION          => Compression { protocol: PppProtocol display hex; data: bytes; }
        _                    => Unknown     { data: bytes; }
    }
}

/// Control protocol of IPv6, [RFC 5072 §3].
@level(link)
layer Ipv6cp {
    include PppControl;
    match code within length - 4 bytes {
        CONFIGURE_REQUEST | CONFIGURE_ACK | CONFIGURE_NAK | CONFIGURE_REJECT => Configure { options: Ipv6cpOption[..]; }
        TERMINATE_REQUEST | TERMINATE_ACK => Terminate  { reason: bytes; }
        CODE_REJECT                       => CodeReject { rejected_packet: bytes; }
        _                                 => Unknown    { content: bytes; }
    }
    /// What is behind the packet's length, [RFC 1661 §5].
    padding: bytes trailing;

    expect code in 0 .. 7 : unknown_code "a code that this protocol has not, RFC 5072 §3";
}

/// "PPP CCP Configuration Option Types" of IANA.
enum CcpOptionType : u8 {
    PROPRIETARY = 0,
    PREDICTOR_1 = 1 "predictor type 1",
    PREDICTOR_2 = 2 "predictor type 2",
    PUDDLE      = 3 "Puddle Jumper",
    HP_PPC      = 16 "Hewlett-Packard PPC",
    STAC_LZS    = 17 "Stac Electronics LZS",
    MPPC        = 18 "Microsoft PPC",
    GANDALF     = 19 "Gandalf FZA",
    V42BIS      = 20 "V.42bis compression",
    BSD         = 21 "BSD compress",
    LZS_DCP     = 23 "LZS-DCP",
    MVRCA       = 24 "Magnalink",
    DEFLATE     = 26 "Deflate",
}

/// One option, [RFC 1962 §4].
struct CcpOption {
    /// Which option.
    type:   CcpOptionType;
    /// Of the whole option.
    length: u8 auto size where it >= 2 : "shorter than its head" unit bytes;
    match type within length - 2 bytes {
        PROPRIETARY => Proprietary { oui: u24 display hex; subtype: u8; values: bytes; }
        // RFC 1974 §3.1.
        STAC_LZS    => StacLzs     { history_count: u16; check_mode: u8; }
        // RFC 2118 §2.1, RFC 3078 §2.1.
        MPPC        => Mppc        { supported: u32 display hex; }
        // RFC 1977 §2.1.
        BSD         => Bsd         { version: u3; dictionary: u5; }
        // RFC 1979 §2.1.
        DEFLATE     => Deflate     { window: u4; method: u4; _: u6 = 0 lenient; check: u2; }
        _           => Unknown     { data: bytes; }
    }
}

/// Compression Control Protocol, [RFC 1962 §2].
@level(link)
layer Ccp {
    include PppControl;
    match code within length - 4 bytes {
        CONFIGURE_REQUEST | CONFIGURE_ACK | CONFIGURE_NAK | CONFIGURE_REJECT => Configure  { options: CcpOption[..]; }
        TERMINATE_REQUEST | TERMINATE_ACK                                    => Terminate  { reason: bytes; }
        CODE_REJECT                                                          => CodeReject { rejected_packet: bytes; }
        // RFC 1962 §3.1: the histories begin anew.
        RESET_REQUEST | RESET_ACK                                            => Reset      { data: bytes; }
        _                                                                    => Unknown    { content: bytes; }
    }
    /// What is behind the packet's length, [RFC 1661 §5].
    padding: bytes trailing;
}

/// Codes of the Password Authentication Protocol, [RFC 1334 §2.2].
enum PapCode : u8 { REQUEST = 1 "authenticate request", ACK = 2 "authenticate ack", NAK = 3 "authenticate nak" }

/// Password Authentication Protocol, [RFC 1334 §2.2].
@level(link)
layer Pap {
    /// What it is about.
    code:       PapCode;
    /// What a reply has in common with its request.
    identifier: u8;
    /// Of the whole packet; what is behind it is padding.
    length:     u16 auto size where it >= 4 : "shorter than the header" unit bytes;
    match code within length - 4 bytes {
        REQUEST => Request {
            /// Who wants to be let in, [RFC 1334 §2.2.1].
            peer_id:  bytes[prefix u8 bytes] display ascii;
            /// The password, in the clear, [RFC 1334 §2.2.1].
            password: bytes[prefix u8 bytes] display ascii;
        }
        ACK | NAK => Reply {
            /// For people, [RFC 1334 §2.2.2].
            message: bytes[prefix u8 bytes] display ascii;
        }
        _ => Unknown { content: bytes; }
    }
    /// What is behind the packet's length.
    padding: bytes trailing;
}

/// Codes of the Challenge Handshake Authentication Protocol, [RFC 1994 §4].
enum ChapCode : u8 { CHALLENGE = 1, RESPONSE = 2, SUCCESS = 3, FAILURE = 4 }

/// Challenge Handshake Authentication Protocol, [RFC 1994 §4].
@level(link)
layer Chap {
    /// What it is about.
    code:       ChapCode;
    /// What a reply has in common with its request.
    identifier: u8;
    /// Of the whole packet; what is behind it is padding.
    length:     u16 auto size where it >= 4 : "shorter than the header" unit bytes;
    match code within length - 4 bytes {
        CHALLENGE | RESPONSE => Exchange {
            /// The challenge, or the hash of identifier, secret and challenge, [RFC 1994 §4.1].
            value: bytes[prefix u8 bytes];
            /// Who sends it, [RFC 1994 §4.1].
            name:  bytes display ascii;
        }
        SUCCESS | FAILURE => Result {
            /// For people, [RFC 1994 §4.2].
            message: bytes display ascii;
        }
        _ => Unknown { content: bytes; }
    }
    /// What is behind the packet's length.
    padding: bytes trailing;
}

bind ppp_protocol {
    IPV4                  => Ipv4;
    IPV6                  => Ipv6;
    MPLS | MPLS_MULTICAST => Mpls;
    LCP                   => Lcp;
    IPCP                  => Ipcp;
    IPV6CP                => Ipv6cp;
    COMPRESSION_CONTROL   => Ccp;
    PAP                   => Pap;
    CHAP                  => Chap;
}
// LINKTYPE_PPP and LINKTYPE_PPP_HDLC; what begins with 0x0f or 0x8f is Cisco's HDLC.
bind link_type {
    9  => Ppp;
    50 => Ppp if rest[0] != 0x0f && rest[0] != 0x8f;
}
// RFC 2637 §4.1.
bind ether_type { PPP => Ppp; }

alias wireshark Ppp { address = "ppp.address"; control = "ppp.control"; protocol = "ppp.protocol"; }
alias wireshark Lcp {
    code = "ppp.code"; identifier = "ppp.identifier"; length = "ppp.length"; magic_number = "lcp.magic_number";
    rejected_protocol = "lcp.rej_proto"; remaining = "lcp.secs_remaining";
}
alias wireshark Ipcp   { code = "ppp.code"; identifier = "ppp.identifier"; length = "ppp.length"; }
alias wireshark Ipv6cp { code = "ppp.code"; identifier = "ppp.identifier"; length = "ppp.length"; }
alias wireshark Ccp    { code = "ppp.code"; identifier = "ppp.identifier"; length = "ppp.length"; }
alias wireshark LcpOption {
    type = "lcp.opt.type"; length = "lcp.opt.length"; mru = "lcp.opt.mru"; character_map = "lcp.opt.asyncmap";
    authentication = "lcp.opt.auth_protocol"; quality = "lcp.opt.quality_protocol"; magic = "lcp.opt.magic_number";
    alternatives = "lcp.opt.fcs_alternatives"; maximum = "lcp.opt.maximum"; window = "lcp.opt.window";
    operation = "lcp.opt.operation"; mrru = "lcp.opt.mrru"; class = "lcp.opt.ep_disc_class";
    link = "lcp.opt.link_discrim"; format = "lcp.opt.code"; classes = "lcp.opt.max_susp_classes";
}
alias wireshark IpcpOption {
    type = "ipcp.opt.type"; length = "ipcp.opt.length"; source = "ipcp.opt.src_address";
    destination = "ipcp.opt.dst_address"; protocol = "ipcp.opt.compress_proto"; address.address = "ipcp.opt.ip_address";
    home_address = "ipcp.opt.mobilenodehomeaddress"; primary_dns.primary_dns = "ipcp.opt.pri_dns_address";
    primary_nbns.primary_nbns = "ipcp.opt.pri_nbns_address"; secondary_dns.secondary_dns = "ipcp.opt.sec_dns_address";
    secondary_nbns.secondary_nbns = "ipcp.opt.sec_nbns_address";
}
alias wireshark Ipv6cpOption { type = "ipv6cp.opt.type"; length = "ipv6cp.opt.length"; }
alias wireshark CcpOption    { type = "ccp.opt.type"; length = "ccp.opt.length"; }
alias wireshark Pap {
    code = "pap.code"; identifier = "pap.identifier"; length = "pap.length"; (size_of(peer_id)) = "pap.peer_id.length";
    (size_of(password)) = "pap.password.length"; (size_of(message)) = "pap.message.length";
}
alias wireshark Chap {
    code = "chap.code"; identifier = "chap.identifier"; length = "chap.length"; (size_of(value)) = "chap.value_size";
    value = "chap.value";
}

test "framed, and not compressed" Ppp hex"ff 03 c021 05 01 0004" { address == 0xff; control == 3; protocol == 0xc021; }
test "nothing but a compressed protocol" Ppp
     hex"fd 01 02" { !present(address); protocol == 0xfd; size_of(payload) == 2; }
test "no number of a protocol" Ppp hex"0020 00" { anomalies == [malformed_protocol]; }
test "a protocol that is cut" reject Ppp hex"c0" at protocol;
test "a request to set up a link" Lcp hex"01 01 0012 01 04 05d4 03 04 c023 05 06 61d73b3d" {
    code == CONFIGURE_REQUEST; options.len == 3; options.mru.mru == 1492; options.authentication.authentication == PAP;
    options.magic.magic == 0x61d73b3d; anomalies == [];
}
test "CHAP with MD5" LcpOption hex"03 05 c223 05" { authentication == CHAP; data == hex"05"; }
test "compressed fields" Lcp
     hex"02 01 0008 07 02 08 02" { options.len == 2; present(options.pfc); present(options.acfc); }
test "a magic number of 0" LcpOption hex"05 06 00000000" { anomalies == [no_magic]; }
test "an option shorter than its head" reject LcpOption hex"01 01" at length;
test "an endpoint by its Ethernet address" LcpOption
     hex"13 09 03 020000000001" { class == 3; discriminator == hex"020000000001"; }
test "a rejected protocol" Lcp
     hex"08 02 0008 8057 0101" { rejected_protocol == IPV6CP; rejected_information == hex"0101"; }
test "echo request" Lcp
     hex"09 24 0008 6d1dcd40" { code == ECHO_REQUEST; magic_number == 0x6d1dcd40; size_of(data) == 0; }
test "the time that remains" Lcp hex"0d 01 000c 00000001 0000003c" { remaining == 60; }
test "what is behind the length is padding" Lcp hex"06 01 0004 0000" { size_of(reason) == 0; padding == hex"0000"; }
test "a length within the header" reject Lcp hex"01 01 0003" at length;
test "a length behind the end" reject Ppp hex"c021 01 01" at length;
test "addresses that are asked for" Ipcp hex"01 02 0016 03 06 00000000 81 06 00000000 83 06 00000000" {
    options.len == 3; options.address.address == 0; options.primary_dns.primary_dns == 0; anomalies == [];
}
test "Van Jacobson's compression" IpcpOption hex"02 06 002d 0f 01" { protocol == VJ_COMPRESSED; data == hex"0f01"; }
test "an echo, which this protocol has not" Ipcp hex"09 01 0004" { anomalies == [unknown_code]; }
test "an interface identifier" Ipv6cp
     hex"01 01 000e 01 0a 0211 25ff fe82 95b5" { options[0].interface == 0x021125fffe8295b5; }
test "Microsoft's compression" Ccp hex"01 04 000a 12 06 01000060" { options[0].supported == 0x01000060; }
test "Deflate" CcpOption hex"1a 04 78 00" { window == 7; method == 8; check == 0; }
test "the histories begin anew" Ccp hex"0e 04 0004" { code == RESET_REQUEST; size_of(data) == 0; }
test "name and password" Pap hex"01 01 000d 04 706f6e79 03 686179" { peer_id == "pony"; password == "hay"; }
test "refused" Pap hex"03 01 0005 00" { code == NAK; size_of(message) == 0; }
test "a password that is cut" reject Pap hex"01 01 0007 01 70 05" at password;
test "a challenge" Chap hex"01 01 000c 04 01020304 6e6173" { value == hex"01020304"; name == "nas"; }
test "welcome" Chap hex"03 01 0006 6f6b" { message == "ok"; }
test "a value that is cut" reject Chap hex"02 01 0005 10" at value;
test "the protocol follows from what is carried" build
    Ppp { address = 0xff }
  / Lcp { code = CONFIGURE_REQUEST; identifier = 1; options = [Mru { mru = 1492 }, Magic { magic = 7 }, Pfc {}] }
  == hex"ff 03 c021 01 01 0010 01 04 05d4 05 06 00000007 07 02";
test "an address is refused" build
    Ppp {}
  / Ipcp { code = CONFIGURE_NAK; identifier = 2; options = [Address { address = ip"10.0.0.2" }] }
  == hex"8021 03 02 000a 03 06 0a000002";
test build
    Ipv6cp { code = CONFIGURE_REQUEST; identifier = 1; options = [Interface { interface = 1 }] }
  == hex"01 01 000e 01 0a 0000000000000001";
test build
    Ccp { code = CONFIGURE_REQUEST; identifier = 1; options = [Bsd { version = 1; dictionary = 12 }] }
  == hex"01 01 0007 15 03 2c";
test build
    Pap { code = REQUEST; identifier = 1; peer_id = "pony"; password = "hay" }
  == hex"01 01 000d 04 706f6e79 03 686179";
test build
    Chap { code = RESPONSE; identifier = 1; value = hex"0102"; name = "pony" }
  == hex"02 01 000b 02 0102 706f6e79";
test law roundtrip Ppp;
test law truncation Ppp;
test law roundtrip Lcp;
test law truncation Lcp;
test law roundtrip Ipcp;
test law truncation Ipcp;
test law roundtrip Ipv6cp;
test law truncation Ipv6cp;
test law roundtrip Ccp;
test law truncation Ccp;
test law roundtrip Pap;
test law truncation Pap;
test law roundtrip Chap;
test law truncation Chap;
