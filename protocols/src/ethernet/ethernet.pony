//! Ethernet.
module pony.net.ethernet;
use pony.net.{MacAddr, ether_type, ip_protocol, link_type};

/// A frame as it is captured: without preamble, and mostly without its frame check sequence, [IEEE 802.3-2018 §3.1.1].
@level(link)
layer Ethernet {
    /// The station or stations that it is for, [IEEE 802.3-2018 §3.2.4].
    dst:      MacAddr;
    /// The station that sent it, [IEEE 802.3-2018 §3.2.5].
    src:      MacAddr;
    /// How many bytes of data follow where it is at most 1500, else what they are, [IEEE 802.3-2018 §3.2.6].
    type_len: u16 auto key_of(payload, size_of(payload)) display hex;
    match type_len {
        0 .. 1500      => { payload: next is Llc within type_len bytes; }
        1536 .. 0xffff => { payload: next from ether_type[type_len]; }
        _              => reject "a type or length between 1501 and 1535 is undefined";
    }
    /// What the lengths of the layers above do not claim: the pad that brings a short frame to its least length,
    /// [IEEE 802.3-2018 §3.2.8], a frame check sequence where the capture kept it, or what a tap has added.
    padding: bytes trailing;
}

bind link_type { 1 => Ethernet; }
bind ether_type { TRANSPARENT_ETHERNET => Ethernet; }
bind ip_protocol { ETHERNET => Ethernet; }

/// The least length of a frame without its frame check sequence, [IEEE 802.3-2018 §4.4.2].
const LEAST_FRAME : u16 = 60;

// The pad as tshark has it: zeros up to the least length of a frame; of zeros alone is the checksum 0xffff. What is behind
// it is a guess there, and no field of the frame.
alias wireshark Ethernet {
    dst = "eth.dst";
    src = "eth.src";
    type_len = "eth.type" if type_len >= 1536;
    type_len = "eth.len" if type_len <= 1500;
    (padding[0 .. LEAST_FRAME - 1 - offset_of(padding)]) = "eth.padding"
        if offset_of(padding) < LEAST_FRAME && offset_of(padding) + size_of(padding) >= LEAST_FRAME
        && inet16(padding[0 .. LEAST_FRAME - 1 - offset_of(padding)]) == 0xffff;
}

test "a packet of IPv4 in a frame without padding" Ethernet
     hex"020000000002 020000000001 0800 4500001c0001000040117cce7f0000017f000001 0007 0007 0008 01ce" {
    dst == mac"02:00:00:00:00:02"; src == mac"02:00:00:00:00:01"; type_len == 0x0800; !present(padding); ipv4.ttl == 64;
}
test "what the length above does not claim is padding" Ethernet
     hex"020000000002 020000000001 0800 45000014000100004000 7ce77f0000017f000001 0000 0000 0000" {
    padding == hex"000000000000";
}
test "a length, and a pad behind what it counts" Ethernet
     hex"0180c2000000 020000000001 0003 424203 0000" { type_len == 3; padding == hex"0000"; }
test "neither a length nor a type" reject Ethernet hex"ffffffffffff 020000000001 05dd 00" at type_len;
test "the type follows from what is carried" build
    Ethernet { dst = mac"ff:ff:ff:ff:ff:ff"; src = mac"02:00:00:00:00:01" }
  / Arp      { opcode = REQUEST; sender_mac = mac"02:00:00:00:00:01"; sender_ip = ip"10.0.0.1";
        target_mac = mac"00:00:00:00:00:00"; target_ip = ip"10.0.0.2" }
  == hex"ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002";
test "what has a length has no type" build
    Ethernet { dst = mac"01:80:c2:00:00:00"; src = mac"02:00:00:00:00:01" }
  / Llc      { dsap = SPANNING_TREE; ssap = SPANNING_TREE }
  / hex"0000"
  == hex"0180c2000000 020000000001 0005 424203 0000";
test law roundtrip Ethernet;
test law truncation Ethernet;
