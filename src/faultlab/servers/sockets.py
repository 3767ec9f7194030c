"""The socket of a server on this machine."""

import socket


def listening(port: int) -> socket.socket:
    """A socket on the loopback that listens; raises OSError where the port is taken. Port 0 is any free one.

    What is written to its connections goes out at once, and does not wait for an answer: asyncio does so for sockets that it makes itself.
    """
    made = socket.create_server(("127.0.0.1", port))
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made
