# neighbours.pcap: how hosts on one cable find each other. ARP asked, answered, announced and probed; IPv6 duplicate
# address detection, router solicitation and advertisement with every option that radvd knows, neighbour discovery;
# listeners' reports in both versions of MLD and all of IGMP.
host client server
link client eth0 02:00:00:00:00:01 server eth0 02:00:00:00:00:02
on client sysctl -qw net.ipv6.conf.all.accept_dad=1 net.ipv6.conf.eth0.accept_dad=1
on server sysctl -qw net.ipv6.conf.all.forwarding=1
address server eth0 192.0.2.2/24 2001:db8:1::2/64
cat >"$work/radvd.conf" <<'CONF'
interface eth0 {
    AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; AdvLinkMTU 1400; AdvCurHopLimit 63;
    AdvManagedFlag off; AdvOtherConfigFlag on; AdvDefaultPreference high; AdvReachableTime 30000; AdvRetransTimer 1000;
    prefix 2001:db8:1::/64 { AdvOnLink on; AdvAutonomous on; AdvValidLifetime 3600; AdvPreferredLifetime 1800; };
    route 2001:db8:ff::/48 { AdvRoutePreference low; };
    RDNSS 2001:db8:1::2 2001:db8:1::3 { AdvRDNSSLifetime 600; };
    DNSSL example.test sub.example.test { AdvDNSSLLifetime 600; };
};
CONF
record client neighbours.pcap --time-stamp-precision=nano -i eth0 arp or icmp6 or ip6 proto 0 or igmp or icmp
on client ip link set eth0 down
on client ip link set eth0 up
background server radvd radvd -n -C "$work/radvd.conf" -p "$work/radvd.pid" -m stderr
sleep 2.5
on client rdisc6 -1 -q eth0 >"$work/rdisc6" || true
on client ndisc6 -q 2001:db8:1::2 eth0 >"$work/ndisc6" || true
on client ndisc6 -q -m -w 200 2001:db8:1::77 eth0 >>"$work/ndisc6" || true
on client ping -n -q -c 1 2001:db8:1::2 >"$work/ping" || true

# A probe whether an address is free, two announcements of it, a question that is answered, one that is not.
on client arping -q -D -c 1 -w 1 -I eth0 192.0.2.1 || true
address client eth0 192.0.2.1/24
on client arping -q -U -c 1 -w 1 -I eth0 192.0.2.1 || true
on client arping -q -A -c 1 -w 1 -I eth0 192.0.2.1 || true
on client ping -n -q -c 1 192.0.2.2 >"$work/ping" || true
on client arping -q -c 1 -w 1 -I eth0 192.0.2.77 || true

# Groups joined, with a source, and left, in each version of the protocols.
for version in 3 2 1; do
    on client sysctl -qw "net.ipv4.conf.eth0.force_igmp_version=$version"
    on client "$PYTHON" "$programs/groups.py" eth0 239.1.2.3 ff05::123
done
on client sysctl -qw net.ipv6.conf.eth0.force_mld_version=1
on client "$PYTHON" "$programs/groups.py" eth0 239.1.2.3 ff05::123
finish
