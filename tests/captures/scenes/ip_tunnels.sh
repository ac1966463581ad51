# ip-tunnels.pcap: IP in IP in all four combinations, and generic routing encapsulation of IP with its checksum, key and
# sequence number, over IPv4 and IPv6;
# VXLAN with a group policy. raw.pcap: what goes in, on an interface without a link layer. The ends of the
# tunnels are programs: a kernel need not have them.
pair
# tunnel NUMBER LOCAL REMOTE WAY…: between client and server, inner networks 10.0.NUMBER.0/24 and 2001:db8:NUMBER::/64.
tunnel() {
    local number=$1 left=$2 right=$3
    shift 3
    background client "client$number" "$PYTHON" "$programs/tunnel.py" "tun$number" "$left" "$right" "$@"
    background server "server$number" "$PYTHON" "$programs/tunnel.py" "tun$number" "$right" "$left" "$@"
    for host in client server; do
        until on "$host" ip link show "tun$number" >/dev/null 2>&1; do sleep 0.05; done
        on "$host" ip link set "tun$number" up mtu 1280
    done
    address client "tun$number" "10.0.$number.1/24" "2001:db8:$number::1/64"
    address server "tun$number" "10.0.$number.2/24" "2001:db8:$number::2/64"
}
four=(192.0.2.1 192.0.2.2)
six=(2001:db8:1::1 2001:db8:1::2)
tunnel 10 "${four[@]}" ip
tunnel 11 "${six[@]}" ip
tunnel 12 "${four[@]}" gre
tunnel 13 "${four[@]}" gre --key 0x2a --sequence --checksum
tunnel 14 "${six[@]}" gre --key 7
tunnel 15 "${six[@]}" gre --checksum
sleep 1
record client ip-tunnels.pcap -i eth0 not arp and not 'icmp6[0] == 135' and not 'icmp6[0] == 136'
record client raw.pcap -i tun10
for number in 10 11 12 13 14 15; do
    on client ping -n -q -W 1 -c 2 -i 0.2 "10.0.$number.2" >>"$work/ping"
    on client ping -n -q -W 1 -c 2 -i 0.2 "2001:db8:$number::2" >>"$work/ping"
done
# The kernel's own: VXLAN with a group policy, which is the mark of the packet.
for host in client server; do
    [ $host = client ] && other=192.0.2.2 || other=192.0.2.1
    on $host ip link add policy type vxlan id 44 remote $other dstport 4789 gbp dev eth0
    on $host ip link set policy up
done
address client policy 10.0.20.1/24
address server policy 10.0.20.2/24
on client ping -n -q -W 1 -c 1 -m 4660 10.0.20.2 >>"$work/ping"
on client traceroute -n -q 1 -m 2 -w 1 10.0.10.2 >>"$work/trace"
on client curl -s --max-time 1 http://10.0.10.2:1/ || true
# A tunnel in a tunnel.
on client ip route add 10.1.0.0/24 via 10.0.10.2
address server eth0 10.1.0.2/32
tunnel 16 10.0.13.1 10.0.13.2 gre --sequence
on client ping -n -q -W 1 -c 2 -i 0.2 10.0.16.2 >>"$work/ping"
finish
