//! Logical link control, and the subnetwork access protocol upon it.
module pony.net.llc;
use pony.net.{ether_type, link_type, llc_sap};

/// Service access points, assigned by the IEEE; the lowest bit is no part of the number.
enum Sap : u8 {
    NULL               = 0x00,
    LLC_MANAGEMENT     = 0x02 "LLC sublayer management",
    SNA_PATH_CONTROL   = 0x04 "SNA path control",
    IP                 = 0x06,
    PROWAY_MANAGEMENT  = 0x0e,
    /// Bridge spanning tree, IEEE 802.1D.
    SPANNING_TREE      = 0x42 "spanning tree",
    ISI_IP             = 0x4e,
    X25                = 0x7e,
    XNS                = 0x80,
    NESTAR             = 0x86,
    ARP                = 0x98,
    /// Subnetwork access protocol, IEEE 802 §9.
    SNAP               = 0xaa,
    VINES              = 0xbc,
    NETWARE            = 0xe0 "IPX",
    NETBIOS            = 0xf0,
    IBM_NET_MANAGEMENT = 0xf4,
    ISO_NETWORK_LAYER  = 0xfe "OSI network layer",
    GLOBAL             = 0xff,
}

/// Organisations whose protocol identifiers are EtherTypes.
const ENCAPSULATED_ETHERNET : u24 = 0x000000;
const BRIDGE_TUNNEL         : u24 = 0x0000f8;
/// Cisco, whose protocols have numbers of its own.
const CISCO                 : u24 = 0x00000c;

/// What a number of a protocol of Cisco is.
table cisco_protocol : u16;

/// Header of IEEE 802.2, with that of the subnetwork access protocol where the access points say so.
@level(link)
layer Llc {
    /// Destination service access point; its lowest bit says that it stands for a group, [IEEE 802.2 §3.3.1].
    dsap:    Sap display hex;
    /// Source service access point; its lowest bit says that this is a response, [IEEE 802.2 §3.3.1].
    ssap:    Sap display hex;
    /// The first byte of the control field, whose lowest bits say of which kind it is, [IEEE 802.2 §5.2].
    control: u8 default 3 display hex;
    if control & 3 != 3 {
        /// The second byte, of numbered and supervisory frames: the number expected next and the poll or final bit.
        control_2: u8 display hex;
    }
    if dsap == SNAP && control == 3 {
        /// Whose protocol identifier follows, [IEEE 802-2014 §9.2.2].
        oui: u24 default ENCAPSULATED_ETHERNET display hex;
        /// The protocol, an EtherType where `oui` is 0, [IEEE 802-2014 §9.2.3, RFC 1042].
        pid: u16 auto key_of(payload) display hex;
        match oui {
            ENCAPSULATED_ETHERNET | BRIDGE_TUNNEL => Ethertype { payload: next from ether_type[pid]; }
            CISCO                                 => Cisco     { payload: next from cisco_protocol[pid]; }
            _                                     => Other     { payload: next; }
        }
    } else {
        payload: next from llc_sap[dsap];
    }

    let is_response    = ssap & 1 == 1;
    /// Number of an information frame.
    let send_number    = control >> 1;
    /// Number of the frame that is expected next.
    let receive_number = control_2 >> 1;
    /// Supervisory function.
    let supervisory    = control >> 2 & 3;
    /// The control field as one number, the first byte lowest.
    let control_number = control & 3 == 3 ? control : control_2 << 8 | control;
}

bind ether_type { 0x8870 => Llc; }
// LINKTYPE_ATM_RFC1483: RFC 1483 §4, without anything in front.
bind link_type { 100 => Llc; }

alias wireshark Llc {
    dsap = "llc.dsap";
    ssap = "llc.ssap";
    control_number = "llc.control";
    oui = "llc.oui";
    pid = "llc.type" if oui == ENCAPSULATED_ETHERNET || oui == BRIDGE_TUNNEL;
}

test "spanning tree" Llc hex"42 42 03 0000 00 80" { dsap == SPANNING_TREE; control_number == 3; size_of(payload) == 4; }
test "IPv4 in the subnetwork access protocol" Llc hex"aa aa 03 000000 0800" { dsap == SNAP; oui == 0; pid == 0x0800; }
test "another organisation's protocol" Llc
     hex"aa aa 03 00000c 2000 01b4" { oui == 12; pid == 0x2000; size_of(payload) == 2; }
test "an information frame has two bytes of control" Llc
     hex"f0 f0 02 05 aa" { control_number == 0x0502; size_of(payload) == 1; }
test "a header cut in its organisation" reject Llc hex"aa aa 03 0000" at oui;
test "the protocol follows from what is carried" build
    Llc  { dsap = SNAP; ssap = SNAP }
  / Ipv4 { src = ip"127.0.0.1"; dst = ip"127.0.0.1"; identification = 1; protocol = EXPERIMENT }
  == hex"aa aa 03 000000 0800 4500 0014 0001 0000 40 fd 7bea 7f000001 7f000001";
test "and a protocol of Cisco, a tree for each VLAN" build
    Llc { dsap = SNAP; ssap = SNAP; oui = 0x00000c }
  / Stp { type = TOPOLOGY_CHANGE }
  == hex"aa aa 03 00000c 010b 0000 00 80";
test law roundtrip Llc;
test law truncation Llc;
