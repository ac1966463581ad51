module my.ping;

struct Part { kind: u8 if more; }
layer Ping {
    parts: Part[..];
}
test law roundtrip Ping;
