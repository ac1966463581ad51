//! Link Layer Discovery Protocol.
module pony.net.lldp;
use pony.net.{MacAddr, ether_type};

/// Types of elements, [IEEE 802.1AB-2016 table 8-1].
enum LldpType : u7 {
    END                = 0 "end of LLDPDU",
    CHASSIS_ID         = 1 "chassis ID",
    PORT_ID            = 2 "port ID",
    TIME_TO_LIVE       = 3 "time to live",
    PORT_DESCRIPTION   = 4 "port description",
    SYSTEM_NAME        = 5 "system name",
    SYSTEM_DESCRIPTION = 6 "system description",
    CAPABILITIES       = 7 "system capabilities",
    MANAGEMENT_ADDRESS = 8 "management address",
    ORGANIZATION       = 127 "organizationally specific",
}

/// How a chassis is named, [IEEE 802.1AB-2016 table 8-2].
enum ChassisIdSubtype : u8 {
    COMPONENT = 1 "chassis component", INTERFACE_ALIAS = 2 "interface alias", PORT_COMPONENT = 3 "port component",
    MAC = 4 "MAC address", NETWORK = 5 "network address", INTERFACE_NAME = 6 "interface name",
    LOCAL = 7 "locally assigned",
}

/// How a port is named, [IEEE 802.1AB-2016 table 8-3].
enum PortIdSubtype : u8 {
    INTERFACE_ALIAS = 1 "interface alias", COMPONENT = 2 "port component", MAC = 3 "MAC address",
    NETWORK = 4 "network address", INTERFACE_NAME = 5 "interface name", CIRCUIT = 6 "agent circuit ID",
    LOCAL = 7 "locally assigned",
}

/// What a system can do, [IEEE 802.1AB-2016 table 8-4].
flags LldpCapabilities : u16 {
    _: u5, two_port_relay, service_vlan, customer_vlan, station_only, docsis, telephone, router, access_point, bridge,
    repeater, other,
}

/// Organizations whose elements are read.
const IEEE_802_1 : u24 = 0x0080c2;
const IEEE_802_3 : u24 = 0x00120f;
const TIA_MED    : u24 = 0x0012bb;

/// Elements of IEEE 802.1, [IEEE 802.1Q-2018 annex D].
enum Lldp8021Subtype : u8 {
    PORT_VLAN = 1 "port VLAN ID", PROTOCOL_VLAN = 2 "port and protocol VLAN ID", VLAN_NAME = 3 "VLAN name",
    PROTOCOL_IDENTITY = 4 "protocol identity", VID_DIGEST = 5 "VID usage digest", MANAGEMENT_VID = 6 "management VID",
    LINK_AGGREGATION = 7 "link aggregation", CONGESTION = 8 "congestion notification", ETS_CONFIGURATION = 9,
    ETS_RECOMMENDATION = 10, PRIORITY_FLOW_CONTROL = 11 "priority-based flow control",
    APPLICATION_PRIORITY = 12 "application priority", EVB = 13,
}

/// Elements of IEEE 802.3, [IEEE 802.3-2018 §79.3].
enum Lldp8023Subtype : u8 {
    MAC_PHY = 1 "MAC/PHY configuration and status", POWER = 2 "power via medium dependent interface",
    LINK_AGGREGATION = 3 "link aggregation", FRAME_SIZE = 4 "maximum frame size", EEE = 5 "energy-efficient Ethernet",
}

/// Elements for media endpoints, [ANSI/TIA-1057 §10.2].
enum LldpMedSubtype : u8 {
    CAPABILITIES = 1, NETWORK_POLICY = 2 "network policy", LOCATION = 3, POWER = 4 "extended power via MDI",
    HARDWARE_REVISION = 5 "hardware revision", FIRMWARE_REVISION = 6 "firmware revision",
    SOFTWARE_REVISION = 7 "software revision", SERIAL_NUMBER = 8 "serial number", MANUFACTURER = 9, MODEL = 10,
    ASSET = 11 "asset ID",
}

/// An application and the priority of its frames, [IEEE 802.1Q-2018 §D.2.11].
struct ApplicationPriority {
    priority: u3;
    _:        u2 = 0 lenient;
    /// What the protocol is a number of: 1 EtherTypes, 2 ports of TCP and SCTP, 3 of UDP, 4 of all of them, 5 DSCP.
    selector: u3;
    protocol: u16;
}

/// One element, [IEEE 802.1AB-2016 §8.4].
struct LldpElement {
    /// Which it is.
    type:   LldpType;
    /// Of what is behind it.
    length: u9 auto size - 2 unit bytes;
    match type within length bytes {
        END        => stop;
        // IEEE 802.1AB-2016 §8.5.2.
        CHASSIS_ID => ChassisId {
            chassis_subtype: ChassisIdSubtype;
            match chassis_subtype {
                MAC     => ChassisMac     { chassis_mac: bytes display mac; }
                NETWORK => ChassisNetwork { chassis_family: u8; chassis_address: bytes; }
                _       => ChassisName    { chassis: str(utf8); }
            }
        }
        // IEEE 802.1AB-2016 §8.5.3.
        PORT_ID => PortId {
            port_subtype: PortIdSubtype;
            match port_subtype {
                MAC     => PortMac     { port_mac: bytes display mac; }
                NETWORK => PortNetwork { port_family: u8; port_address: bytes; }
                _       => PortName    { port: str(utf8); }
            }
        }
        // IEEE 802.1AB-2016 §8.5.4: 0 says that the neighbour is gone.
        TIME_TO_LIVE       => TimeToLive        { ttl: u16 unit s; }
        PORT_DESCRIPTION   => PortDescription   { port_description: str(utf8); }
        SYSTEM_NAME        => SystemName        { system_name: str(utf8); }
        SYSTEM_DESCRIPTION => SystemDescription { system_description: str(utf8); }
        // IEEE 802.1AB-2016 §8.5.8.
        CAPABILITIES       => Capabilities      { capabilities: LldpCapabilities; enabled: LldpCapabilities; }
        // IEEE 802.1AB-2016 §8.5.9.
        MANAGEMENT_ADDRESS => ManagementAddress {
            /// Of the subtype and the address.
            address_length:    u8 auto 1 + size_of(address) where it >= 1 : "no room for the kind of address"
                               unit bytes;
            /// "Address Family Numbers" of IANA.
            address_family:    u8;
            address:           bytes[address_length - 1];
            /// 1 unknown, 2 an index of interfaces, 3 a number of the system's ports.
            interface_subtype: u8;
            interface:         u32;
            object:            bytes[prefix u8 bytes];
        }
        ORGANIZATION => Organization {
            /// Who has defined the element.
            oui: u24 display hex;
            match oui {
                IEEE_802_1 => {
                    subtype_802_1: Lldp8021Subtype;
                    match subtype_802_1 {
                        PORT_VLAN     => PortVlan { port_vlan: u16; }
                        PROTOCOL_VLAN => ProtocolVlan {
                            _:              u5;
                            vlan_enabled:   bool;
                            vlan_supported: bool;
                            _:              u1;
                            protocol_vlan:  u16;
                        }
                        VLAN_NAME        => VlanName  { vlan: u16; vlan_name: bytes[prefix u8 bytes] display ascii; }
                        PROTOCOL_IDENTITY => ProtocolIdentity { protocol_identity: bytes[prefix u8 bytes]; }
                        VID_DIGEST       => VidDigest { vid_digest: u32 display hex; }
                        MANAGEMENT_VID   => ManagementVid { management_vid: u16; }
                        LINK_AGGREGATION => Aggregation1 {
                            _:                 u6;
                            aggregated_1:      bool;
                            aggregable_1:      bool;
                            aggregated_port_1: u32;
                        }
                        CONGESTION => Congestion {
                            congestion_priorities: u8 display binary;
                            ready_priorities:      u8 display binary;
                        }
                        ETS_CONFIGURATION => EtsConfiguration {
                            ets_willing:         bool;
                            credit_based_shaper: bool;
                            _:                   u3;
                            traffic_classes:     u3;
                            /// The traffic class of each priority, 4 bits each.
                            class_of_priority:   bytes[4];
                            /// The share of each class, in percent.
                            bandwidth:           u8[8];
                            /// How each class is served.
                            selection:           u8[8];
                        }
                        ETS_RECOMMENDATION => EtsRecommendation {
                            _:                         u8;
                            /// The traffic class of each priority, 4 bits each.
                            advised_class_of_priority: bytes[4];
                            /// The share of each class, in percent.
                            advised_bandwidth:         u8[8];
                            /// How each class is served.
                            advised_selection:         u8[8];
                        }
                        PRIORITY_FLOW_CONTROL => FlowControl {
                            flow_willing:    bool;
                            bypass:          bool;
                            _:               u2;
                            flow_classes:    u4;
                            flow_priorities: u8 display binary;
                        }
                        APPLICATION_PRIORITY => Applications { _: u8; applications: ApplicationPriority[..]; }
                        _                    => Other1       { information_802_1: bytes; }
                    }
                }
                IEEE_802_3 => {
                    subtype_802_3: Lldp8023Subtype;
                    match subtype_802_3 {
                        MAC_PHY => MacPhy {
                            _:                     u6;
                            negotiation_enabled:   bool;
                            negotiation_supported: bool;
                            advertised:            u16 display hex;
                            mau_type:              u16;
                        }
                        POWER => Power3 {
                            _:                u4;
                            pairs_selectable: bool;
                            power_enabled:    bool;
                            power_supported:  bool;
                            is_source:        bool;
                            power_pair:       u8;
                            power_class:      u8;
                            /// What later versions add: type, source and priority, and the powers that are asked for and given.
                            power_extension:  bytes;
                        }
                        LINK_AGGREGATION => Aggregation3 {
                            _:                 u6;
                            aggregated_3:      bool;
                            aggregable_3:      bool;
                            aggregated_port_3: u32;
                        }
                        FRAME_SIZE => FrameSize { frame_size: u16 unit bytes; }
                        EEE        => Eee {
                            transmit:      u16;
                            receive:       u16;
                            fallback:      u16;
                            echo_transmit: u16;
                            echo_receive:  u16;
                        }
                        _ => Other3 { information_802_3: bytes; }
                    }
                }
                TIA_MED => {
                    subtype_med: LldpMedSubtype;
                    match subtype_med {
                        CAPABILITIES   => MedCapabilities { med_capabilities: u16 display binary; device_class: u8; }
                        NETWORK_POLICY => NetworkPolicy {
                            application: u8;
                            unknown:     bool;
                            tagged:      bool;
                            _:           u1;
                            policy_vlan: u12;
                            l2_priority: u3;
                            dscp:        u6;
                        }
                        LOCATION => Location { location_format: u8; location: bytes; }
                        POWER    => MedPower { power_type: u2; power_source: u2; power_priority: u4; power_value: u16; }
                        HARDWARE_REVISION => Hardware { hardware_revision: str(utf8); }
                        FIRMWARE_REVISION => Firmware { firmware_revision: str(utf8); }
                        SOFTWARE_REVISION => Software { software_revision: str(utf8); }
                        SERIAL_NUMBER => Serial   { serial_number: str(utf8); }
                        MANUFACTURER => Maker    { manufacturer: str(utf8); }
                        MODEL    => Model    { model: str(utf8); }
                        ASSET    => Asset    { asset: str(utf8); }
                        _        => OtherMed { information_med: bytes; }
                    }
                }
                _ => OtherOrganization { subtype: u8; information: bytes; }
            }
        }
        _ => Unknown { data: bytes; }
    }

    expect length in 2 .. 256 || type != CHASSIS_ID && type != PORT_ID : identifier_length
        "an identifier of 1 to 255 bytes, IEEE 802.1AB-2016 §8.5.2.3 and §8.5.3.3";
}

/// What a system tells its neighbours, [IEEE 802.1AB-2016 §8.2].
@level(link)
layer Lldp {
    /// Elements, the first three and the last one in their order.
    elements: LldpElement[..];
    /// What is behind the end.
    padding:  bytes trailing;

    expect present(elements.chassis_id) && present(elements.port_id) && present(elements.time_to_live) : missing_element
        "no chassis, no port or no time to live, IEEE 802.1AB-2016 §8.2";
    expect elements.len < 3 || elements[0].type == CHASSIS_ID && elements[1].type == PORT_ID && elements[2].type == TIME_TO_LIVE :
        wrong_order "chassis, port and time to live come first, IEEE 802.1AB-2016 §8.2";
}

bind ether_type { LLDP => Lldp; }

alias wireshark LldpElement {
    type = "lldp.tlv.type";
    length = "lldp.tlv.len";
    chassis_subtype = "lldp.chassis.subtype";
    chassis_mac = "lldp.chassis.id.mac" if chassis_mac.len == 6;
    port_subtype = "lldp.port.subtype";
    port_mac = "lldp.port.id.mac" if port_mac.len == 6;
    port = "lldp.port.id";
    ttl = "lldp.time_to_live";
    port_description = "lldp.port.desc";
    system_name = "lldp.tlv.system.name";
    system_description = "lldp.tlv.system.desc";
    capabilities = "lldp.tlv.system_cap";
    enabled = "lldp.tlv.enable_system_cap";
    address_length = "lldp.mgn.address.len";
    address_family = "lldp.mgn.address.subtype";
    interface_subtype = "lldp.mgn.interface.subtype";
    interface = "lldp.mgn.interface.number";
    oui = "lldp.orgtlv.oui";
    subtype_802_1 = "lldp.ieee.802_1.subtype";
    port_vlan = "lldp.ieee.802_1.port_vlan.id";
    vlan = "lldp.ieee.802_1.vlan.id";
    subtype_802_3 = "lldp.ieee.802_3.subtype";
    mau_type = "lldp.ieee.802_3.pmd_mau_type";
    frame_size = "lldp.ieee.802_3.max_frame_size";
    subtype_med = "lldp.media.subtype";
    device_class = "lldp.media.subtype.class";
    application = "lldp.media.app_type";
}

test "the least that is allowed" Lldp hex"0207 04 001122334455 0404 05 312f31 0602 0078 0000 000000" {
    elements.len == 4; elements.chassis_mac.chassis_mac == hex"001122334455"; elements.port_name.port == "1/1";
    elements.port_id.port_subtype == INTERFACE_NAME; elements.time_to_live.ttl == 120; padding == hex"000000";
    anomalies == [];
}
test "the wrong order" Lldp hex"0602 0078 0402 0731 0202 0731 0000" { anomalies == [wrong_order]; }
test "a part is missing" Lldp hex"0602 0078 0000" { anomalies == [missing_element]; }
test "a chassis without a name" LldpElement hex"0201 04" { anomalies == [identifier_length]; }
test "what a system can do" LldpElement
     hex"0e04 0014 0010" { capabilities.router; capabilities.bridge; enabled.router; }
test "a management address" LldpElement hex"100c 05 01 c0a80001 02 00000003 00" {
    address_family == 1; address == hex"c0a80001"; interface == 3; size_of(object) == 0;
}
test "an address of no length" reject LldpElement hex"1002 00 01" at address_length;
test "VLAN of a port" LldpElement
     hex"fe06 0080c2 01 01e8" { oui == 0x0080c2; subtype_802_1 == PORT_VLAN; port_vlan == 488; }
test "name of a VLAN" LldpElement hex"fe0a 0080c2 03 01e8 03 766f6e" { vlan == 488; vlan_name == hex"766f6e"; }
test "shares of traffic classes" LldpElement hex"fe19 0080c2 09 82 00010203 3232000000000000 0202000000000000" {
    ets_willing; traffic_classes == 2; bandwidth[0] == 50; selection[1] == 2;
}
test "priority of an application" LldpElement hex"fe08 0080c2 0c 00 61 8906" {
    applications.len == 1; applications[0].priority == 3; applications[0].selector == 1;
    applications[0].protocol == 0x8906;
}
test "speeds of a port" LldpElement
     hex"fe09 00120f 01 03 6c00 0010" { negotiation_enabled; advertised == 0x6c00; mau_type == 16; }
test "frame size" LldpElement hex"fe06 00120f 04 05f2" { frame_size == 1522; }
test "network policy" LldpElement
     hex"fe08 0012bb 02 01 40 5b ae" { tagged; policy_vlan == 45; l2_priority == 6; dscp == 46; }
test "what a phone is" LldpElement hex"fe09 0012bb 0a 706f6e79 21" { model == "pony!"; }
test "another organization's" LldpElement hex"fe06 00000c 01 beef" { subtype == 1; information == hex"beef"; }
test "a length behind the end" Lldp hex"0207 04 0011" { anomalies == [truncated, missing_element]; }
test "a size that is cut" reject LldpElement hex"fe05 00120f 04 05" at frame_size;
test "lengths follow" build
    Ethernet { dst = mac"01:80:c2:00:00:0e"; src = mac"02:00:00:00:00:01" }
  / Lldp     { elements = [ChassisMac { chassis_subtype = MAC; chassis_mac = hex"020000000001" },
        PortName { port_subtype = INTERFACE_NAME; port = "e1" }, TimeToLive { ttl = 120 }, FrameSize { oui = 0x00120f;
        frame_size = 1522 }] }
  == hex"0180c200000e 020000000001 88cc 0207 04 020000000001 0403 05 6531 0602 0078 fe06 00120f 04 05f2";
test law roundtrip Lldp;
test law truncation Lldp;
