//! Generic Routing Encapsulation.
module pony.net.gre;
use pony.net.{EtherType, ether_type, ip_protocol, udp_port};

/// Header, [RFC 2784 §2.1], with key and sequence number, [RFC 2890 §2]. Version 1 is that of the Point-to-Point
/// Tunneling Protocol, [RFC 2637 §4.1]; in virtual networks the key has two parts, [RFC 7637 §3.2]. What was there
/// before, routing and strict source route, is in [RFC 1701].
@level(link)
layer Gre {
    /// A checksum follows, [RFC 2784 §2.2].
    has_checksum: bool;
    /// Source routes follow, [RFC 1701].
    has_routing:  bool;
    /// A key follows, [RFC 2890 §2].
    has_key:      bool;
    /// A sequence number follows, [RFC 2890 §2].
    has_sequence: bool;
    /// All routes are strict, [RFC 1701].
    strict_route: bool;
    /// How often more this may be encapsulated, [RFC 1701].
    recursion:    u3;
    /// An acknowledgment number follows, in version 1, [RFC 2637 §4.1].
    has_ack:      bool;
    /// Must be zero, [RFC 2637 §4.1].
    reserved:     u4 = 0 lenient;
    /// 0, or 1 for the Point-to-Point Tunneling Protocol, [RFC 2784 §2.3.1].
    version:      u3;
    /// What is carried, [RFC 2784 §2.4].
    protocol:     EtherType auto key_of(payload) display hex;
    if has_checksum || has_routing {
        /// Over header and payload, [RFC 2784 §2.5].
        checksum: u16 auto inet16(self) verify when has_checksum display hex;
        /// From the first route to the one that is due, [RFC 1701].
        offset:   u16 unit bytes;
    }
    if has_key {
        match version {
            1 => {
                /// Of the payload, [RFC 2637 §4.1].
                payload_length: u16 auto size_of(payload) unit bytes;
                /// The session that the packet belongs to, [RFC 2637 §4.1].
                call_id:        u16;
            }
            _ => {
                /// The flow or tunnel that the packet belongs to, [RFC 2890 §2.1].
                key: u32 display hex;
            }
        }
    }
    if has_sequence {
        /// Counts packets, [RFC 2890 §2.2].
        sequence: u32;
    }
    if version == 1 && has_ack {
        /// The highest sequence number that was received, [RFC 2637 §4.1].
        acknowledged: u32;
    }
    if has_routing {
        /// Source routes, the last one empty, [RFC 1701].
        routes: SourceRoute[until it.length == 0];
    }
    // What mirrors ports without a sequence number has no header of its own: ERSPAN type I.
    if protocol == ERSPAN && !has_sequence {
        payload: next is Ethernet;
    } else {
        payload: next from ether_type[protocol];
    }

    /// The virtual subnet of a frame, where frames are carried with a key and nothing else, [RFC 7637 §3.2].
    let virtual_subnet    = key >> 8;
    /// What tells flows of a virtual subnet apart, [RFC 7637 §3.2].
    let virtual_flow      = key & 0xff;
    /// The first two bytes as one number.
    let flags_and_version = (has_checksum ? 0x8000 : 0) | (has_routing ? 0x4000 : 0) | (has_key ? 0x2000 : 0)
        | (has_sequence ? 0x1000 : 0) | (strict_route ? 0x0800 : 0) | recursion << 8 | (has_ack ? 0x80 : 0) | reserved
        << 3 | version;
}

/// One source route, [RFC 1701].
struct SourceRoute {
    /// What the addresses are of.
    family:    u16 display hex;
    /// From the first byte of the list to the address that is due.
    offset:    u8 unit bytes;
    /// Of the list.
    length:    u8 auto size_of(addresses) unit bytes;
    /// Addresses, or what else the family has.
    addresses: bytes[length];
}

bind ip_protocol { GRE => Gre; }
// RFC 8086.
bind udp_port { 4754 => Gre; }

alias wireshark Gre {
    flags_and_version = "gre.flags_and_version";
    version = "gre.flags.version";
    protocol = "gre.proto";
    checksum = "gre.checksum";
    (status_of(checksum)) = "gre.checksum.status" if present(checksum);
    key = "gre.key";
    payload_length = "gre.key.payload_length";
    call_id = "gre.key.call_id";
    sequence = "gre.sequence_number";
    acknowledged = "gre.ack_number";
}

test "no options" Gre hex"0000 0800" { protocol == IPV4; flags_and_version == 0; !present(key); }
test "key" Gre hex"2000 86dd deadbeef" { key == 0xdeadbeef; }
test "checksum, key and sequence number" Gre hex"b000 0800 aa60 0000 deadbeef 00000001" {
    sequence == 1; key == 0xdeadbeef; present(checksum);
}
test "version 1 with both numbers" Gre hex"3081 880b 0002 0006 00000022 00000011 c021" {
    version == 1; payload_length == 2; call_id == 6; sequence == 34; acknowledged == 17; flags_and_version == 0x3081;
}
test "a source route" Gre hex"4000 0800 0000 0000 0800 00 04 0a000001 0000 00 00" {
    routes.len == 2; routes[0].addresses == hex"0a000001";
}
test "a key that is cut" reject Gre hex"2000 86dd dead" at key;
test "the protocol follows from what is carried" build
    Gre  { has_key = true; key = 7 }
  / Ipv6 { flow_label = 0; src = ip"::1"; dst = ip"::2" }
  == hex"2000 86dd 00000007 60000000 0000 3b 40 00000000000000000000000000000001 00000000000000000000000000000002";
test "the checksum covers what is carried" build
    Gre { has_checksum = true; protocol = IPV4 }
  / hex"4500"
  == hex"8000 0800 32ff 0000 4500";
test "a frame of a virtual network" Gre hex"2000 6558 00138907 020000000002 020000000001 88b5 00" {
    virtual_subnet == 5001; virtual_flow == 7; ethernet.dst == mac"02:00:00:00:00:02";
}
test law roundtrip Gre;
test law truncation Gre;
