module my.ping;

table ping_kind : u8;

layer Ping {
    kind: ping_kind;
    payload: next from ping_kind[1];
}
test law roundtrip Ping;
