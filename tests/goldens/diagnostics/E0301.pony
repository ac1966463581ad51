module my.ping;

/// A length that counts itself, and need not.
layer Ping {
    length: u16 auto size;
    data: bytes[length - 2];
}
test law roundtrip Ping;

/// A relation is missing: the header may be longer than the whole.
layer Header {
    words: u4 where it >= 5;
    _: u4;
    total: u16;
    options: bytes[words * 4 - 20];
    body: bytes within total - words * 4 bytes;
}
test law roundtrip Header;

/// An arm knows less than the next one.
layer Arms {
    kind: u8;
    length: u8;
    match kind {
        0 => { short: bytes[length - 1]; }
        1 => { long: bytes[length >= 1 ? length - 1 : 0]; }
        _ => { other: Other(length) within length bytes; }
    }
}
test law roundtrip Arms;

struct Other(length: u8) {
    match length within length - 1 bytes {
        0 => {}
        _ => { data: bytes; }
    }
}
