# options.pcap: options of IPv4, extension headers of IPv6 (segment routing by the kernel among them), options of TCP:
# fast open, multipath with a second path, signatures; urgent data, UDP without a checksum.
routed
for host in client router server; do
    on "$host" sysctl -qw net.ipv4.conf.all.accept_source_route=1 net.ipv6.conf.all.accept_source_route=1 \
        net.ipv6.conf.all.seg6_enabled=1 net.ipv6.conf.default.seg6_enabled=1 net.ipv6.conf.eth0.seg6_enabled=1 \
        net.ipv4.tcp_fastopen=3 net.ipv4.conf.all.rp_filter=0 2>/dev/null || true
    for interface in eth0 west east; do
        on "$host" sysctl -qw "net.ipv6.conf.$interface.seg6_enabled=1" \
            "net.ipv4.conf.$interface.accept_source_route=1" 2>/dev/null || true
    done
done
# The second path of multipath TCP.
address client eth0 192.0.2.3/24
on client ip mptcp endpoint add 192.0.2.3 dev eth0 subflow
on server ip mptcp limits set subflow 2 add_addr_accepted 2
on server ip mptcp endpoint add 198.51.100.3 dev eth0 signal
on client ip mptcp limits set subflow 2 add_addr_accepted 2
address server eth0 198.51.100.3/24
background server sockets "$PYTHON" "$programs/sockets.py" serve 7000
background server sink "$PYTHON" "$programs/datagrams.py" sink 7777
await_port server 7002
await_port server 7777
# On the first cable, where source routes have not ended yet.
record router options.pcap -i west not arp and not 'icmp6[0] >= 133' and not dst ff02::16

on client ping -n -q -W 1 -c 1 -R 198.51.100.1 >>"$work/ping" || true
on client ping -n -q -W 1 -c 1 -T tsonly 198.51.100.1 >>"$work/ping" || true
on client ping -n -q -W 1 -c 1 -T tsandaddr 198.51.100.1 >>"$work/ping" || true
on client ping -n -q -W 1 -c 1 -T tsprespec 192.0.2.254 198.51.100.1 >>"$work/ping" 2>&1 || true
on client traceroute -n -q 1 -m 2 -w 1 -g 192.0.2.254 198.51.100.1 >>"$work/trace" || true
on client "$PYTHON" "$programs/sockets.py" talk4 198.51.100.1 7777 192.0.2.254
on client "$PYTHON" "$programs/sockets.py" talk6 2001:db8:2::1 7777 2001:db8:1::fe
# The client's kernel puts a segment routing header in: by way of the router, inline and around a packet of its own.
on client ip -6 route add 2001:db8:2::1/128 encap seg6 mode inline segs 2001:db8:1::fe dev eth0
on client ping -n -q -W 1 -c 1 2001:db8:2::1 >>"$work/ping" || true
on client ip -6 route replace 2001:db8:2::1/128 encap seg6 mode encap segs 2001:db8:1::fe,2001:db8:2::1 dev eth0
on client ping -n -q -W 1 -c 1 2001:db8:2::1 >>"$work/ping" || true
on client "$PYTHON" "$programs/sockets.py" talk 198.51.100.1 7000
finish
