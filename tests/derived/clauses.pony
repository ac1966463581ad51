//! What the other files do not say.
module tests.clauses endian little;
use pony.net.{tcp_port, udp_port};

/// Which of them are there.
flags Has : u8 { _: u5, key, retry: u2 "how often" }

/// Kinds of elements.
enum Kind : u16 { END = 0, NOP = 1, SIZE = 7, GREASE matches (it & 0x0f0f) == 0x0a0a }

/// What an element holds.
struct EntryBody(kind: Kind, most: u8) {
    match kind {
        Kind.END            => stop;
        Kind.NOP            => Nop {}
        Kind.SIZE | 9 .. 10 => Size { size: u8 where it <= most; }
        11                  => reject "never sent";
        _                   => Unknown { data: bytes[prefix u8 bytes]; }
    }
}

/// An element of a list.
struct Entry(most: u8) { kind: Kind; body: EntryBody(kind, most); }

struct Point { x: i32be; y: i24be; }

/// Everything once.
layer Everything {
    version:    u4 = 2;
    first_size: u4;
    has:        Has default 3;
    key:        u32 if has.key;
    window:     u16be scale 8;
    expect window > 0 : empty "nothing fits";
    bits u16le { fragment: u4; sequence: u12; }
    name:       str(ascii)[prefix u8 bytes];
    word:       bytes[until it == 0];
    align 4 bytes fill 0;
    points:     Point[2];
    numbers:    u16[prefix u8 items];
    length:     u16 auto size_of(elements) + (has.key ? 1 : 0) - 1 + 0;
    elements:   Entry(40)[..] within length bytes align 4;
    raw:        bytes[9] default hex"00" ++ hex"6162" ++ mac"02:00:00:00:00:01";
    payload:    next from udp_port[window >> 3, 7] else Ethernet partial when has.retry == 1 if first_size != 3 else opaque;
    tail:       bytes trailing;

    let bits_of_size = first_size[3 .. 0] unit bytes;
    expect !(version in 1 .. 3) || version in [5, 7] : "odd version";
}

bind tcp_port { 7000 .. 7001 | 7007 => Everything if it != 7; }
