# ping.pcapng: echo, and every way it can fail, through a router, seen at both of its interfaces: time exceeded,
# unreachable for many reasons, too big, redirects. Routes traced by UDP, ICMP and TCP.
routed
link router attic 02:00:00:00:03:fe server eth1 02:00:00:00:03:01
address router attic 203.0.113.254/24 2001:db8:3::fe/64
address server eth1 203.0.113.1/24 2001:db8:3::1/64
# A narrow network behind the router, networks that do not exist, and some that are not to be talked to.
on router ip link set attic mtu 1280
on router ip route add prohibit 203.0.113.128/32
on router ip route add unreachable 203.0.113.129/32
on router ip -6 route add prohibit 2001:db8:3::80/128
on router ip -6 route add unreachable 2001:db8:3::81/128
on router nft -f - <<'RULES'
table inet filter {
    chain forward {
        type filter hook forward priority 0
        udp dport 81 reject with icmpx admin-prohibited
        tcp dport 82 reject with tcp reset
    }
}
RULES
# Networks that the router reaches over the cable that the question came by: it tells the client to go there directly.
on router sysctl -qw net.ipv4.conf.west.send_redirects=1 net.ipv4.conf.all.send_redirects=1
on client sysctl -qw net.ipv4.conf.all.accept_redirects=1
on router ip route add 198.18.0.0/15 via 192.0.2.1
on router ip -6 route add 2001:db8:4::/48 via fe80::ff:fe00:101 dev west
sleep 1.2

hit() { on client ping -n -W 1 "$@" >>"$work/ping" 2>&1 || true; }
record_ng router ping.pcapng -i west -i east -s 256
hit -c 2 -i 0.2 198.51.100.1
hit -c 2 -i 0.2 2001:db8:2::1
hit -c 1 -Q 0xb9 -s 0 198.51.100.1
hit -c 1 -Q 0x2e -s 1 2001:db8:2::1
hit -c 1 -p c11bc10b -s 33 198.51.100.1
hit -c 1 -F 0xabcde 2001:db8:2::1
hit -c 1 -t 1 198.51.100.1
hit -c 1 -t 1 2001:db8:2::1
# The router says so once a second.
hit -c 2 203.0.113.128
hit -c 2 203.0.113.129
hit -c 2 10.0.0.1
hit -c 1 2001:db8:3::80
hit -c 1 2001:db8:3::81
hit -c 1 2001:db8:ffff::1
hit -c 1 -M do -s 1400 203.0.113.1
hit -c 1 -M do -s 1400 2001:db8:3::1
hit -c 1 198.18.0.1
hit -c 1 2001:db8:4::1
for to in 198.51.100.1 2001:db8:2::1; do
    for how in '' '-I' '-T -p 80' '-U -p 7' '-U -p 81' '-T -p 82'; do
        # shellcheck disable=SC2086 # the options of one way
        on client traceroute -n -q 1 -m 3 -w 1 -N 1 $how "$to" >>"$work/trace" || true
    done
    on client tracepath -n -m 3 "$to" >>"$work/trace" || true
done
on client hping3 -q -c 1 --icmp --icmp-ts 198.51.100.1 >>"$work/hping" 2>&1 || true
on client hping3 -q -c 1 --icmp --icmp-addr 198.51.100.1 >>"$work/hping" 2>&1 || true
finish
