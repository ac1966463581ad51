module my.ping;

layer Ping {
    id: u16;
    seq: u16;
}
test law roundtrip Ping;

meta tag_of_ping : u32 {
    on Ping carry { ping.id = tag[15 .. 0]; ping.seq = tag[15 .. 0]; }
}
