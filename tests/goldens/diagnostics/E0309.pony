module my.ping;

layer Ping {
    kind: u8;
    data: bytes;
    crc: u32;
}
test law roundtrip Ping;
