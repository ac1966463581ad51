module my.ping;

layer Ping {
    version: u4;
    name: bytes[8];
}
test law roundtrip Ping;
