//! Datagram Congestion Control Protocol.
module pony.net.dccp;
use pony.net.{IpCarrier, Ports, IpProtocol, ip_protocol};

/// Packet types, [RFC 4340 §5.1].
enum DccpType : u4 {
    REQUEST   = 0,
    RESPONSE  = 1,
    DATA      = 2,
    ACK       = 3,
    DATA_ACK  = 4,
    CLOSE_REQ = 5,
    CLOSE     = 6,
    RESET     = 7,
    SYNC      = 8,
    SYNC_ACK  = 9,
}

/// Why a connection is reset, [RFC 4340 §5.6].
enum DccpResetCode : u8 {
    UNSPECIFIED        = 0,
    CLOSED             = 1,
    ABORTED            = 2,
    NO_CONNECTION      = 3,
    PACKET_ERROR       = 4,
    OPTION_ERROR       = 5,
    MANDATORY_ERROR    = 6,
    CONNECTION_REFUSED = 7,
    BAD_SERVICE_CODE   = 8,
    TOO_BUSY           = 9,
    BAD_INIT_COOKIE    = 10,
    AGGRESSION_PENALTY = 11,
    CCID               = 128 .. 255 "of the congestion control",
}

/// Header, [RFC 4340 §5.1].
@level(transport)
layer Dccp needs IpCarrier as ip provides Ports {
    /// The sender's port, [RFC 4340 §5.1].
    src_port:    u16;
    /// The receiver's port, [RFC 4340 §5.1].
    dst_port:    u16;
    /// Header length in words of 32 bits, options included, [RFC 4340 §5.1].
    data_offset: u8 auto offset_of(payload) / 4 where it >= 3 : "shorter than any header";
    /// Of the congestion control of the sender's half, [RFC 4340 §5.1].
    ccval:       u4;
    /// How much of the data the checksum covers: all, or words less one, [RFC 4340 §9.2].
    coverage:    u4;
    /// Over the addresses below, the header, and the data that is covered, [RFC 4340 §9].
    checksum:    u16 auto inet16(ip.pseudo_header(IpProtocol.DCCP, size) ++ self[0 .. covered - 1]) verify display hex;
    _:           u3 = 0 lenient;
    /// What kind of packet it is, [RFC 4340 §5.1].
    type:        DccpType;
    /// Sequence numbers have 48 bits, and not 24, [RFC 4340 §5.1].
    extended:    bool default true where header_len >= fixed : "shorter than the fields of its type";
    if extended {
        _:        u8 = 0 lenient;
        /// Counts all packets, [RFC 4340 §7].
        sequence: u48;
    } else {
        /// The lower half of the number that counts all packets, [RFC 4340 §7.6].
        low_sequence: u24;
    }
    match type {
        REQUEST => Request {
            /// What the client wants to talk to, [RFC 4340 §8.1.2].
            service: u32 display ascii;
        }
        DATA => Data {}
        _    => Acknowledgment {
            if extended {
                _:   u16 = 0 lenient;
                /// The greatest number that has arrived, [RFC 4340 §5.3].
                ack: u48;
            } else {
                _:       u8 = 0 lenient;
                /// The lower half of the greatest number that has arrived, [RFC 4340 §5.3].
                low_ack: u24;
            }
            match type {
                RESPONSE => {
                    /// What the client wanted to talk to, [RFC 4340 §5.2].
                    service: u32 display ascii;
                }
                RESET => {
                    /// Why, [RFC 4340 §5.6].
                    reset_code: DccpResetCode;
                    /// More about it, by code.
                    reset_data: bytes[3];
                }
                _ => {}
            }
        }
    }
    /// Options, [RFC 4340 §5.8].
    options: DccpOption[..] within header_len - fixed bytes align 4;
    payload: bytes;

    let header_len = data_offset * 4 unit bytes;
    /// As long as the header is without options.
    let fixed = (extended ? 16 : 12) + (type == DATA ? 0 : type == REQUEST ? 4 : (extended ? 8 : 4))
        + (type == RESPONSE || type == RESET ? 4 : 0) unit bytes;
    let wanted     = header_len + (coverage == 0 ? 0 : coverage - 1) * 4 unit bytes;
    let covered    = coverage == 0 || wanted > size ? size : wanted;

    expect extended || type in [DATA, ACK, DATA_ACK] : short_sequence "a short sequence number, RFC 4340 §5.1";
    expect coverage == 0 || wanted <= size           : coverage_beyond "more is covered than there is, RFC 4340 §9.2";

    provide Ports { protocol = IpProtocol.DCCP; src = src_port; dst = dst_port; }
}

/// Options, [RFC 4340 §5.8].
enum DccpOptionType : u8 {
    PADDING        = 0,
    MANDATORY      = 1,
    SLOW_RECEIVER  = 2 "slow receiver",
    CHANGE_L       = 32 "Change L",
    CONFIRM_L      = 33 "Confirm L",
    CHANGE_R       = 34 "Change R",
    CONFIRM_R      = 35 "Confirm R",
    INIT_COOKIE    = 36 "init cookie",
    NDP_COUNT      = 37 "NDP count",
    ACK_VECTOR_0   = 38 "ack vector, nonce 0",
    ACK_VECTOR_1   = 39 "ack vector, nonce 1",
    DATA_DROPPED   = 40 "data dropped",
    TIMESTAMP      = 41,
    TIMESTAMP_ECHO = 42 "timestamp echo",
    ELAPSED_TIME   = 43 "elapsed time",
    DATA_CHECKSUM  = 44 "data checksum",
    CCID           = 128 .. 255 "of the congestion control",
}

/// Features that are negotiated, [RFC 4340 §6.4].
enum DccpFeature : u8 {
    CCID                      = 1,
    ALLOW_SHORT_SEQUENCES     = 2,
    SEQUENCE_WINDOW           = 3,
    ECN_INCAPABLE             = 4,
    ACK_RATIO                 = 5,
    SEND_ACK_VECTOR           = 6,
    SEND_NDP_COUNT            = 7,
    MINIMUM_CHECKSUM_COVERAGE = 8,
    CHECK_DATA_CHECKSUM       = 9,
}

/// One option, [RFC 4340 §5.8].
struct DccpOption {
    /// Which option.
    type: DccpOptionType;
    match type {
        // One byte alone.
        0 .. 31 => {}
        _       => {
            /// Of the whole option.
            length: u8 auto size where it >= 2 : "shorter than its head" unit bytes;
            match type within length - 2 bytes {
                // RFC 4340 §6.1 and §6.2.
                CHANGE_L | CONFIRM_L | CHANGE_R | CONFIRM_R => Feature       { feature: DccpFeature; values: bytes; }
                // RFC 4340 §8.1.4.
                INIT_COOKIE                                 => InitCookie    { cookie: bytes; }
                // RFC 4340 §7.7: packets without data before this one.
                NDP_COUNT                                   => NdpCount      { count: bytes; }
                // RFC 4340 §11.4.
                ACK_VECTOR_0 | ACK_VECTOR_1                 => AckVector     { runs: DccpRun[..]; }
                // RFC 4340 §11.7.
                DATA_DROPPED                                => DataDropped   { blocks: bytes; }
                // RFC 4340 §13.1: tens of microseconds.
                TIMESTAMP                                   => Timestamp     { timestamp: u32; }
                // RFC 4340 §13.3.
                TIMESTAMP_ECHO                              => TimestampEcho { echo: u32; elapsed: bytes; }
                // RFC 4340 §13.2: tens of microseconds, in two bytes or four.
                ELAPSED_TIME                                => ElapsedTime   { elapsed: bytes; }
                // RFC 4340 §9.3.
                DATA_CHECKSUM                               => DataChecksum  { crc: u32 display hex; }
                _                                           => Unknown       { data: bytes; }
            }
        }
    }
}

/// What became of packets, [RFC 4340 §11.4].
enum DccpState : u2 { RECEIVED = 0, MARKED = 1 "received, ECN marked", RESERVED = 2, MISSING = 3 "not yet received" }

/// Packets of one state, the newest first, [RFC 4340 §11.4].
struct DccpRun {
    state:  DccpState;
    /// How many packets follow the first one.
    length: u6;
}

bind ip_protocol { DCCP => Dccp; }

alias wireshark Dccp {
    src_port = "dccp.srcport";
    dst_port = "dccp.dstport";
    data_offset = "dccp.data_offset";
    checksum = "dccp.checksum";
    (status_of(checksum)) = "dccp.checksum.status" if present(checksum);
    type = "dccp.type";
    sequence = "dccp.seq_raw";
    ack = "dccp.ack_raw";
    service = "dccp.service_code";
}

test "a request for features" Ipv4
     hex"45000034 758f4000 40210b1d 8b85d1b0 8b85d141 cdbb 1389 08 00 a766 01 00 0007b8bb9240 00000000 20040502 22040102 20040102" {
    dccp.type == REQUEST; dccp.sequence == 33164071488; dccp.options.len == 3; dccp.options[0].feature == ACK_RATIO;
    dccp.options[1].type == CHANGE_R; anomalies == [];
}
test "data and what has arrived, the header alone covered" Ipv4
     hex"45000098 ff224000 40218125 8b85d1b0 8b85d141 99fc 1389 09 06 7d28 09 00 0008f4ae8680 0000 000074d86e9a
         00 00 260300 2b0404e1 250301 202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f
         404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f
         707172737475767778797a7b7c7d7e20" {
    dccp.type == DATA_ACK; dccp.ack == 1960341146; dccp.coverage == 6; size_of(dccp.payload) == 96;
    dccp.options.ack_vector.runs[0].state == RECEIVED; dccp.options[4].count == hex"01"; anomalies == [];
}
test "short numbers" Dccp hex"0001 0002 04 0 0 0000 06 000007 00 000005" {
    type == ACK; low_sequence == 7; low_ack == 5; anomalies == [];
}
test "a reset with short numbers" Dccp hex"0001 0002 05 0 0 0000 0e 000007 00 000005 01 000000" {
    reset_code == CLOSED; anomalies == [short_sequence];
}
test "more is covered than there is" Dccp hex"0001 0002 03 0 2 0000 04 000007" { anomalies == [coverage_beyond]; }
test "an option that nobody knows is kept" DccpOption hex"80 03 07" { data == hex"07"; }
test "an option of one byte" DccpOption hex"02" { type == SLOW_RECEIVER; }
test "an option shorter than its head" reject DccpOption hex"20 01" at length;
test "shorter than any header" reject Dccp hex"0001 0002 02 0 0 0000 04 000007" at data_offset;
test "shorter than a request" reject Dccp hex"0001 0002 04 0 0 0000 01 00 000000000007" at extended;
test "length and checksum follow" build
    Ipv4 { identification = 1; src = ip"10.0.0.1"; dst = ip"10.0.0.2" }
  / Dccp { src_port = 1; dst_port = 2; type = REQUEST; sequence = 7; service = 5;
        options = [Timestamp { timestamp = 1 }] }
  == hex"4500 0030 0001 0000 4021 66aa 0a000001 0a000002 0001 0002 07 00 baa9 01 00 000000000007 00000005 29 06 00000001 0000";
test "the header alone is covered" build
    Ipv4 { identification = 1; src = ip"10.0.0.1"; dst = ip"10.0.0.2" }
  / Dccp { src_port = 1; dst_port = 2; coverage = 1; type = DATA; sequence = 7; payload = hex"0102" }
  == hex"4500 0026 0001 0000 4021 66b4 0a000001 0a000002 0001 0002 04 01 e2be 05 00 000000000007 0102";
test law roundtrip Dccp;
test law truncation Dccp;
test law roundtrip DccpOption;
