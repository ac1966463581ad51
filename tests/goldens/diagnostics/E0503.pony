module my.ping;

layer Ping {
    ttl: u8 where it <= 255;
}
test law roundtrip Ping;
