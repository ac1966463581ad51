//! Virtual eXtensible Local Area Network.

use packet_core::Payload;
use packet_derive::Layer;

/// Flags, [RFC 7348 §5], with those of [draft-smith-vxlan-group-policy-05 §2.1].
#[derive(Layer)]
#[layer(flags)]
pub struct VxlanFlags {
    /// A group policy is there.
    pub group_policy: bool,
    #[layer(reserved, bits = 3)]
    pub _a: (),
    /// The identifier counts.
    pub vni: bool,
    #[layer(reserved, bits = 4)]
    pub _b: (),
    /// The receiver does not learn the sender's address.
    pub dont_learn: bool,
    #[layer(reserved, bits = 2)]
    pub _c: (),
    /// The policy was applied already.
    pub policy_applied: bool,
    #[layer(reserved, bits = 3)]
    pub _d: (),
}

/// Header, [RFC 7348 §5].
#[derive(Layer)]
#[layer(bind(udp_port = 4789))]
#[layer(alias(wireshark, flags = "vxlan.flags", group = "vxlan.gbp", vni = "vxlan.vni"))]
pub struct Vxlan<'a> {
    /// Which fields count.
    #[layer(default = 0x0800)]
    pub flags: VxlanFlags,
    /// Group that the source belongs to, [draft-smith-vxlan-group-policy-05 §2.1]; else reserved.
    pub group: u16,
    /// VXLAN network identifier.
    #[layer(bits = 24)]
    pub vni: u32,
    #[layer(bits = 8, reserved, value = 0, lenient)]
    pub _reserved: (),
    #[layer(next = Ethernet)]
    pub payload: Payload<'a>,
}

/// Flags of the generic protocol extension, [draft-ietf-nvo3-vxlan-gpe-13 §3.2].
#[derive(Layer)]
#[layer(flags)]
pub struct VxlanGpeFlags {
    #[layer(reserved, bits = 2)]
    pub _a: (),
    /// Version of the extension.
    #[layer(bits = 2)]
    pub version: u8,
    /// The identifier counts.
    pub vni: bool,
    /// The next protocol counts.
    pub next_protocol: bool,
    /// Broadcast, unknown unicast or multicast.
    pub bum: bool,
    /// Operations and maintenance.
    pub oam: bool,
}

/// What is carried, [draft-ietf-nvo3-vxlan-gpe-13 §3.2].
#[derive(Layer)]
#[repr(u8)]
pub enum VxlanProtocol {
    #[layer(label = "IPv4")]
    Ipv4 = 1,
    #[layer(label = "IPv6")]
    Ipv6 = 2,
    #[layer(label = "Ethernet")]
    Ethernet = 3,
    Nsh = 4,
    Mpls = 5,
    #[layer(other)]
    Other(u8),
}

/// Generic protocol extension, [draft-ietf-nvo3-vxlan-gpe-13 §3.1].
#[derive(Layer)]
#[layer(bind(udp_port = 4790), table(vxlan_protocol: VxlanProtocol))]
#[layer(row(vxlan_protocol, VxlanProtocol::Ipv4 => Ipv4, VxlanProtocol::Ipv6 => Ipv6))]
#[layer(row(vxlan_protocol, VxlanProtocol::Ethernet => Ethernet, VxlanProtocol::Mpls => Mpls))]
#[layer(alias(wireshark, flags = "vxlan.flags", next_protocol = "vxlan.next_proto", vni = "vxlan.vni"))]
pub struct VxlanGpe<'a> {
    /// Which fields count.
    #[layer(default = 0x0c)]
    pub flags: VxlanGpeFlags,
    #[layer(bits = 16, reserved, value = 0, lenient)]
    pub _a: (),
    /// What is carried.
    #[layer(auto = key_of(payload))]
    pub next_protocol: VxlanProtocol,
    /// VXLAN network identifier.
    #[layer(bits = 24)]
    pub vni: u32,
    #[layer(bits = 8, reserved, value = 0, lenient)]
    pub _b: (),
    #[layer(next(vxlan_protocol[next_protocol]))]
    pub payload: Payload<'a>,
}
