module my.ping;

layer Ping {
    data: bytes[length];
    length: u16;
}
test law roundtrip Ping;
