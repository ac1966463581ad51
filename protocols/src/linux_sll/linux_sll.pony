//! What Linux puts in front of a packet that was captured on "any" interface: "cooked" captures.
//!
//! The two forms are described as LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2 in the list of link-layer header types of
//! the tcpdump group. Numbers are in network byte order.
module pony.net.linux_sll;
use pony.net.{link_type, ether_type};

/// Who the packet was for.
enum PacketType : u16 {
    HOST       = 0 "to this host",
    BROADCAST  = 1 "broadcast by somebody else",
    MULTICAST  = 2 "multicast by somebody else",
    OTHER_HOST = 3 "to another host",
    OUTGOING   = 4 "sent by this host",
}

/// Types of interfaces: `ARPHRD_` numbers of Linux.
enum InterfaceType : u16 {
    NETROM     = 0,
    ETHERNET   = 1 "Ethernet",
    IEEE802    = 6,
    INFINIBAND = 32 "InfiniBand",
    CAN        = 280,
    PPP        = 512,
    RAW_IP     = 519 "raw IP",
    TUNNEL     = 768 "IPIP tunnel",
    LOOPBACK   = 772 "loopback",
    SIT        = 776 "IPv6 in IPv4",
    GRE        = 778,
    IEEE80211  = 801 "IEEE 802.11",
    RADIOTAP   = 803 "IEEE 802.11 with radiotap",
    NETLINK    = 824,
    NONE       = 0xfffe,
}

/// What follows: an EtherType, or one of the numbers below 1536 that Linux has for what has none.
enum CookedProtocol : u16 {
    NOVELL_RAW = 0x0001 "802.3 without LLC",
    LLC        = 0x0004 "802.2 LLC",
    CAN        = 0x000c,
    CAN_FD     = 0x000d "CAN FD",
    IPV4       = 0x0800 "IPv4",
    ARP        = 0x0806,
    VLAN       = 0x8100 "802.1Q VLAN",
    IPV6       = 0x86dd "IPv6",
}

/// LINKTYPE_LINUX_SLL.
@level(link)
layer LinuxSll {
    /// Who the packet was for.
    packet_type:    PacketType default HOST;
    /// The interface's type.
    interface_type: InterfaceType default ETHERNET;
    /// How long the sender's address is; what is beyond 8 bytes is not in the header.
    address_length: u16 default 6 unit bytes;
    /// The sender's link-layer address.
    address:        bytes[address_length < 8 ? address_length : 8];
    /// What fills the address up to 8 bytes.
    unused:         bytes[address_length < 8 ? 8 - address_length : 0];
    /// What follows; on interfaces of GRE what that says, which are EtherTypes too.
    protocol:       CookedProtocol auto key_of(payload) display hex;
    match protocol {
        LLC => { payload: next is Llc; }
        _   => { payload: next from ether_type[protocol]; }
    }
    /// What the lengths of the layers above do not claim.
    padding: bytes trailing;
}

/// LINKTYPE_LINUX_SLL2.
@level(link)
layer LinuxSll2 {
    /// What follows.
    protocol:        CookedProtocol auto key_of(payload) display hex;
    _:               u16 = 0 lenient;
    /// Number of the interface, as its host counts.
    interface_index: u32;
    /// The interface's type.
    interface_type:  InterfaceType default ETHERNET;
    /// Who the packet was for.
    packet_type:     u8;
    /// How long the sender's address is; what is beyond 8 bytes is not in the header.
    address_length:  u8 default 6 unit bytes;
    /// The sender's link-layer address.
    address:         bytes[address_length < 8 ? address_length : 8];
    /// What fills the address up to 8 bytes.
    unused:          bytes[address_length < 8 ? 8 - address_length : 0];
    match protocol {
        LLC => { payload: next is Llc; }
        _   => { payload: next from ether_type[protocol]; }
    }
    /// What the lengths of the layers above do not claim.
    padding: bytes trailing;
}

bind link_type {
    113 => LinuxSll;
    276 => LinuxSll2;
}

/// The least length of a frame of Ethernet, [IEEE 802.3-2018 §4.4.2], which tshark takes for that of this packet too.
const LEAST_PACKET : u16 = 60;

// The pad as tshark has it: zeros up to the least length of a frame; of zeros alone is the checksum 0xffff.
alias wireshark LinuxSll {
    packet_type = "sll.pkttype";
    interface_type = "sll.hatype";
    address_length = "sll.halen";
    address = "sll.src.eth" if address_length == 6;
    unused = "sll.unused" if size_of(unused) > 0;
    protocol = "sll.etype" if protocol > 1500 && interface_type != GRE;
    protocol = "sll.ltype" if protocol <= 1500 && interface_type != GRE;
    (padding[0 .. LEAST_PACKET - 1 - offset_of(padding)]) = "eth.padding"
        if offset_of(padding) < LEAST_PACKET && offset_of(padding) + size_of(padding) >= LEAST_PACKET
        && inet16(padding[0 .. LEAST_PACKET - 1 - offset_of(padding)]) == 0xffff;
}
alias wireshark LinuxSll2 {
    packet_type = "sll.pkttype";
    interface_type = "sll.hatype";
    address_length = "sll.halen";
    address = "sll.src.eth" if address_length == 6;
    unused = "sll.unused" if size_of(unused) > 0;
    protocol = "sll.etype" if protocol > 1500 && interface_type != GRE;
    protocol = "sll.ltype" if protocol <= 1500 && interface_type != GRE;
}

test "on the loopback interface" LinuxSll hex"0000 0304 0006 000000000000 0000 0800" {
    packet_type == HOST; interface_type == LOOPBACK; address == hex"000000000000"; unused == hex"0000";
    protocol == IPV4;
}
test "no address" LinuxSll hex"0004 0200 0000 ce2a000000000000 0800" {
    packet_type == OUTGOING; address == hex""; unused == hex"ce2a000000000000";
}
test "an address that is longer than its place" LinuxSll hex"0004 0001 00e3 0102030405060708 0800" {
    address == hex"0102030405060708"; unused == hex"";
}
test "a spanning tree packet, version 2" LinuxSll2 hex"0004 0000 00000003 0001 02 06 e01cfcd3b1e1 0000 42 42 03" {
    protocol == LLC; packet_type == 2; interface_index == 3; llc.dsap == 0x42;
}
test "a header of 15 bytes" reject LinuxSll hex"0000 0304 0006 000000000000 0000 08" at protocol;
test "the protocol follows from what is carried" build
    LinuxSll { address = hex"020000000001"; unused = hex"0000" }
  / Ipv6     { src = ip"::1"; dst = ip"::1"; flow_label = 0; next_header = NO_NEXT }
  == hex"0000 0001 0006 020000000001 0000 86dd
         60000000 0000 3b 40 00000000000000000000000000000001 00000000000000000000000000000001";
test law roundtrip LinuxSll;
test law truncation LinuxSll;
test law roundtrip LinuxSll2;
test law truncation LinuxSll2;
