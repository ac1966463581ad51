# dhcp.pcap: discover to acknowledgment, renewal and release, by two clients of different habits; a request for an
# address of another network, refused; an inform; DHCPv6. dnsmasq, udhcpc and dhclient.
host client server
link client eth0 02:00:00:00:00:01 server eth0 02:00:00:00:00:02
address server eth0 192.0.2.2/24 2001:db8:1::2/64
cat >"$work/dnsmasq.conf" <<CONF
port=0
interface=eth0
domain=example.test
dhcp-authoritative
dhcp-range=192.0.2.100,192.0.2.110,10m
dhcp-range=2001:db8:1::100,2001:db8:1::1ff,64,10m
dhcp-option=option:router,192.0.2.2
dhcp-option=option:dns-server,192.0.2.2,192.0.2.3
dhcp-option=option:ntp-server,192.0.2.2
dhcp-option=option:classless-static-route,198.51.100.0/24,192.0.2.2,0.0.0.0/0,192.0.2.2
dhcp-option=option6:dns-server,[2001:db8:1::2]
dhcp-leasefile=$work/leases
CONF
# What a client runs when its lease changes: udhcpc says so by an argument, dhclient in $reason.
cat >"$work/script" <<'SCRIPT'
#!/bin/sh
case ${reason:-$1} in
bound | renew) ip address replace "$ip/24" dev eth0 ;;
BOUND | RENEW | REBOOT) ip address replace "$new_ip_address/24" dev eth0 ;;
BOUND6) ip address replace "$new_ip6_address/128" dev eth0 ;;
deconfig | RELEASE | EXPIRE | FAIL) ip -4 address flush dev eth0 ;;
esac
SCRIPT
chmod +x "$work/script"
background server dnsmasq dnsmasq -k -u root --pid-file= -C "$work/dnsmasq.conf"
await_port server 67
await_port server 547

record client dhcp.pcap -i eth0 'port 67 or port 68 or port 546 or port 547'
background client udhcpc udhcpc -f -i eth0 -s "$work/script" -x hostname:pony -F pony.example.test -V 'Pony 1' -B
sleep 4
# The second signal releases, the first renews.
kill -USR1 "${children[-1]}"
sleep 1
kill -USR2 "${children[-1]}"
sleep 0.5
kill "${children[-1]}"

cat >"$work/dhclient.conf" <<'CONF'
send host-name "stable";
send dhcp-client-identifier "stable-1";
send dhcp-lease-time 120;
request subnet-mask, routers, domain-name-servers, domain-name, ntp-servers;
CONF
# A lease of a network that is not here: the server refuses it, and the client starts anew.
cat >"$work/dhclient.leases" <<'CONF'
lease { interface "eth0"; fixed-address 198.51.100.77; option dhcp-lease-time 600; option dhcp-message-type 5;
  option dhcp-server-identifier 198.51.100.1; renew 4 2037/01/01 00:00:00; rebind 4 2037/01/01 00:00:00;
  expire 4 2037/01/01 00:00:00; }
CONF
dhclient() {
    on client timeout 20 dhclient -v -cf "$work/dhclient.conf" -lf "$work/dhclient.leases" \
        -pf "$work/dhclient.pid" -sf "$work/script" "$@" eth0 2>>"$work/dhclient" || true
}
dhclient -4 -1
dhclient -4 -r
# The kernel needs a link-local address that is past its tests before DHCPv6 may start.
on client timeout 20 dhclient -6 -v -1 -cf /dev/null -lf "$work/leases6" -pf "$work/pid6" -sf "$work/script" eth0 \
    2>>"$work/dhclient" || true
on client timeout 20 dhclient -6 -r -cf /dev/null -lf "$work/leases6" -pf "$work/pid6" -sf "$work/script" eth0 \
    2>>"$work/dhclient" || true
finish
