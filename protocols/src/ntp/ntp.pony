//! Network Time Protocol.
module pony.app.ntp;
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

/// Extension fields: "NTP Extension Field Types" of IANA; RFC 8915 §5.7.
enum NtpExtensionType : u16 {
    UNIQUE_IDENTIFIER = 0x0104 "unique identifier", COOKIE = 0x0204, COOKIE_PLACEHOLDER = 0x0304 "cookie placeholder",
    AUTHENTICATOR = 0x0404,
}

/// RFC 7822 §3.
struct NtpExtension {
    type:   NtpExtensionType display hex;
    /// Of the whole field.
    length: u16 auto size where it >= 4 unit bytes;
    /// What it says, and padding.
    value:  bytes within length - 4 bytes align 4;

    expect length >= 16 : short_extension "shorter than 16 bytes, RFC 7822 §3";
}

/// RFC 5905 §7.3. Control (RFC 9327) and private messages share the first byte alone.
layer Ntp {
    leap:    Leap;
    version: u3 default 4;
    mode:    NtpMode default CLIENT;
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
            /// What is longer than a message authentication code, RFC 7822 §3.
            extensions:      NtpExtension[until rest.len <= 24] if version >= 4 && rest.len > 24;
            /// By which key the message is authenticated, RFC 5905 §7.3.
            key_id:          u32 if more;
            /// The digest; nothing where authentication has failed, RFC 5905 §9.2.
            digest:          bytes if more;
        }
    }
}

bind udp_port { 123 => Ntp; }

// RFC 5905 §8: a server copies when the client sent.
reply Ntp.Time by Ntp.Time {
    request.transmit == reply.origin;
    request.mode == CLIENT;
    reply.mode == SERVER;
}

alias wireshark Ntp {
    (leap << 6 | version << 3 | mode) = "ntp.flags"; leap = "ntp.flags.li" if mode != PRIVATE; version = "ntp.flags.vn";
    mode = "ntp.flags.mode"; stratum = "ntp.stratum"; (poll & 0xff) = "ntp.ppoll"; (precision & 0xff) = "ntp.precision";
    root_delay = "ntp.rootdelay"; root_dispersion = "ntp.rootdispersion"; reference_id = "ntp.refid";
    digest = "ntp.mac";
}
alias wireshark NtpExtension { type = "ntp.ext.type"; length = "ntp.ext.length"; value = "ntp.ext.value"; }

test "a client asks" Ntp
     hex"23 00 06 ec 00000000 00000000 00000000 0000000000000000 0000000000000000 0000000000000000 e4b7f3a2 80000000" {
    leap == NONE; version == 4; mode == CLIENT; stratum == 0; poll == 6; precision == -20;
    transmit == 0xe4b7f3a280000000; anomalies == [];
}
test "a message that is authenticated" Ntp
     hex"23 00 06 ec 00000000 00000000 00000000 0000000000000000 0000000000000000 0000000000000000 e4b7f3a2 80000000
         00000007 000102030405060708090a0b0c0d0e0f" { !present(extensions); key_id == 7; size_of(digest) == 16; }
test "extension fields, then a code" Ntp
     hex"23 00 06 ec 00000000 00000000 00000000 0000000000000000 0000000000000000 0000000000000000 e4b7f3a2 80000000
         0104 0010 000102030405060708090a0b 0204 0014 000102030405060708090a0b0c0d0e0f 00000007 000102030405060708090a0b0c0d0e0f" {
    extensions.len == 2; extensions[0].type == UNIQUE_IDENTIFIER; size_of(extensions[1].value) == 16; key_id == 7;
    size_of(digest) == 16; anomalies == [];
}
test "extension fields to the end" Ntp
     hex"23 00 06 ec 00000000 00000000 00000000 0000000000000000 0000000000000000 0000000000000000 e4b7f3a2 80000000
         0104 0020 000102030405060708090a0b0c0d0e0f101112131415161718191a1b" { extensions.len == 1; !present(key_id); }
test "a longer code of version 3" Ntp
     hex"1b 00 06 ec 00000000 00000000 00000000 0000000000000000 0000000000000000 0000000000000000 e4b7f3a2 80000000
         00000007 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" {
    !present(extensions); size_of(digest) == 32;
}
test "authentication has failed" Ntp
     hex"24 00 06 ec 00000000 00000000 00000000 0000000000000000 0000000000000000 0000000000000000 e4b7f3a2 80000000 00000000" {
    key_id == 0; !present(digest);
}
test "control, read status" Ntp
     hex"16 01 0001 0000 0000 0000 0000" { mode == CONTROL; opcode == 1; sequence == 1; count == 0; }
test "cut inside the header" reject Ntp hex"23 00 06" at precision;
test "a client's question" build
    Ntp { poll = 6; transmit = 1 }
  == hex"23 00 06 00 00000000 00000000 00000000 0000000000000000 0000000000000000 0000000000000000 0000000000000001";
test "a client's question with a cookie" build
    Ntp { transmit = 1;
        extensions = [NtpExtension { type = COOKIE; value = hex"000102030405060708090a0b0c0d0e0f1011121314151617" }] }
  == hex"23 00 00 00 00000000 00000000 00000000 0000000000000000 0000000000000000 0000000000000000 0000000000000001
         0204 001c 000102030405060708090a0b0c0d0e0f1011121314151617";
test "an extension field is padded" build
    NtpExtension { type = COOKIE; value = hex"000102030405060708090a0b0c" }
  == hex"0204 0014 000102030405060708090a0b0c000000";
test law roundtrip Ntp;
test law truncation Ntp;
