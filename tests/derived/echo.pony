//! Echo messages of the Internet Control Message Protocol.
module tests.echo;
use pony.net.{ip_protocol};

/// Which message.
enum EchoType : u8 { ECHO_REPLY = 0 "echo reply", ECHO = 8, EXPERIMENT = 253 .. 254 }

/// Echo or echo reply, [RFC 792].
layer EchoMessage {
    type:     EchoType where it == EchoType.ECHO || it == EchoType.ECHO_REPLY : "no echo";
    code:     u8 = 0 lenient;
    checksum: u16 auto inet16(self) verify display hex;
    id:       u16;
    seq:      u16;
    data:     bytes;
}

probe EchoMessage from ip_protocol if rest.len >= 8 { type == EchoType.ECHO && code == 0 } score 10;
