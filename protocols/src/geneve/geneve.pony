//! Generic Network Virtualization Encapsulation.
module pony.net.geneve;
use pony.net.{EtherType, ether_type, udp_port};

/// "Geneve Option Class" of IANA: who has assigned the type of an option.
enum GeneveClass : u16 {
    STANDARDS    = 0x0000 .. 0x00ff "standards track",
    LINUX        = 0x0100 "Linux",
    OPEN_VSWITCH = 0x0101 "Open vSwitch",
    OVN          = 0x0102 "Open Virtual Networking",
    IN_BAND_OAM  = 0x0103 "in-band network telemetry",
    VMWARE       = 0x0104 "VMware",
    AMAZON       = 0x0108 .. 0x0110,
    CISCO        = 0x0111 .. 0x0118,
    GOOGLE       = 0x0132,
    EXPERIMENT   = 0xff00 .. 0xffff,
}

/// One option, [RFC 8926 §3.5].
struct GeneveOption {
    /// Who has assigned the type, [RFC 8926 §3.5].
    class:    GeneveClass display hex;
    /// A receiver that does not know the option drops the packet, [RFC 8926 §3.5].
    critical: bool;
    /// Which option of the class, [RFC 8926 §3.5].
    type:     u7;
    /// Must be zero, [RFC 8926 §3.5].
    reserved: u3 = 0 lenient;
    /// Of the data, in words of 32 bits, [RFC 8926 §3.5].
    words:    u5 auto size_of(data) / 4;
    match critical {
        true => Critical { data: bytes[words * 4]; }
        _    => Elective { data: bytes[words * 4]; }
    }
}

/// Header, [RFC 8926 §3.4].
@level(link)
layer Geneve {
    /// 0, [RFC 8926 §3.4].
    version:      u2 = 0;
    /// Of the options, in words of 32 bits, [RFC 8926 §3.4].
    option_words: u6 auto size_of(options) / 4;
    /// A control packet, [RFC 8926 §3.4].
    control:      bool;
    /// One of the options is critical, [RFC 8926 §3.4].
    critical:     bool;
    /// Must be zero, [RFC 8926 §3.4].
    reserved:     u6 = 0 lenient;
    /// What is carried, [RFC 8926 §3.4].
    protocol:     EtherType auto key_of(payload) display hex;
    /// Virtual network identifier, [RFC 8926 §3.4].
    vni:          u24;
    _:            u8 = 0 lenient;
    /// Options, [RFC 8926 §3.5].
    options:      GeneveOption[..] within options_len bytes align 4;
    payload:      next from ether_type[protocol];

    let options_len = option_words * 4 unit bytes;
    /// The second byte as one number.
    let flags       = (control ? 0x80 : 0) | (critical ? 0x40 : 0) | reserved;

    expect critical == present(options.critical) : critical_flag
        "whether an option is critical is not what the header says, RFC 8926 §3.4";
}

bind udp_port { 6081 => Geneve; }

alias wireshark Geneve {
    version = "geneve.version";
    options_len = "geneve.option.length";
    flags = "geneve.flags";
    control = "geneve.flags.oam";
    critical = "geneve.flags.critical";
    protocol = "geneve.proto_type";
    vni = "geneve.vni";
}
alias wireshark GeneveOption {
    class = "geneve.option.class";
    ((critical ? 0x80 : 0) | type) = "geneve.option.type";
    critical = "geneve.option.type.critical";
    (words * 4 + 4) = "geneve.option.length";
}

test "two options, the second without data, one of them critical" Geneve hex"0240 6558 00000a 00 0000 80 01 00000000" {
    critical; option_words == 2; vni == 10; protocol == TRANSPARENT_ETHERNET; options.len == 1;
    options.critical.data == hex"00000000"; anomalies == [];
}
test "no options" Geneve hex"0000 0800 00d431 00" { vni == 54321; options.len == 0; flags == 0; }
test "no option is critical, though the header says so" Geneve hex"0140 0800 000001 00 0102 00 00" {
    anomalies == [critical_flag]; options.elective.type == 0; options[0].class == OVN;
}
test "an option that is critical, though the header does not say so" Geneve hex"0100 0800 000001 00 0102 81 00" {
    anomalies == [critical_flag];
}
test "an option of Google's network" GeneveOption hex"0132 01 01 00abcdef" {
    class == GOOGLE; type == 1; elective.data == hex"00abcdef";
}
test "an option longer than the options" reject Geneve hex"0100 0800 000001 00 0102 00 01 00000000" at options;
test "another version" reject Geneve hex"4000 0800 000001 00" at version;
test "lengths and protocol follow" build
    Geneve { critical = true; vni = 10;
        options = [Critical { class = OVN; critical = true; type = 1; data = hex"01020304" }] }
  / Ipv6   { flow_label = 0; src = ip"::1"; dst = ip"::2" }
  == hex"0240 86dd 00000a 00 0102 81 01 01020304
         60000000 0000 3b 40 00000000000000000000000000000001 00000000000000000000000000000002";
test law roundtrip Geneve;
test law truncation Geneve;
