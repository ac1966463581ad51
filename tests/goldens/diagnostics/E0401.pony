module my.ping;

enum Kind : u16 closed { ASK = 1, ANSWER = 2 }

layer Ping {
    id: u16;
    seq: u16;
    kind: Kind;
    version: u16 = 1;
    part: u8;
    low: u8;
    checksum: u16 auto inet16(self) verify;
}
test law roundtrip Ping;

/// Half of the tag is lost, the other half is there twice.
meta lost : u32 {
    on Ping carry { ping.id = tag[15 .. 0]; ping.seq = tag[15 .. 0]; }
}
/// The fields don't take every value.
meta narrow : u32 {
    on Ping carry { ping.kind = tag[15 .. 0]; ping.version = tag[31 .. 16]; }
}
/// One bit of the field would hold two of the tag.
meta twice : u16 {
    on Ping carry { ping.id[7 .. 0] = tag[7 .. 0]; ping.id[14 .. 7] = tag[15 .. 8]; }
}
/// What carries can't absorb, and neither can half a word.
meta kept : u16 {
    on Ping carry { ping.id = tag; }
    keep ping.checksum by ping.id;
    keep ping.checksum by ping.low;
}
