//! What the examples of the language speak of, and do not define.
module pony.test;
use pony.net.{ether_type, ip_protocol, IpProtocol};

/// IEEE 802.2.
layer Llc {
    dsap:    u8;
    ssap:    u8;
    control: u8;
    payload: bytes;
}

enum IcmpType : u8 { ECHO_REPLY = 0, UNREACHABLE = 3, ECHO = 8 }

/// RFC 792.
layer Icmp {
    type:     IcmpType;
    code:     u8;
    checksum: u16 auto inet16(self) verify;
    match type {
        ECHO       => Echo      { id: u16; seq: u16; data: bytes; }
        ECHO_REPLY => EchoReply { id: u16; seq: u16; data: bytes; }
        _          => Other     { rest: bytes; }
    }
}

layer IcmpError {
    unused:          u32;
    invoking_packet: bytes;
}

/// Little-endian numbers, containers, text, floats.
layer Odd {
    magic: u16le = 0x1234;
    bits u16le { version: u4 = 2; kind: u3; last: bool; count: u8 auto count_of(items); }
    wide:   u128;
    offset: i16;
    ratio:  f32;
    name:   str(utf8)[until it == 0];
    items:  Item[count];
    sum:    u32 auto crc32c(bytes_of(magic .. items)) verify;
    _:      u7 = 0 lenient;
    more:   bool;
    note:   str(latin1)[prefix u8 bytes] if more;
    blocks: u16[prefix u8 items];
    align 4 bytes fill 0xff;
    rest: bytes;
}

struct Item {
    kind: u8;
    match kind {
        1 => One { value: u8; }
        2 => Two { value: u16le; length: u8 auto size_of(data); data: bytes[length]; }
        _ => Any { data: bytes[3]; }
    }
}
bind ip_protocol { ICMP => Icmp; }
