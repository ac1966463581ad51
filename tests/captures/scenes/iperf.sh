# iperf.pcap: a TCP stream that loses some of its segments (selective acknowledgments, duplicates, retransmissions),
# one with explicit congestion notification, and a stream of UDP, cut to their heads.
routed
# Every eleventh segment of data is lost, the first handshake never.
on router nft 'table ip lossy { chain forward { type filter hook forward priority 0;
    tcp dport 5201 ip length > 600 numgen inc mod 11 == 7 drop; }; }'
background server iperf iperf3 -s -p 5201 -i 0
await_port server 5201
measure() { on client iperf3 -c 198.51.100.1 -p 5201 -i 0 "$@" >>"$work/iperf.out" 2>&1 || true; }
record client iperf.pcap -s 110 -i eth0 port 5201
measure -n 40K -M 1000 -l 4K
on client sysctl -qw net.ipv4.tcp_ecn=1
measure -n 8K -M 536 -l 2K
measure -u -n 12K -l 1000 -b 20M
finish 1
