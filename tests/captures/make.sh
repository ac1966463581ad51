#!/bin/bash
# Makes the captures of this folder anew: real programs in network namespaces, one scene a capture or a few.
#
#   sudo tests/captures/make.sh                 every scene, then the goldens
#   sudo tests/captures/make.sh dns quic        these scenes only
#   tests/captures/make.sh --goldens            what tshark says of the captures that are here
#   tests/captures/make.sh --check              which programs are missing
#   sudo tests/captures/make.sh --install …     installs the missing ones first; without it, nothing is installed
#
# PYTHON   a Python with aioquic, for the scene `quic` (default: python3)
# ORACLE   the program that writes a golden: `$ORACLE one CAPTURE` prints it; without it, no goldens are made
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$here
PYTHON=${PYTHON:-python3}
ORACLE=${ORACLE:-}
programs=$here/programs

# Debian 12's packages, and a program of each.
packages='
iproute2:ip        ethtool:ethtool          nftables:nft              tcpdump:tcpdump
tshark:tshark      wireshark-common:dumpcap python3:python3           nginx-light:nginx
curl:curl          openssl:openssl          bind9:named               bind9-dnsutils:dig
dnsmasq-base:dnsmasq udhcpc:udhcpc          isc-dhcp-client:dhclient  openssh-server:sshd
openssh-client:ssh iputils-ping:ping        iputils-arping:arping     iputils-tracepath:tracepath
traceroute:traceroute hping3:hping3         ndisc6:rdisc6             radvd:radvd
iperf3:iperf3      chrony:chronyd           ntpsec-ntpdate:ntpdate    lldpd:lldpd
openvswitch-switch:ovs-vswitchd
'

missing() {
    local pair
    PATH=$PATH:/usr/sbin:/sbin
    for pair in $packages; do
        command -v "${pair#*:}" >/dev/null || echo "${pair%%:*}"
    done
}

install_missing() {
    local wanted
    wanted=$(missing)
    # shellcheck disable=SC2086 # one word a package
    [ -z "$wanted" ] || DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $wanted
    "$PYTHON" -c 'import aioquic' 2>/dev/null || "$PYTHON" -m pip install aioquic
}

say_missing() {
    local wanted
    wanted=$(missing)
    "$PYTHON" -c 'import aioquic' 2>/dev/null || echo "PyPI, for the scene quic: aioquic"
    [ -z "$wanted" ] || echo "Debian:" $wanted
}

goldens() {
    local capture scratch
    [ -n "$ORACLE" ] || { echo "ORACLE is not set: no goldens made" >&2; return; }
    # The oracle keeps tshark's settings in a folder below the current one.
    scratch=$(mktemp -d)
    cd "$scratch"
    for capture in "$out"/*.pcap "$out"/*.pcapng; do
        $ORACLE one "$capture" >"${capture%.*}.oracle.jsonl" 2>/dev/null
    done
    rm -rf "$scratch"
}

# One scene, in a subshell: whatever happens in it, its programs end and its hosts go.
scene() {
    echo "scene $1"
    (
        work=$(mktemp -d)
        chmod 755 "$work" # some programs give up their rights before they look into it
        source "$here/lib.sh"
        trap 'leave; rm -rf "$work"' EXIT
        trap 'echo "scene $1: \"$BASH_COMMAND\" failed" >&2' ERR
        PATH=$PATH:/usr/sbin:/sbin
        source "$here/scenes/$1.sh"
    )
}

scenes=()
only_goldens=
for argument in "$@"; do
    case $argument in
    --check) say_missing; exit ;;
    --install) install_missing ;;
    --goldens) only_goldens=1 ;;
    -*) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 2 ;;
    *) scenes+=("$argument") ;;
    esac
done
if [ -z "$only_goldens" ]; then
    [ "$(id -u)" = 0 ] || { echo "network namespaces need root" >&2; exit 1; }
    if [ ${#scenes[@]} = 0 ]; then
        for file in "$here"/scenes/*.sh; do scenes+=("$(basename "$file" .sh)"); done
    fi
    for one in "${scenes[@]}"; do scene "$one"; done
fi
goldens
