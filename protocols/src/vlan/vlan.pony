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
@level(link)
layer Vlan {
    include VlanTag;
}

/// Service VLAN tag, which carries tagged frames of customers, [IEEE 802.1Q-2018 §9.5], earlier 802.1ad.
@level(link)
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

test "one tag, id 100" Vlan hex"0064 0800" { id == 100; priority == 0; !drop_eligible; type_len == EtherType.IPV4; }
test "all bits of the tag" Vlan hex"b064 86dd" { priority == 5; drop_eligible; id == 0x064; }
test "the reserved identifier is an anomaly" Vlan hex"0fff 0800" { anomalies == [reserved_id]; }
test "a customer's tag within a service's" ServiceVlan hex"2065 8100 0064 0806" {
    priority == 1; id == 101; vlan.id == 100;
}
test "a tag of three bytes" reject Vlan hex"0064 08" at type_len;
test "the tags follow from what is carried" build
    ServiceVlan { id = 101 }
  / Vlan        { id = 100; priority = 3 }
  / Arp         { opcode = REQUEST; sender_mac = mac"02:00:00:00:00:01"; sender_ip = ip"10.0.0.1";
        target_mac = mac"00:00:00:00:00:00"; target_ip = ip"10.0.0.2" }
  == hex"0065 8100 6064 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002";
test "a tag before what has a length" Vlan hex"0001 0003 424203 00" { type_len == 3; llc.dsap == 0x42; }
test law roundtrip Vlan;
test law truncation Vlan;
test law roundtrip ServiceVlan;
test law truncation ServiceVlan;
