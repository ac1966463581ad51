module my.ping;

layer Ping {
    checksum: u16 verify;
    data: bytes;
}
test law roundtrip Ping;
