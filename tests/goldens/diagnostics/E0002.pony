module my.ping;

layer Ping {
    magic: bytes[2] = hex"c0f";
}
test law roundtrip Ping;
