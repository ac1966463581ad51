//! Dynamic Host Configuration Protocol for version 6 of the Internet Protocol.
module pony.app.dhcpv6;
use pony.net.{Ipv6Addr, udp_port};

/// Messages: "Message Types" of IANA's DHCPv6 parameters.
enum Dhcpv6MessageType : u8 {
    SOLICIT             = 1,
    ADVERTISE           = 2,
    REQUEST             = 3,
    CONFIRM             = 4,
    RENEW               = 5,
    REBIND              = 6,
    REPLY               = 7,
    RELEASE             = 8,
    DECLINE             = 9,
    RECONFIGURE         = 10,
    INFORMATION_REQUEST = 11 "INFORMATION-REQUEST",
    RELAY_FORWARD       = 12 "RELAY-FORW",
    RELAY_REPLY         = 13 "RELAY-REPL",
    LEASEQUERY          = 14,
    LEASEQUERY_REPLY    = 15 "LEASEQUERY-REPLY",
    LEASEQUERY_DONE     = 16 "LEASEQUERY-DONE",
    LEASEQUERY_DATA     = 17 "LEASEQUERY-DATA",
    RECONFIGURE_REQUEST = 18 "RECONFIGURE-REQUEST",
    RECONFIGURE_REPLY   = 19 "RECONFIGURE-REPLY",
    DHCPV4_QUERY        = 20 "DHCPV4-QUERY",
    DHCPV4_RESPONSE     = 21 "DHCPV4-RESPONSE",
    ACTIVELEASEQUERY    = 22,
    STARTTLS            = 23,
}

/// Options: "Option Codes" of IANA's DHCPv6 parameters.
enum Dhcpv6OptionCode : u16 {
    CLIENT_ID            = 1 "client identifier",
    SERVER_ID            = 2 "server identifier",
    IA_NA                = 3 "identity association for addresses",
    IA_TA                = 4 "identity association for temporary addresses",
    IA_ADDRESS           = 5 "address of an identity association",
    OPTION_REQUEST       = 6 "option request",
    PREFERENCE           = 7,
    ELAPSED_TIME         = 8 "elapsed time",
    RELAY_MESSAGE        = 9 "relay message",
    AUTHENTICATION       = 11,
    SERVER_UNICAST       = 12 "server unicast",
    STATUS_CODE          = 13 "status code",
    RAPID_COMMIT         = 14 "rapid commit",
    USER_CLASS           = 15 "user class",
    VENDOR_CLASS         = 16 "vendor class",
    VENDOR_OPTIONS       = 17 "vendor-specific information",
    INTERFACE_ID         = 18 "interface identifier",
    RECONFIGURE_MESSAGE  = 19 "reconfigure message",
    RECONFIGURE_ACCEPT   = 20 "reconfigure accept",
    SIP_DOMAINS          = 21 "SIP servers' names",
    SIP_SERVERS          = 22 "SIP servers",
    DNS_SERVERS          = 23 "DNS servers",
    DOMAIN_LIST          = 24 "domain search list",
    IA_PD                = 25 "identity association for prefixes",
    IA_PREFIX            = 26 "prefix of an identity association",
    NIS_SERVERS          = 27,
    NISP_SERVERS         = 28,
    NIS_DOMAIN           = 29,
    NISP_DOMAIN          = 30,
    SNTP_SERVERS         = 31 "SNTP servers",
    INFORMATION_REFRESH  = 32 "information refresh time",
    BCMCS_DOMAINS        = 33,
    BCMCS_SERVERS        = 34,
    GEOCONF_CIVIC        = 36,
    REMOTE_ID            = 37 "relay agent's remote identifier",
    SUBSCRIBER_ID        = 38 "relay agent's subscriber identifier",
    CLIENT_FQDN          = 39 "client's name",
    PANA_AGENT           = 40,
    POSIX_TIMEZONE       = 41,
    TZDB_TIMEZONE        = 42,
    ECHO_REQUEST         = 43 "relay agent's echo request",
    LEASE_QUERY          = 44 "lease query",
    CLIENT_DATA          = 45 "client data",
    CLIENT_TIME          = 46 "client's last transaction time",
    RELAY_DATA           = 47 "relay data",
    CLIENT_LINK          = 48,
    MIP6_HNIDF           = 49,
    BOOT_FILE_URL        = 59 "boot file URL",
    BOOT_FILE_PARAMETERS = 60 "boot file parameters",
    CLIENT_ARCHITECTURE  = 61 "client's architecture",
    CLIENT_INTERFACE     = 62 "client's network interface",
    ERP_DOMAIN           = 65,
    NTP_SERVER           = 56 "NTP server",
    AFTR_NAME            = 64 "AFTR name",
    RELAY_SUPPLIED       = 66 "options that a relay supplies",
    PREFIX_EXCLUDE       = 67 "excluded prefix",
    LINK_LAYER_ADDRESS   = 79 "client's link-layer address",
    RELAY_PORT           = 135 "relay's source port",
    SOLICIT_MAX_RT       = 82,
    INFORMATION_MAX_RT   = 83,
    MUD_URL              = 112 "MUD URL",
    ZERO_TOUCH           = 136,
    CAPTIVE_PORTAL       = 103 "captive portal",
}

/// How something went: "Status Codes" of IANA's DHCPv6 parameters.
enum Dhcpv6Status : u16 {
    SUCCESS             = 0,
    UNSPECIFIED_FAILURE = 1,
    NO_ADDRESSES        = 2,
    NO_BINDING          = 3,
    NOT_ON_LINK         = 4,
    USE_MULTICAST       = 5,
    NO_PREFIX           = 6,
}

/// Kinds of unique identifiers, [RFC 8415 §11.1], [RFC 6355].
enum DuidType : u16 { LINK_LAYER_TIME = 1, ENTERPRISE = 2, LINK_LAYER = 3, UUID = 4 }

/// DHCP unique identifier, [RFC 8415 §11].
struct Duid {
    /// Which kind.
    duid_type: DuidType;
    match duid_type {
        // RFC 8415 §11.2 to §11.5.
        LINK_LAYER_TIME => LinkLayerTime {
            /// As ARP has it.
            hardware_type: u16;
            /// Seconds since the start of the year 2000, modulo 2^32.
            time:          u32 unit s;
            link_address:  bytes;
        }
        ENTERPRISE => Enterprise { enterprise: u32; identifier: bytes; }
        LINK_LAYER => LinkLayer  { hardware_type: u16; link_address: bytes; }
        _          => Opaque     { identifier: bytes; }
    }
}

/// Messages between clients and servers, [RFC 8415 §8], and between relays and servers, [RFC 8415 §9].
layer Dhcpv6 {
    /// What is said.
    type: Dhcpv6MessageType;
    match type {
        RELAY_FORWARD | RELAY_REPLY => Relay {
            /// How many relays have taken it on, [RFC 8415 §9.1].
            hop_count:    u8;
            /// An address of the link that the client is on, [RFC 8415 §9.1].
            link_address: Ipv6Addr;
            /// Whom the message came from, or goes to, [RFC 8415 §9.1].
            peer_address: Ipv6Addr;
            expect hop_count <= 8 : too_many_relays "more than eight relays, RFC 8415 §7.6";
        }
        // RFC 7341 §6.
        DHCPV4_QUERY | DHCPV4_RESPONSE => Dhcpv4 {
            /// Of a query: the server is addressed alone.
            unicast: bool;
            _:       u23 = 0 lenient;
        }
        _ => Exchange {
            /// What question and answer have in common, [RFC 8415 §8].
            transaction_id: u24 default random display hex;
        }
    }
    /// Options, [RFC 8415 §21].
    options: Dhcpv6Option[..];

    expect type != SOLICIT || present(options.client_identifier) : no_client "no client identifier, RFC 8415 §16.2";
    expect !(type in [ADVERTISE, REPLY]) || present(options.server_identifier) : no_server
        "no server identifier, RFC 8415 §16.3 and §16.10";
    expect !(type in [RELAY_FORWARD, RELAY_REPLY]) || present(options.relay_message) : no_message
        "no relay message, RFC 8415 §9.1";
}

/// One option, [RFC 8415 §21.1].
struct Dhcpv6Option {
    /// Which option.
    code:   Dhcpv6OptionCode;
    /// Of its data alone.
    length: u16 auto size - 4 unit bytes;
    match code within length bytes {
        // RFC 8415 §21.2 and §21.3.
        CLIENT_ID => ClientIdentifier { client: Duid; }
        SERVER_ID => ServerIdentifier { server: Duid; }
        // RFC 8415 §21.4: a client's addresses.
        IA_NA     => IaNa {
            iaid:  u32 display hex;
            /// When the server is asked to extend the addresses.
            t1:    u32 unit s;
            /// When any server is.
            t2:    u32 unit s;
            inner: Dhcpv6Inner[..];
        }
        // RFC 8415 §21.5.
        IA_TA => IaTa { iaid: u32 display hex; inner: Dhcpv6Inner[..]; }
        // RFC 8415 §21.21.
        IA_PD => IaPd {
            iaid:  u32 display hex;
            /// When the server is asked to extend the prefixes.
            t1:    u32 unit s;
            /// When any server is.
            t2:    u32 unit s;
            inner: Dhcpv6Inner[..];
        }
        // RFC 8415 §21.7.
        OPTION_REQUEST => OptionRequest { requested: Dhcpv6OptionCode[..]; }
        // RFC 8415 §21.8.
        PREFERENCE     => Preference    { preference: u8; }
        // RFC 8415 §21.9: hundredths of a second since the exchange began.
        ELAPSED_TIME   => ElapsedTime   { elapsed: u16 scale 10 unit ms; }
        // RFC 8415 §21.10: the message of a client or of another relay.
        RELAY_MESSAGE  => RelayMessage  { message: next is Dhcpv6; }
        // RFC 8415 §21.11.
        AUTHENTICATION => Authentication {
            protocol:         u8;
            algorithm:        u8;
            replay_method:    u8;
            replay_detection: u64;
            information:      bytes;
        }
        // RFC 8415 §21.12.
        SERVER_UNICAST => ServerUnicast { unicast_address: Ipv6Addr; }
        // RFC 8415 §21.13.
        STATUS_CODE    => StatusCode    { status: Dhcpv6Status; message_text: str(utf8); }
        // RFC 8415 §21.14 and §21.20.
        RAPID_COMMIT | RECONFIGURE_ACCEPT => Flag          {}
        // RFC 8415 §21.15 and §21.16.
        USER_CLASS     => UserClass     { user_classes: bytes[prefix u16 bytes][..]; }
        VENDOR_CLASS   => VendorClass   { enterprise: u32; vendor_classes: bytes[prefix u16 bytes][..]; }
        // RFC 8415 §21.17.
        VENDOR_OPTIONS => VendorOptions { enterprise: u32; vendor_options: Dhcpv6VendorOption[..]; }
        // RFC 8415 §21.18.
        INTERFACE_ID   => InterfaceId   { interface_id: bytes; }
        // RFC 8415 §21.19.
        RECONFIGURE_MESSAGE => ReconfigureMessage { reconfigure_type: Dhcpv6MessageType; }
        // RFC 3646 §3 and §4, RFC 4075 §4.
        DNS_SERVERS    => DnsServers    { dns_servers: Ipv6Addr[..]; }
        DOMAIN_LIST    => DomainList    { search_list: bytes; }
        SNTP_SERVERS   => SntpServers   { sntp_servers: Ipv6Addr[..]; }
        // RFC 8415 §21.23 to §21.25.
        INFORMATION_REFRESH => InformationRefresh { refresh: u32 unit s; }
        SOLICIT_MAX_RT | INFORMATION_MAX_RT => MaxRt         { max_rt: u32 unit s; }
        // RFC 4649 §3.
        REMOTE_ID      => RemoteId      { enterprise: u32; remote_id: bytes; }
        // RFC 4704 §4.
        CLIENT_FQDN    => ClientFqdn {
            _:              u5 = 0 lenient;
            /// The server shall update no name.
            no_update:      bool;
            /// The server has done what it was not asked for.
            overridden:     bool;
            /// The server shall update the name's address.
            server_updates: bool;
            name:           bytes;
        }
        // RFC 5970 §3.
        BOOT_FILE_URL        => BootFileUrl        { url: str(utf8); }
        BOOT_FILE_PARAMETERS => BootFileParameters { parameters: str(utf8)[prefix u16 bytes][..]; }
        CLIENT_ARCHITECTURE  => ClientArchitecture { architectures: u16[..]; }
        CLIENT_INTERFACE     => ClientInterface    { interface_type: u8; interface_major: u8; interface_minor: u8; }
        // RFC 6939 §4.
        LINK_LAYER_ADDRESS   => LinkLayerAddress   { link_type: u16; link_address: bytes; }
        // RFC 8357 §5.2.
        RELAY_PORT           => RelayPort          { downstream_port: u16; }
        _                    => Unknown            { data: bytes; }
    }
}

/// An option of a vendor's own, [RFC 8415 §21.17].
struct Dhcpv6VendorOption { code: u16; data: bytes[prefix u16 bytes]; }

/// One option within an identity association, [RFC 8415 §21.4 to §21.6, §21.21 and §21.22].
struct Dhcpv6Inner {
    /// Which option.
    code:   Dhcpv6OptionCode;
    /// Of its data alone.
    length: u16 auto size - 4 unit bytes;
    match code within length bytes {
        // RFC 8415 §21.6.
        IA_ADDRESS => IaAddress {
            address:            Ipv6Addr;
            preferred_lifetime: u32 unit s;
            valid_lifetime:     u32 unit s;
            inner:              Dhcpv6Innermost[..];
            expect preferred_lifetime <= valid_lifetime : lifetimes "preferred longer than valid, RFC 8415 §21.6";
        }
        // RFC 8415 §21.22.
        IA_PREFIX => IaPrefix {
            preferred_lifetime: u32 unit s;
            valid_lifetime:     u32 unit s;
            prefix_length:      u8 unit bits;
            address_prefix:     Ipv6Addr;
            inner:              Dhcpv6Innermost[..];
            expect preferred_lifetime <= valid_lifetime : lifetimes "preferred longer than valid, RFC 8415 §21.22";
        }
        STATUS_CODE => StatusCode { status: Dhcpv6Status; message_text: str(utf8); }
        _           => Unknown    { data: bytes; }
    }
}

/// One option within an address or a prefix, [RFC 8415 §21.6 and §21.22].
struct Dhcpv6Innermost {
    /// Which option.
    code:   Dhcpv6OptionCode;
    /// Of its data alone.
    length: u16 auto size - 4 unit bytes;
    match code within length bytes {
        STATUS_CODE    => StatusCode    { status: Dhcpv6Status; message_text: str(utf8); }
        // RFC 6603 §4.2: the bits of the subnet, behind those of the prefix.
        PREFIX_EXCLUDE => PrefixExclude { exclude_length: u8 unit bits; subnet: bytes; }
        _              => Unknown       { data: bytes; }
    }
}

bind udp_port { 546 | 547 => Dhcpv6; }

reply Dhcpv6.Exchange by Dhcpv6.Exchange {
    request.transaction_id == reply.transaction_id;
    request.type in [SOLICIT, REQUEST, CONFIRM, RENEW, REBIND, RELEASE, DECLINE, INFORMATION_REQUEST];
    reply.type in [ADVERTISE, REPLY];
}

alias wireshark Dhcpv6       { type = "dhcpv6.msgtype"; hop_count = "dhcpv6.hopcount"; transaction_id = "dhcpv6.xid"; }
alias wireshark Dhcpv6Option { code = "dhcpv6.option.type"; length = "dhcpv6.option.length"; }
alias wireshark Dhcpv6Inner {
    code = "dhcpv6.option.type"; length = "dhcpv6.option.length"; (ia_address.address) = "dhcpv6.iaaddr.ip";
}
alias wireshark Dhcpv6Innermost { code = "dhcpv6.option.type"; length = "dhcpv6.option.length"; }

test "an advertised prefix" Dhcpv6
     hex"02 100874 0019 0029 27fe8f95 00000000 00000000 001a 0019 00001194 00001c20 40 20010000 0000fe00 00000000 00000000
         0001 000e 0001 0001 1c39cf88 080027fe8f95 0002 000e 0001 0001 1c3825e8 080027d410bb" {
    type == ADVERTISE; transaction_id == 0x100874; options.ia_pd.inner.ia_prefix.prefix_length == 64;
    options.ia_pd.inner.ia_prefix.address_prefix == ip"2001:0:0:fe00::"; options.ia_pd.inner[0].valid_lifetime == 7200;
    options.client_identifier.client.link_layer_time.link_address == hex"080027fe8f95"; anomalies == [];
}
test "an advertised address" Dhcpv6
     hex"02 90b45c 0003 0028 02030405 00000e10 00001518 0005 0018 2a0000010001020038e6b22ec440acdf 00001194 00001c20
         0001 000a 0003 0001 010203040506 0002 000e 0001 0001 1846488c 001122334455" {
    options.ia_na.t1 == 3600; options.ia_na.inner.ia_address.preferred_lifetime == 4500;
    options.client_identifier.client.link_layer.hardware_type == 1;
}
test "a relay takes a question on" Dhcpv6
     hex"0c 00 200108a8100600030225 84fffedb2380 fe80000000000000ba27ebfffeb853c8
         0009 0016 01 78244b 0001 000e 0001 0001 1e62770b b827ebb853c8 0012 0004 00000003" {
    type == RELAY_FORWARD; hop_count == 0; options.len == 2; options.interface_id.interface_id == hex"00000003";
    anomalies == [];
}
test "a question without its client" Dhcpv6 hex"01 000001 0008 0002 0000" { anomalies == [no_client]; }
test "a relay without a message" Dhcpv6 hex"0c 09 00000000000000000000000000000000 00000000000000000000000000000000" {
    anomalies == [no_message, too_many_relays];
}
test "preferred longer than valid" Dhcpv6Inner hex"0005 0018 20010db8000000000000000000000001 00000002 00000001" {
    address == ip"2001:db8::1"; anomalies == [lifetimes];
}
test "hundredths of a second" Dhcpv6Option hex"0008 0002 0064" { elapsed == 1000; }
test "why there is none" Dhcpv6Option hex"000d 0006 0002 6e6f6e65" { status == NO_ADDRESSES; message_text == "none"; }
test "a vendor's own" Dhcpv6Option hex"0011 0009 00000009 0001 0001 ff" {
    enterprise == 9; vendor_options[0].data == hex"ff";
}
test "a client's name" Dhcpv6Option
     hex"0027 0006 01 04706f6e79" { server_updates; !no_update; name == hex"04706f6e79"; }
test "an option that nobody knows is kept" Dhcpv6Option hex"ffff 0002 0102" { data == hex"0102"; }
test "an option that is cut" reject Dhcpv6Option hex"0005" at length;
test "a preference of no byte" reject Dhcpv6Option hex"0007 0000" at preference;
test "a cut message" reject Dhcpv6 hex"01 0000" at transaction_id;
test "a question" build
    Dhcpv6 { type = SOLICIT; transaction_id = 1; options = [ClientIdentifier { client = LinkLayer { hardware_type = 1;
        link_address = hex"020000000001" } }, IaNa { iaid = 1 }, OptionRequest { requested = [DNS_SERVERS] }] }
  == hex"01 000001 0001 000a 0003 0001 020000000001 0003 000c 00000001 00000000 00000000 0006 0002 0017";
test "a relayed question" build
    Dhcpv6 { type = RELAY_FORWARD; link_address = ip"2001:db8::1"; peer_address = ip"fe80::2";
        options = [InterfaceId { interface_id = hex"03" }, RelayMessage { message = hex"01 000001" }] }
  == hex"0c 00 20010db8000000000000000000000001 fe800000000000000000000000000002 0012 0001 03 0009 0004 01 000001";
test law roundtrip Dhcpv6;
test law truncation Dhcpv6;
test law roundtrip Dhcpv6Option;
test law roundtrip Dhcpv6Inner;
