"""Beacon, a protocol of small sensor stations: a station and a collector. `examples/beacon.pony` defines it.

    beacon.py collector ADDRESS…            answers every sound message by an acknowledgment
    beacon.py station ID NAME COLLECTOR     says hello, reports, raises an alarm; waits for each answer
"""

import argparse
import selectors
import socket
import struct
import sys
import time

PORT = 9999
VERSION = 1
HELLO, READING, ALARM, ACK = 1, 2, 3, 4
RELAYED, LOW_POWER = 0x80, 0x40
TEMPERATURE, BATTERY, POSITION = 1, 2, 3

# version and kind, flags, sequence, station, checksum, length of the readings
HEAD = struct.Struct("!BBHIHH")


def inet16(data):
    """The Internet checksum, RFC 1071."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def reading(kind, value):
    """One reading; its length covers the type and the length, too."""
    return struct.pack("!BB", kind, 2 + len(value)) + value


def temperature(degrees):
    return reading(TEMPERATURE, struct.pack("!h", round(degrees * 100)))


def battery(percent):
    return reading(BATTERY, struct.pack("!B", percent))


def position(latitude, longitude):
    return reading(POSITION, struct.pack("!ii", round(latitude * 1e7), round(longitude * 1e7)))


def message(kind, sequence, station, name="", readings=b"", flags=0):
    name = name.encode()
    tail = struct.pack("!B", len(name)) + name + readings

    def head(checksum):
        return HEAD.pack(VERSION << 4 | kind, flags, sequence, station, checksum, len(readings))

    return head(inet16(head(0) + tail)) + tail


def collect(addresses):
    """Answers what arrives whole; what does not is left unanswered, and the station sends it again."""
    selector = selectors.DefaultSelector()
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.bind((address, PORT))
        selector.register(sock, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            data, sender = key.fileobj.recvfrom(2048)
            if len(data) < HEAD.size or inet16(data) != 0:
                continue
            first, _, sequence, station, _, _ = HEAD.unpack_from(data)
            if first & 0x0F != ACK:
                key.fileobj.sendto(message(ACK, sequence, station), sender)


class Station:
    def __init__(self, number, name, collector, pause):
        family, _, _, _, self.collector = socket.getaddrinfo(collector, PORT, type=socket.SOCK_DGRAM)[0]
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        self.sock.settimeout(pause)
        self.number, self.name, self.pause = number, name, pause
        self.sequence = 0

    def send(self, kind, readings=b"", flags=0, damage=False):
        """Sends until it is acknowledged, three times at most. `damage`: a bit of the first copy is flipped."""
        data = message(kind, self.sequence, self.number, self.name, readings, flags)
        first = data[:-1] + bytes([data[-1] ^ 0x10]) if damage else data
        for copy in (first, data, data):
            self.sock.sendto(copy, self.collector)
            try:
                answer = self.sock.recv(2048)
            except socket.timeout:
                continue
            if answer[0] & 0x0F == ACK and HEAD.unpack_from(answer)[2] == self.sequence:
                break
        self.sequence += 1
        time.sleep(self.pause)


def report(station, place, degrees, relayed):
    """A life in six messages."""
    flags = RELAYED if relayed else 0
    station.send(HELLO, position(*place), flags)
    station.send(READING, temperature(degrees) + battery(87), flags)
    station.send(READING, temperature(degrees + 0.75) + battery(86), flags, damage=not relayed)
    # A type that the collector does not know: the serial number of the sensor.
    station.send(READING, temperature(degrees + 1.5) + reading(0x90, b"PT100-0042"), flags)
    station.send(ALARM, temperature(degrees + 60), flags | 3)
    station.send(READING, temperature(degrees - 25) + battery(9) + position(*place), flags | LOW_POWER)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    collector = commands.add_parser("collector")
    collector.add_argument("address", nargs="+")
    station = commands.add_parser("station")
    station.add_argument("number", type=int)
    station.add_argument("name")
    station.add_argument("collector")
    station.add_argument("--place", type=float, nargs=2, default=(52.5200066, 13.4049540))
    station.add_argument("--degrees", type=float, default=21.5)
    station.add_argument("--relayed", action="store_true")
    station.add_argument("--pause", type=float, default=0.2)
    options = parser.parse_args()
    if options.command == "collector":
        collect(options.address)
    else:
        one = Station(options.number, options.name, options.collector, options.pause)
        report(one, options.place, options.degrees, options.relayed)


if __name__ == "__main__":
    sys.exit(main())
