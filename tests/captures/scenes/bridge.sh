# bridge.pcap: what bridges and switches say to each other: spanning tree over LLC with a change of topology, LLDP,
# and over SNAP what makers of switches had before it: CDP, EDP, FDP, SONMP.
host one two
link one eth0 02:00:00:00:00:01 two eth0 02:00:00:00:00:02
link one eth1 02:00:00:00:00:03 two eth1 02:00:00:00:00:04
for name in one two; do
    on "$name" ip link add br0 type bridge stp_state 1 hello_time 100 forward_delay 200
    on "$name" ip link set eth0 master br0
done
on one ip link set br0 type bridge priority 4096
record two bridge.pcap -i eth0 -Q inout 'ether proto 0x88cc or ether[12:2] <= 1500'
on one ip link set br0 up
on two ip link set br0 up
sleep 3
# A second way between the bridges: a loop, which the tree cuts.
for name in one two; do on "$name" ip link set eth1 master br0; done
sleep 5
# A new port of the bridge that is not the root: it tells the root that the topology changes, and gets an answer.
on two ip link add port type veth peer name station
on two ip link set port up master br0
on two ip link set station up
sleep 5
on one ip link set br0 type bridge priority 61440
# One switch forces the protocols of the makers (a letter twice), the other speaks LLDP only. They ask for the name of
# their machine, and need one that can be found; and each wants /run for itself.
speak() {
    local host=$1
    shift
    background "$host" "lldpd-$host" unshare --uts --mount sh -c \
        'hostname localhost && mount -t tmpfs none /run && mkdir /run/lldpd && exec "$@"' sh lldpd -d -k -M 4 \
        -u "$work/lldpd-$host.socket" -I eth0 -S "The bridge $host" -P Pony "$@"
}
speak one -ccc -ee -ff -ss
speak two
sleep 3
finish
