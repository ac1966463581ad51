module my.ping;

layer Ping {
    kind: u8 where it <= 2;
    match kind {
        0 => { code: u16; }
        1 => { seq: u32; }
    }
}
test law roundtrip Ping;
