module my.ping;

layer Ping {
    first: u16 auto second + 1;
    second: u16 auto first + 1;
}
test law roundtrip Ping;

/// Each checksum covers the other one.
layer Sums {
    one: u16 auto inet16(self) verify;
    two: u32 auto crc32(self) verify;
    data: bytes;
}
test law roundtrip Sums;

/// These do not: no packet has both.
layer Arms {
    kind: u8;
    match kind {
        0 => { one: u16 auto inet16(self) verify; }
        _ => { two: u32 auto crc32(self) verify; }
    }
}
test law roundtrip Arms;
