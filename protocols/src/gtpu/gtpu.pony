//! GPRS Tunnelling Protocol, user plane: what carries the packets of mobile devices.
module pony.net.gtpu;
use pony.net.{Ipv4Addr, Ipv6Addr, udp_port};

/// Messages, [TS 29.281 §6.1].
enum GtpuMessage : u8 {
    ECHO_REQUEST         = 1 "echo request",
    ECHO_RESPONSE        = 2 "echo response",
    ERROR_INDICATION     = 26 "error indication",
    SUPPORTED_EXTENSIONS = 31 "supported extension headers notification",
    TUNNEL_STATUS        = 253 "tunnel status",
    END_MARKER           = 254 "end marker",
    G_PDU                = 255 "G-PDU",
}

/// What extends the header, [TS 29.281 §5.2.1]; the two highest bits say who must understand it.
enum GtpuExtensionType : u8 {
    NONE             = 0x00 "no more extension headers",
    MBMS_SUPPORT     = 0x01 "MBMS support indication",
    MS_INFO_CHANGE   = 0x02 "MS info change reporting support",
    SERVICE_CLASS    = 0x20 "service class indicator",
    UDP_PORT         = 0x40 "UDP port",
    RAN_CONTAINER    = 0x81 "RAN container",
    LONG_PDCP_NUMBER = 0x82 "long PDCP PDU number",
    XW_RAN_CONTAINER = 0x83 "Xw RAN container",
    NR_RAN_CONTAINER = 0x84 "NR RAN container",
    PDU_SESSION      = 0x85 "PDU session container",
    PDCP_NUMBER      = 0xc0 "PDCP PDU number",
    SUSPEND_REQUEST  = 0xc1 "suspend request",
    SUSPEND_RESPONSE = 0xc2 "suspend response",
}

/// What a type of extension is. Behind the last one stands what is carried.
table gtpu_extension : GtpuExtensionType;

/// Information elements, [TS 29.281 §8.1]. From 128 on they have a length.
enum GtpuElementType : u8 {
    RECOVERY          = 14,
    TUNNEL_ENDPOINT   = 16 "tunnel endpoint identifier data I",
    PEER_ADDRESS      = 133 "GTP-U peer address",
    EXTENSION_TYPES   = 141 "extension header type list",
    TUNNEL_STATUS     = 230 "GTP-U tunnel status information",
    RECOVERY_TIME     = 231 "recovery time stamp",
    PRIVATE_EXTENSION = 255 "private extension",
}

/// One information element, [TS 29.281 §8.1].
struct GtpuElement {
    /// Which element.
    type: GtpuElementType;
    match type {
        // TS 29.281 §8.2: 0, and ignored by the receiver.
        RECOVERY                => Recovery       { restart_counter: u8; }
        // TS 29.281 §8.3.
        TUNNEL_ENDPOINT         => TunnelEndpoint { endpoint: u32 display hex; }
        // TS 29.281 §8.5: this one has a length of one byte.
        EXTENSION_TYPES         => ExtensionTypes { types: GtpuExtensionType[prefix u8 items]; }
        128 .. 140 | 142 .. 255 => {
            /// Of the value alone.
            length: u16 auto size - 3 unit bytes;
            match type within length bytes {
                // TS 29.281 §8.4: an address of either version of the Internet Protocol.
                PEER_ADDRESS      => PeerAddress      { address: bytes; }
                // TS 29.281 §8.7.
                TUNNEL_STATUS     => TunnelStatus     { _: u7 = 0 lenient; start_of_session: bool; }
                // TS 29.281 §8.8: seconds since 1900, as in NTP.
                RECOVERY_TIME     => RecoveryTime     { recovery_time: u32; }
                // TS 29.281 §8.6.
                PRIVATE_EXTENSION => PrivateExtension { extension: u16; value: bytes; }
                _                 => Unknown          { data: bytes; }
            }
        }
        // Nothing says how long it is.
        _ => Unread { content: bytes; }
    }
}

/// Header, [TS 29.281 §5.1].
@level(link)
layer Gtpu {
    /// 1, [TS 29.281 §5.1].
    version:       u3 = 1;
    /// GTP rather than GTP', [TS 29.281 §5.1].
    protocol_type: bool = true;
    _:             u1 = 0 lenient;
    /// The type of the next extension header counts, [TS 29.281 §5.1].
    has_extension: bool auto key_of(payload, 0) != 0;
    /// The sequence number counts, [TS 29.281 §5.1].
    has_sequence:  bool;
    /// The number of the N-PDU counts, [TS 29.281 §5.1].
    has_npdu:      bool;
    /// What the packet is, [TS 29.281 §6.1].
    message_type:  GtpuMessage default G_PDU;
    /// All behind the tunnel's identifier, [TS 29.281 §5.1].
    length:        u16 auto size - 8 where it >= optional_len : "shorter than the optional fields" unit bytes;
    /// Tunnel endpoint identifier, as its receiver has assigned it, [TS 29.281 §5.1].
    teid:          u32 display hex;
    if has_extension || has_sequence || has_npdu {
        /// Counts packets, if the flag says so, [TS 29.281 §5.1].
        sequence:       u16;
        /// Number of the packet at a change of cells, if the flag says so, [TS 29.281 §5.1].
        npdu:           u8;
        /// What extends the header, if the flag says so, [TS 29.281 §5.1].
        next_extension: GtpuExtensionType auto key_of(payload, 0) display hex;
    }
    if message_type == G_PDU || has_extension {
        payload: next from gtpu_extension[has_extension ? next_extension : 0] within length - optional_len bytes;
    } else {
        /// Information elements, [TS 29.281 §8].
        elements: GtpuElement[..] within length - optional_len bytes;
    }

    let optional_len = has_extension || has_sequence || has_npdu ? 4 : 0 unit bytes;
    let signals = message_type == ECHO_REQUEST || message_type == ECHO_RESPONSE || message_type == ERROR_INDICATION
        || message_type == SUPPORTED_EXTENSIONS;

    expect has_sequence || !signals : no_sequence "a signalling message without a sequence number, TS 29.281 §5.1";
    expect teid == 0 || !signals    : signalling_in_tunnel "a signalling message in a tunnel, TS 29.281 §5.1";
}

/// What extensions end with, [TS 29.281 §5.2.1].
mixin GtpuNext {
    /// What extends the header further, [TS 29.281 §5.2.1].
    next_type: GtpuExtensionType auto key_of(payload, 0) display hex;
    payload:   next from gtpu_extension[next_type];
}

/// An extension whose content is another protocol's, or nobody's, [TS 29.281 §5.2.1].
@level(link)
layer GtpuExtension {
    /// In words of 32 bits, with the type of the next one, [TS 29.281 §5.2.1].
    words:   u8 auto count_of(more) + 1 where it >= 1 : "an extension of no length";
    /// What the type says: as much as is in every extension.
    content: bytes[2];
    /// All else that the type says, in words.
    more:    bytes[4][words - 1];
    include GtpuNext;
}

/// UDP port of the packet that caused an error indication, [TS 29.281 §5.2.2.1].
@level(link)
layer GtpuUdpPort {
    /// In words of 32 bits.
    words: u8 = 1;
    /// The source port of the packet.
    port:  u16;
    include GtpuNext;
}

/// Number of a packet of the radio's packet data convergence protocol, [TS 29.281 §5.2.2.2].
@level(link)
layer GtpuPdcpNumber {
    /// In words of 32 bits.
    words:  u8 = 1;
    /// The number.
    number: u16;
    include GtpuNext;
}

/// The same of 18 bits, [TS 29.281 §5.2.2.2A].
@level(link)
layer GtpuLongPdcpNumber {
    /// In words of 32 bits.
    words:  u8 = 2;
    _:      u6 = 0 lenient;
    /// The number.
    number: u18;
    _:      u24 = 0 lenient;
    include GtpuNext;
}

/// Class of the service, [TS 29.281 §5.2.2.3].
@level(link)
layer GtpuServiceClass {
    /// In words of 32 bits.
    words: u8 = 1;
    /// Service class indicator.
    class: u8;
    _:     u8 = 0 lenient;
    include GtpuNext;
}

/// Which flow of a session of 5G the packet belongs to, [TS 29.281 §5.2.2.7, TS 38.415 §5.5].
@level(link)
layer GtpuPduSession {
    /// In words of 32 bits, with the type of the next one.
    words:    u8 auto offset_of(payload) / 4 where it >= 1 : "an extension of no length";
    /// 0 from the network to the device, 1 from there, [TS 38.415 §5.5.3.1].
    pdu_type: u4;
    /// What else follows, by type: the first three or four of what is named below, [TS 38.415 §5.5.2].
    flags:    u4 display binary;
    match pdu_type within words * 4 - 3 bytes {
        // TS 38.415 §5.5.2.1: time stamps, a sequence number, one of multicast.
        0 => Downlink {
            /// A policy for paging follows, [TS 38.415 §5.5.3.2].
            has_paging: bool;
            /// Replies get the same quality of service, [TS 38.415 §5.5.3.4].
            reflected:  bool;
            /// Quality of service flow identifier, [TS 38.415 §5.5.3.3].
            qfi:        u6;
            if has_paging {
                /// Paging policy indicator, [TS 38.415 §5.5.3.5].
                paging: u3;
                _:      u5 = 0 lenient;
            }
            if flags & 8 != 0 {
                /// When it was sent, as in NTP, [TS 38.415 §5.5.3.9].
                sent: u64 display ntp_time;
            }
            if flags & 4 != 0 {
                /// Counts packets of the flow, [TS 38.415 §5.5.3.18].
                sequence: u24;
            }
            if flags & 2 != 0 {
                /// Counts packets of the flow of multicast.
                multicast_sequence: u32;
            }
            padding: bytes[(4 - ((has_paging ? 1 : 0) + (flags & 4 != 0 ? 3 : 0)) % 4) % 4];
        }
        // TS 38.415 §5.5.2.2: time stamps, the delays of both directions, a sequence number.
        1 => Uplink {
            /// The delay between nodes of the core follows.
            has_core_delay: bool;
            /// More information follows.
            has_more:       bool;
            /// Quality of service flow identifier, [TS 38.415 §5.5.3.3].
            qfi:            u6;
            if flags & 8 != 0 {
                /// When the downlink's packet was sent, [TS 38.415 §5.5.3.10].
                sent_downlink: u64 display ntp_time;
                /// When it was received, [TS 38.415 §5.5.3.11].
                received:      u64 display ntp_time;
                /// When this was sent, [TS 38.415 §5.5.3.12].
                sent:          u64 display ntp_time;
            }
            if flags & 4 != 0 { downlink_delay: u32; }
            if flags & 2 != 0 { uplink_delay: u32; }
            if flags & 1 != 0 {
                /// Counts packets of the flow, [TS 38.415 §5.5.3.18].
                sequence: u24;
            }
            if has_core_delay { core_delay: u32; }
            if has_more {
                /// Which information follows behind it.
                more_flags: u8 display binary;
            }
            padding: bytes[(4 - ((has_more ? 1 : 0) + (flags & 1 != 0 ? 3 : 0)) % 4) % 4];
        }
        _ => Unknown { data: bytes; }
    }
    include GtpuNext;
}

// TS 29.281 §4.4.2.
bind udp_port { 2152 => Gtpu if rest[0] >> 4 == 3; }
bind gtpu_extension {
    NONE             => Ipv4 if rest[0] >> 4 == 4;
    NONE             => Ipv6 if rest[0] >> 4 == 6;
    SERVICE_CLASS    => GtpuServiceClass;
    UDP_PORT         => GtpuUdpPort;
    LONG_PDCP_NUMBER => GtpuLongPdcpNumber;
    PDU_SESSION      => GtpuPduSession;
    PDCP_NUMBER      => GtpuPdcpNumber;
    0x01 .. 0x1f | 0x21 .. 0x3f | 0x41 .. 0x81 | 0x83 .. 0x84 | 0x86 .. 0xbf | 0xc1 .. 0xff => GtpuExtension;
}

alias wireshark Gtpu {
    (0x30 | (has_extension ? 4 : 0) | (has_sequence ? 2 : 0) | (has_npdu ? 1 : 0)) = "gtp.flags";
    version = "gtp.flags.version";
    protocol_type = "gtp.flags.payload";
    has_extension = "gtp.flags.e";
    has_sequence = "gtp.flags.s";
    has_npdu = "gtp.flags.pn";
    message_type = "gtp.message";
    length = "gtp.length";
    teid = "gtp.teid";
    sequence = "gtp.seq_number" if has_sequence;
    npdu = "gtp.npdu_number" if has_npdu;
    next_extension = "gtp.ext_hdr.next" if has_extension;
}
alias wireshark GtpuExtension { words = "gtp.ext_hdr.length"; next_type = "gtp.ext_hdr.next"; }
alias wireshark GtpuUdpPort {
    words = "gtp.ext_hdr.length"; port = "gtp.ext_hdr.udp_port"; next_type = "gtp.ext_hdr.next";
}
alias wireshark GtpuPdcpNumber {
    words = "gtp.ext_hdr.length"; number = "gtp.ext_hdr.pdcp_sn"; next_type = "gtp.ext_hdr.next";
}
alias wireshark GtpuLongPdcpNumber {
    words = "gtp.ext_hdr.length"; number = "gtp.ext_hdr.long_pdcp_sn"; next_type = "gtp.ext_hdr.next";
}
alias wireshark GtpuServiceClass { words = "gtp.ext_hdr.length"; next_type = "gtp.ext_hdr.next"; }
alias wireshark GtpuPduSession {
    words = "gtp.ext_hdr.length"; pdu_type = "gtp.ext_hdr.pdu_ses_con.pdu_type";
    downlink.has_paging = "gtp.ext_hdr.pdu_ses_cont.ppp"; downlink.reflected = "gtp.ext_hdr.pdu_ses_cont.rqi";
    downlink.paging = "gtp.ext_hdr.pdu_ses_cont.ppi"; downlink.qfi = "gtp.ext_hdr.pdu_ses_con.qos_flow_id";
    uplink.qfi = "gtp.ext_hdr.pdu_ses_con.qos_flow_id"; next_type = "gtp.ext_hdr.next";
}

test "a packet of a device" Gtpu hex"30 ff 0014 00000001 4500 0014 0001 0000 40 fd 7bea 7f000001 7f000001" {
    message_type == G_PDU; teid == 1; length == 20; ipv4.ttl == 64; anomalies == [];
}
test "an extension with a number, and a sequence number" Gtpu hex"36 ff 000a 00100657 0005 00 c0 01 0904 00 0102" {
    sequence == 5; next_extension == PDCP_NUMBER; gtpu_pdcp_number.number == 0x0904;
}
test "two extensions, the second of 5G" Gtpu hex"34 ff 000c 00000001 0000 00 40 01 1234 85 01 10 09 00" {
    gtpu_udp_port.port == 0x1234; gtpu_pdu_session.uplink.qfi == 9; gtpu_pdu_session.pdu_type == 1;
}
test "an extension that is not known" Gtpu hex"34 ff 0008 00000001 0000 00 99 01 aabb 00" {
    gtpu_extension.content == hex"aabb"; gtpu_extension.next_type == NONE;
}
test "who answers, and since when" Gtpu hex"32 02 000d 00000000 0001 00 00 0e 00 e7 0004 e0000000" {
    message_type == ECHO_RESPONSE; elements.len == 2; elements.recovery.restart_counter == 0;
    elements.recovery_time.recovery_time == 0xe0000000; anomalies == [];
}
test "an error indication" Gtpu hex"32 1a 0010 00000000 0000 00 00 10 0000abcd 85 0004 c0a80001" {
    elements.tunnel_endpoint.endpoint == 0xabcd; elements.peer_address.address == hex"c0a80001";
}
test "which extensions are known" GtpuElement hex"8d 02 40 c0" { types.len == 2; types[1] == PDCP_NUMBER; }
test "any extension" GtpuExtension hex"01 0102 00" { words == 1; content == hex"0102"; more.len == 0; }
test "a long one" build GtpuExtension { content = hex"0102"; more = [hex"03040506"] } == hex"02 0102 03040506 00";
test "a port" GtpuUdpPort hex"01 0868 00" { port == 2152; }
test "a number" GtpuPdcpNumber hex"01 0904 00" { number == 2308; }
test "a number of 18 bits" GtpuLongPdcpNumber hex"02 030201 000000 00" { number == 0x30201; }
test "a class of service" GtpuServiceClass hex"01 07 00 00" { class == 7; }
test "downlink, with a policy for paging" GtpuPduSession hex"02 00 c9 40 000000 00" {
    downlink.has_paging; downlink.reflected; downlink.qfi == 9; paging == 2;
}
test "uplink, with a delay" GtpuPduSession hex"02 14 09 00000003 00" { pdu_type == 1; downlink_delay == 3; }
test "a policy that is cut" reject GtpuPduSession hex"01 00 89 00" at paging;
test "an echo in a tunnel, without a number" Gtpu
     hex"30 01 0000 00000007" { anomalies == [no_sequence, signalling_in_tunnel]; }
test "a length that leaves no room for optional fields" reject Gtpu hex"32 ff 0003 00000001 000000" at length;
test "optional fields that are cut, where gopacket reads out of bounds" reject Gtpu hex"32 ff 0004 00000001 0001" at
     npdu;
test "an extension of no length, where gopacket reads out of bounds" reject GtpuExtension hex"00 0102 00" at words;
test "an extension longer than the packet" reject GtpuExtension hex"02 0102 03" at next_type;
test "the other version" reject Gtpu hex"48 01 0004 00000000" at version;
test "length and flags follow" build
    Gtpu { teid = 7 }
  / Ipv4 { src = ip"127.0.0.1"; dst = ip"127.0.0.1"; identification = 1; protocol = EXPERIMENT }
  == hex"30 ff 0014 00000007 4500 0014 0001 0000 40 fd 7bea 7f000001 7f000001";
test "extensions follow from what is carried" build
    Gtpu           { teid = 7 }
  / GtpuPdcpNumber { number = 2308 }
  / GtpuPduSession { pdu_type = 0; reflected = true; qfi = 9; flags = 4; sequence = 7 }
  / Ipv4           { src = ip"127.0.0.1"; dst = ip"127.0.0.1"; identification = 1; protocol = EXPERIMENT }
  == hex"34 ff 0024 00000007 0000 00 c0 01 0904 85 02 04 49 000007 00 00 4500 0014 0001 0000 40 fd 7bea 7f000001 7f000001";
test "an echo" build
    Gtpu { message_type = ECHO_RESPONSE; has_sequence = true; sequence = 1;
        elements = [Recovery { restart_counter = 0 }] }
  == hex"32 02 0006 00000000 0001 00 00 0e 00";
test law roundtrip Gtpu;
test law truncation Gtpu;
test law roundtrip GtpuExtension;
test law truncation GtpuExtension;
test law roundtrip GtpuUdpPort;
test law roundtrip GtpuPdcpNumber;
test law roundtrip GtpuLongPdcpNumber;
test law roundtrip GtpuServiceClass;
test law roundtrip GtpuPduSession;
test law truncation GtpuPduSession;
