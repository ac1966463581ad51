# sll.pcap, sll2.pcap: all interfaces at once, as Linux cooks them; checksums are as the kernel leaves them for the
# loopback interface. null.pcap, loop.pcap: the same traffic as the BSDs' loopback interfaces would show it.
# big-endian.pcap and big-endian-blocks.pcapng: captures in the byte order of other machines.
pair
record client sll.pcap -i any -y LINUX_SLL
record client sll2.pcap --time-stamp-precision=nano -i any -y LINUX_SLL2
record client plain.pcap -i eth0 ip or ip6
record_ng client plain.pcapng -i eth0 -f 'arp or icmp or udp'
background client sink "$PYTHON" "$programs/datagrams.py" sink 7777
await_port client 7777
on client ping -n -q -c 1 192.0.2.2 >>"$work/ping"
on client ping -n -q -c 1 2001:db8:1::2 >>"$work/ping"
on client ping -n -q -c 1 127.0.0.1 >>"$work/ping"
on client ping -n -q -c 1 ::1 >>"$work/ping"
on client "$PYTHON" "$programs/datagrams.py" send 127.0.0.1 7777 20
on client "$PYTHON" "$programs/datagrams.py" send ::1 7777 20
on client "$PYTHON" "$programs/datagrams.py" send 192.0.2.2 7778 20
on client arping -q -c 1 -w 1 -I eth0 192.0.2.77 || true
on client curl -s --max-time 1 http://127.0.0.1:1/ || true
on client curl -s --max-time 1 'http://[2001:db8:1::2]:1/' || true
finish
"$PYTHON" "$programs/swap.py" null "$out/plain.pcap" "$out/null.pcap"
"$PYTHON" "$programs/swap.py" loop "$out/plain.pcap" "$out/loop.pcap"
"$PYTHON" "$programs/swap.py" big "$out/sll2.pcap" "$out/big-endian.pcap"
"$PYTHON" "$programs/swap.py" big "$out/plain.pcapng" "$out/big-endian-blocks.pcapng"
rm "$out/plain.pcap" "$out/plain.pcapng"
