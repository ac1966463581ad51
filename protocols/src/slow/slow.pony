//! Slow protocols: link aggregation, and markers of what was sent.
module pony.net.slow;
use pony.net.{MacAddr, ether_type};

/// Subtypes, [IEEE 802.3-2018 table 57A-3].
enum SlowSubtype : u8 { LACP = 1, MARKER = 2, OAM = 3, OSSP = 10 "organization specific" }

/// What a subtype is.
table slow_subtype : SlowSubtype;

/// A slow protocol: not more than ten frames a second, [IEEE 802.3-2018 annex 57A].
@level(link)
layer Slow {
    /// Which protocol, [IEEE 802.3-2018 §57A.3].
    subtype: SlowSubtype auto key_of(payload);
    payload: next from slow_subtype[subtype];
}

/// State of a port, [IEEE 802.1AX-2020 §6.4.2.3].
flags LacpState : u8 {
    /// What it received is too old.
    expired,
    /// It takes for granted what was configured.
    defaulted,
    /// It sends frames to the link.
    distributing,
    /// It takes frames from the link.
    collecting,
    /// It is in the right group.
    synchronization,
    /// It may be aggregated.
    aggregation,
    /// It wants to hear often.
    short_timeout,
    /// It sends without being asked.
    active,
}

/// Types of what a unit consists of, [IEEE 802.1AX-2020 §6.4.2.3]; from 4 on in version 2.
enum LacpTlvType : u8 {
    TERMINATOR          = 0,
    ACTOR               = 1 "actor information",
    PARTNER             = 2 "partner information",
    COLLECTOR           = 3 "collector information",
    PORT_ALGORITHM      = 4 "port algorithm",
    CONVERSATION_DIGEST = 5 "port conversation identifiers digest",
    CONVERSATION_MASK_1 = 6 "port conversation mask",
    CONVERSATION_MASK_2 = 7 "port conversation mask",
    CONVERSATION_MASK_3 = 8 "port conversation mask",
    CONVERSATION_MASK_4 = 9 "port conversation mask",
    SERVICE_MAPPING     = 10 "port conversation service mapping",
}

/// What is said of one side of a link, [IEEE 802.1AX-2020 §6.4.2.3].
struct LacpSide {
    /// The lower, the better.
    system_priority: u16;
    /// Address of the system.
    system:          MacAddr;
    /// What may be aggregated has one key.
    key:             u16;
    /// The lower, the better.
    port_priority:   u16;
    /// Number of the port.
    port:            u16;
    /// State of the port.
    state:           LacpState;
    _:               u24 = 0 lenient;
}

/// What a unit consists of, [IEEE 802.1AX-2020 §6.4.2.3].
struct LacpTlv {
    /// Which it is.
    type: LacpTlvType;
    match type {
        // What is behind it is reserved.
        TERMINATOR => stop;
        _          => {
            /// Of the whole.
            length: u8 auto size where it >= 2 : "shorter than its head" unit bytes;
            match type within length - 2 bytes {
                ACTOR     => Actor   { actor: LacpSide; }
                PARTNER   => Partner { partner: LacpSide; }
                COLLECTOR => Collector {
                    /// How long a frame may wait, in tens of microseconds.
                    max_delay: u16;
                    /// Nothing.
                    unused:    bytes[12];
                }
                PORT_ALGORITHM      => PortAlgorithm { algorithm: u32 display hex; }
                CONVERSATION_DIGEST => Digest        { link_number: u16; digest: bytes[16]; }
                _                   => Unknown       { data: bytes; }
            }
        }
    }
}

/// Link aggregation control, [IEEE 802.1AX-2020 §6.4.2].
@level(link)
layer Lacp {
    /// 1 or 2, [IEEE 802.1AX-2020 §6.4.2.3].
    version:  u8 default 1;
    /// What both sides are known to be, and the terminator.
    tlvs:     LacpTlv[..];
    /// What is behind the terminator.
    reserved: bytes trailing;

    expect present(tlvs.actor) && present(tlvs.partner) : missing_side "not both sides, IEEE 802.1AX-2020 §6.4.2.3";
}

/// Whether a marker is sent or comes back, [IEEE 802.1AX-2020 §6.5.3.3].
enum MarkerType : u8 { TERMINATOR = 0, INFORMATION = 1 "marker information", RESPONSE = 2 "marker response" }

/// A marker: what comes back when all frames before it have arrived, [IEEE 802.1AX-2020 §6.5.3].
@level(link)
layer Marker {
    /// 1, [IEEE 802.1AX-2020 §6.5.3.3].
    version:     u8 default 1;
    /// Whether the marker is sent or comes back.
    type:        MarkerType default INFORMATION;
    /// 16, [IEEE 802.1AX-2020 §6.5.3.3].
    length:      u8 = 16 lenient;
    /// Port of the sender.
    port:        u16;
    /// The sender.
    system:      MacAddr;
    /// What a response has in common with its marker.
    transaction: u32 display hex;
    _:           u16 = 0 lenient;
    /// Nothing follows, [IEEE 802.1AX-2020 §6.5.3.3].
    terminator:  u16 = 0 lenient;
    /// Up to the length of a frame.
    reserved:    bytes;
}

bind ether_type { SLOW => Slow; }
bind slow_subtype {
    LACP   => Lacp;
    MARKER => Marker;
}

reply Marker by Marker {
    request.transaction == reply.transaction;
    request.type == MarkerType.INFORMATION;
    reply.type == MarkerType.RESPONSE;
}

alias wireshark Slow { subtype = "slow.subtype"; }
alias wireshark Lacp {
    version = "lacp.version";
    (tlvs.actor.actor.system_priority) = "lacp.actor.sys_priority";
    (tlvs.actor.actor.system) = "lacp.actor.sysid";
    (tlvs.actor.actor.key) = "lacp.actor.key";
    (tlvs.actor.actor.port_priority) = "lacp.actor.port_priority";
    (tlvs.actor.actor.port) = "lacp.actor.port";
    (tlvs.actor.actor.state) = "lacp.actor.state";
    (tlvs.partner.partner.system_priority) = "lacp.partner.sys_priority";
    (tlvs.partner.partner.system) = "lacp.partner.sysid";
    (tlvs.partner.partner.key) = "lacp.partner.key";
    (tlvs.partner.partner.port_priority) = "lacp.partner.port_priority";
    (tlvs.partner.partner.port) = "lacp.partner.port";
    (tlvs.partner.partner.state) = "lacp.partner.state";
    (tlvs.collector.max_delay) = "lacp.collector.max_delay";
}
alias wireshark Marker {
    version = "marker.version"; type = "marker.tlvType"; length = "marker.tlvLen"; port = "marker.requesterPort";
    system = "marker.requesterSystem"; transaction = "marker.requesterTransId";
}

test "both sides of a link" Slow
     hex"01 01
         01 14 8000 0013c4120f00 000d 8000 0016 85 000000
         02 14 0000 000000000000 0000 0000 0000 36 000000
         03 10 8000 000000000000000000000000
         00 00 00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" {
    subtype == LACP; lacp.version == 1; lacp.tlvs.len == 4; lacp.tlvs.actor.actor.key == 13;
    lacp.tlvs.actor.actor.state.active; lacp.tlvs.actor.actor.state.expired; lacp.tlvs.partner.partner.state == 0x36;
    lacp.tlvs.collector.max_delay == 0x8000; anomalies == [];
}
test "a side without the other" Lacp
     hex"01 01 14 8000 0013c4120f00 000d 8000 0016 85 000000 00 00" { anomalies == [missing_side]; }
test "a side that is too short" reject Lacp hex"01 01 13 8000 0013c4120f00 000d 8000 0016 85 0000" at tlvs;
test "how conversations are told apart" LacpTlv hex"04 06 0080c201" { algorithm == 0x0080c201; }
test "a length that no head fits in" reject LacpTlv hex"01 01" at length;
test "a marker" Slow hex"02 01 01 10 0016 0013c4120f00 00000007 0000 0000" {
    marker.type == INFORMATION; marker.port == 22; marker.transaction == 7; anomalies == [];
}
test "what comes back" Marker hex"01 02 10 0016 0013c4120f00 00000007 0000 0000" { type == RESPONSE; }
test "a marker that is cut" reject Marker hex"01 01 10 0016 0013" at system;
test "a response" build
    Slow {}
  / Marker { type = RESPONSE; port = 22; system = mac"00:13:c4:12:0f:00"; transaction = 7 }
  == hex"02 01 02 10 0016 0013c4120f00 00000007 0000 0000";
test "lengths follow" build
    Slow {}
  / Lacp { tlvs = [Actor { actor = LacpSide { key = 13; port = 22 } }, Partner { partner = LacpSide {} },
        Collector {}] }
  == hex"01 01
         01 14 0000 000000000000 000d 0000 0016 00 000000
         02 14 0000 000000000000 0000 0000 0000 00 000000
         03 10 0000 000000000000000000000000";
test law roundtrip Slow;
test law truncation Slow;
test law roundtrip Lacp;
test law truncation Lacp;
test law roundtrip Marker;
test law truncation Marker;
