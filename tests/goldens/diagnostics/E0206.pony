module my.ping;

layer Ping {
    words: u8 unit words;
    length: u16 unit bytes;
    expect length == words : "length differs";
}
test law roundtrip Ping;
