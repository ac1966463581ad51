"""Traffic that needs options on a socket: what the kernel puts into headers when a program asks for it.

    sockets.py serve PORT                   a TCP server of every kind that `talk` asks for, on PORT and after
    sockets.py talk4 ADDRESS PORT ROUTER    datagrams with IPv4 options
    sockets.py talk6 ADDRESS PORT ROUTER    datagrams with IPv6 extension headers
    sockets.py talk ADDRESS PORT            streams: fast open, multipath, a signature, urgent data
"""

import ipaddress
import selectors
import socket
import struct
import sys
import time

# From the kernel's headers; Python's socket module has no names for them.
IP_OPTIONS, SO_NO_CHECK = 4, 11
TCP_FASTOPEN, TCP_MD5SIG, MSG_FASTOPEN, IPPROTO_MPTCP = 23, 14, 0x20000000, 262
PAUSE = 0.05


def pad(data, unit=8):
    """IPv6 options, padded to whole units of 8 bytes, the two bytes of the extension's head included."""
    gap = -(len(data) + 2) % unit
    return data + (b"" if gap == 0 else b"\0" if gap == 1 else bytes([1, gap - 2]) + bytes(gap - 2))


def extension(options):
    """A hop-by-hop or destination options header; the kernel fills in what follows it."""
    data = pad(options)
    return bytes([0, (len(data) + 2) // 8 - 1]) + data


def talk4(address, port, router):
    hop = ipaddress.ip_address(router).packed
    options = {
        "router alert": bytes([148, 4, 0, 0]),
        "record route": bytes([7, 15, 4]) + bytes(12) + b"\0",
        "timestamps alone": bytes([68, 20, 5, 0]) + bytes(16),
        "timestamps with addresses": bytes([68, 20, 5, 1]) + bytes(16),
        "loose route": bytes([131, 7, 4]) + hop + b"\1",
        "strict route": bytes([137, 7, 4]) + hop + b"\1",
        "basic security, RFC 1108": bytes([130, 11, 0xAB, 0]) + bytes(7) + b"\0",
        "stream identifier": bytes([136, 4, 0x12, 0x34]),
        "one that nobody knows": bytes([222, 6, 1, 2, 3, 4, 1, 0]),
        "several": bytes([1, 148, 4, 0, 0, 1, 68, 8, 5, 0]) + bytes(4) + b"\0\0",
    }
    for name, value in options.items():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            try:
                sock.setsockopt(socket.IPPROTO_IP, IP_OPTIONS, value)
                sock.sendto(name.encode(), (address, port))
            except OSError as error:
                print(f"{name}: {error}", file=sys.stderr)
        time.sleep(PAUSE)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
        sock.sendto(b"no checksum", (address, port))


def talk6(address, port, router):
    end = ipaddress.ip_address(address).packed
    stop = ipaddress.ip_address(router).packed
    home = ipaddress.ip_address("2001:db8:77::1").packed
    alert = bytes([5, 2, 0, 0])
    headers = {
        "router alert": [(socket.IPV6_HOPOPTS, extension(alert))],
        "an option that may be skipped": [(socket.IPV6_HOPOPTS, extension(bytes([0x1E, 4]) + b"pony"))],
        "padding alone": [(socket.IPV6_DSTOPTS, extension(b""))],
        "home address": [(socket.IPV6_DSTOPTS, extension(bytes([1, 2, 0, 0, 201, 16]) + home))],
        "tunnel encapsulation limit": [(socket.IPV6_DSTOPTS, extension(bytes([4, 1, 3])))],
        "both": [(socket.IPV6_HOPOPTS, extension(alert)), (socket.IPV6_DSTOPTS, extension(bytes([4, 1, 3])))],
        # Type 4, RFC 8754: the stop, then the end, in reverse order.
        "segments": [(socket.IPV6_RTHDR, bytes([0, 4, 4, 1, 1, 0, 0, 7]) + end + stop)],
        "all of them": [
            (socket.IPV6_HOPOPTS, extension(alert)),
            (socket.IPV6_RTHDRDSTOPTS, extension(bytes([0x1E, 1, 9]))),
            (socket.IPV6_RTHDR, bytes([0, 4, 4, 1, 1, 0, 0, 0]) + end + stop),
            (socket.IPV6_DSTOPTS, extension(bytes([0x1E, 2, 8, 8]))),
        ],
    }
    for name, options in headers.items():
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
            try:
                for option, value in options:
                    sock.setsockopt(socket.IPPROTO_IPV6, option, value)
                sock.sendto(name.encode(), (address, port))
            except OSError as error:
                print(f"{name}: {error}", file=sys.stderr)
        time.sleep(PAUSE)


def signature(peer, key=b"clip clop"):
    """struct tcp_md5sig: RFC 2385."""
    address = socket.inet_aton(peer)
    storage = struct.pack("=HH4s", socket.AF_INET, 0, address).ljust(128, b"\0")
    return storage + struct.pack("=BBHII", 0, 0, len(key), 0, 0) + key.ljust(80, b"\0")


def serve(port, peer="192.0.2.1"):
    selector = selectors.DefaultSelector()
    for number, protocol in ((port, 0), (port + 1, IPPROTO_MPTCP), (port + 2, 0)):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if number == port:
            sock.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN, 8)
        if number == port + 2:
            sock.setsockopt(socket.IPPROTO_TCP, TCP_MD5SIG, signature(peer))
        sock.bind(("0.0.0.0", number))
        sock.listen()
        selector.register(sock, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            connection, _ = key.fileobj.accept()
            with connection:
                while data := connection.recv(4096):
                    connection.sendall(data.upper())


def talk(address, port):
    def say(sock, text):
        sock.sendall(text)
        sock.recv(4096)

    # The first asks for a cookie, the second sends its data with the SYN.
    for _ in range(2):
        with socket.socket() as sock:
            sock.sendto(b"fast open", MSG_FASTOPEN, (address, port))
            sock.recv(4096)
        time.sleep(PAUSE)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP) as sock:
        sock.connect((address, port + 1))
        for _ in range(3):
            say(sock, b"many paths")
            time.sleep(PAUSE)
    time.sleep(PAUSE)
    with socket.socket() as sock:
        sock.setsockopt(socket.IPPROTO_TCP, TCP_MD5SIG, signature(address))
        sock.connect((address, port + 2))
        say(sock, b"signed")
    with socket.socket() as sock:
        sock.connect((address, port))
        sock.send(b"urgent!", socket.MSG_OOB)
        sock.recv(4096)


def main():
    command, arguments = sys.argv[1], sys.argv[2:]
    if command == "serve":
        serve(int(arguments[0]))
    {"talk4": talk4, "talk6": talk6, "talk": talk}[command](arguments[0], int(arguments[1]), *arguments[2:])


if __name__ == "__main__":
    main()
