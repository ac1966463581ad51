//! Teredo: IPv6 within UDP, through translators of addresses.
module pony.net.teredo;
use pony.net.{udp_port};

/// What stands before the packet, [RFC 4380 §5.1.1]: an authentication, an origin, both or nothing.
@level(link)
layer Teredo {
    // No packet of version 6 begins with a 0.
    match smallest(0 .. 1, rest[0] == 0 && rest[1] == 1) {
        0 => Authentication {
            /// Says that this is an authentication.
            auth_indicator: u16 = 1;
            /// How long the client's name is.
            client_length:  u8 auto size_of(client) unit bytes;
            /// How long the authentication value is.
            value_length:   u8 auto size_of(value) unit bytes;
            /// Who the client is.
            client:         bytes[client_length];
            /// Proof that the sender knows the secret.
            value:          bytes[value_length];
            /// What a reply has in common with its request.
            nonce:          u64 display hex;
            /// Whether the client needs a new key: not if it is 0.
            confirmation:   u8;
        }
        _ => {}
    }
    match smallest(0 .. 1, rest[0] == 0 && rest[1] == 0) {
        0 => Origin {
            /// Says that this is an origin.
            origin_indicator:   u16 = 0;
            /// The port that the server has seen, all bits turned around, so that no translator changes it.
            obfuscated_port:    u16 display hex;
            /// The address that the server has seen, all bits turned around.
            obfuscated_address: u32 display hex;
        }
        _ => {}
    }
    payload: next is Ipv6;

    /// The port that the server has seen.
    let origin_port    = obfuscated_port ^ 0xffff;
    /// The address that the server has seen.
    let origin_address = obfuscated_address ^ 0xffffffff;
}

// RFC 4380 §2.7.
bind udp_port { 3544 => Teredo; }

alias wireshark Teredo {
    client_length = "teredo.auth.idlen";
    value_length = "teredo.auth.aulen";
    client = "teredo.auth.id" if client_length > 0;
    value = "teredo.auth.value" if value_length > 0;
    origin_port = "teredo.orig.port";
}

test "a bubble" Teredo hex"60000000 0000 3b 15 fe800000000000008000f227bee69298 20010000413632b20000f227b6c92b41" {
    !present(client_length); !present(obfuscated_port); ipv6.hop_limit == 21;
}
test "an authentication without names, and an origin" Teredo
     hex"0001 00 00 8acd9ad5ab0cf8ae 00 0000 f227 4136d4be
         60000000 0000 3b ff fe800000000000008000f227bee69298 fe800000000000008000f227bee69299" {
    authentication.nonce == 0x8acd9ad5ab0cf8ae; confirmation == 0; origin_port == 3544; origin_address == 0xbec92b41;
    ipv6.hop_limit == 255;
}
test "a client that proves who it is" Teredo
     hex"0001 02 03 7061 010203 0000000000000001 00
         60000000 0000 3b ff fe800000000000008000f227bee69298 fe800000000000008000f227bee69299" {
    client == hex"7061"; value == hex"010203"; nonce == 1;
}
test "an authentication that is cut" reject Teredo hex"0001 02 03 70" at nonce;
test "another version" reject Teredo hex"4500 0014 0001 0000 40 fd 7bea 7f000001 7f000001" at version;
test "an origin, and a packet without content" build
    Teredo { obfuscated_port = 0xf227; obfuscated_address = 0x4136d4be }
  / Ipv6   { flow_label = 0; src = ip"::1"; dst = ip"::2" }
  == hex"0000 f227 4136d4be 60000000 0000 3b 40 00000000000000000000000000000001 00000000000000000000000000000002";
test law roundtrip Teredo;
test law truncation Teredo;
