//! Address resolution, and its reverse.

use core::net::Ipv4Addr;
use packet_core::MacAddr;
use packet_derive::Layer;
use packet_protocols::net::EtherType;

/// "Hardware Types" of IANA.
#[derive(Layer)]
#[repr(u16)]
pub enum HardwareType {
    #[layer(label = "Ethernet")]
    Ethernet = 1,
    #[layer(label = "experimental Ethernet")]
    ExperimentalEthernet = 2,
    #[layer(name = AX_25)]
    Ax25 = 3,
    Pronet = 4,
    Chaos = 5,
    #[layer(label = "IEEE 802")]
    Ieee802 = 6,
    Arcnet = 7,
    Hyperchannel = 8,
    Lanstar = 9,
    Autonet = 10,
    Localtalk = 11,
    Localnet = 12,
    UltraLink = 13,
    Smds = 14,
    #[layer(label = "Frame Relay")]
    FrameRelay = 15,
    Atm = 16,
    Hdlc = 17,
    #[layer(label = "Fibre Channel")]
    FibreChannel = 18,
    #[layer(name = ATM_2225)]
    Atm2225 = 19,
    Serial = 20,
    #[layer(name = MIL_STD_188)]
    MilStd188 = 22,
    Metricom = 23,
    #[layer(label = "IEEE 1394")]
    Ieee1394 = 24,
    Mapos = 25,
    Twinaxial = 26,
    #[layer(name = EUI_64)]
    Eui64 = 27,
    Hiparp = 28,
    #[layer(name = ISO_7816_3)]
    Iso7816_3 = 29,
    Arpsec = 30,
    IpsecTunnel = 31,
    #[layer(label = "InfiniBand")]
    Infiniband = 32,
    #[layer(other)]
    Other(u16),
}

/// "Address Resolution Protocol (ARP) Parameters" of IANA.
#[derive(Layer)]
#[repr(u16)]
pub enum ArpOperation {
    Request = 1,
    Reply = 2,
    /// RFC 903.
    #[layer(label = "reverse request")]
    ReverseRequest = 3,
    #[layer(label = "reverse reply")]
    ReverseReply = 4,
    /// RFC 1931.
    #[layer(label = "dynamic reverse request")]
    DynamicReverseRequest = 5,
    #[layer(label = "dynamic reverse reply")]
    DynamicReverseReply = 6,
    #[layer(label = "dynamic reverse error")]
    DynamicReverseError = 7,
    /// RFC 2390.
    #[layer(label = "inverse request")]
    InverseRequest = 8,
    #[layer(label = "inverse reply")]
    InverseReply = 9,
    /// RFC 1577.
    Nak = 10,
    #[layer(other)]
    Other(u16),
}

/// Who has an address, [RFC 826 "Packet format"]; the reverse question is the same packet, [RFC 903].
#[derive(Layer)]
#[layer(bind(ether_type = EtherType::ARP | EtherType::RARP if rest[0..=1] != hex("0013")))]
#[layer(
    let(
        whole = (present(target_mac) || size_of(target_hardware) >= hardware_size)
            && (present(target_ip) || size_of(target_protocol) >= protocol_size),
        doc = "Whether the addresses are all there."),
    let(
        is_announcement = opcode == ArpOperation::Request && sender_ip == target_ip,
        doc = "A station tells its own address to all, [RFC 5227 §3]."
    ),
    let(
        is_probe = opcode == ArpOperation::Request && sender_ip == 0,
        doc = "A station asks whether somebody has the address that it wants, [RFC 5227 §1.1]."
    )
)]
#[layer(alias(
    wireshark,
    hardware = "arp.hw.type",
    protocol = "arp.proto.type",
    hardware_size = "arp.hw.size",
    protocol_size = "arp.proto.size",
    opcode = "arp.opcode",
    sender_mac = "arp.src.hw_mac" if whole,
    sender_ip = "arp.src.proto_ipv4" if whole,
    target_mac = "arp.dst.hw_mac" if whole,
    target_ip = "arp.dst.proto_ipv4" if whole,
    sender_hardware = "arp.src.hw" if size_of(sender_hardware) > 0 && whole,
    sender_protocol = "arp.src.proto" if size_of(sender_protocol) > 0 && whole,
    target_hardware = "arp.dst.hw" if size_of(target_hardware) > 0 && whole,
    target_protocol = "arp.dst.proto" if size_of(target_protocol) > 0 && whole
))]
pub struct Arp<'a> {
    /// In which kind of network the hardware addresses are, [RFC 826].
    #[layer(default = HardwareType::Ethernet)]
    pub hardware: HardwareType,
    /// To which protocol the other addresses belong: an EtherType, [RFC 826].
    #[layer(default = EtherType::IPV4, display = hex)]
    pub protocol: EtherType,
    /// Bytes of a hardware address, [RFC 826].
    #[layer(default = 6, unit = bytes)]
    pub hardware_size: u8,
    /// Bytes of a protocol address, [RFC 826].
    #[layer(default = 4, unit = bytes)]
    pub protocol_size: u8,
    /// What is asked or answered, [RFC 826].
    pub opcode: ArpOperation,
    /// The sender's hardware address, [RFC 826].
    #[layer(if((hardware == HardwareType::Ethernet || hardware == HardwareType::Ieee802) && hardware_size == 6))]
    pub sender_mac: Option<MacAddr>,
    /// The sender's hardware address, [RFC 826].
    #[layer(else, count = hardware_size)]
    pub sender_hardware: Option<&'a [u8]>,
    /// The sender's protocol address, [RFC 826].
    #[layer(if(protocol == EtherType::IPV4 && protocol_size == 4))]
    pub sender_ip: Option<Ipv4Addr>,
    /// The sender's protocol address, [RFC 826].
    #[layer(else, count = protocol_size)]
    pub sender_protocol: Option<&'a [u8]>,
    /// Whose address it is, or zeros where just that is asked, [RFC 826].
    #[layer(if((hardware == HardwareType::Ethernet || hardware == HardwareType::Ieee802) && hardware_size == 6))]
    pub target_mac: Option<MacAddr>,
    /// Whose address it is, or zeros where just that is asked, [RFC 826].
    #[layer(else, count = hardware_size)]
    pub target_hardware: Option<&'a [u8]>,
    /// The protocol address that is asked for, [RFC 826].
    #[layer(if(protocol == EtherType::IPV4 && protocol_size == 4))]
    pub target_ip: Option<Ipv4Addr>,
    /// The protocol address that is asked for, [RFC 826].
    #[layer(else, count = protocol_size)]
    pub target_protocol: Option<&'a [u8]>,
}
