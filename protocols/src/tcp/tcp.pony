//! Transmission Control Protocol.
module pony.net.tcp;
use pony.net.{IpCarrier, Ipv4Addr, Ipv6Addr, Ports, IpProtocol, ip_protocol, tcp_port};

/// Control bits, [RFC 9293 §3.1].
flags TcpFlags : u9 {
    /// Accurate ECN, [RFC 9768 §3.1]; earlier the nonce sum, [RFC 3540].
    ae,
    /// Congestion window reduced, [RFC 3168 §6.1.2].
    cwr,
    /// ECN echo, [RFC 3168 §6.1.3].
    ece,
    /// The urgent pointer counts.
    urg,
    /// The acknowledgment number counts.
    ack,
    /// The data is to be delivered at once.
    psh,
    /// The connection is reset.
    rst,
    /// Sequence numbers are synchronised.
    syn,
    /// The sender has no more data.
    fin,
}

/// Header, [RFC 9293 §3.1].
@level(transport)
layer Tcp needs IpCarrier as ip provides Ports {
    /// The sender's port, [RFC 9293 §3.1].
    src_port:    u16;
    /// The receiver's port, [RFC 9293 §3.1].
    dst_port:    u16;
    /// Of the first byte of data, or of the SYN, [RFC 9293 §3.4].
    seq:         u32 default random;
    /// The sequence number that is expected next, [RFC 9293 §3.4].
    ack:         u32;
    /// Header length in words of 32 bits, [RFC 9293 §3.1].
    data_offset: u4 auto offset_of(payload) / 4 where it >= 5 : "the header has at least five words";
    /// Must be zero, [RFC 9293 §3.1].
    reserved:    u3 = 0 lenient;
    /// Control bits, [RFC 9293 §3.1].
    flags:       TcpFlags;
    /// How much more the sender takes, to be shifted where both have said so, [RFC 9293 §3.1, RFC 7323 §2.2].
    window:      u16 default 65535;
    /// Over the addresses below, the header and the data, [RFC 9293 §3.1].
    checksum:    u16 auto inet16(ip.pseudo_header(IpProtocol.TCP, size) ++ self) verify display hex;
    /// From the sequence number to the byte behind urgent data, [RFC 9293 §3.1].
    urgent:      u16;
    /// Options, [RFC 9293 §3.1].
    options:     TcpOption[..] within header_len - 20 bytes align 4;
    payload:     next from tcp_port[dst_port, src_port] else probe;

    let header_len = data_offset * 4 unit bytes;

    expect flags.ack || ack == 0     : ack_without_flag "an acknowledgment number without ACK";
    expect flags.urg || urgent == 0  : urgent_without_flag "an urgent pointer without URG";
    expect !(flags.syn && flags.fin) : syn_with_fin "SYN with FIN";
    expect !(flags.syn && flags.rst) : syn_with_rst "SYN with RST";

    provide Ports { protocol = IpProtocol.TCP; src = src_port; dst = dst_port; }
}

/// Options: "TCP Option Kind Numbers" of IANA.
enum TcpOptionKind : u8 {
    END                     = 0 "end of options",
    NOP                     = 1 "no operation",
    MSS                     = 2 "maximum segment size",
    WINDOW_SCALE            = 3 "window scale",
    SACK_PERMITTED          = 4 "SACK permitted",
    SACK                    = 5,
    ECHO                    = 6,
    ECHO_REPLY              = 7 "echo reply",
    TIMESTAMPS              = 8,
    POC_PERMITTED           = 9 "partial order permitted",
    POC_PROFILE             = 10 "partial order profile",
    CC                      = 11 "connection count",
    CC_NEW                  = 12,
    CC_ECHO                 = 13,
    ALTERNATE_CHECKSUM      = 14 "alternate checksum request",
    ALTERNATE_CHECKSUM_DATA = 15 "alternate checksum data",
    SKEETER                 = 16,
    BUBBA                   = 17,
    TRAILER_CHECKSUM        = 18 "trailer checksum",
    MD5                     = 19 "MD5 signature",
    SCPS                    = 20 "SCPS capabilities",
    SNACK                   = 21 "selective negative acknowledgments",
    RECORD_BOUNDARIES       = 22 "record boundaries",
    CORRUPTION              = 23 "corruption experienced",
    SNAP                    = 24,
    COMPRESSION_FILTER      = 26 "compression filter",
    QUICK_START             = 27 "quick-start response",
    USER_TIMEOUT            = 28 "user timeout",
    AUTHENTICATION          = 29 "authentication",
    MPTCP                   = 30 "Multipath TCP",
    FAST_OPEN               = 34 "fast open cookie",
    ENCRYPTION              = 69 "encryption negotiation",
    ACC_ECN_0               = 172 "accurate ECN, order 0",
    ACC_ECN_1               = 174 "accurate ECN, order 1",
    EXPERIMENT              = 253 .. 254,
}

/// Bytes that have arrived out of order, [RFC 2018 §3].
struct SackBlock {
    /// Sequence number of the first.
    left:  u32;
    /// Sequence number behind the last.
    right: u32;
}

/// The experiment that was fast open before it had a number, "TCP Experimental Option Experiment Identifiers" of IANA.
const FAST_OPEN_EXPERIMENT : u16 = 0xf989;

/// One option, [RFC 9293 §3.1]. END stops the list; what is left of its region is padding.
struct TcpOption {
    /// Which option.
    kind: TcpOptionKind;
    match kind {
        END => stop;
        NOP => {}
        _   => {
            /// Of the whole option, [RFC 9293 §3.1].
            length: u8 auto size where it >= 2 unit bytes;
            match kind within length - 2 bytes {
                // RFC 9293 §3.7.1.
                MSS          => Mss { mss: u16 unit bytes; }
                // RFC 7323 §2.2; more than 14 is taken for 14, §2.3.
                WINDOW_SCALE => WindowScale {
                    shift: u8;
                    expect shift <= 14 : window_scale "a window scale of more than 14";
                }
                // RFC 2018 §2 and §3.
                SACK_PERMITTED          => SackPermitted         {}
                SACK                    => Sack                  { blocks: SackBlock[..]; }
                // RFC 1072 §3.
                ECHO | ECHO_REPLY       => Echo                  { information: bytes[4]; }
                // RFC 7323 §3.2.
                TIMESTAMPS              => Timestamps            { value: u32; echo: u32; }
                // RFC 1693 §3.1.
                POC_PERMITTED           => PartialOrderPermitted {}
                POC_PROFILE             => PartialOrderProfile   { starts: bool; ends: bool; _: u6 = 0 lenient; }
                // RFC 1644 §4.
                CC | CC_NEW | CC_ECHO   => ConnectionCount       { connection: u32; }
                // RFC 1146.
                ALTERNATE_CHECKSUM      => AlternateChecksum     { algorithm: u8; }
                ALTERNATE_CHECKSUM_DATA => AlternateChecksumData { checksum: bytes; }
                // RFC 2385 §2.0.
                MD5                     => Md5                   { digest: bytes[16]; }
                // RFC 4782 §4.2.
                QUICK_START             => QuickStart {
                    _:              u4 = 0 lenient;
                    rate:           u4;
                    ttl_difference: u8;
                    nonce:          u30;
                    _:              u2 = 0 lenient;
                }
                // RFC 5482 §3.
                USER_TIMEOUT   => UserTimeout    { minutes: bool; timeout: u15; }
                // RFC 5925 §2.2.
                AUTHENTICATION => Authentication { key_id: u8; next_key_id: u8; code: bytes; }
                MPTCP          => Mptcp          { mptcp: MptcpOption(length); }
                // RFC 7413 §2: none asks for a cookie.
                FAST_OPEN      => FastOpen       { cookie: bytes where size_of(it) in [0, 4, 6, 8, 10, 12, 14, 16]; }
                // RFC 8547 §4.1.
                ENCRYPTION     => Encryption     { suboptions: bytes; }
                // RFC 9768 §3.2.3: counters of bytes, from none to all three.
                ACC_ECN_0 | ACC_ECN_1 => AccurateEcn    { counters: u24[..]; }
                // RFC 6994 §3: the first two bytes tell experiments apart.
                EXPERIMENT     => Experiment {
                    experiment: u16 display hex;
                    match experiment {
                        FAST_OPEN_EXPERIMENT => { cookie: bytes; }
                        _                    => { experiment_data: bytes; }
                    }
                }
                _ => Unknown { data: bytes; }
            }
        }
    }
}

/// Subtypes of the Multipath option, [RFC 8684 §8.1].
enum MptcpSubtype : u4 {
    MP_CAPABLE   = 0,
    MP_JOIN      = 1,
    DSS          = 2,
    ADD_ADDR     = 3,
    REMOVE_ADDR  = 4,
    MP_PRIO      = 5,
    MP_FAIL      = 6,
    MP_FASTCLOSE = 7,
    MP_TCPRST    = 8,
    EXPERIMENT   = 15,
}

/// Multipath TCP, [RFC 8684 §3]. What there is of an option follows from the length of the whole.
struct MptcpOption(option_length: u8) {
    /// Which it is.
    subtype: MptcpSubtype;
    match subtype {
        // §3.1: in the SYN just the version and flags, or the key too in version 0.
        MP_CAPABLE => Capable {
            version:             u4;
            checksum_required:   bool;
            extensibility:       bool;
            no_initial_subflows: bool;
            _:                   u4;
            hmac_sha256:         bool;
            sender_key:          u64 display hex if option_length >= 12;
            receiver_key:        u64 display hex if option_length >= 20;
            data_length:         u16 if option_length >= 22;
            data_checksum:       u16 display hex if option_length >= 24;
        }
        // §3.2: the first, second and third of the handshake differ.
        MP_JOIN => Join {
            _:      u3;
            backup: bool;
            match option_length {
                12 => Syn         { address_id: u8; token: u32 display hex; random: u32 display hex; }
                16 => SynAck      { address_id: u8; truncated_hmac: u64 display hex; random: u32 display hex; }
                24 => Ack         { _: u8; hmac: bytes[20]; }
                _  => JoinUnknown { join_data: bytes; }
            }
        }
        // §3.3.
        DSS => Dss {
            _:             u7;
            data_fin:      bool;
            long_sequence: bool;
            has_mapping:   bool;
            long_ack:      bool;
            has_ack:       bool;
            if has_ack {
                if long_ack { data_ack: u64; } else { data_ack: u32; }
            }
            if has_mapping {
                if long_sequence { data_sequence: u64; } else { data_sequence: u32; }
                subflow_sequence: u32;
                data_length:      u16;
                data_checksum:    u16 display hex if more;
            }
        }
        // §3.4.1: in version 0 the low four bits said which version the address is of.
        ADD_ADDR => AddAddress {
            _:          u3;
            echo:       bool;
            address_id: u8;
            match option_length {
                8 .. 10 | 16 .. 18  => { ipv4: Ipv4Addr; }
                20 .. 22 | 28 .. 30 => { ipv6: Ipv6Addr; }
                _                   => { address_data: bytes; }
            }
            port:           u16 if option_length in [10, 18, 22, 30];
            truncated_hmac: u64 display hex if option_length in [16, 18, 28, 30];
        }
        // §3.4.2.
        REMOVE_ADDR  => RemoveAddress { _: u4; address_ids: u8[..]; }
        // §3.3.8.
        MP_PRIO      => Priority      { _: u3; backup: bool; address_id: u8 if more; }
        // §3.7.
        MP_FAIL      => Fail          { _: u12; data_sequence: u64; }
        // §3.5.
        MP_FASTCLOSE => FastClose     { _: u12; receiver_key: u64 display hex; }
        // §3.6.
        MP_TCPRST    => Reset         { _: u1; unspecified: bool; middlebox: bool; transient: bool; reason: u8; }
        _            => MptcpUnknown  { _: u4; mptcp_data: bytes; }
    }
}

bind ip_protocol { TCP => Tcp; }

alias wireshark Tcp {
    src_port = "tcp.srcport";
    dst_port = "tcp.dstport";
    // How long the segment is, neither a fragment nor a quoted packet says.
    (size - header_len) = "tcp.len" if size >= header_len && !ip.is_fragment && !present(Icmp) && !present(Icmpv6);
    seq = "tcp.seq_raw";
    ack = "tcp.ack_raw";
    header_len = "tcp.hdr_len";
    (reserved << 9 | flags) = "tcp.flags";
    (reserved != 0) = "tcp.flags.res";
    (flags.ae) = "tcp.flags.ae";
    (flags.cwr) = "tcp.flags.cwr";
    (flags.ece) = "tcp.flags.ece";
    (flags.urg) = "tcp.flags.urg";
    (flags.ack) = "tcp.flags.ack";
    (flags.psh) = "tcp.flags.push";
    (flags.rst) = "tcp.flags.reset";
    (flags.syn) = "tcp.flags.syn";
    (flags.fin) = "tcp.flags.fin";
    window = "tcp.window_size_value";
    checksum = "tcp.checksum";
    (status_of(checksum)) = "tcp.checksum.status" if present(checksum);
    urgent = "tcp.urgent_pointer";
}
alias wireshark TcpOption {
    kind = "tcp.option_kind";
    length = "tcp.option_len";
    mss = "tcp.options.mss_val";
    (window_scale.shift) = "tcp.options.wscale.shift";
    (timestamps.value) = "tcp.options.timestamp.tsval";
    (timestamps.echo) = "tcp.options.timestamp.tsecr";
    cookie = "tcp.options.tfo.cookie" if size_of(cookie) > 0;
}
alias wireshark SackBlock { left = "tcp.options.sack_le"; right = "tcp.options.sack_re"; }

test "SYN with MSS, SACK permitted, timestamps, NOP, window scale" Tcp
     hex"c350 0050 00000001 00000000 a002 ffff 0000 0000
         0204 05b4 0402 080a 00000064 00000000 01 030307" {
    flags.syn; !flags.ack; options.len == 5; options.mss.mss == 1460; options.window_scale.shift == 7;
    options.timestamps.value == 100; header_len == 40; size_of(payload) == 0;
}
test "flags that contradict each other are anomalies" Tcp hex"0001 0002 00000000 00000001 5003 0000 0000 0001" {
    anomalies == [ack_without_flag, syn_with_fin, urgent_without_flag];
}
test "what is behind the end of options is padding" Tcp hex"0001 0002 00000001 00000000 6002 0000 0000 0000 00 ffffff" {
    options.len == 1; options[0].kind == END; anomalies == [];
}
test "an option that nobody knows is kept" TcpOption hex"c8 04 0102" { kind == 200; data == hex"0102"; }
test "a fault in an option spoils the options" reject Tcp
     hex"0001 0002 00000001 00000000 6010 0000 0000 0000 02 01 0000 aabb" at options;
test "two blocks" TcpOption
     hex"05 12 00000001 00000002 00000003 00000004" { blocks[1].left == 3; blocks[1].right == 4; }
test "window scale of 15" TcpOption hex"03 03 0f" { shift == 15; anomalies == [window_scale]; }
test "MD5 signature" TcpOption
     hex"13 12 000102030405060708090a0b0c0d0e0f" { digest == hex"000102030405060708090a0b0c0d0e0f"; }
test "MD5 signature of 15 bytes" reject TcpOption hex"13 11 000102030405060708090a0b0c0d0e" at digest;
test "authentication" TcpOption
     hex"1d 10 3d 54 2ee437c6f8ede6d7c4d602e7" { key_id == 61; next_key_id == 84; size_of(code) == 12; }
test "user timeout of five minutes" TcpOption hex"1c 04 8005" { minutes; timeout == 5; }
test "fast open without cookie asks for one" TcpOption hex"22 02" { size_of(cookie) == 0; }
test "fast open with a cookie" TcpOption hex"22 0a 0102030405060708" { cookie == hex"0102030405060708"; }
test "a cookie of three bytes" reject TcpOption hex"22 05 010203" at cookie;
test "fast open as an experiment" TcpOption
     hex"fe 08 f989 01020304" { kind == 254; experiment == 0xf989; cookie == hex"01020304"; }
test "another experiment" TcpOption hex"fd 06 e2d4 0102" { experiment_data == hex"0102"; }
test "accurate ECN" TcpOption hex"ac 0b 000001 000002 000003" { counters == [1, 2, 3]; }
test "quick-start response" TcpOption hex"1b 08 07 03 00000004" { rate == 7; ttl_difference == 3; nonce == 1; }
test "echo" TcpOption hex"06 06 00000005" { information == hex"00000005"; }
test "Multipath capable in a SYN of version 1" TcpOption hex"1e 04 01 81" {
    mptcp.capable.version == 1; mptcp.capable.checksum_required; mptcp.capable.hmac_sha256;
}
test "Multipath capable with both keys" TcpOption hex"1e 14 01 01 0102030405060708 090a0b0c0d0e0f10" {
    mptcp.sender_key == 0x0102030405060708; mptcp.receiver_key == 0x090a0b0c0d0e0f10;
}
test "Multipath join in a SYN" TcpOption
     hex"1e 0c 10 01 0a0b0c0d 01020304" { mptcp.address_id == 1; mptcp.token == 0x0a0b0c0d; }
test "Multipath data sequence with a mapping, both short" TcpOption
     hex"1e 14 20 05 00000001 00000002 00000003 0010 abcd" {
    mptcp.data_ack == 1; mptcp.data_sequence == 2; mptcp.subflow_sequence == 3; mptcp.data_length == 16;
    mptcp.data_checksum == 0xabcd;
}
test "Multipath data acknowledgment alone, long" TcpOption
     hex"1e 0c 20 03 0000000000000001" { mptcp.data_ack == 1; mptcp.long_ack; }
test "Multipath address of version 4 with a port" TcpOption
     hex"1e 0a 30 02 0a000001 1f90" { mptcp.ipv4 == ip"10.0.0.1"; mptcp.port == 8080; }
test "Multipath reset" TcpOption hex"1e 04 81 02" { mptcp.transient; mptcp.reason == 2; }
test "four words are no header" reject Tcp hex"0001 0002 00000000 00000000 4000 0000 0000 0000" at data_offset;
test "every length derived, one checksum forced wrong" build
    Ipv4 { identification = 1; ttl = 3; src = ip"10.0.0.1"; dst = ip"10.0.0.2" }
  / Tcp  { src_port = 1000; dst_port = 80; seq = 1; flags = syn; options = [Mss { mss = 1460 }]; checksum = raw 0xdead }
  == hex"4500002c 00010000 0306a3c9 0a000001 0a000002
         03e80050 00000001 00000000 6002ffff dead0000 020405b4";
test "the checksum covers both addresses" build
    Ipv4 { identification = 1; src = ip"10.0.0.1"; dst = ip"10.0.0.2" }
  / Tcp  { src_port = 1000; dst_port = 80; seq = 1; flags = syn }
  == hex"45000028 00010000 400666cd 0a000001 0a000002
         03e80050 00000001 00000000 5002ffff 97a70000";
test "options are padded to a word" build
    Ipv6 { flow_label = 0; src = ip"::1"; dst = ip"::2" }
  / Tcp  { src_port = 1; dst_port = 2; seq = 1; flags = syn; options = [WindowScale { shift = 7 }, SackPermitted {}] }
  == hex"60000000 001c 06 40 00000000000000000000000000000001 00000000000000000000000000000002
         0001 0002 00000001 00000000 7002 ffff 83cd 0000 030307 0402 000000";
test law roundtrip Tcp;
test law truncation Tcp;
test law roundtrip TcpOption;
