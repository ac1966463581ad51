# dns.pcap: every record type of the first definitions and some beyond, negative answers, EDNS with options, an answer
# too long for UDP and its repetition over TCP, a zone transfer, reverse lookups of both versions. named and dig.
pair

cat >"$work/named.conf" <<CONF
options { directory "$work"; listen-on { any; }; listen-on-v6 { any; }; recursion no; pid-file "$work/named.pid";
    session-keyfile "$work/session.key"; allow-transfer { any; }; dnssec-validation no; server-id "stable"; };
controls {};
zone "example.test" { type primary; file "$work/zone"; };
zone "2.0.192.in-addr.arpa" { type primary; file "$work/reverse"; };
zone "8.b.d.0.1.0.0.2.ip6.arpa" { type primary; file "$work/reverse6"; };
CONF
{
    cat <<'ZONE'
$TTL 3600
@        SOA ns1 hostmaster 2026112101 7200 900 1209600 300
         NS  ns1
         NS  ns2.sub
         MX  10 mail
         MX  20 mail2.sub
         TXT "v=spf1 mx -all"
         TXT "two strings" "in one record"
         CAA 0 issue "ca.example.test"
ns1      A 192.0.2.2
         AAAA 2001:db8:1::2
ns2.sub  A 192.0.2.3
mail     A 192.0.2.4
mail2.sub A 192.0.2.5
www      CNAME web
web      A 192.0.2.2
         A 192.0.2.6
         AAAA 2001:db8:1::2
         HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.2
*.wild   TXT "any name"
_beacon._udp SRV 0 5 9999 web
         SRV 10 5 9999 ns1
phone    NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:info@example.test!" .
host     HINFO "PDP-11" "UNIX"
key      SSHFP 4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789
         TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
big      TXT ( 
ZONE
    for i in 1 2 3 4; do printf '"%0200d"\n' "$i"; done
    echo ')'
} >"$work/zone"
printf '$TTL 60\n@ SOA ns1.example.test. hostmaster.example.test. 1 2 3 4 5\n NS ns1.example.test.\n2 PTR web.example.test.\n' >"$work/reverse"
printf '$TTL 60\n@ SOA ns1.example.test. hostmaster.example.test. 1 2 3 4 5\n NS ns1.example.test.\n2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0 PTR web.example.test.\n' >"$work/reverse6"
background server named named -g -n 1 -c "$work/named.conf"
await_port server 53
await "$work/named.err" 'running'

ask() { on client dig +tries=1 +timeout=2 "$@" >>"$work/dig" || true; }
record client dns.pcap -i eth0 port 53
ask @192.0.2.2 +noedns web.example.test A
ask @2001:db8:1::2 +noedns www.example.test AAAA
for question in 'example.test MX' 'example.test TXT' 'example.test SOA' 'example.test NS' 'example.test CAA' \
    '_beacon._udp.example.test SRV' 'phone.example.test NAPTR' 'host.example.test HINFO' 'key.example.test SSHFP' \
    'key.example.test TLSA' 'web.example.test TYPE65' 'any.wild.example.test TXT' 'key.example.test ANY'; do
    # shellcheck disable=SC2086 # a name and a type
    ask @192.0.2.2 $question
done
ask @192.0.2.2 -x 192.0.2.2
ask @2001:db8:1::2 -x 2001:db8:1::2
ask @192.0.2.2 nowhere.example.test
ask @192.0.2.2 web.example.test MX
ask @192.0.2.2 example.com
ask @192.0.2.2 version.bind CH TXT
ask @2001:db8:1::2 +nocookie +dnssec +nsid +subnet=203.0.113.0/24 web.example.test
ask @192.0.2.2 +noedns big.example.test TXT
ask @192.0.2.2 +bufsize=4096 big.example.test TXT
ask @192.0.2.2 +opcode=notify example.test SOA
ask @192.0.2.2 +tcp +keepopen web.example.test A web.example.test AAAA
ask @2001:db8:1::2 2.0.192.in-addr.arpa AXFR
finish
