module my.ping;

struct Address { host: u32; port: u16; }
layer Ping {
    _: u6;
    length: u2;
    address: Address within length bytes;
}
test law roundtrip Ping;
