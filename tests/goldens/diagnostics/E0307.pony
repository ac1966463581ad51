module my.ping;

struct Part { kind: u8 if more; }

layer Ping {
    parts: Part[..];
}
test law roundtrip Ping;

/// Four billion elements of nothing.
layer Counted {
    count: u32;
    parts: Part[count];
}
test law roundtrip Counted;

/// A record on a stream that may be empty.
layer Record over stream {
    kind: u8 if more;
}
test law roundtrip Record;
