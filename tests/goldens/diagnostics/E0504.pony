module my.ping;

layer Ping {
    seq: u16;
}
