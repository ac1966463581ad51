# fragments.pcap: datagrams in fragments, made by their sender in both versions and, of IPv4 ones, by a router; one
# whose fragments a router cut again; one of which the end is lost.
routed
# The least that IPv6 allows.
on client ip link set eth0 mtu 1280
on router ip link set west mtu 1280
background server sink "$PYTHON" "$programs/datagrams.py" sink 7777
await_port server 7777
sleep 1
record server fragments.pcap -i eth0 icmp or udp or ip6 or 'ip[6:2] & 0x3fff != 0'
# The server learns the width of the path from the router, which costs the first answer of IPv6.
on client ping -n -q -W 1 -c 1 -s 2000 198.51.100.1 >>"$work/ping" || true
on client ping -n -q -W 1 -c 2 -i 0.3 -s 2000 2001:db8:2::1 >>"$work/ping" || true
# An exact number of fragments, and one byte more.
on client "$PYTHON" "$programs/datagrams.py" send 198.51.100.1 7777 2508 2509
on client "$PYTHON" "$programs/datagrams.py" send 2001:db8:2::1 7777 2456 2457
# Whole on the first cable, cut on the second.
on router ip link set east mtu 600
on client "$PYTHON" "$programs/datagrams.py" send --no-df 198.51.100.1 7777 1200 2000
# The last fragment gets lost.
on router nft 'table netdev lossy { chain out { type filter hook egress device east priority 0;
    ip frag-off & 0x3fff > 0 ip frag-off & 0x2000 == 0 drop; }; }'
on client "$PYTHON" "$programs/datagrams.py" send --no-df 198.51.100.1 7777 1000
finish
