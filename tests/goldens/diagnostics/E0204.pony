module my.ping;

layer Ping {
    kind: u8;
    match kind {
        0 .. 9 => { code: u16; }
        8      => { seq: u32; }
        _      => { data: bytes; }
    }
}
test law roundtrip Ping;
