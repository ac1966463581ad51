module my.ping;

layer Ping {
    flags: u8;
    extra: u16 if flags;
}
test law roundtrip Ping;
