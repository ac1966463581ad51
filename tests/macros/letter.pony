//! Numbers in front of things that say how long these are, in forms of which one is the shortest.
module house.letter;
use pony.net.{udp_port};

/// A number whose first two bits say how many bytes it has.
codec Length -> u62 {
    lead:  u2;
    value: u((8 << lead) - 2);
    yields value;
    encode lead = smallest(0 .. 3, value < (1 << ((8 << it) - 2)));
    expect lead == smallest(0 .. 3, value < (1 << ((8 << it) - 2))) : not_shortest "not the shortest form";
}

/// A stop, and its name.
struct Stop { at: u8; name: str(ascii)[prefix Length bytes]; }

/// Lengths and counts, of bytes, texts and lists, in branches, arms and elements.
layer Letter {
    kind:    u8;
    token:   bytes[prefix Length bytes];
    if kind > 1 { title: str(utf8)[prefix Length bytes]; }
    footer:  bytes[prefix Length bytes] if kind == 3;
    numbers: u16[prefix Length items];
    match kind {
        1 => Stops { stops: Stop[prefix Length items]; }
        2 => Chunks { chunks: bytes[prefix Length bytes][prefix Length bytes]; }
        _ => {}
    }
    words:   str(ascii)[prefix Length bytes][..];
}
bind udp_port { 7004 => Letter; }
