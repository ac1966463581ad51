module my.ping;

layer Ping {
    kind: u8;
    data: bytes;
    crc: u32;
}
test law roundtrip Ping;

/// Every arm takes all that is left.
layer Arms {
    kind: u8;
    match kind {
        0 => { words: u16[..]; }
        _ => { data: bytes; }
    }
    end: u8;
}
test law roundtrip Arms;

layer Tunnel {
    kind: u8;
    payload: next;
    tail: u16;
    padding: bytes trailing;
}
test law roundtrip Tunnel;
