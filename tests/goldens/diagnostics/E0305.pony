module my.ping;

layer Ping {
    first: u16 auto second + 1;
    second: u16 auto first + 1;
}
test law roundtrip Ping;
