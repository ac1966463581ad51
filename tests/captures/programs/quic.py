"""A QUIC server that answers in capitals, and a client that talks to it in several ways.

    quic.py server ADDRESS PORT CERTIFICATE KEY [--retry]
    quic.py client ADDRESS PORT [PORT-WITH-RETRY]
"""

import argparse
import asyncio
import contextlib
import ssl

from aioquic.asyncio import QuicConnectionProtocol, connect, serve
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import StreamDataReceived
from aioquic.quic.packet import QuicProtocolVersion

NAME, ALPN = "quic.example.test", ["hq-interop"]
# A version of RFC 9000 §15 that no server may know.
RESERVED_VERSION = 0x1A2A3A4A


class Shout(QuicConnectionProtocol):
    def quic_event_received(self, event):
        if isinstance(event, StreamDataReceived):
            self._quic.send_stream_data(event.stream_id, event.data.upper(), end_stream=event.end_stream)
            self.transmit()


async def server(options):
    configuration = QuicConfiguration(
        is_client=False,
        alpn_protocols=ALPN,
        supported_versions=[QuicProtocolVersion.VERSION_1, QuicProtocolVersion.VERSION_2],
    )
    configuration.load_cert_chain(options.certificate, options.key)
    tickets = {}
    await serve(
        options.address,
        options.port,
        configuration=configuration,
        create_protocol=Shout,
        retry=options.retry,
        session_ticket_handler=lambda ticket: tickets.__setitem__(ticket.ticket, ticket),
        session_ticket_fetcher=lambda name: tickets.pop(name, None),
    )
    await asyncio.Future()


async def ask(options, port, text, ticket=None, early=False, **settings):
    """One connection, one stream. Returns the ticket for the next."""
    tickets = []
    configuration = QuicConfiguration(
        alpn_protocols=ALPN, server_name=NAME, verify_mode=ssl.CERT_NONE, session_ticket=ticket, **settings
    )
    handshake = connect(
        options.address,
        port,
        configuration=configuration,
        session_ticket_handler=tickets.append,
        wait_connected=not early,
    )
    with contextlib.suppress(ConnectionError, asyncio.TimeoutError):
        async with asyncio.timeout(2), handshake as client:
            reader, writer = await client.create_stream()
            writer.write(text)
            writer.write_eof()
            await reader.read()
            # The ticket comes after the answer.
            await asyncio.sleep(0.1)
    return tickets[0] if tickets else None


async def client(options):
    ticket = await ask(options, options.port, b"clip clop")
    await ask(options, options.port, b"sooner", ticket=ticket, early=True)
    await ask(
        options,
        options.port,
        b"version two",
        supported_versions=[QuicProtocolVersion.VERSION_2],
        original_version=QuicProtocolVersion.VERSION_2,
    )
    await ask(options, options.port, b"", original_version=RESERVED_VERSION, supported_versions=[RESERVED_VERSION])
    if options.retry_port:
        await ask(options, options.retry_port, b"once more")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("server")
    one.add_argument("address")
    one.add_argument("port", type=int)
    one.add_argument("certificate")
    one.add_argument("key")
    one.add_argument("--retry", action="store_true")
    one = commands.add_parser("client")
    one.add_argument("address")
    one.add_argument("port", type=int)
    one.add_argument("retry_port", type=int, nargs="?")
    options = parser.parse_args()
    asyncio.run({"server": server, "client": client}[options.command](options))


if __name__ == "__main__":
    main()
