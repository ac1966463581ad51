//! Words of a protocol that is text: in any case, and chosen by.
module tests.command;
use pony.net.{ip_version, udp_port};

/// A setting, by its name.
struct Setting {
    name:   str(nocase)[before("=", ";")];
    equals: u8 = 0x3d;
    if name in ["colour", "color"] { colour: u24; } else { value: u8; }
    what:   str(nocase)[before(";")];
    end:    u8 = 0x3b;
}

/// A command.
layer Command {
    verb:     str(nocase)[before(" ")] where it in ["SHOW", "HIDE", "TELL"] : "a verb";
    space:    u8 = 0x20;
    times:    u8 if verb == "show";
    setting:  Setting;
    line:     u8 = 0x0a;
    match verb {
        "tell" => { payload: next from udp_port[7005]; }
        _      => { payload: next from ip_version[4]; }
    }
}

bind udp_port { 7005 => Command; }
