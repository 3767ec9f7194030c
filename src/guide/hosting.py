"""An ASGI application on a port of this machine, for as long as a `with` block lasts."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from .errors import BuildError


@contextmanager
def hosted(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve `app` on the loopback and give its address, with a slash at the end. Port 0 is any free one.

    Raises BuildError where the port is taken.
    """
    listening = socket.socket(
        proto=socket.IPPROTO_TCP
    )  # said, for asyncio sends small answers at once only then
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as taken:
        listening.close()
        raise BuildError(
            f"Port {port} is taken ({taken.strerror}). End what uses it, or: make serve PORT={port + 1}"
        ) from taken
    listening.listen()  # at once, so that nobody who has the address comes too early
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        server.should_exit = server.force_exit = True  # whoever still waits for an answer is not waited for
        thread.join(timeout=5)
        listening.close()
