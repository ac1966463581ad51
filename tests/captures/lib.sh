# What every scene uses: namespaces, links, captures. Sourced by make.sh, never run by itself.
#
# A scene runs in a process of its own, with $work, an empty scratch directory, and $out, where captures go. Hosts
# are network namespaces; their names carry the process id, so that two runs never meet.

hosts=()
children=()
recorders=()
recordings=()

# The name of a host's namespace.
netns() { echo "pony$$-$1"; }

# Runs a command on a host.
on() {
    local host=$1
    shift
    ip netns exec "$(netns "$host")" "$@"
}

# Runs a command on a host in the background, until the scene ends.
background() {
    local host=$1 name=$2
    shift 2
    ip netns exec "$(netns "$host")" "$@" >"$work/$name.out" 2>"$work/$name.err" &
    children+=($!)
}

# Makes hosts. Each has its loopback up, and addresses are usable at once: duplicate address detection would cost
# every scene two seconds (the scene that captures neighbour discovery turns it on again).
host() {
    local name
    for name in "$@"; do
        ip netns add "$(netns "$name")"
        hosts+=("$name")
        on "$name" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
            net.ipv6.conf.default.router_solicitations=0
        on "$name" ip link set lo up
    done
}

# link HOST INTERFACE MAC HOST INTERFACE MAC: a cable. Checksums and segmentation are done in software, as the
# bytes of a capture on a real cable would be.
link() {
    ip link add "$2" netns "$(netns "$1")" address "$3" type veth peer name "$5" netns "$(netns "$4")" address "$6"
    plain "$1" "$2"
    plain "$4" "$5"
    on "$1" ip link set "$2" up
    on "$4" ip link set "$5" up
}

# Switches off every offload of an interface.
plain() {
    on "$1" ethtool -K "$2" tx off rx off gso off gro off tso off >/dev/null 2>&1
}

# address HOST INTERFACE ADDRESS…
address() {
    local host=$1 interface=$2 one
    shift 2
    for one in "$@"; do on "$host" ip address add "$one" dev "$interface"; done
}

# client and server on one cable.
pair() {
    host client server
    link client eth0 02:00:00:00:00:01 server eth0 02:00:00:00:00:02
    address client eth0 192.0.2.1/24 2001:db8:1::1/64
    address server eth0 192.0.2.2/24 2001:db8:1::2/64
}

# client, router and server in a row, two networks.
routed() {
    host client router server
    link client eth0 02:00:00:00:01:01 router west 02:00:00:00:01:fe
    link router east 02:00:00:00:02:fe server eth0 02:00:00:00:02:01
    on router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.icmp_ratelimit=0 \
        net.ipv6.icmp.ratelimit=0
    address client eth0 192.0.2.1/24 2001:db8:1::1/64
    address router west 192.0.2.254/24 2001:db8:1::fe/64
    address router east 198.51.100.254/24 2001:db8:2::fe/64
    address server eth0 198.51.100.1/24 2001:db8:2::1/64
    on client ip route add default via 192.0.2.254
    on client ip -6 route add default via 2001:db8:1::fe
    on server ip route add default via 198.51.100.254
    on server ip -6 route add default via 2001:db8:2::fe
}

# record HOST FILE OPTIONS…: starts tcpdump and waits until it listens. FILE is relative to $out.
record() {
    local host=$1 file=$2
    shift 2
    ip netns exec "$(netns "$host")" tcpdump -Z root -n --immediate-mode -U -w "$out/$file" "$@" 2>"$work/$file.log" &
    recorders+=($!) recordings+=("$out/$file")
    await "$work/$file.log" 'listening on'
}

# record_ng HOST FILE OPTIONS…: the same with dumpcap, which writes pcapng.
record_ng() {
    local host=$1 file=$2
    shift 2
    ip netns exec "$(netns "$host")" dumpcap -q -w "$out/$file" "$@" 2>"$work/$file.log" &
    recorders+=($!) recordings+=("$out/$file")
    await "$work/$file.log" '^File: '
    sleep 0.5
}

# Ends the recordings, when the last packets have arrived.
finish() {
    local one
    sleep "${1:-0.5}"
    for one in "${recorders[@]}"; do kill -INT "$one" 2>/dev/null || true; done
    for one in "${recorders[@]}"; do wait "$one" || true; done
    chmod 644 "${recordings[@]}"
    recorders=() recordings=()
}

# await FILE PATTERN: until a program has said that it is ready; five seconds at most.
await() {
    local i
    for i in $(seq 100); do
        grep -q -e "$2" "$1" 2>/dev/null && return
        sleep 0.05
    done
    echo "no '$2' in $1:" >&2
    cat "$1" >&2
    return 1
}

# await_port HOST PORT: until something listens on a TCP or UDP port.
await_port() {
    local i
    for i in $(seq 100); do
        on "$1" ss -Hltun | grep -q ":$2 " && return
        sleep 0.05
    done
    echo "nothing listens on port $2 of $1" >&2
    return 1
}

# Ends what the scene started and removes its hosts.
leave() {
    local one
    for one in "${children[@]}"; do kill "$one" 2>/dev/null || true; done
    for one in "${children[@]}"; do wait "$one" 2>/dev/null || true; done
    for one in "${hosts[@]}"; do ip netns delete "$(netns "$one")" 2>/dev/null || true; done
}

# Starts Open vSwitch on a host, with its datapath in user space: the kernel needs no module for VLAN, MPLS or GRE.
# Afterwards `vs HOST ARGUMENTS…` is ovs-vsctl, `flows HOST ARGUMENTS…` ovs-ofctl.
switch() {
    local dir=$work/switch-$1
    mkdir "$dir"
    ovsdb-tool create "$dir/conf.db" /usr/share/openvswitch/vswitch.ovsschema
    background "$1" "ovsdb-$1" env OVS_RUNDIR="$dir" ovsdb-server "$dir/conf.db" --remote="punix:$dir/db.sock" \
        --unixctl="$dir/ovsdb.ctl" --no-chdir
    while [ ! -S "$dir/db.sock" ]; do sleep 0.05; done
    OVS_RUNDIR=$dir ovs-vsctl --no-wait --db="unix:$dir/db.sock" init -- set Open_vSwitch . other_config:vlan-limit=2
    background "$1" "ovs-$1" env OVS_RUNDIR="$dir" ovs-vswitchd "unix:$dir/db.sock" --unixctl="$dir/vswitchd.ctl" \
        --no-chdir
}
vs() {
    local host=$1
    shift
    OVS_RUNDIR=$work/switch-$host ovs-vsctl --db="unix:$work/switch-$host/db.sock" "$@"
}
flows() {
    local host=$1
    shift
    OVS_RUNDIR=$work/switch-$host ovs-ofctl -O OpenFlow13 "$@"
}

# bridge HOST NAME: a bridge whose datapath is in user space.
bridge() {
    vs "$1" add-br "$2" -- set bridge "$2" datapath_type=netdev protocols=OpenFlow10,OpenFlow13
}
