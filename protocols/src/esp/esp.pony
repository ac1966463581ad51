//! Encapsulating Security Payload.
module pony.net.esp;
use pony.net.{ip_protocol, udp_port};

/// What can be read of a packet without the keys of its security association, [RFC 4303 §2].
@level(network)
layer Esp {
    /// The security association, [RFC 4303 §2.1].
    spi:       u32 default 256 display hex;
    /// Counts packets; the lower half where the counter has 64 bits, [RFC 4303 §2.2].
    sequence:  u32;
    /// Payload, padding, next header and integrity check value, [RFC 4303 §2.3 to §2.8].
    encrypted: bytes;

    expect spi != 0              : local_spi "0 is for local use, and never sent, RFC 4303 §2.1";
    expect spi == 0 || spi > 255 : reserved_spi "1 to 255 are reserved, RFC 4303 §2.1";
}

bind ip_protocol { ESP => Esp; }
// RFC 3948 §2: what begins with zeros there is of the key exchange, and one byte keeps an address translation.
bind udp_port { 4500 => Esp if rest.len >= 4 && rest[0 .. 3] != hex"00000000"; }

alias wireshark Esp { spi = "esp.spi"; sequence = "esp.sequence"; }

test "an association's first packet" Esp hex"12345678 00000001 aabbccdd" {
    spi == 0x12345678; sequence == 1; size_of(encrypted) == 4; anomalies == [];
}
test "a packet of no association" Esp hex"00000000 00000001" { anomalies == [local_spi]; }
test "an index that nobody assigned" Esp hex"000000ff 00000001" { anomalies == [reserved_spi]; }
test "cut within the sequence number" reject Esp hex"12345678 000000" at sequence;
test "within IPv6" build
    Ipv6 { flow_label = 0; src = ip"::1"; dst = ip"::2" }
  / Esp  { spi = 256; sequence = 7; encrypted = hex"aabb" }
  == hex"60000000 000a 32 40 00000000000000000000000000000001 00000000000000000000000000000002 00000100 00000007 aabb";
test "behind address translation" Udp hex"1194 1194 0012 0000 00000100 00000007 aabb" { esp.sequence == 7; }
test "a message of the key exchange is none" Udp hex"1194 1194 0014 0000 00000000 00000001 00000002" { !present(Esp); }
test law roundtrip Esp;
test law truncation Esp;
