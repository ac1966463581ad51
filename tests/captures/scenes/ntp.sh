# ntp.pcap: time asked and told in both IP versions, with and without a key, by chrony and by ntpsec.
pair
printf '1 SHA1 HEX:0123456789ABCDEF0123456789ABCDEF01234567\n2 MD5 ASCII:clipclop\n' >"$work/keys"
chmod 600 "$work/keys"
cat >"$work/chrony.conf" <<CONF
local stratum 8
allow
keyfile $work/keys
pidfile $work/chronyd.pid
bindcmdaddress /
cmdport 0
driftfile $work/drift
CONF
background server chronyd chronyd -x -d -u root -f "$work/chrony.conf"
await_port server 123
sleep 1
# Measures once, and prints what it would change.
ask() {
    on client timeout 8 chronyd -Q -x -u root "pidfile $work/client.pid" "keyfile $work/keys" 'cmdport 0' \
        'bindcmdaddress /' "server $1 iburst maxsamples 2 ${2:-}" >>"$work/chrony.out" 2>&1 || true
}
record client ntp.pcap -i eth0 port 123
ask 192.0.2.2
ask 2001:db8:1::2
ask 192.0.2.2 'key 1'
ask 192.0.2.2 'key 2'
ask 192.0.2.2 'version 3'
ask 2001:db8:1::2 xleave
on client ntpdate -q -p 1 192.0.2.2 >>"$work/ntpdate" 2>&1 || true
finish
