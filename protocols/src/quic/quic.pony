//! QUIC: what can be read of its packets without keys.
module pony.app.quic;
use pony.net.{udp_port};

/// RFC 9000 §16: the first two bits say how many bytes there are.
codec Varint -> u62 {
    lead:  u2;
    value: u((8 << lead) - 2);
    yields value;
    encode lead = smallest(0 .. 3, value < (1 << ((8 << it) - 2)));
    expect lead == smallest(0 .. 3, value < (1 << ((8 << it) - 2))) : not_shortest "not the shortest form";
}

/// RFC 9000 §15.
enum QuicVersion : u32 {
    NEGOTIATION = 0, V1 = 1, V2 = 0x6b3343cf, DRAFT = 0xff000000 .. 0xff000022,
    /// RFC 9000 §15: versions that force negotiation.
    GREASE matches (it & 0x0f0f0f0f) == 0x0a0a0a0a,
}

/// RFC 8999 §5 and RFC 9000 §17. Behind the length everything is encrypted, the packet number too.
layer Quic {
    long_form: bool;
    fixed_bit: bool = true lenient;
    if long_form {
        /// RFC 9000 §17.2: 0 Initial, 1 0-RTT, 2 Handshake, 3 Retry. Version 2 counts from Retry on, RFC 9369 §3.2.
        type_of_version: u2;
        /// Protected in versions 1 and 2.
        type_bits:       u4 display binary;
        version:         QuicVersion;
        dcid:            bytes[prefix u8 bytes];
        scid:            bytes[prefix u8 bytes];
        let packet_type = version == V2 ? (type_of_version + 3) % 4 : type_of_version;
        if version == NEGOTIATION {
            versions: QuicVersion[..];
        } else {
            match packet_type {
                0 => Initial {
                    token_length: Varint auto size_of(token) unit bytes;
                    token:        bytes[token_length];
                    length:       Varint auto size_of(protected) unit bytes;
                    protected:    bytes[length];
                }
                1 | 2 => Encrypted { length: Varint auto size_of(protected) unit bytes; protected: bytes[length]; }
                _     => Retry     { retry_token: bytes; }
            }
        }
    } else {
        short_bits:     u6 display binary;
        /// The connection's id, whose length both ends know, then what is encrypted.
        rest_of_packet: bytes;
    }
    /// RFC 9000 §12.2. What has not the fixed bit is no packet: zeros fill a datagram up.
    coalesced: next is Quic trailing if rest[0] >> 6 in [1, 3];
    fill:      bytes trailing;

    expect !long_form || version == NEGOTIATION || (size_of(dcid) <= 20 && size_of(scid) <= 20) : connection_id_too_long
        "connection id of more than 20 bytes";
}

// Other protocols use the port too, and what came before QUIC: in version 1 the fixed bit is set, RFC 9000 §17. Versions that
// Google numbered begin with a Q, and have another layout.
bind udp_port { 443 => Quic if rest[0] >= 0x40 && !(rest[0] >= 0x80 && rest[1] == 0x51); }
probe Quic from udp_port { long_form && fixed_bit && version in [1, 0x6b3343cf] } score 60;

alias wireshark Quic {
    long_form = "quic.header_form";
    fixed_bit = "quic.fixed_bit" if !long_form || version != NEGOTIATION && packet_type != 3; version = "quic.version";
    packet_type = "quic.long.packet_type" if version != NEGOTIATION && version != V2; (size_of(dcid)) = "quic.dcil";
    dcid = "quic.dcid" if size_of(dcid) > 0; (size_of(scid)) = "quic.scil"; scid = "quic.scid" if size_of(scid) > 0;
    initial.length = "quic.length"; encrypted.length = "quic.length"; versions = "quic.supported_version";
    (size) = "quic.packet_length"; token_length = "quic.token_length";
}

test Varint hex"c2197c5eff14e88c" { value == 151288809941952652; }
test Varint hex"9d7f3e7d"         { value == 494878333; }
test Varint hex"7bbd"             { value == 15293; }
test Varint hex"25"               { value == 37; anomalies == []; }
test Varint hex"4025"             { value == 37; anomalies == [not_shortest]; }
test "an Initial" Quic hex"c3 00000001 08 8394c8f03e515708 00 00 04 aabbccdd" {
    long_form; version == V1; dcid == hex"8394c8f03e515708"; packet_type == 0; initial.length == 4; anomalies == [];
}
test "a token whose length is longer than need be" Quic hex"c0 00000001 00 00 4002 5cbb 00" {
    token_length == 2; token == hex"5cbb"; anomalies == [not_shortest];
}
test "version negotiation, RFC 9000 §17.2.1" Quic
     hex"80 00000000 00 00 00000001 6b3343cf" { versions.len == 2; versions[1] == V2; anomalies == [fixed_bit]; }
test "a short header" Quic hex"41 0102030405060708 99" { !long_form; fixed_bit; size_of(rest_of_packet) == 9; }
test "Initial and Handshake in one datagram" Quic
     hex"c0 00000001 00 00 00 02 aabb e0 00000001 00 00 01 cc" { initial.length == 2; }
test "cut inside of the destination's id" reject Quic hex"c0 000000" at version;
test "an Initial" build
    Quic { long_form = true; version = V1; dcid = hex"0102"; protected = hex"aabb" }
  == hex"c0 00000001 02 0102 00 00 02 aabb";
test law roundtrip Quic;
test law truncation Quic;
