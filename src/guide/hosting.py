"""An ASGI application on a port of this machine, for as long as a `with` block lasts."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from faultlab.servers.sockets import listening

from .errors import BuildError


@contextmanager
def hosted(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve `app` on the loopback and give its address, with a slash at the end. Port 0 is any free one.

    Raises BuildError where the port is taken.
    """
    try:
        server_socket = listening(port)  # at once, so that nobody who has the address comes too early
    except OSError as taken:
        said = os.strerror(taken.errno or 0)
        raise BuildError(
            f"Port {port} is taken ({said}). End what uses it, or: make serve PORT={port + 1}"
        ) from taken
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [server_socket]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server_socket.getsockname()[1]}/"
    finally:
        server.should_exit = server.force_exit = True  # whoever still waits for an answer is not waited for
        thread.join(timeout=5)
        server_socket.close()
