//! WireGuard: what can be read of its packets without keys.
module pony.net.wireguard endian little;
use pony.net.{udp_port};

/// Messages, [WireGuard §5.4].
enum WireguardType : u8 {
    INITIATION = 1 "handshake initiation",
    RESPONSE   = 2 "handshake response",
    COOKIE     = 3 "cookie reply",
    DATA       = 4 "transport data",
}

/// A message, [WireGuard §5.4]: "WireGuard: Next Generation Kernel Network Tunnel", 2020.
@level(link)
layer Wireguard {
    /// Which message, [WireGuard §5.4].
    type:     WireguardType;
    /// Must be zero, [WireGuard §5.4].
    reserved: u24 = 0;
    match type {
        // [WireGuard §5.4.2].
        INITIATION => Initiation {
            /// How the sender will know what belongs to this session.
            sender:     u32 display hex;
            /// A public key for this session alone.
            ephemeral:  bytes[32];
            /// The sender's public key, encrypted.
            static_key: bytes[48];
            /// When it was sent, in TAI64N, encrypted.
            timestamp:  bytes[28];
            /// Over all before it, with a key that the receiver's public key makes, [WireGuard §5.4.4].
            mac1:       bytes[16];
            /// The same with a cookie as the key, where there is one, [WireGuard §5.4.4].
            mac2:       bytes[16];
        }
        // [WireGuard §5.4.3].
        RESPONSE => Response {
            /// How the sender will know what belongs to this session.
            sender:    u32 display hex;
            /// Whom the receiver has named.
            receiver:  u32 display hex;
            /// A public key for this session alone.
            ephemeral: bytes[32];
            /// Nothing, encrypted.
            empty:     bytes[16];
            /// Over all before it, [WireGuard §5.4.4].
            mac1:      bytes[16];
            /// The same with a cookie as the key, where there is one, [WireGuard §5.4.4].
            mac2:      bytes[16];
        }
        // [WireGuard §5.4.7].
        COOKIE => Cookie {
            /// Whom the receiver has named.
            receiver: u32 display hex;
            nonce:    bytes[24];
            /// The cookie, encrypted.
            cookie:   bytes[32];
        }
        // [WireGuard §5.4.6].
        DATA => Data {
            /// Whom the receiver has named.
            receiver:  u32 display hex;
            /// Counts packets of the session.
            counter:   u64;
            /// The packet, filled up to 16 bytes and encrypted; of nothing, to keep the session alive.
            encrypted: bytes where it.len >= 16 : "shorter than the authentication tag";
        }
        _ => reject "no message of WireGuard";
    }
}

// No port is assigned. The messages of a handshake have one length each.
probe Wireguard from udp_port { reserved == 0 && (type == INITIATION && rest.len == 144 || type == RESPONSE && rest.len
    == 88 || type == COOKIE && rest.len == 60 || type == DATA && rest.len >= 28 && rest.len % 16 == 12) } score 40;

alias wireshark Wireguard {
    type = "wg.type"; initiation.sender = "wg.sender"; response.sender = "wg.sender"; response.receiver = "wg.receiver";
    cookie.receiver = "wg.receiver"; data.receiver = "wg.receiver"; mac1 = "wg.mac1"; mac2 = "wg.mac2";
    nonce = "wg.nonce"; cookie.cookie = "wg.encrypted_cookie"; counter = "wg.counter";
}

test "a handshake begins" Wireguard
     hex"01 000000 d837d030
         5fcec7c8e5c8e2e3f7989eef60c228d82329d602b6b1e2bb9d068f89cf9d4d45
         32780f6d27264f7b98701fdc27a4ec00aeb6becdbef2332f1b4084cadb93823935c012ae255e7b25eff13940c321fa6b
         d66a2a87b061db1430173e937f569349de2856dc5f2616763eeeafc0
         533b01dd965e7ec76976e28f683d6712 00000000000000000000000000000000" {
    type == INITIATION; sender == 0x30d037d8; mac2 == hex"00000000000000000000000000000000"; anomalies == [];
}
test "and is answered" Wireguard
     hex"02 000000 06f47dab d837d030
         b18d5550bd4042a37a46823ac08db1ec66839bc0ca2d64bc15cd80232b66232f
         aec24af8918de1060ff5c98e865d5f35 f272214c5260110dc4c61e32cdd85421 00000000000000000000000000000000" {
    type == RESPONSE; response.sender == 0xab7df406; response.receiver == 0x30d037d8;
}
test "a cookie, for whoever is in a hurry" Wireguard
     hex"03 000000 ab7df406 010000000000000001000000000000000100000000000000
         0100000000000000010000000000000001000000000000000100000000000000" {
    type == COOKIE; cookie.receiver == 0x06f47dab;
}
test "nothing, to keep the session alive" Wireguard
     hex"04 000000 06f47dab 0200000000000000 a4ebc12ee3f990da18033a0789c04e27" {
    type == DATA; data.receiver == 0xab7df406; counter == 2; size_of(encrypted) == 16;
}
test "found by its form" Ipv4
     hex"4500 003c 0001 0000 40 11 7cae 7f000001 7f000001 a9c6 ca6c 0028 0000
         04 000000 06f47dab 0200000000000000 a4ebc12ee3f990da18033a0789c04e27" {
    wireguard.counter == 2;
}
test "no tag" reject Wireguard hex"04 000000 06f47dab 0200000000000000 a4ebc1" at encrypted;
test "reserved bytes" reject Wireguard hex"04 000001 06f47dab" at reserved;
test "another message" reject Wireguard hex"05 000000 06f47dab" at type;
test "a packet of data" build
    Wireguard { type = DATA; data.receiver = 1; counter = 2; encrypted = hex"000102030405060708090a0b0c0d0e0f" }
  == hex"04 000000 01000000 0200000000000000 000102030405060708090a0b0c0d0e0f";
test law roundtrip Wireguard;
test law truncation Wireguard;
