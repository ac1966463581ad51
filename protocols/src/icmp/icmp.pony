//! Internet Control Message Protocol.
module pony.net.icmp;
use pony.net.{Ipv4Addr, Ipv6Addr, IpProtocol, ip_protocol};

/// Messages: "ICMP Type Numbers" of IANA.
enum IcmpType : u8 {
    ECHO_REPLY              = 0 "echo reply",
    DESTINATION_UNREACHABLE = 3 "destination unreachable",
    /// Deprecated by RFC 6633.
    SOURCE_QUENCH           = 4 "source quench",
    REDIRECT                = 5,
    ECHO                    = 8,
    ROUTER_ADVERTISEMENT    = 9 "router advertisement",
    ROUTER_SOLICITATION     = 10 "router solicitation",
    TIME_EXCEEDED           = 11 "time exceeded",
    PARAMETER_PROBLEM       = 12 "parameter problem",
    TIMESTAMP               = 13,
    TIMESTAMP_REPLY         = 14 "timestamp reply",
    INFORMATION_REQUEST     = 15 "information request",
    INFORMATION_REPLY       = 16 "information reply",
    ADDRESS_MASK_REQUEST    = 17 "address mask request",
    ADDRESS_MASK_REPLY      = 18 "address mask reply",
    TRACEROUTE              = 30,
    CONVERSION_ERROR        = 31 "conversion error",
    DOMAIN_NAME_REQUEST     = 37 "domain name request",
    DOMAIN_NAME_REPLY       = 38 "domain name reply",
    PHOTURIS                = 40,
    EXTENDED_ECHO_REQUEST   = 42 "extended echo request",
    EXTENDED_ECHO_REPLY     = 43 "extended echo reply",
    EXPERIMENT              = 253 .. 254,
}

/// Where an announced router is, [RFC 1256 §3].
struct RouterAddress {
    /// One of the router's addresses.
    address:    Ipv4Addr;
    /// Higher is better; the lowest value says never by default.
    preference: i32;
}

/// Message, [RFC 792].
@level(network)
layer Icmp {
    /// What is said, [RFC 792].
    type:     IcmpType;
    /// More precisely, by type, [RFC 792].
    code:     u8;
    /// Over the whole message, [RFC 792].
    checksum: u16 auto inet16(self) verify display hex;
    match type {
        // RFC 792 "Echo or Echo Reply Message".
        ECHO                                                        => Echo      { id: u16; seq: u16; data: bytes; }
        ECHO_REPLY                                                  => EchoReply { id: u16; seq: u16; data: bytes; }
        // RFC 792 and, for what follows the packet, RFC 4884 §4.
        DESTINATION_UNREACHABLE | TIME_EXCEEDED | PARAMETER_PROBLEM => Error {
            match type {
                PARAMETER_PROBLEM => {
                    /// The byte of the packet that is wrong.
                    pointer: u8;
                }
                _ => { _: u8 = 0 lenient; }
            }
            /// Words of the packet, where extensions follow it, [RFC 4884 §3].
            length: u8 auto present(extensions) ? size_of(invoking_packet) / 4 : 0;
            match type {
                DESTINATION_UNREACHABLE => {
                    /// What the next hop takes, where fragmentation is needed and forbidden, [RFC 1191 §4].
                    mtu: u16 unit bytes;
                }
                _ => { _: u16 = 0 lenient; }
            }
            match length {
                // Before RFC 4884 extensions stood behind 128 bytes of the packet without a length, RFC 4884 §5.5: their
                // version and checksum tell.
                0 => {
                    match smallest(0 .. 1,
                        rest.len >= 136 && rest[128] >> 4 == 2 && inet16(rest[128 .. rest.len - 1]) == 0) {
                        0 => {
                            /// The start of the packet that this is about.
                            invoking_packet: next is Ipv4 within 128 bytes partial;
                        }
                        _ => {
                            /// The start of the packet that this is about.
                            invoking_packet: next is Ipv4 partial;
                        }
                    }
                }
                _ => {
                    /// The start of the packet that this is about.
                    invoking_packet: next is Ipv4 within length * 4 bytes partial;
                }
            }
            /// What else is to be said, [RFC 4884 §7].
            extensions: IcmpExtensions if more;
        }
        SOURCE_QUENCH => Error {
            _:               u32 = 0 lenient;
            /// The start of the packet that this is about.
            invoking_packet: next is Ipv4 partial;
        }
        REDIRECT => Error {
            /// Where to send packets for the destination of this one.
            gateway:         Ipv4Addr;
            /// The start of the packet that this is about.
            invoking_packet: next is Ipv4 partial;
        }
        // RFC 1256 §3.
        ROUTER_ADVERTISEMENT => RouterAdvertisement {
            count:      u8 auto count_of(addresses);
            /// Words of each address, which are two.
            entry_size: u8 default 2;
            lifetime:   u16 unit s;
            addresses:  RouterAddress[count];
        }
        ROUTER_SOLICITATION         => RouterSolicitation { _: u32 = 0 lenient; }
        // RFC 792 "Timestamp or Timestamp Reply Message": milliseconds since midnight UT.
        TIMESTAMP | TIMESTAMP_REPLY => Timestamp {
            id:        u16;
            seq:       u16;
            originate: u32 unit ms;
            receive:   u32 unit ms;
            transmit:  u32 unit ms;
        }
        // RFC 792 "Information Request or Information Reply Message".
        INFORMATION_REQUEST | INFORMATION_REPLY   => Information { id: u16; seq: u16; }
        // RFC 950 appendix I.
        ADDRESS_MASK_REQUEST | ADDRESS_MASK_REPLY => AddressMask { id: u16; seq: u16; mask: Ipv4Addr; }
        // RFC 1393 §2.3.
        TRACEROUTE                                => Traceroute {
            id:            u16;
            _:             u16 = 0 lenient;
            outbound_hops: u16 unit hops;
            return_hops:   u16 unit hops;
            /// Bytes a second.
            speed:         u32;
            mtu:           u32 unit bytes;
        }
        // RFC 8335 §2 and §3.
        EXTENDED_ECHO_REQUEST => ExtendedEcho {
            id:         u16;
            sequence:   u8;
            _:          u7 = 0 lenient;
            /// The interface is of the node that is asked.
            local:      bool;
            extensions: IcmpExtensions if more;
        }
        EXTENDED_ECHO_REPLY => ExtendedEchoReply {
            id:       u16;
            sequence: u8;
            /// State of the neighbour's entry.
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
}

/// What ICMP says beside the packet that it is about, [RFC 4884 §7].
struct IcmpExtensions {
    /// Version of the structure.
    version:  u4 default 2;
    _:        u12 = 0 lenient;
    /// Over the whole structure; 0 where there is none.
    checksum: u16 auto inet16(bytes_of(version .. objects)) verify when it != 0 display hex;
    /// What is said.
    objects:  IcmpObject[..];
}

/// Objects: "ICMP Extension Object Classes" of IANA.
enum IcmpObjectClass : u8 {
    /// RFC 4950.
    MPLS                 = 1 "MPLS label stack",
    /// RFC 5837.
    INTERFACE            = 2 "interface information",
    /// RFC 8335.
    INTERFACE_ID         = 3 "interface identification",
    EXTENDED_INFORMATION = 4 "extended information",
}

/// One object, [RFC 4884 §7.1].
struct IcmpObject {
    /// Of the whole object.
    length: u16 auto size where it >= 4 unit bytes;
    /// What it is.
    class:  IcmpObjectClass;
    /// More precisely, by class.
    ctype:  u8;
    match class within length - 4 bytes {
        MPLS         => Mpls      { entries: IcmpLabel[..]; }
        INTERFACE    => Interface { interface: IcmpInterface(ctype); }
        INTERFACE_ID => InterfaceId {
            match ctype {
                1 => { interface_name: str(utf8); }
                2 => { interface_index: u32; }
                3 => {
                    family:            u16;
                    address_length:    u8 auto size_of(interface_address);
                    _:                 u8 = 0 lenient;
                    interface_address: bytes[address_length];
                }
                _ => { data: bytes; }
            }
        }
        _ => Unknown { data: bytes; }
    }
}

/// An entry of the label stack with which the packet arrived, [RFC 4950 §2].
struct IcmpLabel {
    label:         u20;
    traffic_class: u3;
    bottom:        bool;
    ttl:           u8 unit hops;
}

/// An interface of the node that answers, [RFC 5837 §4.1]. The lower bits of the object's subtype say what is there.
struct IcmpInterface(ctype: u8) {
    if ctype & 8 != 0 {
        /// Its number.
        index: u32;
    }
    if ctype & 4 != 0 {
        /// Address family: 1 for version 4, 2 for version 6.
        family: u16;
        _:      u16 = 0 lenient;
        match family {
            1 => { ipv4: Ipv4Addr; }
            2 => { ipv6: Ipv6Addr; }
            _ => reject "an address family without length";
        }
    }
    if ctype & 2 != 0 {
        /// Of the name, this byte and its padding included.
        name_length: u8 auto size_of(name) + 1 where it >= 1 unit bytes;
        name:        str(utf8)[name_length - 1];
    }
    if ctype & 1 != 0 {
        /// The largest packet that it takes.
        mtu: u32 unit bytes;
    }
}

bind ip_protocol { ICMP => Icmp; }

reply Icmp.Echo by Icmp.EchoReply { request.id == reply.id; request.seq == reply.seq; }
reply any by Icmp.Error { quotes invoking_packet; }

alias wireshark Icmp {
    type = "icmp.type";
    code = "icmp.code";
    checksum = "icmp.checksum";
    (status_of(checksum)) = "icmp.checksum.status"
        if present(checksum) && (present(invoking_packet) || !present(icmp.error));
    // What is quoted is not verified there.
    (2) = "icmp.checksum.status" if present(checksum) && !present(invoking_packet) && present(icmp.error);
    id = "icmp.ident" if type != TRACEROUTE;
    seq = "icmp.seq";
    pointer = "icmp.pointer";
    mtu = "icmp.mtu" if type == DESTINATION_UNREACHABLE && code == 4;
    gateway = "icmp.redir_gw";
    count = "icmp.num_addrs";
    lifetime = "icmp.lifetime";
    originate = "icmp.originate_timestamp";
    receive = "icmp.receive_timestamp";
    transmit = "icmp.transmit_timestamp";
    mask = "icmp.address_mask";
}
alias wireshark IcmpExtensions {
    version = "icmp.ext.version";
    checksum = "icmp.ext.checksum";
    (status_of(checksum)) = "icmp.ext.checksum.status" if present(checksum);
}
alias wireshark IcmpObject { length = "icmp.ext.length"; class = "icmp.ext.class"; ctype = "icmp.ext.ctype"; }
alias wireshark IcmpLabel {
    label = "icmp.mpls.label";
    traffic_class = "icmp.mpls.exp";
    bottom = "icmp.mpls.s";
    ttl = "icmp.mpls.ttl";
}

test "echo" Icmp
     hex"08 00 5a62 0000 0000 deadbeef" { type == ECHO; id == 0; seq == 0; data == hex"deadbeef"; anomalies == []; }
test "echo with the right checksum" Icmp hex"08 00 f7fc 0001 0002" { id == 1; seq == 2; anomalies == []; }
test "fragmentation needed, with the next hop's MTU" Icmp
     hex"03 04 f711 0000 05d4 4500001c000140004011 26ce 0a0000010a000002 0007000700080000" {
    type == DESTINATION_UNREACHABLE; mtu == 1492; ipv4.dst == ip"10.0.0.2"; size_of(invoking_packet) == 28;
    status_of(checksum) == 1;
}
test "redirect" Icmp hex"05 01 efeb 0a00 00fe 4500001c000100004011 66ce 0a0000010a000002 0007000700080000" {
    gateway == ip"10.0.0.254";
}
test "a packet that is cut behind its header's eight bytes is no fault" Icmp
     hex"0b 00 f105 0000 0000 45000400000100000111 a1ea 0a0000010a000002 0007000703ec0000" {
    type == TIME_EXCEEDED; status_of(checksum) == 1;
}
test "a label stack behind 32 bytes" Icmp
     hex"0b 00 f4dd 0008 0000 4500 0020 0001 0000 0111 a5ca 0a000001 0a000002 0007 0007 000c 0000 00000000
         2000 7df4 0008 0101 0001 6101" {
    length == 8; extensions.version == 2; extensions.objects[0].mpls.entries[0].label == 22;
    extensions.objects[0].entries[0].bottom; extensions.objects[0].class == MPLS; status_of(checksum) == 1;
}
test "address mask" Icmp hex"11 00 38f3 b00c 0600 00000000" { id == 45068; mask == ip"0.0.0.0"; }
test "timestamp" Icmp
     hex"0d 00 9396 3930 0000 00f62543 00000000 00000000" { originate == 16131395; transmit == 0; anomalies == []; }
test "router advertisement" Icmp hex"09 10 eb24 01 02 00c8 0a000001 00000000" {
    count == 1; lifetime == 200; addresses[0].address == ip"10.0.0.1"; anomalies == [];
}
test "extended echo by interface name" Icmp hex"2a 00 d3fd 0001 02 01 2000 0f52 0008 0301 65746830" {
    local; extensions.objects[0].interface_name == "eth0"; anomalies == [];
}
test "an interface with index, address and name" IcmpObject hex"0015 02 0e 00000005 0001 0000 0a000001 05 65746830" {
    interface.index == 5; interface.ipv4 == ip"10.0.0.1"; interface.name == "eth0"; !present(data);
}
test "a message that nobody knows is kept" Icmp hex"c8 00 3bfa fc 04" { data == hex"fc04"; }
test "five bytes of echo" reject Icmp hex"08 00 f7ff 00" at id;
test "the checksum is derived" build Icmp { type = ECHO; code = 0; id = 1; seq = 2 } == hex"08 00 f7fc 0001 0002";
test "an error quotes the packet" build
    Icmp { type = TIME_EXCEEDED; code = 0 }
  / Ipv4 { identification = 1; ttl = 1; src = ip"10.0.0.1"; dst = ip"10.0.0.2" }
  / Udp  { src_port = 7; dst_port = 7 }
  == hex"0b 00 091c 00 00 0000 4500 001c 0001 0000 0111 a5ce 0a000001 0a000002 0007 0007 0008 ebcd";
test law roundtrip Icmp;
test law truncation Icmp;
test law roundtrip IcmpObject;
