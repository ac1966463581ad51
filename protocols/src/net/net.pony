//! Addresses, assigned numbers, key tables and interfaces that every stack shares.
module pony.net;

/// An Internet address, [RFC 791 §2.3].
type Ipv4Addr = u32 display ipv4;

/// An Internet address of version 6, [RFC 4291 §2].
type Ipv6Addr = bytes[16] display ipv6;

/// A MAC address of 48 bits, [IEEE 802-2014 §8.2].
type MacAddr = bytes[6] display mac;

/// What a frame carries: EtherTypes, assigned by the IEEE and listed by IANA in "IEEE 802 Numbers".
enum EtherType : u16 {
    IPV4                     = 0x0800 "IPv4",
    ARP                      = 0x0806,
    WAKE_ON_LAN              = 0x0842 "Wake-on-LAN",
    TRANSPARENT_ETHERNET     = 0x6558 "Transparent Ethernet bridging",
    RARP                     = 0x8035,
    /// AppleTalk.
    APPLETALK                = 0x809b "AppleTalk",
    AARP                     = 0x80f3 "AppleTalk ARP",
    /// Customer VLAN tag, IEEE 802.1Q.
    VLAN                     = 0x8100 "802.1Q VLAN",
    IPX                      = 0x8137,
    IPV6                     = 0x86dd "IPv6",
    /// IEEE 802.3 annex 31A, PAUSE and its successors.
    MAC_CONTROL              = 0x8808 "MAC control",
    /// LACP, marker and OAM, IEEE 802.3 annex 57A.
    SLOW                     = 0x8809 "slow protocols",
    PPP                      = 0x880b,
    /// RFC 5332: the top label was assigned downstream, or by the other side.
    MPLS                     = 0x8847,
    /// RFC 5332: multicast, or the top label was assigned upstream.
    MPLS_UPSTREAM            = 0x8848,
    PPPOE_DISCOVERY          = 0x8863 "PPPoE discovery",
    PPPOE_SESSION            = 0x8864 "PPPoE session",
    EAPOL                    = 0x888e "802.1X",
    PROFINET                 = 0x8892,
    ATA_OVER_ETHERNET        = 0x88a2 "ATA over Ethernet",
    /// Service VLAN tag, IEEE 802.1Q, earlier 802.1ad.
    QINQ                     = 0x88a8 "802.1ad service VLAN",
    /// Cisco's second version of ERSPAN within GRE.
    ERSPAN                   = 0x88be "ERSPAN type I or II",
    LLDP                     = 0x88cc,
    MACSEC                   = 0x88e5,
    PROVIDER_BACKBONE_BRIDGE = 0x88e7 "802.1ah",
    PTP                      = 0x88f7,
    /// IEEE 802.1ag.
    CFM                      = 0x8902 "connectivity fault management",
    FCOE                     = 0x8906,
    ROCE                     = 0x8915,
    TIPC                     = 0x88ca,
    HSR                      = 0x892f,
    NSH                      = 0x894f,
    /// The address before 0x88a8 was assigned.
    QINQ_9100                = 0x9100 "VLAN in VLAN, before 802.1ad",
    /// Configuration test, the loopback protocol of Ethernet 2.
    CONFIGURATION_TEST       = 0x9000 "loopback",
    /// Cisco's third version of ERSPAN within GRE.
    ERSPAN_III               = 0x22eb "ERSPAN type III",
}

/// What follows an Internet header: "Assigned Internet Protocol Numbers" of IANA.
enum IpProtocol : u8 {
    /// Hop-by-hop options of version 6, RFC 8200.
    HOPOPT          = 0 "hop-by-hop options",
    ICMP            = 1,
    IGMP            = 2,
    GGP             = 3,
    IPV4            = 4 "IPv4",
    ST              = 5,
    TCP             = 6,
    CBT             = 7,
    EGP             = 8,
    IGP             = 9,
    BBN_RCC_MON     = 10,
    NVP_II          = 11,
    PUP             = 12,
    ARGUS           = 13,
    EMCON           = 14,
    XNET            = 15,
    CHAOS           = 16,
    UDP             = 17,
    MUX             = 18,
    DCN_MEAS        = 19,
    HMP             = 20,
    PRM             = 21,
    XNS_IDP         = 22,
    TRUNK_1         = 23,
    TRUNK_2         = 24,
    LEAF_1          = 25,
    LEAF_2          = 26,
    RDP             = 27,
    IRTP            = 28,
    ISO_TP4         = 29,
    NETBLT          = 30,
    MFE_NSP         = 31,
    MERIT_INP       = 32,
    DCCP            = 33,
    THREE_PC        = 34,
    IDPR            = 35,
    XTP             = 36,
    DDP             = 37,
    IDPR_CMTP       = 38,
    TP_PLUS_PLUS    = 39,
    IL              = 40,
    IPV6            = 41 "IPv6",
    SDRP            = 42,
    /// Routing header of version 6, RFC 8200.
    IPV6_ROUTE      = 43 "IPv6 routing",
    /// Fragment header of version 6, RFC 8200.
    IPV6_FRAG       = 44 "IPv6 fragment",
    IDRP            = 45,
    RSVP            = 46,
    GRE             = 47,
    DSR             = 48,
    BNA             = 49,
    ESP             = 50,
    AH              = 51,
    I_NLSP          = 52,
    SWIPE           = 53,
    NARP            = 54,
    MIN_IPV4        = 55,
    TLSP            = 56,
    SKIP            = 57,
    ICMPV6          = 58,
    /// Nothing follows, RFC 8200.
    NO_NEXT         = 59 "no next header",
    /// Destination options of version 6, RFC 8200.
    IPV6_OPTS       = 60 "IPv6 destination options",
    CFTP            = 62,
    SAT_EXPAK       = 64,
    KRYPTOLAN       = 65,
    RVD             = 66,
    IPPC            = 67,
    SAT_MON         = 69,
    VISA            = 70,
    IPCV            = 71,
    CPNX            = 72,
    CPHB            = 73,
    WSN             = 74,
    PVP             = 75,
    BR_SAT_MON      = 76,
    SUN_ND          = 77,
    WB_MON          = 78,
    WB_EXPAK        = 79,
    ISO_IP          = 80,
    VMTP            = 81,
    SECURE_VMTP     = 82,
    VINES           = 83,
    IPTM            = 84,
    NSFNET_IGP      = 85,
    DGP             = 86,
    TCF             = 87,
    EIGRP           = 88,
    OSPF            = 89,
    SPRITE_RPC      = 90,
    LARP            = 91,
    MTP             = 92,
    AX_25           = 93,
    IPIP            = 94,
    MICP            = 95,
    SCC_SP          = 96,
    /// Ethernet within IP, RFC 3378.
    ETHERIP         = 97,
    ENCAP           = 98,
    GMTP            = 100,
    IFMP            = 101,
    PNNI            = 102,
    PIM             = 103,
    ARIS            = 104,
    SCPS            = 105,
    QNX             = 106,
    ACTIVE_NETWORKS = 107,
    IPCOMP          = 108,
    SNP             = 109,
    COMPAQ_PEER     = 110,
    IPX_IN_IP       = 111,
    VRRP            = 112,
    PGM             = 113,
    L2TP            = 115,
    DDX             = 116,
    IATP            = 117,
    STP             = 118,
    SRP             = 119,
    UTI             = 120,
    SMP             = 121,
    SM              = 122,
    PTP             = 123,
    ISIS            = 124,
    FIRE            = 125,
    CRTP            = 126,
    CRUDP           = 127,
    SSCOPMCE        = 128,
    IPLT            = 129,
    SPS             = 130,
    PIPE            = 131,
    SCTP            = 132,
    FC              = 133,
    RSVP_E2E_IGNORE = 134,
    /// RFC 6275.
    MOBILITY        = 135 "mobility header",
    UDPLITE         = 136,
    MPLS_IN_IP      = 137,
    MANET           = 138,
    HIP             = 139,
    SHIM6           = 140,
    WESP            = 141,
    ROHC            = 142,
    /// RFC 8986: an Ethernet frame follows.
    ETHERNET        = 143,
    AGGFRAG         = 144,
    NSH             = 145,
    /// RFC 3692.
    EXPERIMENT      = 253 .. 254,
}

// Key tables say who may follow whom. A layer names a table; any file may add rows to it with `bind`.

/// What a capture's packets begin with: LINKTYPE numbers of the tcpdump group.
table link_type   : u16;
/// What follows an EtherType.
table ether_type  : EtherType;
/// What follows an Internet header, or a header that extends it.
table ip_protocol : IpProtocol;
/// What an UDP port carries.
table udp_port    : u16;
/// What a TCP port carries.
table tcp_port    : u16;
/// What a service access point of logical link control carries.
table llc_sap     : u8;
/// What follows by the first four bits where nothing else says it: the version of the Internet Protocol.
table ip_version  : u4;

/// What a transport needs from the network layer below it, whichever that is.
interface IpCarrier {
    /// Where a packet comes from.
    src: bytes;
    /// Where it goes to in the end.
    dst: bytes;
    /// What a transport's checksum covers beside its own bytes.
    pseudo_header(protocol: u8, length: u32): bytes;
    /// Whether the transport's bytes are a piece of a packet.
    is_fragment: bool;
}

/// What a flow key needs from a transport.
interface Ports {
    /// The transport.
    protocol: u8;
    /// The sender's port.
    src: u16;
    /// The receiver's port.
    dst: u16;
}
