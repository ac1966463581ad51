//! Encapsulated remote switched port analyser: mirrored frames within GRE.
//!
//! Types II and III are described in draft-foschiano-erspan-03; type I has no header beside that of GRE.
module pony.net.erspan;
use pony.net.{ether_type};

/// How the mirrored frame was tagged, [draft-foschiano-erspan-03 §4.2].
enum ErspanEncapsulation : u2 { NONE = 0, ISL = 1, DOT1Q = 2 "802.1Q", PRESERVED = 3 "tag preserved" }

/// Type II, [draft-foschiano-erspan-03 §4.2].
@level(link)
layer Erspan {
    /// 1 for type II.
    version:       u4 default 1;
    /// VLAN of the mirrored frame.
    vlan:          u12;
    /// Class of service of the mirrored frame.
    cos:           u3;
    /// How the frame was tagged.
    encapsulation: ErspanEncapsulation;
    /// The frame was cut.
    cut:           bool;
    /// Which mirroring session it belongs to.
    session:       u10;
    _:             u12 = 0 lenient;
    /// Which port and direction it was seen on.
    index:         u20;
    payload:       next is Ethernet;
}

/// What a frame of type III is, [draft-foschiano-erspan-03 §4.3].
enum ErspanFrameType : u5 { ETHERNET = 0 "Ethernet", IP = 2 }

/// Type III, [draft-foschiano-erspan-03 §4.3].
@level(link)
layer Erspan3 {
    /// 2 for type III.
    version:      u4 default 2;
    /// VLAN of the mirrored frame.
    vlan:         u12;
    /// Class of service of the mirrored frame.
    cos:          u3;
    /// The frame was bad, short or too long.
    state:        u2;
    /// The frame was cut.
    cut:          bool;
    /// Which mirroring session it belongs to.
    session:      u10;
    /// When it was seen, in units that `granularity` names.
    timestamp:    u32;
    /// Security group tag of the frame.
    group_tag:    u16;
    /// The frame is Ethernet.
    is_frame:     bool;
    /// What the frame is.
    frame_type:   ErspanFrameType;
    /// Which engine mirrored it.
    hardware_id:  u6;
    /// It was leaving, rather than arriving.
    egress:       bool;
    /// Units of the timestamp: 100 microseconds, 100 nanoseconds, IEEE 1588, or by platform.
    granularity:  u2;
    /// A subheader of the platform follows.
    has_platform: bool;
    if has_platform {
        /// Whose subheader it is.
        platform:             u6;
        /// What it says.
        platform_information: u58 display hex;
    }
    match frame_type {
        ETHERNET => { payload: next is Ethernet; }
        _        => { payload: next; }
    }
}

bind ether_type {
    ERSPAN     => Erspan;
    ERSPAN_III => Erspan3;
}

alias wireshark Erspan  { version = "erspan.version"; vlan = "erspan.vlan"; session = "erspan.spanid"; }
alias wireshark Erspan3 { version = "erspan.version"; vlan = "erspan.vlan"; session = "erspan.spanid"; }

test "session 100" Erspan hex"1000 0064 00000000" { version == 1; session == 100; vlan == 0; }
test "session 5 of VLAN 10, with the platform's subheader" Erspan3
     hex"200a 0005 00000001 0000 8001 0800 0000 0000 0000" {
    session == 5; vlan == 10; has_platform; platform == 2;
}
test "seven bytes" reject Erspan hex"1000 0064 000000" at index;
test "a header of type III that is cut, where gopacket reads out of bounds" reject Erspan3 hex"200a 0005 0000" at
     timestamp;
test "a subheader that is cut, where gopacket reads out of bounds" reject Erspan3
     hex"200a 0005 00000001 0000 8001 0800 0000" at platform_information;
test "a frame that is mirrored" build
    Gre      { has_sequence = true; sequence = 7 }
  / Erspan   { session = 100 }
  / Ethernet { dst = mac"02:00:00:00:00:02"; src = mac"02:00:00:00:00:01"; type_len = 0x88b5 }
  == hex"1000 88be 00000007 1000 0064 00000000 020000000002 020000000001 88b5";
test law roundtrip Erspan;
test law truncation Erspan;
test law roundtrip Erspan3;
test law truncation Erspan3;
