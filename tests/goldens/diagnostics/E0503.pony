module my.ping;

layer Ping {
    ttl: u8 where it <= 255;
    words: u4 where it >= 5;
    _: u4;
    length: u16 where it >= words * 4;
    expect words > 4 : "too short";
    expect length >= 20 : "too short for a header";
}
test law roundtrip Ping;
