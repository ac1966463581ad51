//! Dynamic Host Configuration Protocol, and BOOTP below it.
module pony.app.dhcp;
use pony.net.{Ipv4Addr, MacAddr, udp_port};

/// RFC 2131 §2, table 1.
enum DhcpOp : u8 { REQUEST = 1 "Boot Request", REPLY = 2 "Boot Reply" }

/// RFC 2132 §9.6, RFC 3203, RFC 4388, RFC 6926, RFC 7724.
enum DhcpMessageType : u8 {
    DISCOVER = 1, OFFER = 2, REQUEST = 3, DECLINE = 4, ACK = 5, NAK = 6, RELEASE = 7, INFORM = 8, FORCERENEW = 9,
    LEASEQUERY = 10, LEASEUNASSIGNED = 11, LEASEUNKNOWN = 12, LEASEACTIVE = 13, BULKLEASEQUERY = 14,
    LEASEQUERYDONE = 15, ACTIVELEASEQUERY = 16, LEASEQUERYSTATUS = 17, TLS = 18,
}

/// RFC 2132 and its successors.
enum DhcpOptionCode : u8 {
    PAD = 0, SUBNET_MASK = 1, TIME_OFFSET = 2, ROUTER = 3, TIME_SERVER = 4, NAME_SERVER = 5, DOMAIN_SERVER = 6,
    LOG_SERVER = 7, QUOTES_SERVER = 8, LPR_SERVER = 9, IMPRESS_SERVER = 10, RLP_SERVER = 11, HOSTNAME = 12,
    BOOT_FILE_SIZE = 13, MERIT_DUMP = 14, DOMAIN_NAME = 15, SWAP_SERVER = 16, ROOT_PATH = 17, EXTENSION_FILE = 18,
    FORWARD = 19, SOURCE_ROUTE = 20, POLICY_FILTER = 21, MAX_REASSEMBLY = 22, DEFAULT_TTL = 23, MTU_TIMEOUT = 24,
    MTU_PLATEAU = 25, MTU = 26, MTU_SUBNET = 27, BROADCAST = 28, MASK_DISCOVERY = 29, MASK_SUPPLIER = 30,
    ROUTER_DISCOVERY = 31, ROUTER_REQUEST = 32, STATIC_ROUTE = 33, TRAILERS = 34, ARP_TIMEOUT = 35, ETHERNET = 36,
    TCP_TTL = 37, KEEPALIVE_INTERVAL = 38, KEEPALIVE_GARBAGE = 39, NIS_DOMAIN = 40, NIS_SERVERS = 41, NTP_SERVERS = 42,
    VENDOR_SPECIFIC = 43, NETBIOS_NAME_SERVERS = 44, NETBIOS_DISTRIBUTION = 45, NETBIOS_NODE_TYPE = 46,
    NETBIOS_SCOPE = 47, X_FONT = 48, X_MANAGER = 49, REQUESTED_ADDRESS = 50, LEASE_TIME = 51, OVERLOAD = 52,
    MESSAGE_TYPE = 53, SERVER_ID = 54, PARAMETERS = 55, MESSAGE = 56, MAX_SIZE = 57, RENEWAL_TIME = 58,
    REBINDING_TIME = 59, CLASS_ID = 60, CLIENT_ID = 61, NISPLUS_DOMAIN = 64, NISPLUS_SERVERS = 65, TFTP_SERVER = 66,
    BOOT_FILE = 67, HOME_AGENT = 68, SMTP_SERVERS = 69, POP3_SERVERS = 70, NNTP_SERVERS = 71, WWW_SERVERS = 72,
    USER_CLASS = 77, CLIENT_FQDN = 81, RELAY_AGENT = 82, ARCHITECTURE = 93, INTERFACE_ID = 94, MACHINE_ID = 97,
    CAPTIVE_PORTAL = 114, AUTO_CONFIGURE = 116, SUBNET_SELECTION = 118, DOMAIN_SEARCH = 119, CLASSLESS_ROUTES = 121,
    PROXY_DISCOVERY = 252, END = 255,
}

/// RFC 2131 §2: the leftmost bit asks for a broadcast answer.
flags DhcpFlags : u16 { broadcast, _: u15 }

/// RFC 2131 §2.
layer Dhcp {
    op:            DhcpOp default REQUEST;
    hardware_type: u8 default 1;
    hardware_len:  u8 default 6;
    hops:          u8;
    xid:           u32 default random display hex;
    secs:          u16 unit s;
    flags:         DhcpFlags;
    /// `ciaddr`: the client's own address, when it has one.
    client:        Ipv4Addr;
    /// `yiaddr`: the address that the client is given.
    your:          Ipv4Addr;
    /// `siaddr`: the server to boot from.
    server:        Ipv4Addr;
    /// `giaddr`: the relay agent.
    relay:         Ipv4Addr;
    /// `chaddr`, and what the hardware address leaves of its 16 bytes.
    hardware:      MacAddr;
    hardware_rest: bytes[10];
    server_name:   bytes[64] display ascii;
    boot_file:     bytes[128] display ascii;
    /// RFC 2132 §2. What is no DHCP ends here, or has something of its own (RFC 951 §3).
    cookie:        Ipv4Addr default 0x63825363 if more;
    options:       DhcpOption[..] if cookie == 0x63825363;
    vendor:        bytes if present(cookie) && cookie != 0x63825363;
    /// What stands behind the end of the options.
    padding:       bytes trailing;

    let message_type = options.message_type.message_type;
}

/// RFC 2132 §2: PAD and END are one byte, everything else has a length.
struct DhcpOption {
    code: DhcpOptionCode;
    match code {
        PAD => {}
        END => stop;
        _   => {
            length: u8 auto size - 2 unit bytes;
            match code within length bytes {
                SUBNET_MASK          => SubnetMask         { mask: Ipv4Addr; }
                ROUTER               => Router             { routers: Ipv4Addr[..]; }
                TIME_SERVER          => TimeServer         { time_servers: Ipv4Addr[..]; }
                DOMAIN_SERVER        => DomainServer       { domain_servers: Ipv4Addr[..]; }
                HOSTNAME             => Hostname           { hostname: str(utf8); }
                DOMAIN_NAME          => DomainName         { domain: str(utf8); }
                ROOT_PATH            => RootPath           { path: str(utf8); }
                MTU                  => Mtu                { mtu: u16 unit bytes; }
                BROADCAST            => Broadcast          { broadcast: Ipv4Addr; }
                NTP_SERVERS          => NtpServers         { ntp_servers: Ipv4Addr[..]; }
                NETBIOS_NAME_SERVERS => NetbiosNameServers { netbios_servers: Ipv4Addr[..]; }
                REQUESTED_ADDRESS    => RequestedAddress   { requested: Ipv4Addr; }
                LEASE_TIME           => LeaseTime          { lease: u32 unit s; }
                OVERLOAD             => Overload           { overload: u8; }
                MESSAGE_TYPE         => MessageType        { message_type: DhcpMessageType; }
                SERVER_ID            => ServerId           { server: Ipv4Addr; }
                PARAMETERS           => Parameters         { parameters: DhcpOptionCode[..]; }
                MESSAGE              => Message            { message: str(utf8); }
                MAX_SIZE             => MaxSize            { max_size: u16 unit bytes; }
                RENEWAL_TIME         => RenewalTime        { renewal: u32 unit s; }
                REBINDING_TIME       => RebindingTime      { rebinding: u32 unit s; }
                CLASS_ID             => ClassId            { class: str(utf8); }
                CLIENT_ID            => ClientId           { id_type: u8; identifier: bytes; }
                TFTP_SERVER          => TftpServer         { tftp_server: str(utf8); }
                BOOT_FILE            => BootFile           { file: str(utf8); }
                CLIENT_FQDN          => ClientFqdn         { fqdn_flags: u8; rcode1: u8; rcode2: u8; name: bytes; }
                RELAY_AGENT          => RelayAgent         { suboptions: DhcpSuboption[..]; }
                ARCHITECTURE         => Architecture       { architectures: u16[..]; }
                CLASSLESS_ROUTES     => ClasslessRoutes    { routes: ClasslessRoute[..]; }
                _                    => Unknown            { data: bytes; }
            }
        }
    }
}

/// RFC 3046 §2.0.
struct DhcpSuboption { code: u8; data: bytes[prefix u8 bytes]; }

/// RFC 3442: only the significant bytes of a destination are there.
struct ClasslessRoute { width: u8 where it <= 32; destination: bytes[(width + 7) / 8]; router: Ipv4Addr; }

bind udp_port { 67 | 68 => Dhcp; }

reply Dhcp by Dhcp { request.xid == reply.xid; request.op == DhcpOp.REQUEST; reply.op == DhcpOp.REPLY; }

alias wireshark Dhcp {
    op = "dhcp.type"; hardware_type = "dhcp.hw.type"; hardware_len = "dhcp.hw.len"; hops = "dhcp.hops"; xid = "dhcp.id";
    secs = "dhcp.secs"; flags = "dhcp.flags"; client = "dhcp.ip.client"; your = "dhcp.ip.your";
    server = "dhcp.ip.server"; relay = "dhcp.ip.relay"; hardware = "dhcp.hw.mac_addr" if hardware_len == 6;
    cookie = "dhcp.cookie" if cookie == 0x63825363;
}
// RFC 2132 §3.2: the end is 255; tshark shows a 0.
alias wireshark DhcpOption {
    (code == END ? 0 : code) = "dhcp.option.type"; length = "dhcp.option.length"; message_type = "dhcp.option.dhcp";
    requested_address.requested = "dhcp.option.requested_ip_address"; server_id.server = "dhcp.option.dhcp_server_id";
    hostname.hostname = "dhcp.option.hostname"; lease = "dhcp.option.ip_address_lease_time";
    parameters.parameters = "dhcp.option.request_list_item";
    id_type = "dhcp.hw.type" if length == 7 && id_type in 1 .. 48;
    identifier = "dhcp.hw.mac_addr" if length == 7 && id_type in 1 .. 48;
}

test "discover" Dhcp
     hex"01 01 06 00 3903f326 0000 8000 00000000 00000000 00000000 00000000 000b8201fc42 00000000000000000000
         00000000000000000000000000000000 00000000000000000000000000000000 00000000000000000000000000000000 00000000000000000000000000000000
         00000000000000000000000000000000 00000000000000000000000000000000 00000000000000000000000000000000 00000000000000000000000000000000
         00000000000000000000000000000000 00000000000000000000000000000000 00000000000000000000000000000000 00000000000000000000000000000000
         63825363 350101 3d0701000b8201fc42 3204 00000000 3704 0103062a ff 00000000000000" {
    op == REQUEST; flags.broadcast; hardware == mac"00:0b:82:01:fc:42"; message_type == DISCOVER; options.len == 5;
    options.parameters.parameters[3] == NTP_SERVERS; options.client_id.identifier == hex"000b8201fc42"; anomalies == [];
}
test "BOOTP without options" Dhcp
     hex"02 01 06 00 00000001 0000 0000 00000000 0a000001 00000000 00000000 000b8201fc42 00000000000000000000
         00000000000000000000000000000000 00000000000000000000000000000000 00000000000000000000000000000000 00000000000000000000000000000000
         00000000000000000000000000000000 00000000000000000000000000000000 00000000000000000000000000000000 00000000000000000000000000000000
         00000000000000000000000000000000 00000000000000000000000000000000 00000000000000000000000000000000 00000000000000000000000000000000" {
    op == REPLY; your == ip"10.0.0.1"; !present(options);
}
test "offer's options" DhcpOption hex"33 04 00015180" { code == LEASE_TIME; lease == 86400; }
test "a route of a /24" DhcpOption
     hex"79 08 18 c0a801 c0a80101" { classless_routes.routes[0].destination == hex"c0a801"; }
test "a lease time that is too short" reject DhcpOption hex"33 03 000151" at lease;
test "an option" build DhcpOption { code = HOSTNAME; hostname = "pony" } == hex"0c 04 706f6e79";
test law roundtrip Dhcp;
test law truncation Dhcp;
