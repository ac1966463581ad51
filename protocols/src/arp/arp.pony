//! Address resolution, and its reverse.
module pony.net.arp;
use pony.net.{EtherType, Ipv4Addr, MacAddr, ether_type};

/// "Hardware Types" of IANA.
enum HardwareType : u16 {
    ETHERNET              = 1 "Ethernet",
    EXPERIMENTAL_ETHERNET = 2 "experimental Ethernet",
    AX_25                 = 3,
    PRONET                = 4,
    CHAOS                 = 5,
    IEEE802               = 6 "IEEE 802",
    ARCNET                = 7,
    HYPERCHANNEL          = 8,
    LANSTAR               = 9,
    AUTONET               = 10,
    LOCALTALK             = 11,
    LOCALNET              = 12,
    ULTRA_LINK            = 13,
    SMDS                  = 14,
    FRAME_RELAY           = 15 "Frame Relay",
    ATM                   = 16,
    HDLC                  = 17,
    FIBRE_CHANNEL         = 18 "Fibre Channel",
    ATM_2225              = 19,
    SERIAL                = 20,
    MIL_STD_188           = 22,
    METRICOM              = 23,
    IEEE1394              = 24 "IEEE 1394",
    MAPOS                 = 25,
    TWINAXIAL             = 26,
    EUI_64                = 27,
    HIPARP                = 28,
    ISO_7816_3            = 29,
    ARPSEC                = 30,
    IPSEC_TUNNEL          = 31,
    INFINIBAND            = 32 "InfiniBand",
}

/// "Address Resolution Protocol (ARP) Parameters" of IANA.
enum ArpOperation : u16 {
    REQUEST                 = 1,
    REPLY                   = 2,
    /// RFC 903.
    REVERSE_REQUEST         = 3 "reverse request",
    REVERSE_REPLY           = 4 "reverse reply",
    /// RFC 1931.
    DYNAMIC_REVERSE_REQUEST = 5 "dynamic reverse request",
    DYNAMIC_REVERSE_REPLY   = 6 "dynamic reverse reply",
    DYNAMIC_REVERSE_ERROR   = 7 "dynamic reverse error",
    /// RFC 2390.
    INVERSE_REQUEST         = 8 "inverse request",
    INVERSE_REPLY           = 9 "inverse reply",
    /// RFC 1577.
    NAK                     = 10,
}

/// Who has an address, [RFC 826 "Packet format"]; the reverse question is the same packet, [RFC 903].
@level(link)
layer Arp {
    /// In which kind of network the hardware addresses are, [RFC 826].
    hardware:      HardwareType default ETHERNET;
    /// To which protocol the other addresses belong: an EtherType, [RFC 826].
    protocol:      EtherType default IPV4 display hex;
    /// Bytes of a hardware address, [RFC 826].
    hardware_size: u8 default 6 unit bytes;
    /// Bytes of a protocol address, [RFC 826].
    protocol_size: u8 default 4 unit bytes;
    /// What is asked or answered, [RFC 826].
    opcode:        ArpOperation;
    if (hardware == ETHERNET || hardware == IEEE802) && hardware_size == 6 {
        /// The sender's hardware address, [RFC 826].
        sender_mac: MacAddr;
    } else {
        /// The sender's hardware address, [RFC 826].
        sender_hardware: bytes[hardware_size];
    }
    if protocol == IPV4 && protocol_size == 4 {
        /// The sender's protocol address, [RFC 826].
        sender_ip: Ipv4Addr;
    } else {
        /// The sender's protocol address, [RFC 826].
        sender_protocol: bytes[protocol_size];
    }
    if (hardware == ETHERNET || hardware == IEEE802) && hardware_size == 6 {
        /// Whose address it is, or zeros where just that is asked, [RFC 826].
        target_mac: MacAddr;
    } else {
        /// Whose address it is, or zeros where just that is asked, [RFC 826].
        target_hardware: bytes[hardware_size];
    }
    if protocol == IPV4 && protocol_size == 4 {
        /// The protocol address that is asked for, [RFC 826].
        target_ip: Ipv4Addr;
    } else {
        /// The protocol address that is asked for, [RFC 826].
        target_protocol: bytes[protocol_size];
    }

    /// Whether the addresses are all there.
    let whole = (present(target_mac) || size_of(target_hardware) >= hardware_size)
        && (present(target_ip) || size_of(target_protocol) >= protocol_size);
    /// A station tells its own address to all, [RFC 5227 §3].
    let is_announcement = opcode == REQUEST && sender_ip == target_ip;
    /// A station asks whether somebody has the address that it wants, [RFC 5227 §1.1].
    let is_probe        = opcode == REQUEST && sender_ip == 0;
}

// Hardware of type 19, networks of ATM, has a packet of its own, RFC 2225 §6.6.
bind ether_type { ARP | RARP => Arp if rest[0 .. 1] != hex"0013"; }

alias wireshark Arp {
    hardware = "arp.hw.type";
    protocol = "arp.proto.type";
    hardware_size = "arp.hw.size";
    protocol_size = "arp.proto.size";
    opcode = "arp.opcode";
    sender_mac = "arp.src.hw_mac" if whole;
    sender_ip = "arp.src.proto_ipv4" if whole;
    target_mac = "arp.dst.hw_mac" if whole;
    target_ip = "arp.dst.proto_ipv4" if whole;
    sender_hardware = "arp.src.hw" if size_of(sender_hardware) > 0 && whole;
    sender_protocol = "arp.src.proto" if size_of(sender_protocol) > 0 && whole;
    target_hardware = "arp.dst.hw" if size_of(target_hardware) > 0 && whole;
    target_protocol = "arp.dst.proto" if size_of(target_protocol) > 0 && whole;
}

test "who has 10.0.8.1" Arp hex"0001 0800 06 04 0001 6a70c5aff1f9 0a000864 000000000000 0a000801" {
    opcode == REQUEST; sender_mac == mac"6a:70:c5:af:f1:f9"; sender_ip == ip"10.0.8.100"; target_ip == ip"10.0.8.1";
    !is_probe; !is_announcement;
}
test "an announcement" Arp hex"0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000001" { is_announcement; }
test "hardware addresses of one byte" Arp hex"0007 0800 01 04 0001 be 0a508301 00 0a5083fe" {
    hardware == ARCNET; sender_hardware == hex"be"; sender_ip == ip"10.80.131.1"; target_ip == ip"10.80.131.254";
}
test "who am I, RFC 903" Ethernet
     hex"ffffffffffff 020000000001 8035 0001 0800 06 04 0003 020000000001 00000000 020000000001 00000000" {
    arp.opcode == REVERSE_REQUEST; arp.target_mac == mac"02:00:00:00:00:01"; arp.sender_ip == 0; anomalies == [];
}
test "addresses that are not there" reject Arp hex"0001 0800 86 04 0001 020000000001" at sender_ip;
test "an answer" build
    Arp { opcode = REPLY; sender_mac = mac"02:00:00:00:00:02"; sender_ip = ip"10.0.0.2";
        target_mac = mac"02:00:00:00:00:01"; target_ip = ip"10.0.0.1" }
  == hex"0001 0800 06 04 0002 020000000002 0a000002 020000000001 0a000001";
test law roundtrip Arp;
test law truncation Arp;
