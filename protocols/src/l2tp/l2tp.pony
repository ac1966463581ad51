//! Layer Two Tunneling Protocol, versions 2 and 3.
module pony.net.l2tp;
use pony.net.{ip_protocol, udp_port};
use pony.net.ppp.{LcpOption};

/// Attributes: "Control Message Attribute Value Pairs" of IANA.
enum L2tpAttribute : u16 {
    MESSAGE_TYPE             = 0 "message type",
    RESULT_CODE              = 1 "result code",
    PROTOCOL_VERSION         = 2 "protocol version",
    FRAMING_CAPABILITIES     = 3 "framing capabilities",
    BEARER_CAPABILITIES      = 4 "bearer capabilities",
    TIE_BREAKER              = 5 "tie breaker",
    FIRMWARE_REVISION        = 6 "firmware revision",
    HOST_NAME                = 7 "host name",
    VENDOR_NAME              = 8 "vendor name",
    ASSIGNED_TUNNEL          = 9 "assigned tunnel ID",
    RECEIVE_WINDOW           = 10 "receive window size",
    CHALLENGE                = 11,
    CAUSE_CODE               = 12 "Q.931 cause code",
    CHALLENGE_RESPONSE       = 13 "challenge response",
    ASSIGNED_SESSION         = 14 "assigned session ID",
    CALL_SERIAL_NUMBER       = 15 "call serial number",
    MINIMUM_BPS              = 16 "minimum BPS",
    MAXIMUM_BPS              = 17 "maximum BPS",
    BEARER_TYPE              = 18 "bearer type",
    FRAMING_TYPE             = 19 "framing type",
    CALLED_NUMBER            = 21 "called number",
    CALLING_NUMBER           = 22 "calling number",
    SUB_ADDRESS              = 23 "sub-address",
    TX_CONNECT_SPEED         = 24 "TX connect speed",
    PHYSICAL_CHANNEL         = 25 "physical channel ID",
    INITIAL_RECEIVED_CONFREQ = 26 "initial received LCP configure request",
    LAST_SENT_CONFREQ        = 27 "last sent LCP configure request",
    LAST_RECEIVED_CONFREQ    = 28 "last received LCP configure request",
    PROXY_AUTHEN_TYPE        = 29 "proxy authentication type",
    PROXY_AUTHEN_NAME        = 30 "proxy authentication name",
    PROXY_AUTHEN_CHALLENGE   = 31 "proxy authentication challenge",
    PROXY_AUTHEN_ID          = 32 "proxy authentication ID",
    PROXY_AUTHEN_RESPONSE    = 33 "proxy authentication response",
    CALL_ERRORS              = 34 "call errors",
    ACCM                     = 35,
    RANDOM_VECTOR            = 36 "random vector",
    PRIVATE_GROUP            = 37 "private group ID",
    RX_CONNECT_SPEED         = 38 "RX connect speed",
    SEQUENCING_REQUIRED      = 39 "sequencing required",
    EXTENDED_VENDOR          = 58 "extended vendor ID",
    MESSAGE_DIGEST           = 59 "message digest",
    ROUTER_ID                = 60 "router ID",
    ASSIGNED_CONNECTION      = 61 "assigned control connection ID",
    PSEUDOWIRE_CAPABILITIES  = 62 "pseudowire capabilities list",
    LOCAL_SESSION            = 63 "local session ID",
    REMOTE_SESSION           = 64 "remote session ID",
    ASSIGNED_COOKIE          = 65 "assigned cookie",
    REMOTE_END               = 66 "remote end ID",
    PSEUDOWIRE_TYPE          = 68 "pseudowire type",
    L2_SUBLAYER              = 69 "L2-specific sublayer",
    DATA_SEQUENCING          = 70 "data sequencing",
    CIRCUIT_STATUS           = 71 "circuit status",
    PREFERRED_LANGUAGE       = 72 "preferred language",
    AUTHENTICATION_NONCE     = 73 "control message authentication nonce",
    TX_CONNECT_SPEED_64      = 74 "TX connect speed",
    RX_CONNECT_SPEED_64      = 75 "RX connect speed",
}

/// Control messages, [RFC 2661 §3.2, RFC 3931 §3.1].
enum L2tpMessage : u16 {
    SCCRQ   = 1 "start control connection request",
    SCCRP   = 2 "start control connection reply",
    SCCCN   = 3 "start control connection connected",
    STOPCCN = 4 "stop control connection notification",
    HELLO   = 6,
    OCRQ    = 7 "outgoing call request",
    OCRP    = 8 "outgoing call reply",
    OCCN    = 9 "outgoing call connected",
    ICRQ    = 10 "incoming call request",
    ICRP    = 11 "incoming call reply",
    ICCN    = 12 "incoming call connected",
    CDN     = 14 "call disconnect notify",
    WEN     = 15 "WAN error notify",
    SLI     = 16 "set link information",
    ACK     = 20 "explicit acknowledgment",
}

/// One attribute and its value, [RFC 2661 §4.1, RFC 3931 §5.1].
struct L2tpAvp {
    /// Who does not know the attribute ends the session, or the tunnel.
    mandatory: bool;
    /// The value is hidden with a secret, [RFC 2661 §4.3].
    hidden:    bool;
    _:         u4 = 0 lenient;
    /// Of the whole pair.
    length:    u10 auto size where it >= 6 : "shorter than its head" unit bytes;
    /// Who has assigned the attribute; 0 for those of the standard.
    vendor:    u16;
    /// Which attribute.
    attribute: L2tpAttribute;
    match vendor == 0 && !hidden within length - 6 bytes {
        true => {
            match attribute {
                MESSAGE_TYPE => MessageType { message_type: L2tpMessage; }
                // RFC 2661 §4.4.2: the last two are there where the result says so.
                RESULT_CODE  => ResultCode {
                    result:        u16;
                    error:         u16 if more;
                    error_message: str(utf8) if more;
                }
                PROTOCOL_VERSION     => ProtocolVersion { protocol_version: u8; revision: u8; }
                FRAMING_CAPABILITIES => FramingCapabilities {
                    _:             u30 = 0 lenient;
                    async_framing: bool;
                    sync_framing:  bool;
                }
                BEARER_CAPABILITIES => BearerCapabilities { _: u30 = 0 lenient; analog: bool; digital: bool; }
                TIE_BREAKER         => TieBreaker         { tie_breaker: u64 display hex; }
                FIRMWARE_REVISION   => FirmwareRevision   { firmware: u16 display hex; }
                HOST_NAME           => HostName           { host_name: str(utf8); }
                VENDOR_NAME         => VendorName         { vendor_name: str(utf8); }
                ASSIGNED_TUNNEL     => AssignedTunnel     { assigned_tunnel: u16; }
                RECEIVE_WINDOW      => ReceiveWindow      { window: u16; }
                CHALLENGE           => Challenge          { challenge: bytes; }
                CAUSE_CODE          => CauseCode          { cause: u16; cause_message: u8; advisory: str(utf8); }
                CHALLENGE_RESPONSE  => ChallengeResponse  { response: bytes[16]; }
                ASSIGNED_SESSION    => AssignedSession    { assigned_session: u16; }
                CALL_SERIAL_NUMBER  => CallSerialNumber   { call: u32; }
                MINIMUM_BPS         => MinimumBps         { minimum_bps: u32; }
                MAXIMUM_BPS         => MaximumBps         { maximum_bps: u32; }
                BEARER_TYPE         => BearerType         { _: u30 = 0 lenient; is_analog: bool; is_digital: bool; }
                FRAMING_TYPE        => FramingType        { _: u30 = 0 lenient; is_async: bool; is_sync: bool; }
                CALLED_NUMBER       => CalledNumber       { called: str(utf8); }
                CALLING_NUMBER      => CallingNumber      { calling: str(utf8); }
                SUB_ADDRESS         => SubAddress         { sub_address: str(utf8); }
                TX_CONNECT_SPEED    => TxConnectSpeed     { tx_speed: u32; }
                RX_CONNECT_SPEED    => RxConnectSpeed     { rx_speed: u32; }
                PHYSICAL_CHANNEL    => PhysicalChannel    { channel: u32; }
                INITIAL_RECEIVED_CONFREQ | LAST_SENT_CONFREQ | LAST_RECEIVED_CONFREQ => ConfigureRequest {
                    options: LcpOption[..];
                }
                PROXY_AUTHEN_TYPE      => ProxyAuthenType      { authentication: u16; }
                PROXY_AUTHEN_NAME      => ProxyAuthenName      { authentication_name: bytes display ascii; }
                PROXY_AUTHEN_CHALLENGE => ProxyAuthenChallenge { authentication_challenge: bytes; }
                PROXY_AUTHEN_ID        => ProxyAuthenId        { _: u8 = 0 lenient; authentication_id: u8; }
                PROXY_AUTHEN_RESPONSE  => ProxyAuthenResponse  { authentication_response: bytes; }
                CALL_ERRORS            => CallErrors {
                    _:                 u16 = 0 lenient;
                    crc_errors:        u32;
                    framing_errors:    u32;
                    hardware_overruns: u32;
                    buffer_overruns:   u32;
                    timeout_errors:    u32;
                    alignment_errors:  u32;
                }
                ACCM           => Accm          { _: u16 = 0 lenient; send: u32 display hex; receive: u32 display hex; }
                RANDOM_VECTOR  => RandomVector  { random_vector: bytes; }
                PRIVATE_GROUP  => PrivateGroup  { group: bytes display ascii; }
                SEQUENCING_REQUIRED => SequencingRequired {}
                // RFC 3931 §5.4.
                MESSAGE_DIGEST => MessageDigest { digest_type: u8; digest: bytes; }
                ROUTER_ID      => RouterId      { router: u32; }
                ASSIGNED_CONNECTION => AssignedConnection { assigned_connection: u32 display hex; }
                PSEUDOWIRE_CAPABILITIES => PseudowireList { pseudowires: u16[..]; }
                LOCAL_SESSION  => LocalSession  { local_session: u32 display hex; }
                REMOTE_SESSION => RemoteSession { remote_session: u32 display hex; }
                ASSIGNED_COOKIE => AssignedCookie { cookie: bytes; }
                REMOTE_END     => RemoteEnd     { remote_end: bytes display ascii; }
                PSEUDOWIRE_TYPE => PseudowireType { pseudowire: u16; }
                L2_SUBLAYER    => L2Sublayer    { sublayer: u16; }
                DATA_SEQUENCING => DataSequencing { sequencing: u16; }
                CIRCUIT_STATUS => CircuitStatus { _: u14 = 0 lenient; is_new: bool; is_active: bool; }
                PREFERRED_LANGUAGE => PreferredLanguage { language: str(utf8); }
                AUTHENTICATION_NONCE => AuthenticationNonce { nonce: bytes; }
                TX_CONNECT_SPEED_64 => TxConnectSpeed64 { tx_speed_64: u64; }
                RX_CONNECT_SPEED_64 => RxConnectSpeed64 { rx_speed_64: u64; }
                _              => Unknown       { data: bytes; }
            }
        }
        _ => Opaque { value: bytes; }
    }
}

/// Version 2, [RFC 2661 §3.1].
@level(link)
layer L2tp {
    /// A control message rather than data.
    is_control:   bool;
    /// The length is there; in control messages it must.
    has_length:   bool default is_control;
    _:            u2 = 0 lenient;
    /// Sequence numbers are there; in control messages they must.
    has_sequence: bool default is_control;
    _:            u1 = 0 lenient;
    /// An offset is there; in control messages it must not.
    has_offset:   bool;
    /// To be sent before others.
    priority:     bool;
    _:            u4 = 0 lenient;
    /// 2, [RFC 2661 §3.1].
    version:      u4 = 2;
    if has_length {
        /// Of the whole message.
        length: u16 auto size where it >= 4 : "shorter than what stands before it" unit bytes;
    }
    match is_control within present(length) ? length - 4 : rest.len bytes {
        true => Control {
            /// The tunnel, as its receiver has numbered it; 0 as long as it has not.
            tunnel:  u16;
            /// The session, as its receiver has numbered it; 0 where the whole tunnel is meant.
            session: u16;
            if has_sequence {
                /// Counts messages.
                sent:     u16;
                /// The number that is expected next.
                expected: u16;
            }
            /// What it says, its type first; nothing where a message is acknowledged, [RFC 2661 §5.8].
            avps: L2tpAvp[..];
        }
        _ => Data {
            /// The tunnel, as its receiver has numbered it.
            tunnel:  u16;
            /// The session, as its receiver has numbered it.
            session: u16;
            if has_sequence {
                /// Counts messages.
                sent:     u16;
                /// Nothing, in data.
                expected: u16;
            }
            if has_offset {
                /// How many bytes of no meaning follow.
                offset:     u16 auto size_of(offset_pad) unit bytes;
                offset_pad: bytes[offset];
            }
            payload: next is Ppp;
        }
    }

    expect has_length || !is_control   : no_length "a control message without its length, RFC 2661 §3.1";
    expect has_sequence || !is_control : no_sequence "a control message without a sequence number, RFC 2661 §3.1";
    expect !has_offset || !is_control  : offset_of_control "a control message with an offset, RFC 2661 §3.1";
}

/// Control message of version 3, [RFC 3931 §3.2.1].
mixin L2tp3Head {
    /// A control message.
    is_control:   bool = true;
    /// The length is there, as it must, [RFC 3931 §3.2.1].
    has_length:   bool = true lenient;
    _:            u2 = 0 lenient;
    /// Sequence numbers are there, as they must, [RFC 3931 §3.2.1].
    has_sequence: bool = true lenient;
    _:            u7 = 0 lenient;
    /// 3, [RFC 3931 §3.2.1].
    version:      u4 = 3;
    /// Of the message, from its flags on, [RFC 3931 §3.2.1].
    length:       u16 auto 12 + size_of(avps) where it >= 12 : "shorter than the header" unit bytes;
    /// Control connection, as its receiver has numbered it, [RFC 3931 §3.2.1].
    connection:   u32 display hex;
    /// Counts messages, [RFC 3931 §3.2.1].
    sent:         u16;
    /// The number that is expected next, [RFC 3931 §3.2.1].
    expected:     u16;
    /// What it says, its type first, [RFC 3931 §5.1].
    avps:         L2tpAvp[..] within length - 12 bytes;
}

/// Version 3 over UDP: a control message, [RFC 3931 §4.1.2.1].
@level(link)
layer L2tp3Control {
    include L2tp3Head;
}

/// Version 3 over UDP: data, [RFC 3931 §4.1.2.1].
@level(link)
layer L2tp3Data {
    /// No control message.
    is_control: bool = false;
    _:          u11 = 0 lenient;
    /// 3, [RFC 3931 §4.1.2.1].
    version:    u4 = 3;
    /// Reserved, [RFC 3931 §4.1.2.1].
    reserved:   u16 = 0 lenient;
    /// The session, as its receiver has numbered it, [RFC 3931 §4.1].
    session:    u32 display hex;
    /// A cookie, a sublayer and the frame, as both sides have agreed, [RFC 3931 §4.1].
    content:    bytes;
}

/// Version 3 over IP: data, and control messages in the session 0, [RFC 3931 §4.1.1].
@level(link)
layer L2tp3 {
    /// The session, as its receiver has numbered it, [RFC 3931 §4.1.1.1].
    session: u32 display hex;
    if session == 0 {
        include L2tp3Head;
    } else {
        /// A cookie, a sublayer and the frame, as both sides have agreed, [RFC 3931 §4.1].
        content: bytes;
    }
}

bind udp_port {
    1701 => L2tp if rest[1] & 15 == 2;
    1701 => L2tp3Control if rest[0] >= 0x80 && rest[1] & 15 == 3;
    1701 => L2tp3Data if rest[0] < 0x80 && rest[1] & 15 == 3;
}
bind ip_protocol { L2TP => L2tp3; }

alias wireshark L2tp {
    is_control = "l2tp.type";
    has_length = "l2tp.length_bit";
    has_sequence = "l2tp.seq_bit";
    has_offset = "l2tp.offset_bit";
    priority = "l2tp.priority";
    version = "l2tp.version";
    length = "l2tp.length";
    control.tunnel = "l2tp.tunnel";
    control.session = "l2tp.session";
    control.sent = "l2tp.Ns";
    control.expected = "l2tp.Nr";
    data.tunnel = "l2tp.tunnel";
    data.session = "l2tp.session";
    data.sent = "l2tp.Ns";
    data.expected = "l2tp.Nr";
    offset = "l2tp.offset";
}
alias wireshark L2tp3Control {
    is_control = "l2tp.type"; has_length = "l2tp.length_bit"; has_sequence = "l2tp.seq_bit"; version = "l2tp.version";
    length = "l2tp.length"; connection = "l2tp.ccid"; sent = "l2tp.Ns"; expected = "l2tp.Nr";
}
alias wireshark L2tp3Data { is_control = "l2tp.type"; version = "l2tp.version"; session = "l2tp.sid"; }
alias wireshark L2tp3 {
    session = "l2tp.sid"; is_control = "l2tp.type"; has_length = "l2tp.length_bit"; has_sequence = "l2tp.seq_bit";
    version = "l2tp.version"; length = "l2tp.length"; connection = "l2tp.ccid"; sent = "l2tp.Ns"; expected = "l2tp.Nr";
}
alias wireshark L2tpAvp {
    mandatory = "l2tp.avp.mandatory"; hidden = "l2tp.avp.hidden"; length = "l2tp.avp.length";
    vendor = "l2tp.avp.vendor_id"; attribute = "l2tp.avp.type" if !(vendor in [9, 193, 3561, 4491]);
    message_type = "l2tp.avp.message_type"; assigned_tunnel = "l2tp.avp.assigned_tunnel_id";
    assigned_session = "l2tp.avp.assigned_session_id"; called = "l2tp.avp.called_number";
    calling = "l2tp.avp.calling_number"; tie_breaker = "l2tp.tie_breaker";
    assigned_connection = "l2tp.avp.assigned_control_conn_id"; local_session = "l2tp.avp.local_session_id";
    remote_session = "l2tp.avp.remote_session_id";
}

test "an echo request of the link within" L2tp hex"0002 05f7 206a ff03 c021 09 24 0008 e7e18ff6" {
    !is_control; data.tunnel == 1527; data.session == 8298; ppp.protocol == 0xc021; lcp.magic_number == 0xe7e18ff6;
}
test "with an offset of nothing" L2tp hex"0202 4a32 d35e 0000 ff03 c021 0a 24 0008 c1343922" {
    has_offset; offset == 0; ppp.address == 0xff; lcp.identifier == 0x24;
}
test "hello" L2tp hex"c802 0014 05f7 0000 000f 0002 8008 0000 0000 0006" {
    is_control; length == 20; control.tunnel == 1527; control.sent == 15; control.expected == 2; avps.len == 1;
    avps.message_type.message_type == HELLO; avps[0].length == 8; anomalies == [];
}
test "nothing but an acknowledgment" L2tp hex"c802 000c 4a32 0000 0002 0010" { avps.len == 0; }
test "what the length does not count is no part of it" L2tp
     hex"4002 000a 0001 0002 0fff 00000000" { size_of(payload) == 2; }
test "a control message without its fields" L2tp hex"8202 0001 0000 8008 0000 0000 0006" {
    anomalies == [no_length, no_sequence, offset_of_control];
}
test "a length within the header" reject L2tp hex"4002 0003 0001" at length;
test "an offset behind the end" reject L2tp hex"4202 000a 0001 0002 00ff" at offset_pad;
test "an attribute shorter than its head" reject L2tpAvp hex"8005 0000 0000" at length;
test "why a tunnel ends" L2tpAvp
     hex"800d 0000 0001 0002 0006 627573" { result == 2; error == 6; error_message == "bus"; }
test "why, in short" L2tpAvp hex"8008 0000 0001 0001" { result == 1; !present(error); }
test "a name" L2tpAvp hex"800a 0000 0007 706f6e79" { mandatory; host_name == "pony"; }
test "what is hidden" L2tpAvp hex"c008 0000 0009 beef" { hidden; value == hex"beef"; }
test "another vendor's" L2tpAvp hex"0008 0009 0001 0001" { vendor == 9; value == hex"0001"; }
test "what the link was asked for" L2tpAvp hex"000a 0000 001a 0104 05d4" { options.mru.mru == 1492; }
test "what the link suffers" L2tpAvp
     hex"8020 0000 0022 0000 00000001 00000002 00000003 00000004 00000005 00000006" { alignment_errors == 6; }
test "version 3, a connection of two" L2tp3Control
     hex"c803 001e 00000000 0000 0000 8008 0000 0000 0001 800a 0000 003d 00000007" {
    connection == 0; avps.len == 2; avps.message_type.message_type == SCCRQ;
    avps.assigned_connection.assigned_connection == 7; anomalies == [];
}
test "version 3, a length within the header" reject L2tp3Control hex"c803 000b 00000000 0000 0000" at length;
test "version 3, data" L2tp3Data hex"0003 0000 00000007 0102" { session == 7; content == hex"0102"; }
test "version 3, data that is cut" reject L2tp3Data hex"0003 0000 0000" at session;
test "version 3 over IP" L2tp3 hex"00000007 0102" { session == 7; content == hex"0102"; }
test "version 3 over IP, an acknowledgment" L2tp3
     hex"00000000 c803 000c 00000009 0001 0002" { connection == 9; avps.len == 0; }
test "version 3 over IP, another version" reject L2tp3 hex"00000000 c802 000c" at version;
test "the message's length follows" build
    L2tp { is_control = true; control.tunnel = 7; control.sent = 1;
        avps = [MessageType { message_type = SCCRQ; mandatory = true }, HostName { host_name = "pony" }] }
  == hex"c802 001e 0007 0000 0001 0000 8008 0000 0000 0001 000a 0000 0007 706f6e79";
test "data" build
    L2tp { data.tunnel = 1; data.session = 2 }
  / Ppp  { address = 0xff }
  / Lcp  { code = ECHO_REQUEST; identifier = 1; magic_number = 7 }
  == hex"0002 0001 0002 ff03 c021 09 01 0008 00000007";
test build
    L2tp3Control { connection = 7; avps = [MessageType { message_type = HELLO }] }
  == hex"c803 0014 00000007 0000 0000 0008 0000 0000 0006";
test build L2tp3 { session = 7; content = hex"0102" } == hex"00000007 0102";
test law roundtrip L2tp;
test law truncation L2tp;
test law roundtrip L2tp3Control;
test law truncation L2tp3Control;
test law roundtrip L2tp3Data;
test law truncation L2tp3Data;
test law roundtrip L2tp3;
test law truncation L2tp3;
