module my.ping;

layer Ping {
    length: u16 auto size;
    data: bytes[length - 2];
}
test law roundtrip Ping;
