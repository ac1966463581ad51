# quic.pcapng: QUIC version 1 with early data at the second connection, version 2, a version that the server does not
# know, an address checked by Retry; IPv4 and IPv6. aioquic.
pair
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=quic.example.test \
    -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
background server quic "$PYTHON" "$programs/quic.py" server :: 443 "$work/cert.pem" "$work/key.pem"
background server retry "$PYTHON" "$programs/quic.py" server :: 4433 "$work/cert.pem" "$work/key.pem" --retry
await_port server 443
await_port server 4433
record_ng client quic.pcapng -i eth0 -f 'udp or icmp'
on client "$PYTHON" "$programs/quic.py" client 192.0.2.2 443 4433 2>>"$work/client"
on client "$PYTHON" "$programs/quic.py" client 2001:db8:1::2 443 2>>"$work/client"
finish
