"""Joins an IPv4 and an IPv6 multicast group, one more with a wanted source each, and leaves them.

    groups.py INTERFACE IPV4-GROUP IPV6-GROUP
"""

import ipaddress
import socket
import struct
import sys
import time

IP_ADD_SOURCE_MEMBERSHIP = 39
MCAST_JOIN_SOURCE_GROUP = 46
PAUSE = 0.4


def storage(address):
    """struct sockaddr_storage of an IPv6 address."""
    return struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, address.packed, 0).ljust(128, b"\0")


def main():
    interface = socket.if_nametoindex(sys.argv[1])
    four, six = ipaddress.ip_address(sys.argv[2]), ipaddress.ip_address(sys.argv[3])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock4, socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock6:
        own = socket.inet_aton("192.0.2.1")
        sock4.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, four.packed + own)
        sock6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, six.packed + struct.pack("=I", interface))
        time.sleep(PAUSE)
        source4 = socket.inet_aton("198.51.100.1")
        sock4.setsockopt(socket.IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, (four + 1).packed + own + source4)
        source6 = ipaddress.ip_address("2001:db8:2::1")
        request = struct.pack("=II", interface, 0) + storage(six + 1) + storage(source6)
        sock6.setsockopt(socket.IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, request)
        time.sleep(PAUSE)
    # Closing the sockets leaves the groups.
    time.sleep(PAUSE)


if __name__ == "__main__":
    main()
