#!/usr/bin/env bash
# How long `pony dissect` and tshark take for the same capture, in one run: interleaved, the best of several rounds.
#
#   benches/tshark.sh CAPTURE [ROUNDS]
#
# Needs tshark. It is given the protocols that we define and no others, and resolves no names. Prints seconds of wall
# clock and of processor time (user and system, all threads), the ratio, and the greatest resident memory.
set -euo pipefail
cd "$(dirname "$0")/.."
capture=${1:?a capture is wanted}
rounds=${2:-5}
pony=${PONY:-target/release/pony}
[ -x "$pony" ] || cargo build --release --package pony

ours='frame|eth|ethertype|llc|vlan|ieee8021ad|sll|null|loop|raw|arp|ip|ipv6|ipv6.[a-z]*|icmp|icmpv6|tcp|udp|gre|erspan|vxlan|mpls|dns|mdns|llmnr|dhcp|ntp|tls|quic|data|pkt_comment|_ws.*|lua|mptcp'
mapfile -t off < <(tshark -G protocols 2>/dev/null | cut -f3 | grep -vxE "$ours" | sed 's/^/--disable-protocol=/')

# Runs a command, and prints wall and processor seconds, and kilobytes.
timed() {
    python3 - "$@" <<'PY'
import os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
if status:
    sys.exit(f"failed: {sys.argv[1:3]}")
print(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
PY
}

declare -A best
for _ in $(seq "$rounds"); do
    for what in summary json; do
        read -ra t < <(timed tshark -n "${off[@]}" -r "$capture" $([ $what = json ] && echo -T json))
        read -ra p < <(timed "$pony" dissect "--$what" "$capture")
        for i in 0 1 2; do
            for who in t p; do
                declare -n value=$who
                key=$what.$who.$i
                best[$key]=$(awk -v a="${best[$key]:-1e9}" -v b="${value[$i]}" 'BEGIN { print (b < a) ? b : a }')
            done
        done
    done
done
printf '%-8s %12s %12s %8s %12s %12s %8s %10s %10s\n' output 'tshark wall' 'pony wall' ratio 'tshark cpu' 'pony cpu' ratio 'tshark MiB' 'pony MiB'
for what in summary json; do
    awk -v w=$what -v a="${best[$what.t.0]}" -v b="${best[$what.p.0]}" -v c="${best[$what.t.1]}" -v d="${best[$what.p.1]}" \
        -v e="${best[$what.t.2]}" -v f="${best[$what.p.2]}" \
        'BEGIN { printf "%-8s %12.2f %12.2f %8.1f %12.2f %12.2f %8.1f %10.0f %10.0f\n", w, a, b, a/b, c, d, c/d, e/1024, f/1024 }'
done
