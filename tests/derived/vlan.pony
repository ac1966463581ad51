//! Tags of virtual bridged networks.
module pony.net.vlan;
use pony.net.{EtherType, ether_type};

/// What both kinds of tags hold behind the EtherType that announces them, [IEEE 802.1Q-2018 §9.6, §9.7].
mixin VlanTag {
    /// Priority code point, [IEEE 802.1Q-2018 §6.9.3].
    priority:      u3;
    /// Drop eligible indicator; in a tag of a bridge before 2011 the canonical format indicator.
    drop_eligible: bool;
    /// VLAN identifier: 0 says that the tag is for its priority alone, and 4095 is reserved, [IEEE 802.1Q-2018 §9.6].
    id:            u12;
    /// How many bytes of data follow where it is at most 1500, else what they are.
    type_len:      u16 auto key_of(payload, size_of(payload)) display hex;
    match type_len {
        0 .. 1500 => { payload: next is Llc within type_len bytes; }
        _         => { payload: next from ether_type[type_len]; }
    }

    expect id != 0xfff : reserved_id "the VLAN identifier 4095 is reserved";
}

/// Customer VLAN tag, [IEEE 802.1Q-2018 §9.5].
layer Vlan {
    include VlanTag;
}

/// Service VLAN tag, which carries tagged frames of customers, [IEEE 802.1Q-2018 §9.5], earlier 802.1ad.
layer ServiceVlan {
    include VlanTag;
}

bind ether_type {
    VLAN | QINQ_9100 => Vlan;
    QINQ             => ServiceVlan;
}

alias wireshark Vlan {
    priority = "vlan.priority";
    drop_eligible = "vlan.dei";
    id = "vlan.id";
    type_len = "vlan.etype" if type_len > 1500;
    type_len = "vlan.len" if type_len <= 1500;
}
alias wireshark ServiceVlan {
    priority = "ieee8021ad.priority";
    drop_eligible = "ieee8021ad.dei";
    id = "ieee8021ad.id";
}
