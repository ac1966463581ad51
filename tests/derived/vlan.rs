//! Tags of virtual bridged networks.

use packet_core::Payload;
use packet_derive::Layer;

/// Customer VLAN tag, [IEEE 802.1Q-2018 §9.5].
#[derive(Layer)]
#[layer(bind(ether_type = EtherType::VLAN | EtherType::QINQ_9100))]
#[layer(expect(id != 0xfff, reserved_id, "the VLAN identifier 4095 is reserved"))]
#[layer(alias(
    wireshark,
    priority = "vlan.priority",
    drop_eligible = "vlan.dei",
    id = "vlan.id",
    type_len = "vlan.etype" if type_len > 1500,
    type_len = "vlan.len" if type_len <= 1500
))]
pub struct Vlan<'a> {
    /// Priority code point, [IEEE 802.1Q-2018 §6.9.3].
    #[layer(bits = 3)]
    pub priority: u8,
    /// Drop eligible indicator; in a tag of a bridge before 2011 the canonical format indicator.
    pub drop_eligible: bool,
    /// VLAN identifier: 0 says that the tag is for its priority alone, and 4095 is reserved, [IEEE 802.1Q-2018 §9.6].
    #[layer(bits = 12)]
    pub id: u16,
    /// How many bytes of data follow where it is at most 1500, else what they are.
    #[layer(auto = key_of(payload, size_of(payload)), display = hex)]
    pub type_len: u16,
    #[layer(match(type_len))]
    #[layer(arm(0..=1500), next = Llc, within = type_len)]
    #[layer(arm(_), next(ether_type[type_len]))]
    pub payload: Payload<'a>,
}

/// Service VLAN tag, which carries tagged frames of customers, [IEEE 802.1Q-2018 §9.5], earlier 802.1ad.
#[derive(Layer)]
#[layer(bind(ether_type = EtherType::QINQ))]
#[layer(expect(id != 0xfff, reserved_id, "the VLAN identifier 4095 is reserved"))]
#[layer(alias(wireshark, priority = "ieee8021ad.priority", drop_eligible = "ieee8021ad.dei", id = "ieee8021ad.id"))]
pub struct ServiceVlan<'a> {
    /// Priority code point, [IEEE 802.1Q-2018 §6.9.3].
    #[layer(bits = 3)]
    pub priority: u8,
    /// Drop eligible indicator; in a tag of a bridge before 2011 the canonical format indicator.
    pub drop_eligible: bool,
    /// VLAN identifier: 0 says that the tag is for its priority alone, and 4095 is reserved, [IEEE 802.1Q-2018 §9.6].
    #[layer(bits = 12)]
    pub id: u16,
    /// How many bytes of data follow where it is at most 1500, else what they are.
    #[layer(auto = key_of(payload, size_of(payload)), display = hex)]
    pub type_len: u16,
    #[layer(match(type_len))]
    #[layer(arm(0..=1500), next = Llc, within = type_len)]
    #[layer(arm(_), next(ether_type[type_len]))]
    pub payload: Payload<'a>,
}
