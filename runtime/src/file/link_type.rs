//! Link-layer types: what the first byte of a packet is the first byte of.

use std::fmt;

/// The link-layer type of a packet, as numbered by the
/// [registry of link-layer header types](https://www.tcpdump.org/linktypes.html).
///
/// The list is open: a type that is not named here keeps its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(pub u16);

/// Defines the named types, their documentation and [`LinkType::name`] from one table.
macro_rules! link_types {
    ($($name:ident = $number:literal, $doc:literal;)*) => {
        impl LinkType {
            $(#[doc = $doc] pub const $name: Self = Self($number);)*

            /// The type's name in the registry without its prefix `LINKTYPE_`, or `None` if it is not known here.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$name => Some(stringify!($name)),)*
                    _ => None,
                }
            }
        }
    };
}

link_types! {
    NULL = 0, "BSD loopback: the address family in the byte order of the capturing host, then the network layer.";
    ETHERNET = 1, "Ethernet (IEEE 802.3).";
    AX25 = 3, "AX.25.";
    IEEE802_5 = 6, "Token Ring (IEEE 802.5).";
    ARCNET_BSD = 7, "ARCNET with BSD's header.";
    SLIP = 8, "SLIP with a BPF header.";
    PPP = 9, "PPP, with or without its HDLC-like framing.";
    FDDI = 10, "FDDI.";
    RAW_BSD = 12, "Raw IPv4 or IPv6 under the number that BSD systems use inside for [`RAW`](Self::RAW).";
    RAW_OPENBSD = 14, "Raw IPv4 or IPv6 under the number that OpenBSD uses inside for [`RAW`](Self::RAW).";
    PPP_HDLC = 50, "PPP in HDLC-like framing, or Cisco's PPP over HDLC.";
    PPP_ETHER = 51, "PPPoE sessions, starting with the PPPoE header.";
    ATM_RFC1483 = 100, "ATM with LLC encapsulation (RFC 1483).";
    RAW = 101, "Raw IPv4 or IPv6; the version field says which.";
    C_HDLC = 104, "Cisco HDLC.";
    IEEE802_11 = 105, "Wireless LAN (IEEE 802.11).";
    FRELAY = 107, "Frame Relay (LAPF).";
    LOOP = 108, "OpenBSD loopback: the address family in network byte order, then the network layer.";
    LINUX_SLL = 113, "Linux \"cooked\" capture, version 1.";
    PFLOG = 117, "OpenBSD packet filter log.";
    IEEE802_11_PRISM = 119, "Prism header, then wireless LAN.";
    IP_OVER_FC = 122, "IP over Fibre Channel (RFC 2625).";
    SUNATM = 123, "SunATM header, then ATM.";
    IEEE802_11_RADIOTAP = 127, "Radiotap header, then wireless LAN.";
    ARCNET_LINUX = 129, "ARCNET with Linux' header.";
    MTP2_WITH_PHDR = 139, "SS7 MTP2 with a pseudo-header.";
    MTP2 = 140, "SS7 MTP2.";
    MTP3 = 141, "SS7 MTP3.";
    SCCP = 142, "SS7 SCCP.";
    DOCSIS = 143, "DOCSIS MAC frames.";
    LINUX_IRDA = 144, "Linux IrDA.";
    USER0 = 147, "Private use; 147 to 162 are.";
    IEEE802_11_AVS = 163, "AVS header, then wireless LAN.";
    BACNET_MS_TP = 165, "BACnet MS/TP.";
    PPP_PPPD = 166, "PPP of `pppd`, with a byte of direction.";
    GPRS_LLC = 169, "GPRS LLC.";
    LINUX_LAPD = 177, "LAPD captured on Linux.";
    BLUETOOTH_HCI_H4 = 187, "Bluetooth HCI UART transport.";
    USB_LINUX = 189, "USB captured on Linux, with its 48-byte header.";
    PPI = 192, "Per-Packet Information header.";
    IEEE802_15_4_WITHFCS = 195, "IEEE 802.15.4 with the frame check sequence.";
    SITA = 196, "SITA header.";
    ERF = 197, "Endace ERF records.";
    BLUETOOTH_HCI_H4_WITH_PHDR = 201, "Bluetooth HCI UART transport with a direction header.";
    PPP_WITH_DIR = 204, "PPP with a byte of direction.";
    IPMB_LINUX = 209, "IPMB captured on Linux.";
    IEEE802_15_4_NONASK_PHY = 215, "IEEE 802.15.4 with a non-ASK PHY header.";
    USB_LINUX_MMAPPED = 220, "USB captured on Linux, with its 64-byte header.";
    CAN_SOCKETCAN = 227, "CAN frames with SocketCAN's header.";
    IPV4 = 228, "Raw IPv4.";
    IPV6 = 229, "Raw IPv6.";
    IEEE802_15_4_NOFCS = 230, "IEEE 802.15.4 without the frame check sequence.";
    DBUS = 231, "D-Bus messages.";
    NFLOG = 239, "Linux netfilter log messages.";
    NETANALYZER = 240, "Hilscher netANALYZER, then Ethernet.";
    IPOIB = 242, "IP over InfiniBand (RFC 4391).";
    MPEG_2_TS = 243, "MPEG-2 transport stream packets.";
    INFINIBAND = 247, "Raw InfiniBand frames.";
    SCTP = 248, "SCTP without any lower layer.";
    USBPCAP = 249, "USB captured on Windows.";
    BLUETOOTH_LE_LL = 251, "Bluetooth Low Energy link layer.";
    NETLINK = 253, "Linux netlink messages.";
    BLUETOOTH_BREDR_BB = 255, "Bluetooth BR/EDR baseband packets.";
    BLUETOOTH_LE_LL_WITH_PHDR = 256, "Bluetooth Low Energy link layer with a pseudo-header.";
    PKTAP = 258, "Apple's packet metadata header.";
    EPON = 259, "Ethernet passive optical network frames.";
    VSOCK = 271, "Linux vsock packets.";
    ETHERNET_MPACKET = 274, "Ethernet with preamble and frame preemption (IEEE 802.3br).";
    LINUX_SLL2 = 276, "Linux \"cooked\" capture, version 2.";
    OPENVIZSLA = 278, "OpenVizsla FPGA-based USB sniffer.";
    EBHSCR = 279, "Elektrobit high-speed capture and replay.";
}

impl fmt::Display for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "link type {}", self.0),
        }
    }
}
