module my.ping;

struct Address { host: u32; port: u16; }

layer Ping {
    _: u6;
    length: u2;
    address: Address within length bytes;
}
test law roundtrip Ping;

/// One arm does not fit the region of all.
layer Arms {
    kind: u8;
    match kind within 4 bytes {
        0 => { code: u32; }
        1 => { long: u64; }
        _ => { data: bytes; }
    }
}
test law roundtrip Arms;
