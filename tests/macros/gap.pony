//! Words that must not be empty.
module house.gap;
use pony.net.{udp_port};

/// A word in a region of its own, behind something that has a length.
struct Mark {
    size: u8;
    note: bytes[size];
    word: str(ascii)[before("!", " ")] where it in ["YES", "NO"] : "a word of an answer";
}

/// Words by a delimiter, by a length, in a region and in a list.
layer Gap {
    size:    u8;
    note:    bytes[size];
    answer:  str(nocase)[before("!")] where it in ["YES", "NO"] : "an answer";
    end:     u8;
    counted: bytes[prefix u8 bytes] where size_of(it) != 0 : "something counted";
    placed:  bytes within size bytes where it != "" : "something placed";
    marks:   Mark[..];
}
bind udp_port { 7003 => Gap; }

/// A number of as many bytes as another one says, and a sign behind two of them.
layer Width {
    size:   u8 where it in 1 .. 4;
    number: u(8 * size) where it != 7 : "seven";
    sign:   bytes[1] if size == 2 where it != "*" : "no star";
    rest:   bytes;
}
bind udp_port { 7006 => Width; }
