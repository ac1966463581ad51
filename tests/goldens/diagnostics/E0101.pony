module my.ping;

layer Ping {
    length: u8;
    data: bytes[lenght];
}
test law roundtrip Ping;
