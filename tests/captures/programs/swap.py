"""Rewrites a capture file: the packets stay, the file around them changes.

    swap.py big FILE NEW        pcap in the other byte order; pcapng, too
    swap.py null|loop FILE NEW  Ethernet frames of IP as a BSD loopback interface would show them (pcap only)
"""

import struct
import sys

MICRO, NANO = 0xA1B2C3D4, 0xA1B23C4D
LINK_NULL, LINK_LOOP = 0, 108
SECTION, INTERFACE, ENHANCED = 0x0A0D0D0A, 1, 6


def pcap(data):
    """The order, the header's fields and the packets, each its head's fields and its bytes."""
    order = "<" if struct.unpack("<I", data[:4])[0] in (MICRO, NANO) else ">"
    head = struct.unpack(order + "IHHiIII", data[:24])
    packets, at = [], 24
    while at < len(data):
        fields = struct.unpack_from(order + "IIII", data, at)
        packets.append((fields, data[at + 16 : at + 16 + fields[2]]))
        at += 16 + fields[2]
    return order, head, packets


def write_pcap(order, head, packets):
    return struct.pack(order + "IHHiIII", *head) + b"".join(
        struct.pack(order + "IIII", *fields) + packet for fields, packet in packets
    )


def options(data, order):
    """The options of a block, in the other order; those with numbers inside are the interface's few."""
    new, at = b"", 0
    while at + 4 <= len(data):
        code, length = struct.unpack_from("<HH", data, at)
        value = data[at + 4 : at + 4 + (length + 3) // 4 * 4]
        new += struct.pack(order + "HH", code, length) + value
        at += 4 + len(value)
    return new


def block(kind, body, order):
    """A little-endian block of a kind that dumpcap writes, in another order."""
    if kind == SECTION:
        magic, major, minor, length = struct.unpack("<IHHq", body[:16])
        return struct.pack(order + "IHHq", magic, major, minor, length) + options(body[16:], order)
    if kind == INTERFACE:
        return struct.pack(order + "HHI", *struct.unpack("<HHI", body[:8])) + options(body[8:], order)
    if kind == ENHANCED:
        fields = struct.unpack("<IIIII", body[:20])
        end = 20 + (fields[3] + 3) // 4 * 4
        return struct.pack(order + "IIIII", *fields) + body[20:end] + options(body[end:], order)
    return None


def pcapng(data):
    """Blocks with numbers that this program does not know are left out."""
    new, at = b"", 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        body = block(kind, data[at + 8 : at + length - 4], ">")
        if body is not None:
            new += struct.pack(">II", kind, len(body) + 12) + body + struct.pack(">I", len(body) + 12)
        at += length
    return new


def big(data):
    if struct.unpack("<I", data[:4])[0] == SECTION:
        return pcapng(data)
    _, head, packets = pcap(data)
    return write_pcap(">", head, packets)


def loopback(data, link):
    """NULL has the family in the order of the machine that captured, LOOP in network order."""
    order, head, packets = pcap(data)
    new = []
    for number, (fields, packet) in enumerate(packets):
        # IPv6 has another number on each of the BSDs and on Darwin.
        family = {0x0800: 2, 0x86DD: (24, 28, 30)[number % 3]}.get(struct.unpack_from("!H", packet, 12)[0])
        if family is not None:
            packet = struct.pack((order if link == LINK_NULL else ">") + "I", family) + packet[14:]
            new.append(((*fields[:2], len(packet), fields[3] - 10), packet))
    return write_pcap(order, (*head[:6], link), new)


def main():
    command, source, target = sys.argv[1:]
    with open(source, "rb") as file:
        data = file.read()
    if command == "big":
        data = big(data)
    else:
        data = loopback(data, {"null": LINK_NULL, "loop": LINK_LOOP}[command])
    with open(target, "wb") as file:
        file.write(data)


if __name__ == "__main__":
    main()
