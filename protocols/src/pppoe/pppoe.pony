//! PPP over Ethernet: discovery, and the session that it leads to.
module pony.net.pppoe;
use pony.net.{ether_type, link_type};

/// What a packet is: discovery messages, and the session, [RFC 2516 §5, §6]. Those that grant credits are of [RFC 5578 §5].
enum PppoeCode : u8 {
    SESSION      = 0x00 "session data",
    OFFER        = 0x07 "PADO",
    INITIATION   = 0x09 "PADI",
    GRANT        = 0x0a "PADG",
    CREDIT       = 0x0b "PADC",
    QUALITY      = 0x0c "PADQ",
    REQUEST      = 0x19 "PADR",
    CONFIRMATION = 0x65 "PADS",
    TERMINATE    = 0xa7 "PADT",
}

/// What both stages begin with, [RFC 2516 §4].
mixin PppoeHead {
    /// Must be 1, [RFC 2516 §4].
    version:    u4 = 1;
    /// Must be 1, [RFC 2516 §4].
    type:       u4 = 1;
    /// What the packet is, [RFC 2516 §4].
    code:       PppoeCode display hex;
    /// Which session it belongs to, together with the Ethernet addresses; 0 while none is agreed on, [RFC 2516 §4].
    session_id: u16 display hex;
}

/// "PPPoE Tag Values" of IANA.
enum PppoeTagType : u16 {
    END                = 0x0000 "end of list",
    SERVICE_NAME       = 0x0101 "service name",
    AC_NAME            = 0x0102 "access concentrator's name",
    HOST_UNIQ          = 0x0103 "host-uniq",
    AC_COOKIE          = 0x0104 "access concentrator's cookie",
    VENDOR_SPECIFIC    = 0x0105 "vendor specific",
    CREDITS            = 0x0106,
    METRICS            = 0x0107,
    SEQUENCE_NUMBER    = 0x0108 "sequence number",
    CREDIT_SCALE       = 0x0109 "credit scale factor",
    RELAY_SESSION_ID   = 0x0110 "relay session identifier",
    HURL               = 0x0111,
    MOTM               = 0x0112,
    MAX_PAYLOAD        = 0x0120 "PPP maximum payload",
    IP_ROUTE_ADD       = 0x0121 "IP route to add",
    SERVICE_NAME_ERROR = 0x0201 "service name error",
    AC_SYSTEM_ERROR    = 0x0202 "access concentrator's error",
    GENERIC_ERROR      = 0x0203 "generic error",
}

/// How good the link to the other side is, [RFC 5578 §6.3].
flags PppoeMetricsFlags : u16 { _: u11, resource: u4, receive_only }

/// One tag, [RFC 2516 appendix A].
struct PppoeTag {
    /// Which tag.
    type:   PppoeTagType display hex;
    /// Of its value alone.
    length: u16 auto size - 4 unit bytes;
    match type within length bytes {
        // What is behind it is ignored.
        END              => stop;
        // An empty name stands for any service.
        SERVICE_NAME     => ServiceName    { service_name: str(utf8); }
        AC_NAME          => AcName         { ac_name: str(utf8); }
        // Whatever the host wants, and gets back.
        HOST_UNIQ        => HostUniq       { host_uniq: bytes; }
        AC_COOKIE        => AcCookie       { cookie: bytes; }
        VENDOR_SPECIFIC  => VendorSpecific { _: u8 = 0 lenient; vendor: u24 display hex; information: bytes; }
        RELAY_SESSION_ID => RelaySession   { relay_session: bytes; }
        // RFC 5578 §6.
        CREDITS          => Credits        { forward_credits: u16; backward_credits: u16; }
        METRICS          => Metrics {
            flags:             PppoeMetricsFlags;
            /// Relative link quality, in percent.
            link_quality:      u8;
            /// Resources that are left, in percent.
            resources:         u8;
            latency:           u16 unit ms;
            current_data_rate: u16;
            maximum_data_rate: u16;
        }
        SEQUENCE_NUMBER    => SequenceNumber   { sequence: u16; }
        CREDIT_SCALE       => CreditScale      { scale_factor: u16 unit bytes; }
        // RFC 4638 §2: more than the 1492 bytes that a frame of Ethernet has room for.
        MAX_PAYLOAD        => MaxPayload       { max_payload: u16 unit bytes; }
        SERVICE_NAME_ERROR => ServiceNameError { service_name_error: str(utf8); }
        AC_SYSTEM_ERROR    => AcSystemError    { ac_system_error: str(utf8); }
        GENERIC_ERROR      => GenericError     { generic_error: str(utf8); }
        _                  => Unknown          { data: bytes; }
    }
}

/// The discovery stage, [RFC 2516 §5].
@level(link)
layer PppoeDiscovery {
    include PppoeHead;
    /// Of the tags, [RFC 2516 §4].
    length: u16 auto size_of(tags) unit bytes;
    /// Tags, [RFC 2516 §5].
    tags:   PppoeTag[..] within length bytes;

    let has_service = present(tags.service_name);

    expect session_id == 0 || code != INITIATION && code != OFFER && code != REQUEST : early_session
        "a session, though none is agreed on, RFC 2516 §5.1 to §5.3";
    expect code != TERMINATE || session_id != 0   : no_session "the session that ends has no identifier, RFC 2516 §5.5";
    expect has_service || code != INITIATION && code != OFFER && code != REQUEST : no_service_name
        "no service is named, RFC 2516 §5.1 to §5.3";
    expect present(tags.ac_name) || code != OFFER : no_ac_name "an offer of nobody, RFC 2516 §5.2";
}

/// The session stage, [RFC 2516 §6].
@level(link)
layer PppoeSession {
    include PppoeHead;
    /// Of the frame of PPP, [RFC 2516 §4].
    length:  u16 auto size_of(payload) unit bytes;
    payload: next is Ppp within length bytes;

    expect code == SESSION      : not_a_session "the code of a session is 0, RFC 2516 §6";
    expect session_id != 0xffff : reserved_session "the session 0xffff is reserved, RFC 2516 §4";
}

bind ether_type {
    PPPOE_DISCOVERY => PppoeDiscovery;
    PPPOE_SESSION   => PppoeSession;
}
// LINKTYPE_PPP_ETHER.
bind link_type { 51 => PppoeSession; }

alias wireshark PppoeDiscovery {
    version = "pppoe.version";
    type = "pppoe.type";
    code = "pppoe.code";
    session_id = "pppoe.session_id";
    length = "pppoe.payload_length";
}
alias wireshark PppoeSession {
    version = "pppoe.version";
    type = "pppoe.type";
    code = "pppoe.code";
    session_id = "pppoe.session_id";
    length = "pppoe.payload_length";
}

alias wireshark PppoeTag {
    service_name.service_name = "pppoed.tags.service_name" if length > 0; ac_name.ac_name = "pppoed.tags.ac_name";
    host_uniq.host_uniq = "pppoed.tags.host_uniq"; cookie = "pppoed.tags.ac_cookie";
    forward_credits = "pppoed.tags.credits.fcn"; backward_credits = "pppoed.tags.credits.bcn";
    flags.receive_only = "pppoed.tags.metrics.r"; link_quality = "pppoed.tags.metrics.rlq";
    resources = "pppoed.tags.metrics.resource"; latency = "pppoed.tags.metrics.latency";
    current_data_rate = "pppoed.tags.metrics.curr_drate"; maximum_data_rate = "pppoed.tags.metrics.max_drate";
    sequence = "pppoed.tags.seq_num"; scale_factor = "pppoed.tags.credit_scale";
}

test "who offers any service" PppoeDiscovery hex"11 09 0000 000c 0101 0000 0103 0004 d7510000" {
    code == INITIATION; tags.len == 2; tags.host_uniq.host_uniq == hex"d7510000"; anomalies == [];
}
test "behind the end of the list is padding" PppoeDiscovery hex"11 09 0000 000a 0101 0000 0000 0000 0102" {
    tags.len == 2; anomalies == [];
}
test "an offer of nobody, in a session" PppoeDiscovery hex"11 07 0001 0004 0101 0000" {
    anomalies == [early_session, no_ac_name];
}
test "a session that ends without a name" PppoeDiscovery hex"11 a7 0000 0000" { anomalies == [no_session]; }
test "what went wrong" PppoeTag hex"0203 0003 627573" { generic_error == "bus"; }
test "a vendor's tag" PppoeTag hex"0105 0005 00 000de9 01" { vendor == 0x000de9; information == hex"01"; }
test "a larger payload" PppoeTag hex"0120 0002 05dc" { max_payload == 1500; }
test "metrics of a link" PppoeTag hex"0107 000a 0001 64 32 0003 000a 0014" {
    flags.receive_only; link_quality == 100; resources == 50; latency == 3; maximum_data_rate == 20;
}
test "an echo request of the link in session 17" PppoeSession hex"11 00 0011 000a c021 09 24 0008 6d1dcd40" {
    session_id == 17; length == 10; ppp.protocol == 0xc021; lcp.identifier == 0x24; anomalies == [];
}
test "what the length does not count is no payload" PppoeSession hex"11 00 0001 0004 0fff 0102 00000000" {
    size_of(payload) == 4;
}
test "a session with the code of an offer" PppoeSession hex"11 07 0001 0002 0fff" { anomalies == [not_a_session]; }
test "another version" reject PppoeSession hex"21 00 0001 0000" at version;
test "tags longer than the packet" reject PppoeDiscovery hex"11 09 0000 0004 0101 0004" at tags;
test "lengths of tags and packet follow" build
    PppoeDiscovery { code = REQUEST; tags = [ServiceName { service_name = "" }, AcCookie { cookie = hex"0102" }] }
  == hex"11 19 0000 000a 0101 0000 0104 0002 0102";
test "a packet of IPv4 in a session" build
    PppoeSession { session_id = 7 }
  / Ppp {}
  / Ipv4         { src = ip"127.0.0.1"; dst = ip"127.0.0.1"; identification = 1; protocol = EXPERIMENT }
  == hex"11 00 0007 0016 0021 4500 0014 0001 0000 40 fd 7bea 7f000001 7f000001";
test law roundtrip PppoeDiscovery;
test law truncation PppoeDiscovery;
test law roundtrip PppoeSession;
test law truncation PppoeSession;
