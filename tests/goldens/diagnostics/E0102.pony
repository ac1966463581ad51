module my.ping;

layer Ping {
    seq: u8;
    time: u32;
    seq: u16;
}
test law roundtrip Ping;
