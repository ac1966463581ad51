module my.ping;

layer Ping {
    version: u4 = 16;
    kind: u4;
}
test law roundtrip Ping;
