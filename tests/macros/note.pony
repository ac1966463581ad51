//! Notes in lines of text.
module house.note;
use pony.net.{udp_port};

/// A number in decimal digits.
codec Decimal -> u32 {
    repeat max 10 { digit: u8; emit digit; } while rest[0] in 0x30 .. 0x39;
    yields digits(10);
}

/// One line in front of the text.
struct Header {
    name:  str(nocase)[before(":", "\r\n")];
    colon: u8 = 0x3a;
    match name within before("\r\n") bytes {
        "Retries" => Retries { retries: Decimal; }
        _         => Other   { value: str(utf8); }
    }
    end:   u16 = 0x0d0a;
}

/// A note.
layer Note {
    verb:    str(ascii)[before(" ")] where it in ["SAY", "ASK"] : "a verb";
    space:   u8 = 0x20;
    length:  Decimal auto size_of(text);
    end:     u16 = 0x0d0a;
    headers: Header[..] within before("\n\r\n") + 1 bytes;
    empty:   u16 = 0x0d0a;
    text:    str(utf8)[length];
}
bind udp_port { 7001 => Note; }
