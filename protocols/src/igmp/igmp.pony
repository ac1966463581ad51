//! Internet Group Management Protocol, versions 1 to 3.
module pony.net.igmp;
use pony.net.{Ipv4Addr, ip_protocol};

/// Messages: "Internet Group Management Protocol (IGMP) Type Numbers" of IANA.
enum IgmpType : u8 {
    MEMBERSHIP_QUERY               = 0x11 "membership query",
    MEMBERSHIP_REPORT_1            = 0x12 "membership report, version 1",
    DVMRP                          = 0x13,
    PIM_1                          = 0x14 "PIM, version 1",
    CISCO_TRACE                    = 0x15 "Cisco trace",
    MEMBERSHIP_REPORT_2            = 0x16 "membership report, version 2",
    LEAVE_GROUP                    = 0x17 "leave group",
    TRACEROUTE_RESPONSE            = 0x1e "multicast traceroute response",
    TRACEROUTE                     = 0x1f "multicast traceroute",
    MEMBERSHIP_REPORT_3            = 0x22 "membership report, version 3",
    MULTICAST_ROUTER_ADVERTISEMENT = 0x30 "multicast router advertisement",
    MULTICAST_ROUTER_SOLICITATION  = 0x31 "multicast router solicitation",
    MULTICAST_ROUTER_TERMINATION   = 0x32 "multicast router termination",
    EXPERIMENT                     = 0xf0 .. 0xff,
}

/// Message, [RFC 9776 §4].
@level(network)
layer Igmp {
    /// What is said, [RFC 9776 §4].
    type:         IgmpType;
    /// How long an answer may take, in tenths of a second, from 128 on with an exponent, [RFC 9776 §4.1.1]; unused in
    /// version 1, [RFC 1112 appendix I], and the interval of a router's advertisements, [RFC 4286 §3.1.2].
    max_response: u8;
    /// Over the whole message, [RFC 9776 §4.1.2].
    checksum:     u16 auto inet16(self) verify display hex;
    match type {
        MEMBERSHIP_QUERY => Query {
            /// The group that is asked about; zeros for all, [RFC 9776 §4.1.3].
            group:        Ipv4Addr;
            /// What version 3 adds, [RFC 9776 §4.1].
            of_version_3: IgmpQuery3 if more;
        }
        // RFC 1112 appendix I, RFC 2236 §2.
        MEMBERSHIP_REPORT_1 | MEMBERSHIP_REPORT_2 | LEAVE_GROUP => Member {
            /// The group that is joined or left.
            group: Ipv4Addr;
        }
        // RFC 9776 §4.2.
        MEMBERSHIP_REPORT_3 => Report {
            _:            u16 = 0 lenient;
            /// How many records follow, [RFC 9776 §4.2.3].
            record_count: u16 auto count_of(records);
            /// What is listened to, group by group, [RFC 9776 §4.2.4].
            records:      IgmpRecord[record_count];
        }
        // RFC 4286 §3.1.
        MULTICAST_ROUTER_ADVERTISEMENT   => RouterAdvertisement { query_interval: u16 unit s; robustness: u16; }
        MULTICAST_ROUTER_SOLICITATION | MULTICAST_ROUTER_TERMINATION => RouterQuery         {}
        // draft-ietf-idmr-traceroute-ipm §4 and §5: the second byte is the number of hops.
        TRACEROUTE | TRACEROUTE_RESPONSE => Traceroute {
            trace_group:  Ipv4Addr;
            source:       Ipv4Addr;
            destination:  Ipv4Addr;
            respond_to:   Ipv4Addr;
            response_ttl: u8 unit hops;
            query_id:     u24;
            /// What the routers on the way added.
            blocks:       bytes;
        }
        _ => Unknown { data: bytes; }
    }
    /// What the type does not define; the checksum covers it, [RFC 9776 §4.1.10].
    beyond: bytes if more;

    /// Which version of the protocol it is of, [RFC 9776 §7.1].
    let version = type == MEMBERSHIP_QUERY ? (present(of_version_3) ? 3 : max_response == 0 ? 1 : 2)
        : type == MEMBERSHIP_REPORT_1 ? 1
        : type == MEMBERSHIP_REPORT_2 || type == LEAVE_GROUP ? 2
        : type == MEMBERSHIP_REPORT_3 ? 3
        : 0;
    /// Tenths of a second, [RFC 9776 §4.1.1].
    let max_response_time = max_response < 128 ? max_response
        : !present(of_version_3) ? max_response
        : (max_response & 15 | 16) << ((max_response >> 4 & 7) + 3);

    expect !present(query.group) || query.group == 0 || query.group >> 28 == 14 : unicast_group
        "a group whose address is none of multicast, RFC 1112 §4";
    expect !present(member.group) || member.group >> 28 == 14 : unicast_group
        "a group whose address is none of multicast, RFC 1112 §4";
    expect !present(of_version_3) || of_version_3.source_count == 0 || query.group != 0 : sources_of_all
        "sources without a group, RFC 9776 §4.1.9";
}

/// What version 3 adds to a query, [RFC 9776 §4.1].
struct IgmpQuery3 {
    _:              u4 = 0 lenient;
    /// Routers do not take this for their own timers, [RFC 9776 §4.1.5].
    suppress:       bool;
    /// Querier's robustness variable, [RFC 9776 §4.1.6].
    robustness:     u3;
    /// Querier's query interval code, a number with exponent, [RFC 9776 §4.1.7].
    query_interval: u8;
    /// How many sources follow, [RFC 9776 §4.1.8].
    source_count:   u16 auto count_of(sources);
    /// The sources that are asked about, [RFC 9776 §4.1.9].
    sources:        Ipv4Addr[source_count];
}

/// What a record says, [RFC 9776 §4.2.13].
enum IgmpRecordType : u8 {
    MODE_IS_INCLUDE   = 1,
    MODE_IS_EXCLUDE   = 2,
    CHANGE_TO_INCLUDE = 3,
    CHANGE_TO_EXCLUDE = 4,
    ALLOW_NEW_SOURCES = 5,
    BLOCK_OLD_SOURCES = 6,
}

/// What a node listens to of one group, [RFC 9776 §4.2.4].
struct IgmpRecord {
    /// What is said, [RFC 9776 §4.2.5].
    record_type:  IgmpRecordType;
    /// Words of auxiliary data, [RFC 9776 §4.2.6].
    aux_length:   u8 auto size_of(aux) / 4;
    /// How many sources follow, [RFC 9776 §4.2.7].
    source_count: u16 auto count_of(sources);
    /// The group, [RFC 9776 §4.2.8].
    group:        Ipv4Addr;
    /// The sources that it is about, [RFC 9776 §4.2.9].
    sources:      Ipv4Addr[source_count];
    /// Not defined so far, [RFC 9776 §4.2.10].
    aux:          bytes[aux_length * 4];

    expect group >> 28 == 14 : unicast_group "a group whose address is none of multicast, RFC 1112 §4";
}

bind ip_protocol { IGMP => Igmp; }

// Those of DVMRP and PIM are protocols of their own there.
alias wireshark Igmp {
    type = "igmp.type" if type != DVMRP && type != PIM_1;
    version = "igmp.version" if version > 0;
    max_response_time = "igmp.max_resp" if version == 2 || type == MEMBERSHIP_QUERY && version == 3;
    checksum = "igmp.checksum" if type != DVMRP && type != PIM_1;
    (status_of(checksum)) = "igmp.checksum.status" if present(checksum) && type != DVMRP && type != PIM_1;
    (query.group) = "igmp.maddr";
    (member.group) = "igmp.maddr";
    trace_group = "igmp.maddr";
    record_count = "igmp.num_grp_recs";
}
alias wireshark IgmpQuery3 {
    robustness = "igmp.qrv";
    query_interval = "igmp.qqic";
    source_count = "igmp.num_src";
    sources = "igmp.saddr";
}
alias wireshark IgmpRecord {
    record_type = "igmp.record_type";
    source_count = "igmp.num_src";
    group = "igmp.maddr";
    sources = "igmp.saddr";
}

test "a query of version 1" Igmp hex"11 00 eeff 00000000" { version == 1; group == 0; anomalies == []; }
test "a report of version 1" Igmp hex"12 00 fdfc 00 00 00 00" { version == 1; anomalies == [checksum, unicast_group]; }
test "a query of version 2, ten seconds" Igmp hex"11 64 ee9b 00000000" { version == 2; max_response_time == 100; }
test "a report of version 2" Igmp
     hex"16 14 fae9 ef000001" { version == 2; member.group == ip"239.0.0.1"; anomalies == []; }
test "a query of version 3 for all" Igmp hex"11 64 ec1e 00000000 02 7d 0000" {
    version == 3; of_version_3.robustness == 2; of_version_3.query_interval == 125; !of_version_3.suppress;
    anomalies == [];
}
test "a long time has an exponent" Igmp hex"11 8f 0000 00000000 02 7d 0000" {
    max_response_time == 248; anomalies == [checksum];
}
test "sources of no group" Igmp hex"11 64 e21c 00000000 02 7d 0001 0a000001" { anomalies == [sources_of_all]; }
test "a report of three groups" Igmp
     hex"22 00 feed 0000 0003 04 00 0000 ef010101 04 00 0000 ef020202 04 00 0000 ef030303" {
    version == 3; records.len == 3; records[1].group == ip"239.2.2.2"; records[0].record_type == CHANGE_TO_EXCLUDE;
    anomalies == [];
}
test "leaving" Igmp hex"17 00 f9fd ef000001" { type == LEAVE_GROUP; anomalies == []; }
test "a router's advertisement" Igmp hex"30 14 cf67 007d 0007" { query_interval == 125; anomalies == []; }
test "more records than there are" reject Igmp hex"22 00 0000 0000 0002 04 00 0000 ef010101" at records;
test "a message that nobody knows is kept" Igmp hex"13 00 e2fb 0a04" { data == hex"0a04"; }
test "multicast traceroute" Igmp hex"1f 20 7994 e0010203 0a000001 0a000002 0a000003 40 000007" {
    trace_group == ip"224.1.2.3"; respond_to == ip"10.0.0.3"; query_id == 7; size_of(blocks) == 0;
}
test "count and checksum follow" build
    Igmp { type = MEMBERSHIP_REPORT_3;
        records = [IgmpRecord { record_type = CHANGE_TO_INCLUDE; group = ip"224.0.0.251" }] }
  == hex"22 00 fa02 0000 0001 03 00 0000 e00000fb";
test "within IPv4, with a router alert" build
    Ipv4 { identification = 0; ttl = 1; src = ip"10.0.0.1"; dst = ip"224.0.0.22";
        options = [RouterAlert { value = 0 }] }
  / Igmp { type = MEMBERSHIP_REPORT_2; max_response = 0; group = ip"239.0.0.1" }
  == hex"4600 0020 0000 0000 0102 3ac1 0a000001 e0000016 94040000 16 00 fafd ef000001";
test law roundtrip Igmp;
test law truncation Igmp;
