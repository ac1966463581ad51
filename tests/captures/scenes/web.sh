# web.pcapng: HTTP/1.1 in plain and over TLS 1.2 and 1.3, HTTP/2 by ALPN, over IPv4 and IPv6, and a handshake that
# fails. nginx and curl.
pair

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=www.example.test \
    -addext subjectAltName=DNS:www.example.test,DNS:api.example.test \
    -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
mkdir "$work/www"
echo '<!doctype html><title>Pony</title><p>Clip clop.' >"$work/www/index.html"
head -c 3000 /dev/zero | tr '\0' 'x' >"$work/www/large.txt"
cat >"$work/nginx.conf" <<CONF
daemon off; master_process off; pid $work/nginx.pid; error_log $work/error.log;
events {}
http {
    access_log off; gzip on; gzip_min_length 0; gzip_types text/plain;
    client_body_temp_path $work/1; proxy_temp_path $work/2; fastcgi_temp_path $work/3;
    uwsgi_temp_path $work/4; scgi_temp_path $work/5;
    server {
        listen 80; listen [::]:80; listen 443 ssl http2; listen [::]:443 ssl http2;
        server_name www.example.test; root $work/www;
        ssl_certificate $work/cert.pem; ssl_certificate_key $work/key.pem; ssl_protocols TLSv1.2 TLSv1.3;
        location /old { return 301 /index.html; }
        location /accept { return 200 "accepted\n"; }
    }
}
CONF
background server nginx nginx -c "$work/nginx.conf"
await_port server 443

get() {
    on client curl -sk --max-time 5 -o /dev/null --resolve "www.example.test:80:$address" \
        --resolve "www.example.test:443:$address" "$@" || true
}

record_ng client web.pcapng -i eth0 -f 'tcp'
for address in 192.0.2.2 '[2001:db8:1::2]'; do
    get http://www.example.test/ -o /dev/null http://www.example.test/missing
    get --tls-max 1.2 --http1.1 https://www.example.test/
    get --tlsv1.3 --http1.1 https://www.example.test/
done
# Variants that one address family shows as well as two: a body, a redirect, compression in chunks, HEAD, HTTP/2.
address=192.0.2.2
get -d 'station=7&temperature=21.5' http://www.example.test/accept
get -L -H 'Accept-Encoding: gzip' http://www.example.test/old -o /dev/null http://www.example.test/large.txt
get -I http://www.example.test/large.txt
get --http1.0 http://www.example.test/large.txt
get --http2 https://www.example.test/
# No version in common: a ClientHello without TLS 1.2, answered by an alert.
on client openssl s_client -connect 192.0.2.2:443 -tls1_1 -cipher ALL:@SECLEVEL=0 -servername api.example.test \
    </dev/null >/dev/null 2>&1 || true
# Nobody listens: a reset.
get http://www.example.test:81/ --resolve "www.example.test:81:$address"
finish 1
