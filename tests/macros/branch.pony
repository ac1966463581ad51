//! Conditions that have no value at the end of the bytes.
module house.branch;
use pony.net.{udp_port};

/// Branches by what is ahead.
layer Branch {
    kind: u8;
    if rest[0] == 1 { one: u8; } else { other: bytes[kind]; }
    if !(rest[0] == 2) { not_two: bytes[kind]; } else { two: bytes; }
}
bind udp_port { 7002 => Branch; }
