# beacon.pcapng: the sensor stations of examples/beacon.pony and what surrounds them, on the trunk between two
# switches. Station 7 and, over IPv6, station 8 are in the untagged VLAN, station 9 in VLAN 42.
host attic cellar yard collector upstairs downstairs
switch upstairs
switch downstairs
link upstairs trunk 02:00:00:00:0a:01 downstairs trunk 02:00:00:00:0a:02
link attic eth0 02:00:00:00:00:07 upstairs attic 02:00:00:00:0a:07
link cellar eth0 02:00:00:00:00:08 upstairs cellar 02:00:00:00:0a:08
link yard eth0 02:00:00:00:00:09 upstairs yard 02:00:00:00:0a:09
link collector eth0 02:00:00:00:00:01 downstairs office 02:00:00:00:0a:11
link collector eth1 02:00:00:00:00:02 downstairs garden 02:00:00:00:0a:12
for one in upstairs downstairs; do
    bridge "$one" br0
    vs "$one" add-port br0 trunk -- set port trunk vlan_mode=native-untagged tag=1 trunks=1,42
done
vs upstairs add-port br0 attic tag=1 -- add-port br0 cellar tag=1 -- add-port br0 yard tag=42
vs downstairs add-port br0 office tag=1 -- add-port br0 garden tag=42
address attic eth0 192.0.2.7/24
address cellar eth0 2001:db8:1::8/64
address yard eth0 198.51.100.9/24
address collector eth0 192.0.2.1/24 2001:db8:1::1/64
address collector eth1 198.51.100.1/24

background collector dnsmasq dnsmasq -k -C /dev/null -u root --pid-file= --no-resolv --no-hosts \
    --address=/collector.example.test/192.0.2.1 --address=/collector.example.test/2001:db8:1::1
background collector beacon "$PYTHON" "$programs/beacon.py" collector 192.0.2.1 198.51.100.1 2001:db8:1::1
await_port collector 53
await_port collector 9999

# The stations' reports of the multicast groups they listen to come first, and are many.
sleep 1.2

record_ng upstairs beacon.pcapng -i trunk
station() {
    local host=$1
    shift
    on "$host" "$PYTHON" "$programs/beacon.py" station "$@" &
    stations+=($!)
}
stations=()
on attic dig +short +tries=1 @192.0.2.1 collector.example.test >"$work/address"
station attic 7 attic 192.0.2.1
on cellar dig +short +tries=1 @2001:db8:1::1 collector.example.test AAAA >"$work/address"
station cellar 8 cellar 2001:db8:1::1 --degrees 11.25 --place -33.8688197 151.2092955
on attic ping -qc 2 -i 0.4 192.0.2.1 >"$work/ping"
station yard 9 'yard (Süd)' 198.51.100.1 --degrees -7.5 --place 60.1698557 24.9383791 --relayed
on yard ping -qc 1 198.51.100.1 >"$work/ping"
on cellar ping -qc 1 2001:db8:1::1 >"$work/ping"
wait "${stations[@]}"
finish
