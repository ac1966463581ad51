module my.ping;

layer Ping {
    total: u16;
    parts: u8;
    data: bytes[total / parts];
}
test law roundtrip Ping;
