# tunnels.pcap: Ethernet in VXLAN (with and without UDP checksums, over IPv6), in GRE (key,
# checksum, sequence number) and in Geneve with options. tags.pcap: VLAN and QinQ tags, in both EtherTypes,
# and MPLS labels, one and two. Open vSwitch at both ends.
host left right
switch left
switch right
link left eth0 02:00:00:00:00:01 right eth0 02:00:00:00:00:02
link left eth1 02:00:00:00:00:03 right eth1 02:00:00:00:00:04
# The kernel sees the frames of the cables, too: it must not answer for the switch.
for host in left right; do
    on "$host" sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv6.conf.eth0.disable_ipv6=1 net.ipv6.conf.eth1.disable_ipv6=1
done
# end HOST NUMBER OTHER-NUMBER
end() {
    local host=$1 own=$2 other=$3
    bridge "$host" outer
    vs "$host" add-port outer eth0 -- set bridge outer "other-config:hwaddr=02:00:00:00:01:0$own"
    on "$host" ip link set outer up
    address "$host" outer "192.0.2.$own/24" "2001:db8:1::$own/64"
    bridge "$host" inner
    # Nothing goes anywhere that it is not told to: between two switches with ten tunnels, a broadcast would never end.
    vs "$host" set-fail-mode inner secure
    flows "$host" del-flows inner
    vs "$host" set bridge inner "other-config:hwaddr=02:00:00:00:02:0$own" -- add-port inner eth1
    on "$host" ip link set inner up
    address "$host" inner "10.0.0.$own/24" "2001:db8:2::$own/64"
    add() {
        local name=$1 type=$2
        shift 2
        vs "$host" add-port inner "$name" -- set interface "$name" "type=$type" "$@"
    }
    add vxlan vxlan "options:remote_ip=192.0.2.$other" options:key=42
    add vxlancsum vxlan "options:remote_ip=192.0.2.$other" options:key=43 options:csum=true options:tos=inherit
    add vxlan6 vxlan "options:remote_ip=2001:db8:1::$other" options:key=0xffffff
    add gre gre "options:remote_ip=192.0.2.$other"
    add grekey gre "options:remote_ip=192.0.2.$other" options:key=0xcafe options:csum=true
    add greseq gre "options:remote_ip=192.0.2.$other" options:key=1 options:seq=true
    add greboth gre "options:remote_ip=192.0.2.$other" options:key=2 options:csum=true options:seq=true
    add gre6 gre "options:remote_ip=2001:db8:1::$other" options:key=6
    add geneve geneve "options:remote_ip=192.0.2.$other" options:key=77
    flows "$host" add-tlv-map inner '{class=0x102,type=0x80,len=4}->tun_metadata0,{class=0xffff,type=1,len=8}->tun_metadata1'
}
end left 1 2
end right 2 1
# The switches learn the way to each other.
for version in -4 -6; do
    address_of_right=192.0.2.2
    [ "$version" = -4 ] || address_of_right=2001:db8:1::2
    on left ping -n -q -W 1 -c 2 -i 0.3 "$address_of_right" >>"$work/ping" || true
done

# way PORT [ACTIONS [MATCH]]: what goes out of `inner` (and matches; the rest goes bare) takes this way. What comes in
# loses its tags and labels.
way() {
    local port=$1 out=${2:-output:$1} match=${3:-}
    for host in left right; do
        flows "$host" del-flows inner
        flows "$host" add-flow inner "priority=1,in_port=LOCAL,actions=output:$port"
        flows "$host" add-flow inner "priority=2,in_port=LOCAL${match:+,$match},actions=$out"
        flows "$host" add-flow inner "priority=1,in_port=$port,actions=LOCAL"
        flows "$host" add-flow inner "priority=4,in_port=$port,vlan_vid=0x1000/0x1000,actions=pop_vlan,resubmit(,0)"
        flows "$host" add-flow inner "priority=2,in_port=$port,mpls,actions=pop_mpls:0x0800,LOCAL"
        flows "$host" add-flow inner "priority=3,in_port=$port,mpls,mpls_label=2,actions=pop_mpls:0x86dd,LOCAL"
        flows "$host" add-flow inner "priority=3,in_port=$port,mpls,mpls_bos=0,actions=pop_mpls:0x8847,resubmit(,0)"
        on "$host" ip neigh flush dev inner
    done
}
hit() {
    on left ping -n -q -W 1 -c 1 10.0.0.2 >>"$work/ping" || echo "no answer through $1" >&2
    [ $# = 1 ] || on left ping -n -q -W 1 -c 1 2001:db8:2::2 >>"$work/ping" || echo "no answer through $1" >&2
}
sleep 1
record left tunnels.pcap -i eth0 'proto gre or udp or ip6 proto gre'
for port in vxlan vxlancsum vxlan6 gre grekey greseq gre6; do
    way $port
    hit $port 6
done
# Open vSwitch 3.1 gets the sum wrong where it numbers, too: the other end hears nothing.
way greboth
hit greboth 2>/dev/null || true
way geneve 'set_field:0xdeadbeef->tun_metadata0,set_field:0x706f6e79->tun_metadata1,output:geneve'
hit geneve
finish

record left tags.pcap --time-stamp-precision=nano -i eth1 'not ip6 multicast'
way eth1 'push_vlan:0x8100,set_field:4196->vlan_vid,output:eth1'
hit vlan 6
way eth1 'push_vlan:0x8100,set_field:4196->vlan_vid,set_field:5->vlan_pcp,push_vlan:0x88a8,set_field:8190->vlan_vid,output:eth1'
hit qinq 6
way eth1 'push_vlan:0x8100,set_field:4097->vlan_vid,push_vlan:0x8100,set_field:4098->vlan_vid,output:eth1'
hit 'two tags'
way eth1 'push_mpls:0x8847,set_field:1048575->mpls_label,set_field:3->mpls_tc,output:eth1' ip
hit 'one label'
way eth1 'push_mpls:0x8847,set_field:16->mpls_label,push_mpls:0x8847,set_field:100->mpls_label,set_mpls_ttl(9),output:eth1' ip
hit 'two labels'
way eth1 'push_mpls:0x8847,set_field:2->mpls_label,output:eth1' ipv6
hit 'explicit null of IPv6' 6
way eth1 'push_mpls:0x8847,set_field:77->mpls_label,push_vlan:0x8100,set_field:4106->vlan_vid,output:eth1' ip
hit 'a label in a tag'
finish
