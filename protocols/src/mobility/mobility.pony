//! Mobility header of IPv6, by which mobile nodes say where they are.
module pony.net.mobility;
use pony.net.{IpCarrier, IpProtocol, Ipv4Addr, Ipv6Addr, ip_protocol};

/// Messages: "Mobility Header Types" of IANA.
enum MobilityType : u8 {
    BINDING_REFRESH_REQUEST             = 0 "binding refresh request",
    HOME_TEST_INIT                      = 1 "home test init",
    CARE_OF_TEST_INIT                   = 2 "care-of test init",
    HOME_TEST                           = 3 "home test",
    CARE_OF_TEST                        = 4 "care-of test",
    BINDING_UPDATE                      = 5 "binding update",
    BINDING_ACKNOWLEDGEMENT             = 6 "binding acknowledgement",
    BINDING_ERROR                       = 7 "binding error",
    FAST_BINDING_UPDATE                 = 8 "fast binding update",
    FAST_BINDING_ACKNOWLEDGEMENT        = 9 "fast binding acknowledgement",
    /// Replaced by neighbour discovery, RFC 5568.
    FAST_NEIGHBOUR_ADVERTISEMENT        = 10 "fast neighbour advertisement",
    EXPERIMENTAL                        = 11,
    HOME_AGENT_SWITCH                   = 12 "home agent switch",
    HEARTBEAT                           = 13,
    HANDOVER_INITIATE                   = 14 "handover initiate",
    HANDOVER_ACKNOWLEDGE                = 15 "handover acknowledge",
    BINDING_REVOCATION                  = 16 "binding revocation",
    LOCALIZED_ROUTING_INITIATION        = 17 "localized routing initiation",
    LOCALIZED_ROUTING_ACKNOWLEDGMENT    = 18 "localized routing acknowledgment",
    UPDATE_NOTIFICATION                 = 19 "update notification",
    UPDATE_NOTIFICATION_ACKNOWLEDGEMENT = 20 "update notification acknowledgement",
    FLOW_BINDING                        = 21 "flow binding",
    SUBSCRIPTION_QUERY                  = 22 "subscription query",
    SUBSCRIPTION_RESPONSE               = 23 "subscription response",
}

/// How a binding update was taken: "Status Codes" of IANA; from 128 on it was refused, [RFC 6275 §6.1.8].
enum BindingStatus : u8 {
    ACCEPTED                   = 0,
    PREFIX_DISCOVERY           = 1 "accepted, but prefix discovery is necessary",
    GRE_KEY_NOT_REQUIRED       = 2 "accepted, a GRE key is not required",
    TLV_HEADER_NOT_SUPPORTED   = 3 "accepted, but headers with type and length are not supported",
    NOT_COMPLETE               = 4 "accepted, but not all of the care-of addresses",
    RETURN_HOME                = 5 "accepted, the home link may be used at the same time",
    UNSPECIFIED                = 128,
    PROHIBITED                 = 129 "administratively prohibited",
    INSUFFICIENT_RESOURCES     = 130 "insufficient resources",
    NO_HOME_REGISTRATION       = 131 "home registration not supported",
    NOT_HOME_SUBNET            = 132 "not home subnet",
    NOT_HOME_AGENT             = 133 "not home agent for this mobile node",
    DUPLICATE_ADDRESS          = 134 "duplicate address detection failed",
    SEQUENCE_NUMBER            = 135 "sequence number out of window",
    EXPIRED_HOME_NONCE         = 136 "expired home nonce index",
    EXPIRED_CARE_OF_NONCE      = 137 "expired care-of nonce index",
    EXPIRED_NONCES             = 138 "expired nonces",
    TYPE_CHANGE                = 139 "registration type change disallowed",
    NO_ROUTER                  = 140 "mobile router operation not permitted",
    INVALID_PREFIX             = 141 "invalid prefix",
    PREFIX_NOT_AUTHORIZED      = 142 "not authorized for prefix",
    FORWARDING_FAILED          = 143 "forwarding setup failed",
    NO_PROXY                   = 152 "proxy registration not enabled",
    NOT_ANCHOR                 = 153 "not the anchor for this mobile node",
    PROXY_NOT_AUTHORIZED       = 154 "gateway not authorized for proxy registration",
    HOME_PREFIX_NOT_AUTHORIZED = 155 "not authorized for home network prefix",
    TIMESTAMP_MISMATCH         = 156 "timestamp mismatch",
    TIMESTAMP_LOWER            = 157 "timestamp lower than the one accepted before",
    MISSING_HOME_PREFIX        = 158 "missing home network prefix",
    PREFIXES_DO_NOT_MATCH      = 159 "sets of prefixes do not match",
    MISSING_IDENTIFIER         = 160 "missing mobile node identifier",
    MISSING_HANDOFF_INDICATOR  = 161 "missing handoff indicator",
    MISSING_ACCESS_TECHNOLOGY  = 162 "missing access technology type",
    GRE_KEY_REQUIRED           = 163 "GRE key required",
    INVALID_CARE_OF            = 174 "invalid care-of address",
}

/// What is wrong, [RFC 6275 §6.1.9].
enum BindingErrorStatus : u8 {
    UNKNOWN_BINDING = 1 "no binding for the home address", UNKNOWN_TYPE = 2 "unknown message",
}

/// What a revocation is, [RFC 5846 §6].
enum RevocationType : u8 { INDICATION = 1, ACKNOWLEDGEMENT = 2 }

/// Header and message, [RFC 6275 §6.1.1].
///
/// `passes`: the layers above would still see the addresses of the header below.
@level(network)
layer Mobility needs IpCarrier as ip passes IpCarrier {
    /// What follows, which is nothing so far, [RFC 6275 §6.1.1].
    payload_protocol: IpProtocol auto key_of(payload, IpProtocol.NO_NEXT);
    /// Length of this header in units of 8 bytes, the first one left out, [RFC 6275 §6.1.1].
    header_length:    u8 auto offset_of(payload) / 8 - 1;
    /// Which message, [RFC 6275 §6.1.1].
    type:             MobilityType;
    _:                u8 = 0 lenient;
    /// Over the addresses below and this header, [RFC 6275 §6.1.1].
    checksum:         u16 auto inet16(ip.pseudo_header(IpProtocol.MOBILITY, header_len) ++ self[0 .. header_len - 1])
                      verify display hex;
    /// What is said, [RFC 6275 §6.1].
    message:          MobilityMessage(type) within header_len - 6 bytes align 8;
    payload:          next from ip_protocol[payload_protocol];

    let header_len = header_length * 8 + 8 unit bytes;

    expect payload_protocol == NO_NEXT : something_follows "nothing may follow, RFC 6275 §6.1.1";
}

/// What is said, by type.
struct MobilityMessage(type: MobilityType) {
    match type {
        // RFC 6275 §6.1.2.
        BINDING_REFRESH_REQUEST            => RefreshRequest { _: u16 = 0 lenient; options: MobilityOption[..]; }
        // RFC 6275 §6.1.3 and §6.1.4.
        HOME_TEST_INIT | CARE_OF_TEST_INIT => TestInit {
            _:       u16 = 0 lenient;
            cookie:  u64 display hex;
            options: MobilityOption[..];
        }
        // RFC 6275 §6.1.5 and §6.1.6.
        HOME_TEST | CARE_OF_TEST => Test {
            nonce_index:  u16;
            cookie:       u64 display hex;
            keygen_token: u64 display hex;
            options:      MobilityOption[..];
        }
        // RFC 6275 §6.1.7, RFC 5568 §6.2.2.
        BINDING_UPDATE | FAST_BINDING_UPDATE => Update {
            sequence:          u16;
            /// An acknowledgement is wanted.
            acknowledge:       bool;
            /// The receiver shall be the home agent.
            home_registration: bool;
            /// The home address has the interface identifier of the link-local one.
            link_local:        bool;
            /// Keys survive the movement.
            key_management:    bool;
            /// The receiver shall be the mobility anchor point, [RFC 5380].
            map_registration:  bool;
            /// The sender is a router, [RFC 3963 §4.1].
            router:            bool;
            /// The sender is a proxy, [RFC 5213 §8.1].
            proxy:             bool;
            /// Packets are to be carried in UDP, [RFC 5555 §3.1.3].
            force_udp:         bool;
            /// Packets are to have a header with type and length, [RFC 5845 §4.2].
            tlv_header:        bool;
            /// Bindings of a group are changed at once, [RFC 6602].
            bulk:              bool;
            _:                 u6 = 0 lenient;
            /// In units of 4 seconds.
            lifetime:          u16 scale 4 unit s;
            options:           MobilityOption[..];
        }
        // RFC 6275 §6.1.8, RFC 5568 §6.2.3.
        BINDING_ACKNOWLEDGEMENT | FAST_BINDING_ACKNOWLEDGEMENT => Acknowledgement {
            status:         BindingStatus;
            /// Keys survive the movement.
            key_management: bool;
            /// The sender is a router, [RFC 3963 §4.2].
            router:         bool;
            /// The sender is a proxy, [RFC 5213 §8.2].
            proxy:          bool;
            /// Packets are to have a header with type and length, [RFC 5845 §4.3].
            tlv_header:     bool;
            /// Bindings of a group are changed at once, [RFC 6602].
            bulk:           bool;
            _:              u3 = 0 lenient;
            /// That of the update.
            sequence:       u16;
            /// In units of 4 seconds.
            lifetime:       u16 scale 4 unit s;
            options:        MobilityOption[..];
        }
        // RFC 6275 §6.1.9.
        BINDING_ERROR => BindingError {
            status:       BindingErrorStatus;
            _:            u8 = 0 lenient;
            home_address: Ipv6Addr;
            options:      MobilityOption[..];
        }
        // RFC 5142 §4.
        HOME_AGENT_SWITCH => HomeAgentSwitch {
            address_count: u8 auto count_of(home_agents);
            _:             u8 = 0 lenient;
            home_agents:   Ipv6Addr[address_count];
            options:       MobilityOption[..];
        }
        // RFC 5847 §3.1.
        HEARTBEAT => Heartbeat {
            _:                  u14 = 0 lenient;
            unsolicited:        bool;
            response:           bool;
            heartbeat_sequence: u32;
            options:            MobilityOption[..];
        }
        // RFC 5568 §6.2.1, RFC 5949 §6.1.
        HANDOVER_INITIATE => HandoverInitiate {
            sequence: u16;
            /// The new address shall be given by the receiver.
            assign:   bool;
            /// Packets shall be kept until the node arrives.
            buffer:   bool;
            /// The sender is a proxy.
            proxy:    bool;
            /// Packets shall be forwarded.
            forward:  bool;
            _:        u4 = 0 lenient;
            code:     u8;
            options:  MobilityOption[..];
        }
        HANDOVER_ACKNOWLEDGE => HandoverAcknowledge {
            sequence: u16;
            /// Packets are kept until the node arrives.
            buffer:   bool;
            /// The sender is a proxy.
            proxy:    bool;
            /// Packets are forwarded.
            forward:  bool;
            _:        u5 = 0 lenient;
            code:     u8;
            options:  MobilityOption[..];
        }
        // RFC 5846 §6.
        BINDING_REVOCATION => Revocation {
            revocation_type: RevocationType;
            /// Of an indication, why; of an acknowledgement, how it was taken.
            reason:          u8;
            sequence:        u16;
            /// The binding is one of a proxy.
            proxy:           bool;
            /// Only the binding of the IPv4 home address is meant.
            ipv4_only:       bool;
            /// All bindings are meant of which the options say something.
            global:          bool;
            _:               u13 = 0 lenient;
            options:         MobilityOption[..];
        }
        // RFC 6705 §9.
        LOCALIZED_ROUTING_INITIATION => RoutingInitiation {
            sequence:         u16;
            _:                u16 = 0 lenient;
            routing_lifetime: u16 unit s;
            options:          MobilityOption[..];
        }
        LOCALIZED_ROUTING_ACKNOWLEDGMENT => RoutingAcknowledgment {
            sequence:         u16;
            unsolicited:      bool;
            _:                u7 = 0 lenient;
            routing_status:   u8;
            routing_lifetime: u16 unit s;
            options:          MobilityOption[..];
        }
        _ => Unknown { data: bytes; }
    }
}

/// Options: "Mobility Options" of IANA.
enum MobilityOptionType : u8 {
    PAD1                      = 0 "one byte of padding",
    PADN                      = 1 "padding",
    REFRESH_ADVICE            = 2 "binding refresh advice",
    ALTERNATE_CARE_OF         = 3 "alternate care-of address",
    NONCE_INDICES             = 4 "nonce indices",
    AUTHORIZATION_DATA        = 5 "binding authorization data",
    NETWORK_PREFIX            = 6 "mobile network prefix",
    LINK_LAYER_ADDRESS        = 7 "link-layer address",
    NODE_IDENTIFIER           = 8 "mobile node identifier",
    AUTHENTICATION            = 9,
    REPLAY_PROTECTION         = 10 "replay protection",
    CGA_PARAMETERS_REQUEST    = 11 "CGA parameters request",
    CGA_PARAMETERS            = 12 "CGA parameters",
    SIGNATURE                 = 13,
    HOME_KEYGEN_TOKEN         = 14 "permanent home keygen token",
    CARE_OF_TEST_INIT         = 15 "care-of test init",
    CARE_OF_TEST              = 16 "care-of test",
    DNS_UPDATE                = 17 "DNS update",
    EXPERIMENTAL              = 18,
    VENDOR                    = 19 "vendor specific",
    SERVICE_SELECTION         = 20 "service selection",
    FAST_AUTHORIZATION_DATA   = 21 "binding authorization data of fast handovers",
    HOME_NETWORK_PREFIX       = 22 "home network prefix",
    HANDOFF_INDICATOR         = 23 "handoff indicator",
    ACCESS_TECHNOLOGY         = 24 "access technology type",
    NODE_LINK_LAYER           = 25 "mobile node's link-layer identifier",
    LINK_LOCAL_ADDRESS        = 26 "link-local address",
    TIMESTAMP                 = 27,
    RESTART_COUNTER           = 28 "restart counter",
    IPV4_HOME_ADDRESS         = 29 "IPv4 home address",
    IPV4_ACKNOWLEDGEMENT      = 30 "IPv4 address acknowledgement",
    NAT_DETECTION             = 31 "NAT detection",
    IPV4_CARE_OF              = 32 "IPv4 care-of address",
    GRE_KEY                   = 33 "GRE key",
    ADDRESS_PREFIX            = 34 "address or prefix",
    BINDING_IDENTIFIER        = 35 "binding identifier",
    IPV4_HOME_ADDRESS_REQUEST = 36 "IPv4 home address request",
    IPV4_HOME_ADDRESS_REPLY   = 37 "IPv4 home address reply",
    IPV4_DEFAULT_ROUTER       = 38 "IPv4 default router",
    IPV4_DHCP_SUPPORT         = 39 "IPv4 DHCP support mode",
    CONTEXT_REQUEST           = 40 "context request",
    LOCAL_MOBILITY_ANCHOR     = 41 "local mobility anchor",
    INTERFACE_IDENTIFIER      = 42 "link-local interface identifier",
    TRANSIENT_BINDING         = 43 "transient binding",
    FLOW_SUMMARY              = 44 "flow summary",
    FLOW_IDENTIFICATION       = 45 "flow identification",
    REDIRECT_CAPABILITY       = 46 "redirect capability",
    REDIRECT                  = 47,
    LOAD_INFORMATION          = 48 "load information",
    ALTERNATE_IPV4_CARE_OF    = 49 "alternate IPv4 care-of address",
    NODE_GROUP                = 50 "mobile node group",
    GATEWAY_ADDRESS           = 51 "gateway's address",
    ACCESS_NETWORK            = 52 "access network",
    DELEGATED_PREFIX          = 55 "delegated mobile network prefix",
}

/// Why a binding is new, [RFC 5213 §8.4].
enum HandoffIndicator : u8 {
    NEW_INTERFACE      = 1 "attachment over a new interface",
    BETWEEN_INTERFACES = 2 "handoff between two interfaces",
    BETWEEN_GATEWAYS   = 3 "handoff between gateways",
    UNKNOWN            = 4 "state unknown",
    UNCHANGED          = 5 "state not changed",
}

/// By what a node is attached, [RFC 5213 §8.5].
enum AccessTechnology : u8 {
    VIRTUAL = 1, PPP = 2, ETHERNET = 3 "IEEE 802.3", WLAN = 4 "IEEE 802.11a/b/g", WIMAX = 5 "IEEE 802.16e",
    GERAN = 6 "3GPP GERAN", UTRAN = 7 "3GPP UTRAN", EUTRAN = 8 "3GPP E-UTRAN", EHRPD = 9 "3GPP2 eHRPD",
    HRPD = 10 "3GPP2 HRPD", CDMA = 11 "3GPP2 1xRTT", UMB = 12 "3GPP2 UMB",
}

/// One option, [RFC 6275 §6.2.1].
struct MobilityOption {
    /// Which option.
    option_type: MobilityOptionType;
    match option_type {
        PAD1 => {}
        _    => {
            /// Of its data alone.
            length: u8 auto size - 2 unit bytes;
            match option_type within length bytes {
                PADN                                 => Padding           { padding: bytes; }
                // RFC 6275 §6.2.4: in units of 4 seconds.
                REFRESH_ADVICE                       => RefreshAdvice     { refresh_interval: u16 scale 4 unit s; }
                // RFC 6275 §6.2.5 to §6.2.7.
                ALTERNATE_CARE_OF                    => AlternateCareOf   { care_of: Ipv6Addr; }
                NONCE_INDICES                        => NonceIndices      { home_nonce: u16; care_of_nonce: u16; }
                AUTHORIZATION_DATA                   => AuthorizationData { authenticator: bytes; }
                // RFC 3963 §4.3, RFC 5213 §8.3.
                NETWORK_PREFIX | HOME_NETWORK_PREFIX => NetworkPrefix {
                    _:              u8 = 0 lenient;
                    prefix_length:  u8 unit bits;
                    network_prefix: Ipv6Addr;
                }
                // RFC 5568 §6.4.4: whose address it is, says the code.
                LINK_LAYER_ADDRESS => LinkLayerAddress { address_code: u8; link_layer_address: bytes; }
                // RFC 4283 §3: of subtype 1, a network access identifier.
                NODE_IDENTIFIER    => NodeIdentifier   { identifier_type: u8; identifier: bytes; }
                // RFC 4285 §5 and §6.
                AUTHENTICATION     => Authentication   { method: u8; spi: u32 display hex; authentication_data: bytes; }
                REPLAY_PROTECTION  => ReplayProtection { sent: u64 display ntp_time; }
                // RFC 4866 §5: long data of these goes on in the next option of the type.
                CGA_PARAMETERS_REQUEST | CARE_OF_TEST_INIT => Request          {}
                CGA_PARAMETERS     => CgaParameters    { parameters: bytes; }
                SIGNATURE          => Signature        { signature: bytes; }
                HOME_KEYGEN_TOKEN  => KeygenToken      { home_keygen_token: bytes; }
                CARE_OF_TEST       => CareOfTest       { care_of_keygen_token: u64 display hex; }
                // RFC 5026 §8.1.
                DNS_UPDATE         => DnsUpdate {
                    dns_status: u8;
                    /// The entry shall be removed.
                    remove:     bool;
                    _:          u7 = 0 lenient;
                    node_name:  bytes;
                }
                // RFC 5094 §3.
                VENDOR                  => Vendor           { vendor_id: u32; vendor_subtype: u8; vendor_data: bytes; }
                // RFC 5149 §3.
                SERVICE_SELECTION       => ServiceSelection { service: str(utf8); }
                // RFC 5568 §6.4.5.
                FAST_AUTHORIZATION_DATA => FastAuthorizationData {
                    fast_spi:           u32 display hex;
                    fast_authenticator: bytes;
                }
                // RFC 5213 §8.4 to §8.8; a time is seconds since 1970 in 48 bits, and fractions of them.
                HANDOFF_INDICATOR  => Handoff          { _: u8 = 0 lenient; handoff: HandoffIndicator; }
                ACCESS_TECHNOLOGY  => Access           { _: u8 = 0 lenient; technology: AccessTechnology; }
                NODE_LINK_LAYER    => NodeLinkLayer    { _: u16 = 0 lenient; link_layer_identifier: bytes; }
                LINK_LOCAL_ADDRESS => LinkLocalAddress { link_local_address: Ipv6Addr; }
                TIMESTAMP          => Timestamp        { seconds: u48; fraction: u16; }
                // RFC 5847 §3.2.
                RESTART_COUNTER    => RestartCounter   { restarts: u32; }
                // RFC 5555 §3.1.1, RFC 5844 §3.3.1.
                IPV4_HOME_ADDRESS  => Ipv4HomeAddress {
                    ipv4_prefix_length: u6 unit bits;
                    /// A prefix is asked for, too.
                    prefix_wanted:      bool;
                    _:                  u9 = 0 lenient;
                    ipv4_home:          Ipv4Addr;
                }
                IPV4_HOME_ADDRESS_REQUEST => Ipv4HomeAddressRequest {
                    ipv4_prefix_length: u6 unit bits;
                    _:                  u10 = 0 lenient;
                    ipv4_home:          Ipv4Addr;
                }
                // RFC 5555 §3.2.1, RFC 5844 §3.3.2.
                IPV4_ACKNOWLEDGEMENT | IPV4_HOME_ADDRESS_REPLY => Ipv4Acknowledgement {
                    ipv4_status:        u8;
                    ipv4_prefix_length: u6 unit bits;
                    _:                  u2 = 0 lenient;
                    ipv4_home:          Ipv4Addr;
                }
                // RFC 5555 §3.2.2 and §3.1.2.
                NAT_DETECTION => NatDetection {
                    /// Packets must be carried in UDP.
                    udp_required: bool;
                    _:            u15 = 0 lenient;
                    refresh_time: u32 unit s;
                }
                IPV4_CARE_OF   => Ipv4CareOf { _: u16 = 0 lenient; ipv4_care_of: Ipv4Addr; }
                // RFC 5845 §4.1: a key, or that one is wanted.
                GRE_KEY        => GreKey     { _: u16 = 0 lenient; gre_key: u32 display hex if more; }
                // RFC 5568 §6.4.2.
                ADDRESS_PREFIX => AddressPrefix {
                    prefix_code:    u8;
                    prefix_length:  u8 unit bits;
                    network_prefix: Ipv6Addr;
                }
                // RFC 5648 §4.1, RFC 6089 §4.1.
                BINDING_IDENTIFIER => BindingIdentifier {
                    binding_id:      u16;
                    binding_status:  u8;
                    /// The home link and a foreign one are used at the same time.
                    simultaneous:    bool;
                    priority:        u7;
                    /// An address of IPv6 or IPv4, or none.
                    binding_address: bytes;
                }
                // RFC 5844 §3.3.3 and §3.3.4.
                IPV4_DEFAULT_ROUTER => Ipv4DefaultRouter { _: u16 = 0 lenient; default_router: Ipv4Addr; }
                IPV4_DHCP_SUPPORT   => Ipv4DhcpSupport {
                    _:           u15 = 0 lenient;
                    /// The gateway is a server, and not a relay.
                    dhcp_server: bool;
                }
                _ => Unknown { data: bytes; }
            }
        }
    }
}

bind ip_protocol { MOBILITY => Mobility; }

reply Mobility by Mobility {
    request.type == MobilityType.BINDING_UPDATE;
    reply.type == MobilityType.BINDING_ACKNOWLEDGEMENT;
    request.message.update.sequence == reply.message.acknowledgement.sequence;
}

alias wireshark Mobility {
    payload_protocol = "mip6.proto";
    header_length = "mip6.hlen";
    type = "mip6.mhtype";
    checksum = "mip6.csum";
}
alias wireshark MobilityMessage {
    test_init.cookie = "mip6.hoti.cookie" if type == HOME_TEST_INIT;
    test_init.cookie = "mip6.coti.cookie" if type == CARE_OF_TEST_INIT;
    test.nonce_index = "mip6.hot.nindex" if type == HOME_TEST;
    test.nonce_index = "mip6.cot.nindex" if type == CARE_OF_TEST;
    test.cookie = "mip6.hot.cookie" if type == HOME_TEST;
    test.cookie = "mip6.cot.cookie" if type == CARE_OF_TEST;
    test.keygen_token = "mip6.hot.token";
    update.sequence = "mip6.bu.seqnr" if type == BINDING_UPDATE;
    update.acknowledge = "mip6.bu.a_flag" if type == BINDING_UPDATE;
    update.home_registration = "mip6.bu.h_flag" if type == BINDING_UPDATE;
    update.link_local = "mip6.bu.l_flag" if type == BINDING_UPDATE;
    update.key_management = "mip6.bu.k_flag" if type == BINDING_UPDATE;
    update.map_registration = "mip6.bu.m_flag" if type == BINDING_UPDATE;
    update.router = "mip6.nemo.bu.r_flag" if type == BINDING_UPDATE;
    update.proxy = "mip6.bu.p_flag" if type == BINDING_UPDATE;
    update.force_udp = "mip6.bu.f_flag" if type == BINDING_UPDATE;
    update.tlv_header = "mip6.bu.t_flag" if type == BINDING_UPDATE;
    update.bulk = "mip6.bu.b_flag" if type == BINDING_UPDATE;
    (update.lifetime / 4) = "mip6.bu.lifetime" if type == BINDING_UPDATE;
    update.acknowledge = "mip6.fbu.a_flag" if type == FAST_BINDING_UPDATE;
    update.home_registration = "mip6.fbu.h_flag" if type == FAST_BINDING_UPDATE;
    update.link_local = "mip6.fbu.l_flag" if type == FAST_BINDING_UPDATE;
    update.key_management = "mip6.fbu.k_flag" if type == FAST_BINDING_UPDATE;
    update.sequence = "mip6.fbu.seqnr" if type == FAST_BINDING_UPDATE;
    (update.lifetime / 4) = "mip6.fbu.lifetime" if type == FAST_BINDING_UPDATE;
    acknowledgement.status = "mip6.ba.status" if type == BINDING_ACKNOWLEDGEMENT;
    acknowledgement.key_management = "mip6.ba.k_flag" if type == BINDING_ACKNOWLEDGEMENT;
    acknowledgement.router = "mip6.nemo.ba.r_flag" if type == BINDING_ACKNOWLEDGEMENT;
    acknowledgement.proxy = "mip6.ba.p_flag" if type == BINDING_ACKNOWLEDGEMENT;
    acknowledgement.tlv_header = "mip6.ba.t_flag" if type == BINDING_ACKNOWLEDGEMENT;
    acknowledgement.bulk = "mip6.ba.b_flag" if type == BINDING_ACKNOWLEDGEMENT;
    acknowledgement.sequence = "mip6.ba.seqnr" if type == BINDING_ACKNOWLEDGEMENT;
    (acknowledgement.lifetime / 4) = "mip6.ba.lifetime" if type == BINDING_ACKNOWLEDGEMENT;
    acknowledgement.status = "mip6.fback.status" if type == FAST_BINDING_ACKNOWLEDGEMENT;
    acknowledgement.key_management = "mip6.fback.k_flag" if type == FAST_BINDING_ACKNOWLEDGEMENT;
    acknowledgement.sequence = "mip6.fback.seqnr" if type == FAST_BINDING_ACKNOWLEDGEMENT;
    (acknowledgement.lifetime / 4) = "mip6.fback.lifetime" if type == FAST_BINDING_ACKNOWLEDGEMENT;
    binding_error.status = "mip6.be.status";
    binding_error.home_address = "mip6.be.haddr";
    address_count = "mip6.has.num_addrs";
    home_agents = "mip6.has.address";
    heartbeat.unsolicited = "mip6.hb.u_flag";
    heartbeat.response = "mip6.hb.r_flag";
    heartbeat.heartbeat_sequence = "mip6.hb.seqnr";
    handover_initiate.sequence = "mip6.hi.seqnr";
    handover_initiate.assign = "mip6.hi.s_flag";
    handover_initiate.buffer = "mip6.hi.u_flag";
    handover_initiate.code = "mip6.hi.code";
    handover_acknowledge.sequence = "mip6.hack.seqnr";
    handover_acknowledge.code = "mip6.hack.code";
    revocation_type = "mip6.bri_br.type";
    revocation.reason = "mip6.bri_r.trigger" if revocation_type == INDICATION;
    revocation.reason = "mip6.bri_status" if revocation_type == ACKNOWLEDGEMENT;
    revocation.sequence = "mip6.bri_seqnr";
}
alias wireshark MobilityOption {
    length = "mip6.mobility_opt.len";
    (refresh_interval / 4) = "mip6.bra.interval";
    care_of = "mip6.acoa.acoa";
    home_nonce = "mip6.ni.hni";
    care_of_nonce = "mip6.ni.cni";
    network_prefix = "mip6.nemo.mnp.mnp" if option_type != ADDRESS_PREFIX;
    prefix_length = "mip6.nemo.mnp.pfl" if option_type != ADDRESS_PREFIX;
    prefix_length = "mip6.mhipv6ap.len" if option_type == ADDRESS_PREFIX;
    ipv4_status = "mip6.ipv4aa.sts";
    ipv4_prefix_length = "mip6.ipv4ha.preflen";
    prefix_wanted = "mip6.ipv4ha.p_flag";
    ipv4_home = "mip6.ipv4ha.ha";
    gre_key = "mip6.gre_key";
    identifier_type = "mip6.mnid.subtype";
    padding = "mip6.padn" if padding.len > 0;
    authenticator = "mip6.bad.auth";
    address_code = "mip6.lla.optcode";
    link_layer_address = "mip6.lla";
    method = "mip6.auth.subtype";
    spi = "mip6.auth.mobility_spi";
    dns_status = "mip6.dnsu.status";
    remove = "mip6.dnsu.flag.r";
    vendor_id = "mip6.vsm.vendorId";
    vendor_subtype = "mip6.vsm.subtype";
    service = "mip6.ss.identifier";
    fast_spi = "mip6.badff.spi";
    handoff = "mip6.hi";
    technology = "mip6.att";
    link_layer_identifier = "mip6.mnlli.lli";
    link_local_address = "mip6.lila_lla";
    restarts = "mip6.rc";
    udp_required = "mip6.natd.f_flag";
    refresh_time = "mip6.natd.refresh_t";
    ipv4_care_of = "mip6.ipv4coa.addr";
    prefix_code = "mip6.mhipv6ap.opt_code";
    binding_id = "mip6.bi.bid";
    binding_status = "mip6.bi.status";
    simultaneous = "mip6.bi.h_flag";
    default_router = "mip6.ipv4dra.dra";
    dhcp_server = "mip6.ipv4dsm.s_flag";
}

test "a binding update with the care-of address" Mobility
     hex"3b 03 05 00 0000 03e8 80 00 0e10 0310 200106604701f004020d54fffe98bc93 0100" {
    message.update.sequence == 1000; message.update.acknowledge; message.update.lifetime == 14400;
    message.update.options.alternate_care_of.care_of == ip"2001:660:4701:f004:20d:54ff:fe98:bc93";
}
test "a binding error" Ipv6
     hex"60000000 0018 87 40 200104f80004000702e081fffe52ffff 200104f80004000702e081fffe529a6b
         3b 02 07 00 b0d8 01 00 20010078000100320000000000000001" {
    mobility.type == BINDING_ERROR; mobility.message.binding_error.home_address == ip"2001:78:1:32::1"; anomalies == [];
}
test "what the home agent says to a binding update" Mobility hex"3b 01 06 00 0000 87 c0 03e8 0000 0102 0000" {
    message.acknowledgement.status == SEQUENCE_NUMBER; message.acknowledgement.key_management;
    message.acknowledgement.router; !message.acknowledgement.proxy; message.acknowledgement.sequence == 1000;
    header_len == 16;
}
test "home agents to choose from" Mobility
     hex"3b 04 0c 00 0000 02 00 20010db8000000000000000000000001 20010db8000000000000000000000002" {
    message.home_agent_switch.home_agents == [ip"2001:db8::1", ip"2001:db8::2"];
}
test "more home agents than there are" reject Mobility hex"3b 02 0c 00 0000 02 00 20010db8000000000000000000000001" at
     home_agents;
test "a heartbeat's answer" Mobility hex"3b 01 0d 00 0000 0001 00000007 0102 0000" {
    message.heartbeat.response; !message.heartbeat.unsolicited; message.heartbeat.heartbeat_sequence == 7;
}
test "a binding is revoked" Mobility hex"3b 02 10 00 0000 01 05 0007 c000 2106 0000 00000abc 0102 0000" {
    message.revocation.revocation_type == INDICATION; message.revocation.reason == 5; message.revocation.proxy;
    message.revocation.ipv4_only; !message.revocation.global; message.revocation.options.gre_key.gre_key == 0xabc;
}
test "nonces" MobilityOption hex"04 04 04d2 162e" { home_nonce == 1234; care_of_nonce == 5678; }
test "a prefix at home" MobilityOption hex"16 12 00 40 20010db8000100000000000000000000" {
    option_type == HOME_NETWORK_PREFIX; prefix_length == 64; network_prefix == ip"2001:db8:1::";
}
test "who the node is" MobilityOption
     hex"08 11 01 75736572406578616d706c652e636f6d" { identifier == "user@example.com"; }
test "an address of the older version" MobilityOption hex"1d 06 6200 0a000001" {
    ipv4_prefix_length == 24; prefix_wanted; ipv4_home == ip"10.0.0.1";
}
test "a key is wanted" MobilityOption hex"21 02 0000" { !present(gre_key); }
test "an option that nobody knows is kept" MobilityOption hex"c8 01 07" { data == hex"07"; }
test "one byte of padding has no length" MobilityOption hex"00" { option_type == PAD1; }
test "an option that is cut" reject MobilityOption hex"03 02 0102" at care_of;
test "a header of nothing" reject Mobility hex"3b 00" at type;
test "something follows" Mobility hex"3a 00 00 00 0000 0000" { anomalies == [something_follows]; }
test "a home test, whose length and checksum follow" build
    Ipv6     { flow_label = 0; src = ip"2001:db8::1"; dst = ip"2001:db8::2" }
  / Mobility { type = HOME_TEST; message = Test { nonce_index = 1; cookie = 2; keygen_token = 3 } }
  == hex"60000000 0018 87 40 20010db8000000000000000000000001 20010db8000000000000000000000002
         3b 02 03 00 65e3 0001 0000000000000002 0000000000000003";
test "options are padded to 8 bytes" build
    Ipv6     { flow_label = 0; src = ip"2001:db8::1"; dst = ip"2001:db8::2" }
  / Mobility { type = BINDING_UPDATE; message = Update { sequence = 1000; acknowledge = true; lifetime = 14400;
        options = [NonceIndices { home_nonce = 1; care_of_nonce = 2 }] } }
  == hex"60000000 0018 87 40 20010db8000000000000000000000001 20010db8000000000000000000000002
         3b 02 05 00 cde9 03e8 80 00 0e10 04 04 0001 0002 000000000000";
test law roundtrip Mobility;
test law truncation Mobility;
test law roundtrip MobilityOption;
