module my.ping;

struct Body(kind: u8) {
    match kind {
        1 => { code: u16; }
        _ => { data: bytes; }
    }
}
layer Ping {
    kind: u8;
    body: Body;
}
test law roundtrip Ping;
