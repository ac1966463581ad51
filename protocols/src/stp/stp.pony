//! Spanning tree protocols: STP, RSTP and MSTP.
module pony.net.stp;
use pony.net.{MacAddr, llc_sap};
use pony.net.llc.{cisco_protocol};

/// Kinds of bridge protocol data units, [IEEE 802.1Q-2018 §14.2.2].
enum BpduType : u8 {
    CONFIGURATION   = 0x00 "configuration",
    /// RSTP and MSTP.
    RAPID           = 0x02 "rapid or multiple spanning tree",
    TOPOLOGY_CHANGE = 0x80 "topology change notification",
}

/// Roles of ports, [IEEE 802.1Q-2018 §14.2.4].
enum PortRole : u2 { MASTER = 0 "unknown or master", ALTERNATE = 1 "alternate or backup", ROOT = 2, DESIGNATED = 3 }

/// Flags, [IEEE 802.1Q-2018 §14.2.4]. A configuration BPDU of STP has the first and the last one alone.
flags BpduFlags : u8 {
    /// A change of topology is acknowledged.
    change_acknowledged,
    /// The sender agrees.
    agreement,
    /// The port forwards frames.
    forwarding,
    /// The port learns addresses.
    learning,
    /// The role of the port.
    role: PortRole,
    /// The sender proposes to be the designated bridge.
    proposal,
    /// The topology changes.
    change,
}

/// Identifies a bridge in a tree, [IEEE 802.1Q-2018 §14.2.5].
struct BridgeId {
    /// The lower, the better as a root.
    priority:  u4 scale 4096;
    /// System identifier extension: the tree, or the VLAN.
    extension: u12;
    /// Address of the bridge.
    address:   MacAddr;
}

/// One tree of several, [IEEE 802.1Q-2018 §14.4.1].
struct MstiMessage {
    /// Flags; the first one says that the port is a master.
    flags:           BpduFlags;
    /// The root of the tree in its region.
    regional_root:   BridgeId;
    /// What it costs to get there.
    path_cost:       u32;
    /// Priority of the sender, in the tree.
    bridge_priority: u4 scale 4096;
    _:               u4 = 0 lenient;
    /// Priority of the port, in the tree.
    port_priority:   u4 scale 16;
    _:               u4 = 0 lenient;
    /// How many more bridges may use it.
    remaining_hops:  u8 unit hops;
}

/// Bridge protocol data unit, [IEEE 802.1D-2004 §9.3, IEEE 802.1Q-2018 §14.4].
@level(link)
layer Stp {
    /// 0 for all spanning tree protocols, [IEEE 802.1Q-2018 §14.2.1].
    protocol: u16 = 0;
    /// 0 for STP, 2 for RSTP, 3 for MSTP, 4 for SPT, [IEEE 802.1Q-2018 §14.4].
    version:  u8;
    /// What the unit says, [IEEE 802.1Q-2018 §14.2.2].
    type:     BpduType display hex;
    if type == CONFIGURATION || type == RAPID {
        /// Flags, [IEEE 802.1Q-2018 §14.2.4].
        flags:         BpduFlags;
        /// The bridge that the sender takes for the root, [IEEE 802.1Q-2018 §14.2.5].
        root:          BridgeId;
        /// What it costs the sender to get to the root, [IEEE 802.1Q-2018 §14.2.6].
        path_cost:     u32;
        /// The sender; with several trees, the root of its region, [IEEE 802.1Q-2018 §14.4].
        bridge:        BridgeId;
        /// The sender's port: a priority and a number, [IEEE 802.1Q-2018 §14.2.7].
        port:          u16 default 0x8001 display hex;
        /// How old the information is, in 1/256 s, [IEEE 802.1Q-2018 §14.2.8].
        message_age:   u16;
        /// When it is too old, in 1/256 s.
        max_age:       u16 default 5120;
        /// How often the root sends, in 1/256 s.
        hello_time:    u16 default 512;
        /// How long a port waits between states, in 1/256 s.
        forward_delay: u16 default 3840;
        if type == RAPID {
            /// Of what version 1 would have: nothing, [IEEE 802.1Q-2018 §14.4].
            version_1_length: u8 = 0 lenient;
            if version >= 3 {
                /// Of all below, [IEEE 802.1Q-2018 §14.4].
                version_3_length: u16 auto 64 + size_of(trees)
                                  where it >= 64 : "shorter than what stands before the trees" unit bytes;
                /// 0: how the configuration is identified, [IEEE 802.1Q-2018 §13.8].
                format:           u8;
                /// Name of the configuration, filled up with zeros.
                name:             bytes[32] display ascii;
                /// Revision of the configuration.
                revision:         u16;
                /// HMAC-MD5 of which VLAN belongs to which tree.
                digest:           bytes[16];
                /// What it costs to get to the root of the region.
                internal_cost:    u32;
                /// The sender.
                cist_bridge:      BridgeId;
                /// How many more bridges may use it.
                remaining_hops:   u8 default 20 unit hops;
                /// The trees of the region, [IEEE 802.1Q-2018 §14.4.1].
                trees:            MstiMessage[..] within version_3_length - 64 bytes;
                /// What later versions have: the agreement of shortest path bridging, [IEEE 802.1Q-2018 §14.4].
                later:            bytes if version >= 4;
            }
        }
    }

    expect type == CONFIGURATION || type == RAPID || type == TOPOLOGY_CHANGE : unknown_type
        "no type of a bridge protocol data unit, IEEE 802.1Q-2018 §14.4";
    expect type != RAPID || version >= 2 : old_version "a type that STP has not, IEEE 802.1D-2004 §9.3.4";
    expect !present(message_age) || message_age < max_age : too_old "as old as nothing may be, IEEE 802.1Q-2018 §14.4";
}

// What has another number is registration by GARP, IEEE 802.1D-2004 §12.10.
bind llc_sap { 0x42 => Stp if rest[0 .. 1] == hex"0000"; }
// A tree for each VLAN.
bind cisco_protocol { 0x010b => Stp; }

alias wireshark Stp {
    protocol = "stp.protocol";
    version = "stp.version";
    type = "stp.type";
    flags = "stp.flags";
    (flags.change_acknowledged) = "stp.flags.tcack";
    (flags.change) = "stp.flags.tc";
    (flags.agreement) = "stp.flags.agreement" if type == RAPID;
    (flags.forwarding) = "stp.flags.forwarding" if type == RAPID;
    (flags.learning) = "stp.flags.learning" if type == RAPID;
    (flags.role) = "stp.flags.port_role" if type == RAPID;
    (flags.proposal) = "stp.flags.proposal" if type == RAPID;
    root.priority = "stp.root.prio";
    root.extension = "stp.root.ext";
    root.address = "stp.root.hw";
    path_cost = "stp.root.cost";
    bridge.priority = "stp.bridge.prio";
    bridge.extension = "stp.bridge.ext";
    bridge.address = "stp.bridge.hw";
    port = "stp.port";
    (message_age / 256) = "stp.msg_age" if message_age % 256 == 0;
    (max_age / 256) = "stp.max_age" if max_age % 256 == 0;
    (hello_time / 256) = "stp.hello" if hello_time % 256 == 0;
    (forward_delay / 256) = "stp.forward" if forward_delay % 256 == 0;
    version_1_length = "stp.version_1_length";
    version_3_length = "mstp.version_3_length";
    format = "mstp.config_format_selector";
    revision = "mstp.config_revision_level";
    digest = "mstp.config_digest";
    internal_cost = "mstp.cist_internal_root_path_cost";
    remaining_hops = "mstp.cist_remaining_hops";
}

alias wireshark MstiMessage {
    flags = "mstp.msti.flags";
    (flags.change_acknowledged) = "stp.flags.tcack";
    (flags.agreement) = "stp.flags.agreement";
    (flags.forwarding) = "stp.flags.forwarding";
    (flags.learning) = "stp.flags.learning";
    (flags.role) = "stp.flags.port_role";
    (flags.proposal) = "stp.flags.proposal";
    (flags.change) = "stp.flags.tc";
    path_cost = "mstp.msti.root_cost";
    regional_root.address = "mstp.msti.root.hw";
    remaining_hops = "mstp.msti.remaining_hops";
}

test "a bridge that takes itself for the root" Stp
     hex"0000 00 00 00 8000 00107b0c3e00 00000000 8000 00107b0c3e00 8001 0000 1400 0200 0f00" {
    version == 0; type == CONFIGURATION; root.priority == 32768; root.address == mac"00:10:7b:0c:3e:00"; port == 0x8001;
    max_age == 20 * 256; anomalies == [];
}
test "a change of topology" Stp hex"0000 00 80" { type == TOPOLOGY_CHANGE; !present(flags); }
test "rapid, a designated port" Stp
     hex"0000 02 02 3c 8064 001c0e877800 00000004 8064 001c0e878500 8004 0100 1400 0200 0f00 00" {
    type == RAPID; flags.role == DESIGNATED; flags.forwarding; flags.learning; root.extension == 100;
    bridge.priority == 32768; message_age == 256; anomalies == [];
}
test "two trees in a region" Stp
     hex"0000 03 02 7c 8000 001aa1979e00 00030d40 8000 001aa1979e00 8001 0000 1400 0200 0f00 00 0060
         00 706f6e7900000000000000000000000000000000000000000000000000000000 0001 ac36177f50283cd4b83821d8ab26de62
         00000000 8000 001aa1979e00 14
         7c 8001 001aa1979e00 00000000 80 80 14
         7c 8002 001aa1979e00 00000000 80 80 14" {
    version == 3; version_3_length == 96; revision == 1; trees.len == 2; trees[0].regional_root.extension == 1;
    trees[1].regional_root.extension == 2; trees[1].port_priority == 128; remaining_hops == 20; anomalies == [];
}
test "older than nothing may be" Stp
     hex"0000 00 00 00 8000 00107b0c3e00 00000000 8000 00107b0c3e00 8001 1400 1400 0200 0f00" {
    anomalies == [too_old];
}
test "a type that nobody has" Stp hex"0000 00 01" { anomalies == [unknown_type]; }
test "another protocol" reject Stp hex"0001 00 00" at protocol;
test "a length within what it counts" reject Stp
     hex"0000 03 02 7c 8000 001aa1979e00 00030d40 8000 001aa1979e00 8001 0000 1400 0200 0f00 00 003f" at
     version_3_length;
test "the usual times" build
    Llc { dsap = SPANNING_TREE; ssap = SPANNING_TREE }
  / Stp { type = CONFIGURATION; root = BridgeId { priority = 32768; address = mac"02:00:00:00:00:01" };
        bridge = BridgeId { priority = 32768; address = mac"02:00:00:00:00:01" } }
  == hex"424203 0000 00 00 00 8000 020000000001 00000000 8000 020000000001 8001 0000 1400 0200 0f00";
test "the length of version 3 follows" build
    Stp { version = 3; type = RAPID; trees = [MstiMessage { path_cost = 7 }] }
  == hex"0000 03 02 00 0000 000000000000 00000000 0000 000000000000 8001 0000 1400 0200 0f00 00 0050
         00 0000000000000000000000000000000000000000000000000000000000000000 0000 00000000000000000000000000000000
         00000000 0000 000000000000 14
         00 0000 000000000000 00000007 00 00 00";
test law roundtrip Stp;
test law truncation Stp;
