//! Authentication Header.
module pony.net.ah;
use pony.net.{IpCarrier, IpProtocol, ip_protocol};

/// Header, [RFC 4302 §2].
///
/// `passes`: the layers above still see the addresses of the header below.
@level(network)
layer Ah passes IpCarrier {
    /// What follows this header, [RFC 4302 §2.1].
    next_header:    IpProtocol auto key_of(payload, IpProtocol.NO_NEXT);
    /// Length of this header in words of 32 bits, two left out, [RFC 4302 §2.2].
    payload_length: u8 auto offset_of(payload) / 4 - 2 where it >= 1 : "shorter than the fields that are always there";
    /// Must be zero, [RFC 4302 §2.3].
    reserved:       u16 = 0 lenient;
    /// The security association, [RFC 4302 §2.4].
    spi:            u32 default 256 display hex;
    /// Counts packets; the lower half where the counter has 64 bits, [RFC 4302 §2.5].
    sequence:       u32;
    /// Integrity check value, and padding, [RFC 4302 §2.6].
    icv:            bytes within header_len - 12 bytes align 4;
    payload:        next from ip_protocol[next_header];

    let header_len = payload_length * 4 + 8 unit bytes;

    expect spi != 0              : local_spi "0 is for local use, and never sent, RFC 4302 §2.4";
    expect spi == 0 || spi > 255 : reserved_spi "1 to 255 are reserved, RFC 4302 §2.4";
}

bind ip_protocol { AH => Ah; }

alias wireshark Ah {
    next_header = "ah.next_header"; payload_length = "ah.length"; spi = "ah.spi"; sequence = "ah.sequence";
}

test "HMAC-SHA1-96 before a datagram" Ah
     hex"11 04 0000 00000100 00000001 0102030405060708090a0b0c 0007 0007 0008 0000" {
    next_header == UDP; header_len == 24; spi == 256; sequence == 1; icv == hex"0102030405060708090a0b0c";
    udp.dst_port == 7; anomalies == [];
}
test "without a check value" Ah hex"3b 01 0000 00000100 00000001" { size_of(icv) == 0; anomalies == []; }
test "an index that nobody assigned" Ah hex"3b 01 0000 00000001 00000001" { anomalies == [reserved_spi]; }
// Other decoders read out of bounds here.
test "a length of no words" reject Ah hex"3b 00 0000 00000100 00000001" at payload_length;
test "a length beyond the packet" Ah hex"3b 04 0000 00000100 00000001 0102" { anomalies == [truncated]; }
test "length and next header follow, and the checksum covers the addresses below" build
    Ipv4 { identification = 1; src = ip"10.0.0.1"; dst = ip"10.0.0.2" }
  / Ah   { spi = 256; sequence = 1; icv = hex"0102030405060708090a0b0c" }
  / Udp  { src_port = 7; dst_port = 7 }
  == hex"4500 0034 0001 0000 4033 6694 0a000001 0a000002
         11 04 0000 00000100 00000001 0102030405060708090a0b0c 0007 0007 0008 ebcd";
test law roundtrip Ah;
test law truncation Ah;
