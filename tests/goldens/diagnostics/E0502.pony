module my.ping;

enum Kind : u8 { ECHO = 1, TRACE = 2 }

layer Ping {
    kind: u8;
}
test law roundtrip Ping;
