//! Stream Control Transmission Protocol.
module pony.net.sctp;
use pony.net.{IpProtocol, Ipv4Addr, Ipv6Addr, Ports, ip_protocol};

/// Chunks: "Chunk Types" of IANA. The highest two bits say what an endpoint does that does not know one,
/// [RFC 9260 §3.2].
enum SctpChunkType : u8 {
    DATA              = 0,
    INIT              = 1,
    INIT_ACK          = 2 "INIT ACK",
    SACK              = 3,
    HEARTBEAT         = 4,
    HEARTBEAT_ACK     = 5 "HEARTBEAT ACK",
    ABORT             = 6,
    SHUTDOWN          = 7,
    SHUTDOWN_ACK      = 8 "SHUTDOWN ACK",
    ERROR             = 9,
    COOKIE_ECHO       = 10 "COOKIE ECHO",
    COOKIE_ACK        = 11 "COOKIE ACK",
    ECNE              = 12,
    CWR               = 13,
    SHUTDOWN_COMPLETE = 14 "SHUTDOWN COMPLETE",
    /// RFC 4895.
    AUTH              = 15,
    /// RFC 8260.
    I_DATA            = 64 "I-DATA",
    /// RFC 5061.
    ASCONF_ACK        = 128 "ASCONF-ACK",
    /// RFC 6525.
    RE_CONFIG         = 130 "RE-CONFIG",
    /// RFC 4820.
    PAD               = 132,
    /// RFC 3758.
    FORWARD_TSN       = 192 "FORWARD-TSN",
    /// RFC 5061.
    ASCONF            = 193,
    /// RFC 8260.
    I_FORWARD_TSN     = 194 "I-FORWARD-TSN",
}

/// Flags of a chunk, by its type.
flags SctpChunkFlags : u8 {
    _: u4,
    /// Of DATA and I-DATA: an answer is wanted without delay, [RFC 7053 §3].
    immediate,
    /// Of DATA and I-DATA: the message may be delivered out of order, [RFC 9260 §3.3.1].
    unordered,
    /// Of DATA and I-DATA: the first piece of a message, [RFC 9260 §3.3.1].
    beginning,
    /// Of DATA and I-DATA: the last piece of a message, [RFC 9260 §3.3.1]. Of ABORT and SHUTDOWN COMPLETE: the
    /// verification tag is that of the sender, [RFC 9260 §3.3.7].
    ending,
}

/// What data is: "SCTP Payload Protocol Identifiers" of IANA.
enum SctpPayload : u32 {
    UNSPECIFIED         = 0,
    IUA                 = 1,
    M2UA                = 2,
    M3UA                = 3,
    SUA                 = 4,
    M2PA                = 5,
    V5UA                = 6,
    H_248               = 7 "H.248",
    BICC                = 8,
    TALI                = 9,
    DUA                 = 10,
    ASAP                = 11,
    ENRP                = 12,
    H_323               = 13 "H.323",
    QIPC                = 14,
    SIMCO               = 15,
    DDP_SEGMENT         = 16 "DDP segment",
    DDP_CONTROL         = 17 "DDP stream session control",
    S1AP                = 18,
    RUA                 = 19,
    HNBAP               = 20,
    FORCES_HP           = 21 "ForCES, high priority",
    FORCES_MP           = 22 "ForCES, medium priority",
    FORCES_LP           = 23 "ForCES, low priority",
    SBC_AP              = 24 "SBc-AP",
    NBAP                = 25,
    X2AP                = 27,
    IRCP                = 28,
    LCS_AP              = 29 "LCS-AP",
    MPICH2              = 30,
    SABP                = 31,
    FGP                 = 32,
    PPP                 = 33,
    CALCAPP             = 34,
    SSP                 = 35,
    NPMP_CONTROL        = 36,
    NPMP_DATA           = 37,
    ECHO                = 38,
    DISCARD             = 39,
    DAYTIME             = 40,
    CHARGEN             = 41,
    RNA                 = 42 "3GPP RNA",
    M2AP                = 43,
    M3AP                = 44,
    SSH                 = 45,
    DIAMETER            = 46,
    DIAMETER_DTLS       = 47 "Diameter over DTLS",
    R14P                = 48,
    WEBRTC_DCEP         = 50 "WebRTC control",
    WEBRTC_STRING       = 51 "WebRTC string",
    WEBRTC_BINARY       = 53 "WebRTC binary",
    PUA                 = 55,
    WEBRTC_STRING_EMPTY = 56 "WebRTC empty string",
    WEBRTC_BINARY_EMPTY = 57 "WebRTC empty binary",
    XWAP                = 58 "XwAP",
    XW_CONTROL          = 59 "Xw control plane",
    NGAP                = 60,
    XNAP                = 61,
    F1AP                = 62,
    E1AP                = 64,
}

/// Packet, [RFC 9260 §3].
@level(transport)
layer Sctp provides Ports {
    /// The sender's port, [RFC 9260 §3.1].
    src_port:         u16 default 9;
    /// The receiver's port, [RFC 9260 §3.1].
    dst_port:         u16 default 9;
    /// What the receiver said in its INIT, so that packets of others are known, [RFC 9260 §3.1].
    verification_tag: u32 display hex;
    /// CRC-32C over the whole packet, the byte of its lowest powers first, [RFC 9260 §6.8, appendix A].
    checksum:         u32le auto crc32c(self) verify display hex;
    /// What the endpoints say to each other, [RFC 9260 §3.2].
    chunks:           SctpChunk[..];

    expect src_port != 0 && dst_port != 0                 : port_zero "a port of 0, RFC 9260 §3.1";
    expect !present(chunks.init) || verification_tag == 0 : tag_of_init "an INIT has the tag 0, RFC 9260 §3.1";
    expect present(chunks.init) || chunks.len == 0 || verification_tag != 0 : no_tag "no tag, RFC 9260 §8.5";
    expect !(present(chunks.init) || present(chunks.init_ack) || present(chunks.shutdown_complete)) || chunks.len == 1 :
        not_alone "a chunk that must be alone in its packet, RFC 9260 §4.3";
    expect !present(chunks.cookie_echo) || chunks[0].type in [COOKIE_ECHO, AUTH] : cookie_not_first
        "a COOKIE ECHO that is not the first chunk, RFC 9260 §3.3.11";

    provide Ports { protocol = IpProtocol.SCTP; src = src_port; dst = dst_port; }
}

/// One chunk, [RFC 9260 §3.2].
struct SctpChunk {
    /// What it is.
    type:   SctpChunkType;
    /// By type.
    flags:  SctpChunkFlags;
    /// Of the whole chunk, but for the padding behind it. Whether it counts the padding of the last parameter, receivers
    /// don't care, [RFC 9260 §3.2]: a builder does.
    length: u16 auto offset_of(padding) where it >= 4 : "shorter than its head" unit bytes;
    let padded           = (length + 3) / 4 * 4 unit bytes;
    let holds_parameters = type in [INIT, INIT_ACK, HEARTBEAT, HEARTBEAT_ACK, ABORT, ERROR, ASCONF, ASCONF_ACK,
        RE_CONFIG];
    match type {
        // Their last parameter may be padded behind the length.
        INIT | INIT_ACK | HEARTBEAT | HEARTBEAT_ACK | ABORT | ERROR | ASCONF | ASCONF_ACK | RE_CONFIG => {
            match type within padded - 4 bytes {
                // RFC 9260 §3.3.2.
                INIT => Init {
                    /// What the verification tags of answers will be.
                    initiate_tag:     u32 default random display hex;
                    /// How many bytes the sender has room for.
                    window:           u32 unit bytes;
                    outbound_streams: u16 default 1;
                    inbound_streams:  u16 default 1;
                    initial_tsn:      u32;
                    parameters:       SctpParameter[..];
                    expect initiate_tag != 0 : no_initiate_tag "a tag of 0 is none, RFC 9260 §3.3.2";
                    expect outbound_streams != 0 && inbound_streams != 0 : no_streams "no stream, RFC 9260 §3.3.2";
                }
                // RFC 9260 §3.3.3.
                INIT_ACK => InitAck {
                    /// What the verification tags of answers will be.
                    initiate_tag:     u32 default random display hex;
                    /// How many bytes the sender has room for.
                    window:           u32 unit bytes;
                    outbound_streams: u16 default 1;
                    inbound_streams:  u16 default 1;
                    initial_tsn:      u32;
                    parameters:       SctpParameter[..];
                    expect initiate_tag != 0 : no_initiate_tag "a tag of 0 is none, RFC 9260 §3.3.3";
                    expect outbound_streams != 0 && inbound_streams != 0 : no_streams "no stream, RFC 9260 §3.3.3";
                }
                // RFC 9260 §3.3.5 and §3.3.6.
                HEARTBEAT | HEARTBEAT_ACK => Heartbeat { parameters: SctpParameter[..]; }
                // RFC 9260 §3.3.7 and §3.3.10.
                ABORT | ERROR             => Failure   { causes: SctpCause[..]; }
                // RFC 5061 §4.1.
                ASCONF                    => Asconf {
                    serial:     u32;
                    /// An address of the association to find it by, and what is asked for.
                    parameters: SctpParameter[..];
                }
                ASCONF_ACK => AsconfAck { serial: u32; parameters: SctpParameter[..]; }
                // RFC 6525 §3.1.
                _          => ReConfig  { parameters: SctpParameter[..]; }
            }
        }
        _ => {
            match type within length - 4 bytes {
                // RFC 9260 §3.3.1.
                DATA => Data {
                    /// Transmission sequence number.
                    tsn:             u32;
                    /// The stream that it belongs to.
                    stream:          u16;
                    /// Counts the messages of the stream.
                    stream_sequence: u16;
                    /// What the data is.
                    protocol:        SctpPayload;
                    /// A message, or a piece of one.
                    user_data:       bytes;
                    expect size_of(user_data) > 0 : no_user_data "DATA without data, RFC 9260 §3.3.1";
                }
                // RFC 9260 §3.3.4.
                SACK => Sack {
                    /// All up to this number has arrived.
                    cumulative_tsn:  u32;
                    /// How many bytes the sender has room for.
                    window:          u32 unit bytes;
                    gap_count:       u16 auto count_of(gaps);
                    duplicate_count: u16 auto count_of(duplicates);
                    gaps:            SctpGap[gap_count];
                    /// Numbers that arrived more than once.
                    duplicates:      u32[duplicate_count];
                }
                // RFC 9260 §3.3.8.
                SHUTDOWN          => Shutdown         { cumulative_tsn: u32; }
                // RFC 9260 §3.3.9, §3.3.12 and §3.3.13.
                SHUTDOWN_ACK      => ShutdownAck      {}
                COOKIE_ACK        => CookieAck        {}
                SHUTDOWN_COMPLETE => ShutdownComplete {}
                // RFC 9260 §3.3.11.
                COOKIE_ECHO       => CookieEcho       { cookie: bytes; }
                // RFC 4960 appendix A: the lowest number of a packet that was marked.
                ECNE | CWR        => Congestion       { lowest_tsn: u32; }
                // RFC 4895 §4.1.
                AUTH              => Auth             { shared_key: u16; hmac_id: SctpHmac; hmac: bytes; }
                // RFC 8260 §2.1.
                I_DATA            => InterleavedData {
                    /// Transmission sequence number.
                    tsn:       u32;
                    /// The stream that it belongs to.
                    stream:    u16;
                    _:         u16 = 0 lenient;
                    /// Counts the messages of the stream, those in order and the others apart.
                    message:   u32;
                    /// Of the first piece what the data is; of the others how many pieces came before.
                    position:  u32;
                    /// A message, or a piece of one.
                    user_data: bytes;
                }
                // RFC 3758 §3.2.
                FORWARD_TSN   => ForwardTsn { cumulative_tsn: u32; skipped: SctpSkipped[..]; }
                // RFC 8260 §2.3.1.
                I_FORWARD_TSN => InterleavedForwardTsn {
                    cumulative_tsn:   u32;
                    skipped_messages: SctpSkippedMessage[..];
                }
                // PAD among others.
                _ => Unknown { data: bytes; }
            }
        }
    }
    /// To a word.
    padding: bytes[holds_parameters ? 0 : (4 - length % 4) % 4] align 4;
}

/// Numbers that have arrived behind a gap, counted from the cumulative one, [RFC 9260 §3.3.4].
struct SctpGap { first: u16; last: u16; }

/// A stream, and the last message of it that the receiver shall not wait for, [RFC 3758 §3.2].
struct SctpSkipped { stream: u16; stream_sequence: u16; }

/// A stream, and the last message of it that the receiver shall not wait for, [RFC 8260 §2.3.1].
struct SctpSkippedMessage { stream: u16; _: u15 = 0 lenient; unordered: bool; message: u32; }

/// Codes for messages' authentication: "HMAC Identifiers" of IANA.
enum SctpHmac : u16 { SHA_1 = 1, SHA_256 = 3 }

/// Parameters: "Chunk Parameter Types" of IANA. The highest two bits say what an endpoint does that does not know one,
/// [RFC 9260 §3.2.1].
enum SctpParameterType : u16 {
    HEARTBEAT_INFO           = 1 "heartbeat information",
    IPV4_ADDRESS             = 5 "IPv4 address",
    IPV6_ADDRESS             = 6 "IPv6 address",
    STATE_COOKIE             = 7 "state cookie",
    UNRECOGNIZED             = 8 "unrecognized parameter",
    COOKIE_PRESERVATIVE      = 9 "cookie preservative",
    /// Deprecated by RFC 9260.
    HOST_NAME                = 11 "host name address",
    ADDRESS_TYPES            = 12 "supported address types",
    OUTGOING_RESET           = 13 "outgoing reset request",
    INCOMING_RESET           = 14 "incoming reset request",
    TSN_RESET                = 15 "SSN/TSN reset request",
    RECONFIGURATION_RESPONSE = 16 "re-configuration response",
    ADD_OUTGOING_STREAMS     = 17 "add outgoing streams request",
    ADD_INCOMING_STREAMS     = 18 "add incoming streams request",
    ECN_CAPABLE              = 0x8000 "ECN capable",
    /// RFC 9653.
    ZERO_CHECKSUM            = 0x8001 "zero checksum acceptable",
    RANDOM                   = 0x8002,
    CHUNK_LIST               = 0x8003 "chunk list",
    REQUESTED_HMAC           = 0x8004 "requested HMAC algorithm",
    PADDING                  = 0x8005,
    SUPPORTED_EXTENSIONS     = 0x8008 "supported extensions",
    FORWARD_TSN_SUPPORTED    = 0xc000 "forward TSN supported",
    ADD_ADDRESS              = 0xc001 "add IP address",
    DELETE_ADDRESS           = 0xc002 "delete IP address",
    ERROR_CAUSE              = 0xc003 "error cause indication",
    SET_PRIMARY_ADDRESS      = 0xc004 "set primary address",
    SUCCESS                  = 0xc005 "success indication",
    ADAPTATION_LAYER         = 0xc006 "adaptation layer indication",
}

/// How a request was taken, [RFC 6525 §4.4].
enum SctpResult : u32 {
    NOTHING_TO_DO       = 0,
    PERFORMED           = 1,
    DENIED              = 2,
    WRONG_SSN           = 3,
    IN_PROGRESS_ALREADY = 4,
    BAD_SEQUENCE        = 5,
    IN_PROGRESS         = 6,
}

/// One parameter, [RFC 9260 §3.2.1].
struct SctpParameter {
    /// Which it is.
    parameter_type: SctpParameterType display hex;
    /// Of the whole parameter, but for the padding behind it.
    length:         u16 auto offset_of(padding) where it >= 4 : "shorter than its head" unit bytes;
    match parameter_type within length - 4 bytes {
        // RFC 9260 §3.3.2.1 and §3.3.3.1.
        IPV4_ADDRESS         => Ipv4Address         { ipv4: Ipv4Addr; }
        IPV6_ADDRESS         => Ipv6Address         { ipv6: Ipv6Addr; }
        STATE_COOKIE         => StateCookie         { cookie: bytes; }
        COOKIE_PRESERVATIVE  => CookiePreservative  { increment: u32 unit ms; }
        HOST_NAME            => HostName            { host: str(ascii); }
        ADDRESS_TYPES        => AddressTypes        { address_types: SctpParameterType[..]; }
        // RFC 4895 §3.
        CHUNK_LIST           => ChunkList           { chunk_types: SctpChunkType[..]; }
        REQUESTED_HMAC       => RequestedHmac       { hmacs: SctpHmac[..]; }
        // RFC 5061 §4.2.
        SUPPORTED_EXTENSIONS => SupportedExtensions { chunk_types: SctpChunkType[..]; }
        ADD_ADDRESS | DELETE_ADDRESS | SET_PRIMARY_ADDRESS => Address { correlation: u32; address: SctpAddress; }
        ERROR_CAUSE          => ErrorCause          { correlation: u32; cause: bytes; }
        SUCCESS              => Success             { correlation: u32; }
        ADAPTATION_LAYER     => AdaptationLayer     { adaptation: u32 display hex; }
        // RFC 6525 §4.
        OUTGOING_RESET       => OutgoingReset {
            request:  u32;
            response: u32;
            last_tsn: u32;
            streams:  u16[..];
        }
        INCOMING_RESET           => IncomingReset { request: u32; streams: u16[..]; }
        TSN_RESET                => TsnReset      { request: u32; }
        RECONFIGURATION_RESPONSE => ReconfigurationResponse {
            response: u32;
            result:   SctpResult;
            /// The sender's and the receiver's next numbers, after a reset of both.
            next_tsn: u32[..];
        }
        ADD_OUTGOING_STREAMS | ADD_INCOMING_STREAMS => AddStreams {
            request:     u32;
            new_streams: u16;
            _:           u16 = 0 lenient;
        }
        // RFC 9653 §4.
        ZERO_CHECKSUM => ZeroChecksum { method: u32; }
        _             => Unknown      { data: bytes; }
    }
    /// To a word.
    padding: bytes[(4 - length % 4) % 4] align 4;
}

/// An address within another parameter, [RFC 5061 §4.2].
struct SctpAddress {
    /// Which family.
    parameter_type: SctpParameterType display hex;
    /// Of the whole parameter.
    length:         u16 auto size where it >= 4 : "shorter than its head" unit bytes;
    match parameter_type within length - 4 bytes {
        IPV4_ADDRESS => Ipv4Address { ipv4: Ipv4Addr; }
        IPV6_ADDRESS => Ipv6Address { ipv6: Ipv6Addr; }
        _            => Unknown     { data: bytes; }
    }
}

/// Causes of errors: "Error Cause Codes" of IANA.
enum SctpCauseCode : u16 {
    INVALID_STREAM          = 1 "invalid stream identifier",
    MISSING_PARAMETER       = 2 "missing mandatory parameter",
    STALE_COOKIE            = 3 "stale cookie",
    OUT_OF_RESOURCE         = 4 "out of resource",
    UNRESOLVABLE_ADDRESS    = 5 "unresolvable address",
    UNRECOGNIZED_CHUNK      = 6 "unrecognized chunk type",
    INVALID_PARAMETER       = 7 "invalid mandatory parameter",
    UNRECOGNIZED_PARAMETERS = 8 "unrecognized parameters",
    NO_USER_DATA            = 9 "no user data",
    SHUTTING_DOWN           = 10 "cookie received while shutting down",
    RESTART                 = 11 "restart of an association with new addresses",
    USER_ABORT              = 12 "user-initiated abort",
    PROTOCOL_VIOLATION      = 13 "protocol violation",
    DELETE_LAST_ADDRESS     = 0xa0 "request to delete the last address",
    RESOURCE_SHORTAGE       = 0xa1 "refused for lack of resources",
    DELETE_SOURCE_ADDRESS   = 0xa2 "request to delete the source address",
    ILLEGAL_ASCONF_ACK      = 0xa3 "illegal ASCONF-ACK",
    NO_AUTHORIZATION        = 0xa4 "no authorization",
    UNSUPPORTED_HMAC        = 0x105 "unsupported HMAC identifier",
}

/// Why something failed, [RFC 9260 §3.3.10].
struct SctpCause {
    /// Which cause.
    code:   SctpCauseCode;
    /// Of the whole cause, but for the padding behind it.
    length: u16 auto offset_of(padding) where it >= 4 : "shorter than its head" unit bytes;
    match code within length - 4 bytes {
        // RFC 9260 §3.3.10.1 to §3.3.10.13.
        INVALID_STREAM    => InvalidStream { stream: u16; _: u16 = 0 lenient; }
        MISSING_PARAMETER => MissingParameter {
            count:   u32 auto count_of(missing);
            missing: SctpParameterType[count];
        }
        STALE_COOKIE       => StaleCookie       { staleness: u32 unit us; }
        NO_USER_DATA       => NoUserData        { tsn: u32; }
        USER_ABORT         => UserAbort         { reason: bytes display ascii; }
        PROTOCOL_VIOLATION => ProtocolViolation { information: bytes display ascii; }
        // RFC 4895 §4.2.
        UNSUPPORTED_HMAC   => UnsupportedHmac   { hmac_id: SctpHmac; }
        _                  => Unknown           { data: bytes; }
    }
    /// To a word.
    padding: bytes[(4 - length % 4) % 4] align 4;
}

bind ip_protocol { SCTP => Sctp; }

alias wireshark Sctp {
    src_port = "sctp.srcport";
    dst_port = "sctp.dstport";
    verification_tag = "sctp.verification_tag";
    ((checksum & 0xff) << 24 | (checksum & 0xff00) << 8 | (checksum >> 8 & 0xff00) | checksum >> 24) = "sctp.checksum";
    (status_of(checksum)) = "sctp.checksum.status" if present(checksum);
}
alias wireshark SctpChunk {
    type = "sctp.chunk_type";
    flags = "sctp.chunk_flags";
    length = "sctp.chunk_length";
    (init.initiate_tag) = "sctp.init_initiate_tag";
    (init.window) = "sctp.init_credit";
    (init.outbound_streams) = "sctp.init_nr_out_streams";
    (init.inbound_streams) = "sctp.init_nr_in_streams";
    (init.initial_tsn) = "sctp.init_initial_tsn";
    (data.tsn) = "sctp.data_tsn_raw";
    (data.stream) = "sctp.data_sid";
    stream_sequence = "sctp.data_ssn";
    (data.protocol) = "sctp.data_payload_proto_id";
    (sack.cumulative_tsn) = "sctp.sack_cumulative_tsn_ack_raw";
    (sack.window) = "sctp.sack_a_rwnd";
    (cookie_echo.cookie) = "sctp.cookie";
}
alias wireshark SctpParameter { parameter_type = "sctp.parameter_type"; }

test "an INIT" Sctp
     hex"8044 0050 00000000 30baef54 01 00 003c 3bb99c46 0001a000 000a ffff 2b2d7eb2
         0005 0008 9be6189b 0005 0008 9be6189c 000c 0006 0005 0000 8000 0004 c000 0004 c006 0008 00000000" {
    chunks.init.initiate_tag == 0x3bb99c46; chunks.init.outbound_streams == 10; chunks.init.parameters.len == 6;
    chunks.init.parameters.ipv4_address.ipv4 == ip"155.230.24.155"; chunks[0].length == 60; anomalies == [];
}
// Other decoders stop at the first DATA.
test "two messages and an acknowledgment" Sctp
     hex"0007 0007 00000001 00000000 00 03 0011 00000001 0000 0000 00000000 61 000000
         00 03 0012 00000002 0001 0000 0000002e 6162 0000 03 00 0010 00000007 00010000 0000 0000" {
    chunks.len == 3; chunks[0].user_data == "a"; chunks[1].protocol == DIAMETER; chunks[1].user_data == "ab";
    chunks.sack.cumulative_tsn == 7; chunks[0].flags.beginning; anomalies == [checksum];
}
test "a cookie that is no multiple of a word" Sctp
     hex"b798 0f1c 22222222 5006cc8e 0a 00 000d 636f6f6b6965313233 000000" {
    chunks.cookie_echo.cookie == "cookie123"; anomalies == [];
}
test "the padding of the last parameter is behind the chunk's length" Sctp
     hex"0007 0007 00000000 00000000 01 00 001a 00000001 00001000 0001 0001 00000001 000c 0006 0005 0000" {
    chunks.len == 1; chunks.init.parameters.address_types.address_types == [IPV4_ADDRESS]; anomalies == [checksum];
}
test "gaps and duplicates" SctpChunk hex"03 00 001c 00000007 00010000 0002 0001 0002 0003 0005 0005 00000006" {
    sack.gaps[1].first == 5; sack.duplicates == [6];
}
test "an ABORT with its cause" SctpChunk hex"06 01 000c 000c 0006 6f6b 0000" {
    flags.ending; failure.causes.user_abort.reason == "ok"; failure.causes[0].length == 6;
}
test "missing parameters" SctpCause hex"0002 000c 00000002 0007 0005" { missing == [STATE_COOKIE, IPV4_ADDRESS]; }
test "authentication" SctpChunk hex"0f 00 000c 0001 0003 aabbccdd" { auth.hmac_id == SHA_256; size_of(hmac) == 4; }
test "a first piece of an interleaved message" SctpChunk
     hex"40 02 0016 00000001 0002 0000 00000003 0000002f 6162 0000" {
    interleaved_data.message == 3; interleaved_data.position == 47; interleaved_data.user_data == "ab";
}
test "an address is added" SctpChunk hex"c1 00 0020 00000001 0005 0008 0a000001 c001 0010 00000002 0005 0008 0a000002" {
    asconf.parameters[0].ipv4 == ip"10.0.0.1"; asconf.parameters.address.address.ipv4 == ip"10.0.0.2";
}
test "streams are reset" SctpChunk hex"82 00 0016 000d 0012 00000001 00000000 00000009 0003 0000" {
    re_config.parameters.outgoing_reset.streams == [3];
}
test "messages are skipped" SctpChunk
     hex"c0 00 000c 00000009 0001 0004" { forward_tsn.skipped[0].stream_sequence == 4; }
test "messages are skipped by their number" SctpChunk
     hex"c2 00 0010 00000009 0001 0001 00000004" { skipped_messages[0].unordered; skipped_messages[0].message == 4; }
test "a chunk that nobody knows is kept" SctpChunk hex"84 00 0006 0102 0000" { data == hex"0102"; }
test "an INIT with company, and a tag" Sctp
     hex"0007 0007 00000001 00000000 01 00 0014 00000000 00001000 0000 0001 00000001 0b 00 0004" {
    anomalies == [checksum, no_initiate_tag, no_streams, not_alone, tag_of_init];
}
test "a chunk shorter than its head" reject Sctp hex"0007 0007 00000001 00000000 0b 00 0003" at chunks;
test "a parameter shorter than its head" reject SctpParameter hex"0005 0003" at length;
test "a message" build
    Sctp { src_port = 7; dst_port = 7; verification_tag = 1; chunks = [Data { flags = beginning | ending; tsn = 1;
        stream = 0; stream_sequence = 0; protocol = ECHO; user_data = "a" }, Sack { cumulative_tsn = 7;
        window = 65536 }] }
  == hex"0007 0007 00000001 fbea4e10 00 03 0011 00000001 0000 0000 00000026 61 000000 03 00 0010 00000007 00010000 0000 0000";
test "an INIT's parameters are padded" build
    Sctp { src_port = 7; dst_port = 7; chunks = [Init { initiate_tag = 1; window = 4096; outbound_streams = 1;
        inbound_streams = 1; initial_tsn = 1; parameters = [ChunkList { parameter_type = CHUNK_LIST;
        chunk_types = [DATA] }, Ipv4Address { ipv4 = ip"10.0.0.1" }] }] }
  == hex"0007 0007 00000000 eb74d0ac 01 00 0024 00000001 00001000 0001 0001 00000001 8003 0005 00 000000 0005 0008 0a000001";
test law roundtrip Sctp;
test law truncation Sctp;
test law roundtrip SctpChunk;
test law roundtrip SctpParameter;
test law roundtrip SctpCause;
