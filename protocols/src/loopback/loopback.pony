//! What BSD systems put in front of packets on loopback and tunnel interfaces: an address family.
//!
//! The two forms are described as LINKTYPE_NULL and LINKTYPE_LOOP in the list of link-layer header types of the tcpdump
//! group.
module pony.net.loopback;
use pony.net.{link_type};

/// Address families. Version 6 of the Internet Protocol has another number on each system.
enum AddressFamily : u32 {
    INET          = 2 "IPv4",
    OSI           = 7,
    IPX           = 23,
    INET6_NETBSD  = 24 "IPv6 on NetBSD and OpenBSD",
    INET6_FREEBSD = 28 "IPv6 on FreeBSD",
    INET6_DARWIN  = 30 "IPv6 on Darwin",
}

/// The same numbers in the other byte order.
enum AddressFamilyLe : u32le {
    INET          = 2 "IPv4",
    OSI           = 7,
    IPX           = 23,
    INET6_NETBSD  = 24 "IPv6 on NetBSD and OpenBSD",
    INET6_FREEBSD = 28 "IPv6 on FreeBSD",
    INET6_DARWIN  = 30 "IPv6 on Darwin",
}

/// What follows an address family.
table address_family : AddressFamily;

/// LINKTYPE_NULL: the family is in the byte order of the host that captured, which no field says. Families are small
/// numbers, so the first byte is 0 on a host that has the most significant byte first; most have not.
@level(link)
layer Null {
    match smallest(0 .. 1, rest[0] == 0) {
        0 => BigEndian    { family: AddressFamily auto key_of(payload); }
        _ => LittleEndian { family: AddressFamilyLe auto key_of(payload); }
    }
    payload: next from address_family[family];
}

/// LINKTYPE_LOOP: the family is in network byte order.
@level(link)
layer Loop {
    /// What follows.
    family:  AddressFamily auto key_of(payload);
    payload: next from address_family[family];
}

bind link_type {
    0   => Null;
    108 => Loop;
}
bind address_family {
    INET                                        => Ipv4;
    INET6_DARWIN | INET6_FREEBSD | INET6_NETBSD => Ipv6;
}

alias wireshark Null { family = "null.family"; }
alias wireshark Loop { family = "null.family"; }

test "little-endian" Null hex"1e000000" { family == 30; }
test "big-endian" Null hex"0000001c" { family == 28; }
test "three bytes" reject Null hex"020000" at family;
test "network byte order" Loop hex"00000002" { family == INET; }
test "the family follows from what is carried" build
    Loop {}
  / Ipv4 { src = ip"127.0.0.1"; dst = ip"127.0.0.1"; identification = 1; protocol = UDP }
  == hex"00000002 4500 0014 0001 0000 40 11 7cd6 7f000001 7f000001";
test "nothing said, it is little-endian" build
    Null {}
  / Ipv4 { src = ip"127.0.0.1"; dst = ip"127.0.0.1"; identification = 1; protocol = UDP }
  == hex"02000000 4500 0014 0001 0000 40 11 7cd6 7f000001 7f000001";
test law roundtrip Null;
test law truncation Null;
test law roundtrip Loop;
test law truncation Loop;
