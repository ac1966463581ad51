module my.ping;

/// The length stands behind what it is the length of.
layer Ping {
    data: bytes[length];
    length: u16;
}
test law roundtrip Ping;

/// The field is in an arm that is not read here.
layer Arms {
    kind: u8;
    match kind {
        0 => { size: u8; short: bytes[size]; }
        1 => { long: bytes[size]; }
        _ => { other: bytes; }
    }
}
test law roundtrip Arms;

/// The size of the whole is known at its end alone.
layer Whole {
    total: u16 where it == size;
    data: bytes;
}
test law roundtrip Whole;
