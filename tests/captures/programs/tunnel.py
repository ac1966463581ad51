"""The end of a tunnel in user space: IP in IP and generic routing encapsulation, for a kernel that has neither.

    tunnel.py DEVICE LOCAL REMOTE ip                                    RFC 2003, RFC 4213, RFC 2473
    tunnel.py DEVICE LOCAL REMOTE gre [--key N] [--sequence] [--checksum]      RFC 2784, RFC 2890
"""

import argparse
import fcntl
import os
import selectors
import socket
import struct

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
IPIP, IPV6, GRE = 4, 41, 47
CHECKSUM, KEY, SEQUENCE = 0x8000, 0x2000, 0x1000
ETHER_TYPE = {4: 0x0800, 6: 0x86DD}


def inet16(data):
    """The Internet checksum, RFC 1071."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def open_device(name):
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


class Gre:
    """RFC 2784's header, with RFC 2890's key and sequence number."""

    def __init__(self, options):
        self.options, self.sequence = options, 0

    def protocol(self, _):
        return GRE

    def wrap(self, packet):
        options = self.options
        flags = CHECKSUM * options.checksum | KEY * (options.key is not None) | SEQUENCE * options.sequence
        tail = b"" if options.key is None else struct.pack("!I", options.key)
        if options.sequence:
            tail += struct.pack("!I", self.sequence)
            self.sequence += 1
        head = struct.pack("!HH", flags, ETHER_TYPE[packet[0] >> 4])
        if not options.checksum:
            return head + tail + packet
        return head + struct.pack("!HH", inet16(head + bytes(4) + tail + packet), 0) + tail + packet

    def unwrap(self, data):
        flags = struct.unpack_from("!H", data)[0]
        return data[4 + 4 * sum(bool(flags & one) for one in (CHECKSUM, KEY, SEQUENCE)) :]


class Plain:
    """Nothing between the headers."""

    def protocol(self, packet):
        return {4: IPIP, 6: IPV6}[packet[0] >> 4]

    def wrap(self, packet):
        return packet

    def unwrap(self, data):
        return data


def run(options):
    way = Gre(options) if options.way == "gre" else Plain()
    family = socket.AF_INET6 if ":" in options.local else socket.AF_INET
    device = open_device(options.device)
    sockets = {}
    selector = selectors.DefaultSelector()
    selector.register(device, selectors.EVENT_READ)
    for protocol in (GRE,) if options.way == "gre" else (IPIP, IPV6):
        sock = sockets[protocol] = socket.socket(family, socket.SOCK_RAW, protocol)
        sock.bind((options.local, 0))
        selector.register(sock, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj == device:
                packet = os.read(device, 65536)
                sockets[way.protocol(packet)].sendto(way.wrap(packet), (options.remote, 0))
                continue
            data, sender = key.fileobj.recvfrom(65536)
            # An IPv4 raw socket delivers the header, too; an IPv6 one does not.
            data = data[(data[0] & 15) * 4 :] if family == socket.AF_INET else data
            if sender[0] == options.remote:
                os.write(device, way.unwrap(data))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("device")
    parser.add_argument("local")
    parser.add_argument("remote")
    parser.add_argument("way", choices=["ip", "gre"])
    parser.add_argument("--key", type=lambda text: int(text, 0))
    parser.add_argument("--sequence", action="store_true")
    parser.add_argument("--checksum", action="store_true")
    run(parser.parse_args())


if __name__ == "__main__":
    main()
