module my.ping;

layer Ping {
    kind: u8 where it <= 2;
    match kind {
        0 => { code: u16; }
        1 => { seq: u32; }
    }
}
test law roundtrip Ping;

enum Colour : u2 closed { RED = 0, GREEN = 1, BLUE = 2 }

/// A closed enum has no other values than those it names.
layer Paint {
    colour: Colour;
    _: u5;
    thick: bool;
    match colour {
        RED | BLUE => { code: u8; }
    }
    match colour {
        RED   => { red: u8; }
        GREEN => { green: u8; }
        BLUE  => { blue: u8; }
    }
    match thick {
        true => { depth: u8; }
    }
}
test law roundtrip Paint;
