#!/usr/bin/python3
"""Packets as Scapy builds them, one a line: a name and bytes in hexadecimal digits. `python3 scapy_packets.py > scapy.tsv`

What is not said, Scapy derives: lengths, checksums, keys. Addresses are said, for Scapy asks the machine for its own.
Made with Scapy 2.5.0.
"""
import warnings

warnings.filterwarnings("ignore")
from scapy.all import *  # noqa: E402,F403
from scapy.contrib.geneve import GENEVE  # noqa: E402
from scapy.contrib.igmp import IGMP  # noqa: E402
from scapy.contrib.igmpv3 import IGMPv3, IGMPv3gr, IGMPv3mr  # noqa: E402
from scapy.contrib.lldp import (  # noqa: E402
    LLDPDU,
    LLDPDUChassisID,
    LLDPDUEndOfLLDPDU,
    LLDPDUPortID,
    LLDPDUSystemName,
    LLDPDUTimeToLive,
)
from scapy.contrib.mpls import MPLS  # noqa: E402

A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
ether = Ether(src=A, dst=B)
ip = IP(src="192.0.2.1", dst="192.0.2.2")
ip6 = IPv6(src="2001:db8::1", dst="2001:db8::2")

packets = {
    "udp": ether / ip / UDP(sport=4000, dport=4001) / b"ping",
    "odd length": ether / ip / UDP(sport=4000, dport=4001) / b"ponys",
    "udp over version 6": ether / ip6 / UDP(sport=4000, dport=4001) / b"ping",
    "tcp without options": ether / ip / TCP(sport=4000, dport=4001, seq=1, ack=2, flags="PA") / b"hello",
    "tcp options of a first segment": ether
    / ip
    / TCP(
        sport=4000,
        dport=4001,
        seq=1,
        flags="S",
        window=64240,
        options=[("MSS", 1460), ("SAckOK", b""), ("Timestamp", (7, 0)), ("NOP", None), ("WScale", 7)],
    ),
    "selective acknowledgment": ether
    / ip6
    / TCP(
        sport=4000,
        dport=4001,
        seq=1,
        ack=9,
        flags="A",
        options=[("NOP", None), ("NOP", None), ("SAck", (100, 200, 300, 400))],
    ),
    "an option that is not known": ether / ip / TCP(sport=4000, dport=4001, options=[(99, b"pony"), ("EOL", None)]),
    "a record of the route and a router alert": ether
    / IP(
        src="192.0.2.1",
        dst="192.0.2.2",
        options=[IPOption_RR(routers=["192.0.2.9", "0.0.0.0"]), IPOption_Router_Alert()],
    )
    / ICMP(id=1, seq=1),
    "echo": ether / ip / ICMP(id=7, seq=9) / b"abc",
    "unreachable": ether
    / ip
    / ICMP(type=3, code=4, nexthopmtu=1400)
    / IP(src="192.0.2.2", dst="192.0.2.3", ttl=3)
    / UDP(sport=4000, dport=33434)
    / b"probe",
    "echo of version 6": ether / ip6 / ICMPv6EchoRequest(id=7, seq=9, data=b"abc"),
    "solicitation": ether
    / IPv6(src="2001:db8::1", dst="ff02::1:ff00:2", hlim=255)
    / ICMPv6ND_NS(tgt="2001:db8::2")
    / ICMPv6NDOptSrcLLAddr(lladdr=A),
    "advertisement of a router": ether
    / IPv6(src="fe80::1", dst="ff02::1", hlim=255)
    / ICMPv6ND_RA(chlim=64, routerlifetime=1800)
    / ICMPv6NDOptMTU(mtu=1500)
    / ICMPv6NDOptPrefixInfo(prefix="2001:db8::", prefixlen=64),
    "fragment of version 6": ether / ip6 / IPv6ExtHdrFragment(id=0xABCD, offset=185, m=1, nh=17) / (b"x" * 16),
    "options for the destination": ether / ip6 / IPv6ExtHdrDestOpt() / UDP(sport=4000, dport=4001) / b"x",
    "router alert of version 6": ether
    / IPv6(src="fe80::1", dst="ff02::16", hlim=1)
    / IPv6ExtHdrHopByHop(options=[RouterAlert(value=0)])
    / UDP(sport=4000, dport=4001),
    "fragment": ether / IP(src="192.0.2.1", dst="192.0.2.2", id=7, flags="MF", frag=2, proto=17) / (b"y" * 24),
    "arp": ether / ARP(op=1, hwsrc=A, psrc="192.0.2.1", hwdst="00:00:00:00:00:00", pdst="192.0.2.2"),
    "two tags": ether / Dot1Q(vlan=100, prio=3) / Dot1Q(vlan=7, id=1) / ip / UDP(sport=4000, dport=4001),
    "labels": ether / MPLS(label=16, cos=2, s=0, ttl=64) / MPLS(label=17, s=1, ttl=63) / ip / ICMP(id=1, seq=1),
    "gre with a key": ether / ip / GRE(key_present=1, key=77) / ip / UDP(sport=4000, dport=4001),
    "gre with a checksum": ether / ip / GRE(chksum_present=1) / ip / UDP(sport=4000, dport=4001),
    "version 6 in version 4": ether / ip / ip6 / UDP(sport=4000, dport=4001) / b"z",
    "vxlan": ether
    / ip
    / UDP(sport=50000, dport=4789, chksum=0)
    / VXLAN(vni=42, flags=8)
    / Ether(src=B, dst=A)
    / ip
    / ICMP(id=1, seq=2),
    "geneve": ether / ip / UDP(sport=50000, dport=6081) / GENEVE(vni=42) / Ether(src=B, dst=A) / ip / ICMP(id=1, seq=2),
    "discovery of pppoe": Ether(src=A, dst="ff:ff:ff:ff:ff:ff")
    / PPPoED(code=9)
    / PPPoED_Tags(tag_list=[PPPoETag(tag_type=0x0101), PPPoETag(tag_type=0x0103, tag_value=b"pony")]),
    "session of pppoe": ether
    / PPPoE(sessionid=3)
    / PPP(proto=0xC021)
    / PPP_LCP_Configure(
        id=1, options=[PPP_LCP_MRU_Option(max_recv_unit=1492), PPP_LCP_Magic_Number_Option(magic_number=7)]
    ),
    "spanning tree": Dot3(src=A, dst="01:80:c2:00:00:00")
    / LLC(dsap=0x42, ssap=0x42, ctrl=3)
    / STP(rootid=32768, rootmac=A, bridgeid=32768, bridgemac=A, portid=0x8001),
    "snap": Dot3(src=A, dst=B) / LLC(dsap=0xAA, ssap=0xAA, ctrl=3) / SNAP(OUI=0, code=0x0800) / ip / ICMP(id=1, seq=1),
    "question": ether / ip / UDP(sport=4000, dport=53) / DNS(id=7, rd=1, qd=DNSQR(qname="www.example.org", qtype="AAAA")),
    "answer": ether
    / ip
    / UDP(sport=53, dport=4000)
    / DNS(
        id=7,
        qr=1,
        rd=1,
        ra=1,
        qd=DNSQR(qname="www.example.org"),
        an=DNSRR(rrname="mail.test", ttl=60, rdata="192.0.2.80"),
    ),
    "dhcp": Ether(src=A, dst="ff:ff:ff:ff:ff:ff")
    / IP(src="0.0.0.0", dst="255.255.255.255")
    / UDP(sport=68, dport=67)
    / BOOTP(xid=0x1234, chaddr=bytes.fromhex("02000000000a"))
    / DHCP(options=[("message-type", "discover"), ("requested_addr", "192.0.2.50"), ("hostname", b"pony"), "end"]),
    "association of sctp": ether
    / ip
    / SCTP(sport=4000, dport=4001, tag=0)
    / SCTPChunkInit(init_tag=7, a_rwnd=1500, n_out_streams=10, n_in_streams=10, init_tsn=1),
    "data of sctp": ether
    / ip
    / SCTP(sport=4000, dport=4001, tag=9)
    / SCTPChunkData(tsn=2, stream_id=1, stream_seq=3, proto_id=0, beginning=1, ending=1, data=b"pony!"),
    "time": ether / ip / UDP(sport=123, dport=123) / NTPHeader(version=4, mode=3, stratum=0, poll=6, precision=236, ref_id=b"", ref=0, orig=0, recv=0, sent=1),
    "report of version 3": ether
    / IP(src="192.0.2.1", dst="224.0.0.22", ttl=1, options=[IPOption_Router_Alert()])
    / IGMPv3(type=0x22)
    / IGMPv3mr(numgrp=1, records=[IGMPv3gr(rtype=4, maddr="233.252.0.1", numsrc=0)]),
    "query of version 2": ether / IP(src="192.0.2.1", dst="224.0.0.1", ttl=1) / IGMP(type=0x11, mrcode=100),
    "lldp": Ether(src=A, dst="01:80:c2:00:00:0e", type=0x88CC)
    / LLDPDU()
    / LLDPDUChassisID(subtype=4, id=bytes.fromhex("02000000000a"))
    / LLDPDUPortID(subtype=5, id=b"eth0")
    / LLDPDUTimeToLive(ttl=120)
    / LLDPDUSystemName(system_name=b"pony")
    / LLDPDUEndOfLLDPDU(),
    "security association": ether / IP(src="192.0.2.1", dst="192.0.2.2", proto=50) / ESP(spi=0x1007, seq=1, data=b"0123456789abcdef"),
    "a wrong checksum and a wrong length": ether / IP(src="192.0.2.1", dst="192.0.2.2", chksum=0xDEAD, len=33) / UDP(sport=1, dport=2, len=3, chksum=4) / b"bad",
}

for name, packet in packets.items():
    print(name, bytes(packet).hex(), sep="\t")
