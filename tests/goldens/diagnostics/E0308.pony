module my.ping;

/// Bytes start inside of a byte.
layer Ping {
    version: u4;
    name: bytes[8];
}
test law roundtrip Ping;

/// The layer ends inside of one.
layer Short {
    version: u4;
    kind: u8;
}
test law roundtrip Short;

/// The arms end at different bits.
layer Arms {
    kind: u4;
    match kind {
        0 => { small: u4; }
        _ => { large: u8; }
    }
    size: u16le;
}
test law roundtrip Arms;
