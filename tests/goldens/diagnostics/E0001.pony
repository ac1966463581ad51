module my.ping;

layer Ping {
    kind: u8
    seq: u16;
}
test law roundtrip Ping;
