module my.ping;

table ping_kind : u8;

layer Ping {
    kind: u8 auto key_of(payload);
    payload: next from ping_kind[kind];
}
layer Echo { seq: u16; }
layer Trace { hops: u8; }
bind ping_kind { 1 .. 3 => Echo; 2 => Trace; }
