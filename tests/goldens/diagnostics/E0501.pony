module my.ping;

layer Ping {
    kind: u8 where it >= 1;
    match kind {
        0 => { code: u16; }
        _ => { data: bytes; }
    }
}
test law roundtrip Ping;
