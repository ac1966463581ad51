module my.net;

interface Hosts { src: u16; dst: u16; }

layer Talk needs Hosts as net {
    from_one: u8 auto net.src == 1 ? 1 : 0;
}
test law roundtrip Talk;
