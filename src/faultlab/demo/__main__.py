"""`afterswipe-demo`, or `python -m faultlab.demo`: see `--help`."""

import argparse
import logging
import re
import sys
import textwrap
from collections.abc import Sequence
from contextlib import suppress

from afterswipe.units import KB
from faultlab.faults import FAULTS
from faultlab.servers.faulty import INJECTIONS, Fault, FaultyServer, When
from faultlab.servers.server import FeedServer
from faultlab.servers.sockets import listening

_WRITTEN = re.compile(r"(?P<id>F\d\d)(?:@(?P<at>[1-9]\d*))?(?P<on>\+)?(?:=(?P<arg>.*))?")
_NO_EXTRA = 3
_PORTS = 65_535


def fault(text: str) -> Fault:
    """A fault as it is written on the command line. Raises argparse.ArgumentTypeError with what would be right."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no fault. Write F11, F11@2 (at the second request), F11+ (always) or F06=before."
        )
    try:
        when = When.FROM if found["on"] else When.ONCE
        return Fault(found["id"], int(found["at"] or 1), found["arg"] or "", when)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from wrong


def explained() -> str:
    """Every fault that a server can do, and what a sync has to answer."""
    lines = ["faults:"]
    for name, how in sorted(INJECTIONS.items()):
        kind = FAULTS[name]
        variants = f" [{'|'.join(how.variants)}]" if how.variants else " [bytes]" if how.number else ""
        lines.append(f"  {name}{variants}  {kind.title}")
        for words in (kind.happens, f"Answer: {kind.answer}"):
            lines.extend(textwrap.wrap(words, 100, initial_indent=" " * 6, subsequent_indent=" " * 6))
    return "\n".join(lines)


def parser() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="afterswipe-demo",
        description="Serve a generated feed with sound files on this machine, and misbehave as you are told.",
        epilog="A fault is written ID[@N][+][=VARIANT]: at the Nth request that it can happen to (1 unless said), with + from "
        "then on.\n\n" + explained(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=8765, help="where it listens, on 127.0.0.1 (8765)")
    parser.add_argument("--sounds", type=int, default=12, help="how many sounds the feed has (12)")
    parser.add_argument("--size", type=int, default=200, help="how large they are, in kB, more or less (200)")
    parser.add_argument("--plain", action="store_true", help="the feed without sizes, digests and pages")
    parser.add_argument("--page", type=int, default=100, help="events on one page of the extended feed (100)")
    parser.add_argument("--token", help="what `Authorization: Bearer …` must hold")
    parser.add_argument(
        "--fault", type=fault, action="append", default=[], metavar="ID", help="see below; may be repeated"
    )
    parser.add_argument("--quiet", action="store_true", help="do not print a line for each answer")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C. Returns 0, or 3 where the extra is not installed."""
    options = parser().parse_args(arguments)
    for name in ("port", "sounds", "size", "page"):
        if getattr(options, name) < 1:
            parser().error(f"--{name} must be 1 or more")
    try:
        import uvicorn

        from .app import application, generated
    except ModuleNotFoundError as missing:
        print(f"{missing.name} is missing. Install it with: pip install 'afterswipe[demo]'", file=sys.stderr)
        return _NO_EXTRA
    if options.port > _PORTS:
        parser().error(f"--port {options.port} is more than there are: {_PORTS}")
    try:
        server_socket = listening(options.port)
    except OSError as wrong:
        parser().error(f"--port {options.port}: {wrong}")
    truth = generated(options.sounds, options.size * KB)
    server = FaultyServer(
        FeedServer(truth, extended=not options.plain, page=options.page, token=options.token), options.fault
    )
    log = (lambda _line: None) if options.quiet else (lambda line: print(line, flush=True))
    address = f"http://127.0.0.1:{options.port}/"
    print(
        f"{options.sounds} sounds at {address}\nTry: afterswipe-sync {address} sounds (Ctrl-C ends)",
        flush=True,
    )
    logging.getLogger("uvicorn.error").setLevel(
        logging.CRITICAL
    )  # a body that ends too early is what was asked for
    config = uvicorn.Config(application(server, log), log_config=None, access_log=False)
    with server_socket, suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[server_socket])
    return 0


if __name__ == "__main__":
    sys.exit(main())
