module my.ping;

layer Ping {
    kind: u8 where it >= 1;
    match kind {
        0 => { code: u16; }
        _ => { data: bytes; }
    }
}
test law roundtrip Ping;

/// The arms before `_` take all.
layer Two {
    _: u7;
    long: u1;
    match long {
        0 => { short_id: u8; }
        1 => { long_id: u32; }
        _ => { other: bytes; }
    }
}
test law roundtrip Two;

/// An inner choice by a value that the outer one has taken.
layer Inner {
    kind: u8;
    match kind {
        0 => stop;
        _ => {
            length: u8;
            match kind within length bytes {
                0 => { end: u8; }
                _ => { data: bytes; }
            }
        }
    }
}
test law roundtrip Inner;
