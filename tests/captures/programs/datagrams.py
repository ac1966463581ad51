"""Sends UDP datagrams of given sizes, or receives what comes.

    datagrams.py sink PORT
    datagrams.py send [--no-df] ADDRESS PORT SIZE…
"""

import argparse
import socket
import time

# From linux/in.h; Python's socket module has no names for them.
IP_MTU_DISCOVER, IP_PMTUDISC_DONT = 10, 0


def payload(size):
    """Bytes that show where they belong: the offset in decimal, every eight bytes."""
    return b"".join(b"%07d " % offset for offset in range(0, size, 8))[:size]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    sink = commands.add_parser("sink")
    sink.add_argument("port", type=int)
    send = commands.add_parser("send")
    send.add_argument("--no-df", action="store_true")
    send.add_argument("address")
    send.add_argument("port", type=int)
    send.add_argument("size", type=int, nargs="+")
    options = parser.parse_args()
    if options.command == "sink":
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
            sock.bind(("::", options.port))
            while True:
                sock.recv(65536)
    family, _, _, _, address = socket.getaddrinfo(options.address, options.port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        if options.no_df:
            sock.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT)
        for size in options.size:
            sock.sendto(payload(size), address)
            time.sleep(0.1)


if __name__ == "__main__":
    main()
