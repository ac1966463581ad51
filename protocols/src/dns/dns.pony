//! The Domain Name System: DNS over UDP and TCP, multicast DNS, and link-local multicast name resolution.
module pony.app.dns;
use pony.net.{Ipv4Addr, Ipv6Addr, udp_port, tcp_port};

/// RFC 1035 §4.1.4, with the checks of RFC 9267: a pointer goes strictly backwards, and a name has at most 255 octets and
/// 127 labels.
codec DnsName(message: region) -> name {
    repeat max 128 {
        len: u8;
        match len {
            0          => stop;
            1 .. 63    => { label: bytes[len]; emit label; }
            192 .. 255 => { low: u8; jump message at (len & 0x3f) << 8 | low decreasing; }
            _          => reject "reserved label type";
        }
    }
    limit 255 bytes;
    encode by compress(message);
}

/// RFC 1035 §4.1.1, RFC 1996, RFC 2136, RFC 8490.
enum Opcode : u4 { QUERY = 0, IQUERY = 1, STATUS = 2, NOTIFY = 4, UPDATE = 5, DSO = 6 }

/// RFC 1035 §4.1.1, RFC 2136 §2.2, RFC 6891 §9 (with the upper bits of the extended code zero).
enum Rcode : u4 {
    NOERROR = 0 "No error", FORMERR = 1 "Format error", SERVFAIL = 2 "Server failure", NXDOMAIN = 3 "No such name",
    NOTIMP = 4 "Not implemented", REFUSED = 5 "Refused", YXDOMAIN = 6, YXRRSET = 7, NXRRSET = 8, NOTAUTH = 9,
    NOTZONE = 10, DSOTYPENI = 11,
}

/// RFC 1035 §4.1.1; `ad` and `cd` are RFC 4035 §3.
flags DnsFlags : u16 {
    qr "Response", opcode: Opcode "Opcode", aa "Authoritative", tc "Truncated", rd "Recursion desired",
    ra "Recursion available", _, ad "Authenticated data", cd "Checking disabled", rcode: Rcode "Response code",
}

/// Types of resource records, and of questions.
enum RrType : u16 {
    A = 1, NS = 2, MD = 3, MF = 4, CNAME = 5, SOA = 6, MB = 7, MG = 8, MR = 9, NULL = 10, WKS = 11, PTR = 12,
    HINFO = 13, MINFO = 14, MX = 15, TXT = 16, RP = 17, AFSDB = 18, SIG = 24, KEY = 25, AAAA = 28, LOC = 29, NXT = 30,
    SRV = 33, NAPTR = 35, KX = 36, CERT = 37, DNAME = 39, OPT = 41, DS = 43, SSHFP = 44, IPSECKEY = 45, RRSIG = 46,
    NSEC = 47, DNSKEY = 48, DHCID = 49, NSEC3 = 50, NSEC3PARAM = 51, TLSA = 52, SMIMEA = 53, CDS = 59, CDNSKEY = 60,
    OPENPGPKEY = 61, CSYNC = 62, ZONEMD = 63, SVCB = 64, HTTPS = 65, SPF = 99, TKEY = 249, TSIG = 250, IXFR = 251,
    AXFR = 252, MAILB = 253, MAILA = 254, ANY = 255, URI = 256, CAA = 257,
}

/// RFC 1035 §3.2.4, RFC 2136 §2.4.
enum RrClass : u16 { IN = 1, CS = 2, CH = 3, HS = 4, NONE = 254, ANY = 255 }

/// RFC 6891 §6.1.2 and IANA's registry of EDNS0 options.
enum EdnsCode : u16 {
    LLQ = 1, UPDATE_LEASE = 2, NSID = 3, DAU = 5, DHU = 6, N3U = 7, CLIENT_SUBNET = 8, EXPIRE = 9, COOKIE = 10,
    TCP_KEEPALIVE = 11, PADDING = 12, CHAIN = 13, KEY_TAG = 14, EXTENDED_ERROR = 15,
}

/// RFC 6891 §6.1.4.
flags EdnsFlags : u16 { dnssec_ok, _: u15 }

/// RFC 1035 §4.1.2. `multicast` is 1 for mDNS, whose top bit of the class asks for a unicast answer (RFC 6762 §5.4).
struct Question(multicast: u1) {
    name:   DnsName(outer);
    qtype:  RrType;
    qclass: RrClass;
    let class = multicast == 1 ? qclass & 0x7fff : qclass;
}

/// RFC 1035 §4.1.3. In mDNS the top bit of the class says that a cache is to be flushed (RFC 6762 §10.2).
struct Record(multicast: u1) {
    name:  DnsName(outer);
    rtype: RrType;
    match rtype {
        /// RFC 6891 §6.1.2: class and time to live have another meaning.
        OPT => { udp_size: u16 unit bytes; extended_rcode: u8; edns_version: u8; edns_flags: EdnsFlags; }
        _   => { rclass: RrClass; ttl: u32 unit s; }
    }
    rdlen: u16 auto size_of(rdata) unit bytes;
    rdata: Rdata(rtype) within rdlen bytes;
    let class = multicast == 1 ? rclass & 0x7fff : rclass;
}

/// What a record says, by its type.
struct Rdata(rtype: RrType) {
    match rtype {
        A     => A     { addr: Ipv4Addr; }
        NS    => Ns    { host: DnsName(outer); }
        CNAME => Cname { host: DnsName(outer); }
        DNAME => Dname { host: DnsName(outer); }
        PTR   => Ptr   { host: DnsName(outer); }
        /// RFC 1035 §3.3.13.
        SOA   => Soa {
            mname:   DnsName(outer);
            rname:   DnsName(outer);
            serial:  u32;
            refresh: u32 unit s;
            retry:   u32 unit s;
            expire:  u32 unit s;
            minimum: u32 unit s;
        }
        HINFO     => Hinfo { cpu: str(latin1)[prefix u8 bytes]; os: str(latin1)[prefix u8 bytes]; }
        MX        => Mx    { preference: u16; exchange: DnsName(outer); }
        TXT | SPF => Txt   { strings: str(utf8)[prefix u8 bytes][..]; }
        RP        => Rp    { mailbox: DnsName(outer); text: DnsName(outer); }
        /// RFC 3596 §2.2.
        AAAA      => Aaaa  { addr: Ipv6Addr; }
        /// RFC 2782.
        SRV       => Srv   { priority: u16; weight: u16; port: u16; target: DnsName(outer); }
        /// RFC 3403 §4.1.
        NAPTR     => Naptr {
            order:       u16;
            preference:  u16;
            flags:       str(ascii)[prefix u8 bytes];
            services:    str(ascii)[prefix u8 bytes];
            regexp:      str(utf8)[prefix u8 bytes];
            replacement: DnsName(outer);
        }
        /// RFC 4034 §5.1.
        DS | CDS    => Ds    { key_tag: u16; algorithm: u8; digest_type: u8; digest: bytes; }
        /// RFC 4255 §3.1.
        SSHFP       => Sshfp { algorithm: u8; fingerprint_type: u8; fingerprint: bytes; }
        /// RFC 4034 §3.1.
        RRSIG | SIG => Rrsig {
            type_covered: RrType;
            algorithm:    u8;
            labels:       u8;
            original_ttl: u32 unit s;
            expiration:   u32 display unix_time;
            inception:    u32 display unix_time;
            key_tag:      u16;
            signer:       DnsName(outer);
            signature:    bytes;
        }
        /// RFC 4034 §4.1.
        NSEC             => Nsec   { next_name: DnsName(outer); types: TypeWindow[..]; }
        /// RFC 4034 §2.1.
        DNSKEY | CDNSKEY => Dnskey { flags: u16 display hex; protocol: u8; algorithm: u8; public_key: bytes; }
        /// RFC 5155 §3.2.
        NSEC3            => Nsec3 {
            hash_algorithm: u8;
            flags:          u8;
            iterations:     u16;
            salt:           bytes[prefix u8 bytes];
            next_hash:      bytes[prefix u8 bytes];
            types:          TypeWindow[..];
        }
        /// RFC 5155 §4.2.
        NSEC3PARAM    => Nsec3Param { hash_algorithm: u8; flags: u8; iterations: u16; salt: bytes[prefix u8 bytes]; }
        /// RFC 6698 §2.1.
        TLSA | SMIMEA => Tlsa       { usage: u8; selector: u8; matching_type: u8; association: bytes; }
        /// RFC 9460 §2.2.
        SVCB | HTTPS  => Svcb       { priority: u16; target: DnsName(outer); params: SvcParam[..]; }
        /// RFC 7553 §4.5.
        URI           => Uri        { priority: u16; weight: u16; target: str(utf8); }
        /// RFC 8659 §4.1.
        CAA           => Caa        { flags: u8 display hex; tag: str(ascii)[prefix u8 bytes]; value: str(utf8); }
        /// RFC 6891 §6.1.2.
        OPT           => Opt        { options: EdnsOption[..]; }
        _             => Unknown    { data: bytes; }
    }
}

/// RFC 4034 §4.1.2: which of 256 types exist, as bits.
struct TypeWindow { window: u8; bitmap: bytes[prefix u8 bytes]; }

/// RFC 9460 §14.3.2.
enum SvcParamKey : u16 {
    MANDATORY = 0, ALPN = 1, NO_DEFAULT_ALPN = 2, PORT = 3, IPV4HINT = 4, ECH = 5, IPV6HINT = 6, DOHPATH = 7,
}

/// RFC 9460 §2.2.
struct SvcParam {
    key:    SvcParamKey;
    length: u16 auto size - 4 unit bytes;
    match key within length bytes {
        MANDATORY => Mandatory { keys: SvcParamKey[..]; }
        ALPN      => Alpn      { protocols: str(ascii)[prefix u8 bytes][..]; }
        PORT      => Port      { port: u16; }
        IPV4HINT  => Ipv4Hint  { addresses4: Ipv4Addr[..]; }
        IPV6HINT  => Ipv6Hint  { addresses6: Ipv6Addr[..]; }
        _         => Unknown   { data: bytes; }
    }
}

/// RFC 6891 §6.1.2.
struct EdnsOption {
    code:   EdnsCode;
    length: u16 auto size - 4 unit bytes;
    match code within length bytes {
        /// RFC 7871 §6.
        CLIENT_SUBNET  => ClientSubnet  { family: u16; source_prefix: u8; scope_prefix: u8; address: bytes; }
        /// RFC 7873 §4.
        COOKIE         => Cookie        { client: bytes[8]; server: bytes; }
        /// RFC 8914 §2.
        EXTENDED_ERROR => ExtendedError { info_code: u16; text: str(utf8); }
        _              => Unknown       { data: bytes; }
    }
}

/// RFC 1035 §4.1: header, and four sections.
mixin Message {
    id:              u16 default random display hex;
    flags:           DnsFlags;
    qdcount:         u16 auto count_of(questions);
    ancount:         u16 auto count_of(answers);
    nscount:         u16 auto count_of(authorities);
    arcount:         u16 auto count_of(additionals);
    questions:       Question(multicast)[qdcount];
    answers:         Record(multicast)[ancount];
    authorities:     Record(multicast)[nscount];
    additionals:     Record(multicast)[arcount];
    rest_of_message: bytes trailing;
}

/// RFC 1035.
layer Dns { include Message; let multicast = 0; }

/// RFC 6762: the same message, where the top bit of a class has a meaning of its own.
layer Mdns { include Message; let multicast = 1; }

/// RFC 4795: the same message.
layer Llmnr { include Message; let multicast = 0; }

/// RFC 1035 §4.2.2: over TCP each message has its length in front.
layer DnsOverTcp over stream {
    length:  u16 auto size_of(message) unit bytes;
    message: next is Dns within length bytes;
}

bind udp_port { 53 => Dns; 5353 => Mdns; 5355 => Llmnr; }
bind tcp_port { 53 => DnsOverTcp; }
// A segment may start inside of a message: what has not the length, the operation and the few questions of one is left alone.
probe DnsOverTcp { rest.len < 12 || length >= 12 && rest[2] >> 3 & 15 <= 6 && rest[4] == 0 } score 0;

// RFC 1035 §4.1.1: the identifier is copied. RFC 4795 §2.1.1 says the same.
reply Dns by Dns {
    request.id == reply.id;
    request.flags.opcode == reply.flags.opcode;
    !request.flags.qr;
    reply.flags.qr;
}
reply Llmnr by Llmnr {
    request.id == reply.id;
    request.flags.opcode == reply.flags.opcode;
    !request.flags.qr;
    reply.flags.qr;
}

alias wireshark DnsOverTcp { length = "dns.length"; }
alias wireshark Dns {
    id = "dns.id"; flags = "dns.flags"; flags.qr = "dns.flags.response"; flags.opcode = "dns.flags.opcode";
    flags.aa = "dns.flags.authoritative" if flags.qr; flags.tc = "dns.flags.truncated";
    flags.rd = "dns.flags.recdesired"; flags.ra = "dns.flags.recavail" if flags.qr;
    flags.rcode = "dns.flags.rcode" if flags.qr; qdcount = "dns.count.queries" if flags.opcode != UPDATE;
    ancount = "dns.count.answers" if flags.opcode != UPDATE; nscount = "dns.count.auth_rr" if flags.opcode != UPDATE;
    arcount = "dns.count.add_rr";
}
alias wireshark Mdns {
    id = "dns.id"; flags = "dns.flags"; flags.qr = "dns.flags.response"; flags.opcode = "dns.flags.opcode";
    flags.aa = "dns.flags.authoritative" if flags.qr; flags.tc = "dns.flags.truncated";
    flags.rd = "dns.flags.recdesired"; flags.ra = "dns.flags.recavail" if flags.qr;
    flags.rcode = "dns.flags.rcode" if flags.qr; qdcount = "dns.count.queries" if flags.opcode != UPDATE;
    ancount = "dns.count.answers" if flags.opcode != UPDATE; nscount = "dns.count.auth_rr" if flags.opcode != UPDATE;
    arcount = "dns.count.add_rr";
}
alias wireshark Llmnr {
    id = "dns.id"; flags = "dns.flags"; flags.qr = "dns.flags.response"; flags.opcode = "dns.flags.opcode";
    flags.tc = "dns.flags.truncated"; flags.rcode = "dns.flags.rcode" if flags.qr;
    qdcount = "dns.count.queries" if flags.opcode != UPDATE; ancount = "dns.count.answers" if flags.opcode != UPDATE;
    nscount = "dns.count.auth_rr" if flags.opcode != UPDATE; arcount = "dns.count.add_rr";
}
// Where a message is cut inside of a question or of a record, tshark shows nothing of it.
alias wireshark Question {
    (size_of(name) == 1 ? "<Root>" : name) = "dns.qry.name" if present(qclass);
    qtype = "dns.qry.type" if present(qclass); class = "dns.qry.class";
}
alias wireshark Record {
    (size_of(name) == 1 ? "<Root>" : name) = "dns.resp.name" if rtype != SRV && size_of(rdata) >= rdlen;
    rtype = "dns.resp.type" if size_of(rdata) >= rdlen; class = "dns.resp.class" if size_of(rdata) >= rdlen;
    ttl = "dns.resp.ttl" if size_of(rdata) >= rdlen; rdlen = "dns.resp.len" if size_of(rdata) >= rdlen;
    udp_size = "dns.rr.udp_payload_size" if size_of(rdata) >= rdlen;
    edns_version = "dns.resp.edns0_version" if size_of(rdata) >= rdlen;
}
alias wireshark Rdata {
    a.addr = "dns.a"; aaaa.addr = "dns.aaaa"; cname.host = "dns.cname"; ns.host = "dns.ns";
    ptr.host = "dns.ptr.domain_name"; soa.mname = "dns.soa.mname"; soa.serial = "dns.soa.serial_number";
    mx.preference = "dns.mx.preference"; mx.exchange = "dns.mx.mail_exchange"; srv.port = "dns.srv.port";
    srv.target = "dns.srv.target"; txt.strings = "dns.txt" if rtype == TXT;
}

test "query example.com A" Dns hex"1234 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001" {
    flags.rd; !flags.qr; questions[0].name == "example.com"; questions[0].qtype == A; anomalies == [];
}
test "the name of an answer is a pointer to offset 12" Dns
     hex"1234 8180 0001 0001 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001
         c00c 0001 0001 00000e10 0004 5db8d822" {
    answers[0].name == "example.com"; answers[0].ttl == 3600; answers[0].rdata.a.addr == ip"93.184.216.34";
}
test "EDNS with a cookie" Dns
     hex"0001 0120 0001 0000 0000 0001 00 0001 0001 00 0029 04d0 00 00 8000 000c 000a 0008 0102030405060708" {
    additionals[0].udp_size == 1232; additionals[0].edns_flags.dnssec_ok;
    additionals[0].rdata.opt.options.cookie.client == hex"0102030405060708";
}
test "mDNS: the cache-flush bit is not part of the class" Mdns
     hex"0000 8400 0000 0001 0000 0000 04 686f7374 05 6c6f63616c 00 0001 8001 00000078 0004 c0a80001" {
    answers[0].rclass == 0x8001; answers[0].ttl == 120;
}
test "pointer to itself" reject Dns hex"0000 0000 0001 0000 0000 0000 c00c 0001 0001" at questions;
test "pointer forwards" reject Dns hex"0000 0000 0001 0000 0000 0000 c010 0001 0001 00" at questions;
test "a label of a reserved type" reject Dns hex"0000 0000 0001 0000 0000 0000 41 00 0001 0001" at questions;
test "a query" build
    Dns { id = 0x1234; flags = rd; questions = [Question { name = "example.com"; qtype = A; qclass = IN }] }
  == hex"1234 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001";
test "names are compressed" build
    Dns { id = 1; flags = qr; questions = [Question { name = "a.example.org"; qtype = MX; qclass = IN }];
        answers = [Record { name = "a.example.org"; rtype = MX; rclass = IN; ttl = 60; rdata = Mx { preference = 10;
        exchange = "mail.example.org" } }] }
  == hex"0001 8000 0001 0001 0000 0000 01 61 07 6578616d706c65 03 6f7267 00 000f 0001
         c00c 000f 0001 0000003c 0009 000a 04 6d61696c c00e";
test "over TCP" build DnsOverTcp {} / Dns { id = 7; flags = rd } == hex"000c 0007 0100 0000 0000 0000 0000";
test law roundtrip Dns;
test law truncation Dns;
