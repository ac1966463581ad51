module my.ping;

layer Ping {
    address: u32 display ipv5;
}
test law roundtrip Ping;
