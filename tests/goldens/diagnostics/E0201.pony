module my.ping;

layer Ping {
    id: u160;
}
test law roundtrip Ping;
