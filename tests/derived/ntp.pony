//! The header of the Network Time Protocol, its three forms as variants of a struct.
module tests.ntp;
use pony.net.{udp_port};

/// RFC 5905 figure 9.
enum Leap : u2 closed {
    NONE = 0 "no warning", ADD = 1 "last minute has 61 seconds", DELETE = 2 "last minute has 59 seconds",
    UNKNOWN = 3 "clock not synchronised",
}

/// RFC 5905 figure 10.
enum NtpMode : u3 closed {
    RESERVED = 0, SYMMETRIC_ACTIVE = 1, SYMMETRIC_PASSIVE = 2, CLIENT = 3, SERVER = 4, BROADCAST = 5, CONTROL = 6,
    PRIVATE = 7,
}

/// What follows the first byte, by the mode.
struct NtpBody(mode: NtpMode) {
    match mode {
        CONTROL => Control {
            response:      bool;
            error:         bool;
            more_follow:   bool;
            opcode:        u5;
            sequence:      u16;
            status:        u16 display hex;
            association:   u16;
            offset:        u16 unit bytes;
            count:         u16 auto size_of(control_data) unit bytes;
            control_data:  bytes within count bytes align 4;
            authenticator: bytes;
        }
        PRIVATE => Private { private_data: bytes; }
        _       => Time {
            stratum:         u8;
            /// The logarithm of the longest interval between messages, to base 2.
            poll:            i8 unit log2_s;
            /// The logarithm of the clock's precision, to base 2.
            precision:       i8 unit log2_s;
            root_delay:      u32 display fixed16;
            root_dispersion: u32 display fixed16;
            /// Four letters or an address, by stratum: RFC 5905 §7.3.
            reference_id:    bytes[4];
            reference:       u64 display ntp_time;
            origin:          u64 display ntp_time;
            receive:         u64 display ntp_time;
            transmit:        u64 display ntp_time;
            /// Extension fields and message authentication code, RFC 7822 §3.
            extensions:      bytes;
        }
    }
}

/// RFC 5905 §7.3. Control (RFC 9327) and private messages share the first byte alone.
layer NtpPacket {
    leap:    Leap;
    version: u3 default 4;
    mode:    NtpMode default CLIENT;
    body:    NtpBody(mode);
}

bind udp_port { 9123 => NtpPacket; }
